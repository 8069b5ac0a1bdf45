//! Writing.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::write::Column;

/// Rows of a group: what a reader has to hold of a column at least.
const GROUP: usize = 1 << 17;

/// Writes named columns of so many rows. Missing numbers (NaN) and empty cells are null; the first column never is.
pub(crate) fn write_columns(out: impl Write + Send, rows: usize, columns: &[(&str, Column<'_>)]) -> Result<()> {
    let fields = columns.iter().enumerate().map(|(i, (name, column))| {
        let (physical, logical) = match column {
            Column::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Column::Number(_) => (Physical::DOUBLE, None),
        };
        let repetition = if i == 0 { Repetition::REQUIRED } else { Repetition::OPTIONAL };
        let field = Type::primitive_type_builder(name, physical);
        Ok(Arc::new(field.with_logical_type(logical).with_repetition(repetition).build()?))
    });
    let fields = fields.collect::<Result<Vec<_>>>()?;
    let schema = Arc::new(Type::group_type_builder("features").with_fields(fields).build()?);
    // Numbers of 17 digits are all different: neither a dictionary nor statistics of pages is worth its bytes.
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by(concat!("radsurv ", env!("CARGO_PKG_VERSION")).to_string())
        .build();
    let mut writer = SerializedFileWriter::new(out, schema, Arc::new(properties))?;
    for begin in (0..rows).step_by(GROUP) {
        let range = begin..rows.min(begin + GROUP);
        let mut group = writer.next_row_group()?;
        for (i, (_, column)) in columns.iter().enumerate() {
            let Some(mut out) = group.next_column()? else { break };
            match column {
                Column::Number(values) => {
                    let values = &values[range.clone()];
                    let levels: Vec<i16> = values.iter().map(|v| i16::from(!v.is_nan())).collect();
                    let there: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
                    out.typed::<DoubleType>().write_batch(&there, Some(&levels), None)?;
                }
                Column::Text(cells) => {
                    let cells: Vec<&str> = range.clone().map(cells).collect();
                    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(!cell.is_empty())).collect();
                    let there = cells.iter().filter(|cell| i == 0 || !cell.is_empty());
                    let there: Vec<ByteArray> = there.map(|cell| ByteArray::from(*cell)).collect();
                    out.typed::<ByteArrayType>().write_batch(&there, (i > 0).then_some(&levels), None)?;
                }
            }
            out.close()?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}
