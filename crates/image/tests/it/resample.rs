//! Resampling against SimpleITK, and the grids and regions of PyRadiomics' resampleImage.

use std::collections::BTreeMap;

use crate::support::{SPACINGS, SplitMix64, boxes, bytes, decode, golden, grid, plane, values};
use proptest::prelude::*;
use radsurv_image::resample::{Interpolator, resample, resample_mask, resample_roi};
use radsurv_image::{Geometry, Mask, Volume};

/// What the golden cases of an interpolator showed.
#[derive(Debug, Default)]
struct Tally {
    inside: usize,
    integers: usize,
    integers_off: usize,
    worst_float: f64,
}

#[test]
fn golden_values() {
    let golden = golden("resample");
    let cases = &golden.rows;
    assert!(cases.len() >= 520);
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for case in cases {
        let seed = case["seed"].as_u64().unwrap();
        let mut rng = SplitMix64::new(seed);
        let name = case["interpolator"].as_str().unwrap();
        let kind = case["type"].as_str().unwrap();
        // The generator's draws up to the values.
        rng.next_u64();
        for _ in 0..3 {
            rng.next_u64();
        }
        if rng.below(4) == 0 {
            rng.next_u64();
        }
        for _ in 0..6 {
            rng.next_u64();
        }
        let from = grid(&case["image"]);
        let voxels = values(&mut rng, kind, from.voxel_count(), name.contains("Label"));
        let image = Volume::new(from, voxels).unwrap();
        let target = grid(&case["target"]);
        let found = resample(&image, &target, Interpolator::from_name(name).unwrap()).unwrap();
        assert_eq!(found.voxel_type(), image.voxel_type());
        let expected = decode(kind, &bytes(&case["values"]));
        let tally = tallies.entry(name).or_default();
        let scale = image.to_f64().iter().fold(0.0f64, |m, v| m.max(v.abs()));
        let to_the_bit = ["Nearest", "Linear", "Label"].iter().any(|n| name.contains(n));
        for (i, (&f, &e)) in found.to_f64().iter().zip(&expected).enumerate() {
            let what = || format!("case {seed}, {name}, {kind}, style {}, voxel {i}: {f} against {e}", case["style"]);
            tally.inside += usize::from(e != 0.0);
            if to_the_bit {
                assert_eq!(f.to_bits(), e.to_bits(), "{}", what());
            } else if kind.starts_with("float") {
                let off = (f - e).abs() / scale;
                tally.worst_float = tally.worst_float.max(off);
                let tolerance = if kind == "float32" { 1.2e-7 } else { 1e-12 };
                assert!(off <= tolerance, "{} ({off:e})", what());
            } else {
                tally.integers += 1;
                tally.integers_off += usize::from(f != e);
                assert!((f - e).abs() <= 1.0, "{}", what());
            }
        }
    }
    for (name, tally) in &tallies {
        println!("{name:<28} {tally:?}");
        assert!(tally.inside > 300, "{name}: {} voxels", tally.inside);
        // Integers are exact: only they would show a wrong order of additions.
        assert_eq!(tally.integers_off, 0, "{name}");
    }
    assert_eq!(tallies.len(), Interpolator::ALL.len());
}

/// Images of two dimensions; their voxels are drawn first.
#[test]
fn golden_values_of_2d_images() {
    let golden = golden("resample_2d");
    assert!(golden.rows.len() >= 200);
    let (mut inside, mut worst) = (0, 0.0f64);
    for case in &golden.rows {
        let seed = case["seed"].as_u64().unwrap();
        let name = case["interpolator"].as_str().unwrap();
        let kind = case["type"].as_str().unwrap();
        let from = plane(&case["image"]);
        let voxels = values(&mut SplitMix64::new(seed), kind, from.voxel_count(), name.contains("Label"));
        let image = Volume::new(from, voxels).unwrap();
        let found = resample(&image, &plane(&case["target"]), Interpolator::from_name(name).unwrap()).unwrap();
        assert_eq!(found.geometry().dimension(), 2);
        let scale = image.to_f64().iter().fold(0.0f64, |m, v| m.max(v.abs()));
        let expected = decode(kind, &bytes(&case["values"]));
        assert_eq!(expected.len(), found.geometry().voxel_count());
        for (i, (&f, &e)) in found.to_f64().iter().zip(&expected).enumerate() {
            inside += usize::from(e != 0.0);
            let off = (f - e).abs() / scale;
            let tolerance = match kind {
                "float64" => 1e-12,
                "float32" => 1.2e-7,
                _ => 0.0,
            };
            assert!(off <= tolerance, "case {seed}, {name}, {kind}, pixel {i}: {f} against {e}");
            worst = worst.max(off);
        }
    }
    println!("{inside} pixels inside, largest relative difference {worst:.1e}");
    assert!(inside > 5000);
}

