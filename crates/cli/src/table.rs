//! Tables of features as the commands after `extract` read them.

use std::path::{Path, PathBuf};

use clap::Args;
use radsurv_data::{Carried, CaseFile, Cohort, CovariateKind, Covariates, JoinReport, Pattern, Survival, Table, list};
use radsurv_features::catalog::is_feature_name;

use crate::console::Console;
use crate::error::{Error, Result};

/// Which columns of a table are features. The case ids (the first column) and covariates never are.
#[derive(Debug, Clone, Copy)]
pub enum Choose<'a> {
    /// Those named like radiomics features, prefixed or not.
    Recognised,
    /// Those whose name this regular expression matches: `--features REGEX`.
    Matching(&'a str),
    /// Those of these names, as a fitted model knows them. Names that are not there are left to the model to complain of.
    Named(&'a [String]),
}

impl<'a> Choose<'a> {
    /// What `--features` asks for.
    pub fn option(features: Option<&'a str>) -> Self {
        features.map_or(Self::Recognised, Self::Matching)
    }
}

/// Which cases of which table.
#[derive(Debug, Clone, Args)]
pub struct CasesArgs {
    /// The table: a row per case, its id in the first column.
    #[arg(long, value_name = "FILE")]
    pub table: PathBuf,
    /// Only the cases with this value in this column, and none of the others: `--only split=train`.
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = parse_only)]
    pub only: Option<(String, String)>,
}

/// Which cases and which of their features something is learned from.
#[derive(Debug, Args)]
pub struct TrainingArgs {
    /// The training cases.
    #[command(flatten)]
    pub cases: CasesArgs,
    /// The features: the columns this regular expression matches [default: those named like radiomics features, as
    /// `radsurv extract` writes them].
    #[arg(long, value_name = "REGEX")]
    pub features: Option<String>,
}

fn parse_only(text: &str) -> std::result::Result<(String, String), String> {
    let (column, value) = text.split_once('=').ok_or("give COLUMN=VALUE: split=train")?;
    Ok((column.to_string(), value.to_string()))
}

/// A table as a cohort, and the columns that are not part of it.
#[derive(Debug)]
pub struct CohortTable {
    /// Features and covariates of the cases.
    pub cohort: Cohort,
    /// All columns that are no features, covariates too, for writing the table again.
    pub carried: Carried,
}

/// Reads a table with a row per case: the chosen columns as features, which must be numbers, `covariates` as what they are
/// said to be, all others as text.
///
/// # Errors
/// If the file cannot be read, has no case, no column of those names, a case twice, or a feature that is no number
/// somewhere; if the regular expression is none; if no column is chosen, with names that are near.
pub fn read_cohort(path: &Path, choose: Choose<'_>, covariates: &[(&str, CovariateKind)]) -> Result<CohortTable> {
    let file = CaseFile::open(path)?;
    let names: Vec<&str> = file.columns().iter().skip(1).map(String::as_str).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| covariates.iter().all(|(c, _)| c != name)).collect();
    let chosen: Vec<&str> = match choose {
        Choose::Recognised => names.into_iter().filter(|name| is_feature_name(name)).collect(),
        Choose::Matching(text) => Pattern::new(text)?.choose(&names).map_err(|e| at(path, &e))?,
        Choose::Named(wanted) => {
            let wanted: std::collections::HashSet<&str> = wanted.iter().map(String::as_str).collect();
            names.into_iter().filter(|name| wanted.contains(name)).collect()
        }
    };
    if chosen.is_empty() && matches!(choose, Choose::Recognised) {
        return Err(Error::Input(format!(
            "{}: no column is named like a radiomics feature (original_glcm_Contrast, ring_wavelet-LLH_firstorder_Mean); \
             say which are features with --features REGEX; its columns are {}",
            path.display(),
            list(file.columns())
        )));
    }
    let chosen: std::collections::HashSet<String> = chosen.into_iter().map(String::from).collect();
    let (features, carried) = file.read(|name| chosen.contains(name))?;
    if features.cases() == 0 {
        return Err(Error::Input(format!("{}: there is no case below the header", path.display())));
    }
    let mut known = Covariates::new(features.cases());
    for (name, kind) in covariates {
        known.add_column(carried.table(), name, *kind)?;
    }
    Ok(CohortTable { cohort: Cohort::new(features, known)?, carried })
}

