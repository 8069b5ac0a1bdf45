//! Cox's model of ten covariates by Efron's rule, on one thread and on all; a tenth of the times is tied.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use radsurv_data::Survival;
use radsurv_stats::cox::{Baseline, CurveErrors, Design, FitSettings, Penalty, Residuals, Ties, fit};
use radsurv_testkit::splitmix::SplitMix64;

const COVARIATES: usize = 10;

fn cox(c: &mut Criterion) {
    let mut group = c.benchmark_group("Cox");
    group.sample_size(10);
    for rows in [10_000, 100_000] {
        let mut random = SplitMix64::new(6);
        let mut uniform = || (random.below(1 << 20) as f64 + 0.5) / f64::from(1 << 20);
        let columns: Vec<Vec<f64>> =
            (0..COVARIATES).map(|_| (0..rows).map(|_| uniform() + uniform() - uniform()).collect()).collect();
        let eta = |i: usize| 0.8 * columns[0][i] - 0.5 * columns[1][i] + 0.2 * columns[2][i];
        let times = (0..rows).map(|i| {
            let time = -50.0 * uniform().ln() * (-eta(i)).exp();
            if i % 10 == 0 { time.ceil() } else { time }
        });
        let times: Vec<f64> = times.collect();
        let event = (0..rows).map(|_| uniform() < 0.6).collect();
        let outcome = Survival::new(times.clone(), event).expect("times are positive");
        let entry = times.iter().map(|t| 0.5 * t * uniform()).collect();
        let late = outcome.clone().with_entry(entry).expect("entries are before times");
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let (design, entering) = (Design::new(&columns, &outcome), Design::new(&columns, &late));
        let settings = FitSettings { ties: Ties::Efron, ..FitSettings::default() };
        let fitted = fit(&design, &settings).expect("the covariates vary");
        let eta = fitted.linear_predictors(&columns).expect("they are those of the fit");
        group.bench_function(BenchmarkId::new("fit, all threads", rows), |b| b.iter(|| fit(&design, &settings)));
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread can be had");
        let mut bench = |name: &str, work: &mut (dyn FnMut() + Send)| {
            group.bench_function(BenchmarkId::new(name, rows), |b| one.install(|| b.iter(&mut *work)));
        };
        bench("fit", &mut || drop(std::hint::black_box(fit(&design, &settings))));
        bench("fit, late entry", &mut || drop(std::hint::black_box(fit(&entering, &settings))));
        let firth = FitSettings { penalty: Penalty::Firth, ..settings };
        bench("fit, Firth", &mut || drop(std::hint::black_box(fit(&design, &firth))));
        bench("baseline", &mut || drop(std::hint::black_box(Baseline::new(&eta, &outcome, None, Ties::Efron))));
        bench("robust variance", &mut || {
            drop(std::hint::black_box(Residuals::new(&design, &fitted).and_then(|r| r.robust_variance(None))));
        });
        bench("errors of curves", &mut || drop(std::hint::black_box(CurveErrors::new(&design, &fitted, None))));
    }
    group.finish();
}

criterion_group!(benches, cox);
criterion_main!(benches);
