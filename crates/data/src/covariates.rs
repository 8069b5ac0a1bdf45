//! What is known of the cases beside their features.

use crate::error::{Error, Result};
use crate::groups::Groups;
use crate::number;
use crate::table::Table;

/// The values of one covariate, one per case.
#[derive(Debug, Clone, PartialEq)]
pub enum Covariate {
    /// A number; NaN if it is missing.
    Number(Vec<f64>),
    /// A group.
    Category(Groups),
}

impl Covariate {
    /// The number of cases.
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Category(groups) => groups.len(),
        }
    }

    /// Whether there is no case.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn rows(&self, cases: &[usize]) -> Self {
        match self {
            Self::Number(values) => Self::Number(cases.iter().map(|&case| values[case]).collect()),
            Self::Category(groups) => Self::Category(groups.rows(cases)),
        }
    }
}

/// How a column of text is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CovariateKind {
    /// Numbers if every cell that is not missing is one, else groups.
    #[default]
    Detect,
    /// Numbers.
    Number,
    /// Groups, even if their labels are numbers: a centre called 3 is not three times the centre called 1.
    Category,
}

/// Named covariates of cases: batch, centre, age, stage. They are not features: no model is fitted on them unless asked,
/// and a harmonisation preserves or removes what they explain.
///
/// # Example
/// ```
/// use radsurv_data::{Covariate, CovariateKind, Covariates, Table};
/// let table = Table::from_reader("ID,centre,age\nP1,1,63\nP2,2,\n".as_bytes(), "patients.csv")?;
/// let mut covariates = Covariates::new(2);
/// covariates.add_column(&table, "centre", CovariateKind::Category)?;
/// covariates.add_column(&table, "age", CovariateKind::Detect)?;
/// assert_eq!(covariates.groups("centre")?.levels(), ["1", "2"]);
/// assert!(matches!(covariates.get("age")?, Covariate::Number(age) if age[0] == 63.0 && age[1].is_nan()));
/// # Ok::<(), radsurv_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Covariates {
    cases: usize,
    named: Vec<(String, Covariate)>,
}

impl Covariates {
    /// No covariate of so many cases.
    pub fn new(cases: usize) -> Self {
        Self { cases, named: Vec::new() }
    }

    /// Adds a covariate.
    ///
    /// # Errors
    /// [`Error::Length`] if it does not have a value per case, [`Error::DuplicateColumn`] if there is one of that name.
    pub fn add(&mut self, name: impl Into<String>, covariate: Covariate) -> Result<()> {
        let name = name.into();
        if covariate.len() != self.cases {
            return Err(Error::Length { column: name, found: covariate.len(), expected: self.cases });
        }
        if self.named.iter().any(|(n, _)| *n == name) {
            return Err(Error::DuplicateColumn { table: "the list of covariates".to_string(), column: name });
        }
        self.named.push((name, covariate));
        Ok(())
    }

    /// Adds a column of a table of text, whose rows are the cases. Empty cells, `NA` and `NaN` are missing.
    ///
    /// # Errors
    /// [`Error::MissingColumn`], [`Error::Line`] at a cell that should be a number and is not, and as [`add`](Self::add).
    pub fn add_column(&mut self, table: &Table, name: &str, kind: CovariateKind) -> Result<()> {
        let place = table.column(name)?;
        let cell = |row: &crate::Row| row.cells.get(place).map_or("", |c| c.trim()).to_string();
        let cells: Vec<String> = table.rows().iter().map(cell).collect();
        let numbers: Vec<Option<f64>> = cells.iter().map(|c| number::parse(c)).collect();
        let as_numbers = match kind {
            CovariateKind::Number => true,
            CovariateKind::Category => false,
            CovariateKind::Detect => numbers.iter().all(Option::is_some),
        };
        if !as_numbers {
            let missing = |c: &&str| number::parse(c).is_some_and(f64::is_nan);
            let labels = cells.iter().map(|c| Some(c.as_str()).filter(|c| !missing(c)));
            return self.add(name, Covariate::Category(Groups::new(labels)));
        }
        let values = numbers.into_iter().zip(table.rows()).zip(&cells).map(|((value, row), cell)| {
            value.ok_or_else(|| table.error(row.line, format!("{name} is {cell:?}, which is no number")))
        });
        let values = values.collect::<Result<Vec<f64>>>()?;
        self.add(name, Covariate::Number(values))
    }

    /// The number of cases.
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// The names, in the order they were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|(name, _)| name.as_str())
    }

    /// A covariate.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] with those that are there.
    pub fn get(&self, name: &str) -> Result<&Covariate> {
        self.named.iter().find(|(n, _)| n == name).map(|(_, covariate)| covariate).ok_or_else(|| Error::MissingColumn {
            table: "the list of covariates".to_string(),
            column: name.to_string(),
            present: self.names().map(String::from).collect(),
        })
    }

    /// The groups of a covariate; of numbers, each value is a group.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn groups(&self, name: &str) -> Result<Groups> {
        Ok(match self.get(name)? {
            Covariate::Category(groups) => groups.clone(),
            Covariate::Number(values) => Groups::new(values.iter().map(|&v| (!v.is_nan()).then(|| number::format(v)))),
        })
    }

    /// Some cases, in the order asked for.
    ///
    /// # Panics
    /// If a case is not there.
    pub fn rows(&self, cases: &[usize]) -> Self {
        let named = self.named.iter().map(|(name, covariate)| (name.clone(), covariate.rows(cases)));
        Self { cases: cases.len(), named: named.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_detected_and_numbers_can_be_demanded() {
        let table = Table::from_reader("ID,stage,dose\nP1,II, 60\nP2,NA,x\n".as_bytes(), "t.csv").unwrap();
        let mut covariates = Covariates::new(2);
        covariates.add_column(&table, "stage", CovariateKind::Detect).unwrap();
        assert_eq!(covariates.groups("stage").unwrap().codes(), [Some(0), None]);
        let error = covariates.add_column(&table, "dose", CovariateKind::Number).unwrap_err().to_string();
        assert_eq!(error, "t.csv, line 3: dose is \"x\", which is no number");
        assert!(covariates.add_column(&table, "stage", CovariateKind::Detect).is_err());
        assert!(covariates.add("age", Covariate::Number(vec![1.0])).is_err());
        assert!(covariates.get("age").unwrap_err().to_string().contains("its columns are stage"));
        assert_eq!(covariates.rows(&[1]).groups("stage").unwrap().codes(), [None]);
    }
}
