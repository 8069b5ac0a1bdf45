//! Headers from which a wrong number could be made that looks right.

use crate::support::dicom::{Set, slice, stack, values};
use radsurv_image::io::dicom::{self, DicomImage, Notice, Object, PetValues, ReadOptions, SeriesChoice, SplitBy};
use radsurv_image::{Error, Volume};
use tempfile::{TempDir, tempdir};

fn read(folder: &TempDir) -> Result<DicomImage, Error> {
    dicom::read(folder.path(), &SeriesChoice::Only, &ReadOptions::default())
}

/// Two slices, each changed by `change`.
fn series(change: impl Fn(usize, Set) -> Set) -> TempDir {
    let folder = tempdir().unwrap();
    for i in 0..2 {
        let set = slice("1.2", i as i64, [0.0, 0.0, i as f64], &values(i));
        change(i, set).write(folder.path(), &format!("{i}"));
    }
    folder
}

#[test]
fn a_rescaling_that_is_no_number_is_not_left_out() {
    for (tag, text) in [((0x28, 0x1053), "2,5"), ((0x28, 0x1052), "none"), ((0x28, 0x1053), "nan")] {
        let error = read(&series(|i, set| if i == 1 { set.text(tag, "DS", text) } else { set })).unwrap_err();
        assert!(error.to_string().contains("is no number"), "{error}");
    }
    // Empty is as absent.
    assert!(read(&series(|_, set| set.text((0x28, 0x1053), "DS", ""))).is_ok());
    let table = Set::default().text((0x28, 0x3003), "LO", "HU");
    let error = read(&series(|_, set| set.items((0x28, 0x3000), std::slice::from_ref(&table)))).unwrap_err();
    assert!(error.to_string().contains("(0028,3000)"), "{error}");
}

