//! Scores of single samples against GSVA and gseapy: reference/genomics_signature.{R,py}.

use std::collections::HashMap;

use proptest::prelude::*;
use radsurv_genomics::gene_sets::{LeftOutReason, SizeLimits};
use radsurv_genomics::signature::{Kernel, Method, Signatures};
use radsurv_genomics::{Error, Expression, GeneSet, GeneSets};

use crate::enrichment::{golden, numbers, texts};

fn method(what: &str) -> Method {
    let kernel = |name| match name {
        "Gaussian" => Kernel::Gaussian,
        "Poisson" => Kernel::Poisson,
        _ => Kernel::None,
    };
    match what.split(' ').collect::<Vec<_>>()[..] {
        ["ssgsea"] => Method::SSGSEA,
        ["ssgsea", "plain"] => Method::SsGsea { weight: 0.25, normalise: false },
        ["ssgsea", ..] => Method::SsGsea { weight: 1.0, normalise: false },
        ["zscore"] => Method::ZScore,
        ["gsva", name, way] => Method::Gsva { kernel: kernel(name), weight: 1.0, difference: way == "difference" },
        _ => panic!("{what}"),
    }
}

fn tables() -> HashMap<String, (Expression, GeneSets)> {
    let golden = golden("signature.jsonl.gz", "GSVA 1.46.0");
    let tables = golden.rows.iter().filter(|row| row["kind"] == "table");
    let of = |row: &serde_json::Value| {
        let table = Expression::new(texts(&row["genes"]), texts(&row["samples"]), numbers(&row["values"])).unwrap();
        let sets = row["sets"].as_object().unwrap().iter().map(|(name, genes)| GeneSet::new(name, texts(genes)));
        (row["name"].as_str().unwrap().to_string(), (table, GeneSets::new(sets.collect()).unwrap()))
    };
    tables.map(of).collect()
}

#[test]
fn scores_are_those_of_gsva() {
    let (tables, golden) = (tables(), golden("signature.jsonl.gz", "GSVA 1.46.0"));
    let (mut seen, mut tied) = (0, 0);
    for row in golden.rows.iter().filter(|row| row["kind"] == "scores") {
        let what = row["what"].as_str().unwrap();
        let (table, sets) = &tables[row["table"].as_str().unwrap()];
        let found = Signatures { method: method(what), ..Default::default() }.score(table, sets).unwrap();
        let (names, scores) = (texts(&row["sets"]), numbers(&row["scores"]));
        let samples = table.samples().len();
        assert_eq!(found.sets, names);
        for (i, set) in names.iter().enumerate() {
            for sample in 0..samples {
                let (ours, theirs) = (found.scores[i][sample], scores[i * samples + sample]);
                // Scores cancel: they are compared with the size of what they are made of, that of ranks where not normalised.
                let scale = if what.starts_with("ssgsea ") { 121.0 } else { 1.0 };
                // Both extremes may be as far from 0 but for rounding, which says in GSVA which of them is taken.
                if what.ends_with("extreme") && (ours + theirs).abs() < 1e-12 {
                    tied += 1;
                    continue;
                }
                assert!(
                    (ours - theirs).abs() <= 1e-9 * theirs.abs() + 1e-13 * scale,
                    "{} {what} {set} {ours} {theirs}",
                    row["table"]
                );
                seen += 1;
            }
        }
    }
    assert_eq!(seen + tied, 3 * 8 * 9 * 14);
    assert!(tied < 10, "{tied}");
}

#[test]
fn ssgsea_is_that_of_gseapy() {
    let (tables, golden) = (tables(), golden("signature_gseapy.jsonl.gz", "gseapy 1.3.1"));
    let (table, sets) = &tables["continuous"];
    let row = &golden.rows[0];
    let [es, nes] = ["es", "nes"].map(|field| numbers(&row[field]));
    // Normalised ones depend on all samples: those of equal values change them all, within the range.
    let distinct = |table: &Expression, sample: usize| {
        table.rows().map(|row| row[sample].to_bits()).collect::<std::collections::HashSet<_>>().len()
    };
    for (normalise, theirs) in [(false, es), (true, nes)] {
        let method = Method::SsGsea { weight: 0.25, normalise };
        let found = Signatures { method, ..Default::default() }.score(table, sets).unwrap();
        for (i, set) in texts(&row["sets"]).iter().enumerate() {
            let at = found.sets.iter().position(|name| name == set).unwrap();
            for sample in 0..14 {
                // Equal values have their mean rank in gseapy, the whole number below it in GSVA and here.
                if distinct(table, sample) < 121 {
                    continue;
                }
                let (ours, theirs) = (found.scores[at][sample], theirs[i * 14 + sample]);
                assert!((ours - theirs).abs() <= 1e-9 * theirs.abs() + 1e-11, "{normalise} {set} {ours} {theirs}");
            }
        }
    }
}

