//! Operations on regions against SimpleITK, and what must hold of any region.

use crate::support::{Draw, SPACINGS, SplitMix64, boxes, golden, sha1};
use proptest::prelude::*;
use radsurv_image::morphology::{
    BodyMask, Connectivity, Holes, IntensityRange, RingSettings, component_count, components, dilate, erode,
    fill_holes, peritumoural_ring, ring,
};
use radsurv_image::{Error, Geometry, IntensityStatistics, Mask, Region, RegionStatistics, Result, Volume};
use serde_json::Value;

const WIDTHS: [f64; 8] = [0.5, 1.0, 2.0, 2.5, 3.3, 5.0, 7.0, 10.0];
const GAPS: [f64; 5] = [0.0, 0.7, 1.0, 2.0, 3.0];
const PERCENTILES: [f64; 9] = [0.0, 1.0, 5.0, 25.0, 50.0, 62.5, 90.0, 99.0, 100.0];
const CONNECTIVITIES: [Connectivity; 3] = [Connectivity::Faces, Connectivity::Edges, Connectivity::Corners];

fn region(grid: &Geometry, inside: &[bool]) -> Region {
    Mask::from_bools(grid.clone(), inside).unwrap().region(1).unwrap()
}

/// The region as bytes 0 and 1 over the whole image.
fn bytes(region: &Region) -> Vec<u8> {
    region.geometry().full_box().indices().map(|at| u8::from(region.contains(at))).collect()
}

/// Compares a region, or that there is none, with a number of voxels and a digest.
fn check(found: Result<Region>, expected: &Value, what: &str) {
    let voxels = expected[0].as_u64().unwrap();
    match found {
        Ok(found) => {
            assert_eq!(found.voxel_count() as u64, voxels, "{what}");
            assert_eq!(sha1(bytes(&found)), expected[1].as_str().unwrap(), "{what}");
        }
        Err(e) => assert!(matches!(e, Error::EmptyRegion(_)) && voxels == 0, "{what}: {e}"),
    }
}

fn close(found: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{what}: {found} against {expected}");
}

