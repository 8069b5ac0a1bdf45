//! Networks against WGCNA and dynamicTreeCut, and against definitions.

use proptest::prelude::*;
use radsurv_data::Survival;
use radsurv_genomics::Expression;
use radsurv_genomics::expression::counts::{Counts, Normalisation, VoomSettings};
use radsurv_genomics::gene_survival::{Beside, GeneSurvivalSettings};
use radsurv_genomics::network::{
    Adjacency, Network, NetworkKind, NetworkSettings, Outside, OverlapKind, POWERS, PowerFrom, Tree, TreeCut,
    by_samples, choose, correlations, soft_thresholds,
};
use radsurv_stats::correlation::Method;
use radsurv_testkit::splitmix::SplitMix64;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::support::{assert_near, golden, numbers, table, words};

/// Golden numbers have 13 digits.
const NEAR: f64 = 1e-11;

fn rows() -> (Expression, Vec<Value>) {
    let mut rows = golden("network.jsonl.gz").rows;
    let first = rows.remove(0);
    (table(numbers(&first["values"]), first["samples"].as_u64().unwrap() as usize), rows)
}

fn variant<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn labels(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|label| label as usize).collect()
}

/// The settings of a golden row, with a cut and without merging.
fn settings(row: &Value, cut: TreeCut, min_size: usize) -> NetworkSettings {
    NetworkSettings {
        kind: variant(&row["network"]),
        overlap: variant(&row["overlap"]),
        power: Some(row["power"].as_u64().unwrap() as u32),
        cut,
        min_size,
        merge_height: 0.0,
        ..NetworkSettings::default()
    }
}

fn modules(network: &Network) -> Vec<usize> {
    network.nodes.iter().map(|node| node.module).collect()
}

#[test]
fn soft_thresholds_are_those_of_wgcna() {
    let (genes, rows) = rows();
    let r = correlations(&genes, Method::Pearson).unwrap();
    let mut seen = 0;
    for row in rows.iter().filter(|row| row.get("soft").is_some()) {
        seen += 1;
        let ours = soft_thresholds(&r, variant(&row["soft"]), &POWERS).unwrap();
        for (ours, golden) in ours.iter().zip(row["table"].as_array().unwrap()) {
            let numbers = numbers(golden);
            let flat = [f64::from(ours.power), ours.r_squared, ours.slope, ours.truncated_r_squared];
            // Bins hold few genes at some powers, and frequencies of 1e-9 pull the line: digits of R² are lost.
            assert_near(&flat, &numbers[..4], 1e-9, 1.0, "fit");
            assert_near(&[ours.mean, ours.median, ours.max], &numbers[4..], NEAR, 0.0, "connectivity");
        }
        assert_eq!(choose(&ours, 0.7).map(u64::from), row["chosen"].as_u64());
    }
    assert_eq!(seen, 3);
}

#[test]
fn overlaps_and_trees_are_those_of_wgcna() {
    let (genes, rows) = rows();
    let mut seen = 0;
    for row in rows.iter().filter(|row| row.get("tom").is_some()) {
        seen += 1;
        let r = correlations(&genes, Method::Pearson).unwrap();
        let adjacency = Adjacency::new(
            r,
            variant(&row["network"]),
            variant(&row["overlap"]),
            row["power"].as_u64().unwrap() as u32,
        );
        let distances = adjacency.overlap_distances();
        let some = labels(&row["rows"]);
        let ours: Vec<f64> = some
            .iter()
            .flat_map(|&i| (0..genes.genes().len()).map(move |j| (i, j)))
            .map(|(i, j)| 1.0 - distances.get(i, j))
            .collect();
        assert_near(&ours, &numbers(&row["tom"]), NEAR, 1e-3, "overlap");
        let heights: Vec<f64> = Tree::new(&distances).merges.iter().map(|merge| merge.height).collect();
        assert_near(&heights, &numbers(&row["heights"]), NEAR, 0.0, "heights");
    }
    assert_eq!(seen, 4);
}

