//! Files of cases, in any format.

use std::path::Path;

use crate::carried::Carried;
use crate::error::{Error, Result};
use crate::feature_table::FeatureTable;
use crate::fs::write_atomic;
#[cfg(feature = "parquet")]
use crate::parquet::{self, ParquetFile};
#[cfg(feature = "parquet")]
use crate::read;
use crate::read::CsvFile;
use crate::write::{Column, write_columns};

/// A file of cases that is open: its columns are known, its rows are yet to be read. CSV, or Parquet if the name ends in
/// `.parquet` (with the cargo feature `parquet`).
///
/// The first column has the case ids. Of the others some are read as features, the rest as text, which [`Carried`] writes
/// again beside the features. Text of number columns is not kept: what is held is the numbers and some 50 MB. In a Parquet
/// file that pandas wrote, the case ids are its index if that is a column.
///
/// # Example
/// ```
/// use radsurv_data::CaseFile;
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("t.csv");
/// std::fs::write(&path, "case_id,image,a,b\nP1,i1.nii,1,2\nP2,i2.nii,3,\n")?;
/// let file = CaseFile::open(&path)?;
/// assert_eq!(file.columns(), ["case_id", "image", "a", "b"]);
/// let (features, carried) = file.read(|name| name != "image")?;
/// assert_eq!(features.names(), ["a", "b"]);
/// assert!(features.columns()[1][1].is_nan());
/// assert_eq!(carried.table().columns(), ["case_id", "image"]);
///
/// carried.write(&path, &features.with_columns(vec![vec![0.1, 0.3], vec![0.2, f64::NAN]])?)?;
/// assert_eq!(std::fs::read_to_string(&path)?, "case_id,image,a,b\nP1,i1.nii,0.1,0.2\nP2,i2.nii,0.3,\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CaseFile(Source);

enum Source {
    Csv(CsvFile),
    #[cfg(feature = "parquet")]
    Parquet(ParquetFile),
}

impl CaseFile {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Empty`] without a header, [`Error::DuplicateColumn`], [`Error::Line`] if the header is not
    /// UTF-8, [`Error::Parquet`] if the file is no Parquet file or cannot be read without that feature.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if !is_parquet(path) {
            return CsvFile::open(path).map(Source::Csv).map(Self);
        }
        #[cfg(feature = "parquet")]
        return ParquetFile::open(read::open(path)?.0, path).map(Source::Parquet).map(Self);
        #[cfg(not(feature = "parquet"))]
        return Err(no_parquet(path));
    }

    /// The names of its columns; the first is that of the case ids.
    pub fn columns(&self) -> &[String] {
        match &self.0 {
            Source::Csv(file) => file.columns(),
            #[cfg(feature = "parquet")]
            Source::Parquet(file) => file.columns(),
        }
    }

    /// The columns that `is_number` chooses by their names as features, the others as text. The first is text always.
    ///
    /// # Errors
    /// [`Error::Line`] at the first line that is not UTF-8, has another number of cells than the header, no case id, or in
    /// a number column a cell that is neither a number nor missing (empty, `NA`, `NaN`); [`Error::DuplicateId`];
    /// [`Error::Parquet`] at a column of another type, or with a whole number beyond 2^53; [`Error::Io`].
    pub fn read(self, is_number: impl Fn(&str) -> bool) -> Result<(FeatureTable, Carried)> {
        match self.0 {
            Source::Csv(file) => file.read(is_number),
            #[cfg(feature = "parquet")]
            Source::Parquet(file) => file.read(is_number),
        }
    }
}

/// Writes named columns as a file, whole or not at all, in the format of its name.
pub(crate) fn write_file(path: &Path, rows: usize, columns: &[(&str, Column<'_>)]) -> Result<()> {
    let io = |source| Error::Io { path: path.to_path_buf(), source };
    if !is_parquet(path) {
        return write_atomic(path, |out| write_columns(out, rows, columns)).map_err(io);
    }
    #[cfg(feature = "parquet")]
    return write_atomic(path, |out| parquet::write_columns(out, rows, columns).map_err(std::io::Error::from))
        .map_err(io);
    #[cfg(not(feature = "parquet"))]
    return Err(no_parquet(path));
}

fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"))
}

#[cfg(not(feature = "parquet"))]
fn no_parquet(path: &Path) -> Error {
    let what = "this program was built without Parquet (cargo feature `parquet`); use CSV".to_string();
    Error::Parquet { file: path.display().to_string(), what }
}