#[test]
fn golden_roi_grids() {
    let golden = golden("roi_grid");
    let cases = &golden.rows;
    assert!(cases.len() >= 100);
    let (mut crops, mut errors, mut vanished) = (0, 0, 0);
    for case in cases {
        let seed = case["seed"].as_u64().unwrap();
        let mut rng = SplitMix64::new(seed);
        let mask_grid = grid(&case["mask"]);
        let size = mask_grid.size();
        for _ in 0..9 {
            rng.next_u64();
        }
        let mut inside = boxes(&mut rng, size);
        inside[0] = true;
        if rng.below(3) == 0 {
            inside[size[0] * size[1]..].fill(false);
        }
        let region = Mask::from_bools(mask_grid.clone(), &inside).unwrap().region(1).unwrap();
        // The image's values do not matter for the grid; a ramp shows where they come from.
        let image_grid = grid(&case["image"]);
        let ramp: Vec<i16> = (0..image_grid.voxel_count()).map(|i| i as i16).collect();
        let image = Volume::new(image_grid, ramp).unwrap();
        let spacing: Vec<f64> = case["spacing"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        let pad = case["pad"].as_u64().unwrap() as usize;
        let found = resample_roi(&image, &region, &spacing, Interpolator::NearestNeighbor, pad);
        if case["error"] == true {
            errors += 1;
            let text = found.unwrap_err().to_string();
            assert!(text.contains("Bounding box of ROI is larger than image space"), "case {seed}: {text}");
            continue;
        }
        let mask = bytes(&case["region"]);
        if !mask.contains(&1) {
            vanished += 1;
            assert!(found.unwrap_err().to_string().contains("vanishes"), "case {seed}");
            continue;
        }
        let found = found.unwrap();
        let expected = grid(&case["target"]);
        assert_eq!(found.image.geometry(), &expected, "case {seed}: {case}");
        assert_eq!(found.region.geometry(), &expected, "case {seed}");
        crops += usize::from(expected.spacing_mm() == image.geometry().spacing_mm());
        let found_mask: Vec<u8> =
            found.region.to_mask().unwrap().as_volume().to_f64().iter().map(|&v| v as u8).collect();
        assert_eq!(found_mask, mask, "case {seed}");
        let sources = decode("int16", &bytes(&case["sources"]));
        assert_eq!(found.image.to_f64().as_ref(), sources, "case {seed}");
    }
    assert!(crops >= 15 && errors >= 5, "{crops} crops, {errors} errors, {vanished} vanished");
}

fn noise(rng: &mut SplitMix64, count: usize) -> Vec<f64> {
    (0..count).map(|_| rng.below(1 << 20) as f64 / 1024.0 - 400.0).collect()
}

/// The cosine and sine of an angle in tenths of degrees, as a rotation about z.
fn turned(tenths: u32) -> [[f64; 3]; 3] {
    let (sine, cosine) = (f64::from(tenths) * std::f64::consts::PI / 1800.0).sin_cos();
    [[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]]
}

proptest! {
    #[test]
    fn the_same_grid_gives_the_same_image(
        seed: u64,
        size in [1usize..9, 1..9, 1..9],
        spacing in [0usize..9, 0..9, 0..9],
        tenths in 0u32..3600,
    ) {
        let geometry = Geometry::new(size, spacing.map(|i| SPACINGS[i]), [-30.0, 4.0, 11.0], turned(tenths)).unwrap();
        let values = noise(&mut SplitMix64::new(seed), geometry.voxel_count());
        let image = Volume::new(geometry.clone(), values.clone()).unwrap();
        for &interpolator in Interpolator::ALL {
            let name = interpolator.name();
            if name.contains("Resampler") || name.contains("Gaussian") {
                continue; // these smooth, or find an equal value nearby
            }
            let found = resample(&image, &geometry, interpolator).unwrap();
            for (f, v) in found.to_f64().iter().zip(&values) {
                prop_assert!((f - v).abs() <= 1e-9 * 400.0, "{name}: {f} against {v}");
            }
        }
        let mask = Mask::new(Volume::new(geometry.clone(), values.iter().map(|v| *v as i64 as u8).collect::<Vec<u8>>())
            .unwrap()).unwrap();
        prop_assert_eq!(&resample_mask(&mask, &geometry).unwrap(), &mask);
    }

    #[test]
    fn a_constant_stays_constant(
        size in [1usize..9, 1..9, 1..9],
        new_size in [1usize..9, 1..9, 1..9],
        tenths in 0u32..3600,
        value in -1000.0f64..1000.0,
    ) {
        let from = Geometry::new(size, [1.0, 2.0, 3.0], [0.0; 3], turned(tenths)).unwrap();
        let spacing = [0, 1, 2].map(|a| from.spacing_mm()[a] * (size[a] as f64 - 0.6) / new_size[a] as f64);
        let to = Geometry::new(new_size, spacing, [0.0; 3], turned(tenths)).unwrap();
        let image = Volume::new(from.clone(), vec![value; from.voxel_count()]).unwrap();
        for &interpolator in Interpolator::ALL {
            if interpolator.name().contains("Sinc") {
                continue; // its weights do not add up to 1
            }
            for f in resample(&image, &to, interpolator).unwrap().to_f64().iter() {
                // ITK starts the recursive filter with a sum that it cuts off at 1e-10.
                prop_assert!((f - value).abs() <= 3e-10 * value.abs(), "{}: {f}", interpolator.name());
            }
        }
    }

    #[test]
    fn splines_reproduce_what_they_are_made_of(
        size in [10usize..14, 10..14, 10..14],
        shift in [0.0f64..1.0, 0.0..1.0, 0.0..1.0],
        slope in [-5.0f64..5.0, -5.0..5.0, -5.0..5.0],
    ) {
        // A ramp away from the borders, where the mirrored image has a kink; the linear one everywhere.
        let from = Geometry::new(size, [1.0, 2.0, 3.0], [0.0; 3], Geometry::IDENTITY).unwrap();
        let ramp = |p: [f64; 3]| (0..3).map(|a| p[a] * slope[a]).sum::<f64>();
        let at = |g: &Geometry, i: usize| {
            let [nx, ny, _] = g.size();
            g.index_to_point([(i % nx) as f64, (i / nx % ny) as f64, (i / nx / ny) as f64])
        };
        let values: Vec<f64> = (0..from.voxel_count()).map(|i| ramp(at(&from, i))).collect();
        let image = Volume::new(from.clone(), values).unwrap();
        let origin = from.index_to_point(shift.map(|s| s + 4.0));
        let to = Geometry::new([2, 2, 2], [0.5, 0.7, 1.1], origin, Geometry::IDENTITY).unwrap();
        for (name, tolerance) in [("sitkLinear", 1e-10), ("sitkBSpline1", 1e-10), ("sitkBSplineResampler", 1e-10),
            ("sitkBSpline2", 0.5), ("sitkBSpline", 0.5)] {
            let found = resample(&image, &to, Interpolator::from_name(name).unwrap()).unwrap();
            for (i, f) in found.to_f64().iter().enumerate() {
                let expected = ramp(at(&to, i));
                prop_assert!((f - expected).abs() <= tolerance, "{name}: {f} against {expected}");
            }
        }
    }

    #[test]
    fn a_part_of_a_large_image_is_enough(seed: u64, start in [0usize..150, 0..4, 0..4], order in 0usize..4) {
        // The decomposition starts in a margin around the target: the same bits as from the border of the image, and so
        // the same truncated integers.
        let from = Geometry::new([260, 5, 4], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let mut rng = SplitMix64::new(seed);
        let values: Vec<f64> = noise(&mut rng, from.voxel_count()).iter().map(|v| v.trunc()).collect();
        let name = ["sitkBSpline2", "sitkBSpline", "sitkBSpline4", "sitkBSpline5"][order];
        let interpolator = Interpolator::from_name(name).unwrap();
        let image = Volume::new(from, values).unwrap();
        let whole = Geometry::new([520, 1, 1], [0.5; 3], [0.0, start[1] as f64, start[2] as f64], Geometry::IDENTITY);
        let whole = resample(&image, &whole.unwrap(), interpolator).unwrap();
        let origin = start.map(|s| s as f64);
        let part = Geometry::new([20, 1, 1], [0.5; 3], origin, Geometry::IDENTITY).unwrap();
        let part = resample(&image, &part, interpolator).unwrap();
        let expected = whole.to_f64()[2 * start[0]..][..20].to_vec();
        prop_assert_eq!(part.to_f64().to_vec(), expected);
    }
}

#[test]
fn voxels_outside_are_0_and_bad_voxels_are_refused() {
    let from = Geometry::new([4, 4, 4], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    let far = Geometry::new([3, 2, 2], [1.0; 3], [100.0, 0.0, 0.0], Geometry::IDENTITY).unwrap();
    let mut values = vec![5.0f32; 64];
    for &interpolator in Interpolator::ALL {
        let image = Volume::new(from.clone(), values.clone()).unwrap();
        assert_eq!(resample(&image, &far, interpolator).unwrap().voxels(), &vec![0.0f32; 12].into());
    }
    values[21] = f32::NAN;
    let image = Volume::new(from.clone(), values).unwrap();
    let text = resample(&image, &from, Interpolator::BSpline).unwrap_err().to_string();
    assert!(text.contains("NaN") && text.contains("[1, 1, 1]"), "{text}");
    assert!(resample(&image, &from, Interpolator::NearestNeighbor).is_ok());
}

#[test]
fn two_dimensions_are_not_three() {
    let flat = Geometry::new([6, 5, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    let image = Volume::new(flat.clone().into_2d().unwrap(), (0..30).map(f64::from).collect::<Vec<_>>()).unwrap();
    assert!(resample(&image, &flat, Interpolator::Linear).unwrap_err().to_string().contains("2-D"));
    let same = resample(&image, &flat.into_2d().unwrap(), Interpolator::BSpline).unwrap();
    for (f, v) in same.to_f64().iter().zip(image.to_f64().iter()) {
        assert!((f - v).abs() < 1e-12);
    }
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let mut rng = SplitMix64::new(7);
    let from = Geometry::new([40, 30, 20], [0.7, 0.7, 3.0], [5.0, -20.0, 3.0], turned(123)).unwrap();
    let values = noise(&mut rng, from.voxel_count());
    let region = Mask::from_bools(from.clone(), &boxes(&mut rng, from.size())).unwrap().region(1).unwrap();
    let image = Volume::new(from, values.iter().map(|&v| v as f32).collect::<Vec<f32>>()).unwrap();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let spline = resample_roi(&image, &region, &[1.0, 1.1, 1.2], Interpolator::BSpline, 3).unwrap();
            let linear = resample_roi(&image, &region, &[1.0, 1.1, 1.2], Interpolator::Linear, 3).unwrap();
            let ring = radsurv_image::morphology::ring(&region, 6.5).unwrap();
            let normal = radsurv_image::intensity::normalize(&image, Some(3.0), 100.0).unwrap();
            (spline, linear, ring, normal)
        })
    };
    let one = run(1);
    for threads in [2, 3, 8] {
        assert!(run(threads) == one, "{threads} threads");
    }
}
