//! Feature tables as Parquet files: doubles without the detour over text.
//!
//! The low-level reader and writer of the `parquet` crate are used, a column at a time: none of the Arrow crates is needed.

mod read;
mod write;

pub(crate) use read::ParquetFile;
pub(crate) use write::write_columns;
