//! The measures of batch effects against R: reference/make_combat.py.

use crate::support::{Recipe, golden};
use radsurv_data::Fit;
use radsurv_harmonize::CombatSettings;
use radsurv_harmonize::combat::Method;
use radsurv_harmonize::diagnostics::{BatchEffect, Comparison, Tests};
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::golden::number;

#[test]
fn tests_and_components_are_those_of_r() {
    for row in &golden("diagnostics.jsonl.gz").rows {
        let cohort = Recipe::from_json(&row["input"]).cohort();
        let effect = BatchEffect::of(&cohort, "batch", 3).unwrap();
        let numbers =
            |name: &str| -> Vec<f64> { row[name].as_array().unwrap().iter().map(|v| number(v).unwrap()).collect() };
        let check = |name: &str, ours: Vec<f64>| {
            let expected = numbers(name);
            assert_eq!(ours.len(), expected.len(), "{name}");
            for (a, b) in ours.iter().zip(&expected) {
                let difference = relative_difference(*a, *b, 1e-3);
                assert!(difference < 1e-9, "{name}: {a} {b}");
            }
        };
        let of = |value: fn(&Tests) -> f64| effect.features.iter().map(|f| value(f.tests.as_ref().unwrap())).collect();
        check("f", of(|t| t.f));
        check("f_p", of(|t| t.f_p));
        check("h", of(|t| t.h));
        check("h_p", of(|t| t.h_p));
        check("explained", of(|t| t.r2));
        check("f_adjusted", of(|t| t.f_adjusted));
        check("h_adjusted", of(|t| t.h_adjusted));
        check("component_share", effect.components.iter().map(|c| c.explained).collect());
        check("component_r2", effect.components.iter().map(|c| c.r2).collect());
        check("first_scores_magnitude", effect.components[0].scores.iter().map(|s| s.abs()).collect());
        assert_eq!((cohort.features().names().len() - effect.left_out.len()) as f64, numbers("complete")[0]);
    }
}

#[test]
fn a_harmonisation_shows_in_the_comparison() {
    let recipe =
        Recipe { seed: 81, sizes: vec![20, 25], features: 8, constant: vec![(3, 0), (3, 1)], ..Recipe::default() };
    let before = recipe.cohort();
    let combat = CombatSettings { method: Method::NoEb, ..CombatSettings::new("batch") }.fit(&before).unwrap();
    let after = before.with_features(combat.apply(&before).unwrap().table).unwrap();
    let comparison = Comparison::of(&before, &after, "batch", 2).unwrap();
    assert!(comparison.before.different(0.05).0 > 3);
    assert_eq!(comparison.after.different(0.05).0, 0);
    assert!(comparison.before.mean_r2() > 0.2 && comparison.after.mean_r2() < 1e-12);
    assert!(comparison.before.components[0].r2 > comparison.after.components[0].r2);
    // A feature without variance has no test.
    assert!(comparison.before.features[3].tests.is_none());
    assert_eq!(comparison.before.left_out, ["f3"]);
    let table = comparison.table().unwrap();
    assert_eq!((table.columns().len(), table.rows().len()), (15, 8));
    assert_eq!(table.rows()[3].cells[1..], [const { String::new() }; 14]);

    let other = before.rows(&[1, 0]);
    assert!(Comparison::of(&before, &other, "batch", 2).unwrap_err().to_string().contains("same rows of both"));
    let groups = before.covariates().groups("batch").unwrap();
    let one: Vec<usize> = (0..before.cases()).filter(|&c| groups.label(c) == Some("A")).collect();
    assert!(
        BatchEffect::of(&before.rows(&one), "batch", 2).unwrap_err().to_string().contains("one batch (batch is A)")
    );
    assert!(BatchEffect::of(&before, "scanner", 2).is_err());
}
