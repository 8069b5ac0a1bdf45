//! 28 real patients with soft-tissue sarcoma: features of the tumour and of 5 cm around it, which of them survive a second reading, and what
//! nested cross-validation can say of a model when 13 patients had the event.
//!
//! ```console
//! $ cargo run --release --example sarcoma_study [-- --out FOLDER]
//! ```
//!
//! T1 MRI and disease-free survival. Everything is learned anew in every fold: which features are reproducible (from the readings of the
//! training patients), z-score, redundancy, screening, model. The interval is of concordance within outer folds, over samples of patients; beside it
//! stands what the same search finds when the outcomes are shuffled, so that there is nothing to find. See docs/studies.md.

mod real;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use radsurv::data::{Cohort, FeatureTable, Fit, Selection, Survival, Table};
use radsurv::eval::TextTable;
use radsurv::eval::metric::MetricKind;
use radsurv::features::settings::ExtractorSettings;
use radsurv::harmonize::icc::{IccForm, IccSettings, IccTable, Reading};
use radsurv::harmonize::{RedundancySettings, ZScoreSettings};
use radsurv::image::morphology::{BodyMask, RingSettings};
use radsurv::image::perturb::PerturbSettings;
use radsurv::plot::{Style, icc_distribution, kaplan_meier};
use radsurv::stats::bootstrap::percentile;
use radsurv::stats::nonparametric::{KaplanMeier, harrell};
use radsurv::stats::random::Random;
use radsurv::study::cache::Cache;
use radsurv::study::images::{ImageCase, ImageSettings, RunOptions, image_features, perturbed_features};
use radsurv::study::pipeline::ColumnSettings;
use radsurv::study::report::Page;
use radsurv::survival::folds::FoldSettings;
use radsurv::survival::selection::screen::UnivariableSettings;
use radsurv::survival::selection::{
    Candidate, CrossValidated, CrossValidation, Measures, Nested, NestedValidation, Steps, Tuning,
};
use radsurv::survival::{AnySettings, CoxSettings, CoxnetSettings, ForestSettings, SvmSettings};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const PARAMS: &str =
    "{imageType: {Original: {}, LoG: {sigma: [2.0, 4.0]}}, setting: {binCount: 32, resampledPixelSpacing: [2, 2, 2]}}";
const RING_MM: f64 = 50.0;
/// Sets of features that compete.
const REGIONS: [(&str, &str); 3] = [("tumour", "^tumour_"), ("ring", "^ring_"), ("both", "")];
const REPEATS: usize = 10;
const SHUFFLES: u64 = 100;
const SAMPLES: u64 = 2000;
const VOLUME: &str = "tumour_original_shape_MeshVolume";
const SOURCE: &str = "That folder has clinical.csv (patient_id, dfs_event, dfs_time) and a folder for each patient with MR_T1_image.nii.gz and MR_T1_mask.nii.gz: the \
    validation set of the Image Biomarker Standardisation Initiative's second chapter, of Soft-tissue-Sarcoma in The Cancer Imaging Archive (CC BY 3.0).";

fn main() -> ExitCode {
    real::run(study)
}

