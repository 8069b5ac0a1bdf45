//! Expression tables as files.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use radsurv_data::fs::write_atomic;
use radsurv_data::number;

use super::Expression;
use crate::error::{Error, Result};

/// The rows of a file, whose names may be there more than once: several probes of a gene.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpressionRows {
    /// The file.
    pub source_name: String,
    /// The name of each row.
    pub names: Vec<String>,
    /// The line of each row, from 1.
    pub lines: Vec<u64>,
    /// The samples.
    pub samples: Vec<String>,
    /// All values, those of the first row first.
    pub values: Vec<f64>,
}

impl ExpressionRows {
    /// Reads a file: in its first line the samples, then a line per gene with its name and a value per sample. Cells are
    /// parted by commas, or by tabs if the first line has any; the file may be compressed (gzip). The first line may lack
    /// the name of the first column, as R's `write.table` leaves it. Empty cells, `NA` and `NaN` are missing values.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Line`] at a line of another number of cells, a gene without name, text that is no number, an infinite value, and beyond
    /// 8 GiB of text or 64 MiB of first line;
    /// [`Error::DuplicateSamples`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let io = |source| Error::Io { path: path.to_path_buf(), source };
        let mut file = BufReader::with_capacity(1 << 18, File::open(path).map_err(io)?);
        let packed = file.fill_buf().map_err(io)?.starts_with(&[0x1f, 0x8b]);
        let name = path.display().to_string();
        if packed { Self::from_reader(MultiGzDecoder::new(file), &name) } else { Self::from_reader(file, &name) }
    }

    /// Reads from any source; see [`read`](Self::read). `source_name` stands for it in messages.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::expression::ExpressionRows;
    /// let rows = ExpressionRows::from_reader("gene\tP1\tP2\nHK2\t7.5\tNA\nHK2\t6\t8\n".as_bytes(), "e.tsv")?;
    /// assert_eq!((rows.names.len(), rows.samples.len()), (2, 2));
    /// let error = rows.unique().unwrap_err().to_string();
    /// assert!(error.starts_with("1 of the genes of e.tsv are there more than once: HK2"));
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn from_reader(reader: impl Read, source_name: &str) -> Result<Self> {
        let at = |line: u64, what: String| Error::Line { file: source_name.to_string(), line, what };
        let mut reader = BufReader::with_capacity(1 << 18, reader.take(MOST_BYTES));
        let io = |source: io::Error| Error::Io { path: source_name.into(), source };
        let mut first = String::new();
        // A file that unpacks to one endless line does not take the memory of the machine.
        reader.by_ref().take(MOST_OF_HEADER).read_line(&mut first).map_err(io)?;
        if first.len() as u64 == MOST_OF_HEADER {
            return Err(at(1, format!("the line has more than {} MiB: is this a table?", MOST_OF_HEADER >> 20)));
        }
        let delimiter = if first.contains('\t') { b'\t' } else { b',' };
        let text = io::Cursor::new(first.into_bytes()).chain(reader);
        let mut lines =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text);
        let mut record = csv::ByteRecord::new();
        let failed = |error: csv::Error| Error::Io { path: source_name.into(), source: io::Error::other(error) };

        let mut header: Vec<String> = Vec::new();
        if lines.read_byte_record(&mut record).map_err(failed)? {
            header = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_string()).collect();
        }
        if let Some(first) = header.first_mut()
            && let Some(rest) = first.strip_prefix('\u{feff}')
        {
            *first = rest.to_string();
        }
        let (mut names, mut places, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut skip = 1;
        while lines.read_byte_record(&mut record).map_err(failed)? {
            let line = record.position().map_or(0, csv::Position::line);
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            if names.is_empty() && record.len() == header.len() + 1 {
                skip = 0;
            }
            if record.len() != header.len() + 1 - skip {
                let (found, wanted) = (record.len(), header.len() + 1 - skip);
                return Err(at(
                    line,
                    format!("{found} cells where there must be {wanted}: a gene and a value per sample"),
                ));
            }
            let name = String::from_utf8_lossy(record.get(0).unwrap_or_default()).trim().to_string();
            if name.is_empty() {
                return Err(at(line, "the name of the gene (the first column) is empty".to_string()));
            }
            for (place, cell) in record.iter().enumerate().skip(1) {
                let column = || header.get(place + skip - 1).cloned().unwrap_or_default();
                let text = std::str::from_utf8(cell).ok().and_then(number::parse);
                let value = text.ok_or_else(|| {
                    let cell: String = String::from_utf8_lossy(cell).chars().take(40).collect();
                    let advice = "all columns but the first are samples, so take other columns out";
                    at(line, format!("{} of {name} is {cell:?}, which is no number; {advice}", column()))
                })?;
                if value.is_infinite() {
                    let what = format!("{} of {name} is infinite; correct it or leave it empty", column());
                    return Err(at(line, what));
                }
                values.push(value);
            }
            names.push(name);
            places.push(line);
        }
        let (_, rest) = lines.into_inner().into_inner();
        if rest.get_ref().limit() == 0 {
            let line = places.last().copied().unwrap_or(1);
            return Err(at(line, format!("the table has more than {} GiB: take it in parts", MOST_BYTES >> 30)));
        }
        let samples: Vec<String> = header.into_iter().skip(skip).collect();
        if let Some(place) = samples.iter().position(String::is_empty) {
            return Err(at(1, format!("the sample of column {} has no name", place + 2)));
        }
        let twice = super::repeated(&samples);
        if !twice.is_empty() {
            return Err(Error::DuplicateSamples { table: source_name.to_string(), samples: twice });
        }
        if names.is_empty() || samples.is_empty() {
            let what = format!("the table has {} genes and {} samples", names.len(), samples.len());
            return Err(at(1, what));
        }
        Ok(Self { source_name: source_name.to_string(), names, lines: places, samples, values })
    }

    /// The table, if each gene has one row.
    ///
    /// # Errors
    /// [`Error::DuplicateGenes`].
    pub fn unique(self) -> Result<Expression> {
        let twice = super::repeated(&self.names);
        if !twice.is_empty() {
            return Err(Error::DuplicateGenes { table: self.source_name, genes: twice });
        }
        Expression::new(self.names, self.samples, self.values)
    }
}

