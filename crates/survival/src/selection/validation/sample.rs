//! Which cases a sample has, and how it is given to a learner.

use radsurv_data::{Cohort, Covariates, FeatureTable, Groups, Survival};
use radsurv_stats::bootstrap::Samples;

use super::{BootstrapValidation, Copies};
use crate::error::{Error, Result};

/// The cases of each sample, drawn one by one or group by group.
pub(super) fn draw(
    settings: &BootstrapValidation,
    outcome: &Survival,
    groups: Option<&Groups>,
) -> Result<Vec<Vec<usize>>> {
    let mut units: Vec<Vec<usize>> = Vec::new();
    match groups {
        None => units.extend((0..outcome.len()).map(|case| vec![case])),
        Some(groups) => {
            units.resize(groups.levels().len(), Vec::new());
            for (row, code) in groups.codes().iter().enumerate() {
                units[code.ok_or(Error::NoGroup { row })?].push(row);
            }
        }
    }
    let happened = |unit: &Vec<usize>| usize::from(unit.iter().any(|&case| outcome.event()[case]));
    let strata: Option<Vec<usize>> = settings.stratified.then(|| units.iter().map(happened).collect());
    let samples = Samples::new(units.len(), strata.as_deref(), settings.seed)?;
    let cases = |number: usize| samples.rows(number).iter().flat_map(|&unit| units[unit].iter().copied()).collect();
    Ok((0..settings.samples).map(cases).collect())
}

/// Refuses samples that are none of these cases.
pub(super) fn check(samples: &[Vec<usize>], cases: usize) -> Result<()> {
    let bad = |value: String, what| Err(Error::Setting { name: "the list of samples", value, what });
    if samples.len() < 2 {
        return bad(samples.len().to_string(), "give the cases of 2 samples at least");
    }
    for (number, sample) in samples.iter().enumerate() {
        if sample.is_empty() || sample.iter().any(|&case| case >= cases) {
            return bad(format!("wrong in number {}", number + 1), "give each sample some cases, counted from 0");
        }
    }
    Ok(())
}

/// The cases that are not in a sample.
pub(super) fn others(sample: &[usize], cases: usize) -> Vec<usize> {
    let mut left = vec![true; cases];
    sample.iter().for_each(|&case| left[case] = false);
    (0..cases).filter(|&case| left[case]).collect()
}

/// The cohort and outcomes that a sample is learned from.
pub(super) fn present(
    cohort: &Cohort,
    outcome: &Survival,
    sample: &[usize],
    copies: Copies,
) -> Result<(Cohort, Survival)> {
    let mut counts = vec![0usize; outcome.len()];
    sample.iter().for_each(|&case| counts[case] += 1);
    if counts.iter().all(|&count| count < 2) {
        return Ok((cohort.rows(sample), outcome.rows(sample)));
    }
    match copies {
        Copies::Weights => {
            let cases: Vec<usize> = (0..counts.len()).filter(|&case| counts[case] > 0).collect();
            let weights = cases.iter().map(|&case| counts[case] as f64 * outcome.weight(case)).collect();
            Ok((cohort.rows(&cases), outcome.rows(&cases).with_weights(weights)?))
        }
        Copies::Rows => Ok((repeated(cohort, sample)?, outcome.rows(sample))),
    }
}

/// Rows of which some are there more than once: ids have the number of the row behind them, so that they are unique.
fn repeated(cohort: &Cohort, sample: &[usize]) -> Result<Cohort> {
    let features = cohort.features();
    let id = |(row, &case): (usize, &usize)| format!("{} #{}", features.case_ids()[case], row + 1);
    let ids = sample.iter().enumerate().map(id).collect();
    let column = |column: &Vec<f64>| sample.iter().map(|&case| column[case]).collect();
    let columns = features.columns().iter().map(column).collect();
    let covariates: Covariates = cohort.covariates().rows(sample);
    Ok(Cohort::new(FeatureTable::new(ids, features.names().to_vec(), columns)?, covariates)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(n: usize) -> (Cohort, Survival) {
        let rows = (0..n).map(|i| (format!("P{i}"), vec![("a", i as f64)]));
        let outcome = Survival::new((1..=n).map(|i| i as f64).collect(), (0..n).map(|i| i % 3 == 0).collect()).unwrap();
        (Cohort::from(FeatureTable::from_rows(rows).unwrap()), outcome)
    }

    #[test]
    fn copies_are_weights_or_rows() {
        let (cohort, outcome) = cases(4);
        let outcome = outcome.with_weights(vec![1.0, 2.0, 1.0, 0.5]).unwrap();
        let sample = [3, 1, 3, 1, 3];
        let (weighted, of) = present(&cohort, &outcome, &sample, Copies::Weights).unwrap();
        assert_eq!(weighted.features().case_ids(), ["P1", "P3"]);
        assert_eq!(of.weights().unwrap(), [4.0, 1.5]);
        let (rows, of) = present(&cohort, &outcome, &sample, Copies::Rows).unwrap();
        assert_eq!(rows.features().case_ids(), ["P3 #1", "P1 #2", "P3 #3", "P1 #4", "P3 #5"]);
        assert_eq!(rows.features().columns()[0], [3.0, 1.0, 3.0, 1.0, 3.0]);
        assert_eq!(of.weights().unwrap(), [0.5, 2.0, 0.5, 2.0, 0.5]);
        assert_eq!(others(&sample, 4), [0, 2]);
    }

    #[test]
    fn groups_are_drawn_whole_and_strata_keep_their_size() {
        let (_, outcome) = cases(60);
        let groups = Groups::new((0..60).map(|i| Some(format!("{}", i / 4))));
        let settings = BootstrapValidation { samples: 30, stratified: true, ..Default::default() };
        for sample in draw(&settings, &outcome, Some(&groups)).unwrap() {
            let mut counts = [0; 60];
            sample.iter().for_each(|&case| counts[case] += 1);
            assert!((0..60).all(|case| counts[case] == counts[case / 4 * 4]));
        }
        for sample in draw(&settings, &outcome, None).unwrap() {
            assert_eq!((sample.len(), outcome.rows(&sample).events()), (60, 20));
        }
        let some = Groups::new((0..60).map(|i| (i != 7).then_some("a")));
        assert!(draw(&settings, &outcome, Some(&some)).unwrap_err().to_string().starts_with("row 8 has no group"));
    }
}
