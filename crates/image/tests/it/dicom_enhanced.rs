//! Multi-frame objects, diffusion series, PET, and the ways files come, on files that the tests write.

use crate::support::dicom::{PIXELS, Set, slice, values};
use radsurv_image::io::dicom::{self, PetValues, ReadOptions, SeriesChoice, SeriesProblem, SplitBy};
use radsurv_image::{Error, Voxels};
use tempfile::tempdir;

/// A frame's functional groups.
fn groups(z: f64, b_value: f64, slope: f64) -> Set {
    Set::default()
        .items((0x20, 0x9113), &[Set::default().text((0x20, 0x32), "DS", format!("1\\2\\{z}"))])
        .items((0x18, 0x9117), &[Set::default().double((0x18, 0x9087), b_value)])
        .items((0x28, 0x9145), &[Set::default().text((0x28, 0x1052), "DS", 10).text((0x28, 0x1053), "DS", slope)])
}

/// An enhanced MR with these frames; frame `i` holds the values of slice `i`.
fn enhanced(frames: &[Set]) -> Set {
    let shared = Set::default()
        .items((0x20, 0x9116), &[Set::default().text((0x20, 0x37), "DS", "0\\1\\0\\0\\0\\-1")])
        .items((0x28, 0x9110), &[Set::default().text((0x28, 0x30), "DS", "1.5\\1.25").text((0x18, 0x50), "DS", "3")]);
    let bytes: Vec<u8> = (0..frames.len()).flat_map(values).flat_map(i16::to_le_bytes).collect();
    slice("1.5", 1, [0.0; 3], &[])
        .text((0x08, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.4.1")
        .text((0x08, 0x60), "CS", "MR")
        .without((0x20, 0x32))
        .without((0x20, 0x37))
        .without((0x28, 0x30))
        .text((0x28, 0x08), "IS", frames.len())
        .items((0x5200, 0x9229), &[shared])
        .items((0x5200, 0x9230), frames)
        .raw(PIXELS, "OW", bytes)
}

#[test]
fn frames_of_an_enhanced_object_are_placed_by_position() {
    let folder = tempdir().unwrap();
    // Sagittal: rows along y, columns downwards, so the normal is -x; positions in x descend in that direction.
    let place = |x: f64| {
        groups(0.0, 0.0, 1.0).items((0x20, 0x9113), &[Set::default().text((0x20, 0x32), "DS", format!("{x}\\2\\3"))])
    };
    let path = enhanced(&[place(4.0), place(0.0), place(2.0)]).write(folder.path(), "one.dcm");
    let image = dicom::read(&path, &SeriesChoice::Only, &ReadOptions::default()).unwrap();
    let grid = image.volume.geometry();
    assert_eq!(grid.size(), [4, 3, 3]);
    assert_eq!(grid.spacing_mm(), [1.25, 1.5, 2.0]);
    assert_eq!(grid.origin_mm(), [4.0, 2.0, 3.0]);
    assert_eq!(grid.index_to_point([1.0, 1.0, 1.0]), [2.0, 3.25, 1.5]);
    let frames: Vec<Option<usize>> = image.series.slices.iter().map(|s| s.frame).collect();
    assert_eq!(frames, [Some(1), Some(3), Some(2)]);
    assert_eq!(image.series.slices_of("1.5.1", Some(3)).collect::<Vec<_>>(), [1]);
    // Intercept 10, in the type that holds every 16-bit value and more.
    let Voxels::I32(voxels) = image.volume.voxels() else { panic!("{:?}", image.volume.voxel_type()) };
    assert_eq!(voxels[12], i32::from(values(2)[0]) + 10);
    assert_eq!(radsurv_image::io::read(&path).unwrap(), image.volume);
}

#[test]
fn a_diffusion_series_is_split_by_b_value() {
    let folder = tempdir().unwrap();
    let place = |x: f64, b: f64, slope: f64| {
        groups(0.0, b, slope).items((0x20, 0x9113), &[Set::default().text((0x20, 0x32), "DS", format!("{x}\\2\\3"))])
    };
    enhanced(&[
        place(0.0, 800.0, 0.5),
        place(0.0, 0.0, 2.0),
        place(3.0, 0.0, 2.0),
        place(3.0, 800.0, 0.5),
        place(6.0, 800.0, 0.5),
        place(6.0, 0.0, 2.0),
    ])
    .write(folder.path(), "dwi.dcm");
    let scan = dicom::scan(folder.path()).unwrap();
    let series = scan.choose(&SeriesChoice::Only).unwrap();
    assert_eq!((series.slices, series.frames), (3, 6));
    assert_eq!(series.b_values, [0.0, 800.0]);
    assert!(series.to_string().contains("b = 0, 800 s/mm2"), "{series}");
    match dicom::read_series(series, &ReadOptions::default()) {
        Err(Error::Dicom { problem, .. }) => assert_eq!(
            *problem,
            SeriesProblem::SeveralVolumes { by: SplitBy::BValue, values: vec!["0".into(), "800".into()] }
        ),
        other => panic!("{other:?}"),
    }
    let volumes = dicom::read_by_b_value(&[series], &ReadOptions::default()).unwrap();
    assert_eq!(volumes.iter().map(|v| v.b_value).collect::<Vec<_>>(), [0.0, 800.0]);
    // The normal is -x: the frame at 6 comes first. Slopes are per frame.
    assert_eq!(volumes[0].image.volume.get([0, 0, 0]), f64::from(values(5)[0]) * 2.0 + 10.0);
    assert_eq!(volumes[1].image.volume.get([3, 2, 2]), f64::from(values(0)[11]) * 0.5 + 10.0);
}

#[test]
fn several_directions_at_a_b_value_are_several_volumes() {
    let folder = tempdir().unwrap();
    let mut number = 0;
    for (b, direction) in [(0, None), (1000, Some("1\\0\\0")), (1000, Some("0\\1\\0"))] {
        for z in 0..2 {
            number += 1;
            let mut set = slice("1.2", number, [0.0, 0.0, z as f64], &values(number as usize))
                .double((0x18, 0x9087), f64::from(b));
            if let Some(direction) = direction {
                let parts: Vec<u8> =
                    direction.split('\\').flat_map(|p| p.parse::<f64>().unwrap().to_le_bytes()).collect();
                set = set.raw((0x18, 0x9089), "FD", parts);
            }
            set.write(folder.path(), &format!("{number}"));
        }
    }
    let scan = dicom::scan(folder.path()).unwrap();
    let volumes = dicom::read_by_b_value(&[&scan.series[0]], &ReadOptions::default()).unwrap();
    let found: Vec<(f64, Option<&str>)> = volumes.iter().map(|v| (v.b_value, v.direction.as_deref())).collect();
    assert_eq!(found, [(0.0, None), (1000.0, Some("0\\1\\0")), (1000.0, Some("1\\0\\0"))]);
    assert_eq!(volumes[2].image.volume.get([0, 0, 0]), f64::from(values(3)[0]));

    let folder = tempdir().unwrap();
    crate::support::dicom::stack(folder.path(), &[0.0, 1.0]);
    let scan = dicom::scan(folder.path()).unwrap();
    let error = dicom::read_by_b_value(&[&scan.series[0]], &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("(0018,9087)"), "{error}");
}

#[test]
fn pet_as_suv_or_what_it_lacks() {
    let folder = tempdir().unwrap();
    let radio = Set::default().text((0x18, 0x1072), "TM", "090000").text((0x18, 0x1074), "DS", "370000000").text(
        (0x18, 0x1075),
        "DS",
        "6588",
    );
    for i in 0..2 {
        slice("1.2", i, [0.0, 0.0, i as f64], &values(i as usize + 1))
            .text((0x08, 0x60), "CS", "PT")
            .text((0x08, 0x21), "DA", "20200101")
            .text((0x08, 0x31), "TM", "100000")
            .text((0x10, 0x1030), "DS", "70")
            .text((0x28, 0x1053), "DS", 10 * (i + 1))
            .items((0x54, 0x16), std::slice::from_ref(&radio))
            .text((0x54, 0x1001), "CS", "BQML")
            .text((0x54, 0x1102), "CS", "START")
            .write(folder.path(), &format!("{i}"));
    }
    let options = ReadOptions { pet: PetValues::SuvBodyWeight, ..ReadOptions::default() };
    let stored = dicom::read(folder.path(), &SeriesChoice::Only, &ReadOptions::default()).unwrap().volume;
    let suv = dicom::read(folder.path(), &SeriesChoice::Only, &options).unwrap().volume;
    let factor = 70000.0 / (370e6 * 0.5f64.powf(3600.0 / 6588.0));
    for index in stored.geometry().full_box().indices() {
        let (found, expected) = (suv.get(index), stored.get(index) * factor);
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} {expected}");
    }
    let other = tempdir().unwrap();
    crate::support::dicom::stack(other.path(), &[0.0, 1.0]);
    let error = dicom::read(other.path(), &SeriesChoice::Only, &options).unwrap_err().to_string();
    assert!(error.contains("only PET"), "{error}");
}

#[test]
fn a_dicomdir_lists_files() {
    let folder = tempdir().unwrap();
    std::fs::create_dir(folder.path().join("IMAGES")).unwrap();
    let records: Vec<Set> = (0..3)
        .map(|i| {
            slice("1.2", i, [0.0, 0.0, i as f64], &values(i as usize))
                .write(&folder.path().join("IMAGES"), &format!("I{i}"));
            Set::default().text((0x04, 0x1500), "CS", format!("IMAGES\\I{i}"))
        })
        .chain([Set::default().text((0x04, 0x1500), "CS", "..\\I0")])
        .collect();
    let path = Set::default().items((0x04, 0x1220), &records).write(folder.path(), "DICOMDIR");
    let from_list = dicom::read(&path, &SeriesChoice::Only, &ReadOptions::default()).unwrap();
    assert_eq!(from_list.volume.geometry().size(), [4, 3, 3]);
    let from_folder = dicom::read(folder.path(), &SeriesChoice::Only, &ReadOptions::default()).unwrap();
    assert_eq!(from_folder.volume, from_list.volume);
}

#[test]
fn files_without_preamble_and_with_implicit_types() {
    let folder = tempdir().unwrap();
    for i in 0..2 {
        let set = slice("1.2", i, [0.0, 0.0, i as f64], &values(i as usize));
        std::fs::write(folder.path().join(format!("{i}")), set.implicit_bytes()).unwrap();
    }
    let image = dicom::read(folder.path(), &SeriesChoice::Only, &ReadOptions::default()).unwrap();
    assert_eq!(image.volume.voxels(), &Voxels::I16([values(0), values(1)].concat()));
}

#[test]
fn damaged_files_of_a_folder_are_named() {
    let folder = tempdir().unwrap();
    crate::support::dicom::stack(folder.path(), &[0.0, 1.0]);
    let mut damaged = slice("1.2", 9, [0.0; 3], &values(0)).without(PIXELS).file();
    damaged.truncate(damaged.len() - 3);
    std::fs::write(folder.path().join("bad.dcm"), damaged).unwrap();
    let scan = dicom::scan(folder.path()).unwrap();
    assert_eq!(scan.unreadable.len(), 1);
    assert!(scan.unreadable[0].path.ends_with("bad.dcm") && scan.unreadable[0].what.contains("damaged"), "{scan:?}");
}
