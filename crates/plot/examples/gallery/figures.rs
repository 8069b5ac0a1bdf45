//! Each figure of the gallery, from data to drawing.

use radsurv_data::{Cohort, Covariate, Covariates, FeatureTable, Fit, FitSurvival, Groups, SurvivalModel, Transform};
use radsurv_eval::calibration::{GroupSettings, Grouping, SmoothSettings};
use radsurv_eval::clinical_impact::{ClinicalImpact, ClinicalImpactSettings};
use radsurv_eval::cox_table::CoxTableSettings;
use radsurv_eval::decision_curve::{DecisionCurve, DecisionCurveSettings, Strategy, thresholds};
use radsurv_eval::nomogram::{Nomogram, NomogramSettings};
use radsurv_eval::reclassification::{Idi, IdiSettings};
use radsurv_eval::time_roc::{Band, TimeRocSettings, time_roc};
use radsurv_harmonize::diagnostics::Comparison;
use radsurv_harmonize::icc::{IccSettings, Reading};
use radsurv_plot::forest::Model;
use radsurv_plot::{Drawing, Style};
use radsurv_stats::bootstrap::Bootstrap;
use radsurv_stats::correlation::{CorrelationMatrix, Method, Missing};
use radsurv_stats::nonparametric::{KaplanMeier, TestWeights};
use radsurv_stats::terms::Knots;
use radsurv_stats::terms::Terms;
use radsurv_survival::coxnet::{CrossValidationSettings, PathSettings};
use radsurv_survival::{CoxSettings, importance::PermutationSettings};

use crate::data::{Any, Numbers, lung, pbc, radiomics};
use crate::{explain, genomics};

