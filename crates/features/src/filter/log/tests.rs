use proptest::prelude::*;
use radsurv_image::{VoxelType, Voxels};

use super::super::FilterError;
use super::super::testing::{f32_values, golden, image, ulps, window};
use super::*;
use windowed::MARGIN;

#[test]
fn the_plain_version_has_the_bits_of_simpleitk() {
    for case in golden("log") {
        let ours = plain::laplacian(&case.image(), case.number("sigma"));
        assert_eq!(ulps(&ours, &case.f32s("response")), (0, 0), "{}", case.name());
    }
}

#[test]
fn the_response_has_the_bits_of_simpleitk() {
    for case in golden("log") {
        let image = case.image();
        let ours = laplacian_of_gaussian(&image, &image.geometry().full_box(), case.number("sigma"));
        if case.flag("skipped") {
            assert!(matches!(ours, Err(FilterError::Skipped(Skip::LogSigmaTooLarge { .. }))), "{}", case.name());
            continue;
        }
        let ours = ours.unwrap();
        assert_eq!(ulps(f32_values(&ours), &case.f32s("response")), (0, 0), "{}", case.name());
    }
}

#[test]
fn every_instruction_set_and_number_of_threads_gives_the_same_bits() {
    // Longer than the margin along each axis in turn, and of every remainder of lanes.
    for (size, sigma) in [([75, 19, 5], 1.0), ([9, 90, 41], 1.0), ([34, 7, 60], 1.2), ([48, 33, 11], 3.0)] {
        let image = image(11, size, [1.0, 1.0, 1.0], VoxelType::F32);
        for seed in 0..4 {
            let window = window(seed, size);
            let with = |i| windowed::laplacian(&image, &window, sigma, MARGIN, i);
            let expected = with(Instructions::Plain);
            for instructions in Instructions::available() {
                assert_eq!(with(instructions), expected, "{instructions:?} {size:?} {window:?}");
            }
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                assert_eq!(pool.install(|| with(Instructions::Plain)), expected);
            }
        }
    }
}

#[test]
fn a_flat_image_has_almost_no_response() {
    // The kernel's sum is 0 but for rounding in the coefficients.
    for (value, sigma) in [(1000i16, 1.0), (-321, 3.0), (7, 0.5)] {
        let grid = Geometry::new([20, 9, 12], [1.0, 0.7, 3.0], [0.0; 3], Geometry::IDENTITY).unwrap();
        let flat = Volume::new(grid.clone(), vec![value; 20 * 9 * 12]).unwrap();
        let response = laplacian_of_gaussian(&flat, &grid.full_box(), sigma).unwrap();
        let most = f32_values(&response).iter().fold(0f32, |m, v| m.max(v.abs()));
        assert!(most < 1e-10 * f32::from(value).abs(), "{most}");
    }
}

#[test]
fn what_pyradiomics_leaves_out_has_a_reason() {
    let reason = |size, sigma| skip_reason(image(1, size, [1.0, 1.0, 2.0], VoxelType::U8).geometry(), sigma);
    assert_eq!(reason([9, 9, 4], 3.0), None);
    assert_eq!(reason([9, 9, 3], 3.0), Some(Skip::LogImageTooSmall { size: vec![9, 9, 3] }));
    assert_eq!(reason([9, 9, 9], 8.0), None);
    assert!(reason([9, 9, 9], 8.1).unwrap().to_string().contains("[10.0, 10.0, 6.0]"));
    for sigma in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(reason([9, 9, 9], sigma), Some(Skip::LogSigmaNotPositive { .. })));
    }
}

