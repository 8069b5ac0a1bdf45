//! Forests against a tree by its definition, and what settings do.

use crate::support::contract::Cases;
use proptest::prelude::*;
use radsurv_data::saved::Saved;
use radsurv_data::{FeatureTable, FitSurvival, Groups, Survival, SurvivalModel};
use radsurv_stats::nonparametric::TestWeights;
use radsurv_survival::forest::{
    CurveRule, CutPoints, Forest, ForestSettings, MissingValues, NodeCount, SplitRule, TriedFeatures,
};

/// All cases, features and cut points in one tree.
fn whole() -> ForestSettings {
    ForestSettings {
        trees: 1,
        cut_points: CutPoints::All,
        tried_features: TriedFeatures::All,
        min_split: 8,
        min_leaf: 3,
        fraction: 1.0,
        ..Default::default()
    }
}

/// The leaves of the tree of a definition: every cut point of every feature is tested by the log-rank test.
fn naive(
    features: &FeatureTable,
    outcome: &Survival,
    cases: Vec<usize>,
    settings: &ForestSettings,
    out: &mut Vec<Vec<usize>>,
) {
    let mut best: Option<(f64, Vec<usize>, Vec<usize>)> = None;
    let within = outcome.rows(&cases);
    if cases.len() >= settings.min_split {
        for column in features.columns() {
            let mut values: Vec<f64> = cases.iter().map(|&i| column[i]).collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            for cut in values.windows(2) {
                let at = 0.5 * (cut[0] + cut[1]);
                let (left, right): (Vec<usize>, Vec<usize>) = cases.iter().partition(|i| column[**i] <= at);
                if left.len().min(right.len()) < settings.min_leaf {
                    continue;
                }
                let groups = Groups::new(cases.iter().map(|i| Some(if column[*i] <= at { "left" } else { "right" })));
                let Ok(test) = TestWeights::LogRank.test(&within, &groups, None) else { continue };
                if best.as_ref().is_none_or(|b| test.test.statistic > b.0 * (1.0 + 1e-10)) && test.test.statistic > 0.0
                {
                    best = Some((test.test.statistic, left, right));
                }
            }
        }
    }
    match best {
        None => out.push(cases),
        Some((_, left, right)) => {
            naive(features, outcome, left, settings, out);
            naive(features, outcome, right, settings, out);
        }
    }
}

/// Nelson and Aalen's estimate of some cases at a time.
fn hazard(outcome: &Survival, cases: &[usize], time: f64) -> f64 {
    let count = |keep: &dyn Fn(usize) -> bool| cases.iter().filter(|i| keep(**i)).count() as f64;
    let times: Vec<f64> = outcome.event_times().into_iter().filter(|t| *t <= time).collect();
    times
        .iter()
        .map(|&t| (count(&|i| outcome.times()[i] == t && outcome.event()[i]), count(&|i| outcome.times()[i] >= t)))
        .filter(|(events, _)| *events > 0.0)
        .map(|(events, at_risk)| events / at_risk)
        .sum()
}

#[test]
fn a_tree_is_that_of_its_definition() {
    for seed in 0..12 {
        let Cases { features, outcome } = Cases::new(seed, 60 + 10 * seed as usize);
        let settings = whole();
        let forest = settings.fit(&features, &outcome).unwrap();
        let mut leaves = Vec::new();
        naive(&features, &outcome, (0..outcome.len()).collect(), &settings, &mut leaves);
        assert!(leaves.len() > 5);
        let times = outcome.event_times();
        let found = forest.predict_hazard(&features, &times).unwrap();
        let risk = forest.predict_risk(&features).unwrap();
        let curves = forest.predict_survival(&features, &times).unwrap();
        for leaf in &leaves {
            let expected: Vec<f64> = times.iter().map(|t| hazard(&outcome, leaf, *t)).collect();
            let mut survival = 1.0;
            let kaplan_meier: Vec<f64> = (0..times.len())
                .map(|k| {
                    survival *= 1.0 - (expected[k] - if k > 0 { expected[k - 1] } else { 0.0 });
                    survival
                })
                .collect();
            for &case in leaf {
                for k in 0..times.len() {
                    assert!((found.values[case][k] - expected[k]).abs() < 1e-12);
                    assert!((curves.of(case)[k] - kaplan_meier[k]).abs() < 1e-12);
                }
                let sum: f64 = expected.iter().sum();
                assert!((risk[case] - sum).abs() <= 1e-12 * sum.max(1.0), "{} {sum}", risk[case]);
            }
        }
    }
}