#[test]
fn cuts_are_those_of_wgcna_and_dynamic_tree_cut() {
    let (genes, rows) = rows();
    let mut seen = 0;
    for row in &rows {
        if let Some(height) = row.get("static_height") {
            for (height, min_size, key) in [(height, 8, "labels"), (&row["low_height"], 5, "low")] {
                let settings =
                    settings(row, TreeCut::Static { height: height.as_f64().unwrap() * (1.0 + 1e-12) }, min_size);
                assert_eq!(modules(&settings.fit(&genes).unwrap()), labels(&row[key]), "{key}");
                seen += 1;
            }
        }
        if let Some(deep_split) = row.get("hybrid") {
            let cut = TreeCut::Hybrid {
                deep_split: deep_split.as_u64().unwrap() as u8,
                height: row["height"].as_f64().map(|height| height * (1.0 + 1e-12)),
                outside: variant(&row["outside"]),
            };
            let settings = settings(row, cut, row["min_size"].as_u64().unwrap() as usize);
            assert_eq!(modules(&settings.fit(&genes).unwrap()), labels(&row["labels"]), "{cut:?} {}", row["min_size"]);
            seen += 1;
        }
    }
    assert_eq!(seen, 8 + 4 * 46);
}

#[test]
fn modules_are_those_of_wgcna() {
    let (genes, rows) = rows();
    let trait_values = numbers(&golden("network.jsonl.gz").rows[0]["trait"]);
    let mut seen = 0;
    for row in rows.iter().filter(|row| row.get("cut").is_some()) {
        seen += 1;
        let (cut, min_size) = match row["cut"].as_str().unwrap() {
            "static" => {
                let same = |other: &&Value| {
                    other.get("static_height").is_some()
                        && other["power"] == row["power"]
                        && other["network"] == row["network"]
                };
                let height = rows.iter().find(same).unwrap()["static_height"].as_f64().unwrap();
                (TreeCut::Static { height: height * (1.0 + 1e-12) }, 8)
            }
            _ => (TreeCut::Hybrid { deep_split: 2, height: None, outside: Outside::OwnBranch }, 10),
        };
        let apart = settings(row, cut, min_size);
        let network = apart.fit(&genes).unwrap();
        assert_eq!(modules(&network), labels(&row["labels"]));
        let of =
            |part: fn(&radsurv_genomics::network::Node) -> f64| network.nodes.iter().map(part).collect::<Vec<f64>>();
        assert_near(&of(|n| n.connectivity), &numbers(&row["connectivity"]), NEAR, 0.0, "connectivity");
        assert_near(&of(|n| n.within_module), &numbers(&row["within"]), NEAR, 0.0, "within");
        assert_near(&of(|n| n.membership.unwrap_or(f64::NAN)), &numbers(&row["membership"]), NEAR, 1e-2, "membership");
        for (module, golden) in network.modules.iter().zip(row["eigengenes"].as_array().unwrap()) {
            assert_near(&module.eigengene.values, &numbers(golden), NEAR, 1e-1, "eigengene");
        }
        let explained: Vec<f64> = network.modules.iter().map(|module| module.eigengene.explained).collect();
        assert_near(&explained, &numbers(&row["explained"]), NEAR, 0.0, "explained");
        let hubs: Vec<String> = network.modules.iter().map(|module| module.top_hub.clone()).collect();
        assert_eq!(hubs, words(&row["hubs"]));
        let with = network.traits(&[("trait", &trait_values)]).unwrap();
        assert_near(&with.iter().map(|t| t.r).collect::<Vec<_>>(), &numbers(&row["r"]), NEAR, 1e-1, "r");
        assert_near(&with.iter().map(|t| t.p_value).collect::<Vec<_>>(), &numbers(&row["p"]), 1e-9, 0.0, "p");
        assert!(with.iter().all(|t| t.samples == 42 && t.adj_p_value >= t.p_value));
        for (height, key) in [(0.25, "merged"), (0.6, "merged_more")] {
            let merged = NetworkSettings { merge_height: height, ..apart.clone() }.fit(&genes).unwrap();
            assert_eq!(modules(&merged), labels(&row[key]), "{key}");
            assert_eq!(merged.modules_before, network.modules.len());
        }
    }
    assert_eq!(seen, 8);
}

