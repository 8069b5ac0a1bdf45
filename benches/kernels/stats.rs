//! Correlation matrices, principal components and tails, on one thread.

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_stats::correlation::{CorrelationMatrix, Method, Missing};
use radsurv_stats::distribution::FisherF;
use radsurv_stats::pca::{Pca, Scale};
use radsurv_testkit::splitmix::SplitMix64;

fn columns(cases: usize, count: usize) -> Vec<Vec<f64>> {
    let mut random = SplitMix64::new(4);
    (0..count).map(|_| (0..cases).map(|_| (random.next_u64() >> 11) as f64).collect()).collect()
}

fn stats(c: &mut Criterion) {
    let (cases, count) = (1000, 2074);
    let table = columns(cases, count);
    let mut group = c.benchmark_group("statistics");
    group.sample_size(10);
    for (name, method) in [("Pearson", Method::Pearson), ("Spearman", Method::Spearman)] {
        group.bench_function(format!("{name} of {count} columns of {cases}"), |b| {
            b.iter(|| CorrelationMatrix::new(&table, method, Missing::Refuse))
        });
    }
    group.bench_function("Kendall of 100 columns of 1000", |b| {
        b.iter(|| CorrelationMatrix::new(&table[..100], Method::Kendall, Missing::Refuse))
    });
    let tumours = columns(380, 487);
    group.bench_function("principal components, 487 features x 380 cases", |b| {
        b.iter(|| Pca::new(&tumours, Scale::Unit))
    });
    let f = FisherF::new(99.0, 198.0);
    group.sample_size(100);
    group.bench_function("upper tail of F", |b| b.iter(|| f.as_ref().map(|f| f.upper(std::hint::black_box(12.5)))));
    group.bench_function("quantile of F", |b| b.iter(|| f.as_ref().map(|f| f.quantile(std::hint::black_box(0.975)))));
    group.finish();
}

fn on_one_thread(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is not in use yet");
    stats(c);
}

criterion_group!(benches, on_one_thread);
criterion_main!(benches);
