//! Sets that stand for others: what holds of any sets.

use std::collections::HashSet;

use proptest::prelude::*;
use radsurv_genomics::Error;
use radsurv_genomics::enrichment::redundancy::{Found, Redundancy, Similarity};

const GENES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
const NAMES: [&str; 10] = ["S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9"];

/// The similarity by its definition, gene by gene.
fn similarity(of: Similarity, a: &Found, b: &Found, all: &HashSet<&str>) -> f64 {
    let [x, y]: [HashSet<&str>; 2] = [a, b].map(|f| f.genes.iter().copied().collect());
    let both = x.intersection(&y).count() as f64;
    match of {
        Similarity::Jaccard => both / x.union(&y).count() as f64,
        Similarity::Overlap => both / x.len().min(y.len()) as f64,
        Similarity::Kappa => {
            let n = all.len() as f64;
            let agreed = all.iter().filter(|gene| x.contains(*gene) == y.contains(*gene)).count() as f64 / n;
            let [p, q] = [x.len() as f64 / n, y.len() as f64 / n];
            let chance = p * q + (1.0 - p) * (1.0 - q);
            if chance == 1.0 { 1.0 } else { (agreed - chance) / (1.0 - chance) }
        }
    }
}

fn found() -> impl Strategy<Value = Vec<Found<'static>>> {
    let one = (prop::collection::hash_set(0usize..12, 1..8), 0u8..6);
    prop::collection::vec(one, 1..10).prop_map(|sets| {
        let of = |(i, (genes, p)): (usize, (HashSet<usize>, u8))| Found {
            set: NAMES[i],
            p_value: f64::from(p) / 10.0,
            genes: genes.into_iter().map(|gene| GENES[gene]).collect(),
        };
        sets.into_iter().enumerate().map(of).collect()
    })
}

proptest! {
    #[test]
    fn every_set_has_one_place_and_representatives_differ(
        sets in found(), threshold in 0.05f64..1.0,
        of in prop_oneof![Just(Similarity::Jaccard), Just(Similarity::Overlap), Just(Similarity::Kappa)],
    ) {
        let redundancy = Redundancy { similarity: of, threshold };
        let groups = redundancy.groups(&sets).unwrap();
        let get = |name: &str| sets.iter().find(|f| f.set == name).unwrap();
        let all: HashSet<&str> = sets.iter().flat_map(|f| f.genes.iter().copied()).collect();
        let mut placed: Vec<&str> = groups.iter().flat_map(|g| std::iter::once(&g.representative).chain(g.members.iter().map(|m| &m.set))).map(String::as_str).collect();
        placed.sort();
        let mut names: Vec<&str> = sets.iter().map(|f| f.set).collect();
        names.sort();
        prop_assert_eq!(placed, names);
        prop_assert!(groups.windows(2).all(|two| two[0].p_value <= two[1].p_value));
        for (i, group) in groups.iter().enumerate() {
            for member in &group.members {
                let wanted = similarity(of, get(&group.representative), get(&member.set), &all);
                prop_assert!((member.similarity - wanted).abs() < 1e-12 && wanted >= threshold - 1e-12);
                prop_assert!(member.p_value >= group.p_value);
            }
            for other in &groups[..i] {
                let between = similarity(of, get(&group.representative), get(&other.representative), &all);
                prop_assert!(between < threshold + 1e-12, "{} {}", between, threshold);
            }
        }
        let mut turned = sets.clone();
        turned.reverse();
        prop_assert_eq!(redundancy.groups(&turned).unwrap(), groups);
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let set = |set, p_value, genes: &[&'static str]| Found { set, p_value, genes: genes.to_vec() };
    let two = [set("A", 0.1, &["a"]), set("A", 0.2, &["b"])];
    assert!(matches!(Redundancy::default().groups(&two), Err(Error::DuplicateSets { .. })));
    for wrong in [set("A", f64::NAN, &["a"]), set("A", 0.1, &[])] {
        assert!(matches!(Redundancy::default().groups(&[wrong]), Err(Error::Settings { .. })));
    }
    for threshold in [0.0, f64::NAN, 1.5] {
        let settings = Redundancy { threshold, ..Default::default() };
        assert!(matches!(settings.groups(&two[..1]), Err(Error::Settings { .. })));
    }
    assert!(Redundancy::default().groups(&[]).unwrap().is_empty());
}
