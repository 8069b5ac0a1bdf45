//! Survival models of simulated patients side by side: how well each orders the cases it was trained on, the same cases when
//! they are held out, and cases that it has never seen.
//!
//! ```console
//! $ cargo run --release --example survival_models
//! ```
//!
//! The first number is what a careless analysis would report. The second, from the training cases alone, says what the third will be.

mod simulated;

use radsurv::data::SurvivalModel;
use radsurv::stats::nonparametric::harrell;
use radsurv::survival::folds::FoldSettings;
use radsurv::survival::{
    AnySettings, CoxnetSettings, ForestSettings, GradientBoostingSettings, NewtonBoostingSettings, SvmSettings,
};
use simulated::simulated;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (training, followed) = simulated(1, 400)?;
    let (test, test_followed) = simulated(2, 400)?;
    println!("{} training cases with {} events, 60 features", training.cases(), followed.events());
    let models = [
        ("lasso", AnySettings::Coxnet(CoxnetSettings::default())),
        ("random survival forest", AnySettings::Forest(ForestSettings::default())),
        ("gradient boosting", AnySettings::GradientBoosting(GradientBoostingSettings::default())),
        (
            "boosting of second order",
            AnySettings::NewtonBoosting(NewtonBoostingSettings {
                learning_rate: 0.05,
                max_depth: 3,
                rounds: 300,
                ..Default::default()
            }),
        ),
        ("survival SVM, linear", AnySettings::Svm(SvmSettings::default())),
    ];
    println!("\nconcordance               in sample   held out   test   most important");
    for (name, settings) in models {
        let fitted = settings.fit_held_out(&training, &followed, &FoldSettings::default(), None)?;
        let model = &fitted.model;
        let in_sample = harrell(&model.predict_risk(&training)?, &followed)?.estimate;
        let held_out = harrell(&fitted.held_out.values(), &followed.rows(&fitted.held_out.cases()))?.estimate;
        let on_test = harrell(&model.predict_risk(&test)?, &test_followed)?.estimate;
        let first: Vec<String> = model.importance().into_iter().take(3).map(|i| i.feature).collect();
        println!("{name:26} {in_sample:.3}      {held_out:.3}    {on_test:.3}   {}", first.join(", "));
    }
    Ok(())
}
