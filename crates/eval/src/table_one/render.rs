//! Table 1 as papers print it.

use serde::{Deserialize, Serialize};

use super::{CategorySummary, NumberSummary, Summary, TableOne, VariableSummary};
use crate::text_table::{TextTable, p_value};

/// How a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TableOneFormat {
    /// Decimals of numbers.
    pub decimals: usize,
    /// Decimals of per cents.
    pub percent_decimals: usize,
    /// Whether there is a column of all cases.
    pub overall: bool,
    /// Whether there is a column of standardised mean differences.
    pub smd: bool,
    /// Whether there is a column with the name of the test.
    pub test: bool,
}

impl Default for TableOneFormat {
    fn default() -> Self {
        Self { decimals: 1, percent_decimals: 1, overall: true, smd: true, test: false }
    }
}

impl TableOne {
    /// The table as text: a row per number, per category and level, and per variable with missing values.
    pub fn text(&self, format: &TableOneFormat) -> TextTable {
        let several = self.groups.len() > 1;
        let overall = format.overall || self.groups.is_empty();
        let adjusted = several && self.adjustment.is_some();
        let mut header = vec![String::new()];
        header.extend(overall.then(|| format!("overall (n = {})", self.cases)));
        header.extend(self.groups.iter().map(|group| format!("{} (n = {})", group.name, group.cases)));
        header.extend(several.then(|| "p".to_string()));
        header.extend(adjusted.then(|| "adjusted p".to_string()));
        header.extend((several && format.smd).then(|| "SMD".to_string()));
        header.extend((several && format.test).then(|| "test".to_string()));
        let mut table = TextTable::new(header);
        for variable in &self.variables {
            let cells = |of: &dyn Fn(&Summary) -> String| -> Vec<String> {
                let all = overall.then_some(&variable.overall);
                all.into_iter().chain(&variable.groups).map(of).collect()
            };
            let tail = |row: &mut Vec<String>| {
                let test = variable.test.as_ref();
                let none = if variable.no_test.is_some() { "not tested" } else { "" };
                row.extend(several.then(|| test.map_or(none.to_string(), |t| p_value(t.p_value))));
                row.extend(adjusted.then(|| test.and_then(|t| t.adjusted).map_or(String::new(), p_value)));
                let smd = || variable.smd.map_or(String::new(), |smd| format!("{smd:.3}"));
                row.extend((several && format.smd).then(smd));
                row.extend((several && format.test).then(|| test.map_or("", |t| t.name).to_string()));
            };
            let mut row = vec![title(variable)];
            match &variable.overall {
                Summary::Number(_) => row.extend(cells(&|s| number(s, variable.by_median, format))),
                Summary::Category(_) => row.extend(cells(&|_| String::new())),
            }
            tail(&mut row);
            table.push(row);
            if let Summary::Category(CategorySummary { levels, .. }) = &variable.overall {
                for (place, level) in levels.iter().enumerate() {
                    let mut row = vec![format!("  {}", level.level)];
                    row.extend(cells(&|s| count(s, place, format)));
                    table.push(row);
                }
            }
            let missing = variable.overall.missing();
            if missing > 0 {
                let mut row = vec!["  missing, n".to_string()];
                row.extend(cells(&|s| s.missing().to_string()));
                table.push(row);
            }
        }
        table
    }
}

fn title(variable: &VariableSummary) -> String {
    let how = match (&variable.overall, variable.by_median) {
        (Summary::Category(_), _) => "n (%)",
        (Summary::Number(_), true) => "median [q1, q3]",
        (Summary::Number(_), false) => "mean ± SD",
    };
    format!("{}, {how}", variable.name)
}

fn number(summary: &Summary, by_median: bool, format: &TableOneFormat) -> String {
    let Summary::Number(NumberSummary { mean, standard_deviation, lower_quartile, median, upper_quartile, .. }) =
        summary
    else {
        return String::new();
    };
    let d = format.decimals;
    let text = |v: &Option<f64>| v.map_or("-".to_string(), |v| format!("{v:.d$}"));
    match by_median {
        _ if mean.is_none() => "-".to_string(),
        true => format!("{} [{}, {}]", text(median), text(lower_quartile), text(upper_quartile)),
        false => format!("{} ± {}", text(mean), text(standard_deviation)),
    }
}

fn count(summary: &Summary, place: usize, format: &TableOneFormat) -> String {
    let Summary::Category(CategorySummary { levels, .. }) = summary else { return String::new() };
    let d = format.percent_decimals;
    levels.get(place).map_or(String::new(), |level| match level.percent {
        Some(percent) => format!("{} ({percent:.d$})", level.count),
        None => "-".to_string(),
    })
}
