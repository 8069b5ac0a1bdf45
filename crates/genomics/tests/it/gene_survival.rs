//! Genes beside follow-up against R's survival and maxstat.

use proptest::prelude::*;
use radsurv_data::Survival;
use radsurv_genomics::gene_survival::{Beside, GeneSurvival, GeneSurvivalSettings, GeneSurvivals};
use radsurv_genomics::{Error, Expression};
use radsurv_stats::cox::Ties;
use radsurv_stats::nonparametric::Selected;

use crate::support::{assert_near, golden, numbers, table};

/// Rows in the order of the table.
fn by_gene(found: &GeneSurvivals) -> Vec<&GeneSurvival> {
    let mut rows: Vec<&GeneSurvival> = found.rows.iter().collect();
    rows.sort_by_key(|row| row.gene[1..].parse::<usize>().unwrap());
    rows
}

#[test]
fn models_and_cuts_are_those_of_r() {
    let rows = golden("survival.jsonl.gz").rows;
    let event = numbers(&rows[0]["event"]).iter().map(|e| *e == 1.0).collect();
    let outcome = Survival::new(numbers(&rows[0]["time"]), event).unwrap();
    let genes = table(numbers(&rows[0]["values"]), outcome.len());
    let age = [numbers(&rows[0]["age"])];
    let centre: Vec<usize> = numbers(&rows[0]["centre"]).iter().map(|c| *c as usize).collect();
    let plain = GeneSurvivalSettings::default();
    let units = GeneSurvivalSettings { standardise: false, ties: Ties::Breslow, ..plain };
    let strata = Some(&centre[..]);
    for (name, settings, beside) in [
        ("plain", plain, Beside::default()),
        ("units, Breslow", units, Beside::default()),
        ("age and strata", plain, Beside { strata, covariates: &age }),
        ("strata", plain, Beside { strata, covariates: &[] }),
    ] {
        let golden = rows.iter().find(|row| row["name"] == name).unwrap();
        let found = settings.fit::<&str>(&genes, &outcome, None, &beside).unwrap();
        assert_eq!((found.rows.len(), found.unfitted.len(), found.missing.len()), (30, 0, 0));
        assert!(found.rows.is_sorted_by(|a, b| a.p_value <= b.p_value));
        let ours = by_gene(&found);
        let of = |part: fn(&GeneSurvival) -> f64| ours.iter().map(|row| part(row)).collect::<Vec<_>>();
        assert_near(&of(|r| r.samples as f64), &numbers(&golden["samples"]), 0.0, 0.0, name);
        // Newton's steps end where the likelihood no longer changes: half of its digits are the coefficient's.
        assert_near(&of(|r| r.hazard_ratio), &numbers(&golden["hazard_ratio"]), 1e-8, 0.0, name);
        assert_near(&of(|r| r.lower), &numbers(&golden["lower"]), 1e-8, 0.0, name);
        assert_near(&of(|r| r.upper), &numbers(&golden["upper"]), 1e-8, 0.0, name);
        assert_near(&of(|r| r.p_value), &numbers(&golden["p_value"]), 1e-7, 0.0, name);
        assert_near(&of(|r| r.adj_p_value), &numbers(&golden["adj_p_value"]), 1e-7, 0.0, name);
    }
    let golden = rows.last().unwrap();
    for (key, cut_p_value) in [("lausen1992", Selected::Lausen1992), ("lausen1994", Selected::Lausen1994)] {
        let settings = GeneSurvivalSettings { cut_p_value, ..plain };
        let found = settings.fit::<&str>(&genes, &outcome, None, &Beside::default()).unwrap();
        assert!(found.uncut.is_empty());
        let cuts = by_gene(&found);
        let of = |key: &str, ours: Vec<f64>| assert_near(&ours, &numbers(&golden[key]), 1e-9, 0.0, key);
        of("cut", cuts.iter().map(|c| c.cut).collect());
        of("low", cuts.iter().map(|c| c.cut_low as f64).collect());
        of("statistic", cuts.iter().map(|c| c.cut_statistic.abs()).collect());
        of(key, cuts.iter().map(|c| c.cut_p_value).collect());
        if key == "lausen1994" {
            of("adjusted1994", cuts.iter().map(|c| c.cut_adj_p_value).collect());
        }
    }
}

