//! What must not change features, or change them in a known way: turning the image, other units of length, grey levels
//! moved by whole bins.

use crate::random::{Case, cases, config, orders, region, same};
use proptest::prelude::*;
use radsurv_features::FirstOrderFeatures;
use radsurv_features::settings::Discretisation;
use radsurv_features::shape::ShapeFeatures;
use radsurv_features::texture::Levels;
use radsurv_features::texture::glcm::{Glcm, GlcmFeatures};
use radsurv_features::texture::gldm::{Gldm, GldmFeatures};
use radsurv_features::texture::glrlm::{Glrlm, GlrlmFeatures};
use radsurv_features::texture::glszm::{Glszm, GlszmFeatures};
use radsurv_features::texture::ngtdm::{Ngtdm, NgtdmFeatures};
use radsurv_testkit::naive::voxels;
use radsurv_testkit::splitmix::SplitMix64;

type Features = Vec<(String, f64)>;

/// All texture features of a case.
fn texture(case: &Case) -> Features {
    let (grid, levels) = (case.grid(), case.engine_levels());
    let weighting = case.engine_weighting();
    let pairs = Glcm::count(&grid, &levels, &case.distances, case.plane, case.symmetric, weighting);
    let classes: [(&str, &[&str], Vec<f64>); 5] = [
        ("glcm", GlcmFeatures::NAMES, pairs.features().values()),
        (
            "glrlm",
            GlrlmFeatures::NAMES,
            Glrlm::count(&grid, &levels, case.plane, weighting, Some(&pairs)).features().values(),
        ),
        ("glszm", GlszmFeatures::NAMES, Glszm::count(&grid, &levels, case.plane).features().values()),
        (
            "gldm",
            GldmFeatures::NAMES,
            Gldm::count(&grid, &levels, &case.distances, case.plane, case.alpha).features().values(),
        ),
        ("ngtdm", NgtdmFeatures::NAMES, Ngtdm::count(&grid, &levels, &case.distances, case.plane).features().values()),
    ];
    let name = |class: &str, n: &str| format!("{class}_{n}");
    classes.into_iter().flat_map(|(c, names, v)| names.iter().map(move |n| name(c, n)).zip(v)).collect()
}

/// Features are equal up to the order of sums; roots of differences (MCC, Imc2) to the root of that next to 0.
fn assert_same(found: &Features, expected: &Features, skip: &[&str]) {
    for ((name, value), (_, expected)) in found.iter().zip(expected) {
        let root = ["glcm_MCC", "glcm_Imc2"].contains(&name.as_str()) && (value - expected).abs() < 1e-7;
        // Weights may leave the entropy that Imc1 divides by with next to no bits.
        let thin = name == "glcm_Imc1" && (value - expected).abs() < 1e-7;
        // Third moments cancel: to 1e-12 of level to the third power.
        let scale = if name.ends_with("ClusterShade") { 1e5 } else { 1.0 };
        let skipped = skip.contains(&name.as_str());
        assert!(root || thin || skipped || same(*value, *expected, scale), "{name}: {value} {expected}");
    }
}

