//! Cross-validation of the elastic net against cv.glmnet (reference/coxnet_glmnet.R), and stability selection.

use std::path::Path;

use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_survival::coxnet::{
    CoxnetSettings, CrossValidationSettings, Halves, LambdaChoice, Lambdas, Measure, PathSettings, StabilitySettings,
};
use radsurv_testkit::compare::{assert_close, relative_difference};
use radsurv_testkit::golden::Golden;

use crate::support::coxnet::{case, columns, numbers, table};

#[test]
fn cross_validation_is_that_of_glmnet() {
    let golden = Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/coxnet_cv.jsonl.gz")).unwrap();
    assert_eq!(golden.rows.len(), 4);
    for row in &golden.rows {
        let name = row["name"].as_str().unwrap();
        let (features, outcome) = case(row);
        let lambda = numbers(&row["lambda"]);
        let settings = PathSettings {
            alpha: row["alpha"].as_f64().unwrap(),
            lambdas: Lambdas::Given(lambda.clone()),
            tolerance: 1e-12,
            ..PathSettings::default()
        };
        let fold: Vec<usize> = numbers(&row["fold"]).iter().map(|f| *f as usize).collect();
        for (key, measure) in [
            ("grouped", Measure::GroupedDeviance),
            ("ungrouped", Measure::Deviance),
            ("concordance", Measure::Concordance),
        ] {
            let found = settings.validate(&features, &outcome, std::slice::from_ref(&fold), measure).unwrap();
            let expected = &row[key];
            let (means, errors) = (numbers(&expected["mean"]), numbers(&expected["error"]));
            assert_eq!(found.points.len(), lambda.len());
            for (k, point) in found.points.iter().enumerate() {
                let differences =
                    [(point.mean, means[k]), (point.error, errors[k])].map(|(a, b)| relative_difference(a, b, 1e-3));
                assert!(differences.iter().all(|d| *d < 1e-6), "{name}, {key}, {k}: {differences:?}");
            }
            assert_close(found.points[found.minimum].lambda, expected["minimum"].as_f64().unwrap(), 1e-12);
            assert_close(found.points[found.one_error].lambda, expected["one_error"].as_f64().unwrap(), 1e-12);
        }
    }
}

#[test]
fn stability_in_given_halves_is_that_of_glmnet() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/coxnet_stability.jsonl.gz");
    let golden = Golden::read(&file).unwrap();
    assert_eq!(golden.rows.len(), 3);
    for row in &golden.rows {
        let (features, outcome) = case(row);
        let path = PathSettings {
            alpha: row["alpha"].as_f64().unwrap(),
            lambdas: Lambdas::Given(numbers(&row["lambda"])),
            tolerance: 1e-12,
            ..PathSettings::default()
        };
        let whole = |v: &serde_json::Value| numbers(v).iter().map(|i| *i as usize).collect();
        let halves: Vec<Vec<usize>> = row["halves"].as_array().unwrap().iter().map(whole).collect();
        let most = row["q"].as_u64().map(|q| q as usize);
        let settings = StabilitySettings { path, features: most, ..Default::default() };
        let found = settings.of(&features, &outcome, &halves).unwrap();
        let mut entered = 0.0;
        for (ours, golden) in found.features.iter().zip(row["frequency"].as_array().unwrap()) {
            let golden = numbers(golden);
            assert_eq!(ours.frequencies.len(), golden.len());
            for (k, (a, b)) in ours.frequencies.iter().zip(&golden).enumerate() {
                // Twentieths.
                assert!((a - b).abs() < 1e-12, "{}, {}, {k}: {a} {b}", row["name"], ours.feature);
            }
            entered += golden.last().unwrap();
        }
        assert_close(found.mean_entered, entered, 1e-12);
        assert!(entered > 0.6 * row["q"].as_f64().unwrap());
    }
}

#[test]
fn halves_that_cannot_be_are_named() {
    let (features, outcome) = example(40, 5);
    let message =
        |parts: &[Vec<usize>]| StabilitySettings::default().of(&features, &outcome, parts).unwrap_err().to_string();
    let half: Vec<usize> = (0..20).collect();
    assert!(message(std::slice::from_ref(&half)).starts_with("the list of parts is 1: give the cases of 2"));
    assert!(message(&[half.clone(), vec![0, 0, 1]]).contains("wrong in number 2"));
    assert!(message(&[vec![40], half.clone()]).contains("wrong in number 1"));
    let censored: Vec<usize> = (0..40).filter(|&i| !outcome.event()[i]).collect();
    assert!(message(&[half, censored]).contains("without an event in number 2"));
}

/// Times that depend on the first two features.
fn example(n: usize, p: usize) -> (FeatureTable, Survival) {
    let features = columns(77, n, p + 2, 5);
    let (x, extra) = features.split_at(p);
    let time = (0..n).map(|i| (30.0 * (extra[0][i] / 2.0 - x[0][i] + 0.7 * x[1][i]).exp()).ceil()).collect();
    let event = extra[1].iter().map(|v| *v < 0.6).collect();
    (table(x.to_vec()), Survival::new(time, event).unwrap())
}

