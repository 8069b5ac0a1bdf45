//! Counts and networks of genes, on tables of noise.

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_genomics::Expression;
use radsurv_genomics::expression::counts::{Counts, Normalisation, VoomSettings};
use radsurv_genomics::network::{Adjacency, NetworkKind, OverlapKind, POWERS, Tree, correlations, soft_thresholds};
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

criterion_group!(benches, counts, network);
criterion_main!(benches);