fn random(genes: usize, samples: usize, seed: u64) -> Expression {
    let mut random = SplitMix64::new(seed);
    let mut values = vec![0.0; genes * samples];
    let seeds: Vec<f64> = (0..3 * samples).map(|_| random.below(2001) as f64 / 1000.0 - 1.0).collect();
    for (at, value) in values.iter_mut().enumerate() {
        let (gene, sample) = (at / samples, at % samples);
        let shared = if gene % 4 == 3 { 0.0 } else { seeds[gene % 4 * samples + sample] };
        *value = shared + random.below(2001) as f64 / 1500.0;
    }
    table(values, samples)
}

#[test]
fn blocks_are_the_definition() {
    for (genes, kind) in [(7, NetworkKind::Unsigned), (200, NetworkKind::SignedHybrid), (401, NetworkKind::Unsigned)] {
        for overlap in [OverlapKind::Unsigned, OverlapKind::Signed] {
            let expression = random(genes, 12, 3);
            let r = correlations(&expression, Method::Spearman).unwrap();
            let connection = |i: usize, j: usize| {
                let a = kind.similarity(r.get(i, j)).powi(3);
                let keeps = kind == NetworkKind::Unsigned && overlap == OverlapKind::Signed;
                if keeps && r.get(i, j) < 0.0 { -a } else { a }
            };
            let degree: Vec<f64> =
                (0..genes).map(|i| (0..genes).filter(|&u| u != i).map(|u| connection(i, u).abs()).sum()).collect();
            let distances = Adjacency::new(r.clone(), kind, overlap, 3).overlap_distances();
            for i in (0..genes).step_by(3) {
                for j in (0..i).step_by(2) {
                    let others = (0..genes).filter(|&u| u != i && u != j);
                    let shared: f64 =
                        others.map(|u| connection(i, u) * connection(u, j)).sum::<f64>() + connection(i, j);
                    let naive = 1.0 - shared.abs() / (degree[i].min(degree[j]) + 1.0 - connection(i, j).abs());
                    assert!((distances.get(i, j) - naive).abs() < 1e-13, "{kind:?} {overlap:?} {i} {j}");
                    assert_eq!(distances.get(i, j), distances.get(j, i));
                }
            }
        }
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let genes = random(401, 20, 5);
    let counts = table(genes.values().iter().map(|v| (900.0 * (v + 2.0)).floor()).collect(), 20);
    let counts = Counts::new(counts).unwrap();
    let outcome =
        Survival::new((0..20).map(|i| f64::from(i * 7 % 20 + 1)).collect(), [true, false].repeat(10)).unwrap();
    let all = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let network = NetworkSettings { min_size: 8, ..NetworkSettings::default() }.fit(&genes).unwrap();
            let counts = counts.clone().normalised(&Normalisation::default()).unwrap();
            let voom = VoomSettings::default().fit(&counts, &[vec![1.0; 20]]).unwrap();
            let survival = GeneSurvivalSettings::default().fit::<&str>(&genes, &outcome, None, &Beside::default());
            (network, voom, survival.unwrap())
        })
    };
    assert!(all(1) == all(3));
}

