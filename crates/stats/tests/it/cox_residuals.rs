//! Residuals, robust variance, summaries and tests of proportional hazards against R's survival.

use crate::support::cox::{Case, assert_all, columns, golden, numbers};
use radsurv_stats::cox::{
    Design, Fit, FitSettings, Residuals, Schoenfeld, Ties, TimeTransform, fit, proportional_hazards,
};

fn fitted(case: &Case, design: &Design) -> Fit {
    fit(design, &FitSettings { ties: case.ties, ..FitSettings::default() }).unwrap()
}

/// Each column, to a part of its largest value: residuals cancel to any size.
#[track_caller]
fn assert_columns(ours: &[Vec<f64>], golden: &[Vec<f64>], what: &str) {
    assert_eq!(ours.len(), golden.len(), "{what}");
    for (ours, golden) in ours.iter().zip(golden) {
        let largest = golden.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        assert_all(ours, golden, 1e-8, largest, what);
    }
}

#[test]
fn residuals_are_those_of_r() {
    let mut seen = [0; 3];
    for case in golden("cox_residuals.jsonl.gz", "residuals") {
        let (x, name) = (case.columns(), &case.name);
        let design = case.design(&x);
        let residuals = Residuals::new(&design, &fitted(&case, &design)).unwrap();
        seen[0] += 1;
        assert_columns(&[residuals.martingale()], &[numbers(&case.row["martingale"])], &format!("{name} martingale"));
        // A martingale residual that is nearly 0 has half the digits after the root.
        let deviance = numbers(&case.row["deviance"]);
        for (ours, golden) in residuals.deviance().iter().zip(&deviance) {
            assert!((ours * ours - golden * golden).abs() <= 1e-8 * golden.abs().max(1.0), "{name} {ours} {golden}");
            assert!(golden.abs() < 1e-6 || ours.signum() == golden.signum());
        }
        if case.ties == Ties::Exact {
            assert!(residuals.score().is_err() && residuals.schoenfeld().is_err());
            continue;
        }
        seen[1] += 1;
        let of = |what: &str| columns(&case.row[what]);
        assert_columns(&residuals.score().unwrap(), &of("score"), &format!("{name} score"));
        assert_columns(&residuals.dfbeta().unwrap(), &of("dfbeta"), &format!("{name} dfbeta"));
        if !case.row["dfbetas"].is_null() {
            seen[2] += 1;
            assert_columns(&residuals.dfbetas().unwrap(), &of("dfbetas"), &format!("{name} dfbetas"));
        }
        let Schoenfeld { cases, columns } = residuals.schoenfeld().unwrap();
        assert_eq!(cases.len(), case.outcome.events());
        assert_columns(&columns, &of("schoenfeld"), &format!("{name} schoenfeld"));
        assert_columns(&residuals.scaled_schoenfeld().unwrap().columns, &of("scaled"), &format!("{name} scaled"));
    }
    assert_eq!(seen, [15, 13, 4]);
}

#[test]
fn tests_of_proportional_hazards_are_those_of_r() {
    let transforms = [
        ("km", TimeTransform::KaplanMeier),
        ("rank", TimeTransform::Rank),
        ("identity", TimeTransform::Identity),
        ("log", TimeTransform::Log),
    ];
    let mut seen = 0;
    for case in golden("cox_residuals.jsonl.gz", "zph") {
        let (x, name) = (case.columns(), &case.name);
        let design = case.design(&x);
        let fit = fitted(&case, &design);
        for (what, transform) in transforms {
            seen += 1;
            let golden = &case.row[what];
            let found = proportional_hazards(&design, &fit, transform).unwrap();
            let tests: Vec<_> = found.columns.iter().chain([&found.global]).collect();
            let what = format!("{name} {what}");
            let of = |key: &str| numbers(&golden[key]);
            assert_all(&tests.iter().map(|t| t.statistic).collect::<Vec<_>>(), &of("chisq"), 1e-8, 1.0, &what);
            assert_all(&tests.iter().map(|t| t.df).collect::<Vec<_>>(), &of("df"), 0.0, 0.0, &what);
            assert_all(&tests.iter().map(|t| t.p_value).collect::<Vec<_>>(), &of("p"), 1e-7, 0.0, &what);
            if !golden["x"].is_null() {
                assert_all(&found.transformed, &of("x"), 1e-12, 0.0, &what);
            }
        }
    }
    assert_eq!(seen, 4 * 16);
}

#[test]
fn summaries_are_those_of_r() {
    let mut seen = 0;
    for case in golden("cox.jsonl.gz", "fit") {
        let (x, name) = (case.columns(), &case.name);
        let design = case.design(&x);
        let fit = fitted(&case, &design);
        let robust = (case.row["robust"] == true).then(|| {
            seen += 1;
            let residuals = Residuals::new(&design, &fit).unwrap();
            residuals.robust_variance(case.clusters.as_deref()).unwrap()
        });
        if let Some(robust) = &robust {
            let golden: Vec<f64> = columns(&case.row["robust_variance"]).concat();
            let largest = golden.iter().fold(0.0f64, |m, v| m.max(v.abs()));
            assert_all(robust, &golden, 1e-8, 1e-6 * largest, name);
        }
        let summary = fit.summary(0.95, robust.as_deref()).unwrap();
        let golden = columns(&case.row["summary"]);
        let rows = &summary.coefficients;
        let mut ours: Vec<Vec<f64>> = vec![
            rows.iter().map(|r| r.coefficient).collect(),
            rows.iter().map(|r| r.hazard_ratio).collect(),
            rows.iter().map(|r| r.se).collect(),
        ];
        if robust.is_some() {
            ours.push(rows.iter().map(|r| r.robust_se.unwrap()).collect());
        }
        ours.push(rows.iter().map(|r| r.z).collect());
        ours.push(rows.iter().map(|r| r.p_value).collect());
        assert_eq!(ours.len(), golden.len());
        for (ours, golden) in ours.iter().zip(&golden) {
            // A p-value of 1e-10 has lost digits of z twentyfold.
            assert_all(ours, golden, 2e-7, 0.0, name);
        }
        let limits = columns(&case.row["limits"]);
        assert_all(&rows.iter().map(|r| r.lower).collect::<Vec<_>>(), &limits[0], 1e-8, 0.0, name);
        assert_all(&rows.iter().map(|r| r.upper).collect::<Vec<_>>(), &limits[1], 1e-8, 0.0, name);
        for (test, golden) in [(summary.likelihood_ratio, "lr"), (summary.score, "sc")] {
            assert_all(&[test.statistic, test.df, test.p_value], &numbers(&case.row[golden]), 1e-7, 0.0, name);
        }
        assert_all(&[summary.wald.statistic], &[case.row["wald_test"].as_f64().unwrap()], 1e-8, 0.0, name);
    }
    assert_eq!(seen, 6);
}
