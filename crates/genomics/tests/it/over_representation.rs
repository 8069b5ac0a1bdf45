//! Over-representation against R, fgsea's fora and gseapy: reference/genomics_enrichment.{R,py}.

use std::collections::HashSet;

use proptest::prelude::*;
use radsurv_genomics::enrichment::Notice;
use radsurv_genomics::enrichment::over_representation::{OverRepresentation, Universe};
use radsurv_genomics::gene_sets::SizeLimits;
use radsurv_genomics::{Error, GeneSet, GeneSets};
use radsurv_stats::distribution::Hypergeometric;
use radsurv_testkit::compare::assert_close;

use crate::enrichment::{golden, input, numbers, texts};

fn universe(name: &str) -> Universe {
    match name {
        "tested" => Universe::Tested,
        "annotated" => Universe::Annotated,
        _ => Universe::Collection,
    }
}

#[test]
fn tails_are_those_of_r() {
    let input = input();
    let row = input.golden.rows.iter().find(|row| row["kind"] == "hypergeometric").unwrap();
    let [k, total, marked, drawn, p, fisher] = ["k", "N", "K", "n", "p", "fisher"].map(|field| numbers(&row[field]));
    let mut tiny = 0;
    for i in 0..k.len() {
        let ours =
            Hypergeometric::new(total[i] as u64, marked[i] as u64, drawn[i] as u64).unwrap().at_least(k[i] as u64);
        assert_close(ours, p[i], 1e-9);
        if fisher[i].is_finite() {
            assert_close(ours, fisher[i], 1e-9);
        }
        tiny += usize::from(p[i] < 1e-100);
    }
    assert!(k.len() > 150 && tiny > 10, "{} {tiny}", k.len());
}