#[test]
fn what_is_no_network_is_an_error() {
    let settings = NetworkSettings::default();
    let message = |settings: &NetworkSettings, table: &Expression| settings.fit(table).unwrap_err().to_string();
    let genes = random(30, 10, 1);
    let few = NetworkSettings { max_genes: 20, ..settings.clone() };
    assert!(message(&few, &genes).contains("30 genes") && message(&few, &genes).contains("vary most"));
    assert!(message(&settings, &random(2, 10, 1)).contains("2 genes in 10 samples"));
    let mut values = genes.values().to_vec();
    values[7] = f64::NAN;
    assert!(message(&settings, &genes.with_values(values).unwrap()).contains("1 of the genes have missing values: g0"));
    let mut values = genes.values().to_vec();
    values[10..20].fill(2.0);
    assert!(message(&settings, &genes.with_values(values).unwrap()).contains("1 of the genes do not vary: g1"));
    assert!(message(&NetworkSettings { power: Some(0), ..settings.clone() }, &genes).contains("power is 0"));
    assert!(message(&NetworkSettings { powers: vec![3, 2], ..settings.clone() }, &genes).contains("ascending"));
    assert!(NetworkSettings { min_size: 1, ..settings.clone() }.fit(&genes).is_err());
    let deep = TreeCut::Hybrid { deep_split: 5, height: None, outside: Outside::Leave };
    assert!(message(&NetworkSettings { cut: deep, ..settings.clone() }, &genes).contains("deep split of 5"));
    // No module: no hub, no edge, and nothing goes with a trait.
    let none = NetworkSettings { power: Some(6), min_size: 40, ..settings.clone() }.fit(&genes).unwrap();
    assert!(none.modules.is_empty() && none.edges.is_empty() && none.nodes.iter().all(|n| n.membership.is_none()));
    assert!(none.traits(&[("age", &[1.0; 10])]).unwrap().is_empty());
    let some =
        NetworkSettings { power: Some(2), min_size: 4, hubs: 2, edges: 3, ..settings.clone() }.fit(&genes).unwrap();
    assert!(!some.modules.is_empty());
    assert_eq!(some.edges.len(), 3 * some.modules.len());
    assert_eq!(some.nodes.iter().filter(|n| n.hub).count(), 2 * some.modules.len());
    assert!(some.edges.iter().all(|e| (e.r.abs().powi(2) - e.weight).abs() < 1e-12));
    assert!(
        some.traits(&[("age", &[1.0; 10])])
            .unwrap_err()
            .to_string()
            .contains("the trait age: all its values are equal")
    );
    assert!(some.traits(&[("age", &[1.0; 9])]).unwrap_err().to_string().contains("9 values for 10 samples"));
    // Correlations of noise make nothing scale-free at an R² of 1.
    let network = NetworkSettings { r_squared: 1.0, ..settings }.fit(&genes).unwrap();
    assert_eq!((network.power_from, network.power), (PowerFrom::Samples, 9));
    assert_eq!(by_samples(NetworkKind::Signed, 100), 12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_order_of_genes_does_not_matter(seed in 0u64..1000, step in prop::sample::select(vec![7usize, 11, 13, 31, 59])) {
        let genes = random(60, 14, seed);
        let order: Vec<usize> = (0..60).map(|i| (i * step + 3) % 60).collect();
        let settings = NetworkSettings { power: Some(3), min_size: 6, ..NetworkSettings::default() };
        let (a, b) = (settings.fit(&genes).unwrap(), settings.fit(&genes.select_genes(&order)).unwrap());
        let of = |network: &Network, gene: &str| network.nodes.iter().find(|node| node.gene == gene).unwrap().clone();
        for x in genes.genes() {
            let (one, other) = (of(&a, x), of(&b, x));
            prop_assert!((one.connectivity - other.connectivity).abs() < 1e-9);
            prop_assert!((one.within_module - other.within_module).abs() < 1e-9);
            for y in genes.genes() {
                // Modules of one size may have each other's numbers.
                prop_assert_eq!(one.module == of(&a, y).module, other.module == of(&b, y).module);
            }
        }
    }
}
