//! Reading and writing of a table of 1000 cases x 1000 features, on one thread.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use radsurv_data::{CaseFile, FeatureTable};
use radsurv_testkit::splitmix::SplitMix64;

fn table(c: &mut Criterion) {
    let mut rng = SplitMix64::new(1);
    let mut column = || (0..1000).map(|_| rng.next_u64() as f64 / 1e15).collect::<Vec<f64>>();
    let columns = (0..1000).map(|_| column()).collect();
    let ids = (0..1000).map(|i| format!("P{i}")).collect();
    let table = FeatureTable::new(ids, (0..1000).map(|f| format!("f{f}")).collect(), columns).expect("a whole table");
    let folder = std::env::temp_dir().join(format!("radsurv-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    let path = folder.join("table.csv");
    table.write_csv(&path).expect("a file written");

    let mut group = c.benchmark_group("CSV of 1000 x 1000");
    group.throughput(Throughput::Elements(1_000_000)).sample_size(20);
    group.bench_function("read", |b| b.iter(|| FeatureTable::read_csv(&path)));
    group.bench_function("read, a column of text", |b| {
        b.iter(|| CaseFile::open(&path).and_then(|file| file.read(|name| name != "f7")))
    });
    group.bench_function("write", |b| b.iter(|| table.to_writer(std::io::sink())));
    group.finish();
    // Best effort: what is left in the system's temporary folder does no harm.
    let _ = std::fs::remove_dir_all(folder);
}

fn on_one_thread(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is not in use yet");
    table(c);
}

criterion_group!(benches, on_one_thread);
criterion_main!(benches);