/// The name of a figure and what draws it.
pub type Figure = (&'static str, fn(&Style) -> Any<Drawing>);

pub const ALL: &[Figure] = &[
    ("flow-chart", flow_chart),
    ("kaplan-meier", kaplan_meier),
    ("roc", roc),
    ("auc-over-time", auc_over_time),
    ("calibration", calibration),
    ("decision-curve", decision_curve),
    ("clinical-impact", clinical_impact),
    ("idi-curve", idi_curve),
    ("nomogram", nomogram),
    ("forest", forest),
    ("lasso-path", lasso_path),
    ("lasso-cv", lasso_cv),
    ("importance", importance),
    ("shap-beeswarm", explain::shap_beeswarm),
    ("shap-dependence", explain::shap_dependence),
    ("shap-waterfall", explain::shap_waterfall),
    ("partial-dependence", explain::partial_dependence),
    ("selection-frequency", explain::selection_frequency),
    ("tuning", explain::tuning),
    ("ranking", explain::ranking),
    ("heat-map", heat_map),
    ("icc-distribution", icc_distribution),
    ("batch-effect", batch_effect),
    ("volcano", genomics::volcano),
    ("venn", genomics::venn),
    ("venn-two", genomics::venn_of_two),
    ("upset", genomics::upset),
    ("expression-map", genomics::expression_map),
    ("enrichment-dots", genomics::enrichment_dots),
    ("enrichment-dots-ranking", genomics::enrichment_of_ranking),
    ("running-score", genomics::running_score),
    ("gene-feature", genomics::gene_feature),
    ("association-map", genomics::association_map),
    ("network", genomics::network),
];

fn flow_chart(style: &Style) -> Any<Drawing> {
    use radsurv_plot::flow_chart::{LeftOut, Set, Step, figure};
    let left_out = |reason: &str, cases: usize| LeftOut { reason: reason.into(), cases };
    let step = |name: &str, cases: usize, left_out: Vec<LeftOut>| Step { name: name.into(), cases, left_out };
    let missing = vec![left_out("no triglycerides", 30), left_out("no platelets", 4), left_out("no copper", 2)];
    let steps = [
        step("Patients in the registry", 418, vec![]),
        step("In the trial", 312, vec![left_out("not randomised", 106)]),
        step("Analysed", 276, missing),
    ];
    let set = |name: &str, cases: usize, deaths: usize| Set {
        name: name.into(),
        cases,
        notes: vec![format!("{deaths} deaths")],
    };
    Ok(figure(&steps, &[set("Training", 184, 74), set("Test", 92, 37)], "", style)?)
}

fn kaplan_meier(style: &Style) -> Any<Drawing> {
    use radsurv_plot::kaplan_meier::{Curve, Settings, figure};
    let lung = lung()?;
    let sex = lung.table.column("sex").unwrap_or_default();
    let groups = Groups::new(sex.iter().map(|s| Some(if *s == 1.0 { "Male" } else { "Female" })));
    let test = TestWeights::LogRank.test(&lung.outcome, &groups, None)?.test;
    let of = |level: usize| {
        let rows: Vec<usize> = (0..sex.len()).filter(|i| groups.codes()[*i] == Some(level)).collect();
        KaplanMeier::of(&lung.outcome.rows(&rows))
    };
    let estimates = (0..groups.levels().len()).map(of).collect::<Result<Vec<_>, _>>()?;
    let curve = |(name, estimate): (&'static str, _)| Curve { name, estimate };
    let curves: Vec<Curve> = ["Female", "Male"].into_iter().zip(&estimates).map(curve).collect();
    let settings = Settings { time: "Time (days)".into(), p_value: Some(test.p_value), ..Settings::default() };
    Ok(figure(&curves, &settings, style)?)
}

/// Albumin is protective: its sign is turned, as higher must be worse.
fn markers() -> Any<(radsurv_data::Survival, [Vec<f64>; 2])> {
    let cases = pbc()?;
    let column = |name: &str| cases.table.column(name).unwrap_or_default().to_vec();
    let (bilirubin, albumin) = (column("bili"), column("albumin").iter().map(|a| -a).collect());
    Ok((cases.outcome, [bilirubin, albumin]))
}

fn roc(style: &Style) -> Any<Drawing> {
    let (outcome, [bilirubin, albumin]) = markers()?;
    let first = time_roc(&bilirubin, &outcome, &[36.0, 60.0])?;
    let second = time_roc(&albumin, &outcome, &[36.0, 60.0])?;
    let mut curves = radsurv_plot::roc::curves(&first, "Bilirubin", "months");
    curves.extend(radsurv_plot::roc::curves(&second, "Albumin", "months"));
    Ok(radsurv_plot::roc::figure(&curves, &Default::default(), style)?)
}

fn auc_over_time(style: &Style) -> Any<Drawing> {
    use radsurv_plot::auc_over_time::{Marker, Settings, figure};
    let (outcome, markers) = markers()?;
    let times: Vec<f64> = (3..=20).map(|i| 6.0 * f64::from(i)).collect();
    let settings = TimeRocSettings { curves: false, band: Some(Band::default()), ..TimeRocSettings::default() };
    let found = markers.iter().map(|m| settings.of(m, &outcome, &times)).collect::<Result<Vec<_>, _>>()?;
    let markers = ["Bilirubin", "Albumin"].into_iter().zip(&found).map(|(name, roc)| Marker { name, roc });
    let settings = Settings { time: "Time (months)".into(), ..Settings::default() };
    Ok(figure(&markers.collect::<Vec<_>>(), &settings, style)?)
}

/// The probability of death within 60 months by Cox models of some columns, fitted to every other case, of the other cases.
fn predictions(columns: &[&[&str]]) -> Any<(radsurv_data::Survival, Vec<Vec<f64>>)> {
    let cases = pbc()?;
    let rows = |odd: usize| (0..cases.outcome.len()).filter(|i| i % 2 == odd).collect::<Vec<_>>();
    let (train, test) = (rows(0), rows(1));
    let of = |columns: &&[&str]| -> Any<Vec<f64>> {
        let table = cases.table.select(columns)?;
        let model = CoxSettings::default().fit(&table.rows(&train), &cases.outcome.rows(&train))?;
        let curves = model.predict_survival(&table.rows(&test), &[60.0])?;
        Ok(curves.at_time(0).iter().map(|s| 1.0 - s).collect())
    };
    let found = columns.iter().map(of).collect::<Any<Vec<_>>>()?;
    Ok((cases.outcome.rows(&test), found))
}

fn calibration(style: &Style) -> Any<Drawing> {
    use radsurv_plot::calibration::{Calibration, Settings, figure};
    let (outcome, risks) = predictions(&[&["age", "bili", "albumin", "protime", "edema"]])?;
    let groups = GroupSettings { grouping: Grouping::Count(5), ..GroupSettings::default() };
    let groups = groups.fit(60.0, &risks[0], &outcome)?;
    let smooth = SmoothSettings::default().fit(60.0, &risks[0], &outcome)?;
    let shown = Calibration { groups: Some(&groups), smooth: Some(&smooth), predictions: &risks[0] };
    let settings = Settings { predicted: "Predicted 5-year mortality".into(), ..Settings::default() };
    Ok(figure(&shown, &Settings { observed: "Observed 5-year mortality".into(), ..settings }, style)?)
}

/// Bilirubin as a spline, oedema and stage as categories; the thirtieth patient is traced.
fn nomogram(style: &Style) -> Any<Drawing> {
    use radsurv_plot::nomogram::{Settings, figure};
    let cases = pbc()?;
    let mut covariates = Covariates::new(cases.table.cases());
    let column = |name: &str| cases.table.column(name).unwrap_or_default().to_vec();
    let names = [
        ("age", "Age (years)"),
        ("bili", "Bilirubin (mg/dl)"),
        ("albumin", "Albumin (g/dl)"),
        ("protime", "Prothrombin time (s)"),
    ];
    for (name, title) in names {
        covariates.add(title, Covariate::Number(column(name)))?;
    }
    let oedema = |v: &f64| Some(["no", "treated", "yes"][(2.0 * v) as usize % 3]);
    covariates.add("Oedema", Covariate::Category(Groups::new(column("edema").iter().map(oedema))))?;
    let stage = |v: &f64| Some(["I", "II", "III", "IV"][*v as usize - 1]);
    covariates.add("Stage", Covariate::Category(Groups::new(column("stage").iter().map(stage))))?;
    let terms = Terms::new()
        .linear("Age (years)")
        .spline("Bilirubin (mg/dl)", Knots::Count(4))
        .linear("Albumin (g/dl)")
        .linear("Prothrombin time (s)")
        .category("Oedema", None)
        .category("Stage", None);
    let nomogram = Nomogram::fit(&terms, &covariates, &cases.outcome, &[36.0, 60.0], &NomogramSettings::default())?;
    let patient = nomogram.trace(&covariates.rows(&[29]))?;
    Ok(figure(&nomogram, Some(&patient), &Settings { unit: "months".into(), ..Settings::default() }, style)?)
}

fn decision_curve(style: &Style) -> Any<Drawing> {
    let (outcome, risks) = predictions(&[&["age", "bili", "albumin", "protime", "edema"], &["age", "stage"]])?;
    let names = ["Clinical and laboratory", "Age and stage"];
    let models: Vec<Strategy> =
        names.into_iter().zip(&risks).map(|(name, risk)| Strategy { name, risk, harm: 0.0 }).collect();
    let settings = DecisionCurveSettings { thresholds: thresholds(0.0, 0.8, 0.01)?, ..DecisionCurveSettings::at(60.0) };
    let curves = DecisionCurve::of(&models, &outcome, &settings)?;
    Ok(radsurv_plot::decision_curve::figure(&curves, &Default::default(), style)?)
}

fn clinical_impact(style: &Style) -> Any<Drawing> {
    let (outcome, risks) = predictions(&[&["age", "bili", "albumin", "protime", "edema"]])?;
    let bootstrap = Some(Bootstrap { samples: 200, ..Bootstrap::default() });
    let settings = ClinicalImpactSettings {
        thresholds: thresholds(0.0, 0.95, 0.01)?,
        bootstrap,
        ..ClinicalImpactSettings::at(60.0)
    };
    let impact = ClinicalImpact::of(&risks[0], &outcome, &settings)?;
    Ok(radsurv_plot::clinical_impact::figure(&impact, "", style)?)
}

fn idi_curve(style: &Style) -> Any<Drawing> {
    let (outcome, risks) = predictions(&[&["age", "stage"], &["age", "bili", "albumin", "protime", "edema"]])?;
    let bootstrap = Some(Bootstrap { samples: 200, ..Bootstrap::default() });
    let idi = Idi::of(&risks[0], &risks[1], &outcome, &IdiSettings { bootstrap, ..IdiSettings::at(60.0) })?;
    Ok(radsurv_plot::idi_curve::figure(&idi, "", style)?)
}

fn forest(style: &Style) -> Any<Drawing> {
    let cases = lung()?;
    let mut covariates = Covariates::new(cases.table.cases());
    let column = |name: &str| cases.table.column(name).unwrap_or_default().to_vec();
    for (name, title) in [("age", "Age"), ("pat.karno", "Karnofsky score"), ("wt.loss", "Weight loss (lb)")] {
        covariates.add(title, Covariate::Number(column(name)))?;
    }
    let sex = |v: &f64| Some(if *v == 1.0 { "male" } else { "female" });
    covariates.add("Sex", Covariate::Category(Groups::new(column("sex").iter().map(sex))))?;
    let ecog = |v: &f64| Some(["0", "1", "2 or 3", "2 or 3"][*v as usize]);
    covariates.add("ECOG status", Covariate::Category(Groups::new(column("ph.ecog").iter().map(ecog))))?;
    let terms = Terms::new()
        .linear("Age")
        .category("Sex", Some("male"))
        .category("ECOG status", Some("0"))
        .linear("Karnofsky score")
        .linear("Weight loss (lb)");
    let per =
        [("Age".to_string(), 10.0), ("Karnofsky score".to_string(), 10.0), ("Weight loss (lb)".to_string(), 10.0)];
    let table =
        CoxTableSettings { per: per.into(), ..CoxTableSettings::default() }.of(&covariates, &terms, &cases.outcome)?;
    Ok(radsurv_plot::forest::of_table(&table, Model::Multivariable, "", style)?)
}

fn lasso_path(style: &Style) -> Any<Drawing> {
    use radsurv_plot::lasso_path::{Settings, figure};
    let cases = radiomics(1)?;
    let validated = CrossValidationSettings::default().run(&PathSettings::default(), &cases.table, &cases.outcome)?;
    let chosen = vec![validated.points[validated.minimum].lambda, validated.points[validated.one_error].lambda];
    Ok(figure(&validated.path, &Settings { chosen, ..Settings::default() }, style)?)
}

fn lasso_cv(style: &Style) -> Any<Drawing> {
    let cases = radiomics(1)?;
    let validated = CrossValidationSettings::default().run(&PathSettings::default(), &cases.table, &cases.outcome)?;
    Ok(radsurv_plot::lasso_cv::figure(&validated, "", style)?)
}

fn importance(style: &Style) -> Any<Drawing> {
    use radsurv_plot::importance::{Bar, Settings, figure};
    let cases = pbc()?;
    let rows = |odd: usize| (0..cases.outcome.len()).filter(|i| i % 2 == odd).collect::<Vec<_>>();
    let (train, test) = (rows(0), rows(1));
    let model = CoxSettings::default().fit(&cases.table.rows(&train), &cases.outcome.rows(&train))?;
    let test_cases = Cohort::from(cases.table.rows(&test));
    let found = PermutationSettings::default().run(&model, &test_cases, &cases.outcome.rows(&test))?;
    let bars: Vec<Bar> = found.iter().map(Bar::from).collect();
    Ok(figure(&bars, &Settings::default(), style)?)
}

fn heat_map(style: &Style) -> Any<Drawing> {
    use radsurv_plot::heat_map::{Settings, figure};
    let cases = radiomics(1)?;
    let matrix = CorrelationMatrix::new(cases.table.columns(), Method::Spearman, Missing::Refuse)?;
    let settings = Settings { name: "Spearman's correlation".into(), ..Settings::default() };
    Ok(figure(cases.table.names(), &matrix, &settings, style)?)
}

/// The same features read once more with noise, a different one for each feature.
fn icc_distribution(style: &Style) -> Any<Drawing> {
    let cases = radiomics(2)?;
    let mut numbers = Numbers::new(3);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for copy in 0..12 {
        for (k, column) in cases.table.columns().iter().enumerate() {
            let noise = 0.1 + 0.9 * ((copy * 24 + k) % 17) as f64 / 17.0 * numbers.uniform();
            let mut read = || column.iter().map(|v| v + noise * numbers.normal()).collect::<Vec<f64>>();
            let (a, b) = (read(), read());
            first.push((format!("f{copy}_{k}"), a));
            second.push((format!("f{copy}_{k}"), b));
        }
    }
    let table = |columns: Vec<(String, Vec<f64>)>| {
        let (names, columns) = columns.into_iter().unzip();
        FeatureTable::new(cases.table.case_ids().to_vec(), names, columns)
    };
    let (first, second) = (table(first)?, table(second)?);
    let readings = [Reading { name: "reader 1", table: &first }, Reading { name: "reader 2", table: &second }];
    let found = IccSettings::default().analyse(&readings)?;
    Ok(radsurv_plot::icc_distribution::figure(&found, "", style)?)
}

/// Three centres whose scanners shift and scale the features.
fn batch_effect(style: &Style) -> Any<Drawing> {
    let cases = radiomics(4)?;
    let centre = |i: usize| i % 3;
    let shifted = |(k, column): (usize, &Vec<f64>)| {
        let of = |i: usize| (((centre(i) + 1) * (k + 2) * 7) % 11) as f64 / 5.0;
        column.iter().enumerate().map(|(i, v)| of(i) + v * (1.0 + 0.3 * centre(i) as f64)).collect()
    };
    let table = cases.table.with_columns(cases.table.columns().iter().enumerate().map(shifted).collect())?;
    let mut covariates = Covariates::new(table.cases());
    let names = ["Centre A", "Centre B", "Centre C"];
    covariates.add("centre", Covariate::Category(Groups::new((0..table.cases()).map(|i| Some(names[centre(i)])))))?;
    let cohort = Cohort::new(table, covariates)?;
    let after = radsurv_harmonize::combat::CombatSettings::new("centre").fit(&cohort)?.transform(&cohort)?;
    let comparison = Comparison::of(&cohort, &after, "centre", 2)?;
    Ok(radsurv_plot::batch_effect::figure(&comparison, style))
}
