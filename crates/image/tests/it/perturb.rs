//! Perturbations: against MIRP and SimpleITK, and properties.

use crate::support::{Draw, SPACINGS, SplitMix64, boxes, bytes, decode, golden, triple};
use proptest::prelude::*;
use radsurv_image::perturb::{
    ContourModel, ContourShift, ImageGrid, NoiseLevel, PerturbSettings, Perturbation, Step, Supervoxels, noise_sd,
};
use radsurv_image::resample::Interpolator;
use radsurv_image::{Error, Geometry, IndexBox, Mask, Region, Volume, Voxels};
use radsurv_testkit::phantom::Recipe;
use serde_json::Value;

const MOVED: ImageGrid = ImageGrid::Moved(Interpolator::BSpline);

/// Boxes of different values with noise in 1/16; reference/make_perturb.py makes the same.
fn image(rng: &mut SplitMix64, size: [usize; 3], blocks: u64) -> Vec<f64> {
    let count = size.iter().product();
    let mut values = vec![100.0; count];
    for _ in 0..blocks {
        let value = rng.between(0, 600) as f64;
        for (v, inside) in values.iter_mut().zip(boxes(rng, size)) {
            *v = if inside { value } else { *v };
        }
    }
    let spread = rng.between(1, 60) * 16;
    values.iter_mut().for_each(|v| *v += (0..4).map(|_| rng.below(spread) as f64).sum::<f64>() / 16.0);
    values
}

/// A mask that keeps away from the border.
fn core(rng: &mut SplitMix64, size: [usize; 3], border: u64) -> Vec<bool> {
    let low = size.map(|n| rng.between(border, n as u64 / 2 - 1) as usize);
    let high = size.map(|n| rng.between(n as u64 / 2, n as u64 - 1 - border) as usize);
    let mut mask = vec![false; size.iter().product()];
    let at = |[x, y, z]: [usize; 3]| (z * size[1] + y) * size[0] + x;
    let part = IndexBox { start: low, size: [0, 1, 2].map(|a| high[a] - low[a] + 1) };
    for index in part.indices() {
        mask[at(index)] = rng.below(8) != 0;
    }
    mask[at(size.map(|n| n / 2))] = true;
    mask
}

fn size3(rng: &mut SplitMix64, ranges: [(u64, u64); 3]) -> [usize; 3] {
    ranges.map(|(low, high)| rng.between(low, high) as usize)
}

fn cases<'a>(rows: &'a [Value], what: &'a str) -> impl Iterator<Item = (u64, &'a Value)> {
    rows.iter().filter(move |r| r["what"] == what).map(|r| (r["seed"].as_u64().unwrap(), r))
}