#[test]
fn rows_are_those_of_fora() {
    let input = input();
    let mut seen = 0;
    for row in input.golden.rows.iter().filter(|row| row["kind"] == "ora") {
        let settings = OverRepresentation {
            universe: universe(row["universe"].as_str().unwrap()),
            sizes: SizeLimits { min: 5, max: 400 },
            ..Default::default()
        };
        let found = settings.test(&texts(&row["listed"]), &input.genes, &input.sets).unwrap();
        let rows = row["rows"].as_array().unwrap();
        assert_eq!(found.rows.len(), rows.len());
        for theirs in rows {
            let ours = found.rows.iter().find(|ours| theirs["set"] == ours.set[..]).unwrap();
            assert_eq!(
                (ours.size as u64, ours.genes.len() as u64),
                (theirs["size"].as_u64().unwrap(), theirs["overlap"].as_u64().unwrap())
            );
            assert_close(ours.p_value, theirs["p"].as_f64().unwrap(), 1e-9);
            assert_close(ours.adj_p_value, theirs["adjusted"].as_f64().unwrap(), 1e-9);
            assert_close(ours.fold * ours.expected, ours.genes.len() as f64, 1e-12);
        }
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn rows_are_those_of_gseapy() {
    let input = input();
    let golden = golden("enrichment_gseapy.jsonl.gz", "gseapy 1.3.1");
    let listed = texts(&input.golden.rows.iter().find(|row| row["kind"] == "ora").unwrap()["listed"]);
    let mut seen = 0;
    for row in golden.rows.iter().filter(|row| row["kind"] == "ora") {
        let settings = OverRepresentation {
            universe: universe(row["universe"].as_str().unwrap()),
            sizes: SizeLimits::ANY,
            min_overlap: 1,
            ..Default::default()
        };
        let found = settings.test(&listed, &input.genes, &input.sets).unwrap();
        let (sets, p, adjusted) = (texts(&row["set"]), numbers(&row["p"]), numbers(&row["adjusted"]));
        assert_eq!(found.rows.len(), sets.len());
        for (i, set) in sets.iter().enumerate() {
            let ours = found.rows.iter().find(|ours| ours.set == *set).unwrap();
            assert_close(ours.p_value, p[i], 1e-9);
            assert_close(ours.adj_p_value, adjusted[i], 1e-9);
        }
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn what_has_to_be_known_is_said() {
    let sets = GeneSets::new(vec![GeneSet::new("A", ["G1", "G2", "G3"]), GeneSet::new("B", ["G4", "G5"])]).unwrap();
    let tested: Vec<String> = (1..=9).map(|i| format!("G{i}")).collect();
    let settings =
        OverRepresentation { sizes: SizeLimits { min: 3, max: 9 }, pre_filtered: true, ..Default::default() };
    let found = settings.test(&["G1", "G2", "G1", "G9", "X"], &tested, &sets).unwrap();
    assert_eq!((found.universe, found.listed), (5, 2));
    assert_eq!(
        (&found.outside[..], &found.repeated[..]),
        (&["G9".to_string(), "X".to_string()][..], &["G1".to_string()][..])
    );
    assert_eq!(found.left_out[0].set, "B");
    let expected = [
        Notice::PreFiltered,
        Notice::SmallUniverse { genes: 5, below: 5000 },
        Notice::LargeList { listed: 2, universe: 5 },
        Notice::Outside { genes: 2, listed: 4 },
    ];
    assert_eq!(found.notices, expected);
    assert!(found.notices[2].to_string().contains("40 %"));

    let none = settings.test(&["X"], &tested, &sets).unwrap();
    assert!(none.rows.is_empty() && none.notices.contains(&Notice::NoneListed));
    let both = settings.test_directions(&["G1"], &["G1"], &tested, &sets);
    assert!(both.unwrap_err().to_string().contains("both up and down: G1"));
    let apart = settings.test_directions(&["G1", "G2", "G3"], &["G4"], &tested, &sets).unwrap();
    assert!(apart.up.rows[0].p_value < apart.down.rows[0].p_value);
    assert!(matches!(settings.test(&["G1"], &["G1", "G1"], &sets), Err(Error::DuplicateGenes { .. })));
    assert!(matches!(settings.test(&["g1"], &["g1", "g2"], &sets), Err(Error::NoSetLeft { .. })));
    let loose = OverRepresentation { large_list: f64::NAN, ..settings.clone() };
    assert!(matches!(loose.test(&["G1"], &tested, &sets), Err(Error::Settings { .. })));
    let saved = serde_json::to_string(&found).unwrap();
    assert_eq!(
        serde_json::from_str::<radsurv_genomics::enrichment::over_representation::OverRepresented>(&saved).unwrap(),
        found
    );
}

proptest! {
    #[test]
    fn more_overlap_is_less_probable_and_order_is_nothing(
        members in prop::collection::hash_set(0u32..60, 1..40),
        list in prop::collection::vec(0u32..60, 1..40),
    ) {
        let name = |i: u32| format!("G{i}");
        let tested: Vec<String> = (0..60).map(name).collect();
        let sets = GeneSets::new(vec![GeneSet::new("A", members.iter().copied().map(name)), GeneSet::new("ALL", tested.clone())]).unwrap();
        let settings = OverRepresentation { sizes: SizeLimits::ANY, ..Default::default() };
        let genes: Vec<String> = list.iter().copied().map(name).collect();
        let found = settings.test(&genes, &tested, &sets).unwrap();
        let mut reversed = genes.clone();
        reversed.reverse();
        let again = settings.test(&reversed, &tested, &sets).unwrap();
        let row = |of: &radsurv_genomics::enrichment::over_representation::OverRepresented| of.rows.iter().find(|row| row.set == "A").unwrap().clone();
        prop_assert_eq!(row(&found), row(&again));
        let (ours, distinct) = (row(&found), list.iter().collect::<HashSet<_>>().len());
        prop_assert_eq!(ours.listed, distinct);
        prop_assert_eq!(ours.genes.len(), list.iter().collect::<HashSet<_>>().iter().filter(|i| members.contains(i)).count());
        prop_assert!((0.0..=1.0).contains(&ours.p_value) && ours.p_value <= ours.adj_p_value);
        // A set of all genes is in every list.
        prop_assert_eq!(found.rows.iter().find(|row| row.set == "ALL").unwrap().p_value, 1.0);
    }
}
