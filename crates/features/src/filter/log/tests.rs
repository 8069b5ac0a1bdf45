use radsurv_image::VoxelType;

use super::super::FilterError;
use super::super::testing::{f32_values, golden, image, ulps, window};
use super::*;

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
fn a_window_is_a_crop_of_the_whole() {
    let image = image(5, [20, 9, 12], [1.0, 2.0, 1.5], VoxelType::I16);
    let whole = laplacian_of_gaussian(&image, &image.geometry().full_box(), 2.0).unwrap();
    for seed in 0..20 {
        let window = window(seed, image.geometry().size());
        assert_eq!(laplacian_of_gaussian(&image, &window, 2.0).unwrap(), whole.crop(&window).unwrap());
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
