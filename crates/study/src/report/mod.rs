//! Results as a page to read.
//!
//! A [`Page`] is one HTML file that needs no network: its style, tables and figures are in it.

mod evaluation;
mod page;

pub use evaluation::{Labels, evaluation_page};
pub use page::Page;
