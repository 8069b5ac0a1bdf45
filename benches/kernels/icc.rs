//! Intraclass correlations of complete readings and of readings with gaps; on one thread.

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_data::FeatureTable;
use radsurv_harmonize::icc::{IccForm, IccSettings, Reading};
use radsurv_testkit::splitmix::SplitMix64;

/// Features of cases as three readers see them, of which `missing` percent are not there.
fn readers(features: usize, cases: usize, missing: u64) -> Vec<FeatureTable> {
    let mut rng = SplitMix64::new(1);
    let mut noise = |spread: f64| (0..4).map(|_| rng.below(1024) as f64 / 1024.0 - 0.5).sum::<f64>() * spread;
    let truth: Vec<Vec<f64>> = (0..features).map(|_| (0..cases).map(|_| noise(1.0)).collect()).collect();
    let mut gaps = SplitMix64::new(2);
    (0..3)
        .map(|_| {
            let column = |t: &Vec<f64>| {
                let offset = noise(0.3);
                let read = |v: &f64| if gaps.chance(missing) { f64::NAN } else { v + offset + noise(0.4) };
                t.iter().map(read).collect()
            };
            let ids = (0..cases).map(|case| format!("P{case}")).collect();
            let names = (0..features).map(|f| format!("f{f}")).collect();
            FeatureTable::new(ids, names, truth.iter().map(column).collect()).expect("a value per case")
        })
        .collect()
}

fn icc(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is not in use yet");
    let mut group = c.benchmark_group("ICC of 1037 features x 100 cases x 3 readings");
    group.sample_size(20);
    for missing in [0, 5] {
        let tables = readers(1037, 100, missing);
        let readings: Vec<Reading> = tables.iter().map(|table| Reading { name: "reader", table }).collect();
        for form in [IccForm::Icc2, IccForm::Icc3] {
            let settings = IccSettings { form, ..IccSettings::default() };
            group.bench_function(format!("{form}, {missing} % missing"), |b| b.iter(|| settings.analyse(&readings)));
        }
    }
    group.finish();
}

criterion_group!(benches, icc);
criterion_main!(benches);