fn study() -> Result<()> {
    let begin = Instant::now();
    let folder = real::folder("sts", SOURCE)?;
    let (ids, outcome) = patients(&folder)?;
    println!("{} patients, {} events, followed for up to {} days", ids.len(), outcome.events(), latest(&outcome));

    let out = real::folder_of_option("--out")?.unwrap_or_else(|| std::env::temp_dir().join("radsurv-sarcoma"));
    std::fs::create_dir_all(&out)?;
    // What was extracted once is found again there.
    let cache = Cache::open(out.join("cache"))?;
    let options = RunOptions { cache: Some(&cache), jobs: 0 };
    let case = |id: &String| {
        let folder = folder.join(id);
        ImageCase::new(id, folder.join("MR_T1_image.nii.gz"), folder.join("MR_T1_mask.nii.gz"))
    };
    let cases: Vec<ImageCase> = ids.iter().map(case).collect();
    let settings = image_settings()?;
    let features = image_features(&cases, &settings, &options, |_| {})?;
    if let Some(failure) = features.failures.first() {
        return Err(format!("{}, {}: {}", failure.case_id, failure.part, failure.reason).into());
    }
    let features = features.table;
    println!("{} features of tumour and ring ({:.0} s)", features.names().len(), begin.elapsed().as_secs_f64());

    let read = perturbed_features(&cases, &settings, &PerturbSettings::default(), &options, |_| {})?;
    read.failures.iter().for_each(|failure| println!("{}: {}", failure.case_id, failure.reason));
    let readings = Readings(read.tables);
    let icc = readings.icc(&ids)?;
    let kept = |prefix: &str| icc.rows().iter().filter(|row| row.keep && row.feature.starts_with(prefix)).count();
    println!(
        "{} of {} features have an ICC above 0.75 in ten perturbed readings: {} of the tumour, {} of the ring ({:.0} s)",
        kept(""),
        icc.rows().len(),
        kept("tumour_"),
        kept("ring_"),
        begin.elapsed().as_secs_f64()
    );

    let cohort = Cohort::from(features);
    let metric = MetricKind::Harrell.at(&[])?;
    let tuning = tuning(&readings, metric.as_ref());
    let nested = search(&tuning, &cohort, &outcome, REPEATS)?;
    let shuffled = shuffled(&tuning, &cohort, &outcome)?;
    println!("Nested cross-validation, and the same with shuffled outcomes ({:.0} s)\n", begin.elapsed().as_secs_f64());

    let volume = cohort.features().column(VOLUME).ok_or("there is no volume")?;
    let volume = harrell(volume, &outcome)?;
    let [lower, upper] = volume.confidence_interval(0.95)?;
    let volume = Found { name: "volume alone".to_string(), c: volume.estimate, lower, upper, repeats: None };
    let models = nested.models.iter().filter_map(|model| Some((model.model.as_str(), model.validated.as_ref()?)));
    let all = models.chain([("best of all", &nested.best)]);
    let found: Vec<Found> = [Ok(volume)]
        .into_iter()
        .chain(all.map(|(name, found)| Found::of(name, found, &outcome)))
        .collect::<Result<_>>()?;
    let chance = percentile(&shuffled, 0.95)?;
    let table = table(&found);
    print!("{}", table.to_markdown());
    let words = words(&found, &shuffled, [chance.lower, chance.upper], outcome.events());
    words.iter().for_each(|line| println!("\n{line}"));

    let page = report(&outcome, &icc, &table, &words)?;
    page.write(out.join("report.html"))?;
    println!("\nThe report is in {} ({:.0} s).", out.display(), begin.elapsed().as_secs_f64());
    Ok(())
}

fn patients(folder: &Path) -> Result<(Vec<String>, Survival)> {
    let table = Table::read_csv(folder.join("clinical.csv"))?;
    let ids: Vec<String> = table.ids().map(String::from).collect();
    let cells = |name: &str| -> Result<Vec<String>> {
        let place = table.column(name)?;
        Ok(table.rows().iter().map(|row| row.cells[place].clone()).collect())
    };
    let outcome = Survival::parse(&ids, ("dfs_time", &cells("dfs_time")?), ("dfs_event", &cells("dfs_event")?))?;
    Ok((ids, outcome))
}

fn latest(outcome: &Survival) -> f64 {
    outcome.times().iter().copied().fold(0.0, f64::max)
}

/// The images are corrected and normalised by fat already: tissue is above 150, air below.
fn image_settings() -> Result<ImageSettings> {
    let body = Some(BodyMask { threshold: Some(150.0), ..BodyMask::default() });
    Ok(ImageSettings {
        extraction: ExtractorSettings::from_yaml_str(PARAMS, "the settings of this example")?.into(),
        ring: Some(RingSettings { width_mm: RING_MM, body, ..RingSettings::default() }),
        n4: None,
        ..ImageSettings::default()
    })
}

/// Perturbed readings, as a step: it keeps what is reproducible in the readings of the training cases.
#[derive(Clone)]
struct Readings(Vec<FeatureTable>);

impl Readings {
    fn icc(&self, ids: &[String]) -> radsurv::harmonize::Result<IccTable> {
        let known = self.0.first().map_or(&[][..], FeatureTable::case_ids);
        let rows: Vec<usize> = ids.iter().filter_map(|id| known.iter().position(|k| k == id)).collect();
        let tables: Vec<FeatureTable> = self.0.iter().map(|table| table.rows(&rows)).collect();
        let names: Vec<String> = (1..=tables.len()).map(|k| format!("reading {k}")).collect();
        let readings: Vec<Reading> = names.iter().zip(&tables).map(|(name, table)| Reading { name, table }).collect();
        IccSettings { form: IccForm::Icc1, ..IccSettings::default() }.analyse(&readings)
    }
}

impl Fit for Readings {
    type Fitted = Selection;
    type Error = radsurv::harmonize::Error;

    fn fit(&self, training: &Cohort) -> radsurv::harmonize::Result<Selection> {
        Ok(self.icc(training.features().case_ids())?.selection())
    }
}

