//! Index and physical point against SimpleITK, to the bit.

use crate::support::{golden, triple};
use radsurv_image::Geometry;
use serde_json::Value;

#[test]
fn golden_conversions() {
    let golden = golden("geometry");
    let cases = &golden.rows;
    assert!(cases.len() >= 200);
    for case in cases {
        let n = case["dimension"].as_u64().unwrap() as usize;
        let direction = [0, 1, 2].map(|r| triple(&case["direction"][r]));
        let at = |origin| {
            let grid = Geometry::new([8, 9, 1], triple(&case["spacing"]), origin, direction).unwrap();
            if n == 2 { grid.into_2d().unwrap() } else { grid }
        };
        let seed = &case["seed"];
        let same = |what: &str, found: [f64; 3], expected: &Value| {
            assert_eq!(found[..n], triple(expected)[..n], "{what}, case {seed}: {case}");
        };
        let grid = at([0.0; 3]);
        for column in 0..n {
            let unit = [0, 1, 2].map(|a| f64::from(u8::from(a == column)));
            same("inverse", grid.point_to_index(unit), &case["inverse_columns"][column]);
        }
        let mut origin = triple(&case["origin"]);
        origin[n..].fill(0.0);
        let grid = at(origin);
        let index = triple(&case["index"]).map(|v| v as i64);
        same("voxel_to_point", grid.voxel_to_point(index), &case["voxel_to_point"]);
        let continuous = triple(&case["continuous"]);
        same("index_to_point", grid.index_to_point(continuous), &case["index_to_point"]);
        same("point_to_index", grid.point_to_index(continuous), &case["point_to_index"]);
    }
}