#[test]
fn genes_without_a_model_say_why() {
    let outcome =
        Survival::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], vec![true, true, true, false, true, false]).unwrap();
    let nan = f64::NAN;
    let values = [
        vec![2.0; 6],
        vec![nan, nan, nan, nan, 1.0, nan],
        // Whoever has more has the event first.
        vec![6.0, 5.0, 4.0, 3.0, 2.0, 1.0],
        vec![1.0, 5.0, 2.0, 4.0, 3.0, 2.5],
        // The only cut has one sample above it, and two are needed.
        vec![0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
    ];
    let genes = table(values.concat(), 6);
    let settings = GeneSurvivalSettings { min_proportion: 0.34, ..GeneSurvivalSettings::default() };
    let wanted = ["g4", "g3", "HK2", "g0", "g1", "g2", "g3"];
    let found = settings.fit(&genes, &outcome, Some(&wanted), &Beside::default()).unwrap();
    assert_eq!(found.missing, ["HK2"]);
    let said = |of: &[(String, String)], gene: &str| of.iter().find(|row| row.0 == gene).unwrap().1.clone();
    assert!(said(&found.unfitted, "g0").contains("all its values are equal"));
    assert!(said(&found.unfitted, "g1").contains("1 samples have a value"));
    assert!(said(&found.unfitted, "g2").contains("no bound"));
    assert!(said(&found.uncut, "g4").contains("from 0.34 to"));
    assert_eq!((found.rows.len(), found.unfitted.len(), found.uncut.len()), (2, 3, 1));
    assert!(found.rows.iter().all(|row| row.p_value.is_finite() && row.adj_p_value >= row.p_value));
    let without = found.rows.iter().find(|row| row.gene == "g4").unwrap();
    assert!(without.cut.is_nan() && without.cut_adj_p_value.is_nan());
    let text = serde_json::to_string(&found).unwrap();
    let again: GeneSurvivals = serde_json::from_str(&text).unwrap();
    assert_eq!(format!("{again:?}"), format!("{found:?}"));

    let fit =
        |genes: &Expression, outcome: &Survival, beside: &Beside| settings.fit::<&str>(genes, outcome, None, beside);
    assert!(matches!(
        settings.fit(&genes, &outcome, Some(&["HK2"]), &Beside::default()),
        Err(Error::MissingGenes { .. })
    ));
    let short = Survival::new(vec![1.0], vec![true]).unwrap();
    assert!(fit(&genes, &short, &Beside::default()).unwrap_err().to_string().contains("1 outcomes for 6 samples"));
    let none = Survival::new(vec![1.0; 6], vec![false; 6]).unwrap();
    assert!(fit(&genes, &none, &Beside::default()).unwrap_err().to_string().contains("has the event"));
    assert!(fit(&genes, &outcome, &Beside { strata: Some(&[1]), ..Beside::default() }).is_err());
    assert!(fit(&genes, &outcome, &Beside { covariates: &[vec![1.0]], ..Beside::default() }).is_err());
}

proptest! {
    #[test]
    fn units_of_expression_do_not_matter(values in prop::collection::vec(-9.0..9.0f64, 20), times in prop::collection::vec(1u8..40, 20)) {
        let event = (0..20).map(|i| i % 3 != 0).collect();
        let outcome = Survival::new(times.iter().map(|t| f64::from(*t)).collect(), event).unwrap();
        let scaled: Vec<f64> = values.iter().map(|v| 1024.0 * v).collect();
        let fit = |values: Vec<f64>| {
            GeneSurvivalSettings::default().fit::<&str>(&table(values, 20), &outcome, None, &Beside::default()).unwrap()
        };
        let (a, b) = (fit(values), fit(scaled));
        prop_assert_eq!(a.rows.len(), b.rows.len());
        for (a, b) in a.rows.iter().zip(&b.rows) {
            prop_assert!((a.hazard_ratio / b.hazard_ratio - 1.0).abs() < 1e-9 && (a.p_value - b.p_value).abs() < 1e-9);
            prop_assert!(a.cut * 1024.0 == b.cut && a.cut_p_value == b.cut_p_value);
        }
    }
}