/// What competes: a Cox model of the two features that say most alone, and models of many features with settings for few patients.
fn models() -> [(&'static str, AnySettings); 4] {
    let mut lasso = CoxnetSettings::default();
    lasso.cross_validation.folds = 3;
    let forest = ForestSettings { min_leaf: 3, min_split: 6, ..ForestSettings::default() };
    [
        ("cox", AnySettings::Cox(CoxSettings::default())),
        ("lasso", AnySettings::Coxnet(lasso)),
        ("rsf", AnySettings::Forest(forest)),
        ("svm-lin", AnySettings::Svm(SvmSettings::default())),
    ]
}

/// Each model on each region, the best by threefold cross-validation among training patients.
fn tuning<'a>(readings: &Readings, metric: &'a dyn radsurv::data::Metric) -> Tuning<'a, AnySettings> {
    let mut steps = Vec::new();
    let mut candidates = Vec::new();
    for (region, matching) in REGIONS {
        let of_region = Steps::new()
            .then("reproducible", readings.clone())
            .then("region", ColumnSettings { matching: matching.to_string() })
            .then("zscore", ZScoreSettings::Standard)
            .then("redundancy", RedundancySettings::default());
        let two = UnivariableSettings { threshold: None, best: Some(2), ..UnivariableSettings::default() };
        for (model, settings) in models() {
            let name = format!("{model}, {region}");
            let place = steps.len() + usize::from(matches!(settings, AnySettings::Cox(_)));
            candidates.push(Candidate { name, model: model.to_string(), steps: place, settings });
        }
        steps.push(of_region.clone());
        steps.push(of_region.then_by_outcome("two features", two));
    }
    let mut tuning = Tuning::new(steps, candidates, metric);
    tuning.division.folds.folds = 3;
    tuning
}

fn search(
    tuning: &Tuning<AnySettings>,
    cohort: &Cohort,
    outcome: &Survival,
    repeats: usize,
) -> Result<NestedValidation> {
    let outer = CrossValidation { folds: FoldSettings { folds: 5, repeats, seed: 1 }, groups: None };
    let metric = MetricKind::Harrell.at(&[])?;
    let measures = Measures { metrics: &[metric.as_ref()], times: &[] };
    Ok(Nested { tuning, outer }.run(cohort, outcome, measures)?)
}

/// What the search shows where there is nothing to find: concordance of the best of all with the outcomes of other patients.
fn shuffled(tuning: &Tuning<AnySettings>, cohort: &Cohort, outcome: &Survival) -> Result<Vec<f64>> {
    let one = |stream: u64| {
        let mut rows: Vec<usize> = (0..outcome.len()).collect();
        Random::new(2, stream).shuffle(&mut rows);
        let outcome = outcome.rows(&rows);
        let best = search(tuning, cohort, &outcome, 1)?.best;
        Ok(Pairs::of(&best, &outcome, 0..1)?.concordance(&vec![1.0; outcome.len()]))
    };
    (0..SHUFFLES).map(one).collect()
}

/// Pairs of patients of one outer fold, whose risks are of one model: the case that had the event first, the other, and 1 if its risk is higher, 0.5
/// if it is the same.
struct Pairs(Vec<(usize, usize, f64)>);

impl Pairs {
    fn of(found: &CrossValidated<String>, outcome: &Survival, repeats: std::ops::Range<usize>) -> Result<Self> {
        let (times, event) = (outcome.times(), outcome.event());
        let mut pairs = Vec::new();
        for fold in found.folds.iter().filter(|fold| repeats.contains(&fold.repeat)) {
            let predicted = fold.predictions.as_ref().ok_or("nothing was learned without a fold")?.risk();
            for ((first, risk), (other, lower)) in ordered(&fold.cases, predicted) {
                if event[first] && (times[first] < times[other] || times[first] == times[other] && !event[other]) {
                    let right = if risk > lower {
                        1.0
                    } else if risk == lower {
                        0.5
                    } else {
                        0.0
                    };
                    pairs.push((first, other, right));
                }
            }
        }
        Ok(Self(pairs))
    }

    /// With a weight for each patient.
    fn concordance(&self, weights: &[f64]) -> f64 {
        let sum = |value: &dyn Fn(f64) -> f64| {
            self.0.iter().map(|(a, b, right)| weights[*a] * weights[*b] * value(*right)).sum::<f64>()
        };
        sum(&|right| right) / sum(&|_| 1.0)
    }
}

/// All ordered pairs of cases and their risks.
fn ordered<'a>(cases: &'a [usize], risks: &'a [f64]) -> impl Iterator<Item = ((usize, f64), (usize, f64))> + 'a {
    let all = || cases.iter().copied().zip(risks.iter().copied());
    all().flat_map(move |first| all().map(move |other| (first, other)))
}

/// Concordance with limits, and the smallest and largest of single repeats.
struct Found {
    name: String,
    c: f64,
    lower: f64,
    upper: f64,
    repeats: Option<[f64; 2]>,
}