#[test]
fn golden_regions() {
    let golden = golden("morphology");
    assert!(golden.rows.len() >= 80);
    for case in &golden.rows {
        let seed = case["seed"].as_u64().unwrap();
        let mut rng = SplitMix64::new(seed);
        let size = [(); 3].map(|()| rng.between(1, 20) as usize);
        let spacing = [(); 3].map(|()| rng.pick(&SPACINGS));
        let (mut a, mut b) = (boxes(&mut rng, size), boxes(&mut rng, size));
        (a[0], b[0]) = (true, true);
        let (mm, gap) = (rng.pick(&WIDTHS), rng.pick(&GAPS));
        assert_eq!((case["mm"].as_f64(), case["gap"].as_f64()), (Some(mm), Some(gap)));
        let grid = Geometry::new(size, spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
        let values: Vec<i16> = b.iter().map(|&b| rng.below(100) as i16 + if b { 300 } else { 0 }).collect();
        let least = rng.between(1, 12);
        let image = Volume::new(grid.clone(), values).unwrap();
        let (a, b) = (region(&grid, &a), region(&grid, &b));
        let name = |what: &str| format!("{what} of case {seed}: size {size:?} spacing {spacing:?} mm {mm} gap {gap}");

        check(dilate(&a, mm), &case["dilate"], &name("dilation"));
        check(erode(&a, mm), &case["erode"], &name("erosion"));

        for (connectivity, expected) in CONNECTIVITIES.into_iter().zip(case["components"].as_array().unwrap()) {
            let found = components(&a, connectivity);
            assert_eq!(found.len() as u64, expected[0].as_u64().unwrap(), "{}", name("components"));
            let labels = found.to_mask().unwrap();
            let labels = labels.as_volume().to_f64();
            let digest = sha1(labels.iter().flat_map(|&l| (l as u32).to_le_bytes()));
            assert_eq!(digest, expected[1].as_str().unwrap(), "{}: {connectivity:?}", name("components"));
        }
        let six = components(&a, Connectivity::Faces);
        check(six.largest(), &case["largest"], &name("largest component"));
        let mm3 = least as f64 * grid.voxel_volume_mm3();
        assert_eq!(case["least_voxels"].as_u64(), Some(least));
        check(six.at_least_mm3(mm3), &case["at_least"], &name("components above a size"));
        assert_eq!(component_count(&a) as u64, case["components"][2][0].as_u64().unwrap());

        for (paths, expected) in
            [(Connectivity::Faces, &case["filled"][0]), (Connectivity::Corners, &case["filled"][1])]
        {
            for (i, holes) in [Holes::Volume, Holes::X, Holes::Y, Holes::Z].into_iter().enumerate() {
                check(fill_holes(&a, holes, paths), &expected[i], &format!("{} {holes:?} {paths:?}", name("holes")));
            }
        }
        let sets = [a.union(&b), a.intersection(&b), a.difference(&b), a.symmetric_difference(&b)];
        for (i, set) in sets.into_iter().enumerate() {
            check(set, &case["boolean"][i], &name("set operation"));
        }

        check(BodyMask::default().of(&image), &case["body"], &name("body"));
        let mut settings = RingSettings { inner_gap_mm: gap, width_mm: mm, ..RingSettings::default() };
        let shell = peritumoural_ring(&a, None, &settings).map(|r| r.region);
        check(shell, &case["shell"], &name("shell"));
        settings.body = Some(BodyMask::default());
        settings.exclude = vec![IntensityRange::up_to(20.0), IntensityRange { from: Some(330.0), to: Some(360.0) }];
        let full = peritumoural_ring(&a, Some(&image), &settings);
        if let Ok(full) = &full {
            let lost = (full.outside_body + full.excluded + full.region.voxel_count()) as u64;
            assert_eq!(lost, case["shell"][0].as_u64().unwrap());
        }
        check(full.map(|r| r.region), &case["ring"], &name("ring"));

        let expected = &case["statistics"];
        let place = RegionStatistics::of(&a);
        assert_eq!(place.voxels as u64, expected["voxels"].as_u64().unwrap());
        let corners: Vec<usize> = place.bounds.start.into_iter().chain(place.bounds.size).collect();
        assert_eq!(serde_json::json!(corners), expected["box"], "{}", name("box"));
        close(place.volume_mm3, &expected["volume"], &name("volume"));
        (0..3).for_each(|i| close(place.centroid_mm[i], &expected["centroid"][i], &name("centroid")));
        let statistics = IntensityStatistics::of(&image, Some(&a)).unwrap();
        close(statistics.mean(), &expected["mean"], &name("mean"));
        match statistics.standard_deviation() {
            // SimpleITK takes the difference of sums of squares: its rounding is of this size.
            Some(sd) => assert!((sd - expected["sd"].as_f64().unwrap()).abs() < 1e-9, "{}", name("deviation")),
            None => assert!(expected["sd"].is_null()),
        }
        close(statistics.minimum(), &expected["min"], &name("minimum"));
        close(statistics.maximum(), &expected["max"], &name("maximum"));
        for (i, p) in PERCENTILES.into_iter().enumerate() {
            close(statistics.percentile(p).unwrap(), &expected["percentiles"][i], &name("percentile"));
        }
    }
}

#[test]
fn slices_of_a_2d_image_have_holes() {
    let grid = Geometry::new([4, 3, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap().into_2d().unwrap();
    let mut inside = [true; 12];
    inside[5] = false;
    let frame = region(&grid, &inside);
    assert_eq!(fill_holes(&frame, Holes::Volume, Connectivity::Faces).unwrap().voxel_count(), 12);
    assert_eq!(RegionStatistics::of(&frame).volume_mm3, 11.0);
}

#[test]
fn impossible_settings_are_refused() {
    let grid = Geometry::new([5, 5, 5], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    let mut one = [false; 125];
    one[62] = true;
    let one = region(&grid, &one);
    let all = region(&grid, &[true; 125]);
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(dilate(&one, bad), Err(Error::Setting(_))));
        assert!(matches!(erode(&one, bad), Err(Error::Setting(_))));
        assert!(matches!(components(&one, Connectivity::Faces).at_least_mm3(bad), Err(Error::Setting(_))));
        let gap = RingSettings { inner_gap_mm: bad, ..RingSettings::default() };
        assert!(matches!(peritumoural_ring(&one, None, &gap), Err(Error::Setting(_))));
        let width = RingSettings { width_mm: bad, ..RingSettings::default() };
        assert!(matches!(peritumoural_ring(&one, None, &width), Err(Error::Setting(_))));
    }
    assert_eq!(erode(&all, 100.0).unwrap(), all);
    assert_eq!(dilate(&one, 1e300).unwrap(), all);
    assert!(erode(&one, 1.0).unwrap_err().to_string().contains("nothing is left of label 1 (1 voxels)"));
    assert!(one.difference(&all).unwrap_err().to_string().contains("has no voxel"));
    assert!(components(&one, Connectivity::Faces).at([0, 0, 99]).is_err());
    let other = Geometry::new([5, 5, 5], [1.0, 1.0, 2.0], [0.0; 3], Geometry::IDENTITY).unwrap();
    assert!(matches!(one.union(&region(&other, &[true; 125])), Err(Error::Mismatch(_))));

    let mut settings = RingSettings { width_mm: 2.0, body: Some(BodyMask::default()), ..RingSettings::default() };
    assert!(peritumoural_ring(&one, None, &settings).unwrap_err().to_string().contains("needs the image"));
    let flat = Volume::new(grid.clone(), vec![7u8; 125]).unwrap();
    assert!(peritumoural_ring(&one, Some(&flat), &settings).is_err());
    settings.body = None;
    for bad in [(None, None), (Some(2.0), Some(1.0)), (Some(f64::NAN), None)] {
        settings.exclude = vec![IntensityRange { from: bad.0, to: bad.1 }];
        assert!(matches!(peritumoural_ring(&one, Some(&flat), &settings), Err(Error::Setting(_))));
    }
    settings.exclude = vec![IntensityRange::from(7.0)];
    let error = peritumoural_ring(&one, Some(&flat), &settings).unwrap_err();
    assert!(error.to_string().contains("32 have excluded intensities"), "{error}");
    let nan = Volume::new(grid, vec![f32::NAN; 125]).unwrap();
    assert!(peritumoural_ring(&one, Some(&nan), &settings).unwrap_err().to_string().contains("NaN at voxel"));
    assert!(IntensityStatistics::of(&nan, Some(&one)).is_err());
    let far = Volume::new(nan.geometry().clone(), (0..125).map(|i| [f64::MAX, f64::MIN][i % 2]).collect::<Vec<f64>>());
    assert!(IntensityStatistics::of(&far.unwrap(), None).unwrap_err().to_string().contains("too far apart"));
    assert!(BodyMask { threshold: Some(3.0), ..BodyMask::default() }.of(&nan).is_err());
}

/// A random region and its grid.
fn draw(seed: u64) -> (Geometry, Region) {
    let mut rng = SplitMix64::new(seed);
    let size = [(); 3].map(|()| rng.between(1, 12) as usize);
    let spacing = [(); 3].map(|()| rng.pick(&SPACINGS));
    let grid = Geometry::new(size, spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
    let mut inside = boxes(&mut rng, size);
    inside[0] = true;
    let region = region(&grid, &inside);
    (grid, region)
}

fn holds(outer: &Region, inner: &Region) -> bool {
    inner.difference(outer).is_err()
}

proptest! {
    #[test]
    fn a_closing_holds_the_region_and_an_opening_is_held(seed: u64, mm in 0.0..12.0) {
        let (_, region) = draw(seed);
        let closed = erode(&dilate(&region, mm).unwrap(), mm).unwrap();
        prop_assert!(holds(&closed, &region));
        if let Ok(eroded) = erode(&region, mm) {
            prop_assert!(holds(&region, &eroded));
            prop_assert!(holds(&region, &dilate(&eroded, mm).unwrap()));
        }
    }

    #[test]
    fn erosion_is_the_dilation_of_the_outside(seed: u64, mm in 0.0..12.0) {
        let (grid, region) = draw(seed);
        let outside: Vec<bool> = bytes(&region).iter().map(|&b| b == 0).collect();
        prop_assume!(outside.contains(&true));
        let outside = dilate(&self::region(&grid, &outside), mm).unwrap();
        let expected: Vec<u8> = bytes(&outside).iter().map(|b| 1 - b).collect();
        prop_assert_eq!(erode(&region, mm).map_or(vec![0; expected.len()], |r| bytes(&r)), expected);
    }

    #[test]
    fn the_complete_ring_with_defaults_is_the_plain_one(seed: u64, mm in 0.1..15.0, gap in 0.0..6.0) {
        let (_, region) = draw(seed);
        let settings = RingSettings { width_mm: mm, ..RingSettings::default() };
        let complete = peritumoural_ring(&region, None, &settings).map(|r| r.region);
        match (complete, ring(&region, mm)) {
            (Ok(a), Ok(b)) => prop_assert_eq!(a, b),
            (a, b) => prop_assert_eq!(a.unwrap_err().to_string(), b.unwrap_err().to_string()),
        }
        // A ring with a gap is a ring without that of the gap.
        let settings = RingSettings { inner_gap_mm: gap, width_mm: mm, ..RingSettings::default() };
        let gapped = peritumoural_ring(&region, None, &settings).map(|r| bytes(&r.region));
        let wide = ring(&region, gap + mm).map(|wide| match ring(&region, gap) {
            Ok(narrow) => wide.difference(&narrow).map_or(vec![], |r| bytes(&r)),
            Err(_) => bytes(&wide),
        });
        prop_assert_eq!(gapped.unwrap_or_default(), wide.unwrap_or_default());
    }

    #[test]
    fn components_part_the_region(seed: u64) {
        let (grid, region) = draw(seed);
        let mut counts = Vec::new();
        for connectivity in CONNECTIVITIES {
            let parts = components(&region, connectivity);
            counts.push(parts.len());
            prop_assert_eq!(parts.voxel_counts().iter().sum::<usize>(), region.voxel_count());
            prop_assert_eq!(&parts.at_least_mm3(0.0).unwrap(), &region);
            for at in grid.full_box().indices() {
                prop_assert_eq!(parts.component_at(at).is_some(), region.contains(at));
                if let Some(part) = parts.component_at(at).filter(|_| at[0] % 3 == 0) {
                    let found = parts.at(at).unwrap();
                    prop_assert!(found.contains(at));
                    prop_assert_eq!(found.voxel_count(), parts.voxel_counts()[part]);
                }
            }
        }
        prop_assert!(counts.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn filling_adds_and_is_done_once(seed: u64) {
        let (_, region) = draw(seed);
        for holes in [Holes::Volume, Holes::X, Holes::Y, Holes::Z] {
            for paths in CONNECTIVITIES {
                let filled = fill_holes(&region, holes, paths).unwrap();
                prop_assert!(holds(&filled, &region));
                prop_assert_eq!(&fill_holes(&filled, holes, paths).unwrap(), &filled);
                // A cavity is a hole of each slice through it.
                if holes != Holes::Volume {
                    prop_assert!(holds(&filled, &fill_holes(&region, Holes::Volume, paths).unwrap()));
                }
            }
        }
    }
}
