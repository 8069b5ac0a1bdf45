//! What the truth says of the study.

use radsurv::data::Survival;
use radsurv::eval::text_table::TextTable;
use radsurv::eval::time_roc::time_roc;
use radsurv::harmonize::diagnostics::BatchEffect;
use radsurv::stats::correlation::{Method, Missing, correlation};
use radsurv::stats::summary;
use radsurv::study::Study;
use radsurv::study::analysis::{EndpointResult, ProtocolResult};
use radsurv::study::settings::Protocol;

use super::fresh::Fresh;
use crate::Error;

/// AUC of the paper's best models at 1, 3 and 5 years, in its validation and test set: a forest for DFS, gradient boosting for OS. Its patients
/// are real, ours are simulated: that the numbers are alike only says that the simulation is not absurd.
const PAPER: [(&str, [f64; 3], [f64; 3]); 2] =
    [("DFS", [0.884, 0.838, 0.823], [0.829, 0.809, 0.841]), ("OS", [0.981, 0.975, 0.837], [0.904, 0.860, 0.905])];

/// A feature that correlates with a risk by more than this shows it; of chance alone 210 patients give 0.14 in one of twenty.
const SIGNAL: f64 = 0.25;
/// How many features of a model are looked at.
const FEATURES: usize = 10;

/// Prints all of it.
pub fn all(study: &Study, fresh: &Fresh) -> Result<(), Error> {
    println!("## Is it true? Simulated patients, so the truth is known\n");
    let of = |protocol| study.protocols.iter().find(|found| found.protocol == protocol);
    let (Some(strict), Some(published)) = (of(Protocol::Strict), of(Protocol::AsPublished)) else {
        return Err("both protocols are needed".into());
    };
    signal(strict, fresh)?;
    scanner(strict, fresh)?;
    areas(study, strict, published, fresh)
}

/// Whether the most important features of the best models show the risk they should.
fn signal(strict: &ProtocolResult, fresh: &Fresh) -> Result<(), Error> {
    println!("### Does it find the signal?\n");
    for found in &strict.endpoints {
        let [_, ready] = fresh.steps(found, &fresh.all())?;
        let mut features: Vec<(&str, f64)> = found.importance.iter().map(|f| (f.feature.as_str(), f.loss)).collect();
        features.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut table = TextTable::new(["feature", "loss of C without it", "correlation with the risk it should show"]);
        let mut shown = 0;
        for (feature, loss) in features.iter().take(FEATURES) {
            let Some(values) = ready.features().column(feature) else { continue };
            let with = correlation(values, &fresh.latent(feature), Method::Spearman, Missing::Pairwise)?.estimate;
            shown += usize::from(with.abs() > SIGNAL);
            table.push([feature.to_string(), format!("{loss:.3}"), format!("{with:+.2}")]);
        }
        let best = &found.models[found.winner];
        println!("{}, {} of {} features:\n\n{}", found.endpoint, best.model, best.features, table.to_markdown());
        let looked_at = features.len().min(FEATURES);
        println!("{shown} of its {looked_at} most important features show the risk (|rho| > {SIGNAL}).\n");
    }
    Ok(())
}

/// How much of the features' variance acquisition periods explain, before and after ComBat, in patients it was not fitted to.
fn scanner(strict: &ProtocolResult, fresh: &Fresh) -> Result<(), Error> {
    println!("### Does ComBat remove the scanner?\n");
    let Some(found) = strict.endpoints.first() else { return Ok(()) };
    let mut table = TextTable::new(["fresh patients", "features", "R² of periods before", "after", "by chance"]);
    for (name, rows) in [("centre 1, periods A to C", fresh.centre(1)), ("both centres, A to D", fresh.all())] {
        let [before, after] = fresh.steps(found, &rows)?;
        let [before, after] = [&before, &after].map(|cohort| BatchEffect::of(cohort, "period", 0));
        let explained = |effect: &BatchEffect| {
            summary::mean(&effect.features.iter().filter_map(|f| Some(f.tests.as_ref()?.r2)).collect::<Vec<_>>())
        };
        let (before, after) = (before?, after?);
        let row = [
            name.to_string(),
            before.features.len().to_string(),
            format!("{:.3}", explained(&before)),
            format!("{:.3}", explained(&after)),
            format!("{:.3}", (before.levels.len() - 1) as f64 / (rows.len() - 1) as f64),
        ];
        table.push(row);
    }
    println!("{}", table.to_markdown());
    println!("Centre 2 has a scanner that no training patient was on: `unseen = pass` leaves it as it is.\n");
    Ok(())
}

