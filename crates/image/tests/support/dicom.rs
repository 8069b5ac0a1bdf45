//! A small DICOM writer: explicit VR, little-endian, just enough for the readers' tests.
#![allow(dead_code)] // each test file uses a part

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A data set under construction.
#[derive(Clone, Default)]
pub struct Set {
    elements: BTreeMap<(u16, u16), ([u8; 2], Vec<u8>)>,
}

impl Set {
    /// An element of raw bytes.
    pub fn raw(mut self, tag: (u16, u16), vr: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let mut bytes = bytes.into();
        if bytes.len() % 2 == 1 {
            bytes.push(if matches!(vr, "UI" | "OB" | "UN") { 0 } else { b' ' });
        }
        self.elements.insert(tag, (vr.as_bytes().try_into().unwrap(), bytes));
        self
    }

    pub fn text(self, tag: (u16, u16), vr: &str, text: impl ToString) -> Self {
        self.raw(tag, vr, text.to_string())
    }

    pub fn short(self, tag: (u16, u16), value: u16) -> Self {
        self.raw(tag, "US", value.to_le_bytes())
    }

    pub fn double(self, tag: (u16, u16), value: f64) -> Self {
        self.raw(tag, "FD", value.to_le_bytes())
    }

    /// A sequence with items of known length.
    pub fn items(self, tag: (u16, u16), items: &[Set]) -> Self {
        let mut bytes = Vec::new();
        for item in items {
            let content = item.bytes();
            bytes.extend([0xfe, 0xff, 0x00, 0xe0]);
            bytes.extend((content.len() as u32).to_le_bytes());
            bytes.extend(content);
        }
        self.raw(tag, "SQ", bytes)
    }

    pub fn without(mut self, tag: (u16, u16)) -> Self {
        self.elements.remove(&tag);
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (&(group, element), (vr, value)) in &self.elements {
            out.extend(group.to_le_bytes());
            out.extend(element.to_le_bytes());
            out.extend(vr);
            if [*b"OB", *b"OW", *b"SQ", *b"UN", *b"UT", *b"OF", *b"OD"].contains(vr) {
                out.extend([0, 0]);
                out.extend((value.len() as u32).to_le_bytes());
            } else {
                out.extend((value.len() as u16).to_le_bytes());
            }
            out.extend(value);
        }
        out
    }

    /// The data set without types, as implicit VR has it; not for sequences.
    pub fn implicit_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (&(group, element), (_, value)) in &self.elements {
            out.extend(group.to_le_bytes());
            out.extend(element.to_le_bytes());
            out.extend((value.len() as u32).to_le_bytes());
            out.extend(value);
        }
        out
    }

    /// A whole file in a transfer syntax, with what follows the data set.
    pub fn file_with(&self, syntax: &str, tail: &[u8]) -> Vec<u8> {
        let mut out = vec![0; 128];
        out.extend(b"DICM");
        out.extend(Set::default().text((2, 0x10), "UI", syntax).bytes());
        out.extend(self.bytes());
        out.extend(tail);
        out
    }

    pub fn file(&self) -> Vec<u8> {
        self.file_with("1.2.840.10008.1.2.1", &[])
    }

    pub fn write(&self, folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, self.file()).unwrap();
        path
    }
}

/// Encapsulated pixel data: an empty offset table, then the fragments.
pub fn encapsulated(fragments: &[&[u8]]) -> Vec<u8> {
    let mut out = vec![0xe0, 0x7f, 0x10, 0x00];
    out.extend(b"OB\0\0");
    out.extend([0xff; 4]);
    out.extend([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
    for fragment in fragments {
        out.extend([0xfe, 0xff, 0x00, 0xe0]);
        out.extend((fragment.len() as u32).to_le_bytes());
        out.extend(*fragment);
    }
    out.extend([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
    out
}

pub const PIXELS: (u16, u16) = (0x7fe0, 0x10);

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