/// Images with each side from 4 voxels to a few margins, and sigmas with which not all of them are left out.
fn cases() -> impl Strategy<Value = (Volume, f64, u64)> {
    let kinds = prop_oneof![Just(VoxelType::I16), Just(VoxelType::U8), Just(VoxelType::F32), Just(VoxelType::F64)];
    let size = [4usize..120, 4usize..24, 4usize..40];
    (any::<u64>(), size, [0.3..3.0f64, 0.3..3.0, 0.3..3.0], kinds, 0.3..3.0f64)
        .prop_map(|(seed, size, spacing, kind, sigma)| (image(seed, size, spacing, kind), sigma, seed))
        .prop_filter("left out", |(image, sigma, _)| skip_reason(image.geometry(), *sigma).is_none())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_fast_version_is_the_plain_one((image, sigma, _) in cases()) {
        let fast = laplacian_of_gaussian(&image, &image.geometry().full_box(), sigma).unwrap();
        prop_assert_eq!(ulps(f32_values(&fast), &plain::laplacian(&image, sigma)), (0, 0));
    }

    #[test]
    fn a_window_is_a_crop_of_the_whole((image, sigma, seed) in cases()) {
        let whole = laplacian_of_gaussian(&image, &image.geometry().full_box(), sigma).unwrap();
        let window = window(seed, image.geometry().size());
        let part = laplacian_of_gaussian(&image, &window, sigma).unwrap();
        let whole = whole.crop(&window).unwrap();
        prop_assert_eq!(part.geometry(), whole.geometry());
        // A rounding in between may fall the other way where a line is cut off at the margin: rarely, and by little.
        let differ = f32_values(&part).iter().zip(f32_values(&whole)).filter(|(a, b)| a != b).count();
        prop_assert!(differ <= 1 + window.voxel_count() / 1000, "{} of {}", differ, window.voxel_count());
        for (a, b) in f32_values(&part).iter().zip(f32_values(&whole)) {
            prop_assert!((a - b).abs() <= 1e-4, "{} {}", a, b);
        }
    }

    #[test]
    fn the_response_is_linear((image, sigma, seed) in cases()) {
        // Doubling is exact in floating point; a sum is not.
        let response = |values: Vec<f64>| {
            let volume = Volume::new(image.geometry().clone(), values).unwrap();
            laplacian_of_gaussian(&volume, &image.geometry().full_box(), sigma).unwrap()
        };
        let a = image.to_f64().into_owned();
        let other = super::super::testing::image(seed ^ 1, image.geometry().size(), [1.0; 3], VoxelType::F64);
        let b = other.to_f64().into_owned();
        let of_a = response(a.clone());
        let doubled = response(a.iter().map(|v| 2.0 * v).collect());
        let twice: Vec<f32> = f32_values(&of_a).iter().map(|v| 2.0 * v).collect();
        prop_assert_eq!(ulps(f32_values(&doubled), &twice), (0, 0));
        let of_b = response(b.clone());
        let of_sum = response(a.iter().zip(&b).map(|(a, b)| a + b).collect());
        let scale = f32_values(&of_a).iter().chain(f32_values(&of_b)).fold(0f32, |m, v| m.max(v.abs()));
        for ((s, a), b) in f32_values(&of_sum).iter().zip(f32_values(&of_a)).zip(f32_values(&of_b)) {
            prop_assert!((s - (a + b)).abs() <= 4e-6 * scale, "{} {} {} {}", s, a, b, scale);
        }
    }

    #[test]
    fn a_mirrored_image_has_the_mirrored_response((image, sigma, _) in cases()) {
        // Not to the bit: the causal and the anticausal recursion are different sums of the same kernel.
        let size = image.geometry().size();
        let whole = laplacian_of_gaussian(&image, &image.geometry().full_box(), sigma).unwrap();
        let scale = f32_values(&whole).iter().fold(0f32, |m, v| m.max(v.abs()));
        for axis in 0..3 {
            let mirror = |i: usize| {
                let mut at = [i % size[0], i / size[0] % size[1], i / size[0] / size[1]];
                at[axis] = size[axis] - 1 - at[axis];
                image.geometry().offset(at)
            };
            let values: Vec<f64> = (0..image.voxels().len()).map(|i| image.voxels().get(mirror(i))).collect();
            let mirrored = Volume::new(image.geometry().clone(), values).unwrap();
            let response = laplacian_of_gaussian(&mirrored, &image.geometry().full_box(), sigma).unwrap();
            for (i, v) in f32_values(&response).iter().enumerate() {
                let expected = f32_values(&whole)[mirror(i)];
                prop_assert!((v - expected).abs() <= 4e-6 * scale, "{} {} {}", v, expected, scale);
            }
        }
    }
}

#[test]
fn a_two_dimensional_image_has_two_axes() {
    let (grid, voxels) = image(2, [30, 14, 1], [1.0, 0.6, 1.0], VoxelType::I16).into_parts();
    let image = Volume::new(grid.into_2d().unwrap(), voxels).unwrap();
    let whole = plain::laplacian(&image, 1.5);
    let window = radsurv_image::IndexBox { start: [5, 3, 0], size: [9, 6, 1] };
    let part = laplacian_of_gaussian(&image, &window, 1.5).unwrap();
    let whole = Volume::new(image.geometry().clone(), Voxels::F32(whole)).unwrap();
    assert_eq!(part, whole.crop(&window).unwrap());
}
