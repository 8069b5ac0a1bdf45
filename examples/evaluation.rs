//! From a model to what a paper says of it, on simulated patients: a lasso and a forest are trained, evaluated on patients they have
//! never seen, compared, and turned into groups of risk. Writes a report with figures.
//!
//! ```console
//! $ cargo run --release --example evaluation
//! ```
//!
//! The cut between low and high risk is learned from held-out scores of the training patients, and applied to the others.

mod simulated;

use radsurv::data::{Predictions, SurvivalModel};
use radsurv::eval::evaluation::{EvaluationSettings, Marker};
use radsurv::eval::risk_groups::RiskGroupSettings;
use radsurv::eval::{CutPointSettings, TextTable};
use radsurv::plot::{Style, kaplan_meier};
use radsurv::stats::nonparametric::KaplanMeier;
use radsurv::study::report::{Labels, evaluation_page};
use radsurv::survival::folds::FoldSettings;
use radsurv::survival::{AnySettings, CoxnetSettings, ForestSettings};
use simulated::simulated;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (training, followed) = simulated(1, 400)?;
    let (test, test_followed) = simulated(2, 400)?;
    let times = [12.0, 24.0, 36.0];
    let folder = std::env::temp_dir().join("radsurv-evaluation");
    std::fs::create_dir_all(&folder)?;

    let mut markers = Vec::new();
    for (name, settings) in [
        ("lasso", AnySettings::Coxnet(CoxnetSettings::default())),
        ("forest", AnySettings::Forest(ForestSettings::default())),
    ] {
        let fitted = settings.fit_held_out(&training, &followed, &FoldSettings::default(), None)?;
        let curves = fitted.model.predict_survival(&test, &times)?;
        let predictions = Predictions::new(fitted.model.predict_risk(&test)?).with_survival(curves)?;

        // A cut of the scores that the model gives to its own cases would be too good.
        let cut = CutPointSettings::default().of_scores(&fitted.held_out, &followed)?.cut_point;
        let groups = RiskGroupSettings { times: times.to_vec(), ..RiskGroupSettings::default() };
        let groups = groups.by_cuts(predictions.risk(), &[cut.cut()], &test_followed)?;
        println!("Groups by the {name}, cut at {:.3}:\n{}", cut.cut(), groups.table().to_markdown());
        let mut estimates = Vec::new();
        for (place, group) in groups.groups.iter().enumerate() {
            let rows: Vec<usize> = (0..test.cases()).filter(|&i| groups.codes[i] == Some(place)).collect();
            estimates.push((group.name.clone(), KaplanMeier::of(&test_followed.rows(&rows))?));
        }
        let curves: Vec<kaplan_meier::Curve> =
            estimates.iter().map(|(name, estimate)| kaplan_meier::Curve { name, estimate }).collect();
        let settings = kaplan_meier::Settings {
            time: "Time (months)".to_string(),
            p_value: Some(groups.log_rank.p_value),
            ..kaplan_meier::Settings::default()
        };
        kaplan_meier::figure(&curves, &settings, &Style::single())?.save(folder.join(format!("groups-{name}.svg")))?;
        markers.push(Marker { name: name.to_string(), predictions });
    }

    let evaluation = EvaluationSettings::at(times.to_vec()).run(&markers, &test_followed)?;
    let mut table = TextTable::new(["marker", "AUC at 12", "AUC at 24", "AUC at 36", "Harrell's C"]);
    for marker in &evaluation.markers {
        let areas = marker.auc.iter().flatten().map(|at| format!("{:.3}", at.value.estimate));
        let c = marker.concordance.harrell.map_or(String::new(), |c| format!("{:.3}", c.estimate));
        table.push([marker.name.clone()].into_iter().chain(areas).chain([c]));
    }
    println!("Patients never seen:\n{}", table.to_markdown());
    let report = folder.join("report.html");
    evaluation_page(&evaluation, &Labels { title: "Two models on 400 patients".into(), unit: "months".into() })?
        .write(&report)?;
    println!("The report is in {}, the figures beside it.", report.display());
    Ok(())
}
