//! Reading, resampling, distance, ring and N4 on a phantom, on one thread.

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_image::resample::{self, Interpolator};
use radsurv_image::{intensity, io, morphology};

fn image(c: &mut Criterion) {
    let (image, tumour, _) = support::phantom();
    let folder = std::env::temp_dir().join(format!("radsurv-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    let mut group = c.benchmark_group(format!("image of {:?} voxels", image.geometry().size()));
    for name in ["image.nii.gz", "image.nrrd", "image.mha"] {
        let path = folder.join(name);
        io::write(&path, &image).expect("a file written");
        group.bench_function(format!("read {name}"), |b| b.iter(|| io::read(&path)));
    }
    group.bench_function("ring of 5 cm", |b| b.iter(|| morphology::ring(&tumour, 50.0)));
    group.bench_function("normalise", |b| b.iter(|| intensity::normalize(&image, None, 1.0)));
    let all = intensity::n4::N4Settings::default();
    group.sample_size(20);
    group.bench_function("N4, defaults", |b| b.iter(|| intensity::n4::correct(&image, None, &all)));
    let exact = intensity::n4::N4Settings { convergence: intensity::n4::Convergence::Exact, ..all.clone() };
    group.bench_function("N4, exact convergence", |b| b.iter(|| intensity::n4::correct(&image, None, &exact)));
    let slicer = intensity::n4::N4Settings::slicer();
    group.bench_function("N4, shrink factor 4", |b| b.iter(|| intensity::n4::correct(&image, None, &slicer)));
    group.sample_size(100);
    for interpolator in [Interpolator::BSpline, Interpolator::Linear] {
        group.bench_function(format!("resample to 1 mm, {}", interpolator.name()), |b| {
            b.iter(|| resample::resample_roi(&image, &tumour, &[1.0; 3], interpolator, 5))
        });
    }
    group.finish();
    // Best effort: what is left in the system's temporary folder does no harm.
    let _ = std::fs::remove_dir_all(folder);
}

fn on_one_thread(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is not in use yet");
    image(c);
}

criterion_group!(benches, on_one_thread);
criterion_main!(benches);