impl Found {
    fn of(name: &str, found: &CrossValidated<String>, outcome: &Survival) -> Result<Self> {
        let patients = outcome.len();
        let pairs = Pairs::of(found, outcome, 0..REPEATS)?;
        let sample = |stream: u64| {
            let (mut random, mut weights) = (Random::new(3, stream), vec![0.0; patients]);
            (0..patients).for_each(|_| weights[random.below(patients)] += 1.0);
            pairs.concordance(&weights)
        };
        let limits = percentile(&(0..SAMPLES).map(sample).filter(|c| !c.is_nan()).collect::<Vec<f64>>(), 0.95)?;
        let equal = vec![1.0; patients];
        let single = (0..REPEATS).map(|r| Ok(Pairs::of(found, outcome, r..r + 1)?.concordance(&equal)));
        let single = single.collect::<Result<Vec<f64>>>()?;
        let repeats = [single.iter().copied().fold(1.0, f64::min), single.iter().copied().fold(0.0, f64::max)];
        let c = pairs.concordance(&equal);
        Ok(Self { name: name.to_string(), c, lower: limits.lower, upper: limits.upper, repeats: Some(repeats) })
    }
}

fn table(found: &[Found]) -> TextTable {
    let mut table = TextTable::new(["", "Harrell's C", "95 % limits", "single repeats of the folds"]);
    for Found { name, c, lower, upper, repeats } in found {
        let spread = repeats.map_or("nothing is learned".to_string(), |[low, high]| format!("{low:.2} to {high:.2}"));
        table.push([name.clone(), format!("{c:.3}"), format!("{lower:.2} to {upper:.2}"), spread]);
    }
    table
}

/// What can be concluded, and what not.
fn words(found: &[Found], shuffled: &[f64], [low, high]: [f64; 2], events: usize) -> Vec<String> {
    let (Some(volume), Some(best)) = (found.first(), found.last()) else { return Vec::new() };
    let as_good = shuffled.iter().filter(|c| **c >= best.c).count();
    let p = (as_good + 1) as f64 / (shuffled.len() + 1) as f64;
    let half = (volume.upper - volume.lower) / 2.0;
    // The width falls with the root of the number of events.
    let needed = events as f64 * (half / 0.05).powi(2);
    let chance = if best.lower > 0.5 { "above" } else { "not told from" };
    vec![
        format!(
            "With shuffled outcomes the same search has a concordance of {low:.2} to {high:.2} (95 % of {} shuffles), and in {as_good} of them one as high as {:.3}: p = {p:.2}.",
            shuffled.len(), best.c
        ),
        format!(
            "What can be concluded: the search's concordance in new patients is {chance} chance ({:.2} to {:.2}); volume, for which nothing is learned, has {:.3} ({:.2} to {:.2}).",
            best.lower, best.upper, volume.c, volume.lower, volume.upper
        ),
        format!(
            "What cannot: which region or model is best (all limits overlap), whether a radiomics score says more than volume, any cut point, any calibration. {events} events allow \
             a model of one coefficient. Limits of ± 0.05 for the volume would take about {needed:.0} events."
        ),
        "The limits say how concordance changes with the patients it is measured in. Models of folds share their patients, which the limits do not know: they are rather too narrow.".to_string(),
    ]
}

fn report(outcome: &Survival, icc: &IccTable, table: &TextTable, words: &[String]) -> Result<Page> {
    let mut page = Page::new("Soft-tissue sarcoma: tumour and ring, 28 patients");
    page.section("Patients");
    page.text(&format!("{} patients with {} events of disease-free survival.", outcome.len(), outcome.events()));
    page.note(&format!(
        "{} events are too few to develop a model; this page shows how little they say.",
        outcome.events()
    ));
    let estimate = KaplanMeier::of(outcome)?;
    let curve = [kaplan_meier::Curve { name: "", estimate: &estimate }];
    let settings = kaplan_meier::Settings {
        time: "Time (days)".to_string(),
        survival: "Disease-free survival".to_string(),
        ..kaplan_meier::Settings::default()
    };
    page.figure(&kaplan_meier::figure(&curve, &settings, &Style::single())?, "Disease-free survival.");
    page.section("Reproducibility");
    page.figure(
        &icc_distribution::figure(icc, "", &Style::single())?,
        "Intraclass correlation of features in ten perturbed readings: noise, rotation, translation, volume, contour.",
    );
    page.section("Nested cross-validation");
    page.table(table, "Harrell's C of patients of one outer fold. The best of all is chosen by inner folds.");
    words.iter().for_each(|line| page.text(line));
    Ok(page)
}
