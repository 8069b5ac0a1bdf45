use proptest::prelude::*;
use proptest::sample::select;
use radsurv_image::{Geometry, Voxels};
use sha1::{Digest, Sha1};

use super::super::testing::{golden, image, patched_image, window};
use super::*;

fn bits(volume: &Volume) -> Vec<u64> {
    match volume.voxels() {
        Voxels::F32(v) => v.iter().map(|v| u64::from(v.to_bits())).collect(),
        Voxels::F64(v) => v.iter().map(|v| v.to_bits()).collect(),
        _ => panic!("not a float"),
    }
}

fn bytes(volume: &Volume) -> Vec<u8> {
    match volume.voxels() {
        Voxels::F32(v) => v.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Voxels::F64(v) => v.iter().flat_map(|v| v.to_le_bytes()).collect(),
        _ => panic!("not a float"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn all(_: &str) -> bool {
    true
}

/// The transform of the whole image by the plain code.
fn plain_bands(image: &Volume, settings: &WaveletSettings) -> Vec<WaveletBands> {
    match image.voxel_type() {
        VoxelType::F32 => plain_typed::<f32>(image, settings),
        _ => plain_typed::<f64>(image, settings),
    }
}

fn plain_typed<T: Real>(image: &Volume, settings: &WaveletSettings) -> Vec<WaveletBands> {
    let (mut data, size) = plain::padded::<T>(image);
    let filters = T::filters(&settings.wavelet);
    let used = settings.axes.iter().filter(|&&a| a).count();
    let back = image.geometry().full_box();
    let padded = Geometry::new(size, image.geometry().spacing_mm(), [0.0; 3], Geometry::IDENTITY).unwrap();
    let mut out = Vec::new();
    for step in 0..settings.start_level + settings.level {
        let bands = plain::level(&data, size, settings.axes, filters);
        data = bands[0].clone();
        if step < settings.start_level {
            continue;
        }
        let level = step - settings.start_level + 1;
        let last = level == settings.level;
        let order = (1..1 << used).chain(last.then_some(0));
        let number = if level == 1 { String::new() } else { level.to_string() };
        let bands = order.map(|band| {
            let letters: String = (0..used).rev().map(|bit| if band >> bit & 1 == 1 { 'H' } else { 'L' }).collect();
            let whole = Volume::new(padded.clone(), T::voxels(bands[band].clone())).unwrap();
            let (_, voxels) = whole.crop(&back).unwrap().into_parts();
            (format!("wavelet{number}-{letters}"), Volume::new(image.geometry().clone(), voxels).unwrap())
        });
        out.push(WaveletBands { level, bands: bands.collect() });
    }
    out
}

fn assert_same(ours: &[WaveletBands], expected: &[WaveletBands], window: &IndexBox, what: &str) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    for (ours, expected) in ours.iter().zip(expected) {
        assert_eq!(ours.level, expected.level);
        assert_eq!(ours.bands.len(), expected.bands.len());
        for ((name, ours), (expected_name, expected)) in ours.bands.iter().zip(&expected.bands) {
            assert_eq!(name, expected_name, "{what}");
            let expected = expected.crop(window).unwrap();
            assert_eq!(ours.geometry(), expected.geometry(), "{what}");
            assert_eq!(bits(ours), bits(&expected), "{name} of {what}");
        }
    }
}

#[test]
fn the_bits_are_those_of_pywavelets() {
    let cases = golden("wavelet");
    assert_eq!(cases.len(), 70 + 2 * 106);
    for case in cases {
        let image = case.image();
        let number = |key: &str| case.number(key) as usize;
        let across = case.flag("force2D").then(|| number("force2Ddimension"));
        let settings = WaveletSettings {
            wavelet: Wavelet::by_name(case.text("wavelet")).unwrap(),
            start_level: number("start_level"),
            level: number("level"),
            axes: WaveletSettings::axes(image.geometry().dimension(), across).unwrap(),
        };
        let expected = case.0["bands"].as_array().unwrap();
        let names: Vec<_> = expected.iter().map(|band| band["name"].as_str().unwrap()).collect();
        assert_eq!(settings.band_names(), names, "{}", case.name());
        let full = image.geometry().full_box();
        for ours in [plain_bands(&image, &settings), wavelet_bands(&image, &full, &settings, all).unwrap()] {
            let ours: Vec<_> = ours.into_iter().flat_map(|level| level.bands).collect();
            for ((name, ours), expected) in ours.iter().zip(expected) {
                let (ours, expected) = match expected["response"].as_str() {
                    Some(response) => (hex(&bytes(ours)), response),
                    None => (hex(&Sha1::digest(bytes(ours))), expected["sha1"].as_str().unwrap()),
                };
                assert_eq!(ours, expected, "{name} of {}", case.name());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn fast_and_plain_agree_on_any_window(
        seed in any::<u64>(),
        size in [1usize..21, 1usize..21, 1usize..21],
        kind in select(vec![VoxelType::F32, VoxelType::F64, VoxelType::I16, VoxelType::U8]),
        axes in any::<[bool; 3]>().prop_filter("an axis", |axes| axes.contains(&true)),
        name in select(Wavelet::names()),
        start_level in 0usize..3,
        level in 1usize..4,
        flat in 0u64..3,
        chosen in any::<u64>(),
    ) {
        let image = patched_image(seed, size, [1.0, 2.0, 3.0], kind, flat);
        let settings = WaveletSettings { wavelet: Wavelet::by_name(&name).unwrap(), start_level, level, axes };
        let window = window(seed, size);
        let mut expected = plain_bands(&image, &settings);
        let all_bands = wavelet_bands(&image, &window, &settings, all).unwrap();
        assert_same(&all_bands, &expected, &window, "all bands");
        // Some bands alone.
        let names = settings.band_names();
        let wanted = |name: &str| names.iter().position(|n| n == name).is_some_and(|i| chosen >> (i % 64) & 1 == 1);
        expected.iter_mut().for_each(|level| level.bands.retain(|(name, _)| wanted(name)));
        let some_bands = wavelet_bands(&image, &window, &settings, wanted).unwrap();
        assert_same(&some_bands, &expected, &window, "some bands");
    }

    #[test]
    fn the_transform_is_linear(
        seed in any::<u64>(),
        size in [1usize..13, 1usize..13, 1usize..13],
        name in select(Wavelet::names()),
        (a, b) in (-4.0..4.0f64, -4.0..4.0f64),
    ) {
        let one = image(seed, size, [1.0; 3], VoxelType::F64);
        let two = image(!seed, size, [1.0; 3], VoxelType::F64);
        let sum = one.to_f64().iter().zip(two.to_f64().iter()).map(|(x, y)| a * x + b * y).collect::<Vec<f64>>();
        let sum = Volume::new(one.geometry().clone(), sum).unwrap();
        let settings = WaveletSettings::new(Wavelet::by_name(&name).unwrap());
        let bands = |image| wavelet_bands(image, &one.geometry().full_box(), &settings, all).unwrap().remove(0).bands;
        for (((_, x), (_, y)), (name, s)) in bands(&one).iter().zip(bands(&two)).zip(bands(&sum)) {
            for ((x, y), s) in x.to_f64().iter().zip(y.to_f64().iter()).zip(s.to_f64().iter()) {
                prop_assert!((a * x + b * y - s).abs() < 1e-9, "{name}: {a} * {x} + {b} * {y} is not {s}");
            }
        }
    }
}

#[test]
fn tiles_and_threads_do_not_show() {
    for (size, wavelet) in [([300, 5, 4], "coif1"), ([3, 150, 6], "coif2"), ([4, 3, 190], "db4"), ([135, 9, 3], "dmey")]
    {
        let image = image(1, size, [1.0; 3], VoxelType::F32);
        let settings = WaveletSettings::new(Wavelet::by_name(wavelet).unwrap());
        let full = image.geometry().full_box();
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let four = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let expected = plain_bands(&image, &settings);
        for pool in [one, four] {
            let ours = pool.install(|| wavelet_bands(&image, &full, &settings, all).unwrap());
            assert_same(&ours, &expected, &full, wavelet);
        }
    }
}

#[test]
fn a_constant_image_is_scaled_by_the_gain_of_each_band() {
    for size in [[6, 6, 6], [7, 5, 3]] {
        for kind in [VoxelType::F32, VoxelType::F64] {
            let grid = Geometry::new(size, [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
            let values = vec![100.0f64; grid.voxel_count()];
            let voxels: Voxels = match kind {
                VoxelType::F32 => vec![100.0f32; values.len()].into(),
                _ => values.into(),
            };
            let image = Volume::new(grid, voxels).unwrap();
            let settings = WaveletSettings { level: 2, ..WaveletSettings::new(Wavelet::by_name("coif1").unwrap()) };
            for level in wavelet_bands(&image, &image.geometry().full_box(), &settings, all).unwrap() {
                for (name, band) in level.bands {
                    let gain = if name == "wavelet2-LLL" { 8.0 } else { 0.0 };
                    let single = if kind == VoxelType::F32 { 1e-4 } else { 1e-9 };
                    assert!(band.to_f64().iter().all(|v| (v - 100.0 * gain).abs() < single), "{name}");
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_transformed_has_a_reason() {
    let image = image(1, [6, 5, 4], [1.0; 3], VoxelType::F64);
    let full = image.geometry().full_box();
    let settings = WaveletSettings::new(Wavelet::by_name("db2").unwrap());
    let refused = |image: &Volume, window: &IndexBox, settings: &WaveletSettings| {
        wavelet_bands(image, window, settings, all).unwrap_err()
    };
    for (start_level, level) in [(0, 0), (100, 1), (0, usize::MAX), (usize::MAX, 1)] {
        let settings = WaveletSettings { start_level, level, ..settings.clone() };
        assert!(refused(&image, &full, &settings).to_string().contains("level must be at least 1"));
    }
    let none = WaveletSettings { axes: [false; 3], ..settings.clone() };
    assert!(matches!(refused(&image, &full, &none), FilterError::Setting(_)));
    for size in [[7, 5, 4], [1, 0, 1], [1, usize::MAX, 1]] {
        let window = IndexBox { start: [0; 3], size };
        assert!(matches!(refused(&image, &window, &settings), FilterError::Image(_)));
    }
    // Bad voxels matter where the filters reach, and only there.
    let corner = IndexBox { start: [0; 3], size: [1, 1, 1] };
    for bad in [f64::NAN, f64::INFINITY] {
        let mut values = image.to_f64().into_owned();
        values[image.geometry().offset([4, 2, 2])] = bad;
        let image = Volume::new(image.geometry().clone(), values).unwrap();
        assert!(matches!(refused(&image, &full, &settings), FilterError::NotFinite { index: [4, 2, 2], .. }));
        let haar = WaveletSettings::new(Wavelet::by_name("haar").unwrap());
        assert!(wavelet_bands(&image, &corner, &haar, all).is_ok());
    }
    let huge = Volume::new(image.geometry().clone(), vec![1e308; 120]).unwrap();
    assert!(refused(&huge, &full, &settings).to_string().contains("overflows"));
    let large = Volume::new(image.geometry().clone(), vec![1e38f32; 120]).unwrap();
    assert!(matches!(refused(&large, &full, &settings), FilterError::Undefined(_)));
    let many = WaveletSettings { level: 100, ..settings };
    assert!(matches!(refused(&large, &full, &many), FilterError::Undefined(_)));
}

#[test]
fn axes_are_those_of_pyradiomics() {
    assert_eq!(WaveletSettings::axes(3, None).unwrap(), [true; 3]);
    assert_eq!(WaveletSettings::axes(3, Some(0)).unwrap(), [true, true, false]);
    assert_eq!(WaveletSettings::axes(3, Some(2)).unwrap(), [false, true, true]);
    assert_eq!(WaveletSettings::axes(2, None).unwrap(), [true, true, false]);
    assert_eq!(WaveletSettings::axes(2, Some(0)).unwrap(), [true, false, false]);
    assert!(WaveletSettings::axes(2, Some(2)).is_err() && WaveletSettings::axes(3, Some(3)).is_err());
}

#[test]
#[ignore = "needs the folder of real images"]
fn real_images_have_the_bits_of_pywavelets() {
    let data = radsurv_testkit::data::folder().unwrap();
    for case in golden("wavelet_real") {
        let image = radsurv_image::io::read(data.join(case.text("image"))).unwrap();
        let settings = WaveletSettings {
            wavelet: Wavelet::by_name(case.text("wavelet")).unwrap(),
            start_level: case.number("start_level") as usize,
            level: case.number("level") as usize,
            axes: [true; 3],
        };
        let ours = wavelet_bands(&image, &image.geometry().full_box(), &settings, all).unwrap();
        let ours: Vec<_> = ours.into_iter().flat_map(|level| level.bands).collect();
        let expected = case.0["bands"].as_array().unwrap();
        assert_eq!(ours.len(), expected.len());
        for ((name, ours), expected) in ours.iter().zip(expected) {
            assert_eq!(name, expected["name"].as_str().unwrap());
            assert_eq!(
                hex(&Sha1::digest(bytes(ours))),
                expected["sha1"].as_str().unwrap(),
                "{name} of {}",
                case.name()
            );
        }
    }
}
