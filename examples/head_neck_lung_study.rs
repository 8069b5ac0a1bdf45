//! Two real centres: models of lung cancers (LUNG1), tested on lung cancers that they have not seen and on head and neck cancers of
//! another hospital (HN1), beside the R and Python packages on the same tables.
//!
//! ```console
//! $ cargo run --release --example head_neck_lung_study [-- --out FOLDER] [--tables FOLDER]
//! ```
//!
//! 797 PyRadiomics features of CT per patient, and overall survival. Every step is learned of the training patients of LUNG1. HN1 is a
//! batch that was not there in training: its features are passed as they are, or its shift and scale are estimated from its own features
//! (never outcomes) with LUNG1 as the reference. What is random is done with twenty seeds. `--tables` writes what the models
//! are given: the input of `reference/head_neck_lung`, whose results stand here beside ours. See docs/studies.md.

mod head_neck_lung;
mod real;

use std::path::Path;
use std::process::ExitCode;

use head_neck_lung::numbers::{References, Value};
use head_neck_lung::tables::{Part, SETS, Split, centre, prepare, write_tables};
use head_neck_lung::{Result, TIMES};
use radsurv::data::{FitSurvival, Predictions, Survival, SurvivalModel};
use radsurv::eval::evaluation::{Evaluation, EvaluationSettings, Marker};
use radsurv::eval::{TextTable, time_roc};
use radsurv::plot::{Style, kaplan_meier};
use radsurv::stats::nonparametric::{KaplanMeier, harrell};
use radsurv::stats::summary;
use radsurv::study::report::{Labels, Page, evaluation_page};
use radsurv::survival::boosting::Stopping;
use radsurv::survival::boosting::newton::{BoostingTies, Objective};
use radsurv::survival::coxnet::{LambdaChoice, Measure, PathSettings};
use radsurv::survival::svm::{Formulation, Kernel, Pairs, Programme, TimeScale};
use radsurv::survival::{
    AnyModel, AnySettings, CoxnetSettings, ForestSettings, GradientBoostingSettings, NewtonBoostingSettings,
    SvmSettings,
};

const RUNS: u64 = 20;
const SOURCE: &str = "That folder has the features of LUNG1 and HN1 (lung1_rdr_features.csv.gz, hn1_rdr_features.csv.gz) and hn1_clinical.csv, which \
    reference/head_neck_lung/tables.R makes of the R package RadAR (github.com/cgplab/RadAR), and lung1_clinical.csv, the clinical table of NSCLC-Radiomics \
    in The Cancer Imaging Archive.";

/// A model, what it is compared with in the files of the reference tools, and whether it is random.
struct Contender {
    name: &'static str,
    reference: &'static str,
    settings: AnySettings,
    random: bool,
}

fn main() -> ExitCode {
    real::run(study)
}

fn study() -> Result<()> {
    let folder = real::folder("tables", SOURCE)?;
    let lung1 = centre(&folder, "lung1", ["PatientID", "Survival.time", "deadstatus.event"])?;
    let hn1 = centre(&folder, "hn1", ["id", "overall_survival_in_days", "event_overall_survival"])?;
    let split = Split::read()?;
    let (training, tests) = prepare(&lung1, &hn1, &split)?;
    println!(
        "Trained with {} patients of LUNG1 ({} deaths) and {} of {} features.",
        training.outcome.len(),
        training.outcome.events(),
        training.features.names().len(),
        lung1.features.names().len()
    );
    if let Some(folder) = real::folder_of_option("--tables")? {
        write_tables(&folder, &training, &tests, &split.folds)?;
        println!("The tables for reference/head_neck_lung are in {}.", folder.display());
    }

    let reference = References::read()?;
    let heads = ["C", "AUC 1 y", "AUC 2 y", "AUC 3 y", "AUC 5 y"].map(|name| format!("{name}, reference"));
    let mut table =
        TextTable::new(["model", "set"].map(String::from).into_iter().chain(heads).chain(["tool".to_string()]));
    let contenders = contenders(&training, &split.folds)?;
    for contender in &contenders {
        let found = contender.measure(&training, &tests)?;
        let tool = reference.tool(contender.reference).unwrap_or_default();
        for (set, (key, _)) in SETS.iter().enumerate() {
            let mut row = vec![contender.name.to_string(), key.to_string()];
            for (measure, value) in found[set].iter().enumerate() {
                let theirs = reference.of(contender.reference, key, measure);
                row.push(format!("{}, {}", value.text(), theirs.map_or(String::new(), Value::text)));
            }
            row.push(tool.clone());
            table.push(row);
        }
    }
    // What every model should be better than, and for which nothing is learned.
    for (set, cases) in [("lung1-test", lung1.rows(&split.test)), ("hn1-pass", hn1)] {
        let volume = cases.features.column("MeshVolume.original").ok_or("there is no volume")?;
        let values = measures(volume, &cases.outcome)?;
        table.push(["volume alone", set].map(String::from).into_iter().chain(values.iter().map(|v| format!("{v:.3}"))));
    }
    println!("\nHarrell's C and AUC(t), mean (standard deviation over {RUNS} seeds where a model is random):\n");
    print!("{}", table.to_markdown());

    let out = real::folder_of_option("--out")?.unwrap_or_else(|| std::env::temp_dir().join("radsurv-head-neck-lung"));
    std::fs::create_dir_all(&out)?;
    report(&out, &training, &tests, &contenders, &table)?;
    println!("\nThe report is in {}.", out.display());
    Ok(())
}