/// Reads the training cases of a table.
///
/// # Errors
/// As [`read_cases`].
pub fn training(args: &TrainingArgs, covariates: &[(&str, CovariateKind)]) -> Result<CohortTable> {
    read_cases(&args.cases, Choose::option(args.features.as_deref()), covariates)
}

/// Reads some cases of a table.
///
/// # Errors
/// As [`read_cohort`]; if no case has the value that is asked for.
pub fn read_cases(args: &CasesArgs, choose: Choose<'_>, covariates: &[(&str, CovariateKind)]) -> Result<CohortTable> {
    let mut table = read_cohort(&args.table, choose, covariates)?;
    if let Some((column, value)) = &args.only {
        let text = table.carried.table();
        let place = text.column(column)?;
        let here = |row: &radsurv_data::Row| row.cells.get(place).is_some_and(|cell| cell.trim() == value.trim());
        let cases: Vec<usize> = (0..text.rows().len()).filter(|&case| here(&text.rows()[case])).collect();
        if cases.is_empty() {
            let what = format!("{}: no case has {value:?} in the column {column}", args.table.display());
            return Err(Error::Input(what));
        }
        table.cohort = table.cohort.rows(&cases);
    }
    Ok(table)
}

/// Which columns are the follow-up.
#[derive(Debug, Clone, Args)]
pub struct OutcomeArgs {
    /// The column of the time each case was followed.
    #[arg(long, value_name = "COLUMN")]
    pub time: String,
    /// The column that says whether the event happened at that time: 1 or 0.
    #[arg(long, value_name = "COLUMN")]
    pub event: String,
    /// The table that has these two columns, if it is another one: joined by case id.
    #[arg(long, value_name = "FILE")]
    pub outcomes: Option<PathBuf>,
}

impl OutcomeArgs {
    /// The columns of the table of features that are no features.
    pub fn covariates(&self) -> Vec<(&str, CovariateKind)> {
        let own = if self.outcomes.is_some() { &[][..] } else { &[&self.time, &self.event][..] };
        own.iter().map(|name| (name.as_str(), CovariateKind::Category)).collect()
    }
}

