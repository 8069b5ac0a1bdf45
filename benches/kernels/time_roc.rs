//! AUC(t) at three times with and without standard errors, a comparison, and incident areas, on one thread.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use radsurv_data::Survival;
use radsurv_eval::time_roc::incident::{Coefficient, incident_auc};
use radsurv_eval::time_roc::{Band, TimeRocSettings};
use radsurv_testkit::splitmix::SplitMix64;

fn time_roc(c: &mut Criterion) {
    let mut group = c.benchmark_group("time-dependent ROC");
    group.sample_size(10);
    for rows in [700, 10_000, 100_000] {
        let mut random = SplitMix64::new(5);
        let mut uniform = || (random.below(1 << 20) as f64 + 0.5) / f64::from(1 << 20);
        let risk: Vec<f64> = (0..rows).map(|_| uniform()).collect();
        let other: Vec<f64> = risk.iter().map(|r| r + uniform()).collect();
        let (mut times, mut event) = (Vec::new(), Vec::new());
        for risk in &risk {
            let (death, censoring) = (-uniform().ln() / (0.02 * risk.exp()), -uniform().ln() / 0.012);
            times.push(death.min(censoring));
            event.push(death <= censoring);
        }
        let outcome = Survival::new(times, event).expect("times are positive");
        let at = [10.0, 25.0, 50.0];
        let settings = TimeRocSettings::default();
        let (areas, band) = (settings.clone().areas_only(), settings.clone().band(Band::default()));
        let mut bench = |name: &str, work: &mut dyn FnMut()| {
            group.bench_function(BenchmarkId::new(name, rows), |b| b.iter(&mut *work));
        };
        bench("areas, errors, curves", &mut || drop(std::hint::black_box(settings.of(&risk, &outcome, &at))));
        bench("areas", &mut || drop(std::hint::black_box(areas.of(&risk, &outcome, &at))));
        bench("with a band", &mut || drop(std::hint::black_box(band.of(&risk, &outcome, &at))));
        bench("comparison", &mut || drop(std::hint::black_box(settings.compare([&risk, &other], &outcome, &at))));
        let known = Coefficient::Known(1.0);
        bench("incident areas", &mut || drop(std::hint::black_box(incident_auc(&risk, &outcome, known))));
    }
    group.finish();
}

criterion_group!(benches, time_roc);
criterion_main!(benches);
