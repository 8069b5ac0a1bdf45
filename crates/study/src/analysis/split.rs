//! Patients divided into training, validation and test set.

use radsurv_data::Groups;
use radsurv_stats::random::Random;

use super::patients::Patients;
use super::result::PatientSet;
use crate::error::{Error, Result};
use crate::settings::{SplitSettings, StudySettings};

/// The set of each patient.
///
/// Random sets have as many patients, and as many events of the first endpoint, as their part says, each to the nearest whole number.
///
/// # Errors
/// [`Error::Cases`] of parts that are none, a patient without a centre or set, sets that are empty, and patients without an endpoint.
pub fn divide(settings: &StudySettings, patients: &Patients) -> Result<Vec<PatientSet>> {
    let none = || Error::Cases("there is no endpoint whose events could be divided".to_string());
    let outcome = patients.outcomes.first().ok_or_else(none)?;
    let all = || 0..patients.ids.len();
    let mut sets = vec![PatientSet::Training; patients.ids.len()];
    match &settings.split {
        SplitSettings::Random(split) => {
            let parts = [(PatientSet::Validation, split.validation), (PatientSet::Test, split.test)];
            deal(&mut sets, &all().collect::<Vec<_>>(), outcome.event(), &parts, settings.seed)?;
        }
        SplitSettings::Centre(split) => {
            let centres = centres(settings, patients)?;
            if let Some(unknown) = split.test.iter().find(|name| !centres.levels().contains(name)) {
                let known = centres.levels().join(", ");
                return Err(Error::Cases(format!("no patient is of the centre {unknown}; the centres are {known}")));
            }
            let mut others = Vec::new();
            for case in all() {
                match centres.label(case) {
                    None => return Err(Error::Cases(format!("{} has no centre", patients.ids[case]))),
                    Some(name) if split.test.iter().any(|test| test == name) => sets[case] = PatientSet::Test,
                    Some(_) => others.push(case),
                }
            }
            deal(&mut sets, &others, outcome.event(), &[(PatientSet::Validation, split.validation)], settings.seed)?;
        }
        SplitSettings::Column(name) => {
            let place = patients.table.column(name)?;
            for (set, row) in sets.iter_mut().zip(patients.table.rows()) {
                let cell = row.cells[place].trim();
                *set = PatientSet::ALL.into_iter().find(|set| set.name() == cell).ok_or_else(|| {
                    let what = format!("{name} is {cell:?}: write training, validation or test");
                    patients.table.error(row.line, what)
                })?;
            }
        }
    }
    if !sets.contains(&PatientSet::Training) {
        return Err(Error::Cases("nobody is in the training set".to_string()));
    }
    if sets.iter().all(|set| *set == PatientSet::Training) {
        let what = "everybody is in the training set: leave some patients for validation or test, or use `radsurv tune`, whose nested \
                    cross-validation needs no others";
        return Err(Error::Cases(what.to_string()));
    }
    Ok(sets)
}

/// The centre of each patient.
fn centres(settings: &StudySettings, patients: &Patients) -> Result<Groups> {
    let name = settings.patients.centre.as_deref();
    let what = "to split by centre, say which column it is: [patients] centre = \"...\"";
    Ok(patients.covariates.groups(name.ok_or_else(|| Error::Cases(what.to_string()))?)?)
}

/// Deals patients with and without event apart, so that each set has its part of both.
fn deal(
    sets: &mut [PatientSet],
    cases: &[usize],
    event: &[bool],
    parts: &[(PatientSet, f64)],
    seed: u64,
) -> Result<()> {
    let sum: f64 = parts.iter().map(|(_, part)| part).sum();
    if parts.iter().any(|(_, part)| !(0.0..1.0).contains(part)) || sum >= 1.0 {
        let given: Vec<String> = parts.iter().map(|(set, part)| format!("{set} {part}")).collect();
        let what = format!("{}: parts are from 0 to 1, and leave something for training", given.join(", "));
        return Err(Error::Cases(what));
    }
    for (stream, with) in [true, false].into_iter().enumerate() {
        let mut of: Vec<usize> = cases.iter().copied().filter(|&case| event[case] == with).collect();
        Random::new(seed, stream as u64).shuffle(&mut of);
        let (mut begin, mut before) = (0, 0.0);
        for (set, part) in parts {
            before += part;
            let end = (before * of.len() as f64).round() as usize;
            of[begin..end].iter().for_each(|&case| sets[case] = *set);
            begin = end;
        }
    }
    Ok(())
}

/// The places of the patients of a set.
pub fn places(sets: &[PatientSet], of: PatientSet) -> Vec<usize> {
    (0..sets.len()).filter(|&case| sets[case] == of).collect()
}