/// The cases that have an outcome, with it. Of two tables, those that are in both; which are not is said.
///
/// # Errors
/// If the table cannot be read or has no such column, no case is in both, or a time or event is none.
pub fn outcome(args: &OutcomeArgs, table: CohortTable, console: &Console) -> Result<(Cohort, Survival)> {
    let CohortTable { mut cohort, carried } = table;
    let read = args.outcomes.as_ref().map(Table::read_csv).transpose()?;
    let text = read.as_ref().unwrap_or(carried.table());
    let report = JoinReport::new(cohort.features().case_ids(), &text.ids().collect::<Vec<_>>())?;
    if let Some(path) = &args.outcomes {
        let report = report.clone().named("the table of features", path.display().to_string());
        if report.matched() == 0 {
            return Err(Error::Input(report.to_string()));
        }
        if !report.is_complete() {
            console.line(&report.to_string());
        }
        cohort = cohort.rows(&report.pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    }
    let cells = |name: &str| -> Result<Vec<&str>> {
        let place = text.column(name)?;
        Ok(report.pairs.iter().map(|&(_, row)| text.rows()[row].cells[place].as_str()).collect())
    };
    let ids: Vec<&str> = cohort.features().case_ids().iter().map(String::as_str).collect();
    let (times, events) = (cells(&args.time)?, cells(&args.event)?);
    let outcome = Survival::parse(&ids, (&args.time, &times), (&args.event, &events))?;
    Ok((cohort, outcome))
}

fn at(path: &Path, error: &radsurv_data::Error) -> Error {
    Error::Input(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use radsurv_data::Covariate;

    use super::*;

    const TABLE: &str = "case_id,image,label,centre,age,tumour_original_glcm_Id,ring_original_glcm_Id,time,event,diagnostics_x\n\
        P1,i1.nii,1,2,61,0.1,0.2,12,1,\"a, b\"\nP2,i2.nii,1;2,1,,0.3,,15.50,0,c\n";

    struct File(tempfile::TempDir);

    impl File {
        fn new(text: &str) -> Self {
            let file = Self(tempfile::tempdir().unwrap());
            std::fs::write(file.path(), text).unwrap();
            file
        }

        fn path(&self) -> std::path::PathBuf {
            self.0.path().join("t.csv")
        }
    }

    #[test]
    fn features_are_recognised_and_the_rest_is_carried() {
        let file = File::new(TABLE);
        let covariates = [("centre", CovariateKind::Category), ("age", CovariateKind::Detect)];
        let CohortTable { cohort, carried } = read_cohort(&file.path(), Choose::option(None), &covariates).unwrap();
        assert_eq!(cohort.features().case_ids(), ["P1", "P2"]);
        assert_eq!(cohort.features().names(), ["tumour_original_glcm_Id", "ring_original_glcm_Id"]);
        assert_eq!(cohort.covariates().groups("centre").unwrap().levels(), ["1", "2"]);
        assert!(matches!(cohort.covariates().get("age").unwrap(), Covariate::Number(age) if age[1].is_nan()));
        let others = ["case_id", "image", "label", "centre", "age", "time", "event", "diagnostics_x"];
        assert_eq!(carried.table().columns(), others);
        carried.write(file.path(), cohort.features()).unwrap();
        assert_eq!(std::fs::read_to_string(file.path()).unwrap(), TABLE);
    }

    #[test]
    fn a_pattern_chooses_anything_but_ids_and_covariates() {
        let file = File::new(TABLE);
        let names = |choose: Choose<'_>| {
            let covariates = [("event", CovariateKind::Category)];
            read_cohort(&file.path(), choose, &covariates).map(|t| t.cohort.features().names().to_vec())
        };
        assert_eq!(
            names(Choose::Matching("^age$|^ring|time|case_id|event")).unwrap().join(" "),
            "age ring_original_glcm_Id time"
        );
        let fitted = ["time", "gone"].map(String::from);
        assert_eq!(names(Choose::Named(&fitted)).unwrap(), ["time"]);
        let message = |text: &str| names(Choose::Matching(text)).unwrap_err().to_string();
        assert!(
            message("GLCM")
                .ends_with("t.csv: no column matches GLCM; near it are tumour_original_glcm_Id, ring_original_glcm_Id")
        );
        assert!(message("(").contains("no regular expression"));
        assert!(message(".").ends_with(
            "t.csv, line 2: image is \"i1.nii\", which is no number; leave the cell empty if the value is missing"
        ));
    }

    #[test]
    fn tables_that_are_no_cohort_are_explained() {
        let message = |text: &str, covariate: &str| {
            let file = File::new(text);
            read_cohort(&file.path(), Choose::Recognised, &[(covariate, CovariateKind::Detect)])
                .unwrap_err()
                .to_string()
        };
        let none = message("ID,Elongation.original\nP1,1\n", "centre");
        assert!(none.contains("--features REGEX; its columns are ID, Elongation.original"), "{none}");
        assert!(message("ID,original_glcm_Id\n", "centre").contains("no case below the header"));
        assert!(message("ID,original_glcm_Id,Centre\nP1,1,1\n", "centre").contains("there is \"Centre\""));
        let twice = message("ID,original_glcm_Id\nP1,1\nP2,1\nP1,2\n", "centre");
        assert!(
            twice.contains("two rows for the case P1 (lines 2 and 4)") && twice.contains("--layout wide"),
            "{twice}"
        );
    }
}
