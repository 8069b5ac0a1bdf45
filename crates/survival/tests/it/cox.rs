//! The Cox model: what it says of features that cannot be fitted, and its numbers beside R's.

use radsurv_data::saved::Saved;
use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_stats::cox::{Penalty, Ties};
use radsurv_stats::nonparametric::Limits;
use radsurv_survival::Error;
use radsurv_survival::cox::{CoxErrors, CoxSettings};
use radsurv_testkit::compare::assert_close;

/// R: `aml`, whose groups are 1 (maintained) and 0; and a second column.
fn aml() -> (FeatureTable, Survival) {
    let time = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45].map(f64::from);
    let status = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1].map(|s| s == 1);
    let maintained: Vec<f64> = (0..23).map(|i| if i < 11 { 1.0 } else { 0.0 }).collect();
    let second: Vec<f64> = (0..23).map(|i| f64::from(i * 7 % 10)).collect();
    (table(&[("maintained", &maintained), ("second", &second)]), Survival::new(time.to_vec(), status.to_vec()).unwrap())
}

fn table(columns: &[(&str, &[f64])]) -> FeatureTable {
    let ids = (1..=columns[0].1.len()).map(|i| format!("P{i}")).collect();
    let names = columns.iter().map(|(name, _)| name.to_string()).collect();
    FeatureTable::new(ids, names, columns.iter().map(|(_, c)| c.to_vec()).collect()).unwrap()
}

/// R 4.2.2, survival 3.5-3: coxph(Surv(time, status) ~ m + s, aml, control = coxph.control(eps = 1e-11)), once with
/// robust = TRUE; summary; summary(survfit(fit, newdata = rows 1 and 15), times = c(4, 12, 30, 50)).
#[test]
fn numbers_are_those_of_r() {
    let (features, outcome) = aml();
    let model = CoxSettings::default().fit(&features, &outcome).unwrap();
    let golden = [
        [-0.898626510529281, 0.511849095790876, -1.75564735372011, 0.0791486412849812],
        [0.0693011201352733, 0.0882281715593064, 0.785476100325729, 0.432174477608305],
    ];
    for (row, golden) in model.coefficients(0.95).unwrap().iter().zip(golden) {
        for (ours, golden) in [row.coefficient, row.se, row.z, row.p_value].into_iter().zip(golden) {
            assert_close(ours, golden, 1e-8);
        }
    }
    let first = model.coefficients(0.95).unwrap()[0];
    assert_close(first.hazard_ratio, 0.40712846255441, 1e-8);
    assert_close(first.lower, 0.14929481499632, 1e-8);
    assert_close(first.upper, 1.11024341351709, 1e-8);
    let tests = model.tests();
    assert_eq!((tests.cases, tests.events), (23, 18));
    assert_close(tests.likelihood_ratio.statistic, 4.00931427090664, 1e-8);
    assert_close(tests.likelihood_ratio.p_value, 0.134706473852719, 1e-8);
    assert_close(tests.wald.statistic, 3.77176495060878, 1e-8);
    assert_close(tests.score.statistic, 4.0036143210365, 1e-8);
    let curves = model.predict_survival(&features, &[4.0, 12.0, 30.0, 50.0]).unwrap();
    let golden = [
        [1.0, 0.880878621695479, 0.708299741210011, 0.291904012512194],
        [1.0, 0.581375865187864, 0.22883215623523, 0.00516804813612713],
    ];
    for (case, golden) in [0, 14].into_iter().zip(golden) {
        curves.of(case).iter().zip(golden).for_each(|(ours, golden)| assert_close(*ours, golden, 1e-8));
    }
    assert_eq!(model.importance()[0].feature, "maintained");
    let concordance = tests.concordance.unwrap();
    assert_close(concordance.estimate, 0.635714285714286, 1e-12);
    assert_close(concordance.se, 0.0817797710604206, 1e-8);

    let robust = CoxSettings { errors: CoxErrors::Robust, ..CoxSettings::default() }.fit(&features, &outcome).unwrap();
    let [m, s] = robust.coefficients(0.95).unwrap()[..] else { panic!() };
    assert_close(m.robust_se.unwrap(), 0.457473660886525, 1e-8);
    assert_close(s.robust_se.unwrap(), 0.0778727788840108, 1e-8);
    assert_close(m.upper, 0.998007376599222, 1e-8);
    assert_close(robust.tests().wald.statistic, 3.95862169139541, 1e-8);
}

