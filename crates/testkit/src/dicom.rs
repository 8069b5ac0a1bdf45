//! A small DICOM writer: explicit VR, little-endian, just enough for tests and for phantoms as scanners export them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::phantom::Phantom;

/// A data set under construction.
#[derive(Debug, Clone, Default)]
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

    /// An element of text.
    pub fn text(self, tag: (u16, u16), vr: &str, text: impl ToString) -> Self {
        self.raw(tag, vr, text.to_string())
    }

    /// An element of one 16-bit number.
    pub fn short(self, tag: (u16, u16), value: u16) -> Self {
        self.raw(tag, "US", value.to_le_bytes())
    }

    /// An element of one double.
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

    /// Without an element.
    pub fn without(mut self, tag: (u16, u16)) -> Self {
        self.elements.remove(&tag);
        self
    }

    /// The data set in explicit VR, little-endian.
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

    /// A whole file.
    pub fn file(&self) -> Vec<u8> {
        self.file_with("1.2.840.10008.1.2.1", &[])
    }

    /// Writes a file, and gives its path.
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

/// The tag of pixel data.
pub const PIXELS: (u16, u16) = (0x7fe0, 0x10);

/// UIDs of the phantom's series and space.
const SERIES: &str = "1.2.826.0.1.3680043.2.1125.1";
const SPACE: &str = "1.2.826.0.1.3680043.2.1125.2";

