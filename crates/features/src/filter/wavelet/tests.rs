use radsurv_image::{Geometry, Voxels};
use sha1::{Digest, Sha1};

use super::super::testing::{golden, image, patched_image, splitmix, window};
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

#[test]
fn fast_and_plain_agree_on_any_window() {
    let kinds = [VoxelType::F32, VoxelType::F64, VoxelType::I16, VoxelType::U8];
    let names = Wavelet::names();
    for seed in 0..200 {
        let draw: Vec<usize> = splitmix(seed, 12).into_iter().map(|v| v as usize).collect();
        let size = [1 + draw[0] % 20, 1 + draw[1] % 20, 1 + draw[2] % 20];
        let image = patched_image(seed, size, [1.0, 2.0, 3.0], kinds[draw[3] % 4], seed % 3);
        let mut axes = [0, 1, 2].map(|a| !draw[4].is_multiple_of(3) || (draw[5] >> a) & 1 == 1);
        axes[draw[6] % 3] = true;
        let settings = WaveletSettings {
            wavelet: Wavelet::by_name(&names[draw[7] % names.len()]).unwrap(),
            start_level: draw[8] % 3,
            level: 1 + draw[9] % 3,
            axes,
        };
        let window = window(seed, size);
        let what = format!("{settings:?} {size:?} {window:?}");
        let expected = plain_bands(&image, &settings);
        assert_same(&wavelet_bands(&image, &window, &settings, all).unwrap(), &expected, &window, &what);
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
