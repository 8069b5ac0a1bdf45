//! Reading.

use std::fs::File;
use std::path::Path;

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use crate::carried::Carried;
use crate::error::{Error, Result};
use crate::feature_table::FeatureTable;
use crate::number;
use crate::read::check_ids;
use crate::table::{Row, Table};

/// Values read at a time.
const BATCH: usize = 1 << 14;
/// Whole numbers up to this are doubles exactly.
const EXACT: u64 = 1 << 53;

/// A file whose columns are known and whose rows are yet to be read.
pub(crate) struct ParquetFile {
    reader: SerializedFileReader<File>,
    source_name: String,
    columns: Vec<String>,
    /// The place of each column in the file: the case ids may be elsewhere than at the beginning.
    places: Vec<usize>,
}

/// What a column can be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Float,
    Signed,
    Unsigned,
    Text,
    Bool,
}

/// A value that is there.
enum Value<'a> {
    Float(f64),
    Signed(i64),
    Unsigned(u64),
    Text(&'a str),
    Bool(bool),
}

impl ParquetFile {
    pub fn open(file: File, path: &Path) -> Result<Self> {
        guarded(&path.display().to_string(), || Self::open_unguarded(file, path))
    }

    fn open_unguarded(file: File, path: &Path) -> Result<Self> {
        let source_name = path.display().to_string();
        let wrong = |what: String| Error::Parquet { file: source_name.clone(), what };
        let reader = SerializedFileReader::new(file).map_err(|e| wrong(said(&e)))?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let nested = schema.columns().iter().find(|c| c.path().parts().len() > 1 || c.max_rep_level() > 0);
        if let Some(column) = nested {
            return Err(wrong(format!(
                "the column {} is nested, and a table has one value per cell",
                column.path().parts().join(".")
            )));
        }
        let mut places: Vec<usize> = (0..schema.num_columns()).collect();
        if let Some(index) = pandas_index(&reader)
            && let Some(place) = schema.columns().iter().position(|c| c.name() == index)
        {
            places.remove(place);
            places.insert(0, place);
        }
        let columns: Vec<String> = places.iter().map(|&place| schema.column(place).name().to_string()).collect();
        if columns.is_empty() {
            return Err(Error::Empty { table: source_name });
        }
        let columns = Table::new(columns, &source_name)?.columns().to_vec();
        Ok(Self { reader, source_name, columns, places })
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    pub fn read(self, is_number: impl Fn(&str) -> bool) -> Result<(FeatureTable, Carried)> {
        let source_name = self.source_name.clone();
        guarded(&source_name, || self.read_unguarded(is_number))
    }

    fn read_unguarded(self, is_number: impl Fn(&str) -> bool) -> Result<(FeatureTable, Carried)> {
        let choice: Vec<bool> = self.columns.iter().enumerate().map(|(i, name)| i > 0 && is_number(name)).collect();
        let chosen = |wanted: bool| {
            let columns = self.columns.iter().zip(&self.places).zip(&choice);
            columns.filter(move |(_, c)| **c == wanted).map(|((name, place), _)| (name.clone(), *place))
        };
        let mut names = Vec::new();
        let mut numbers = Vec::new();
        for (name, place) in chosen(true) {
            numbers.push(self.numbers(&name, place)?);
            names.push(name);
        }
        let mut others = Vec::new();
        let mut rows: Vec<Row> = Vec::new();
        for (name, place) in chosen(false) {
            let cells = self.text(&name, place)?;
            if others.is_empty() {
                rows = (2..).zip(&cells).map(|(line, _)| Row { line, cells: Vec::new() }).collect();
            }
            self.check_length(&name, cells.len(), rows.len())?;
            rows.iter_mut().zip(cells).for_each(|(row, cell)| row.cells.push(cell));
            others.push(name);
        }
        for (name, values) in names.iter().zip(&numbers) {
            self.check_length(name, values.len(), rows.len())?;
        }
        if let Some(place) = rows.iter().position(|row| row.cells[0].trim().is_empty()) {
            return Err(self.wrong(format!("the case id ({:?}) of row {} is empty", self.columns[0], place + 1)));
        }
        check_ids(&rows, &self.source_name, false)?;
        let case_ids = rows.iter().map(|row| row.cells[0].clone()).collect();
        let table = Table::from_rows(others, rows, &self.source_name);
        let features = FeatureTable::new(case_ids, names, numbers)?;
        Ok((features, Carried::new(self.columns, table)))
    }

    fn numbers(&self, name: &str, place: usize) -> Result<Vec<f64>> {
        let kind = self.kind(name, place)?;
        if matches!(kind, Kind::Text | Kind::Bool) {
            let what = if kind == Kind::Text { "text" } else { "true or false" };
            return Err(self.wrong(format!("the column {name} is {what}, and a feature is a number")));
        }
        let mut values = Vec::new();
        self.for_each(place, kind, |value| {
            let (whole, value) = match value {
                None => (0, f64::NAN),
                Some(Value::Float(v)) => (0, v),
                Some(Value::Signed(v)) => (v.unsigned_abs(), v as f64),
                Some(Value::Unsigned(v)) => (v, v as f64),
                Some(Value::Text(_) | Value::Bool(_)) => (0, f64::NAN),
            };
            values.push(value);
            if whole <= EXACT {
                return Ok(());
            }
            Err(self.wrong(format!(
                "{name} is {whole} in row {}, a whole number beyond 2^53, which a double may not hold exactly; is it an id?",
                values.len()
            )))
        })?;
        Ok(values)
    }

    fn text(&self, name: &str, place: usize) -> Result<Vec<String>> {
        let mut cells = Vec::new();
        self.for_each(place, self.kind(name, place)?, |value| {
            cells.push(match value {
                None => String::new(),
                Some(Value::Float(v)) => number::format(v),
                Some(Value::Signed(v)) => v.to_string(),
                Some(Value::Unsigned(v)) => v.to_string(),
                Some(Value::Text(v)) => v.to_string(),
                Some(Value::Bool(v)) => v.to_string(),
            });
            Ok(())
        })?;
        Ok(cells)
    }

    /// Calls `each` with every value of a column.
    fn for_each(&self, place: usize, kind: Kind, mut each: impl FnMut(Option<Value<'_>>) -> Result<()>) -> Result<()> {
        let wrong = |e: ParquetError| self.wrong(said(&e));
        for group in 0..self.reader.num_row_groups() {
            let group = self.reader.get_row_group(group).map_err(wrong)?;
            let unsigned = kind == Kind::Unsigned;
            match group.get_column_reader(place).map_err(wrong)? {
                ColumnReader::DoubleColumnReader(r) => self.values(r, |v| each(v.map(|v| Value::Float(*v)))),
                ColumnReader::FloatColumnReader(r) => self.values(r, |v| each(v.map(|v| Value::Float(f64::from(*v))))),
                // Unsigned numbers are stored as signed ones of the same bits.
                ColumnReader::Int32ColumnReader(r) if unsigned => {
                    self.values(r, |v| each(v.map(|v| Value::Unsigned(u64::from(v.cast_unsigned())))))
                }
                ColumnReader::Int64ColumnReader(r) if unsigned => {
                    self.values(r, |v| each(v.map(|v| Value::Unsigned(v.cast_unsigned()))))
                }
                ColumnReader::Int32ColumnReader(r) => self.values(r, |v| each(v.map(|v| Value::Signed(i64::from(*v))))),
                ColumnReader::Int64ColumnReader(r) => self.values(r, |v| each(v.map(|v| Value::Signed(*v)))),
                ColumnReader::BoolColumnReader(r) => self.values(r, |v| each(v.map(|v| Value::Bool(*v)))),
                ColumnReader::ByteArrayColumnReader(r) => self.values(r, |v: Option<&ByteArray>| {
                    let text = v.map(|v| v.as_utf8()).transpose();
                    each(text.map_err(|_| self.wrong("there is text that is not UTF-8".to_string()))?.map(Value::Text))
                }),
                _ => Err(self.wrong("it has values of another type than it says".to_string())),
            }?;
        }
        Ok(())
    }

    fn values<T: DataType>(
        &self,
        mut reader: ColumnReaderImpl<T>,
        mut each: impl FnMut(Option<&T::T>) -> Result<()>,
    ) -> Result<()> {
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        loop {
            levels.clear();
            values.clear();
            let read = reader.read_records(BATCH, Some(&mut levels), None, &mut values);
            let (records, ..) = read.map_err(|e| self.wrong(said(&e)))?;
            if records == 0 {
                return Ok(());
            }
            // A column without missing values has no levels.
            if levels.is_empty() {
                values.iter().try_for_each(|value| each(Some(value)))?;
                continue;
            }
            let mut there = values.iter();
            for level in &levels {
                each(if *level > 0 { there.next() } else { None })?;
            }
        }
    }

    fn kind(&self, name: &str, place: usize) -> Result<Kind> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let column = schema.column(place);
        kind(&column).ok_or_else(|| {
            let is = column.logical_type_ref().map_or_else(String::new, |l| format!(" ({l:?})"));
            self.wrong(format!(
                "the column {name} is of the type {}{is}; numbers, text and booleans can be read: leave it out or save it as \
                 one of these",
                column.physical_type()
            ))
        })
    }

    fn check_length(&self, column: &str, found: usize, expected: usize) -> Result<()> {
        if found != expected {
            return Err(self.wrong(format!("the column {column} has {found} values where others have {expected}")));
        }
        Ok(())
    }

    fn wrong(&self, what: String) -> Error {
        Error::Parquet { file: self.source_name.clone(), what }
    }
}

/// The `parquet` crate panics at some damaged files (about one in two thousand with a few random bytes): an error as well.
fn guarded<T>(source_name: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    // Nothing that the closure might have left half done is used afterwards.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let what = "it cannot be read as Parquet: it is damaged".to_string();
        Err(Error::Parquet { file: source_name.to_string(), what })
    })
}

