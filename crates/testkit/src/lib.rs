//! For radsurv's own tests: golden files, comparisons, phantoms and naive references on plain arrays.

pub mod naive;
