//! Samples joined to their groups and covariates.

use radsurv_data::{Covariate, CovariateKind, Covariates, Groups, JoinReport, Table, list};

use crate::error::{Error, Result};
use crate::expression::Expression;

/// Expression of the samples whose group and covariates are known, and who was left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// The expression, in the order of its table.
    pub expression: Expression,
    /// The group of each sample.
    pub groups: Groups,
    /// The covariates of each sample.
    pub covariates: Covariates,
    /// Which samples are in both tables.
    pub join: JoinReport,
    /// Samples of both tables that lack a value, and which.
    pub incomplete: Vec<(String, String)>,
}

/// Which columns of a table of samples are meant. Its first column is the sample's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleColumns {
    /// The column of the group.
    pub group: String,
    /// The columns of covariates, and how they are read.
    pub covariates: Vec<(String, CovariateKind)>,
}

impl SampleColumns {
    /// A group and no covariates.
    pub fn group(name: impl Into<String>) -> Self {
        Self { group: name.into(), covariates: Vec::new() }
    }

    /// Adds a covariate: numbers if all cells are, else categories.
    #[must_use]
    pub fn with(mut self, covariate: impl Into<String>) -> Self {
        self.covariates.push((covariate.into(), CovariateKind::Detect));
        self
    }

    /// Joins expression to a table of samples. Samples of one table alone, and those without a group or a covariate, are
    /// left out and listed.
    ///
    /// # Errors
    /// [`Error::Data`] if a column is missing, a sample is twice in the table, or no sample is in both; [`Error::Samples`] if no sample has a
    /// value of everything.
    ///
    /// # Example
    /// ```
    /// use radsurv_data::Table;
    /// use radsurv_genomics::{Expression, samples::SampleColumns};
    /// let expression = Expression::new(vec!["HK2".into()], ["P1", "P2", "P3"].map(String::from).to_vec(), vec![7.0, 8.0, 6.0])?;
    /// let table = Table::from_reader("sample,group,age\nP3,high,51\nP2,low,\nP1,low,60\nP9,low,4\n".as_bytes(), "g.csv")?;
    /// let samples = SampleColumns::group("group").with("age").join(&expression, &table)?;
    /// assert_eq!(samples.expression.samples(), ["P1", "P3"]);
    /// assert_eq!(samples.groups.levels(), ["high", "low"]);
    /// assert_eq!(samples.incomplete, [("P2".to_string(), "age".to_string())]);
    /// assert_eq!(samples.join.only_right, ["P9"]);
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn join(&self, expression: &Expression, table: &Table) -> Result<Samples> {
        let ids: Vec<&str> = table.ids().collect();
        let join = JoinReport::new(expression.samples(), &ids)?.named("the expression table", table.source_name());
        if join.pairs.is_empty() {
            return Err(Error::Data(radsurv_data::Error::NothingInCommon {
                left: join.left,
                right: join.right,
                left_id: expression.samples().first().cloned().unwrap_or_default(),
                right_id: ids.first().copied().unwrap_or_default().to_string(),
            }));
        }
        let (columns, rows): (Vec<usize>, Vec<usize>) = join.pairs.iter().copied().unzip();
        let part = table.select_rows(&rows);
        let mut known = Covariates::new(rows.len());
        known.add_column(&part, &self.group, CovariateKind::Category)?;
        for (name, kind) in &self.covariates {
            known.add_column(&part, name, *kind)?;
        }
        let mut incomplete = Vec::new();
        let mut kept = Vec::new();
        for (place, &column) in columns.iter().enumerate() {
            let lacks = |name: &&str| match known.get(name) {
                Ok(Covariate::Number(values)) => !values[place].is_finite(),
                Ok(Covariate::Category(groups)) => groups.codes()[place].is_none(),
                Err(_) => true,
            };
            let lacking: Vec<&str> = known.names().filter(lacks).collect();
            if lacking.is_empty() {
                kept.push(place);
            } else {
                incomplete.push((expression.samples()[column].clone(), lacking.join(", ")));
            }
        }
        if kept.is_empty() {
            let what = format!("no sample of both tables has {}", list(&known.names().collect::<Vec<_>>()));
            return Err(Error::Samples(what));
        }
        let known = known.rows(&kept);
        let mut covariates = Covariates::new(kept.len());
        for (name, _) in &self.covariates {
            covariates.add(name.clone(), known.get(name)?.clone())?;
        }
        Ok(Samples {
            expression: expression.select_samples(&kept.iter().map(|&place| columns[place]).collect::<Vec<_>>()),
            groups: known.groups(&self.group)?,
            covariates,
            join,
            incomplete,
        })
    }
}

impl Samples {
    /// What a reader must know of who is in: sentences.
    pub fn report(&self) -> Vec<String> {
        let mut said = Vec::new();
        if !self.join.is_complete() {
            said.push(self.join.to_string().replace(" cases ", " samples "));
        }
        if !self.incomplete.is_empty() {
            let each: Vec<String> = self.incomplete.iter().map(|(sample, what)| format!("{sample} ({what})")).collect();
            let count = if each.len() == 1 { "1 sample is".to_string() } else { format!("{} samples are", each.len()) };
            said.push(format!("{count} left out for a missing value: {}", list(&each)));
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression() -> Expression {
        Expression::new(vec!["A".into()], ["P1", "P2"].map(String::from).to_vec(), vec![1.0, 2.0]).unwrap()
    }

    #[test]
    fn tables_that_do_not_fit_are_told() {
        let join = |text: &str, columns: SampleColumns| {
            let table = Table::from_reader(text.as_bytes(), "g.csv").unwrap();
            columns.join(&expression(), &table)
        };
        let group = || SampleColumns::group("group");
        let error = join("sample,group\nP7,a\n", group()).unwrap_err().to_string();
        assert!(error.starts_with("no case is in both the expression table and g.csv"), "{error}");
        let error = join("sample,group\nP1,\nP2,NA\n", group()).unwrap_err().to_string();
        assert_eq!(error, "no sample of both tables has group");
        let error = join("sample,grp\nP1,a\n", group()).unwrap_err().to_string();
        assert!(error.contains("no column group"), "{error}");
        assert!(join("sample,group\nP1,a\nP1,b\n", group()).unwrap_err().to_string().contains("P1"));
        let found = join("sample,group,age\nP2,2,\nP1,10,5\n", group().with("age")).unwrap();
        assert_eq!(found.report(), ["1 sample is left out for a missing value: P2 (age)"]);
        let found = join("sample,group\nP2,2\n", group()).unwrap();
        assert_eq!(found.report(), ["1 of 2 samples is in both; 1 only in the expression table: P1"]);
    }
}
