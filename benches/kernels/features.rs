//! Each feature class and each filter on a phantom tumour, and the whole extraction of tumour and ring, on one thread.

mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use radsurv_features::filter::{gradient, log, pointwise::Pointwise, wavelet};
use radsurv_features::grid::RegionGrid;
use radsurv_features::settings::{Discretisation, ExtractorSettings};
use radsurv_features::shape::ShapeFeatures;
use radsurv_features::texture::{Levels, glcm::Glcm, gldm::Gldm, glrlm::Glrlm, glszm::Glszm, ngtdm::Ngtdm};
use radsurv_features::{Extractor, FirstOrderFeatures};

fn classes(c: &mut Criterion) {
    let (image, tumour, _) = support::phantom();
    let inside = image.values_f64(tumour.bounds()).expect("the box is inside").into_iter().zip(tumour.inside());
    let values: Vec<f64> = inside.filter_map(|(v, &inside)| inside.then_some(v)).collect();
    let grid = RegionGrid::new(&tumour, &[1]);
    let discretise = || Levels::new(&values, Discretisation::Width(25.0), true).expect("finite values");
    let levels = discretise();
    let pairs = Glcm::count(&grid, &levels, &[1], None, true, None);
    let mut group = c.benchmark_group(format!("tumour of {} voxels, {} levels", values.len(), levels.level_count()));
    group.bench_function("discretise", |b| b.iter(discretise));
    group.bench_function("firstorder", |b| b.iter(|| FirstOrderFeatures::new(black_box(&values), &levels, 1.0, 0.0)));
    group.bench_function("shape", |b| b.iter(|| ShapeFeatures::new(black_box(&tumour))));
    group.bench_function("glcm matrix", |b| b.iter(|| Glcm::count(&grid, &levels, &[1], None, true, None)));
    group.bench_function("glcm features", |b| b.iter(|| black_box(&pairs).features()));
    group.bench_function("glrlm", |b| b.iter(|| Glrlm::count(&grid, &levels, None, None, Some(&pairs)).features()));
    group.bench_function("glszm", |b| b.iter(|| Glszm::count(&grid, &levels, None).features()));
    group.bench_function("gldm", |b| b.iter(|| Gldm::count(&grid, &levels, &[1], None, 0).features()));
    group.bench_function("ngtdm", |b| b.iter(|| Ngtdm::count(&grid, &levels, &[1], None).features()));
    group.finish();
}

fn filters(c: &mut Criterion) {
    let (image, tumour, _) = support::phantom();
    let window = *tumour.bounds();
    let coif1 = wavelet::WaveletSettings::new(wavelet::Wavelet::by_name("coif1").expect("a known wavelet"));
    let mut group = c.benchmark_group(format!("filter, window of {:?} voxels", window.size));
    for sigma in [3.0, 5.0] {
        group.bench_function(format!("LoG {sigma} mm"), |b| {
            b.iter(|| log::laplacian_of_gaussian(&image, &window, sigma))
        });
    }
    group.bench_function("wavelet coif1", |b| b.iter(|| wavelet::wavelet_bands(&image, &window, &coif1, |_| true)));
    group.bench_function("gradient", |b| b.iter(|| gradient::gradient_magnitude(&image, &window, true)));
    group.bench_function("square", |b| b.iter(|| Pointwise::Square.apply(&image, &window)));
    group.finish();
}

fn extraction(c: &mut Criterion) {
    let (image, tumour, ring) = support::phantom();
    let extractor = Extractor::new(ExtractorSettings::cervical_study());
    let regions = [tumour, ring];
    let mut group = c.benchmark_group("1037 features");
    group.sample_size(20);
    group.bench_function("tumour", |b| b.iter(|| extractor.extract_regions(&image, &regions[..1])));
    group.bench_function("ring", |b| b.iter(|| extractor.extract_regions(&image, &regions[1..])));
    group.bench_function("tumour and ring", |b| b.iter(|| extractor.extract_regions(&image, &regions)));
    group.finish();
}

fn on_one_thread(c: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is not in use yet");
    classes(c);
    filters(c);
    extraction(c);
}

criterion_group!(benches, on_one_thread);
criterion_main!(benches);