/// The models, with the settings of reference/head_neck_lung.
fn contenders(training: &Part, folds: &[usize]) -> Result<Vec<Contender>> {
    let path = PathSettings::default();
    let validated =
        path.validate(&training.features, &training.outcome, &[folds.to_vec()], Measure::GroupedDeviance)?;
    let best = validated.points[validated.minimum];
    println!("The lasso has {} features, by the folds of the split.", best.features);
    let lasso = CoxnetSettings { lambda: LambdaChoice::Fixed(best.lambda), ..CoxnetSettings::default() };
    let gbm = GradientBoostingSettings {
        rounds: 200,
        learning_rate: 0.02,
        stopping: Stopping::Never,
        ..GradientBoostingSettings::default()
    };
    let xgb = NewtonBoostingSettings {
        rounds: 100,
        learning_rate: 0.05,
        max_depth: 3,
        stopping: Stopping::Never,
        cases: 0.8,
        columns_by_tree: 0.8,
        ..NewtonBoostingSettings::default()
    };
    let svm = |kernel, formulation| AnySettings::Svm(SvmSettings { kernel, formulation, ..SvmSettings::default() });
    let published = Formulation::Regression { cost: None, time: TimeScale::Mean };
    let ranking = Formulation::Fast { alpha: None, rank_ratio: 1.0, intercept: false };
    let whole = NewtonBoostingSettings { cases: 1.0, columns_by_tree: 1.0, ..xgb.clone() };
    let ties = Objective::Cox { ties: BoostingTies::AsXgboost };
    // What survivalsvm computes is not what is published; see docs/differences.md.
    let cost = 1.0 / training.features.names().len() as f64;
    let programme = Programme::Regression;
    let compat = Formulation::SurvivalsvmCompat { programme, cost, pair_cost: 1.0, pairs: Pairs::default() };
    let of = |name, settings| Contender { name, reference: name, settings, random: false };
    Ok(vec![
        of("lasso", AnySettings::Coxnet(lasso)),
        Contender { random: true, ..of("rsf", AnySettings::Forest(ForestSettings::default())) },
        Contender { random: true, ..of("gbm", AnySettings::GradientBoosting(gbm.clone())) },
        of("gbm, all cases", AnySettings::GradientBoosting(GradientBoostingSettings { cases: 1.0, ..gbm })),
        Contender { random: true, ..of("xgb", AnySettings::NewtonBoosting(xgb)) },
        of("xgb, all cases", AnySettings::NewtonBoosting(whole.clone())),
        Contender {
            reference: "xgb, all cases",
            ..of(
                "xgb, all cases, its ties",
                AnySettings::NewtonBoosting(NewtonBoostingSettings { objective: ties, ..whole }),
            )
        },
        of("svm-lin", svm(Kernel::Linear, published)),
        Contender { reference: "svm-lin", ..of("svm-lin, as survivalsvm", svm(Kernel::Linear, compat)) },
        of("svm-add", svm(Kernel::Additive, published)),
        Contender { reference: "svm-add", ..of("svm-add, as survivalsvm", svm(Kernel::Additive, compat)) },
        of("svm-lin, ranking", svm(Kernel::Linear, ranking)),
        of("svm-add, ranking", svm(Kernel::Additive, ranking)),
    ])
}

impl Contender {
    /// Times are those of the training patients by their mean, so that a cost means the same for each of the SVMs; others do not depend on their unit.
    fn fit(&self, seed: u64, training: &Part) -> Result<AnyModel> {
        let mut settings = self.settings.clone();
        settings.set_seed(seed);
        let mean = summary::mean(training.outcome.times());
        let times = training.outcome.times().iter().map(|time| time / mean).collect();
        Ok(settings.fit_risk(&training.features, &Survival::new(times, training.outcome.event().to_vec())?)?)
    }

