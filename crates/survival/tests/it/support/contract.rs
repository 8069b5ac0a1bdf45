//! What holds of every survival model.

use std::fmt::{Debug, Display};

use radsurv_data::saved::Saved;
use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_stats::nonparametric::harrell;
use radsurv_testkit::splitmix::SplitMix64;

/// What a model promises beyond the interface.
pub struct Contract {
    /// The largest difference of risks, relative to the largest risk, when rows are in another order; `None` if a seed draws
    /// rows.
    pub permuted: Option<f64>,
    /// Whether a case with the weight 0 is as one that is not there (as exactly as rows may be in another order).
    pub weights: bool,
    /// Whether it has a place for missing values; else they are refused.
    pub missing: bool,
}

impl Default for Contract {
    fn default() -> Self {
        Self { permuted: Some(1e-8), weights: true, missing: false }
    }
}

/// Cases whose risk rises with `strong`, falls with `inverse`, and has nothing to do with the other features.
pub struct Cases {
    pub features: FeatureTable,
    pub outcome: Survival,
}

impl Cases {
    pub fn new(seed: u64, n: usize) -> Self {
        let mut rng = SplitMix64::new(seed);
        let mut uniform = || (rng.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
        let names = ["strong", "noise", "inverse", "other"];
        // About normal, of quite different sizes.
        let scales = [1.0, 1e-4, 250.0, 3e6];
        let columns: Vec<Vec<f64>> = scales
            .iter()
            .map(|s| (0..n).map(|_| s * (2.0 + (0..6).map(|_| uniform() - 0.5).sum::<f64>() / 0.7)).collect())
            .collect();
        let (mut times, mut event) = (Vec::new(), Vec::new());
        for i in 0..n {
            let eta = 1.2 * columns[0][i] - 0.6 * columns[2][i] / scales[2];
            let (happened, censored) = (-uniform().ln() * 60.0 * (-eta).exp(), 80.0 * uniform());
            // Tenths, so that some are tied.
            times.push((happened.min(censored) * 10.0).ceil() / 10.0);
            event.push(happened <= censored);
        }
        let ids = (0..n).map(|i| format!("Patient-{i:04}")).collect();
        Self {
            features: FeatureTable::new(ids, names.map(String::from).to_vec(), columns).unwrap(),
            outcome: Survival::new(times, event).unwrap(),
        }
    }
}

/// Whether a model keeps what is promised of all: the same fit twice and with any number of threads, the same after saving
/// and loading, with rows in another order and with columns in another order; curves that fall from 1; risks that are higher
/// where events are earlier; and errors that name what is wrong.
pub fn contract<S>(settings: &S, promised: &Contract)
where
    S: FitSurvival + Sync,
    S::Fitted: Saved + PartialEq + Debug + Send,
    S::Error: Display + Debug + Send,
{
    let Cases { features, outcome } = Cases::new(1, 150);
    let new = Cases::new(2, 80);
    let times = [0.0, 5.0, 10.0, 20.0, 40.0, 1e6];
    let model = settings.fit(&features, &outcome).unwrap();
    assert_eq!(model.features(), features.names());
    let risk = model.predict_risk(&new.features).unwrap();
    let largest = risk.iter().fold(0.0f64, |m, v| m.max(v.abs()));

    assert_eq!(settings.fit(&features, &outcome).unwrap(), model, "fitted twice");
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| settings.fit(&features, &outcome).unwrap()), model, "{threads} threads");
    }

    saved(&model, &features);

    // Other orders.
    let order: Vec<usize> = (0..features.cases()).map(|i| (i * 47 + 11) % features.cases()).collect();
    let same = |other: &S::Fitted, what: &str, tolerance: f64| {
        for (a, b) in other.predict_risk(&new.features).unwrap().iter().zip(&risk) {
            assert!((a - b).abs() <= tolerance * largest, "{what}: {a} {b}");
        }
    };
    if let Some(tolerance) = promised.permuted {
        let moved = settings.fit(&features.rows(&order), &outcome.rows(&order)).unwrap();
        same(&moved, "rows in another order", tolerance);
        if promised.weights {
            let weights = (0..outcome.len()).map(|i| f64::from(u8::from(i % 5 != 0))).collect();
            let without: Vec<usize> = (0..outcome.len()).filter(|i| i % 5 != 0).collect();
            let weighted = settings.fit(&features, &outcome.clone().with_weights(weights).unwrap()).unwrap();
            let fewer = settings.fit(&features.rows(&without), &outcome.rows(&without)).unwrap();
            let expected = fewer.predict_risk(&new.features).unwrap();
            for (a, b) in weighted.predict_risk(&new.features).unwrap().iter().zip(&expected) {
                assert!((a - b).abs() <= tolerance * largest, "weights of 0: {a} {b}");
            }
        }
    }
    let mixed = new.features.select(&["other", "inverse", "strong", "noise"]).unwrap();
    assert_eq!(model.predict_risk(&mixed).unwrap(), risk, "columns in another order");

    // Curves.
    let curves = model.predict_survival(&new.features, &times).unwrap();
    assert_eq!((curves.cases(), curves.times()), (new.features.cases(), &times[..]));
    for case in 0..curves.cases() {
        let curve = curves.of(case);
        assert!(curve.iter().all(|p| (0.0..=1.0).contains(p)) && curve.windows(2).all(|w| w[0] >= w[1]));
        assert_eq!(curve[0], 1.0, "nobody has died at the beginning");
    }
    assert!(model.predict_survival(&new.features, &[2.0, 1.0]).is_err());

    // Direction.
    let concordance = harrell(&risk, &new.outcome).unwrap().estimate;
    assert!(concordance > 0.7, "higher risks should have earlier events, but C is {concordance}");
    let survival: Vec<f64> = curves.at_time(2).iter().map(|p| 1.0 - p).collect();
    let concordance = harrell(&survival, &new.outcome).unwrap().estimate;
    assert!(concordance > 0.7, "lower curves should have earlier events, but C is {concordance}");
    let importance = model.importance();
    assert_eq!(importance[0].feature, "strong");
    assert!(importance.windows(2).all(|w| w[0].value >= w[1].value));

    refused(settings, &model, &Cases::new(1, 150), promised.missing);
    if promised.missing {
        missing(settings, &Cases::new(1, 150));
    }
}