#[test]
fn what_is_missing_is_said() {
    let (table, sets) = &tables()["continuous"];
    let found = Signatures { sizes: SizeLimits { min: 5, max: 500 }, ..Default::default() }.score(table, sets).unwrap();
    assert_eq!(found.sets, ["S3", "S4", "S5", "S6", "S7", "S8"]);
    assert!(found.missing.iter().all(|genes| genes == &["ABSENT"]));
    assert_eq!(found.left_out.iter().map(|set| &set.set[..]).collect::<Vec<_>>(), ["S1", "S2", "ONE"]);
    assert_eq!(found.left_out[0].reason, LeftOutReason::TooSmall);

    let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
    let table = |values: Vec<f64>| Expression::new(names(&["a", "b", "c"]), names(&["P", "Q"]), values).unwrap();
    let sets = GeneSets::new(vec![GeneSet::new("S", ["a", "b", "c"]), GeneSet::new("T", ["c", "a"])]).unwrap();
    let with = |method| Signatures { method, ..Default::default() };
    let flat = table(vec![1.0, 2.0, 5.0, 5.0, 7.0, 3.0]);
    let z = with(Method::ZScore).score(&flat, &sets).unwrap();
    assert_eq!((z.constant, z.sizes, &z.missing[0][..]), (names(&["b"]), vec![2, 2], &names(&["b"])[..]));
    assert_eq!(with(Method::Mean).score(&flat, &sets).unwrap().scores[1], [4.0, 2.5]);
    let all = with(Method::SSGSEA).score(&flat, &sets).unwrap();
    assert_eq!((&all.sets[..], all.left_out[0].reason), (&names(&["T"])[..], LeftOutReason::AllGenes));
    let message = |method, values: Vec<f64>| with(method).score(&table(values), &sets).unwrap_err().to_string();
    assert!(message(Method::Mean, vec![1.0, f64::NAN, 5.0, 5.0, 7.0, 3.0]).contains("1 genes have missing values: a"));
    let poisson = Method::Gsva { kernel: Kernel::Poisson, weight: 1.0, difference: true };
    assert!(message(poisson, vec![1.0, -1.0, 5.0, 6.0, 7.0, 3.0]).contains("gene a has negative"));
    assert!(message(Method::SsGsea { weight: f64::NAN, normalise: true }, vec![0.0; 6]).contains("weight"));
    let one = Expression::new(names(&["a", "b", "c"]), names(&["P"]), vec![1.0, 2.0, 3.0]).unwrap();
    assert!(matches!(with(Method::GSVA).score(&one, &sets), Err(Error::Settings { .. })));
    assert!(matches!(with(Method::SSGSEA).score(&one, &sets), Err(Error::Settings { .. })));
    assert!(with(Method::SsGsea { weight: 0.25, normalise: false }).score(&one, &sets).is_ok());
    let other = GeneSets::new(vec![GeneSet::new("S", ["x"])]).unwrap();
    assert!(matches!(with(Method::Mean).score(&one, &other), Err(Error::NoSetLeft { .. })));
}

/// The definition: sums over all places.
fn naive_ssgsea(values: &[f64], members: &[bool], weight: f64) -> f64 {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let n = values.len();
    let step = |place: usize| ((n - place) as f64).powf(weight);
    let total: f64 = (0..n).filter(|&place| members[order[place]]).map(step).sum();
    let others = members.iter().filter(|member| !**member).count() as f64;
    let (mut inside, mut outside, mut sum) = (0.0, 0.0, 0.0);
    for place in 0..n {
        if members[order[place]] {
            inside += step(place) / total
        } else {
            outside += 1.0 / others
        }
        sum += inside - outside;
    }
    sum
}

proptest! {
    #[test]
    fn ssgsea_is_its_definition_and_knows_ranks_alone(
        values in prop::collection::hash_set(-1000i32..1000, 8..40), bits in any::<u64>(), weight in 0.0f64..2.0,
    ) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let names: Vec<String> = (0..values.len()).map(|i| format!("G{i}")).collect();
        let members: Vec<bool> = (0..values.len()).map(|i| i == 0 || (i > 1 && bits >> i & 1 == 1)).collect();
        let set = GeneSet::new("S", names.iter().zip(&members).filter(|(_, m)| **m).map(|(name, _)| name.clone()));
        let sets = GeneSets::new(vec![set]).unwrap();
        let score = |values: Vec<f64>| {
            let table = Expression::new(names.clone(), vec!["P".into()], values).unwrap();
            let method = Method::SsGsea { weight, normalise: false };
            Signatures { method, ..Default::default() }.score(&table, &sets).unwrap().scores[0][0]
        };
        let ours = score(values.clone());
        prop_assert!((ours - naive_ssgsea(&values, &members, weight)).abs() < 1e-9);
        prop_assert_eq!(ours, score(values.iter().map(|v| v * v * v + 2.0 * v).collect()));
    }
}