proptest! {
    #![proptest_config(config(200))]

    /// Another order of the axes and another direction along them is the same image, as the spacing and the plane of
    /// force2D go along. Only a co-occurrence matrix that is not symmetric tells left from right.
    #[test]
    fn turning_changes_no_texture(case in cases(11, 1..=40), order in orders(), reversed in any::<[bool; 3]>()) {
        let case = Case { symmetric: true, ..case };
        assert_same(&texture(&case.turned(order, reversed)), &texture(&case), &[]);
    }

    /// Grey levels in whole bins from 0: adding a bin moves the first-order features and nothing else.
    #[test]
    fn a_bin_more_changes_no_texture(
        case in cases(8, 1..=40),
        bins in -50..=50_i32,
        width in prop::sample::select(vec![0.25, 1.0, 25.0, 64.0]),
        seed in any::<u64>(),
    ) {
        let mut rng = SplitMix64::new(seed);
        // Whole quarters of bins: adding a whole bin is exact.
        let quarters = |l: u32, rng: &mut SplitMix64| (f64::from(4 * l) + rng.below(4) as f64) * width / 4.0;
        let values: Vec<f64> = case.region_levels().into_iter().map(|l| quarters(l, &mut rng)).collect();
        let shift = f64::from(bins) * width;
        let moved: Vec<f64> = values.iter().map(|v| v + shift).collect();
        let levels = |values: &[f64]| Levels::new(values, Discretisation::Width(width), false).unwrap();
        let (before, after) = (levels(&values), levels(&moved));
        prop_assert_eq!(&before.index, &after.index);
        prop_assert_eq!(&before.values, &after.values);
        let a = FirstOrderFeatures::new(&values, &before, 1.0, 0.0);
        let b = FirstOrderFeatures::new(&moved, &after, 1.0, 0.0);
        // Of values of up to a hundred bins, moments keep this much.
        let scale = 100.0 * 50.0 * width;
        for (name, (old, new)) in FirstOrderFeatures::NAMES.iter().zip(a.values().into_iter().zip(b.values())) {
            let expected = match *name {
                "10Percentile" | "90Percentile" | "Maximum" | "Mean" | "Median" | "Minimum" => old + shift,
                "Energy" | "TotalEnergy" => moved.iter().map(|v| v * v).sum(),
                "RootMeanSquared" => (moved.iter().map(|v| v * v).sum::<f64>() / moved.len() as f64).sqrt(),
                _ => old,
            };
            let scale = if *name == "Variance" { scale * width } else { scale };
            prop_assert!(same(new, expected, scale), "{name}: {new} {expected}");
        }
    }

    /// Lengths in other units: each shape feature scales with its power.
    #[test]
    fn shape_scales_with_the_spacing(case in cases(9, 1..=2), factor in prop::sample::select(vec![0.1, 0.5, 3.0, 10.0])) {
        let mask = case.mask();
        let a = ShapeFeatures::new(&region(case.size, case.spacing, &mask));
        let b = ShapeFeatures::new(&region(case.size, case.spacing.map(|s| s * factor), &mask));
        for (name, (old, new)) in ShapeFeatures::NAMES.iter().zip(a.values().into_iter().zip(b.values())) {
            let power = match *name {
                "MeshVolume" | "VoxelVolume" => 3,
                "SurfaceArea" => 2,
                "SurfaceVolumeRatio" => -1,
                n if n.contains("Diameter") || n.contains("AxisLength") => 1,
                _ => 0,
            };
            // Volume of a scattered region is a small difference, and the axis of a flat one the root of rounding.
            let axis = ["LeastAxisLength", "MinorAxisLength", "Flatness", "Elongation"].contains(name);
            let nothing = axis && old < 1e-6 && new < 1e-6 * factor.max(1.0);
            prop_assert!(nothing || same(new, old * factor.powi(power), 0.0), "{name}: {new} {old}");
        }
    }

    /// Turning a region renames the planes of its diameters and changes no other shape feature of voxels and their
    /// points. The mesh of diagonal voxels does depend on direction (as in PyRadiomics' table), so the mesh is compared
    /// for boxes with a corner cut off, which have none.
    #[test]
    fn turning_a_shape(case in cases(9, 1..=2), order in orders(), reversed in any::<[bool; 3]>(), cut in 0..=4_usize) {
        let turned = case.turned(order, reversed);
        compare_turned(&case, &turned, order, false)?;
        let keep = |at: [usize; 3]| at.iter().any(|&c| c >= cut) || cut == 0;
        let levels: Vec<u32> = voxels(case.size).map(|at| u32::from(keep(at))).collect();
        let whole = levels[levels.len() - 1] > 0 && (0..3).all(|a| case.size[a] > cut);
        if whole {
            let solid = Case { levels, ..case };
            compare_turned(&solid, &solid.turned(order, reversed), order, true)?;
        }
    }
}

fn compare_turned(case: &Case, turned: &Case, order: [usize; 3], mesh: bool) -> Result<(), TestCaseError> {
    let a = ShapeFeatures::new(&case.region());
    let b = ShapeFeatures::new(&turned.region());
    let across =
        |f: &ShapeFeatures| [f.maximum_2d_diameter_row, f.maximum_2d_diameter_column, f.maximum_2d_diameter_slice];
    for axis in 0..3 {
        prop_assert!(same(across(&b)[axis], across(&a)[order[axis]], 0.0), "{:?} {:?}", across(&a), across(&b));
    }
    let voxel = [
        (b.voxel_volume, a.voxel_volume),
        (b.maximum_3d_diameter, a.maximum_3d_diameter),
        (b.major_axis_length, a.major_axis_length),
        (b.minor_axis_length, a.minor_axis_length),
        (b.least_axis_length, a.least_axis_length),
    ];
    for (k, (new, old)) in voxel.into_iter().enumerate() {
        let nothing = k > 2 && new < 1e-6 && old < 1e-6;
        prop_assert!(nothing || same(new, old, 0.0), "{k}: {new} {old}");
    }
    if mesh {
        for (new, old) in [(b.mesh_volume, a.mesh_volume), (b.surface_area, a.surface_area)] {
            prop_assert!(same(new, old, 0.0), "mesh: {new} {old}");
        }
    }
    Ok(())
}
