//! The engine's shape features against the naive mesh, all pairs of its points, and principal axes.

use crate::random::{Case, cases, config, region, same};
use proptest::prelude::*;
use radsurv_features::shape::{Shape2dFeatures, ShapeFeatures};
use radsurv_testkit::naive::{self, Named, shape2d::Plane};

/// Compares all features; `length` is the natural scale of an axis that a flat region does not have. Naive moments round,
/// so its variance is off by 1e-15 of the squared length, and the root of that by 3e-8 of the length next to 0.
fn check(found: &[Named], expected: &[Named], length: f64) {
    assert_eq!(found.len(), expected.len());
    for (name, value) in expected {
        let ours = found.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no {name}")).1;
        let rounding = match *name {
            "LeastAxisLength" | "MinorAxisLength" => length,
            "Flatness" | "Elongation" => 1.0,
            _ => 0.0,
        };
        let nothing = rounding > 0.0 && *value < 1e-6 * rounding && ours < 1e-6 * rounding;
        // The mesh has small parts of different sign far from the origin: volumes cancel to this scale.
        let scale = if *name == "MeshVolume" { length.powi(3) } else { 0.0 };
        assert!(nothing || same(ours, *value, scale), "{name}: {ours}, naive {value}");
    }
}

fn named(names: &'static [&'static str], values: Vec<f64>) -> Vec<Named> {
    names.iter().copied().zip(values).collect()
}

fn check_3d(size: [usize; 3], spacing: [f64; 3], mask: &[bool]) {
    let found = ShapeFeatures::new(&region(size, spacing, mask));
    let expected = naive::shape::features(size, mask, spacing);
    let length = (0..3).map(|a| size[a] as f64 * spacing[a]).fold(0.0, f64::max);
    check(&named(ShapeFeatures::NAMES, found.values()), &expected, length);
}

fn check_2d(size: [usize; 2], spacing: [f64; 2], mask: &[bool], axis: usize) {
    let expected = Plane { size, mask, spacing }.features();
    // The plane across an axis: its rows and columns are the other two axes, in the order of the array.
    let put = |u, v, one| match axis {
        0 => [one, u, v],
        1 => [u, one, v],
        _ => [u, v, one],
    };
    let volume = put(size[0], size[1], 1);
    let mut spacing_3d = [0.7; 3];
    for (to, from) in (0..3).filter(|&a| a != axis).zip(spacing) {
        spacing_3d[to] = from;
    }
    let found = Shape2dFeatures::new(&region(volume, spacing_3d, mask), axis).unwrap();
    let length = size[0] as f64 * spacing[0] + size[1] as f64 * spacing[1];
    check(&named(Shape2dFeatures::NAMES, found.values()), &expected, length);
}

/// An ellipsoid of ones in its own box.
fn ellipsoid(size: [usize; 3]) -> Vec<bool> {
    let inside = |at: [usize; 3]| {
        let square = |a: usize| ((at[a] as f64 + 0.5) / size[a] as f64 * 2.0 - 1.0).powi(2);
        square(0) + square(1) + square(2) <= 1.0
    };
    naive::voxels(size).map(inside).collect()
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn random_masks(case in cases(9, 1..=2)) {
        check_3d(case.size, case.spacing, &case.mask());
    }

    #[test]
    fn ellipsoids(case in cases(16, 1..=1)) {
        let mask = ellipsoid(case.size);
        prop_assume!(mask.contains(&true));
        let Case { size, spacing, .. } = case;
        check_3d(size, spacing, &mask);
    }

    #[test]
    fn random_planes(case in cases(14, 1..=2), axis in 0..3_usize) {
        let [nx, ny, _] = case.size;
        check_2d([nx, ny], [case.spacing[0], case.spacing[1]], &plane_of(&case), axis);
    }
}

/// The first slice of a case, with its last pixel in the region so that it spans its box.
fn plane_of(case: &Case) -> Vec<bool> {
    let [nx, ny, _] = case.size;
    let mut mask = case.mask()[..nx * ny].to_vec();
    mask[nx * ny - 1] = true;
    mask
}

#[test]
fn one_voxel_and_lines() {
    check_3d([1, 1, 1], [0.5, 2.0, 1.0], &[true]);
    check_3d([1, 7, 1], [0.5, 2.0, 1.0], &[true; 7]);
    check_2d([1, 1], [0.5, 2.0], &[true], 1);
    check_2d([5, 1], [0.5, 2.0], &[true; 5], 0);
}