#[test]
fn curves_are_means_of_survival_or_of_hazard() {
    let Cases { features, outcome } = Cases::new(3, 120);
    let trees = ForestSettings { trees: 20, curves: CurveRule::MeanHazard, ..Default::default() };
    let forest = trees.fit(&features, &outcome).unwrap();
    let times = [1.0, 10.0, 30.0];
    let hazards = forest.predict_hazard(&features, &times).unwrap();
    let curves = forest.predict_survival(&features, &times).unwrap();
    for case in 0..outcome.len() {
        for k in 0..3 {
            assert_eq!(curves.of(case)[k], (-hazards.values[case][k]).exp());
        }
    }
    // The mortality is the sum over the event times.
    let all = forest.predict_hazard(&features, forest.event_times()).unwrap();
    for (risk, curve) in forest.predict_risk(&features).unwrap().iter().zip(&all.values) {
        let sum: f64 = curve.iter().sum();
        assert!((risk - sum).abs() < 1e-10 * sum, "{risk} {sum}");
    }
}

#[test]
fn held_out_scores_do_not_see_their_cases() {
    // Features without any effect: the forest fits its training cases, and orders none that it did not see.
    let Cases { features, .. } = Cases::new(4, 300);
    let outcome = Cases::new(99, 300).outcome;
    let fitted = ForestSettings { trees: 300, ..ForestSettings::ranger() }.fit_held_out(&features, &outcome).unwrap();
    let out_of_bag = fitted.model.out_of_bag();
    assert_eq!((out_of_bag.cases, out_of_bag.absent), (300, 0));
    assert!((0.4..0.6).contains(&out_of_bag.harrell_error.unwrap()), "{out_of_bag:?}");
    assert!((0.38..0.62).contains(&out_of_bag.uno_error.unwrap()), "{out_of_bag:?}");
    let again = radsurv_stats::nonparametric::harrell(&fitted.held_out.values(), &outcome).unwrap().estimate;
    assert!((1.0 - again - out_of_bag.harrell_error.unwrap()).abs() < 1e-15);
    let risk = fitted.model.predict_risk(&features).unwrap();
    assert!(
        radsurv_stats::nonparametric::harrell(&risk, &outcome).unwrap().estimate > 0.8,
        "{:?}",
        radsurv_stats::nonparametric::harrell(&risk, &outcome).unwrap().estimate
    );
    // No tree sees a case of weight 0, and none is left out if all are drawn.
    let weights = (0..300).map(|i| if i == 7 { 0.0 } else { 1.0 }).collect();
    let settings = ForestSettings { trees: 5, fraction: 1.0, ..Default::default() };
    let held = settings.fit_held_out(&features, &outcome.clone().with_weights(weights).unwrap()).unwrap();
    assert_eq!(held.held_out.cases(), [7]);
    assert_eq!(held.held_out.values()[0], held.model.predict_risk(&features).unwrap()[7]);
    assert_eq!((held.model.out_of_bag().absent, held.model.out_of_bag().harrell_error), (299, None));
}

#[test]
fn a_thousand_trees_of_700_cases_are_below_20_megabytes() {
    let Cases { features, outcome } = Cases::new(10, 700);
    for settings in [ForestSettings::ranger(), ForestSettings::default()] {
        let forest = ForestSettings { trees: 20, ..settings }.fit(&features, &outcome).unwrap();
        let size = 50 * Forest::FORMAT.to_json(&forest).unwrap().len();
        assert!(size < 20_000_000 / 2, "{size} bytes");
    }
}

#[test]
fn a_feature_split_first_has_the_least_depth() {
    let Cases { features, outcome } = Cases::new(5, 200);
    let forest = ForestSettings { trees: 100, ..Default::default() }.fit(&features, &outcome).unwrap();
    let depths = forest.minimal_depths();
    assert!(depths[0] < depths[2] && depths[2] < depths[1].min(depths[3]), "{depths:?}");
    assert!(forest.splits()[0].count > forest.splits()[1].count);
}

#[test]
fn features_without_effect_have_no_permutation_importance() {
    let Cases { features, outcome } = Cases::new(5, 200);
    let settings = ForestSettings { trees: 300, ..Default::default() };
    let forest = settings.fit(&features, &outcome).unwrap();
    let found = forest.permutation_importance(&features, &outcome, 0.95, 7).unwrap();
    let names: Vec<&str> = found.iter().map(|f| f.feature.as_str()).collect();
    assert_eq!(names[..2], ["strong", "inverse"]);
    assert!(found[0].value > 0.15 && found[0].limits[0] > 0.1, "{found:?}");
    assert!(found[2..].iter().all(|f| f.value.abs() < 0.02), "{found:?}");
    assert!(found.iter().all(|f| f.limits[0] < f.value && f.value < f.limits[1]));
    // Other exchanges differ by what the standard error says.
    let other = forest.permutation_importance(&features, &outcome, 0.95, 8).unwrap();
    assert!((other[0].value - found[0].value).abs() < 4.0 * found[0].std_error && other != found);
    assert_eq!(forest.permutation_importance(&features, &outcome, 0.95, 7).unwrap(), found);
    // Mistakes are named.
    let fewer: Vec<usize> = (0..100).collect();
    let error = forest.permutation_importance(&features.rows(&fewer), &outcome.rows(&fewer), 0.95, 7).unwrap_err();
    assert!(error.to_string().contains("fitted to"), "{error}");
    assert!(forest.permutation_importance(&features, &outcome, 1.0, 7).is_err());
    let whole = ForestSettings { fraction: 1.0, trees: 3, ..settings }.fit(&features, &outcome).unwrap();
    let error = whole.permutation_importance(&features, &outcome, 0.95, 7).unwrap_err().to_string();
    assert!(error.contains("cases they did not see is 0"), "{error}");
}