/// More text is not read: 20 000 genes of 20 000 samples have as much.
const MOST_BYTES: u64 = 8 << 30;
/// Nor a longer first line: the names of a million samples.
const MOST_OF_HEADER: u64 = 64 << 20;

impl Expression {
    /// Reads a file in which each gene has one row; see [`ExpressionRows::read`].
    ///
    /// # Errors
    /// As there, and [`Error::DuplicateGenes`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        ExpressionRows::read(path)?.unique()
    }

    /// Writes a CSV file: gene, then a column per sample. Missing values are empty cells.
    ///
    /// # Errors
    /// [`Error::Io`].
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::Expression;
    /// # let dir = tempfile::tempdir()?;
    /// let path = dir.path().join("expression.csv");
    /// let table = Expression::new(vec!["HK2".into()], vec!["P1".into(), "P2".into()], vec![7.25, f64::NAN])?;
    /// table.write_csv(&path)?;
    /// assert_eq!(std::fs::read_to_string(&path)?, "gene,P1,P2\nHK2,7.25,\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let write = |out: &mut dyn Write| -> io::Result<()> {
            let mut out = csv::Writer::from_writer(out);
            out.write_record(std::iter::once("gene").chain(self.samples.iter().map(String::as_str)))?;
            for (gene, row) in self.genes.iter().zip(self.rows()) {
                let cell = |value: &f64| if value.is_nan() { String::new() } else { number::format(*value) };
                out.write_record(std::iter::once(gene.clone()).chain(row.iter().map(cell)))?;
            }
            out.flush()
        };
        write_atomic(path, |out| write(out)).map_err(|source| Error::Io { path: path.to_path_buf(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<ExpressionRows> {
        ExpressionRows::from_reader(text.as_bytes(), "e.csv")
    }

    #[test]
    fn tables_of_r_and_of_spreadsheets_are_understood() {
        let expected = rows("gene,P1,P2\nA,1,2\nB,,3\n").unwrap();
        assert_eq!(expected.samples, ["P1", "P2"]);
        assert_eq!((expected.values[0], expected.values[1], expected.values[3]), (1.0, 2.0, 3.0));
        assert!(expected.values[2].is_nan());
        // Without the name of the first column, with its name empty, with tabs, a byte order mark, quotes and other line ends.
        for text in [
            "P1,P2\nA,1,2\nB,NA,3\n",
            "\"\",\"P1\",\"P2\"\n\"A\",1,2\n\"B\",NaN,3\n",
            "\u{feff}gene\tP1\tP2\r\nA\t1\t2\r\n\r\nB\t\t 3\r\n",
        ] {
            let found = rows(text).unwrap();
            assert_eq!((&found.names, &found.samples), (&expected.names, &expected.samples), "{text}");
            assert_eq!(format!("{:?}", found.values), format!("{:?}", expected.values), "{text}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let message = |text: &str| rows(text).unwrap_err().to_string();
        assert!(message("gene,P1,P2\nA,1,2\nB,1\n").starts_with("e.csv, line 3: 2 cells where there must be 3"));
        assert!(
            message("gene,P1,entrez\nA,1,x9\n").starts_with("e.csv, line 2: entrez of A is \"x9\", which is no number")
        );
        assert!(message("P1,P2\nA,1,2\nB,x,2\n").starts_with("e.csv, line 3: P1 of B is \"x\""));
        assert!(message("gene,P1\nA,inf\n").contains("line 2: P1 of A is infinite"));
        assert!(message("gene,P1\n,1\n").contains("line 2: the name of the gene"));
        assert!(message("gene,P1,\nA,1,2\n").contains("line 1: the sample of column 3 has no name"));
        assert!(message("gene,P1,P1\nA,1,2\n").contains("1 of the samples of e.csv are there more than once: P1"));
        assert!(message("").contains("0 genes") && message("gene,P1\n").contains("0 genes"));
        assert!(rows("gene,P1\nA,1\nA,2\n").unwrap().unique().unwrap_err().to_string().contains("more than once: A;"));
        let endless = io::repeat(b'x');
        let error = ExpressionRows::from_reader(endless, "e.csv").unwrap_err().to_string();
        assert!(error.contains("line 1: the line has more than 64 MiB"), "{error}");
        assert!(Expression::read("no-such-file.csv").unwrap_err().to_string().contains("no-such-file.csv"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("e.csv");
        let table = Expression::new(vec!["A,1".into(), "B".into()], vec!["P 1".into()], vec![0.1, -2e-9]).unwrap();
        table.write_csv(&path).unwrap();
        assert_eq!(Expression::read(&path).unwrap(), table);
        let packed = dir.path().join("e.csv.gz");
        let mut out = flate2::write::GzEncoder::new(File::create(&packed).unwrap(), flate2::Compression::fast());
        out.write_all(&std::fs::read(&path).unwrap()).unwrap();
        out.finish().unwrap();
        assert_eq!(Expression::read(&packed).unwrap(), table);
    }
}