fn kind(column: &ColumnDescriptor) -> Option<Kind> {
    let signed = match column.logical_type_ref() {
        None => None,
        Some(LogicalType::Integer(int)) => Some(int.is_signed),
        Some(LogicalType::String | LogicalType::Enum | LogicalType::Json)
            if column.physical_type() == Type::BYTE_ARRAY =>
        {
            return Some(Kind::Text);
        }
        Some(_) => return None,
    };
    use ConvertedType as C;
    Some(match (column.physical_type(), column.converted_type(), signed) {
        (Type::DOUBLE | Type::FLOAT, C::NONE, None) => Kind::Float,
        (Type::INT32 | Type::INT64, _, Some(true)) => Kind::Signed,
        (Type::INT32 | Type::INT64, _, Some(false)) => Kind::Unsigned,
        (Type::INT32 | Type::INT64, C::NONE | C::INT_8 | C::INT_16 | C::INT_32 | C::INT_64, None) => Kind::Signed,
        (Type::INT32 | Type::INT64, C::UINT_8 | C::UINT_16 | C::UINT_32 | C::UINT_64, None) => Kind::Unsigned,
        (Type::BYTE_ARRAY, C::NONE | C::UTF8 | C::ENUM | C::JSON, None) => Kind::Text,
        (Type::BOOLEAN, C::NONE, None) => Kind::Bool,
        _ => return None,
    })
}

/// The column that pandas wrote its index to, which is the last one of the file.
fn pandas_index(reader: &SerializedFileReader<File>) -> Option<String> {
    let entries = reader.metadata().file_metadata().key_value_metadata()?;
    let text = entries.iter().find(|entry| entry.key == "pandas")?.value.as_ref()?;
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    // An index of plain numbers is not a column but an object.
    json["index_columns"].as_array()?.first()?.as_str().map(String::from)
}

fn said(error: &ParquetError) -> String {
    match error {
        ParquetError::NYI(what) => format!("it cannot be read here: {what}"),
        other => format!("it cannot be read as Parquet: {other}"),
    }
}