#[test]
fn cases_are_near_that_share_leaves() {
    let Cases { features, outcome } = Cases::new(9, 80);
    let forest = ForestSettings { trees: 50, ..Default::default() }.fit(&features, &outcome).unwrap();
    let near = forest.proximity(&features).unwrap();
    for (case, row) in near.iter().enumerate() {
        assert_eq!(row[case], 1.0);
        assert!(row.iter().enumerate().all(|(other, p)| (0.0..=1.0).contains(p) && *p == near[other][case]));
    }
    // In a single tree those of one leaf have one risk.
    let one = ForestSettings { trees: 1, ..Default::default() }.fit(&features, &outcome).unwrap();
    let (near, risk) = (one.proximity(&features).unwrap(), one.predict_risk(&features).unwrap());
    assert!((0..80).all(|i| (0..80).all(|k| (near[i][k] == 1.0) == (risk[i] == risk[k]))));
}

#[test]
fn missing_values_go_where_the_split_is_better() {
    // Who has no value of the first feature is as those of high values.
    let Cases { features, outcome } = Cases::new(6, 200);
    let mut columns = features.columns().to_vec();
    let mut sorted = columns[0].clone();
    sorted.sort_by(f64::total_cmp);
    for i in 0..200 {
        if columns[0][i] > sorted[120] && i % 2 == 0 {
            columns[0][i] = f64::NAN;
        }
        if i % 17 == 0 {
            columns[1][i] = f64::NAN;
        }
    }
    let table = features.with_columns(columns).unwrap();
    let settings = ForestSettings { trees: 200, missing: MissingValues::BetterSide, ..Default::default() };
    let forest = settings.fit(&table, &outcome).unwrap();
    assert!(forest.out_of_bag().harrell_error.unwrap() < 0.3, "{:?}", forest.out_of_bag());
    let refused = ForestSettings { missing: MissingValues::Refused, ..settings.clone() }.fit(&table, &outcome);
    assert!(refused.unwrap_err().to_string().contains("no value of strong"));
    // One tree: the first split has the missing values on the side of high ones.
    let one = ForestSettings { max_depth: Some(1), missing: MissingValues::BetterSide, ..whole() };
    let tree = one.fit(&table, &outcome).unwrap();
    let risk = tree.predict_risk(&table).unwrap();
    let high = risk.iter().fold(0.0f64, |m, r| m.max(*r));
    assert!((0..200).filter(|i| table.columns()[0][*i].is_nan()).all(|i| risk[i] == high));
    // Without missing values in training they go to the larger part.
    let tree = one.fit(&features, &outcome).unwrap();
    let risk = tree.predict_risk(&features).unwrap();
    let larger = if risk.iter().filter(|r| **r == high).count() > 100 {
        high
    } else {
        risk.iter().fold(f64::MAX, |m, r| m.min(*r))
    };
    let nothing = features.with_columns(vec![vec![f64::NAN; 200]; 4]).unwrap();
    let found = tree.predict_risk(&nothing).unwrap();
    assert!(found.iter().all(|r| *r == found[0]));
    assert!(found[0] == larger || risk.iter().filter(|r| **r == found[0]).count() >= 100);
}