/// R: coxph(Surv(time, status) ~ second + strata(maintained), aml), and with cluster = 0:22 %/% 2; summary(fit)$concordance;
/// survfit(fit, newdata = rows 1 and 15, conf.type = "log-log") at 12 and 30: survival, std.err, lower, upper.
#[test]
fn strata_and_clusters_are_those_of_r() {
    let (features, outcome) = aml();
    let clusters: Vec<f64> = (0..23).map(|i| f64::from(i / 2)).collect();
    let features = table(&[
        ("maintained", features.column("maintained").unwrap()),
        ("second", features.column("second").unwrap()),
        ("pair", &clusters),
    ]);
    let name = |name: &str| Some(name.to_string());
    let settings = CoxSettings { strata: name("maintained"), clusters: name("pair"), ..Default::default() };
    let model = settings.fit(&features, &outcome).unwrap();
    assert_eq!((model.covariates(), model.needed()), (&["second".to_string()][..], vec!["second", "maintained"]));
    assert_eq!(model.features(), features.names());
    let [row] = model.coefficients(0.95).unwrap()[..] else { panic!() };
    let ours = [row.coefficient, row.se, row.robust_se.unwrap()];
    let golden = [0.0638758254176341, 0.0889497124213059, 0.0742808545385862];
    ours.iter().zip(golden).for_each(|(ours, golden)| assert_close(*ours, golden, 1e-8));
    let tests = model.tests();
    assert_close(tests.null_log_likelihood, -30.4560158572481, 1e-10);
    assert_close(tests.log_likelihood, -30.1954563841425, 1e-10);
    let concordance = tests.concordance.unwrap();
    assert_close(concordance.estimate, 0.535714285714286, 1e-12);
    assert_close(concordance.se, 0.0858156839600337, 1e-8);

    let golden = [
        [0.933604756079302, 0.711972517682986, 0.0744131344375658, 0.228879934728765],
        [0.534409412162611, 0.243806152737648, 0.328094704594419, 0.682769345947452],
    ];
    let range = [
        [0.563254528465605, 0.280174790425577, 0.991811092194153, 0.913287671032767],
        [0.174018374759037, 0.0261820115749831, 0.798888435983189, 0.578770444116777],
    ];
    let plain = CoxSettings { clusters: None, ..settings.clone() };
    let two = features.rows(&[0, 14]).select(&["second", "maintained"]).unwrap();
    let curves = model.predict_survival(&two, &[12.0, 30.0]).unwrap();
    let limits = plain.limits(&features.select(&["second", "maintained"]).unwrap(), &outcome).unwrap();
    let limits = limits.predict(&two, &[12.0, 30.0], 0.95, Limits::LogLog).unwrap();
    for case in 0..2 {
        for k in 0..2 {
            let point = limits[case][k];
            assert_close(curves.of(case)[k], golden[case][k], 1e-8);
            assert_close(point.survival, golden[case][k], 1e-8);
            assert_close(point.error, golden[case][2 + k], 1e-8);
            assert_close(point.lower, range[case][k], 1e-8);
            assert_close(point.upper, range[case][2 + k], 1e-8);
        }
    }
    let robust = settings.limits(&features, &outcome).unwrap().predict(&two, &[12.0, 30.0], 0.95, Limits::Log).unwrap();
    assert_close(robust[1][0].error, 0.315204620770095, 1e-8);
    assert_close(robust[1][1].error, 0.643448058198513, 1e-8);

    // Saved, and other strata.
    let path = tempfile::tempdir().unwrap();
    let path = path.path().join("m.json");
    model.save(&path).unwrap();
    assert_eq!(radsurv_survival::Cox::load(&path).unwrap(), model);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"strata\": \"maintained\""));
    std::fs::write(&path, text.replace("\"strata\": \"maintained\"", "\"strata\": \"\"")).unwrap();
    assert!(radsurv_survival::Cox::load(&path).unwrap_err().to_string().ends_with("hazards of strata, and no strata"));
    let other = two.with_columns(vec![vec![1.0, 2.0], vec![0.0, 7.0]]).unwrap();
    let says =
        "the case P15 has the maintained 7, and there is no baseline hazard of it; those that were fitted are 0, 1";
    assert_eq!(model.predict_survival(&other, &[12.0]).unwrap_err().to_string(), says);
    assert_eq!(model.predict_risk(&other).unwrap().len(), 2);
    let missing = CoxSettings { strata: name("centre"), ..Default::default() }.fit(&features, &outcome).unwrap_err();
    assert!(missing.to_string().starts_with("the column of strata is centre: no feature"), "{missing}");
    let only = CoxSettings { strata: name("pair"), ..Default::default() };
    assert!(matches!(only.fit(&features.select(&["pair"]).unwrap(), &outcome), Err(Error::NoFeatures)));
}