/// AUC where it was promised, and on fresh patients.
fn areas(study: &Study, strict: &ProtocolResult, published: &ProtocolResult, fresh: &Fresh) -> Result<(), Error> {
    println!("### Are the AUCs true?\n");
    let years: Vec<String> = study.settings.times.iter().map(|t| format!("{t} {}", study.settings.time_unit)).collect();
    for (place, (own, theirs)) in strict.endpoints.iter().zip(&published.endpoints).enumerate() {
        let mut table =
            TextTable::new(["AUC".to_string()].into_iter().chain(years.clone()).chain(["mean".to_string()]));
        let times = &study.settings.times;
        let mut row = |name: String, values: &[Option<f64>]| {
            let cell = |v: &Option<f64>| v.map_or("-".to_string(), |v| format!("{v:.3}"));
            table.push([name].into_iter().chain(values.iter().map(cell)).chain([cell(&mean(values))]));
        };
        for (what, found) in [("strict", own), ("as published", theirs)] {
            let best = &found.models[found.winner];
            for (column, set) in ["training", "cross-validation", "validation", "test"].into_iter().enumerate() {
                row(format!("{what} ({}, {}), {set}", best.features, best.model), &promised(found, column));
            }
            row(format!("{what}, fresh patients"), &area(&fresh.predicted(found)?, fresh.outcome(place), times)?);
        }
        row("the truth, fresh patients".into(), &area(fresh.true_risk(place), fresh.outcome(place), times)?);
        for (_, validation, test) in PAPER.iter().filter(|(name, ..)| *name == own.endpoint) {
            row("the paper (real patients), validation".into(), &validation.map(Some));
            row("the paper (real patients), test".into(), &test.map(Some));
        }
        println!("{}:\n\n{}", own.endpoint, table.to_markdown());
        verdict(own, theirs, place, times, fresh)?;
    }
    Ok(())
}

/// In words.
fn verdict(
    own: &EndpointResult,
    theirs: &EndpointResult,
    place: usize,
    times: &[f64],
    fresh: &Fresh,
) -> Result<(), Error> {
    let outcome = fresh.outcome(place);
    let events = outcome.events();
    let on_fresh = |found: &EndpointResult| Ok::<_, Error>(mean(&area(&fresh.predicted(found)?, outcome, times)?));
    let judged = |found: &EndpointResult, columns: &[usize]| {
        mean(&columns.iter().map(|&column| mean(&promised(found, column))).collect::<Vec<_>>())
    };
    let say = |what: &str, promise: Option<f64>, kept: Option<f64>| match (promise, kept) {
        (Some(promise), Some(kept)) => {
            let off = promise - kept;
            let high = if off > 0.0 { "too high" } else { "too low" };
            println!("- {what}: mean AUC {promise:.3}, on fresh patients {kept:.3}: {:.3} {high}.", off.abs());
        }
        _ => println!("- {what}: too few events to say."),
    };
    let (strict, published) = (on_fresh(own)?, on_fresh(theirs)?);
    say("strict, by cross-validation", judged(own, &[1]), strict);
    say("strict, by the test set", judged(own, &[3]), strict);
    say("as published, by what it was learned from", judged(theirs, &[0]), published);
    say("as published, by validation and test set, which chose it", judged(theirs, &[2, 3]), published);
    println!(
        "- {events} events in {} fresh patients; a standard error is about {:.2}.\n",
        outcome.len(),
        error(own, outcome, times, fresh)?
    );
    Ok(())
}

/// The AUC of the best model in a set of the paper's table.
fn promised(found: &EndpointResult, column: usize) -> Vec<Option<f64>> {
    let scores = found.ranking.models().get(found.winner).and_then(|model| model.scores.get(column));
    scores.map_or_else(Vec::new, |scores| scores.iter().map(|s| s.as_ref().ok().map(|s| s.value)).collect())
}

/// AUC at the times; none where nothing has happened.
fn area(risk: &[f64], outcome: &Survival, times: &[f64]) -> Result<Vec<Option<f64>>, Error> {
    Ok(time_roc(risk, outcome, times)?.at.iter().map(|at| Some(at.auc).filter(|auc| auc.is_finite())).collect())
}

/// The largest standard error of the AUC on fresh patients.
fn error(found: &EndpointResult, outcome: &Survival, times: &[f64], fresh: &Fresh) -> Result<f64, Error> {
    let roc = time_roc(&fresh.predicted(found)?, outcome, times)?;
    Ok(roc.at.iter().filter_map(|at| at.std_error).fold(0.0, f64::max))
}

/// The mean, if all are there.
fn mean(values: &[Option<f64>]) -> Option<f64> {
    let all: Vec<f64> = values.iter().copied().collect::<Option<_>>()?;
    (!all.is_empty()).then(|| summary::mean(&all))
}
