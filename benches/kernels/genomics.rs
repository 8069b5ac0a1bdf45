//! Counts, networks and gene sets, on tables of noise.

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_genomics::enrichment::gsea::{Gsea, Method as PValues, Ranking};
use radsurv_genomics::expression::counts::{Counts, Normalisation, VoomSettings};
use radsurv_genomics::network::{Adjacency, NetworkKind, OverlapKind, POWERS, Tree, correlations, soft_thresholds};
use radsurv_genomics::signature::{Method as Score, Signatures};
use radsurv_genomics::{Expression, GeneSet, GeneSets};
use radsurv_stats::correlation::Method;
use radsurv_testkit::splitmix::SplitMix64;

fn table(genes: usize, samples: usize, value: impl FnMut() -> f64) -> Expression {
    let names = |letter: &str, count: usize| (0..count).map(|i| format!("{letter}{i}")).collect();
    let values = std::iter::repeat_with(value).take(genes * samples).collect();
    Expression::new(names("G", genes), names("S", samples), values).expect("a value for each")
}

fn counts(c: &mut Criterion) {
    let mut random = SplitMix64::new(1);
    let table = table(10_000, 100, || (random.below(1000) * random.below(1000) / 1000) as f64);
    let counts = Counts::new(table).expect("counts");
    let design = [vec![1.0; 100], (0..100).map(|i| f64::from(i % 2)).collect()];
    let mut group = c.benchmark_group("counts");
    group.sample_size(10);
    group.bench_function("TMM, 10 000 genes x 100 samples", |b| b.iter(|| Normalisation::default().factors(&counts)));
    group.bench_function("voom, 10 000 genes x 100 samples", |b| {
        b.iter(|| VoomSettings::default().fit(&counts, &design));
    });
    group.finish();
}

fn network(c: &mut Criterion) {
    let mut random = SplitMix64::new(2);
    let table = table(1500, 100, || random.below(10_000) as f64 / 1e4);
    let r = correlations(&table, Method::Pearson).expect("genes vary");
    let adjacency = Adjacency::new(r.clone(), NetworkKind::Unsigned, OverlapKind::Unsigned, 6);
    let distances = adjacency.overlap_distances();
    let mut group = c.benchmark_group("network of 1500 genes");
    group.sample_size(10);
    group.bench_function("soft thresholds", |b| b.iter(|| soft_thresholds(&r, NetworkKind::Unsigned, &POWERS)));
    group.bench_function("topological overlap", |b| b.iter(|| adjacency.overlap_distances()));
    group.bench_function("tree", |b| b.iter(|| Tree::new(&distances)));
    group.finish();
}

fn gene_sets(c: &mut Criterion) {
    let mut random = SplitMix64::new(3);
    let table = table(10_000, 20, || random.below(1_000_000) as f64 / 1e5 - 5.0);
    let mut random = SplitMix64::new(4);
    let genes = table.genes();
    let mut draw = |size: usize| -> Vec<String> {
        (0..size).map(|_| genes[random.below(genes.len() as u64) as usize].clone()).collect()
    };
    let sets = (0..500).map(|i| GeneSet::new(format!("T{i}"), draw(15 + i * 17 % 400))).collect();
    let sets = GeneSets::new(sets).expect("names differ");
    let values = table.rows().map(|row| row[0]).collect();
    let ranking = Ranking::new(genes.to_vec(), values).expect("a value for each");
    let mut group = c.benchmark_group("500 gene sets of 10 000 genes");
    group.sample_size(10);
    for (name, method) in [
        ("GSEA, 1000 permutations", PValues::Permutation { permutations: 1000 }),
        ("GSEA, multilevel", PValues::default()),
    ] {
        let settings = Gsea { method, ..Default::default() };
        group.bench_function(name, |b| b.iter(|| settings.run(&ranking, &sets)));
    }
    for (name, method) in [("ssGSEA of 20 samples", Score::SSGSEA), ("GSVA of 20 samples", Score::GSVA)] {
        let settings = Signatures { method, ..Default::default() };
        group.bench_function(name, |b| b.iter(|| settings.score(&table, &sets)));
    }
    group.finish();
}

criterion_group!(benches, counts, network, gene_sets);
criterion_main!(benches);
