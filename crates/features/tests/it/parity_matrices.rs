//! Texture matrices and bin edges against those of PyRadiomics' C extension and of its `getBinEdges`
//! (`reference/make_matrices.py`): whole numbers exactly, grey tone differences to 1e-12, edges exactly.

use std::collections::BTreeMap;

use crate::support::golden;
use radsurv_features::discretise::{bin_edges, digitise};
use radsurv_features::grid::RegionGrid;
use radsurv_features::settings::Discretisation;
use radsurv_features::texture::Levels;
use radsurv_features::texture::glcm::Glcm;
use radsurv_features::texture::gldm::Gldm;
use radsurv_features::texture::glrlm::Glrlm;
use radsurv_features::texture::glszm::Glszm;
use radsurv_features::texture::ngtdm::Ngtdm;
use radsurv_features::texture::size_matrix::SizeMatrix;
use serde_json::Value;

type Table = BTreeMap<(u32, u32), f64>;

fn whole<T: TryFrom<u64>>(value: &Value) -> T {
    T::try_from(value.as_u64().unwrap()).ok().unwrap()
}

fn list<T>(value: &Value, item: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(item).collect()
}

/// An offset or a size (z, y, x) as (x, y, z).
fn turned<T: Copy>(zyx: &[T]) -> [T; 3] {
    [zyx[2], zyx[1], zyx[0]]
}

/// Golden entries, counted from `first` instead of 0.
fn table(entries: &Value, first: [u32; 2]) -> Table {
    let entry = |e: &Value| ((whole::<u32>(&e[0]) + first[0], whole::<u32>(&e[1]) + first[1]), e[2].as_f64().unwrap());
    list(entries, entry).into_iter().collect()
}

fn sizes(matrix: &SizeMatrix) -> Table {
    matrix.entries.iter().map(|e| ((e.level, e.size), e.count)).collect()
}

/// The golden angles that have entries, with their offset.
fn angles(value: &Value) -> Vec<([i32; 3], Table)> {
    let angle = |a: &Value| (turned(&list(&a["angle"], |v| v.as_i64().unwrap() as i32)), table(&a["entries"], [1, 1]));
    let mut found = list(value, angle);
    found.retain(|(_, table)| !table.is_empty());
    found
}

#[test]
fn matrices() {
    let rows = golden("matrices.jsonl.gz").rows;
    assert!(rows.len() >= 100);
    let (mut without_angles, mut tones) = (0, 0);
    for row in &rows {
        let id = row["id"].as_str().unwrap();
        let size = turned(&list(&row["size"], whole::<usize>));
        let levels: Vec<u32> = list(&row["levels"], whole);
        let distances: Vec<u32> = list(&row["distances"], whole);
        // PyRadiomics counts axes z, y, x.
        let axis = row["force2D"].as_bool().unwrap().then(|| 2 - whole::<usize>(&row["force2Ddimension"]));
        let inside: Vec<bool> = levels.iter().map(|&l| l > 0).collect();
        let grid = RegionGrid::new(&crate::random::region(size, [1.0; 3], &inside), &distances);
        let levels = Levels::from_bins(levels.into_iter().filter(|&l| l > 0).collect()).unwrap();

        let glcm = Glcm::count(&grid, &levels, &distances, axis, false, None);
        let found: Vec<([i32; 3], Table)> = glcm
            .angles
            .iter()
            .map(|a| {
                let level = |i: u32| glcm.levels[i as usize];
                (a.step, a.pairs.iter().map(|p| ((level(p.i), level(p.j)), p.count)).collect())
            })
            .collect();
        if row["glcm"].get("error").is_some() {
            without_angles += 1;
            assert!(found.is_empty(), "{id}: PyRadiomics has no angles");
        } else {
            assert_eq!(found, angles(&row["glcm"]), "{id}: co-occurrences");
        }

        for pairs in [None, Some(&glcm)] {
            let glrlm = Glrlm::count(&grid, &levels, axis, None, pairs);
            let found: Vec<Table> = glrlm.angles.iter().map(sizes).collect();
            if row["glrlm"].get("error").is_some() {
                assert!(found.is_empty(), "{id}: PyRadiomics has no angles");
            } else {
                let expected: Vec<Table> = angles(&row["glrlm"]).into_iter().map(|(_, table)| table).collect();
                assert_eq!(found, expected, "{id}: run lengths");
            }
        }

        if row["glszm"].get("error").is_none() {
            let glszm = Glszm::count(&grid, &levels, axis);
            assert_eq!(sizes(&glszm.matrix), table(&row["glszm"], [1, 1]), "{id}: zones");
        }
        if row["gldm"].get("error").is_none() {
            let gldm = Gldm::count(&grid, &levels, &distances, axis, whole(&row["alpha"]));
            assert_eq!(sizes(&gldm.matrix), table(&row["gldm"], [1, 1]), "{id}: dependences");
        }
        if row["ngtdm"].get("error").is_none() {
            let ngtdm = Ngtdm::count(&grid, &levels, &distances, axis);
            let expected = list(&row["ngtdm"], |r| list(r, |v| v.as_f64().unwrap()));
            let expected: Vec<&Vec<f64>> = expected.iter().filter(|r| r[0] > 0.0).collect();
            assert_eq!(ngtdm.rows.len(), expected.len(), "{id}");
            for (row, golden) in ngtdm.rows.iter().zip(expected) {
                assert_eq!((row.count as f64, f64::from(row.level)), (golden[0], golden[2]), "{id}: tones");
                let off = (row.difference - golden[1]).abs();
                assert!(off <= 1e-12 * golden[1].abs().max(1.0), "{id}: level {}, {off:e}", row.level);
                tones += 1;
            }
        }
    }
    println!("{} rows, {without_angles} without angles, {tones} grey tones", rows.len());
    assert!(without_angles >= 3 && tones > 300);
}

#[test]
fn edges() {
    let rows = golden("bin_edges.jsonl.gz").rows;
    assert!(rows.len() >= 500);
    let mut failures = Vec::new();
    for row in &rows {
        let how = match (row["binWidth"].as_f64(), row["binCount"].as_u64()) {
            (Some(width), None) => Discretisation::Width(width),
            (None, Some(count)) => Discretisation::Count(count as u32),
            _ => panic!("{row}"),
        };
        let values = list(&row["values"], |v| v.as_f64().unwrap());
        let found = bin_edges(&values, how, row["dtype"] == "float32").unwrap();
        let expected = list(&row["edges"], |v| v.as_f64().unwrap());
        let same = found == expected;
        if !same || digitise(&values, &found) != list(&row["bins"], whole::<u32>) {
            failures.push(format!("{} {values:?} {how:?}: {found:?}, not {expected:?}", row["dtype"]));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        rows.len(),
        failures[..failures.len().min(12)].join("\n")
    );
}
