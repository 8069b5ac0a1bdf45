//! Oblique stacks: the grid that SimpleITK's series reader gives them (reference/make_dicom.py).

use crate::support::dicom::slice;
use crate::support::{golden, triple};
use radsurv_image::io::dicom::{self, ReadOptions, SeriesChoice};
use serde_json::Value;

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

#[test]
fn grids_of_oblique_stacks_are_those_of_simpleitk() {
    let rows: Vec<Value> = golden("dicom").rows.into_iter().filter(|row| row["kind"] == "stack").collect();
    assert_eq!(rows.len(), 20);
    for row in &rows {
        let folder = tempfile::tempdir().unwrap();
        for (i, position) in row["positions"].as_array().unwrap().iter().enumerate() {
            slice("1.2.3.4", i as i64, [0.0; 3], &[i as i16; 12])
                .text((0x20, 0x32), "DS", texts(position).join("\\"))
                .text((0x20, 0x37), "DS", texts(&row["orientation"]).join("\\"))
                .text((0x28, 0x30), "DS", texts(&row["pixel_spacing"]).join("\\"))
                .write(folder.path(), &format!("{i}"));
        }
        let image = dicom::read(folder.path(), &SeriesChoice::Only, &ReadOptions::default()).unwrap();
        let grid = image.volume.geometry();
        assert_eq!(grid.size().map(|n| n as f64), triple(&row["size"]));
        assert_eq!(grid.origin_mm(), triple(&row["origin"]));
        let first: Vec<f64> = (0..grid.size()[2]).map(|z| image.volume.get([0, 0, z])).collect();
        let expected: Vec<f64> = row["first_values"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        assert_eq!(first, expected, "order of slices");
        assert_eq!(grid.spacing_mm(), triple(&row["spacing"]));
        let direction: Vec<f64> = row["direction"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        assert_eq!(grid.direction().as_flattened(), direction);
    }
}
