//! A clinical model with a radiomics score: from features to a forest, its out-of-bag scores, and the variables that say
//! something beside each other; what a nomogram of them is drawn of; and new cases.
//!
//! ```console
//! $ cargo run --release --example clinical_model
//! ```
//!
//! The score of a training case is that of the trees that did not see it. The table below, made with the scores that the forest
//! gives its own training cases, would say that nothing else matters.

mod simulated;

use radsurv::data::{Covariate, Covariates, FeatureTable, Groups, SurvivalModel};
use radsurv::eval::nomogram::{BaselineSurvival, Nomogram, NomogramModel, NomogramSettings};
use radsurv::eval::text_table::{TextTable, p_value, with_limits};
use radsurv::stats::nonparametric::harrell;
use radsurv::stats::terms::Terms;
use radsurv::survival::ForestSettings;
use radsurv::survival::clinical::{ClinicalReport, ClinicalSettings, ImputerSettings, MissingRule, Rule, ScoreTerm};
use simulated::simulated;

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let (training, followed) = simulated(1, 400)?;
    let (test, test_followed) = simulated(2, 400)?;
    let forest = ForestSettings::default().fit_held_out(&training, &followed)?;

    let settings = ClinicalSettings {
        terms: Terms::new().linear("age").linear("scc").linear("diameter").category("nodes", Some("no")),
        score: Some(ScoreTerm::default()),
        dichotomise: vec!["diameter".to_string()],
        missing: MissingRule::Impute(ImputerSettings::Neighbours { k: 5 }),
        rule: Rule::UnivariableThenBackward { enter: 0.1, stay: 0.05 },
        ..Default::default()
    };
    let fitted = settings.fit(&clinical(&training)?, Some(&forest.held_out), &followed)?;
    print!("{}", table(&fitted.report).to_markdown());
    for step in &fitted.report.steps {
        let what = step.dropped.as_ref().map_or("stays".to_string(), |name| format!("without {name}"));
        println!("\n{} (AIC {:.1}): {what}", step.terms.join(", "), step.aic);
    }
    fitted.report.warnings.iter().for_each(|warning| println!("\nnote: {warning}"));

    let model = &fitted.model;
    let survival = (-model.baseline().at(36.0)).exp();
    let baseline = vec![BaselineSurvival { time: 36.0, survival }];
    let drawn =
        NomogramModel::new(model.terms().clone(), model.coefficients(), model.centre(), baseline, model.range())?;
    println!();
    for axis in Nomogram::new(drawn, &NomogramSettings::default())?.axes {
        let points = axis.ticks.iter().map(|tick| tick.points).fold(0.0, f64::max);
        println!("{:10} up to {points:.0} points", axis.name);
    }

    let score = forest.model.predict_risk(&test)?;
    let predicted = model.predict(&clinical(&test)?, Some(&score), &[36.0])?.predictions;
    let concordance = |risk: &[f64]| harrell(risk, &test_followed).map(|c| c.estimate);
    println!("\nconcordance of new cases: {:.3}", concordance(predicted.risk())?);
    println!("that of the score alone:  {:.3}", concordance(&score)?);
    Ok(())
}

/// Clinical variables of simulated patients: some say what features say, with errors, and some nothing. Some are missing.
fn clinical(features: &FeatureTable) -> Result<Covariates, Error> {
    let column = |name: &str| features.column(name).unwrap_or(&[]);
    let number = |values: &[f64], of: &dyn Fn(f64) -> f64, every: usize| {
        let one = |(i, v): (usize, &f64)| if i % every == 3 { f64::NAN } else { of(*v) };
        Covariate::Number(values.iter().enumerate().map(one).collect())
    };
    let mut cases = Covariates::new(features.cases());
    cases.add("age", number(column("feature_05"), &|v| (56.6 + 10.2 * v).round(), 1000))?;
    cases.add("scc", number(column("feature_07"), &|v| 2.7 * (0.8 * v).exp(), 9))?;
    cases.add("diameter", number(column("feature_12"), &|v| 4.3 + 1.5 * v, 14))?;
    let nodes = column("feature_01").iter().map(|v| Some(if *v > 0.5 { "yes" } else { "no" }));
    cases.add("nodes", Covariate::Category(Groups::new(nodes)))?;
    Ok(cases)
}

/// The variables alone, and those of the model.
fn table(report: &ClinicalReport) -> TextTable {
    let mut table = TextTable::new(["column", "HR alone (95 % CI)", "p", "HR in the model (95 % CI)", "p"]);
    for effect in report.univariable.iter().flat_map(|alone| &alone.effects) {
        let beside = report.effects.iter().find(|other| other.column == effect.column);
        let mut row = vec![effect.column.clone()];
        for effect in [Some(effect), beside] {
            let certainty = effect.and_then(|e| Some((e.hazard_ratio, e.certainty?)));
            row.extend(certainty.map_or(Default::default(), |(ratio, c)| {
                [with_limits(ratio, c.lower, c.upper, 2), p_value(c.p_value)]
            }));
        }
        table.push(row);
    }
    table
}
