//! How often features are selected, against the program of the authors of its stability (reference/selection_frequency.py).

use std::path::Path;

use proptest::prelude::*;
use radsurv_survival::selection::screen::SelectionFrequency;
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::golden::Golden;
use serde_json::Value;

#[track_caller]
fn close(ours: f64, golden: f64, tolerance: f64, what: &str) {
    let difference = relative_difference(ours, golden, 1e-3);
    assert!(difference <= tolerance, "{what}: {ours} {golden}, {difference:e}");
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

#[test]
fn stability_of_selection_is_that_of_its_authors() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/selection_frequency.jsonl.gz");
    let golden = Golden::read(&file).unwrap();
    assert_eq!(golden.rows.len(), 6);
    for row in &golden.rows {
        let names: Vec<String> = (0..row["features"].as_u64().unwrap()).map(|j| format!("f{j}")).collect();
        let resample = |r: &Value| numbers(r).iter().map(|j| format!("f{j}")).collect();
        let resamples: Vec<Vec<String>> = row["selected"].as_array().unwrap().iter().map(resample).collect();
        let found = SelectionFrequency::of(&resamples, &names).unwrap();
        let stability = found.stability.unwrap();
        close(stability.estimate, row["stability"].as_f64().unwrap(), 1e-12, "stability");
        // The root of a variance that may be 0 but for rounding.
        close(stability.std_error, row["variance"].as_f64().unwrap().sqrt(), 1e-9, "error");
        let limits = stability.limits(0.95).unwrap();
        let expected = numbers(&row["limits"]);
        (0..2).for_each(|i| close(limits[i], expected[i], 1e-9, "limits"));
        let counted: usize = found.features.iter().map(|f| f.count).sum();
        assert_eq!(counted, resamples.iter().map(Vec::len).sum::<usize>());
        assert!(found.most_frequent().windows(2).all(|w| w[0].count >= w[1].count));
    }
}

#[test]
fn frequencies_that_cannot_be_are_named() {
    let names = |text: &str| text.split_whitespace().map(String::from).collect::<Vec<String>>();
    let message =
        |resamples: &[Vec<String>], all: &str| SelectionFrequency::of(resamples, &names(all)).unwrap_err().to_string();
    assert!(message(&[], "a b").contains("the number of resamples is 0"));
    assert!(message(&[names("a")], "").contains("the number of features is 0"));
    assert!(message(&[names("a"), names("a c")], "a b").contains("without c, which resample 2 selected"));
    assert!(message(&[names("a")], "a b a").contains("twice with a"));
    let of = |resamples: &[Vec<String>]| SelectionFrequency::of(resamples, &names("a b")).unwrap();
    assert_eq!(of(&[names("a")]).stability, None);
    assert_eq!(of(&[names("a b"), names("b a a")]).stability, None);
    assert_eq!(of(&[names(""), names("")]).mean_selected, 0.0);
    assert!(of(&[names("a"), names("b")]).stability.unwrap().limits(1.0).is_err());
}

proptest! {
    /// Of sets of one size the stability is the mean over pairs of Kuncheva's index *(|A ∩ B| d - k²) / (k (d - k))*.
    #[test]
    fn stability_of_sets_of_one_size_is_that_of_their_pairs(
        d in 3usize..12, seeds in prop::collection::vec(any::<u64>(), 2..9), size in 1usize..11,
    ) {
        let size = size.min(d - 1);
        let names: Vec<String> = (0..d).map(|j| format!("f{j}")).collect();
        let draw = |seed: &u64| {
            let mut order: Vec<usize> = (0..d).collect();
            radsurv_stats::random::Random::new(*seed, 0).shuffle(&mut order);
            order.truncate(size);
            order
        };
        let sets: Vec<Vec<usize>> = seeds.iter().map(draw).collect();
        let named: Vec<Vec<String>> = sets.iter().map(|s| s.iter().map(|&j| names[j].clone()).collect()).collect();
        let found = SelectionFrequency::of(&named, &names).unwrap().stability.unwrap().estimate;
        let (k, d) = (size as f64, d as f64);
        let mut pairs = Vec::new();
        for (i, a) in sets.iter().enumerate() {
            for b in &sets[..i] {
                let common = a.iter().filter(|j| b.contains(j)).count() as f64;
                pairs.push((common * d - k * k) / (k * (d - k)));
            }
        }
        let mean = pairs.iter().sum::<f64>() / pairs.len() as f64;
        prop_assert!((found - mean).abs() < 1e-10, "{found} {mean}");
    }
}
