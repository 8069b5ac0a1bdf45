//! Small DICOM series for the readers' tests.
#![allow(dead_code, unused_imports)] // each test file uses a part

use std::path::Path;

pub use radsurv_testkit::dicom::{PIXELS, Set, encapsulated};

/// Columns and rows of the slices below.
pub const SIZE: [usize; 2] = [4, 3];

/// A slice of a CT of 4 x 3 pixels: `values` are what is stored.
pub fn slice(series: &str, number: i64, position: [f64; 3], values: &[i16]) -> Set {
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    Set::default()
        .text((0x08, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.2")
        .text((0x08, 0x18), "UI", format!("{series}.{number}"))
        .text((0x08, 0x60), "CS", "CT")
        .text((0x08, 0x103e), "LO", "a series")
        .text((0x10, 0x10), "PN", "Doe^Jane")
        .text((0x20, 0x0d), "UI", "1.2.3")
        .text((0x20, 0x0e), "UI", series)
        .text((0x20, 0x11), "IS", 7)
        .text((0x20, 0x13), "IS", number)
        .text((0x20, 0x32), "DS", format!("{}\\{}\\{}", position[0], position[1], position[2]))
        .text((0x20, 0x37), "DS", "1\\0\\0\\0\\1\\0")
        .text((0x20, 0x52), "UI", "1.9.9")
        .short((0x28, 0x02), 1)
        .text((0x28, 0x04), "CS", "MONOCHROME2")
        .short((0x28, 0x10), SIZE[1] as u16)
        .short((0x28, 0x11), SIZE[0] as u16)
        .text((0x28, 0x30), "DS", "0.7\\0.5")
        .short((0x28, 0x100), 16)
        .short((0x28, 0x101), 16)
        .short((0x28, 0x102), 15)
        .short((0x28, 0x103), 1)
        .raw(PIXELS, "OW", bytes)
}

/// The values of slice `z`: each voxel of a series is different.
pub fn values(z: usize) -> Vec<i16> {
    (0..12).map(|i| (100 * z + i) as i16 - 50).collect()
}

/// A stack along z with these positions, numbered as given; the files are named so that no order of names is right.
pub fn stack(folder: &Path, heights: &[f64]) {
    for (i, &z) in heights.iter().enumerate() {
        let name = format!("{:02}.dcm", (i * 7 + 3) % heights.len());
        slice("1.2.3.4", i as i64 + 1, [10.0, 20.0, z], &values(i)).write(folder, &name);
    }
}
