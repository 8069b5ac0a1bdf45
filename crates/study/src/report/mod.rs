//! Results as pages to read.
//!
//! A [`Page`] is one HTML file that needs no network: its style, tables and figures are in it.

mod evaluation;
mod page;
mod piece;
mod table;

pub use evaluation::{Labels, evaluation_page};
pub use page::Page;
pub use table::PageTable;
