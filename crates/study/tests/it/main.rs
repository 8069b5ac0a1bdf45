//! Tests of studies, one program, so that it is linked once.

mod images;
mod radiogenomics;
mod real;
mod report;
mod reproducibility;
mod simulate;
mod study;
