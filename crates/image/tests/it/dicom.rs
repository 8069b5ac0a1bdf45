//! Reading of DICOM series, on files that the tests write.

use crate::support::dicom::{PIXELS, Set, slice, stack, values};
use radsurv_image::io::dicom::{
    self, DicomImage, Duplicates, Notice, Object, ReadOptions, SeriesChoice, SeriesProblem, SplitBy,
};
use radsurv_image::{Error, Voxels};
use tempfile::{TempDir, tempdir};

fn read(folder: &TempDir, options: &ReadOptions) -> Result<DicomImage, Error> {
    dicom::read(folder.path(), &SeriesChoice::Only, options)
}

fn problem(folder: &TempDir) -> SeriesProblem {
    match read(folder, &ReadOptions::default()) {
        Err(Error::Dicom { problem, .. }) => *problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn slices_are_sorted_by_position_and_rows_come_first_in_the_spacing() {
    let folder = tempdir().unwrap();
    stack(folder.path(), &[4.0, 0.0, 2.0, 6.0]);
    std::fs::write(folder.path().join("notes.txt"), "no DICOM").unwrap();
    let image = read(&folder, &ReadOptions::default()).unwrap();
    let grid = image.volume.geometry();
    assert_eq!(grid.size(), [4, 3, 4]);
    assert_eq!(grid.spacing_mm(), [0.5, 0.7, 2.0]);
    assert_eq!(grid.origin_mm(), [10.0, 20.0, 0.0]);
    let expected: Vec<i16> = [1, 2, 0, 3].into_iter().flat_map(values).collect();
    assert_eq!(image.volume.voxels(), &Voxels::I16(expected));
    assert!(image.notices.is_empty());
    // What contours need.
    assert_eq!(image.series.frame_of_reference_uid.as_deref(), Some("1.9.9"));
    let uids: Vec<&str> = image.series.slices.iter().map(|s| s.sop_instance_uid.as_str()).collect();
    assert_eq!(uids, ["1.2.3.4.2", "1.2.3.4.3", "1.2.3.4.1", "1.2.3.4.4"]);
    assert_eq!(image.series.slices_of("1.2.3.4.1", None).collect::<Vec<_>>(), [2]);
    // One way in.
    assert_eq!(radsurv_image::io::read(folder.path()).unwrap(), image.volume);
    let info = radsurv_image::io::read_info(folder.path()).unwrap();
    assert_eq!(&info.geometry, grid);
    assert_eq!(dicom::scan(folder.path()).unwrap().not_dicom, 1);
}

/// Found by fuzzing: the magic number of DICOM at its place in a MetaImage. Whatever such a file is taken for, all readers
/// have to take it for the same.
#[test]
fn all_readers_agree_on_what_is_dicom() {
    use radsurv_image::io;

    let folder = tempdir().unwrap();
    let path = folder.path().join("both.mha");
    let mut bytes = b"NDims = 2\nDimSize = 2 1\nElementType = MET_UCHAR\nComment = ".to_vec();
    bytes.resize(128, b' ');
    bytes.extend(b"DICM\nElementDataFile = LOCAL\n12");
    std::fs::write(&path, &bytes).unwrap();
    assert!(io::is_dicom(&path).unwrap());
    assert!(io::read_info(&path).is_err() && io::read(&path).is_err() && io::read_mask(&path, 0).is_err());
    assert!(io::read_channel(&path, 0).is_err());
    // One byte further it is a MetaImage for all.
    bytes.insert(127, b' ');
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(io::read_info(&path).unwrap().format, io::Format::MetaImage);
    assert_eq!(io::read_channel(&path, 0).unwrap(), io::read(&path).unwrap());
    // An object is an image of one channel.
    let path = slice("1.2.3.4", 1, [10.0, 20.0, 0.0], &values(0)).write(folder.path(), "slice.dcm");
    assert_eq!(io::read_channel(&path, 0).unwrap(), io::read(&path).unwrap());
    let message = io::read_channel(&path, 1).unwrap_err().to_string();
    assert!(message.contains("only channel 0"), "{message}");
}

#[test]
fn an_oblique_stack_goes_along_its_normal() {
    let folder = tempdir().unwrap();
    let (c, s) = (0.8, 0.6);
    // Rows along x, columns tilted in y and z: the normal is (0, -s, c).
    for i in 0..3 {
        let h = 2.5 * f64::from(2 - i);
        slice("1.2", i64::from(i), [1.0, -s * h, c * h], &values(i as usize))
            .text((0x20, 0x37), "DS", format!("1\\0\\0\\0\\{c}\\{s}"))
            .write(folder.path(), &format!("{i}"));
    }
    let image = read(&folder, &ReadOptions::default()).unwrap();
    let grid = image.volume.geometry();
    assert!((grid.spacing_mm()[2] - 2.5).abs() < 1e-12);
    let far = grid.index_to_point([0.0, 0.0, 2.0]);
    assert!((far[0] - 1.0).abs() < 1e-12 && (far[1] + 3.0).abs() < 1e-12 && (far[2] - 4.0).abs() < 1e-12, "{far:?}");
    assert_eq!(image.volume.get([0, 0, 0]), 150.0);
}

#[test]
fn missing_slices_are_counted_and_may_be_accepted() {
    let folder = tempdir().unwrap();
    stack(folder.path(), &[0.0, 2.0, 4.0, 10.0, 12.0]);
    let found = problem(&folder);
    assert!(matches!(found, SeriesProblem::MissingSlices { missing: 2, .. }), "{found:?}");
    assert!(found.to_string().contains("2 between 4.00 and 10.00 mm"), "{found}");
    let options = ReadOptions { accept_uneven: true, ..ReadOptions::default() };
    let image = read(&folder, &options).unwrap();
    assert_eq!(image.volume.geometry().spacing_mm()[2], 3.0);
    assert!(matches!(image.notices[..], [Notice::UnevenSpacing { .. }]));
}

#[test]
fn uneven_slices_are_refused_beyond_the_tolerance() {
    let folder = tempdir().unwrap();
    stack(folder.path(), &[0.0, 2.0, 4.01, 6.0]);
    let image = read(&folder, &ReadOptions::default()).unwrap();
    assert_eq!(image.volume.geometry().spacing_mm()[2], 2.0);
    assert!(matches!(image.notices[..], [Notice::UnevenSpacing { .. }]), "{:?}", image.notices);
    let folder = tempdir().unwrap();
    stack(folder.path(), &[0.0, 2.0, 4.5, 6.0]);
    assert!(matches!(problem(&folder), SeriesProblem::UnevenSpacing { .. }));
}

#[test]
fn duplicates_are_refused_or_dropped() {
    let folder = tempdir().unwrap();
    stack(folder.path(), &[0.0, 2.0, 2.0, 4.0]);
    assert!(matches!(problem(&folder), SeriesProblem::DuplicatePositions { count: 1, .. }));
    for (duplicates, expected) in [(Duplicates::KeepFirst, [0, 1, 3]), (Duplicates::KeepLast, [0, 2, 3])] {
        let image = read(&folder, &ReadOptions { duplicates, ..ReadOptions::default() }).unwrap();
        let expected: Vec<i16> = expected.into_iter().flat_map(values).collect();
        assert_eq!(image.volume.voxels(), &Voxels::I16(expected));
        assert_eq!(image.notices, [Notice::DuplicatesDropped { dropped: 1 }]);
    }
}

#[test]
fn volumes_in_one_series_are_told_apart_and_chosen() {
    let folder = tempdir().unwrap();
    for i in 0..6 {
        slice("1.2", i, [0.0, 0.0, (i % 3) as f64], &values(i as usize))
            .text((0x20, 0x12), "IS", i / 3 + 1)
            .write(folder.path(), &format!("{i}"));
    }
    let found = problem(&folder);
    assert_eq!(found, SeriesProblem::SeveralVolumes { by: SplitBy::Acquisition, values: vec!["1".into(), "2".into()] });
    let choose =
        |value: &str| ReadOptions { select: vec![(SplitBy::Acquisition, value.to_string())], ..ReadOptions::default() };
    assert_eq!(read(&folder, &choose("2")).unwrap().volume.get([0, 0, 0]), 250.0);
    let error = read(&folder, &choose("3")).unwrap_err().to_string();
    assert!(error.contains("no frame has acquisition=3; there are: 1, 2"), "{error}");
}

#[test]
fn mixed_stacks_are_refused() {
    let mixed = |change: fn(Set) -> Set| {
        let folder = tempdir().unwrap();
        for i in 0..4 {
            let set = slice("1.2", i, [0.0, 0.0, i as f64], &values(0));
            let set = if i == 3 { change(set) } else { set };
            set.write(folder.path(), &format!("{i}"));
        }
        problem(&folder)
    };
    let found = mixed(|s| s.text((0x20, 0x37), "DS", "1\\0\\0\\0\\0\\-1"));
    assert!(matches!(found, SeriesProblem::MixedOrientation { .. }), "{found}");
    assert!(found.to_string().contains("axial") && found.to_string().contains("coronal"), "{found}");
    let found = mixed(|s| s.text((0x28, 0x30), "DS", "0.7\\0.6"));
    assert!(matches!(found, SeriesProblem::MixedSpacing { .. }), "{found}");
    let found = mixed(|s| s.short((0x28, 0x10), 2));
    assert!(matches!(found, SeriesProblem::MixedSize { .. }), "{found}");
    let found = mixed(|s| s.text((0x20, 0x32), "DS", "0.2\\0\\3"));
    assert!(matches!(found, SeriesProblem::Sheared { .. }), "{found}");
    let found = mixed(|s| s.without((0x20, 0x32)));
    assert!(found.to_string().contains("(0020,0032)"), "{found}");
}

#[test]
fn series_are_listed_without_the_patient_and_chosen() {
    let folder = tempdir().unwrap();
    std::fs::create_dir(folder.path().join("deeper")).unwrap();
    for (series, number, name) in [("1.2.5", 5, "t1 tse"), ("1.2.6", 6, "t2 flair")] {
        for i in 0..2 {
            slice(series, i, [0.0, 0.0, i as f64], &values(i as usize))
                .text((0x20, 0x11), "IS", number)
                .text((0x08, 0x103e), "LO", name)
                .write(&folder.path().join("deeper"), &format!("{series}.{i}"));
        }
    }
    let scan = dicom::scan(folder.path()).unwrap();
    let error = scan.choose(&SeriesChoice::Only).unwrap_err().to_string();
    assert!(error.contains("2 image series") && error.contains("t1 tse") && error.contains("1.2.6"), "{error}");
    assert!(!error.contains("Doe"), "{error}");
    for choice in ["6", "1.2.6", "FLAIR", "t2*"] {
        assert_eq!(scan.choose(&choice.parse().unwrap()).unwrap().uid, "1.2.6", "{choice}");
    }
    let error = scan.choose(&"t*".parse().unwrap()).unwrap_err().to_string();
    assert!(error.contains("fits 2 image series"), "{error}");
    let error = scan.choose(&"9".parse().unwrap()).unwrap_err().to_string();
    assert!(error.contains("fits no image series"), "{error}");
}

/// Found by fuzzing: what the files of a series disagree about was that of the file whose name comes first.
#[test]
fn names_of_files_decide_nothing() {
    let found = [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]].map(|names| {
        let folder = tempdir().unwrap();
        for (i, name) in names.into_iter().enumerate() {
            let number = 7 - i as i64;
            slice("1.2.3.4", number, [1.0, 2.0, 3.0 * i as f64], &values(i))
                .text((0x20, 0x11), "IS", 10 + i)
                .text((0x20, 0x52), "UI", format!("1.9.{i}"))
                .text((0x28, 0x30), "DS", format!("0.7\\0.50000{i}"))
                .write(folder.path(), name);
        }
        let scan = dicom::scan(folder.path()).unwrap();
        let image = read(&folder, &ReadOptions::default()).unwrap();
        assert_eq!(image.series.frame_of_reference_uid, scan.series[0].frame_of_reference_uid);
        (scan.series[0].to_string(), scan.series[0].frame_of_reference_uid.clone(), image.volume)
    });
    assert!(found[0] == found[1] && found[0] == found[2], "{found:?}");
    assert_eq!(found[0].2.geometry().spacing_mm(), [0.5, 0.7, 3.0], "of the lowest slice, as ITK has it");
    assert_eq!(found[0].1.as_deref(), Some("1.9.2"), "of the lowest number");
}

#[test]
fn stored_bits_signs_and_rescaling() {
    let folder = tempdir().unwrap();
    for i in 0..2 {
        slice("1.2", i, [0.0, 0.0, i as f64], &[0x7001, 0x0fff, 0x0800, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            .short((0x28, 0x101), 12)
            .short((0x28, 0x102), 11)
            .text((0x28, 0x1052), "DS", "-1000")
            .text((0x28, 0x1053), "DS", "2")
            .write(folder.path(), &format!("{i}"));
    }
    let volume = read(&folder, &ReadOptions::default()).unwrap().volume;
    // 12 bits with sign: -2048 .. 2047, so -5096 .. 3094.
    let Voxels::I16(voxels) = volume.voxels() else { panic!("{:?}", volume.voxel_type()) };
    assert_eq!(voxels[..4], [-998, -1002, -5096, -1000]);

    // Slopes that differ from slice to slice, as in PET.
    let folder = tempdir().unwrap();
    for i in 0..2 {
        slice("1.2", i, [0.0, 0.0, i as f64], &values(0))
            .text((0x28, 0x1053), "DS", if i == 0 { "1" } else { "0.25" })
            .write(folder.path(), &format!("{i}"));
    }
    let volume = read(&folder, &ReadOptions::default()).unwrap().volume;
    let Voxels::F64(voxels) = volume.voxels() else { panic!("{:?}", volume.voxel_type()) };
    assert_eq!((voxels[1], voxels[13]), (-49.0, -12.25));
}

#[test]
fn inverted_and_padded_pictures() {
    let folder = tempdir().unwrap();
    for i in 0..2 {
        slice("1.2", i, [0.0, 0.0, i as f64], &values(0))
            .text((0x28, 0x04), "CS", "MONOCHROME1")
            .raw((0x28, 0x120), "SS", (-50i16).to_le_bytes())
            .write(folder.path(), &format!("{i}"));
    }
    let image = read(&folder, &ReadOptions::default()).unwrap();
    assert_eq!(image.volume.get([0, 0, 0]), 49.0);
    assert!(image.notices.contains(&Notice::Inverted));
    assert!(image.notices.iter().any(|n| matches!(n, Notice::Padding { voxels: 2, .. })), "{:?}", image.notices);
}

#[test]
fn truncated_and_crafted_files_are_errors() {
    let whole = slice("1.2", 1, [0.0; 3], &values(0)).file();
    for end in (132..whole.len()).rev() {
        assert!(Object::from_bytes(&whole[..end]).and_then(|o| o.frames()).is_err(), "{end}");
    }
    assert!(Object::from_bytes(&whole).unwrap().frames().is_ok());
    // A header that claims more pixels than there are.
    let huge = slice("1.2", 1, [0.0; 3], &values(0)).short((0x28, 0x10), 65535).short((0x28, 0x11), 65535);
    let error = Object::from_bytes(&huge.file()).unwrap().frames().unwrap_err().to_string();
    assert!(error.contains("end too early"), "{error}");
    let many = slice("1.2", 1, [0.0; 3], &values(0)).text((0x28, 0x08), "IS", "2147483647");
    assert!(Object::from_bytes(&many.file()).unwrap().frames().is_err());
    // An element that claims four gigabytes.
    let mut long = slice("1.2", 1, [0.0; 3], &values(0)).without(PIXELS).file();
    long.extend([0xe0, 0x7f, 0x10, 0x00, b'O', b'W', 0, 0, 0xfe, 0xff, 0xff, 0xff]);
    let error = Object::from_bytes(&long).unwrap_err().to_string();
    assert!(error.contains("more than the whole file"), "{error}");
    // Sequences within sequences.
    let mut deep = Set::default().file();
    for _ in 0..100_000 {
        deep.extend([0x40, 0, 0x30, 0xa7, b'S', b'Q', 0, 0, 0xff, 0xff, 0xff, 0xff]);
        deep.extend([0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff]);
    }
    let error = Object::from_bytes(&deep).unwrap_err().to_string();
    assert!(error.contains("sequences within each other"), "{error}");
    // Bits that do not fit.
    let bits = slice("1.2", 1, [0.0; 3], &values(0)).short((0x28, 0x102), 40);
    assert!(Object::from_bytes(&bits.file()).unwrap().frames().is_err());
}

#[test]
fn syntaxes_that_cannot_be_decoded_say_what_to_do() {
    let set = slice("1.2", 1, [0.0; 3], &[]).without(PIXELS);
    for (syntax, name) in [("1.2.840.10008.1.2.4.110", "JPEG XL"), ("1.2.840.10008.1.2.4.201", "High-Throughput")] {
        let bytes = set.file_with(syntax, &crate::support::dicom::encapsulated(&[&[1, 2, 3, 4]]));
        let error = Object::from_bytes(&bytes).and_then(|o| o.frames()).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("gdcmconv"), "{error}");
    }
    for syntax in ["5", "4.50", "4.70", "4.90"] {
        let bytes = set
            .file_with(&format!("1.2.840.10008.1.2.{syntax}"), &crate::support::dicom::encapsulated(&[&[1, 2, 3, 4]]));
        let error = Object::from_bytes(&bytes).and_then(|o| o.frames()).unwrap_err().to_string();
        assert!(error.contains("damaged"), "{error}");
    }
}

#[test]
fn copies_of_a_file_are_taken_once() {
    let folder = tempdir().unwrap();
    stack(folder.path(), &[0.0, 1.0]);
    std::fs::copy(folder.path().join("00.dcm"), folder.path().join("copy.dcm")).unwrap();
    let image = read(&folder, &ReadOptions::default()).unwrap();
    assert_eq!(image.volume.geometry().size(), [4, 3, 2]);
    assert_eq!(image.notices, [Notice::Copies { files: 1 }]);
    // Other bytes, the same pixels.
    slice("1.2.3.4", 1, [10.0, 20.0, 0.0], &values(0)).raw((0x29, 0x10), "UN", [1, 2]).write(folder.path(), "copy.dcm");
    assert_eq!(read(&folder, &ReadOptions::default()).unwrap(), image);
    // Found by fuzzing: a pixel differs, and the names of the files would decide which one is read.
    let mut changed = values(0);
    changed[7] += 1;
    for name in ["copy.dcm", "000.dcm"] {
        let path = slice("1.2.3.4", 1, [10.0, 20.0, 0.0], &changed).write(folder.path(), name);
        let message = read(&folder, &ReadOptions::default()).unwrap_err().to_string();
        assert!(message.contains("same object") && message.contains(name), "{message}");
        std::fs::remove_file(path).unwrap();
    }
}

/// Changed bytes give an error or another picture, never a panic.
#[test]
fn changed_bytes_do_no_harm() {
    let groups = Set::default().items((0x20, 0x9113), &[Set::default().text((0x20, 0x32), "DS", "1\\2\\3")]);
    let base = slice("1.2", 1, [0.0; 3], &values(0))
        .items((0x5200, 0x9230), &[groups])
        .raw((0x28, 0x120), "SS", [5, 0])
        .text((0x28, 0x1053), "DS", "2");
    let whole = base.file();
    let mut rng = radsurv_testkit::splitmix::SplitMix64::new(7);
    for _ in 0..20_000 {
        let mut bytes = whole.clone();
        for _ in 0..=rng.below(3) {
            let at = 132 + rng.below(bytes.len() as u64 - 132) as usize;
            bytes[at] = rng.next_u64() as u8;
        }
        if let Ok(object) = Object::from_bytes(&bytes) {
            let _ = object.frames();
        }
    }
    let mut trailing = whole.clone();
    trailing.extend([0; 7]);
    assert!(Object::from_bytes(&trailing).unwrap().frames().is_ok());
}
