//! Genes, features and confounders of the same samples.

use radsurv_data::{Covariate, Covariates, FeatureTable, JoinReport, list};
use radsurv_stats::linear::Qr;

use crate::error::{Error, Result};
use crate::expression::{Expression, repeated};

/// What is asked for, of the samples that both tables have and that lack no confounder.
pub(super) struct Input {
    /// The number of samples.
    pub samples: usize,
    /// Each gene and its values.
    pub genes: Vec<(String, Vec<f64>)>,
    /// Each feature and its values.
    pub features: Vec<(String, Vec<f64>)>,
    /// The columns of the confounders.
    pub confounders: Vec<Vec<f64>>,
    pub missing_genes: Vec<String>,
    pub missing_features: Vec<String>,
    pub join: JoinReport,
    pub incomplete: Vec<String>,
}

impl Input {
    pub fn new(
        expression: &Expression,
        genes: &[String],
        features: &FeatureTable,
        named: &[String],
        confounders: Option<&Covariates>,
    ) -> Result<Self> {
        let twice = repeated(genes);
        if !twice.is_empty() {
            return Err(Error::DuplicateGenes { table: "the genes asked for".to_string(), genes: twice });
        }
        if let Some(column) = repeated(named).into_iter().next() {
            let table = "the features asked for".to_string();
            return Err(Error::Data(radsurv_data::Error::DuplicateColumn { table, column }));
        }
        let join = JoinReport::new(expression.samples(), features.case_ids())?;
        let join = join.named("the expression table", "the feature table");
        if join.pairs.is_empty() {
            let first = |ids: &[String]| ids.first().cloned().unwrap_or_default();
            return Err(Error::Data(radsurv_data::Error::NothingInCommon {
                left: join.left,
                right: join.right,
                left_id: first(expression.samples()),
                right_id: first(features.case_ids()),
            }));
        }
        let of_cases = match confounders {
            Some(confounders) if confounders.cases() != features.cases() => {
                let (found, cases) = (confounders.cases(), features.cases());
                let what = format!(
                    "there are confounders of {found} cases and features of {cases}: give them in the order of the features"
                );
                return Err(Error::Association(what));
            }
            Some(confounders) => columns(confounders)?,
            None => Vec::new(),
        };
        let lacks = |case: usize| of_cases.iter().any(|column| column[case].is_nan());
        let incomplete = join.pairs.iter().filter(|(_, case)| lacks(*case));
        let incomplete = incomplete.map(|(sample, _)| expression.samples()[*sample].clone()).collect();
        let rows: Vec<(usize, usize)> = join.pairs.iter().copied().filter(|(_, case)| !lacks(*case)).collect();
        let places = expression.places();
        let (mut found, mut missing_genes) = (Vec::new(), Vec::new());
        for gene in genes {
            match places.get(gene.as_str()) {
                Some(&place) => {
                    let values = expression.row(place);
                    found.push((gene.clone(), rows.iter().map(|&(sample, _)| values[sample]).collect()));
                }
                None => missing_genes.push(gene.clone()),
            }
        }
        let (mut described, mut missing_features) = (Vec::new(), Vec::new());
        for name in named {
            match features.column(name) {
                // What is not finite counts as missing, as everywhere among features.
                Some(values) => {
                    let value = |v: f64| if v.is_finite() { v } else { f64::NAN };
                    described.push((name.clone(), rows.iter().map(|&(_, case)| value(values[case])).collect()));
                }
                None => missing_features.push(name.clone()),
            }
        }
        for (what, there, names) in [("genes", found.len(), genes), ("features", described.len(), named)] {
            if there == 0 {
                let names = if names.is_empty() { "none is asked for".to_string() } else { list(names) };
                return Err(Error::Association(format!("none of the {what} asked for is in the table: {names}")));
            }
        }
        let confounders: Vec<Vec<f64>> =
            of_cases.iter().map(|column| rows.iter().map(|&(_, case)| column[case]).collect()).collect();
        check_rank(&confounders)?;
        let samples = rows.len();
        Ok(Self {
            samples,
            genes: found,
            features: described,
            confounders,
            missing_genes,
            missing_features,
            join,
            incomplete,
        })
    }
}

/// A column for each number, and for each level of a category but its first.
fn columns(confounders: &Covariates) -> Result<Vec<Vec<f64>>> {
    let mut columns = Vec::new();
    for name in confounders.names() {
        match confounders.get(name)? {
            Covariate::Number(values) => {
                columns.push(values.iter().map(|&v| if v.is_finite() { v } else { f64::NAN }).collect());
            }
            Covariate::Category(groups) => {
                for level in 1..groups.levels().len() {
                    let flag = |code: &Option<usize>| code.map_or(f64::NAN, |code| f64::from(u8::from(code == level)));
                    columns.push(groups.codes().iter().map(flag).collect());
                }
            }
        }
    }
    Ok(columns)
}

/// Refuses confounders that say the same twice, or nothing.
fn check_rank(confounders: &[Vec<f64>]) -> Result<()> {
    let Some(first) = confounders.first() else { return Ok(()) };
    let mut design = vec![vec![1.0; first.len()]];
    design.extend(confounders.iter().cloned());
    let aliased = Qr::new(&design)?.aliased().len();
    if aliased == 0 || first.len() <= confounders.len() {
        return Ok(());
    }
    let what = format!(
        "{aliased} of the {} columns of the confounders are constant or depend on the others: leave them out",
        confounders.len()
    );
    Err(Error::Association(what))
}
