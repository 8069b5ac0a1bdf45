//! The engine's texture matrices against naive counting: every entry, exactly.

use crate::random::{Case, cases, config};
use proptest::prelude::*;
use radsurv_features::texture::glcm::Glcm;
use radsurv_features::texture::gldm::Gldm;
use radsurv_features::texture::glrlm::Glrlm;
use radsurv_features::texture::glszm::Glszm;
use radsurv_features::texture::ngtdm::Ngtdm;
use radsurv_features::texture::size_matrix::SizeMatrix;
use radsurv_testkit::naive;
use radsurv_testkit::naive::joint::Joint;
use std::collections::BTreeMap;

type Table = BTreeMap<(u32, u32), f64>;

/// The engine's matrices as full tables of grey levels.
fn tables(glcm: &Glcm) -> Vec<Table> {
    let table = |angle: &radsurv_features::texture::glcm::Cooccurrence| {
        let mut table = Table::new();
        for pair in &angle.pairs {
            let (i, j) = (glcm.levels[pair.i as usize], glcm.levels[pair.j as usize]);
            assert_eq!(table.insert((i, j), pair.count), None, "each pair once");
            assert!(!angle.symmetric || i <= j, "the upper half");
            if angle.symmetric {
                table.insert((j, i), pair.count);
            }
        }
        assert!((table.values().sum::<f64>() - angle.total).abs() <= 1e-12 * angle.total);
        table
    };
    glcm.angles.iter().map(table).collect()
}

fn naive_tables(case: &Case) -> Vec<([i64; 3], Table)> {
    let matrix = naive::glcm::matrix(case.size, &case.levels, &case.distances, case.plane);
    let both = |pairs: Table| {
        let mut table = pairs.clone();
        if case.symmetric {
            for ((i, j), n) in pairs {
                *table.entry((j, i)).or_insert(0.0) += n;
            }
        }
        table
    };
    matrix.angles.into_iter().map(|(angle, pairs)| (angle, both(pairs))).collect()
}

fn joint(matrix: &SizeMatrix) -> Joint {
    let mut counts = Table::new();
    for e in &matrix.entries {
        assert_eq!(counts.insert((e.level, e.size), e.count), None, "each pair of level and size once");
    }
    Joint { counts }
}

fn check_glcm(case: &Case) {
    let (grid, levels) = (case.grid(), case.engine_levels());
    let unweighted = Glcm::count(&grid, &levels, &case.distances, case.plane, case.symmetric, None);
    assert_eq!(unweighted.levels, naive::present_levels(&case.levels));
    let mut expected = naive_tables(case);
    let steps: Vec<[i64; 3]> = unweighted.steps.iter().map(|s| s.map(i64::from)).collect();
    assert_eq!(steps, expected.iter().map(|(angle, _)| *angle).collect::<Vec<_>>());
    expected.retain(|(_, table)| !table.is_empty());
    for ((angle, table), (found, found_at)) in expected.iter().zip(tables(&unweighted).iter().zip(&unweighted.angles)) {
        assert_eq!((found, found_at.step.map(i64::from)), (table, *angle));
    }
    assert_eq!(unweighted.angles.len(), expected.len());

    let Some(weighting) = case.engine_weighting() else { return };
    let weighted = Glcm::count(&grid, &levels, &case.distances, case.plane, case.symmetric, Some(weighting));
    let naive = naive::glcm::matrix(case.size, &case.levels, &case.distances, case.plane);
    let expected = naive.probabilities(case.symmetric, case.naive_weighting());
    let found = tables(&weighted);
    assert_eq!(found.len(), usize::from(!expected[0].is_empty()));
    for table in found {
        assert!(table.keys().eq(expected[0].keys()));
        for (key, n) in &table {
            let p = n / weighted.angles[0].total;
            assert!((p - expected[0][key]).abs() <= 1e-12 * expected[0][key], "{key:?} {p} {}", expected[0][key]);
        }
    }
}

