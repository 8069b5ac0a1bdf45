//! Writes small valid files to `seeds/TARGET/`, from which libFuzzer starts. Nothing binary is kept in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use radsurv_image::{Geometry, Volume, io};

#[path = "../../crates/image/tests/support/dicom.rs"]
mod writer;

use writer::{PIXELS, Set, encapsulated, slice, values};

fn folder(target: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn put(target: &str, name: &str, bytes: impl AsRef<[u8]>) {
    fs::write(folder(target).join(name), bytes).unwrap();
}

fn main() {
    images();
    objects();
    series();
    regions();
    corrections();
    let corner =
        |first: u8, x: u8, y: u8| [[first, 0, 0, 0, 0, 0, 0, 1], [x, 0, 0, 0, 0, 0, 0, 1], [y, 0, 0, 0, 0, 0, 0, 1]];
    let square = [corner(64, 70, 64), corner(96, 70, 64), corner(96, 90, 64), corner(64, 90, 64)];
    let mut bytes = vec![7, 7, 3, 0];
    bytes.extend(square.as_flattened().as_flattened());
    put("contour", "square", &bytes);
    bytes.extend(corner(255, 70, 64).as_flattened());
    bytes.extend(square.as_flattened().as_flattened());
    put("contour", "two", &bytes);
    let every = include_str!("../../crates/features/tests/inputs/every_setting.yaml");
    put("params", "every.yaml", every);
    put(
        "params",
        "some.json",
        r#"{"setting": {"binCount": 32, "resampledPixelSpacing": [1, 1, 3]}, "imageType": {"LoG": {"sigma": [2.0]}}}"#,
    );
    put("params", "short.yaml", "setting: {binWidth: 10}\nfeatureClass: {shape: }\nradsurv: {fixes: []}\n");
}

/// The formats with one file.
fn images() {
    let grid = Geometry::new([3, 2, 2], [0.5, 1.0, 2.0], [1.0, 2.0, 3.0], Geometry::IDENTITY).unwrap();
    let whole = Volume::new(grid.clone(), (0..12).collect::<Vec<i16>>()).unwrap();
    let real = Volume::new(grid, (0..12).map(|v| v as f32 / 8.0).collect::<Vec<f32>>()).unwrap();
    for (target, extension) in [("nifti", "nii"), ("nrrd", "nrrd"), ("metaimage", "mha")] {
        for (name, image) in [("whole", &whole), ("real", &real)] {
            let path = folder(target).join(format!("{name}.{extension}"));
            io::write(&path, image).unwrap();
            if target == "nifti" {
                // The target's first byte: as it is, or compressed.
                let bytes = fs::read(&path).unwrap();
                put(target, name, [&[0], bytes.as_slice()].concat());
                put(target, &format!("{name}.gz"), [&[1], bytes.as_slice()].concat());
                fs::remove_file(&path).unwrap();
            }
        }
    }
    let mask = radsurv_image::Mask::new(whole).unwrap();
    for (target, extension) in [("nrrd", "nrrd"), ("metaimage", "mha")] {
        io::write_mask(folder(target).join(format!("packed.{extension}")), &mask).unwrap();
    }
    let nrrd = [
        "NRRD0004\ntype: short\ndimension: 2\nsizes: 2 2\nencoding: ascii\n\n1 2 3 -4\n",
        "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 1 1\nencoding: hex\nspacings: 1 2 3\n\n0aff\n",
        "NRRD0005\n# of a vector\ntype: float\ndimension: 4\nspace: left-posterior-superior\nsizes: 2 1 1 1\n\
         space directions: none (1,0,0) (0,1,0) (0,0,1)\nkinds: vector domain domain domain\nendian: big\nencoding: raw\n\
         space origin: (1,2,3)\nkey:=value\n\n\0\0\0\0\0\0\0\0",
        "NRRD0004\ntype: uint8\ndimension: 3\nsizes: 2 1 2\nencoding: raw\nline skip: 1\nbyte skip: 1\n\nline\nx1234",
        "NRRD0004\ntype: uint8\ndimension: 3\nsizes: 2 1 2\nencoding: raw\nbyte skip: -1\ndata file: LIST 2\na.raw\nb.raw\n",
        "NRRD0004\ntype: uint8\ndimension: 3\nsizes: 2 1 2\nencoding: raw\ndata file: x%03d.raw 1 2 1\n\n",
    ];
    for (i, text) in nrrd.iter().enumerate() {
        put("nrrd", &format!("text{i}"), text);
    }
    let meta = [
        "ObjectType = Image\nNDims = 2\nDimSize = 2 2\nElementType = MET_SHORT\nBinaryData = False\nElementDataFile = LOCAL\n1 2 3 -4\n",
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = True\nTransformMatrix = 1 0 0 0 1 0 0 0 1\n\
         Offset = 1 2 3\nElementSpacing = 1 1 2\nDimSize = 2 1 1\nElementNumberOfChannels = 2\nHeaderSize = -1\n\
         ElementType = MET_UCHAR\nElementDataFile = LOCAL\n1234",
        "NDims = 3\nDimSize = 2 1 2\nElementType = MET_UCHAR\nElementDataFile = LIST 2\na.raw\nb.raw\n",
        "NDims = 3\nDimSize = 2 1 2\nElementType = MET_UCHAR\nElementDataFile = x%03d.raw 1 2 1\n",
    ];
    for (i, text) in meta.iter().enumerate() {
        put("metaimage", &format!("text{i}"), text);
    }
}

/// Objects with pixels: as they are, and compressed by each scheme.
fn objects() {
    let classic = slice("1.2.3.4", 1, [10.0, 20.0, 0.0], &values(0));
    put("dicom_object", "slice", classic.file());
    put(
        "dicom_object",
        "implicit",
        classic
            .file_with("1.2.840.10008.1.2", &[])
            .split_at(132)
            .0
            .iter()
            .copied()
            .chain(Set::default().text((2, 0x10), "UI", "1.2.840.10008.1.2").bytes())
            .chain(classic.implicit_bytes())
            .collect::<Vec<u8>>(),
    );
    let place = |z: f64| {
        let position = Set::default().text((0x20, 0x32), "DS", format!("10\\20\\{z}"));
        Set::default().items((0x20, 0x9113), &[position])
    };
    let orientation = Set::default().text((0x20, 0x37), "DS", "1\\0\\0\\0\\1\\0");
    let measures = Set::default().text((0x28, 0x30), "DS", "0.7\\0.5").text((0x18, 0x50), "DS", "2");
    let rescale = Set::default().text((0x28, 0x1052), "DS", "-1000").text((0x28, 0x1053), "DS", "2");
    let shared = Set::default()
        .items((0x20, 0x9116), &[orientation])
        .items((0x28, 0x9110), &[measures])
        .items((0x28, 0x9145), &[rescale]);
    let enhanced = classic
        .clone()
        .without((0x20, 0x32))
        .text((0x08, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.2.1")
        .text((0x28, 0x08), "IS", 2)
        .items((0x5200, 0x9229), &[shared])
        .items((0x5200, 0x9230), &[place(0.0), place(2.0)])
        .raw(PIXELS, "OW", (0..48).collect::<Vec<u8>>());
    put("dicom_object", "enhanced", enhanced.file());
    let bare = classic.without(PIXELS);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/image/tests/golden/dicom.jsonl.gz");
    let rows = radsurv_testkit::golden::Golden::read(&golden).unwrap().rows;
    for (i, row) in rows.iter().filter(|row| row["kind"] == "codec").enumerate() {
        let data = radsurv_testkit::golden::base64(row["data"].as_str().unwrap()).unwrap();
        let stored = row["stored"].as_u64().unwrap() as u16;
        let set = bare
            .clone()
            .short((0x28, 0x10), 32)
            .short((0x28, 0x11), 33)
            .short((0x28, 0x100), if stored <= 8 { 8 } else { 16 })
            .short((0x28, 0x101), stored)
            .short((0x28, 0x102), stored - 1)
            .short((0x28, 0x103), u16::from(row["signed"].as_bool().unwrap()));
        let file = set.file_with(row["syntax"].as_str().unwrap(), &encapsulated(&[&data]));
        put("dicom_object", &format!("codec{i}"), file);
    }
    let mut rle = vec![2, 0, 0, 0, 64, 0, 0, 0, 66, 0, 0, 0];
    rle.resize(64, 0);
    rle.extend([245, 1, 245, 2]);
    put("dicom_object", "rle", bare.file_with("1.2.840.10008.1.2.5", &encapsulated(&[&rle])));
}

/// Folders of files, as the target `dicom_series` has them: a whole file, then what is different in the others.
fn series() {
    let folder = |flags: u8, sets: &[Set]| {
        let mut bytes = vec![flags];
        let first = sets[0].file();
        for (i, set) in sets.iter().enumerate() {
            let file = set.file();
            let changes: Vec<usize> = (0..file.len()).filter(|&at| first.get(at) != Some(&file[at])).collect();
            if i > 0 && file.len() == first.len() && changes.len() < 32 {
                bytes.extend([1, changes.len() as u8]);
                for at in changes {
                    bytes.extend((at as u16).to_le_bytes());
                    bytes.push(file[at]);
                }
            } else {
                bytes.push(0);
                bytes.extend((file.len() as u16).to_le_bytes());
                bytes.extend(file);
            }
        }
        bytes
    };
    let at = |z: f64, number: i64| slice("1.2.3.4", number, [10.0, 20.0, z], &values(number as usize));
    let stack = |heights: &[f64]| (1..).zip(heights).map(|(number, &z)| at(z, number)).collect::<Vec<Set>>();
    let even = stack(&[4.0, 2.0, 0.0, 6.0]);
    put("dicom_series", "even", folder(0, &even));
    put("dicom_series", "missing", folder(1, &stack(&[0.0, 2.0, 4.0, 8.0])));
    put("dicom_series", "uneven", folder(1, &stack(&[0.0, 2.0, 4.1, 6.0])));
    for flags in [0, 4, 6] {
        put("dicom_series", &format!("twice{flags}"), folder(flags, &stack(&[0.0, 2.0, 2.0, 4.0])));
    }
    put("dicom_series", "copies", folder(0, &[&even[..], &even[..2]].concat()));
    let other = even.iter().map(|set| set.clone().text((0x20, 0x0e), "UI", "1.2.3.5"));
    put("dicom_series", "two", folder(0, &even.iter().cloned().chain(other).collect::<Vec<_>>()));
    let rescaled =
        even.iter().map(|set| set.clone().text((0x28, 0x1052), "DS", "-10").text((0x28, 0x1053), "DS", "1.5"));
    put("dicom_series", "rescaled", folder(0, &rescaled.collect::<Vec<_>>()));
    let tilted = even.iter().map(|set| set.clone().text((0x20, 0x37), "DS", "1\\0\\0\\0\\.8\\.6"));
    put("dicom_series", "tilted", folder(0, &tilted.collect::<Vec<_>>()));
    let diffusion = [(0.0, 0), (2.0, 0), (0.0, 800), (2.0, 800)];
    let diffusion = (1..).zip(diffusion).map(|(number, (z, b))| {
        at(z, number).text((0x08, 0x60), "CS", "MR").raw((0x18, 0x9087), "FD", f64::from(b).to_le_bytes())
    });
    put("dicom_series", "diffusion", folder(0, &diffusion.collect::<Vec<_>>()));
    let dose = Set::default().text((0x18, 0x1072), "TM", "120000").text((0x18, 0x1074), "DS", "1000000").text(
        (0x18, 0x1075),
        "DS",
        "6586",
    );
    let pet = even.iter().map(|set| {
        set.clone()
            .text((0x08, 0x60), "CS", "PT")
            .text((0x08, 0x31), "TM", "130000")
            .text((0x10, 0x1030), "DS", "70")
            .text((0x28, 0x51), "CS", "ATTN\\DECY")
            .text((0x54, 0x1001), "CS", "BQML")
            .text((0x54, 0x1102), "CS", "START")
            .items((0x54, 0x16), std::slice::from_ref(&dose))
    });
    put("dicom_series", "pet", folder(8, &pet.collect::<Vec<_>>()));
}

/// Volumes and settings for N4: sizes, kind of values, flags, settings, values.
fn corrections() {
    for (kind, flags) in [(0, 0), (1, 4), (2, 1), (2, 16), (2, 32), (3, 2), (3, 8)] {
        // Order 3, one span, three levels of 10 iterations, 200 bins.
        let mut bytes = vec![7, 6, 5, kind, flags, 3, 1, 1, 1, 0, 3, 10, 10, 10, 0, 0, 199, 0, 0, 0];
        for i in 0..336u32 {
            let value = (if i / 40 % 2 == 0 { 60 } else { 120 }) + i % 8 * 2 + i * 7919 % 5;
            match kind {
                0 => bytes.extend((value as f32).to_le_bytes()),
                1 => bytes.extend(&(value as f32).to_be_bytes()[..2]),
                2 => bytes.push(value as u8),
                _ => bytes.extend((value as i16 * 16).to_le_bytes()),
            }
        }
        put("n4", &format!("tissues{kind}{flags}"), bytes);
    }
}

/// A structure set with two regions, and a segmentation of each kind.
fn regions() {
    let contour = |z: f64| {
        Set::default().text((0x3006, 0x42), "CS", "CLOSED_PLANAR").text((0x3006, 0x46), "IS", 4).text(
            (0x3006, 0x50),
            "DS",
            format!("10\\20\\{z}\\11\\20\\{z}\\11\\21\\{z}\\10\\21\\{z}"),
        )
    };
    let roi = |number: i64, name: &str| {
        Set::default().text((0x3006, 0x22), "IS", number).text((0x3006, 0x24), "UI", "1.9.9").text(
            (0x3006, 0x26),
            "LO",
            name,
        )
    };
    let drawn = |number: i64, z: f64| {
        Set::default().items((0x3006, 0x40), &[contour(z), contour(z + 2.0)]).text((0x3006, 0x84), "IS", number)
    };
    let set = Set::default()
        .text((0x08, 0x60), "CS", "RTSTRUCT")
        .items((0x3006, 0x20), &[roi(1, "GTV"), roi(2, "Node")])
        .items((0x3006, 0x39), &[drawn(1, 0.0), drawn(2, 4.0)]);
    put("dicom_regions", "contours", set.file());
    for (kind, bits) in [("BINARY", 1u16), ("FRACTIONAL", 8), ("LABELMAP", 8)] {
        let frame = |segment: u16, z: f64| {
            let position = Set::default().text((0x20, 0x32), "DS", format!("10\\20\\{z}"));
            Set::default()
                .items((0x20, 0x9113), &[position])
                .items((0x62, 0x0a), &[Set::default().short((0x62, 0x0b), segment)])
        };
        let segment =
            |number: u16| Set::default().short((0x62, 0x04), number).text((0x62, 0x05), "LO", format!("S{number}"));
        let orientation = Set::default().text((0x20, 0x37), "DS", "1\\0\\0\\0\\1\\0");
        let measures = Set::default().text((0x28, 0x30), "DS", "0.7\\0.5").text((0x18, 0x50), "DS", "2");
        let shared = Set::default().items((0x20, 0x9116), &[orientation]).items((0x28, 0x9110), &[measures]);
        let set = Set::default()
            .text((0x08, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.66.4")
            .text((0x08, 0x60), "CS", "SEG")
            .text((0x20, 0x52), "UI", "1.9.9")
            .short((0x28, 0x02), 1)
            .text((0x28, 0x04), "CS", "MONOCHROME2")
            .text((0x28, 0x08), "IS", 2)
            .short((0x28, 0x10), 3)
            .short((0x28, 0x11), 4)
            .short((0x28, 0x100), bits)
            .short((0x28, 0x101), bits)
            .short((0x28, 0x102), bits - 1)
            .short((0x28, 0x103), 0)
            .text((0x62, 0x01), "CS", kind)
            .items((0x62, 0x02), &[segment(1), segment(2)])
            .short((0x62, 0x0e), 200)
            .text((0x62, 0x10), "CS", "PROBABILITY")
            .items((0x5200, 0x9229), &[shared])
            .items((0x5200, 0x9230), &[frame(1, 0.0), frame(2, 4.0)])
            .raw(PIXELS, "OB", (0..if bits == 1 { 3 } else { 24 }).map(|i| 85 ^ i).collect::<Vec<u8>>());
        put("dicom_regions", &kind.to_lowercase(), set.file());
    }
}