#[test]
fn folds_do_not_depend_on_threads_and_repeats_are_means() {
    let (features, outcome) = example(90, 12);
    let path = PathSettings::default();
    let settings = CrossValidationSettings { folds: 5, repeats: 3, seed: 9, ..Default::default() };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| settings.run(&path, &features, &outcome).unwrap())
    };
    let one = run(1);
    assert_eq!(one, run(3));
    let folds: Vec<Vec<usize>> = (0..2).map(|r| (0..90).map(|i| (i * (r + 1) / 2) % 5).collect()).collect();
    let each: Vec<_> = folds
        .iter()
        .map(|f| path.validate(&features, &outcome, std::slice::from_ref(f), Measure::GroupedDeviance).unwrap())
        .collect();
    let both = path.validate(&features, &outcome, &folds, Measure::GroupedDeviance).unwrap();
    for (k, point) in both.points.iter().enumerate() {
        assert_close(point.mean, 0.5 * (each[0].points[k].mean + each[1].points[k].mean), 1e-14);
        assert_close(point.error, 0.5 * (each[0].points[k].error + each[1].points[k].error), 1e-14);
    }
}

#[test]
fn the_model_is_the_chosen_point_and_not_the_weakest_penalty() {
    let (features, outcome) = example(120, 30);
    let fit = |lambda| CoxnetSettings { lambda, ..Default::default() }.fit(&features, &outcome).unwrap();
    let (best, simple) = (fit(LambdaChoice::LambdaMin), fit(LambdaChoice::Lambda1Se));
    let [minimum, one_error] = best.best().unwrap();
    assert_eq!(best.chosen().lambda, minimum.lambda);
    assert_eq!(simple.chosen().lambda, one_error.lambda);
    assert!(best.chosen().lambda > best.path().points.last().unwrap().lambda);
    assert!(simple.importance().len() <= best.importance().len());
    assert_eq!(best.importance()[0].feature, "f0");
    assert_eq!(best.validated().len(), best.path().points.len());
    // A fixed lambda between two of the path is a point of its own.
    let lambda = 0.97 * minimum.lambda;
    let fixed = fit(LambdaChoice::Fixed(lambda));
    assert_eq!((fixed.chosen().lambda, fixed.validated().len(), fixed.best()), (lambda, 0, None));
    assert!(fixed.path().points.windows(2).all(|w| w[0].lambda > w[1].lambda));
    // The mean risk of training is 0, and the coefficients are those of the path.
    let risk = best.predict_risk(&features).unwrap();
    assert!(risk.iter().sum::<f64>().abs() < 1e-9 * 120.0);
    let bad = CoxnetSettings { lambda: LambdaChoice::Fixed(-1.0), ..Default::default() };
    assert!(bad.fit(&features, &outcome).unwrap_err().to_string().starts_with("lambdas is [-1.0]"));
    let text = serde_json::to_string(&CoxnetSettings::default()).unwrap();
    assert!(text.contains("\"lambda\":\"lambda-min\""), "{text}");
    assert_eq!(serde_json::from_str::<CoxnetSettings>("{}").unwrap(), CoxnetSettings::default());
}

#[test]
fn impossible_folds_are_named() {
    let (features, outcome) = example(40, 5);
    let path = PathSettings::default();
    let message = |settings: CrossValidationSettings| settings.run(&path, &features, &outcome).unwrap_err().to_string();
    let usual = CrossValidationSettings::default;
    assert!(message(CrossValidationSettings { folds: 1, ..usual() }).starts_with("the number of folds is 1"));
    assert!(message(CrossValidationSettings { folds: 39, ..usual() }).contains("there are fewer events"));
    assert!(message(CrossValidationSettings { repeats: 0, ..usual() }).starts_with("the number of repeats is 0"));
    let folds = |folds: &[Vec<usize>]| path.validate(&features, &outcome, folds, Measure::Deviance).unwrap_err();
    assert!(folds(&[]).to_string().starts_with("folds is 0 repeats"));
    assert!(folds(&[vec![0; 3]]).to_string().contains("the fold of each case"));
    assert!(folds(&[vec![0; 40]]).to_string().starts_with("a fold is 0 for every case with an event"));
}

#[test]
fn stable_features_are_those_with_an_effect() {
    let (features, outcome) = example(150, 40);
    for sampling in [Halves::Single, Halves::Pairs] {
        let settings = StabilitySettings { sampling, halves: 40, seed: 4, ..Default::default() };
        let stability = settings.run(&features, &outcome).unwrap();
        assert_eq!(stability.selected(), ["f0", "f1"]);
        // sqrt(0.8 * 40), rounded up.
        assert!(stability.mean_entered <= 6.0 && stability.mean_entered > 2.0);
        assert_close(stability.error_bound, stability.mean_entered.powi(2) / (0.5 * 40.0), 1e-12);
        for feature in &stability.features {
            assert!(feature.frequencies.windows(2).all(|w| w[0] <= w[1]));
            assert!(feature.frequencies.iter().all(|f| (f * 40.0 - (f * 40.0).round()).abs() < 1e-9));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(pool.install(|| settings.run(&features, &outcome).unwrap()), stability);
    }
    let message = |settings: StabilitySettings| settings.run(&features, &outcome).unwrap_err().to_string();
    let usual = StabilitySettings::default;
    assert!(message(StabilitySettings { threshold: 0.5, ..usual() }).starts_with("threshold is 0.5"));
    assert!(message(StabilitySettings { halves: 3, ..usual() }).contains("an even number"));
    assert!(message(StabilitySettings { features: Some(0), ..usual() }).starts_with("features is 0"));
}