fn check_glrlm(case: &Case) {
    let (grid, levels) = (case.grid(), case.engine_levels());
    let expected = naive::glrlm::matrix(case.size, &case.levels, case.plane);
    let with_runs: Vec<Joint> = expected.iter().map(|(_, runs)| runs.clone()).filter(|r| r.total() > 0.0).collect();
    // Counting on its own, and from the diagonals of co-occurrence matrices.
    let pairs = Glcm::count(&grid, &levels, &case.distances, case.plane, case.symmetric, None);
    for pairs in [None, Some(&pairs)] {
        let found = Glrlm::count(&grid, &levels, case.plane, None, pairs);
        assert_eq!(found.angles.iter().map(joint).collect::<Vec<_>>(), with_runs);
    }
    let Some(weighting) = case.engine_weighting() else { return };
    let found = Glrlm::count(&grid, &levels, case.plane, Some(weighting), Some(&pairs));
    let merged = &naive::glrlm::merge(&expected, case.naive_weighting())[0];
    assert_eq!(found.angles.len(), usize::from(!merged.counts.is_empty()));
    for matrix in &found.angles {
        let found = joint(matrix);
        assert!(found.counts.keys().eq(merged.counts.keys()));
        for (key, n) in &found.counts {
            assert!((n - merged.counts[key]).abs() <= 1e-12 * n, "{key:?} {n} {}", merged.counts[key]);
        }
    }
}

fn check_others(case: &Case) {
    let (grid, levels) = (case.grid(), case.engine_levels());
    let zones = Glszm::count(&grid, &levels, case.plane);
    assert_eq!(joint(&zones.matrix), naive::glszm::matrix(case.size, &case.levels, case.plane));
    let dependence = Gldm::count(&grid, &levels, &case.distances, case.plane, case.alpha);
    let expected = naive::gldm::matrix(case.size, &case.levels, &case.distances, case.plane, case.alpha);
    assert_eq!(joint(&dependence.matrix), expected);
    let tones = Ngtdm::count(&grid, &levels, &case.distances, case.plane);
    let expected = naive::ngtdm::matrix(case.size, &case.levels, &case.distances, case.plane);
    assert!(tones.rows.iter().map(|r| r.level).eq(expected.keys().copied()));
    for row in &tones.rows {
        let tone = expected[&row.level];
        assert_eq!(row.count as f64, tone.count);
        // The naive sum rounds once per voxel.
        let difference = (row.difference - tone.difference).abs();
        assert!(difference <= 1e-12 * f64::from(row.level).max(tone.difference), "{row:?} {tone:?}");
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn co_occurrences(case in cases(12, 1..=40)) {
        check_glcm(&case);
    }

    #[test]
    fn runs(case in cases(12, 1..=40)) {
        check_glrlm(&case);
    }

    #[test]
    fn zones_dependences_and_tones(case in cases(12, 1..=40)) {
        check_others(&case);
    }
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn more_levels_than_a_byte_holds(case in cases(12, 256..=700)) {
        check_glcm(&case);
        check_glrlm(&case);
        check_others(&case);
    }

    /// Rows longer than a vector register and than the kernels' blocks; runs longer than 32, which are counted apart.
    #[test]
    fn long_rows(
        case in cases(9, 1..=3),
        order in crate::random::orders(),
        length in 60..=300_usize,
        fill in 7..=10_u64,
        seed in any::<u64>(),
    ) {
        let mut rng = radsurv_testkit::splitmix::SplitMix64::new(seed);
        let size = [length, 1 + case.size[1] / 3, 1 + case.size[2] / 3];
        let mut level = 1;
        let mut levels: Vec<u32> = (0..size.iter().product()).map(|_| {
            if rng.below(50) == 0 {
                level = 1 + rng.below(3) as u32;
            }
            if rng.below(10) < fill { level } else { 0 }
        }).collect();
        let last = levels.len() - 1;
        (levels[0], levels[last]) = (1, 1);
        let case = Case { size, levels, ..case }.turned(order, [false, true, false]);
        check_glcm(&case);
        check_glrlm(&case);
        check_others(&case);
    }
}