#[test]
fn categories_have_no_order() {
    // The effect of the categories is not in the order of their numbers.
    let Cases { features, outcome } = Cases::new(7, 300);
    let mut sorted = features.columns()[0].clone();
    sorted.sort_by(f64::total_cmp);
    let rank = |v: f64| sorted.partition_point(|s| *s < v) / 75;
    let codes = [7.0, -1.0, 9.0, 2.0];
    let column: Vec<f64> = features.columns()[0].iter().map(|v| codes[rank(*v)]).collect();
    let table = FeatureTable::new(features.case_ids().to_vec(), vec!["site".into()], vec![column]).unwrap();
    let settings = ForestSettings { max_depth: Some(1), categorical: vec!["site".into()], ..whole() };
    let forest = settings.fit(&table, &outcome).unwrap();
    let risk = forest.predict_risk(&table).unwrap();
    let of = |code: f64| risk[(0..300).find(|i| table.columns()[0][*i] == code).unwrap()];
    // Two parts that are next to each other in effect.
    assert!(of(7.0) <= of(-1.0) && of(-1.0) <= of(9.0) && of(9.0) <= of(2.0) && of(7.0) < of(2.0));
    // No cut of the numbers has 2 alone, or 7 and -1 without it.
    let number = ForestSettings { categorical: Vec::new(), ..settings.clone() }.fit(&table, &outcome).unwrap();
    assert_ne!(number.predict_risk(&table).unwrap(), risk);
    // It is saved, and an unknown category is predicted.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forest.json");
    forest.save(&path).unwrap();
    assert_eq!(Forest::load(&path).unwrap(), forest);
    let unknown = table.with_columns(vec![vec![3.0; 300]]).unwrap();
    assert!(risk.contains(&forest.predict_risk(&unknown).unwrap()[0]));
    // Mistakes are named.
    let message = |categorical: &str, table: &FeatureTable| {
        let settings = ForestSettings { categorical: vec![categorical.into()], ..settings.clone() };
        settings.fit(table, &outcome).unwrap_err().to_string()
    };
    assert!(message("place", &table).contains("place"));
    assert!(message("strong", &features).contains("strong, with 300 values"));
}

#[test]
fn settings_that_cannot_be_are_named() {
    let Cases { features, outcome } = Cases::new(8, 50);
    let message = |settings: ForestSettings| settings.fit(&features, &outcome).unwrap_err().to_string();
    assert!(message(ForestSettings { trees: 0, ..Default::default() }).starts_with("the number of trees is 0"));
    assert!(message(ForestSettings { cut_points: CutPoints::Random(0), ..Default::default() }).contains("cut points"));
    assert!(message(ForestSettings { min_leaf: 0, ..Default::default() }).contains("smallest node"));
    assert!(message(ForestSettings { fraction: 1.5, ..Default::default() }).contains("fraction of cases"));
    assert!(message(ForestSettings { fraction: f64::NAN, ..Default::default() }).contains("fraction of cases"));
    let tried_features = TriedFeatures::Fraction(0.0);
    assert!(message(ForestSettings { tried_features, ..Default::default() }).contains("tried features"));
    let late = outcome.clone().with_entry(vec![0.0; 50]).unwrap();
    let found = ForestSettings::default().fit(&features, &late).unwrap_err().to_string();
    assert!(found.contains("late entry"), "{found}");
    let text = "{\"trees\": 5, \"leaf\": 2}";
    assert!(serde_json::from_str::<ForestSettings>(text).unwrap_err().to_string().contains("leaf"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_settings_give_curves_that_fall_and_finite_risks(
        seed in 0u64..50,
        cut in 0usize..3,
        score in any::<bool>(),
        replace in any::<bool>(),
        distinct in any::<bool>(),
        fraction in 0.1..1.0f64,
        (min_split, min_leaf, tried) in (2usize..20, 1usize..8, 1usize..5),
        (missing, level) in (0usize..30, 1usize..6),
    ) {
        let Cases { features, outcome } = Cases::new(seed, 60);
        let mut columns = features.columns().to_vec();
        (0..missing).for_each(|i| columns[i % 4][(i * 7) % 60] = f64::NAN);
        columns[3].iter_mut().enumerate().filter(|(_, v)| !v.is_nan()).for_each(|(i, v)| *v = (i % level) as f64);
        let table = features.with_columns(columns).unwrap();
        let settings = ForestSettings {
            trees: 5,
            split_rule: if score { SplitRule::LogRankScore } else { SplitRule::LogRank },
            cut_points: [CutPoints::All, CutPoints::Random(3), CutPoints::Uniform(2)][cut],
            tried_features: TriedFeatures::Count(tried),
            node_count: if distinct { NodeCount::Distinct } else { NodeCount::Drawn },
            missing: MissingValues::BetterSide,
            categorical: vec!["other".into()],
            min_split, min_leaf, replace, fraction, seed,
            ..Default::default()
        };
        let fitted = settings.fit_held_out(&table, &outcome).unwrap();
        let forest = &fitted.model;
        prop_assert!(forest.predict_risk(&table).unwrap().iter().all(|r| r.is_finite() && *r >= 0.0));
        let text = Forest::FORMAT.to_json(forest).unwrap();
        let back: Forest = Forest::FORMAT.from_json(&text, "forest").unwrap();
        prop_assert!(back.check().is_ok());
        prop_assert_eq!(&back, forest);
        for curves in [CurveRule::MeanSurvival, CurveRule::MeanHazard] {
            let forest = ForestSettings { curves, ..settings.clone() }.fit(&table, &outcome).unwrap();
            // Refused unless they are between 0 and 1 and fall.
            forest.predict_survival(&table, &[0.5, 3.0, 20.0, 1e4]).unwrap();
        }
    }
}