/// A saved model is the same, has no patient in it, and is refused when it is another or broken.
fn saved<M: Saved + PartialEq + Debug>(model: &M, training: &FeatureTable) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    model.save(&path).unwrap();
    assert_eq!(&M::load(&path).unwrap(), model, "saved and loaded");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(training.case_ids().iter().all(|id| !text.contains(id)), "ids are in the saved model");
    let message = |text: &str| {
        std::fs::write(&path, text).unwrap();
        M::load(&path).unwrap_err().to_string()
    };
    assert!(message(&text.replacen("\"version\": ", "\"version\": 99", 1)).contains("version 99"));
    assert!(message(&text[..text.len() / 2]).contains("model.json"));
    assert!(message("{\"format\": \"radsurv-zscore\", \"version\": 1}").contains("radsurv-zscore"));
    assert!(M::load(folder.path().join("none.json")).is_err());
}

/// A case without some values, or without any, has a risk and a curve, and cases are learned from.
fn missing<S: FitSurvival>(settings: &S, cases: &Cases)
where
    S::Error: Debug,
{
    let holes = |every: usize| {
        let mut columns = cases.features.columns().to_vec();
        for (place, column) in columns.iter_mut().enumerate() {
            column
                .iter_mut()
                .enumerate()
                .filter(|(i, _)| (i * 7 + place) % every == 0)
                .for_each(|(_, v)| *v = f64::NAN);
        }
        cases.features.with_columns(columns).unwrap()
    };
    let model = settings.fit(&holes(5), &cases.outcome).unwrap();
    let none = holes(1);
    for table in [&cases.features, &holes(3), &none] {
        assert!(model.predict_risk(table).unwrap().iter().all(|r| r.is_finite()));
        assert_eq!(model.predict_survival(table, &[5.0, 10.0]).unwrap().cases(), table.cases());
    }
    let concordance = harrell(&model.predict_risk(&cases.features).unwrap(), &cases.outcome).unwrap().estimate;
    assert!(concordance > 0.7, "{concordance}");
}

fn refused<S: FitSurvival>(settings: &S, model: &S::Fitted, cases: &Cases, missing: bool)
where
    S::Fitted: Debug,
    S::Error: Display + Debug,
{
    let Cases { features, outcome } = cases;
    let message =
        |features: &FeatureTable, outcome: &Survival| settings.fit(features, outcome).unwrap_err().to_string();
    let n = outcome.len();
    let needed = model.needed();
    assert!(needed.contains(&"strong") && needed.iter().all(|name| features.column(name).is_some()));
    let risk = model.predict_risk(features).unwrap();
    let only = features.select(&needed).unwrap();
    assert_eq!(model.predict_risk(&only).unwrap(), risk, "only {needed:?}");
    for (place, name) in features.names().iter().enumerate() {
        let changed = |value: f64| {
            let mut columns = features.columns().to_vec();
            columns[place][3] = value;
            features.with_columns(columns).unwrap()
        };
        for (value, what) in [(f64::NAN, "no value"), (f64::INFINITY, "infinite value")] {
            if value.is_nan() && missing {
                continue;
            }
            let named = |found: &str| {
                assert!(found.contains("Patient-0003") && found.contains(name) && found.contains(what), "{found}");
            };
            named(&message(&changed(value), outcome));
            let predicted = model.predict_risk(&changed(value));
            match needed.contains(&name.as_str()) {
                true => named(&predicted.unwrap_err().to_string()),
                false => assert_eq!(predicted.unwrap(), risk, "{name} is not needed"),
            }
        }
    }
    let none = Survival::new(outcome.times().to_vec(), vec![false; n]).unwrap();
    assert!(message(features, &none).contains("none of the 150 cases has an event"));
    let at_once = Survival::new(vec![3.0; n], outcome.event().to_vec()).unwrap();
    assert!(message(features, &at_once).contains("events happened at the time 3"));
    assert!(message(&features.rows(&[0]), &outcome.rows(&[0])).contains("there are 1"));
    assert!(message(features, &outcome.rows(&[0, 1])).contains("outcomes of 2"));
    assert!(message(&features.select::<&str>(&[]).unwrap(), outcome).contains("no feature"));
    let fewer = features.select(&["noise", "other"]).unwrap();
    let found = model.predict_risk(&fewer).unwrap_err().to_string();
    let missing: Vec<&str> = needed.iter().copied().filter(|name| fewer.column(name).is_none()).collect();
    assert!(found.contains(&format!("{} missing ({})", missing.len(), missing.join(", "))), "{found}");
    assert_eq!(model.predict_survival(&fewer, &[1.0]).unwrap_err().to_string(), found);
}