/// Writes a phantom as a scanner and a contouring program would export it: `MR/*.dcm`, a slice per file, and `RS.dcm` with a
/// region for each of `names`, the first for label 1. Gives the folder of the series and the path of the contours.
///
/// # Errors
/// If a file cannot be written.
pub fn export(phantom: &Phantom, names: &[&str], folder: &Path) -> std::io::Result<(PathBuf, PathBuf)> {
    let series = folder.join("MR");
    std::fs::create_dir_all(&series)?;
    let [nx, ny, nz] = phantom.size;
    let [dx, dy, dz] = phantom.spacing;
    let values = phantom.rounded();
    let object = |z: usize| format!("{SERIES}.{}", z + 1);
    for z in 0..nz {
        let bytes: Vec<u8> = values[z * nx * ny..(z + 1) * nx * ny].iter().flat_map(|v| v.to_le_bytes()).collect();
        let slice = Set::default()
            .text((0x08, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.4")
            .text((0x08, 0x18), "UI", object(z))
            .text((0x08, 0x60), "CS", "MR")
            .text((0x08, 0x103e), "LO", "phantom t2 axial")
            .text((0x10, 0x10), "PN", "Phantom^Made up")
            .text((0x20, 0x0d), "UI", "1.2.826.0.1.3680043.2.1125")
            .text((0x20, 0x0e), "UI", SERIES)
            .text((0x20, 0x11), "IS", 4)
            .text((0x20, 0x13), "IS", z + 1)
            .text((0x20, 0x32), "DS", format!("0\\0\\{}", z as f64 * dz))
            .text((0x20, 0x37), "DS", "1\\0\\0\\0\\1\\0")
            .text((0x20, 0x52), "UI", SPACE)
            .short((0x28, 0x02), 1)
            .text((0x28, 0x04), "CS", "MONOCHROME2")
            .short((0x28, 0x10), ny as u16)
            .short((0x28, 0x11), nx as u16)
            .text((0x28, 0x30), "DS", format!("{dy}\\{dx}"))
            .short((0x28, 0x100), 16)
            .short((0x28, 0x101), 16)
            .short((0x28, 0x102), 15)
            .short((0x28, 0x103), 1)
            .raw(PIXELS, "OW", bytes);
        // The order of the names says nothing, as in many archives.
        std::fs::write(series.join(format!("IM{:04}.dcm", (z * 37 + 11) % 997)), slice.file())?;
    }
    let structure = |(i, name): (usize, &&str)| {
        let number = i + 1;
        Set::default().text((0x3006, 0x22), "IS", number).text((0x3006, 0x24), "UI", SPACE).text(
            (0x3006, 0x26),
            "LO",
            name,
        )
    };
    let contours = |i: usize| {
        let mut items = Vec::new();
        for z in 0..nz {
            let inside = |x: usize, y: usize| usize::from(phantom.labels[(z * ny + y) * nx + x]) == i + 1;
            for outline in outlines([nx, ny], inside) {
                // Corners of pixels: half a pixel from the centres.
                let point = |[x, y]: &[usize; 2]| {
                    format!("{}\\{}\\{}", (*x as f64 - 0.5) * dx, (*y as f64 - 0.5) * dy, z as f64 * dz)
                };
                let points: Vec<String> = outline.iter().map(point).collect();
                items.push(
                    Set::default()
                        .items((0x3006, 0x16), &[Set::default().text((0x08, 0x1155), "UI", object(z))])
                        .text((0x3006, 0x42), "CS", "CLOSED_PLANAR")
                        .text((0x3006, 0x46), "IS", outline.len())
                        .text((0x3006, 0x50), "DS", points.join("\\")),
                );
            }
        }
        Set::default().items((0x3006, 0x40), &items).text((0x3006, 0x84), "IS", i + 1)
    };
    let referenced = Set::default().text((0x20, 0x52), "UI", SPACE).items(
        (0x3006, 0x12),
        &[Set::default().items((0x3006, 0x14), &[Set::default().text((0x20, 0x0e), "UI", SERIES)])],
    );
    let structures = Set::default()
        .text((0x08, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.481.3")
        .text((0x08, 0x18), "UI", format!("{SERIES}.900"))
        .text((0x08, 0x60), "CS", "RTSTRUCT")
        .text((0x08, 0x103e), "LO", "contours")
        .text((0x10, 0x10), "PN", "Phantom^Made up")
        .text((0x20, 0x0d), "UI", "1.2.826.0.1.3680043.2.1125")
        .text((0x20, 0x0e), "UI", format!("{SERIES}.901"))
        .items((0x3006, 0x10), &[referenced])
        .items((0x3006, 0x20), &names.iter().enumerate().map(structure).collect::<Vec<_>>())
        .items((0x3006, 0x39), &(0..names.len()).map(contours).collect::<Vec<_>>());
    let path = folder.join("RS.dcm");
    std::fs::write(&path, structures.file())?;
    Ok((series, path))
}

/// The outlines of a set of pixels along their edges, as corners; inside is what an even-odd rule fills.
fn outlines([nx, ny]: [usize; 2], inside: impl Fn(usize, usize) -> bool) -> Vec<Vec<[usize; 2]>> {
    // Edges run with the inside on their right; at a corner that two pixels share there are two ways on, either is good.
    let mut edges: BTreeMap<[usize; 2], Vec<[usize; 2]>> = BTreeMap::new();
    let mut edge = |from, to| edges.entry(from).or_default().push(to);
    for y in 0..ny {
        for x in (0..nx).filter(|&x| inside(x, y)) {
            if y == 0 || !inside(x, y - 1) {
                edge([x, y], [x + 1, y]);
            }
            if x + 1 == nx || !inside(x + 1, y) {
                edge([x + 1, y], [x + 1, y + 1]);
            }
            if y + 1 == ny || !inside(x, y + 1) {
                edge([x + 1, y + 1], [x, y + 1]);
            }
            if x == 0 || !inside(x - 1, y) {
                edge([x, y + 1], [x, y]);
            }
        }
    }
    let mut all = Vec::new();
    while let Some((&start, _)) = edges.first_key_value() {
        let mut outline: Vec<[usize; 2]> = Vec::new();
        let mut here = start;
        while let Some(ways) = edges.get_mut(&here) {
            let next = ways.pop();
            if ways.is_empty() {
                edges.remove(&here);
            }
            let Some(next) = next else { break };
            outline.push(here);
            here = next;
        }
        all.push(outline);
    }
    all
}
