//! Results as pages to read.
//!
//! A [`Page`] is one HTML file that needs no network: its style, tables and figures are in it.

mod evaluation;
mod page;
mod piece;
mod radiogenomics;
mod study;
mod table;

pub use evaluation::{Labels, evaluation_page};
pub use page::Page;
pub use radiogenomics::radiogenomics_page;
pub use study::{main_table, write_study};
pub use table::PageTable;
