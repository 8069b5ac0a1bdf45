//! Tables of genes as files.

use std::path::Path;

use radsurv_data::{Table, number};

use super::table::{GeneRow, TopTable};
use crate::error::{Error, Result};

impl TopTable {
    /// Reads what [`write_csv`](Self::write_csv) wrote: the first column is the gene; of the others `log_fc`, `t` and `p_value` must be there, and what else
    /// is missing is not known. A column named as limma names it (`logFC`, `AveExpr`, `P.Value`, `adj.P.Val`, `B`) is as good.
    ///
    /// # Errors
    /// [`Error::Data`] if the file cannot be read, a column is missing or a cell is no number; [`Error::DuplicateGenes`].
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::differential::TopTable;
    /// # let dir = tempfile::tempdir()?;
    /// let path = dir.path().join("limma.csv");
    /// std::fs::write(&path, "\"\",logFC,AveExpr,t,P.Value,adj.P.Val,B\nHK2,1.5,7,4,0.001,0.01,-1\n")?;
    /// let table = TopTable::read_csv(&path)?;
    /// assert_eq!((table.rows[0].gene.as_str(), table.rows[0].p_value), ("HK2", 0.001));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_csv(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let table = Table::read_csv(path)?;
        let find = |names: [&str; 2]| names.into_iter().find_map(|name| table.find_column(name));
        let needed = |names: [&str; 2]| find(names).map_or_else(|| table.column(names[0]), Ok);
        let (log_fc, t, p_value) = (needed(["log_fc", "logFC"])?, needed(["t", "t"])?, needed(["p_value", "P.Value"])?);
        let [mean, adjusted, b] = [["ave_expr", "AveExpr"], ["adj_p_value", "adj.P.Val"], ["b", "B"]].map(find);
        let mut rows = Vec::with_capacity(table.rows().len());
        for row in table.rows() {
            let value = |place: Option<usize>| -> Result<f64> {
                let Some(place) = place else { return Ok(f64::NAN) };
                let bad = || {
                    let (cell, name) = (&row.cells[place], &table.columns()[place]);
                    table.error(row.line, format!("{name} is {cell:?}, which is no number"))
                };
                Ok(number::parse(&row.cells[place]).ok_or_else(bad)?)
            };
            rows.push(GeneRow {
                gene: row.cells[0].trim().to_string(),
                log_fc: value(Some(log_fc))?,
                ave_expr: value(mean)?,
                t: value(Some(t))?,
                p_value: value(Some(p_value))?,
                adj_p_value: value(adjusted)?,
                b: Some(value(b)?).filter(|b| !b.is_nan()),
            });
        }
        let genes: Vec<String> = rows.iter().map(|row| row.gene.clone()).collect();
        let twice = crate::expression::repeated(&genes);
        if !twice.is_empty() {
            return Err(Error::DuplicateGenes { table: path.display().to_string(), genes: twice });
        }
        Ok(Self { coefficient: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), rows })
    }
}
