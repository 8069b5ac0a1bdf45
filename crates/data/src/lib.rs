//! The vocabulary the radsurv crates share. No algorithms live here.
//!
//! [`Table`] is a CSV file as text, [`FeatureTable`] a number for each case and feature, [`ColumnOrder`] the common
//! columns of rows that differ, [`number`] how numbers are written and read, [`fs`] files that are whole or absent.

mod columns;
mod error;
mod feature_table;
pub mod fs;
pub mod number;
mod table;

pub use columns::ColumnOrder;
pub use error::{Error, Result};
pub use feature_table::FeatureTable;
pub use table::{Row, Table};