#[test]
fn a_dose_is_no_image() {
    let dose = |_: usize, set: Set| {
        set.text((0x08, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.481.2").text((0x08, 0x60), "CS", "RTDOSE").text(
            (0x3004, 0x0e),
            "DS",
            "1e-4",
        )
    };
    let folder = series(dose);
    let error = read(&folder).unwrap_err().to_string();
    assert!(error.contains("RTDOSE"), "{error}");
    // The image beside it is the only one.
    stack(folder.path(), &[0.0, 2.0]);
    assert_eq!(read(&folder).unwrap().volume.geometry().size(), [4, 3, 2]);
}

#[test]
fn a_spacing_of_zero_is_none() {
    let folder = tempdir().unwrap();
    slice("1.2", 1, [0.0; 3], &values(0))
        .text((0x18, 0x88), "DS", "0")
        .text((0x18, 0x50), "DS", "3")
        .write(folder.path(), "a");
    assert_eq!(read(&folder).unwrap().volume.geometry().spacing_mm()[2], 3.0);
}

#[test]
fn attributes_that_are_partly_numbers_are_listed() {
    // Without an order of numbers and texts together the sort could panic.
    let folder = tempdir().unwrap();
    for i in 0..60 {
        let text = if i % 3 == 0 { format!("{i}a") } else { i.to_string() };
        slice("1.2", i, [0.0; 3], &values(0)).text((0x20, 0x100), "IS", text).write(folder.path(), &format!("{i}"));
    }
    let scan = dicom::scan(folder.path()).unwrap();
    let listed = scan.series[0].values_of(SplitBy::TimePoint);
    assert_eq!(listed.len(), 60);
    assert_eq!((listed[1].as_str(), listed[59].as_str()), ("2", "9a"));
}

#[test]
fn a_damaged_file_beside_the_slices_is_told() {
    let folder = tempdir().unwrap();
    stack(folder.path(), &[0.0, 2.0, 4.0]);
    let image = read(&folder).unwrap();
    assert!(image.notices.is_empty());
    // The last slice, cut off within its header: what is left is evenly spaced.
    let whole = slice("1.2.3.4", 4, [10.0, 20.0, 6.0], &values(3)).file();
    std::fs::write(folder.path().join("cut.dcm"), &whole[..300]).unwrap();
    let notices = read(&folder).unwrap().notices;
    assert!(
        matches!(&notices[..], [Notice::UnreadableFiles { files: 1, first }] if first.contains("cut.dcm")),
        "{notices:?}"
    );
}

#[test]
fn the_padding_value_is_told_as_it_is_in_the_image() {
    let image = read(&series(|_, set| {
        set.text((0x28, 0x04), "CS", "MONOCHROME1").raw((0x28, 0x120), "SS", (-50i16).to_le_bytes())
    }))
    .unwrap();
    assert_eq!(image.volume.get([0, 0, 0]), 49.0);
    assert!(image.notices.contains(&Notice::Padding { value: 49.0, voxels: 1 }), "{:?}", image.notices);
}

#[test]
fn a_small_file_does_not_fill_the_memory() {
    use std::io::Write;
    let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let mut set = slice("1.2", 1, [0.0; 3], &values(0)).bytes();
    set.extend([0xe1, 0x7f, 0x10, 0x00, b'U', b'N', 0, 0, 0, 0, 0, 0x41]); // more than a gigabyte
    deflated.write_all(&set).unwrap();
    let mut file = Set::default().file_with("1.2.840.10008.1.2.1.99", &[]);
    file.extend(deflated.finish().unwrap());
    file.resize(1 << 20, 0);
    let error = Object::from_bytes(&file).unwrap_err().to_string();
    assert!(error.contains("more than the whole file"), "{error}");
}

#[test]
fn the_scan_of_several_bed_positions_began_with_the_first() {
    let radio = Set::default().text((0x18, 0x1072), "TM", "090000").text((0x18, 0x1074), "DS", "370000000").text(
        (0x18, 0x1075),
        "DS",
        "6588",
    );
    // Written again at 18:00; acquired from the highest slice (10:05) to the lowest (10:20).
    let folder = series(|i, set| {
        set.text((0x08, 0x60), "CS", "PT")
            .text((0x08, 0x21), "DA", "20200101")
            .text((0x08, 0x31), "TM", "180000")
            .text((0x08, 0x22), "DA", "20200101")
            .text((0x08, 0x32), "TM", if i == 0 { "102000" } else { "100500" })
            .text((0x10, 0x1030), "DS", "70")
            .items((0x54, 0x16), std::slice::from_ref(&radio))
            .text((0x54, 0x1001), "CS", "BQML")
            .text((0x54, 0x1102), "CS", "START")
    });
    let of = |pet| {
        let options = ReadOptions { pet, ..ReadOptions::default() };
        dicom::read(folder.path(), &SeriesChoice::Only, &options).unwrap().volume
    };
    let (stored, suv) = (of(PetValues::Stored), of(PetValues::SuvBodyWeight));
    let factor = 70000.0 / (370e6 * 0.5f64.powf(3900.0 / 6588.0));
    let ratio = |at| suv.get(at) / stored.get(at);
    for at in [[0, 0, 0], [1, 0, 1]] {
        assert!((ratio(at) / factor - 1.0).abs() < 1e-12, "{} {factor}", ratio(at));
    }
}

#[test]
fn a_computed_map_with_a_b_value_is_no_signal() {
    let folder = tempdir().unwrap();
    let kinds = [("ORIGINAL\\PRIMARY\\DIFFUSION\\NONE", 0.0), ("DERIVED\\PRIMARY\\DIFFUSION\\TRACEW", 800.0)];
    let map = ("DERIVED\\PRIMARY\\DIFFUSION\\ADC\\ND", 800.0);
    for (i, (kind, b)) in kinds.into_iter().chain([map]).enumerate() {
        for z in 0..2 {
            slice("1.2", (10 * i + z) as i64, [0.0, 0.0, z as f64], &values(i))
                .text((0x08, 0x08), "CS", kind)
                .double((0x18, 0x9087), b)
                .write(folder.path(), &format!("{i}{z}"));
        }
    }
    let scan = dicom::scan(folder.path()).unwrap();
    assert_eq!(scan.series[0].b_values, [0.0, 800.0]);
    let read = dicom::read_by_b_value(&[&scan.series[0]], &ReadOptions::default()).unwrap();
    let first = |volume: &Volume| volume.get([0, 0, 0]);
    let found: Vec<_> = read.iter().map(|v| (v.b_value, first(&v.image.volume))).collect();
    assert_eq!(found, [(0.0, -50.0), (800.0, 50.0)]);
}