    /// Concordance and areas in each set.
    fn measure(&self, training: &Part, tests: &[Part]) -> Result<Vec<Vec<Value>>> {
        let mut runs = vec![Vec::new(); tests.len()];
        for seed in 0..if self.random { RUNS } else { 1 } {
            let model = self.fit(seed, training)?;
            for (runs, part) in runs.iter_mut().zip(tests) {
                runs.push(measures(&model.predict_risk(&part.features)?, &part.outcome)?);
            }
        }
        let of = |runs: &Vec<Vec<f64>>| (0..=TIMES.len()).map(|m| Value::of(runs.iter().map(|run| run[m]))).collect();
        Ok(runs.iter().map(of).collect())
    }
}

/// Harrell's C, and the areas at all times.
fn measures(risk: &[f64], outcome: &Survival) -> Result<Vec<f64>> {
    let areas = time_roc(risk, outcome, &TIMES)?;
    Ok([harrell(risk, outcome)?.estimate].into_iter().chain(areas.at.iter().map(|at| at.auc)).collect())
}

/// The report: both tables of results, and the evaluation of a run of each of the six models in each set, which is also printed.
fn report(out: &Path, training: &Part, tests: &[Part], contenders: &[Contender], table: &TextTable) -> Result<()> {
    let mut page = Page::new("Models of LUNG1 in LUNG1 and HN1");
    page.section("Patients");
    page.text(&format!(
        "{} patients of LUNG1 ({} deaths) trained the models, with {} features.",
        training.outcome.len(),
        training.outcome.events(),
        training.features.names().len()
    ));
    let estimates = [training, &tests[0], &tests[1]].map(|part| KaplanMeier::of(&part.outcome));
    let mut curves = Vec::new();
    for (name, estimate) in ["LUNG1, training", "LUNG1, test", "HN1"].into_iter().zip(&estimates) {
        curves.push(kaplan_meier::Curve { name, estimate: estimate.as_ref().map_err(ToString::to_string)? });
    }
    let settings = kaplan_meier::Settings { time: "Time (days)".to_string(), ..kaplan_meier::Settings::default() };
    page.figure(&kaplan_meier::figure(&curves, &settings, &Style::double())?, "Overall survival.");
    page.section("Beside the reference tools");
    page.table(table, "Harrell's C and AUC(t): mean, and standard deviation over seeds where a model is random.");
    page.section("With limits");
    let six = contenders.iter().filter(|contender| !contender.name.contains(','));
    let fitted: Vec<_> = six.map(|c| c.fit(0, training).map(|model| (c.name, model))).collect::<Result<_>>()?;
    for ((key, name), part) in SETS.iter().zip(tests) {
        let mut markers = Vec::new();
        for (name, model) in &fitted {
            let predictions = Predictions::new(model.predict_risk(&part.features)?);
            markers.push(Marker { name: name.to_string(), predictions });
        }
        let evaluation = EvaluationSettings::at(TIMES.to_vec()).run(&markers, &part.outcome)?;
        let caption = format!("{name}: {} patients, {} deaths; 95 % limits.", evaluation.n, evaluation.events);
        println!("\n{caption}\n\n{}", limits(&evaluation).to_markdown());
        page.table(&limits(&evaluation), &caption);
        let labels = Labels { title: name.to_string(), unit: "days".to_string() };
        evaluation_page(&evaluation, &labels)?.write(out.join(format!("{key}.html")))?;
    }
    Ok(page.write(out.join("report.html"))?)
}

fn limits(evaluation: &Evaluation) -> TextTable {
    let heads = TIMES.iter().map(|days| format!("AUC {} y", days / 365.0));
    let mut table = TextTable::new(["model", "C"].map(String::from).into_iter().chain(heads));
    for marker in &evaluation.markers {
        let areas = marker.auc.iter().flatten().map(|at| Some(&at.value));
        let numbers = [marker.concordance.harrell.as_ref()].into_iter().chain(areas).flatten();
        let text = numbers.map(|n| match (n.lower, n.upper) {
            (Some(lower), Some(upper)) => radsurv::eval::text_table::with_limits(n.estimate, lower, upper, 3),
            _ => format!("{:.3}", n.estimate),
        });
        table.push([marker.name.clone()].into_iter().chain(text));
    }
    table
}
