//! The figures of choosing and explaining models, from data to drawing.

use radsurv_data::{Cohort, FitSurvival, SurvivalModel};
use radsurv_plot::{Drawing, Style};
use radsurv_stats::nonparametric::harrell;
use radsurv_survival::coxnet::{LambdaChoice, PathSettings, StabilitySettings};
use radsurv_survival::explain::ShapValues;
use radsurv_survival::explain::partial_dependence::{PartialDependenceSettings, Target};
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::{AnySettings, CoxSettings, CoxnetSettings, ForestSettings, NewtonBoostingSettings};

use crate::data::{Any, Patients, pbc, radiomics};

/// Boosted trees of the patients, and how they come to their risks.
fn explained() -> Any<(Patients, ShapValues)> {
    let cases = pbc()?;
    let model = NewtonBoostingSettings::default().fit(&cases.table, &cases.outcome)?;
    let shap = model.shap(&cases.table)?;
    Ok((cases, shap))
}

pub fn shap_beeswarm(style: &Style) -> Any<Drawing> {
    let (cases, shap) = explained()?;
    Ok(radsurv_plot::shap_beeswarm::figure(&shap, &cases.table, &Default::default(), style)?)
}

pub fn shap_dependence(style: &Style) -> Any<Drawing> {
    let (cases, shap) = explained()?;
    Ok(radsurv_plot::shap_dependence::figure(&shap, &cases.table, "protime", &Default::default(), style)?)
}

pub fn shap_waterfall(style: &Style) -> Any<Drawing> {
    let (cases, shap) = explained()?;
    Ok(radsurv_plot::shap_waterfall::figure(&shap, &cases.table, "P23", &Default::default(), style)?)
}

pub fn partial_dependence(style: &Style) -> Any<Drawing> {
    let cases = pbc()?;
    let forest = ForestSettings { trees: 100, ..ForestSettings::default() }.fit(&cases.table, &cases.outcome)?;
    let settings = PartialDependenceSettings { target: Target::Event(60.0), ..Default::default() };
    let found = settings.of(&forest, &Cohort::from(cases.table), "bili")?;
    let name = Some("Death within 60 months".to_string());
    let settings = radsurv_plot::partial_dependence::Settings { name, ..Default::default() };
    Ok(radsurv_plot::partial_dependence::figure(&found, &settings, style)?)
}

pub fn selection_frequency(style: &Style) -> Any<Drawing> {
    use radsurv_plot::selection_frequency::{Chosen, Settings, figure};
    let cases = radiomics(1)?;
    let stability = StabilitySettings::default().run(&cases.table, &cases.outcome)?;
    let chosen = stability.features.iter().map(|f| Chosen { name: f.feature.clone(), share: f.frequency() });
    let settings =
        Settings { threshold: Some(stability.threshold), name: "Share of halves".into(), ..Default::default() };
    Ok(figure(&chosen.collect::<Vec<_>>(), &settings, style)?)
}

/// Harrell's C of each fold by a model of the others.
fn by_fold(settings: &AnySettings, cases: &Patients) -> Any<Vec<f64>> {
    let folds = FoldSettings { folds: 5, ..FoldSettings::default() }.draw(&cases.outcome, None)?;
    let of = |fold: usize| -> Any<f64> {
        let (others, own) = (folds[0].others(fold), folds[0].cases(fold));
        let model = settings.fit(&cases.table.rows(&others), &cases.outcome.rows(&others))?;
        Ok(harrell(&model.predict_risk(&cases.table.rows(&own))?, &cases.outcome.rows(&own))?.estimate)
    };
    (0..folds[0].count()).map(of).collect()
}

pub fn tuning(style: &Style) -> Any<Drawing> {
    use radsurv_plot::tuning::{Candidate, Settings, figure};
    let cases = radiomics(1)?;
    let mut tried = Vec::new();
    for alpha in [0.5, 1.0] {
        for lambda in [0.01, 0.03, 0.1, 0.2] {
            let path = PathSettings { alpha, ..PathSettings::default() };
            let settings = CoxnetSettings { path, lambda: LambdaChoice::Fixed(lambda), ..Default::default() };
            let folds = by_fold(&AnySettings::Coxnet(settings), &cases)?;
            let mean = folds.iter().sum::<f64>() / folds.len() as f64;
            tried.push(Candidate { name: format!("alpha = {alpha}, lambda = {lambda}"), mean, folds, chosen: false });
        }
    }
    if let Some(best) = tried.iter_mut().max_by(|a, b| a.mean.total_cmp(&b.mean)) {
        best.chosen = true;
    }
    Ok(figure(&tried, &Settings { name: "Harrell's C of 5 folds".into(), ..Settings::default() }, style)?)
}

pub fn ranking(style: &Style) -> Any<Drawing> {
    use radsurv_plot::ranking::{Model, Score, Settings, figure};
    let cases = pbc()?;
    let half = |odd: usize| (0..cases.outcome.len()).filter(|i| i % 2 == odd).collect::<Vec<_>>();
    let halves = [half(0), half(1)].map(|rows| (cases.table.rows(&rows), cases.outcome.rows(&rows)));
    let forest = ForestSettings { trees: 200, ..ForestSettings::default() };
    let settings = [
        ("Cox", AnySettings::Cox(CoxSettings::default())),
        ("Lasso", AnySettings::Coxnet(CoxnetSettings::default())),
        ("Random survival forest", AnySettings::Forest(forest)),
        ("Boosted trees", AnySettings::NewtonBoosting(NewtonBoostingSettings::default())),
    ];
    let mut models = Vec::new();
    for (name, settings) in settings {
        let model = settings.fit(&halves[0].0, &halves[0].1)?;
        let score = |(table, outcome): &(_, _)| -> Any<Option<Score>> {
            let c = harrell(&model.predict_risk(table)?, outcome)?;
            let limit = |sign: f64| (c.estimate + sign * 1.96 * c.std_error).min(1.0);
            Ok(Some(Score { estimate: c.estimate, lower: limit(-1.0), upper: limit(1.0) }))
        };
        let scores = halves.iter().map(score).collect::<Any<_>>()?;
        models.push(Model { name: name.into(), scores });
    }
    let settings = Settings { by: Some(1), nothing: None, ..Settings::default() };
    Ok(figure(&models, &["training half", "other half"], &settings, style)?)
}