#[test]
fn features_that_cannot_be_fitted_are_named() {
    let (features, outcome) = aml();
    let second = features.column("second").unwrap();
    let twice: Vec<f64> = second.iter().map(|v| 1.0 - 2.0 * v).collect();
    let message = |columns: &[(&str, &[f64])], settings: &CoxSettings| {
        settings.fit(&table(columns), &outcome).unwrap_err().to_string()
    };
    let default = CoxSettings::default();
    let ramp: Vec<f64> = (0..23).map(f64::from).collect();
    assert_eq!(
        message(&[("ramp", &ramp), ("second", second), ("twice", &twice)], &default),
        "twice is a linear combination of second: leave out one of them, or penalise"
    );
    assert!(
        message(&[("a", second), ("b", &[2.0; 23]), ("c", &[0.0; 23])], &default)
            .starts_with("2 features (b, c) have one")
    );
    let many: Vec<Vec<f64>> =
        (0..30).map(|j| (0..23).map(|i| f64::from((i * i * (j + 3) + i * j * j) % 101)).collect()).collect();
    let names: Vec<String> = (0..30).map(|j| format!("f{j}")).collect();
    let wide: Vec<(&str, &[f64])> = names.iter().map(String::as_str).zip(many.iter().map(Vec::as_slice)).collect();
    assert!(message(&wide, &default).starts_with("30 columns and 23 cases"));
    // Events are earlier, and all, where it is 1.
    let separating: Vec<f64> = outcome.event().iter().map(|e| f64::from(u8::from(*e))).collect();
    let columns = [("second", second), ("separating", &separating[..])];
    let found = default.fit(&table(&columns), &outcome).unwrap_err();
    assert!(matches!(&found, Error::Separation { features } if features == &["separating"]), "{found}");
    assert!(found.to_string().contains("Firth"), "{found}");
    let firth = CoxSettings { penalty: Penalty::Firth, ..default.clone() }.fit(&table(&columns), &outcome).unwrap();
    let hazard_ratio = firth.coefficients(0.95).unwrap()[1].hazard_ratio;
    assert!(hazard_ratio > 2.0 && hazard_ratio < 1e3, "{hazard_ratio}");
    assert!(message(&columns, &CoxSettings { max_iterations: 0, ..default.clone() }).contains("iterations"));
    assert!(message(&columns, &CoxSettings { tolerance: f64::NAN, ..default.clone() }).contains("tolerance"));
}

#[test]
fn settings_are_read_with_their_defaults() {
    let read: CoxSettings = serde_json::from_str(r#"{"ties": "breslow", "errors": "robust"}"#).unwrap();
    assert_eq!(read, CoxSettings { ties: Ties::Breslow, errors: CoxErrors::Robust, ..CoxSettings::default() });
    assert!(serde_json::from_str::<CoxSettings>(r#"{"tie": "breslow"}"#).is_err());
    let none: CoxSettings = serde_json::from_str(r#"{"strata": "", "clusters": "patient"}"#).unwrap();
    assert_eq!((none.strata, none.clusters.as_deref()), (None, Some("patient")));
}

#[test]
fn unusual_scales_do_not_matter() {
    let (features, outcome) = aml();
    let model = CoxSettings::default().fit(&features, &outcome).unwrap();
    let scaled: Vec<Vec<f64>> = features.columns().iter().map(|c| c.iter().map(|v| 1e-9 * v).collect()).collect();
    let tiny = features.with_columns(scaled).unwrap();
    let other = CoxSettings::default().fit(&tiny, &outcome).unwrap();
    // Hazard ratios of a whole unit leave the range of numbers; the model is saved without them.
    assert_eq!(other.coefficients(0.95).unwrap()[0].hazard_ratio, 0.0);
    let path = tempfile::tempdir().unwrap();
    let path = path.path().join("m.json");
    other.save(&path).unwrap();
    let back = radsurv_survival::cox::Cox::load(&path).unwrap();
    for (a, b) in back.predict_risk(&tiny).unwrap().iter().zip(model.predict_risk(&features).unwrap()) {
        assert!((a - b).abs() < 1e-9);
    }
}