#[test]
fn noise_is_mirps() {
    let golden = golden("perturb");
    let mut count = 0;
    for (seed, case) in cases(&golden.rows, "noise") {
        let mut rng = SplitMix64::new(seed);
        let size = size3(&mut rng, [(2, 30), (2, 30), (1, 6)]);
        let blocks = rng.between(0, 3);
        let grid = Geometry::new(size, [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let volume = Volume::new(grid, image(&mut rng, size, blocks)).unwrap();
        // MIRP divides by a number with two digits swapped.
        let expected = case["mirp"].as_f64().unwrap() * 0.6754 / 0.6744897501960817;
        let found = noise_sd(&volume, &volume.geometry().full_box()).unwrap();
        assert!((found / expected - 1.0).abs() < 1e-12, "case {seed}: {found} against {expected}");
        count += 1;
    }
    assert_eq!(count, 60);
}

#[test]
fn rotation_and_translation_are_simpleitks() {
    let golden = golden("perturb");
    let (mut known, mut worst, mut inside, mut off, mut enlarged) = (0, 0.0f64, 0, 0, 0);
    for (seed, case) in cases(&golden.rows, "rigid") {
        let mut rng = SplitMix64::new(seed);
        let size = size3(&mut rng, [(11, 14), (11, 14), (7, 8)]);
        for _ in 0..6 {
            rng.next_u64(); // spacing, origin
        }
        if rng.chance(50) {
            while (0..4).map(|_| rng.between(0, 18) as i64 - 9).collect::<Vec<_>>() == [0; 4] {}
        }
        let values = image(&mut rng, size, 2);
        let mask = core(&mut rng, size, 2);
        let grid = crate::support::grid(case);
        assert_eq!(grid.size(), size);
        let volume = Volume::new(grid.clone(), values).unwrap();
        let region = Mask::from_bools(grid, &mask).unwrap().region(1).unwrap();
        let interpolator = Interpolator::from_name(case["interpolator"].as_str().unwrap()).unwrap();
        let perturbation = Perturbation::new(vec![
            Step::Rotate { degrees: case["degrees"].as_f64().unwrap() },
            Step::Translate { fraction: triple(&case["fraction"]) },
        ]);
        let found = perturbation.apply(&volume, &region, ImageGrid::Moved(interpolator)).unwrap();
        if found.image.geometry().size() != size {
            enlarged += 1; // a corner of the region would be outside
            continue;
        }
        let expected = decode("float64", &bytes(&case["values"]));
        let mask_of = |key: &str| bytes(&case[key]).iter().map(|&b| b > 0).collect::<Vec<bool>>();
        let scale = volume.to_f64().iter().fold(0.0f64, |m, v| m.max(v.abs()));
        for ((f, e), _) in found.image.to_f64().iter().zip(&expected).zip(mask_of("known")).filter(|(_, known)| *known)
        {
            worst = worst.max((f - e).abs() / scale);
            known += 1;
        }
        for (index, e) in found.region.geometry().full_box().indices().zip(mask_of("region")) {
            inside += usize::from(e);
            off += usize::from(found.region.contains(index) != e);
        }
    }
    println!("{known} voxels, worst {worst:e}; {inside} inside, {off} different");
    // The transform is composed in another order, which moves points by rounding.
    assert!(known > 15_000 && worst < 1e-11, "{known} {worst:e}");
    assert!(inside > 1_000 && off == 0 && enlarged < 4, "{inside} {off} {enlarged}");
}

#[test]
fn supervoxels_are_scikit_images() {
    let golden = golden("perturb");
    let (mut count, mut voxels, mut off, mut most) = (0, 0, 0, 0);
    for (seed, case) in cases(&golden.rows, "supervoxels") {
        let mut rng = SplitMix64::new(seed);
        let size = size3(&mut rng, [(8, 24), (8, 24), (2, 12)]);
        (0..3).for_each(|_| {
            rng.next_u64(); // spacing
        });
        let values = image(&mut rng, size, 4);
        let mask = core(&mut rng, size, 0);
        let grid = Geometry::new(size, triple(&case["spacing"]), [0.0; 3], Geometry::IDENTITY).unwrap();
        let volume = Volume::new(grid.clone(), values).unwrap();
        let region = Mask::from_bools(grid.clone(), &mask).unwrap().region(1).unwrap();
        if region.bounds().size[2] == 1 {
            continue; // divided within the slice here
        }
        let found = Supervoxels::around(&volume, &region).unwrap();
        assert_eq!(*found.part(), grid.full_box());
        // MIRP counts from 2.
        let expected: Vec<u32> =
            bytes(&case["labels"]).chunks_exact(2).map(|b| u32::from(u16::from_le_bytes([b[0], b[1]])) - 1).collect();
        off += found.labels().iter().zip(&expected).filter(|(f, e)| f != e).count();
        most = most.max(*expected.iter().max().unwrap());
        voxels += expected.len();
        count += 1;
    }
    println!("{count} images, {voxels} voxels, up to {most} supervoxels, {off} voxels different");
    assert!(count >= 30 && voxels > 40_000 && most > 40);
    assert_eq!(off, 0);
}

/// A phantom of a tumour in thick slices.
fn phantom(seed: u64) -> (Volume, Region) {
    let recipe = Recipe::small(seed);
    let made = recipe.make();
    let grid = Geometry::new(made.size, made.spacing, [3.0, -7.0, 40.0], Geometry::IDENTITY).unwrap();
    let mask = Mask::new(Volume::new(grid.clone(), made.labels.clone()).unwrap()).unwrap();
    (Volume::new(grid, made.rounded()).unwrap(), mask.region(1).unwrap())
}

fn dice(a: &Region, b: &Region) -> f64 {
    let common = a.bounds().union(b.bounds()).indices().filter(|&i| a.contains(i) && b.contains(i)).count();
    2.0 * common as f64 / (a.voxel_count() + b.voxel_count()) as f64
}

#[test]
fn nothing_changes_nothing() {
    let (image, region) = phantom(1);
    let steps = vec![
        Step::Noise { sd: Some(0.0), seed: 1 },
        Step::Rotate { degrees: 0.0 },
        Step::Translate { fraction: [0.0; 3] },
        Step::Volume { fraction: 0.0, seed: 1 },
        Step::Surface { mm: 0.0, keep: 1.0 },
        Step::Contour { shift: ContourShift { sd_mm: 0.0, correlation_mm: 5.0 }, seed: 1 },
    ];
    for perturbation in [Perturbation::new(steps), PerturbSettings::none().perturbation("P", 0)] {
        for grid in [MOVED, ImageGrid::Kept] {
            let found = perturbation.apply(&image, &region, grid).unwrap();
            assert_eq!((&*found.image, &found.region), (&image, &region));
        }
    }
}

#[test]
fn there_and_back() {
    let (image, region) = phantom(2);
    let turn = |degrees: f64| Perturbation::new(vec![Step::Rotate { degrees }]);
    let there = turn(20.0).apply(&image, &region, MOVED).unwrap();
    // The centre has to be the same: it is, but for half a voxel of the turned mask.
    let back = turn(-20.0).apply(&there.image, &there.region, MOVED).unwrap();
    let (a, b) = (image.geometry(), back.image.geometry());
    for r in 0..3 {
        for c in 0..3 {
            assert!((a.direction()[r][c] - b.direction()[r][c]).abs() < 1e-12);
        }
    }
    // Steps that follow each other are one interpolation: there and back is nothing.
    let both = Perturbation::new(vec![Step::Rotate { degrees: 20.0 }, Step::Rotate { degrees: -20.0 }]);
    let found = both.apply(&image, &region, MOVED).unwrap();
    assert_eq!(found.image.voxels(), image.voxels());
    assert_eq!(found.region.inside(), region.inside());
    // Turned by two interpolations, the tumour is where it was: compare in the patient.
    let again = radsurv_image::resample::resample_region(&back.region, a).unwrap();
    assert!(dice(&again, &region) > 0.95, "{}", dice(&again, &region));
    let volume = there.region.voxel_count() as f64 / region.voxel_count() as f64;
    assert!((volume - 1.0).abs() < 0.02, "{volume}");
    assert!(dice(&there.region, &region) < 1.0);
}

#[test]
fn a_full_turn_by_quarters_is_exact_on_square_pixels() {
    let grid = Geometry::new([9, 9, 2], [0.5, 0.5, 3.0], [0.0; 3], Geometry::IDENTITY).unwrap();
    let values: Vec<i32> = (0..162).map(|i| i * i % 97).collect();
    let image = Volume::new(grid.clone(), values).unwrap();
    let part = IndexBox { start: [3, 3, 0], size: [3, 3, 2] };
    let region = Region::new(grid, 1, part, &[true; 18]).unwrap();
    let quarter = Perturbation::new(vec![Step::Rotate { degrees: 90.0 }]);
    let found = quarter.apply(&image, &region, ImageGrid::Moved(Interpolator::Linear)).unwrap();
    // From x towards y: what was at (x, y) is at (8 - y, x).
    for z in 0..2 {
        for y in 0..9 {
            for x in 0..9 {
                assert_eq!(found.image.get([8 - y, x, z]), image.get([x, y, z]));
            }
        }
    }
    assert_eq!(*found.region.bounds(), part);
}

#[test]
fn a_linear_ramp_moves_exactly() {
    let grid = Geometry::new([12, 10, 8], [1.0, 2.0, 4.0], [0.0; 3], Geometry::IDENTITY).unwrap();
    let ramp = |[x, y, z]: [f64; 3]| 5.0 + 2.0 * x - 3.0 * y + 0.5 * z;
    let values: Vec<f64> = grid.full_box().indices().map(|i| ramp(i.map(|v| v as f64))).collect();
    let image = Volume::new(grid.clone(), values).unwrap();
    let part = IndexBox { start: [3, 3, 2], size: [5, 4, 4] };
    let region = Region::new(grid, 1, part, &[true; 80]).unwrap();
    let fraction = [0.25, -0.375, 0.5];
    let found = Perturbation::new(vec![Step::Translate { fraction }])
        .apply(&image, &region, ImageGrid::Moved(Interpolator::Linear))
        .unwrap();
    for index in part.indices() {
        let expected = ramp([0, 1, 2].map(|a| index[a] as f64 + fraction[a]));
        assert!((found.image.get(index) - expected).abs() < 1e-12);
    }
    assert_eq!(found.image.geometry().origin_mm(), [0.25, -0.75, 2.0]);
    // By a whole voxel the region is the same set of points in the patient.
    let whole = Perturbation::new(vec![Step::Translate { fraction: [1.0, 0.0, 0.0] }]);
    let moved = whole.apply(&image, &region, ImageGrid::Kept).unwrap();
    assert_eq!(moved.region.bounds().start, [2, 3, 2]);
    assert_eq!(*moved.image, image);
}

#[test]
fn a_region_at_the_border_is_kept_whole() {
    let grid = Geometry::new([20, 20, 3], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    let image = Volume::new(grid.clone(), (0..1200).map(|i| (i % 20) as f32).collect::<Vec<_>>()).unwrap();
    let part = IndexBox { start: [0, 0, 0], size: [20, 6, 3] };
    let region = Region::new(grid, 1, part, &[true; 360]).unwrap();
    let turned = Perturbation::new(vec![Step::Rotate { degrees: 30.0 }]).apply(&image, &region, MOVED).unwrap();
    assert!(turned.region.voxel_count() > 345, "{}", turned.region.voxel_count());
    assert!(turned.image.geometry().size()[0] >= 20 && turned.image.geometry().size()[1] > 20);
    // The border goes on, so there is no 0 in the region.
    let values = turned.image.to_f64();
    let all = turned.region.geometry().full_box();
    let sum: f64 = all.indices().zip(values.iter()).filter(|(i, _)| turned.region.contains(*i)).map(|(_, v)| v).sum();
    let mean = sum / turned.region.voxel_count() as f64;
    assert!((mean - 9.5).abs() < 0.2, "{mean}");
}

#[test]
fn one_slice_and_two_dimensions_stay_in_their_plane() {
    let plane = Geometry::new([20, 20, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    let deep = Geometry::new([20, 20, 5], [1.0, 1.0, 6.0], [0.0; 3], Geometry::IDENTITY).unwrap();
    let inside: Vec<bool> = (0..400).map(|i| (6..14).contains(&(i % 20)) && (5..15).contains(&(i / 20))).collect();
    let all = PerturbSettings { translation: [0.4, 0.5], least_volume: 0.0, ..PerturbSettings::default() };
    for contour in [all.contour, ContourModel::Supervoxels] {
        let settings = PerturbSettings { contour, ..all.clone() };
        for two in [false, true] {
            let plane = if two { plane.clone().into_2d().unwrap() } else { plane.clone() };
            let image = Volume::new(plane.clone(), (0..400).map(|i| (i * 7 % 50) as i16).collect::<Vec<_>>()).unwrap();
            let region = Region::new(plane.clone(), 1, plane.full_box(), &inside).unwrap();
            for k in 0..5 {
                let found = settings.perturbation("P", k).apply(&image, &region, MOVED).unwrap();
                assert_eq!(found.image.geometry().dimension(), if two { 2 } else { 3 });
                assert!(found.region.voxel_count() > 10);
            }
        }
        let image = Volume::new(deep.clone(), (0..2000).map(|i| (i * 7 % 50) as i16).collect::<Vec<_>>()).unwrap();
        let part = IndexBox { start: [0, 0, 2], size: [20, 20, 1] };
        let region = Region::new(deep.clone(), 1, part, &inside).unwrap();
        for k in 0..5 {
            let found = settings.perturbation("P", k).apply(&image, &region, MOVED).unwrap();
            assert_eq!((found.region.bounds().start[2], found.region.bounds().size[2]), (2, 1));
        }
    }
}

#[test]
fn types_are_kept_and_noise_is_added_before_interpolation() {
    let (image, region) = phantom(3);
    let steps = vec![Step::Noise { sd: None, seed: 9 }, Step::Rotate { degrees: 4.0 }];
    let perturbation = Perturbation::new(steps);
    assert!(perturbation.estimates_noise());
    let found = perturbation.apply(&image, &region, MOVED).unwrap();
    assert!(matches!(found.image.voxels(), Voxels::I16(_)));
    let sd = noise_sd(&image, &image.geometry().full_box()).unwrap();
    assert!(sd > 0.0);
    let known = perturbation.clone().with_noise_sd(sd);
    assert!(!known.estimates_noise());
    assert_eq!(known.apply(&image, &region, MOVED).unwrap(), found);
    // The same on real numbers, but for the rounding at the end.
    let real =
        Volume::new(image.geometry().clone(), image.to_f64().iter().map(|&v| v as f32).collect::<Vec<_>>()).unwrap();
    let other = perturbation.apply(&real, &region, MOVED).unwrap();
    for (a, b) in found.image.to_f64().iter().zip(other.image.to_f64().iter()) {
        assert_eq!(*a, b.round());
    }
    assert_eq!(other.region, found.region);
}

#[test]
fn a_kept_image_goes_with_the_same_region() {
    let (image, region) = phantom(4);
    for contour in [PerturbSettings::default().contour, ContourModel::Supervoxels] {
        let settings = PerturbSettings { contour, noise: NoiseLevel::None, ..PerturbSettings::default() };
        let perturbation = settings.perturbation("P", 1);
        let kept = perturbation.apply(&image, &region, ImageGrid::Kept).unwrap();
        assert!(matches!(kept.image, std::borrow::Cow::Borrowed(_)));
        let moved = perturbation.apply(&image, &region, MOVED).unwrap();
        if contour == ContourModel::Supervoxels {
            // Interpolated linearly in place of the spline: other numbers of supervoxels, so other draws.
            assert!(dice(&kept.region, &moved.region) > 0.6);
        } else {
            assert_eq!(kept.region, moved.region);
        }
    }
}

#[test]
fn threads_and_order_change_nothing() {
    let (image, region) = phantom(5);
    for contour in [PerturbSettings::default().contour, ContourModel::Supervoxels] {
        let settings = PerturbSettings { contour, ..PerturbSettings::default() };
        let run = |threads: usize, k: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| settings.perturbation("P", k).apply(&image, &region, MOVED)).unwrap();
            (found.image.into_owned(), found.region)
        };
        let first = [run(1, 0), run(1, 1)];
        assert_eq!([run(3, 1), run(3, 0)], [first[1].clone(), first[0].clone()]);
        assert_ne!(first[0], first[1]);
    }
}

#[test]
fn the_least_volume_is_kept() {
    let (image, region) = phantom(6);
    let shrink = |fraction| vec![Step::Volume { fraction, seed: 1 }];
    let strict = Perturbation { steps: shrink(-0.3), least_volume: 0.8 };
    let error = strict.apply(&image, &region, ImageGrid::Kept).unwrap_err();
    assert!(matches!(error, Error::Perturbation { step: "volume", .. }));
    assert!(error.to_string().contains("70 %") && error.to_string().contains("80 %"), "{error}");
    assert!(Perturbation { steps: shrink(-0.3), least_volume: 0.7 }.apply(&image, &region, ImageGrid::Kept).is_ok());
    let elsewhere = Geometry::new([4, 4, 4], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    let other = Volume::new(elsewhere, vec![0u8; 64]).unwrap();
    assert!(matches!(strict.apply(&other, &region, ImageGrid::Kept), Err(Error::Mismatch(_))));
}

/// These do not change from version to version or machine to machine.
#[test]
fn results_are_repeatable_to_the_bit() {
    let (image, region) = phantom(7);
    let settings = PerturbSettings::default();
    let hash = |perturbation: Perturbation| {
        let found = perturbation.apply(&image, &region, ImageGrid::Moved(Interpolator::Linear)).unwrap();
        let mut hash = 0u64;
        let mut add = |v: u64| hash = (hash ^ v).wrapping_mul(0x0100_0000_01b3).rotate_left(17);
        found.image.to_f64().iter().for_each(|v| add(v.to_bits()));
        found.region.bounds().indices().zip(found.region.inside()).for_each(|(i, &b)| {
            if b {
                add(found.region.geometry().offset(i) as u64);
            }
        });
        (found.region.voxel_count(), hash)
    };
    let shift = hash(settings.perturbation("case_001", 0));
    let supervoxels = PerturbSettings { contour: ContourModel::Supervoxels, ..settings };
    let found = [shift, hash(supervoxels.perturbation("case_001", 0))];
    assert_eq!(found, [(695, 3_789_903_901_578_896_604), (680, 2_881_093_519_871_508_835)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Whatever is asked for of whatever image: a result or an error, and a region that fits its image.
    #[test]
    fn nothing_panics(
        seed in any::<u64>(),
        size in [1usize..14, 1usize..14, 1usize..7],
        spacing in [0usize..9, 0usize..9, 0usize..9],
        kind in 0u8..5,
        turn in -180.0f64..180.0,
        fraction in [-1.0f64..1.0, -1.0f64..1.0, -1.0f64..1.0],
        volume in -0.99f64..3.0,
        mm in -9.0f64..9.0,
        sd_mm in 0.0f64..6.0,
        correlation_mm in 0.3f64..50.0,
        noise in prop::option::of(0.0f64..1e4),
        kept in any::<bool>(),
        least in 0.0f64..1.0,
    ) {
        let mut rng = SplitMix64::new(seed);
        let grid = Geometry::new(size, spacing.map(|s| SPACINGS[s]), [-20.0, 5.0, 1000.0], Geometry::IDENTITY).unwrap();
        let grid = if size[2] == 1 && rng.chance(50) { grid.into_2d().unwrap() } else { grid };
        let n = grid.voxel_count();
        let values: Vec<f64> = (0..n).map(|_| rng.below(5000) as f64 - 100.0).collect();
        let voxels: Voxels = match kind {
            0 => values.into(),
            1 => values.iter().map(|&v| v as f32).collect::<Vec<_>>().into(),
            2 => values.iter().map(|&v| v as i16).collect::<Vec<_>>().into(),
            3 => values.iter().map(|&v| v as u8).collect::<Vec<_>>().into(),
            _ => vec![7i32; n].into(),
        };
        let image = Volume::new(grid.clone(), voxels).unwrap();
        let mut inside: Vec<bool> = (0..n).map(|_| rng.chance(60)).collect();
        inside[rng.below(n as u64) as usize] = true;
        let region = Region::new(grid.clone(), 2, grid.full_box(), &inside).unwrap();
        let mut steps = vec![
            Step::Noise { sd: noise, seed },
            Step::Rotate { degrees: turn },
            Step::Translate { fraction },
            Step::Volume { fraction: volume, seed },
            Step::Surface { mm, keep: least },
            Step::Contour { shift: ContourShift { sd_mm, correlation_mm }, seed },
            Step::Supervoxels { seed },
        ];
        // Any order, some left out.
        for i in 0..steps.len() {
            steps.swap(i, rng.below(7) as usize);
        }
        steps.truncate(1 + rng.below(7) as usize);
        let perturbation = Perturbation { steps, least_volume: least };
        let how = if kept { ImageGrid::Kept } else { MOVED };
        if let Ok(found) = perturbation.apply(&image, &region, how) {
            prop_assert_eq!(found.image.voxel_type(), image.voxel_type());
            prop_assert!(found.region.voxel_count() as f64 >= least * region.voxel_count() as f64);
            prop_assert_eq!(found.region.label(), 2);
            if !kept {
                prop_assert!(found.image.geometry().check_same(found.region.geometry(), 1e-9).is_ok());
            }
            let again = perturbation.apply(&image, &region, how).unwrap();
            prop_assert_eq!(&*again.image, &*found.image);
            prop_assert_eq!(again.region, found.region);
        }
    }
}
