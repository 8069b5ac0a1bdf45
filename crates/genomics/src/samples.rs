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
        let mut known = Covariates::new(ids.len());
        known.add_column(table, &self.group, CovariateKind::Category)?;
        let groups = known.groups(&self.group)?;
        let mut covariates = Covariates::new(ids.len());
        for (name, kind) in &self.covariates {
            covariates.add_column(table, name, *kind)?;
        }
        Samples::join(expression, &ids, table.source_name(), &groups, &covariates)
    }
}

impl Samples {
    /// Joins expression to groups and covariates of cases with these ids. Samples of one side alone, and those without a
    /// group or a covariate, are left out and listed. `name` stands for the cases in messages.
    ///
    /// # Errors
    /// As [`SampleColumns::join`]; [`Error::Samples`] if there is not a group and a covariate for each id.
    pub fn join<S: AsRef<str>>(
        expression: &Expression,
        ids: &[S],
        name: &str,
        groups: &Groups,
        covariates: &Covariates,
    ) -> Result<Self> {
        let cases = ids.len();
        if groups.len() != cases || covariates.cases() != cases {
            let (of_groups, of_covariates) = (groups.len(), covariates.cases());
            let what = format!(
                "{name} has {cases} ids, {of_groups} groups and covariates of {of_covariates}: give each for each id"
            );
            return Err(Error::Samples(what));
        }
        let join = JoinReport::new(expression.samples(), ids)?.named("the expression table", name);
        if join.pairs.is_empty() {
            return Err(Error::Data(radsurv_data::Error::NothingInCommon {
                left: join.left,
                right: join.right,
                left_id: expression.samples().first().cloned().unwrap_or_default(),
                right_id: ids.first().map(|id| id.as_ref().to_string()).unwrap_or_default(),
            }));
        }
        let lacking = |row: usize| {
            let lacks = |name: &&str| match covariates.get(name) {
                Ok(Covariate::Number(values)) => !values[row].is_finite(),
                Ok(Covariate::Category(groups)) => groups.codes()[row].is_none(),
                Err(_) => true,
            };
            let group = Some("its group").filter(|_| groups.codes()[row].is_none());
            group.into_iter().chain(covariates.names().filter(lacks)).collect::<Vec<&str>>()
        };
        let (mut incomplete, mut columns, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for &(column, row) in &join.pairs {
            let lacking = lacking(row);
            if lacking.is_empty() {
                columns.push(column);
                rows.push(row);
            } else {
                incomplete.push((expression.samples()[column].clone(), lacking.join(", ")));
            }
        }
        if rows.is_empty() {
            let names: Vec<&str> = std::iter::once("a group").chain(covariates.names()).collect();
            return Err(Error::Samples(format!("no sample of both tables has {}", list(&names))));
        }
        Ok(Self {
            expression: expression.select_samples(&columns),
            groups: groups.rows(&rows),
            covariates: covariates.rows(&rows),
            join,
            incomplete,
        })
    }

    /// Each sample that is not in, and why: those of one table alone, and those that lack a value.
    pub fn left_out(&self) -> Vec<(String, String)> {
        let alone = |samples: &[String], table: &str| {
            let reason = format!("only in {table}");
            samples.iter().map(|sample| (sample.clone(), reason.clone())).collect::<Vec<_>>()
        };
        let mut out = alone(&self.join.only_left, &self.join.left);
        out.extend(alone(&self.join.only_right, &self.join.right));
        out.extend(self.incomplete.iter().map(|(sample, what)| (sample.clone(), format!("no value of {what}"))));
        out
    }

    /// How many are in, and how many are not, without their names: for a page that others read.
    pub fn summary(&self) -> String {
        let JoinReport { only_left, only_right, left, right, .. } = &self.join;
        let counts = [(only_left.len(), left), (only_right.len(), right)];
        let mut said = format!("samples that are compared: {}", self.groups.len());
        for (count, table) in counts.into_iter().filter(|(count, _)| *count > 0) {
            said += &format!("; only in {table}: {count}");
        }
        if !self.incomplete.is_empty() {
            said += &format!("; without a group or a covariate: {}", self.incomplete.len());
        }
        said
    }

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
        assert_eq!(error, "no sample of both tables has a group");
        let error = join("sample,grp\nP1,a\n", group()).unwrap_err().to_string();
        assert!(error.contains("no column group"), "{error}");
        assert!(join("sample,group\nP1,a\nP1,b\n", group()).unwrap_err().to_string().contains("P1"));
        let found = join("sample,group,age\nP2,2,\nP1,10,5\n", group().with("age")).unwrap();
        assert_eq!(found.report(), ["1 sample is left out for a missing value: P2 (age)"]);
        assert_eq!(found.summary(), "samples that are compared: 1; without a group or a covariate: 1");
        assert_eq!(found.left_out(), [("P2".to_string(), "no value of age".to_string())]);
        let one = Groups::new([Some("a")]);
        let error = Samples::join(&expression(), &["P1", "P2"], "the patients", &one, &Covariates::new(2)).unwrap_err();
        assert!(error.to_string().starts_with("the patients has 2 ids, 1 groups"), "{error}");
        let found = join("sample,group\nP2,2\n", group()).unwrap();
        assert_eq!(found.report(), ["1 of 2 samples is in both; 1 only in the expression table: P1"]);
    }
}
