//! What the matrices must add up to, and the ranges that features cannot leave.

use crate::random::{Case, cases, config};
use proptest::prelude::*;
use radsurv_features::texture::glcm::Glcm;
use radsurv_features::texture::gldm::Gldm;
use radsurv_features::texture::glrlm::Glrlm;
use radsurv_features::texture::glszm::Glszm;
use radsurv_features::texture::ngtdm::Ngtdm;
use radsurv_testkit::naive::{index, neighbour, voxels};

/// Number of pairs of region voxels at an offset.
fn pairs(case: &Case, step: [i32; 3]) -> f64 {
    let inside = |at| case.levels[index(case.size, at)] > 0;
    let paired = |&at: &[usize; 3]| inside(at) && neighbour(case.size, at, step.map(i64::from)).is_some_and(inside);
    voxels(case.size).filter(paired).count() as f64
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn sums(case in cases(12, 1..=40)) {
        let (grid, levels, n) = (case.grid(), case.engine_levels(), case.voxel_count() as f64);
        let glcm = Glcm::count(&grid, &levels, &case.distances, case.plane, case.symmetric, None);
        for angle in &glcm.angles {
            let ways = if case.symmetric { 2.0 } else { 1.0 };
            prop_assert_eq!(angle.total, ways * pairs(&case, angle.step));
        }
        for runs in Glrlm::count(&grid, &levels, case.plane, None, None).angles {
            prop_assert_eq!(runs.entries.iter().map(|e| e.count * f64::from(e.size)).sum::<f64>(), n);
        }
        let zones = Glszm::count(&grid, &levels, case.plane).matrix;
        prop_assert_eq!(zones.entries.iter().map(|e| e.count * f64::from(e.size)).sum::<f64>(), n);
        let dependence = Gldm::count(&grid, &levels, &case.distances, case.plane, case.alpha).matrix;
        prop_assert_eq!(dependence.total(), n);
        let tones = Ngtdm::count(&grid, &levels, &case.distances, case.plane);
        prop_assert_eq!(tones.rows.iter().map(|r| r.count).sum::<u64>() as f64, n);
        // By level, all matrices count the same voxels.
        for (k, &level) in levels.values.iter().enumerate() {
            let of_level = levels.counts[k] as f64;
            let zone_voxels = zones.entries.iter().filter(|e| e.level == level).map(|e| e.count * f64::from(e.size));
            prop_assert_eq!(zone_voxels.sum::<f64>(), of_level);
            let centres = dependence.entries.iter().filter(|e| e.level == level).map(|e| e.count);
            prop_assert_eq!(centres.sum::<f64>(), of_level);
            prop_assert_eq!(tones.rows[k].count as f64, of_level);
        }
    }

    #[test]
    fn ranges(case in cases(10, 1..=40)) {
        let (grid, levels) = (case.grid(), case.engine_levels());
        let glcm = Glcm::count(&grid, &levels, &case.distances, case.plane, case.symmetric, case.engine_weighting());
        let f = glcm.features();
        let within = |value: f64, low: f64, high: f64| value.is_nan() || (low - 1e-9..=high + 1e-9).contains(&value);
        prop_assert!(f.mcc.is_nan() == glcm.angles.is_empty() || levels.level_count() == 1);
        prop_assert!(within(f.mcc, 0.0, 1.0), "MCC {}", f.mcc);
        prop_assert!(within(f.imc1, -1.0, 0.0), "Imc1 {}", f.imc1);
        prop_assert!(within(f.imc2, 0.0, 1.0), "Imc2 {}", f.imc2);
        prop_assert!(within(f.correlation, -1.0, 1.0), "Correlation {}", f.correlation);
        for p in [f.maximum_probability, f.joint_energy, f.id, f.idm, f.idn, f.idmn] {
            prop_assert!(within(p, 0.0, 1.0), "{f:?}");
        }
        prop_assert!(within(f.joint_entropy, 0.0, 2.0 * (levels.level_count() as f64).log2()), "{f:?}");
        let zones = Glszm::count(&grid, &levels, case.plane).features();
        let dependence = Gldm::count(&grid, &levels, &case.distances, case.plane, case.alpha).features();
        let runs = Glrlm::count(&grid, &levels, case.plane, case.engine_weighting(), None).features();
        for p in [zones.zone_percentage, zones.small_area_emphasis, dependence.small_dependence_emphasis,
                  runs.run_percentage, runs.short_run_emphasis, runs.gray_level_non_uniformity_normalized] {
            prop_assert!(within(p, 0.0, 1.0), "{p}");
        }
        for entropy in [zones.zone_entropy, dependence.dependence_entropy, runs.run_entropy] {
            prop_assert!(within(entropy, 0.0, 2.0 * (case.voxel_count() as f64).log2().max(1.0)), "{entropy}");
        }
    }

    /// A larger cut-off makes no voxel less dependent; with the largest, every neighbour counts.
    #[test]
    fn dependence_grows_with_the_cut_off(case in cases(8, 1..=12)) {
        let (grid, levels) = (case.grid(), case.engine_levels());
        let mean = |alpha| {
            let m = Gldm::count(&grid, &levels, &case.distances, case.plane, alpha).matrix;
            m.entries.iter().map(|e| e.count * f64::from(e.size)).sum::<f64>() / m.total()
        };
        let means = [0, 1, 3, 1000].map(mean);
        prop_assert!(means.windows(2).all(|w| w[0] <= w[1]), "{means:?}");
        let glcm = Glcm::count(&grid, &levels, &case.distances, case.plane, true, None);
        let all_pairs: f64 = glcm.angles.iter().map(|a| a.total).sum();
        prop_assert!((means[3] - 1.0 - all_pairs / case.voxel_count() as f64).abs() < 1e-12);
    }
}
