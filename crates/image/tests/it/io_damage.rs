//! Bad files: each a clear error with the file's name, never a panic, never an allocation that a header asks for.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use proptest::prelude::*;
use radsurv_image::{Error, Geometry, Volume, io};
use tempfile::TempDir;

fn image() -> Volume {
    let grid = Geometry::new([5, 4, 3], [0.5, 1.0, 2.0], [1.0, 2.0, 3.0], Geometry::IDENTITY).unwrap();
    Volume::new(grid, (0..60).map(|v| v * 7 - 100).collect::<Vec<i16>>()).unwrap()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes bytes and returns the message of reading them, which must name the file.
fn message(bytes: impl AsRef<[u8]>, name: &str) -> String {
    let folder = folder();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    text_of(&path)
}

fn text_of(path: &Path) -> String {
    let error = io::read(path).unwrap_err();
    let text = error.to_string();
    assert!(text.contains(path.file_stem().unwrap().to_str().unwrap()), "{text} does not name {}", path.display());
    text
}

#[track_caller]
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{text:?} does not say {word:?}");
    }
}

/// The bytes of the image in a format.
fn bytes(name: &str) -> Vec<u8> {
    let folder = folder();
    let path = folder.path().join(name);
    io::write(&path, &image()).unwrap();
    std::fs::read(path).unwrap()
}

fn with(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

/// A text header with a line replaced; lines are told apart by their beginning.
fn line(bytes: Vec<u8>, begins: &str, new: &str) -> Vec<u8> {
    let text: String = bytes.iter().map(|&b| char::from(b)).collect();
    let at = text.find(&format!("\n{begins}")).unwrap() + 1;
    let end = at + text[at..].find('\n').unwrap();
    format!("{}{new}{}", &text[..at], &text[end..]).chars().map(|c| c as u8).collect()
}

#[test]
fn things_that_are_no_image_files() {
    let folder = folder();
    says(&text_of(&folder.path().join("missing.nii.gz")), &["No such file"]);
    assert!(matches!(io::read(folder.path().join("missing.nii.gz")), Err(Error::Io { .. })));
    says(&text_of(folder.path()), &["folder", "NIfTI", "NRRD", "MetaImage"]);
    says(&message("", "a.nrrd"), &["empty", "supported are"]);
    says(&message("hello", "a.nii"), &["no image file of a known format", ".nii.gz", ".nhdr", ".mhd"]);
    let dicom = [vec![0; 128], b"DICM".to_vec()].concat();
    says(
        &message(dicom, "a.nii"),
        &["DICOM", if cfg!(feature = "dicom") { "no DICOM image series" } else { "convert" }],
    );
    let analyze = [348i32.to_le_bytes().to_vec(), vec![0; 344]].concat();
    says(&message(analyze, "a.hdr"), &["Analyze", "convert"]);
    says(&message([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0xff], "a.nii.gz"), &["gzip", "damaged"]);
}

#[test]
fn a_wrong_extension_does_no_harm() {
    let folder = folder();
    for (from, to) in [("a.nii", "b.nii.gz"), ("a.nii.gz", "b.nii"), ("a.nrrd", "b.mha"), ("a.mha", "b.nrrd")] {
        let path = folder.path().join(to);
        std::fs::write(&path, bytes(from)).unwrap();
        assert_eq!(io::read(&path).unwrap().voxels(), image().voxels(), "{from} as {to}");
    }
}

#[test]
fn truncated_files() {
    for name in ["a.nii", "a.nii.gz", "a.nrrd", "a.mha"] {
        let whole = bytes(name);
        for length in 0..whole.len() {
            let text = message(&whole[..length], name);
            assert!(
                [
                    "truncated",
                    "damaged",
                    "ends within",
                    "empty",
                    "ends without",
                    "no image file",
                    "first line",
                    "does not exist"
                ]
                .iter()
                .any(|w| text.contains(w)),
                "{name} cut to {length}: {text}"
            );
        }
    }
}

#[test]
fn a_changed_byte_in_compressed_data_is_found() {
    let whole = bytes("a.nii.gz");
    let mut unharmed = 0;
    // After the gzip header, up to the length at the end: a change shows in the stream or in its checksum, unless the
    // values are the same (a bit that fills a byte, a code that is not used).
    for at in 10..whole.len() - 4 {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        let folder = folder();
        let path = folder.path().join("a.nii.gz");
        std::fs::write(&path, changed).unwrap();
        if let Ok(read) = io::read(&path) {
            assert!(read == image(), "byte {at} of {}", whole.len());
            unharmed += 1;
        }
    }
    assert!(unharmed < 5, "{unharmed} changes did no harm");
}

#[test]
fn headers_that_promise_more_than_there_is() {
    // 32767^3 voxels of 2 bytes: 70 TB. Both the raw and the compressed file are refused before anything is allocated.
    let sizes: Vec<u8> = [32767i16; 3].iter().flat_map(|s| s.to_le_bytes()).collect();
    let huge = with(bytes("a.nii"), 42, &sizes);
    says(&message(&huge, "a.nii"), &["promises 35181150961663 values", "truncated"]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, &huge).unwrap();
    says(&message(packed.finish().unwrap(), "a.nii.gz"), &["promises 35181150961663 values", "truncated"]);
    for (name, field, sizes, words) in [
        ("a.nrrd", "sizes:", "sizes: 100000 100000 100000", "promises"),
        ("a.nrrd", "sizes:", "sizes: 4294967295 4294967295 4294967295", "too large for this machine"),
        ("a.nrrd", "sizes:", "sizes: 99999999999999999999 1 1", "no number"),
        ("a.mha", "DimSize", "DimSize = 100000 100000 100000", "promises"),
        ("a.mha", "DimSize", "DimSize = 4294967295 4294967295 4294967295", "too large for this machine"),
    ] {
        says(&message(line(bytes(name), field, sizes), name), &[words]);
    }
    // Every size of NIfTI-2 at its largest.
    let folder = folder();
    let path = folder.path().join("a.nii");
    let grid = Geometry::new([40_000, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    io::write(&path, &Volume::new(grid, vec![0u8; 40_000]).unwrap()).unwrap();
    let all = with(std::fs::read(&path).unwrap(), 24, &i64::MAX.to_le_bytes().repeat(3));
    says(&message(all, "a.nii"), &["too large for this machine"]);
}

#[test]
fn a_gzip_bomb_grows_no_further_than_its_header_says() {
    // 100 MB of zeros in 100 kB, of which the header wants 60 values: the rest is looked at for the checksum alone.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, &bytes("a.nii")).unwrap();
    let zeros = vec![0u8; 1 << 20];
    (0..100).for_each(|_| std::io::Write::write_all(&mut packed, &zeros).unwrap());
    let folder = folder();
    let path = folder.path().join("a.nii.gz");
    std::fs::write(&path, packed.finish().unwrap()).unwrap();
    assert_eq!(io::read(&path).unwrap(), image());
}

#[test]
fn impossible_nifti_headers() {
    let nii = || bytes("a.nii");
    let i16s = |values: &[i16]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let f32s = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    says(&message(with(nii(), 42, &i16s(&[5, -4, 3])), "a.nii"), &["axis 2", "-4"]);
    says(&message(with(nii(), 42, &i16s(&[0])), "a.nii"), &["axis 1", "0"]);
    says(&message(with(nii(), 40, &i16s(&[8])), "a.nii"), &["8 dimensions"]);
    says(&message(with(nii(), 40, &i16s(&[-1])), "a.nii"), &["-1 dimensions"]);
    says(&message(with(nii(), 40, &i16s(&[1])), "a.nii"), &["one dimension"]);
    says(&message(with(nii(), 108, &f32s(&[f32::NAN])), "a.nii"), &["begin at byte NaN"]);
    says(&message(with(nii(), 108, &f32s(&[1e30])), "a.nii"), &["begin at byte"]);
    says(&message(with(nii(), 108, &f32s(&[1e6])), "a.nii"), &["truncated"]);
    // An sform with NaN: the qform counts; without it there is no orientation.
    let nan = with(nii(), 280, &f32s(&[f32::NAN]));
    let folder = folder();
    let path = folder.path().join("a.nii");
    std::fs::write(&path, &nan).unwrap();
    assert_eq!(io::read(&path).unwrap().geometry(), image().geometry());
    says(&message(with(nan, 252, &i16s(&[0])), "a.nii"), &["sform", "qform", "resample"]);
    let skew = with(with(nii(), 252, &i16s(&[0])), 284, &f32s(&[0.7]));
    says(&message(skew, "a.nii"), &["not perpendicular", "resample"]);
    for (code, words) in [
        (0, "unknown code 0"),
        (1, "single bits"),
        (32, "complex"),
        (128, "RGB"),
        (1536, "128-bit"),
        (1792, "complex"),
        (2304, "RGB"),
        (77, "unknown code 77"),
    ] {
        says(&message(with(nii(), 70, &i16s(&[code])), "a.nii"), &[words]);
    }
    for (intent, words) in [(1004, "matrices"), (1005, "matrices"), (1006, "displacement")] {
        says(&message(with(nii(), 68, &i16s(&[intent])), "a.nii"), &[words]);
    }
}

#[test]
fn spacings_of_nifti_that_are_no_numbers_are_1() {
    // As niftilib does.
    let folder = folder();
    let path = folder.path().join("a.nii");
    let pixdim: Vec<u8> = [f32::NAN, 0.0, f32::INFINITY].iter().flat_map(|v| v.to_le_bytes()).collect();
    std::fs::write(&path, with(bytes("a.nii"), 80, &pixdim)).unwrap();
    assert_eq!(io::read(&path).unwrap().geometry().spacing_mm(), [1.0; 3]);
}

#[test]
fn impossible_text_headers() {
    for (name, field, new, words) in [
        ("a.nrrd", "type:", "type: quaternion", vec!["type", "quaternion"]),
        ("a.nrrd", "type:", "type: block", vec!["blocks"]),
        ("a.nrrd", "type:", "# no type", vec!["no \"type\""]),
        ("a.nrrd", "sizes:", "sizes: 5 -4 3", vec!["sizes", "-4"]),
        ("a.nrrd", "sizes:", "sizes: 5 0 3", vec!["sizes", "0"]),
        ("a.nrrd", "sizes:", "sizes: 5 12", vec!["\"sizes\" has 2 values", "\"dimension\" is 3"]),
        ("a.nrrd", "sizes:", "# no sizes", vec!["no \"sizes\""]),
        ("a.nrrd", "dimension:", "dimension: 99", vec!["dimension", "1 to 16"]),
        ("a.nrrd", "encoding:", "encoding: bzip2", vec!["bzip2", "save it with gzip"]),
        ("a.nrrd", "encoding:", "encoding: zip", vec!["encoding", "zip"]),
        ("a.nrrd", "endian:", "endian: middle", vec!["endian", "little or big"]),
        ("a.nrrd", "endian:", "# none", vec!["endian"]),
        ("a.nrrd", "space directions:", "space directions: (1,0,0) (0,1,0)", vec!["space directions", "2 values"]),
        ("a.nrrd", "space directions:", "space directions: (1,0) (0,1) (1,1)", vec!["elements of its space"]),
        ("a.nrrd", "space directions:", "space directions: (0,0,0) (0,1,0) (0,0,1)", vec!["spacing"]),
        ("a.nrrd", "space directions:", "space directions: (1,0,0) (2,0,0) (0,0,1)", vec!["singular"]),
        ("a.nrrd", "space directions:", "space directions: (inf,0,0) (0,1,0) (0,0,1)", vec!["space directions"]),
        ("a.nrrd", "space directions:", "space directions: (nan,0,0) (0,1,0) (0,0,1)", vec!["space directions"]),
        ("a.nrrd", "space origin:", "space origin: (1,2,x)", vec!["space origin"]),
        ("a.nrrd", "space:", "space: outer", vec!["space", "unknown"]),
        ("a.nrrd", "kinds:", "kinds: domain domain shape", vec!["kinds", "unknown"]),
        ("a.nrrd", "kinds:", "spacings: 1 1 1", vec!["spacings", "only one"]),
        ("a.nrrd", "kinds:", "byte skip: -2", vec!["byte skip"]),
        ("a.nrrd", "kinds:", "byte skip: 99999999999", vec!["truncated"]),
        ("a.nrrd", "kinds:", "line skip: 1000", vec!["fewer lines"]),
        ("a.nrrd", "kinds:", "nonsense: 1", vec!["unknown field", "nonsense"]),
        ("a.nrrd", "kinds:", "nonsense", vec!["neither a field nor a key"]),
        ("a.nrrd", "kinds:", "data file: a%d.raw 1 2", vec!["first, last and step"]),
        ("a.nrrd", "kinds:", "data file: a%d.raw 1 7 1", vec!["do not divide evenly"]),
        ("a.nrrd", "kinds:", "data file: missing.raw", vec!["missing.raw", "does not exist"]),
        ("a.mha", "NDims", "NDims = 0", vec!["NDims", "1 to 10"]),
        ("a.mha", "NDims", "NDims = 11", vec!["NDims"]),
        ("a.mha", "NDims", "NDims = 1", vec!["1 dimension"]),
        ("a.mha", "NDims", "NDims = 4", vec!["DimSize", "4 numbers"]),
        ("a.mha", "NDims", "Comment = none", vec!["no \"NDims\""]),
        ("a.mha", "DimSize", "DimSize = 5 -4 3", vec!["DimSize", "-4"]),
        ("a.mha", "DimSize", "DimSize = 5 0 3", vec!["DimSize", "0"]),
        ("a.mha", "DimSize", "DimSize = 5 x 3", vec!["DimSize", "\"x\""]),
        ("a.mha", "ElementSpacing", "ElementSpacing = 1 nan 1", vec!["spacing", "not positive"]),
        ("a.mha", "ElementSpacing", "ElementSpacing = 1 0 1", vec!["spacing", "not positive"]),
        ("a.mha", "Offset", "Offset = 1 inf 1", vec!["origin", "not finite"]),
        ("a.mha", "TransformMatrix", "TransformMatrix = 1 0 0 1 0 0 0 0 1", vec!["singular"]),
        ("a.mha", "TransformMatrix", "TransformMatrix = 1 0 0", vec!["TransformMatrix", "9 numbers"]),
        ("a.mha", "ElementType", "ElementType = MET_FLOAT_MATRIX", vec!["MET_FLOAT_MATRIX"]),
        ("a.mha", "ElementType", "ElementType = MET_WORD", vec!["ElementType", "no type"]),
        ("a.mha", "ElementType", "Comment = none", vec!["no \"ElementType\""]),
        ("a.mha", "BinaryData =", "ElementNumberOfChannels = 0", vec!["ElementNumberOfChannels"]),
        ("a.mha", "BinaryData =", "HeaderSize = -7", vec!["HeaderSize"]),
        ("a.mha", "BinaryData =", "BinaryData = False", vec!["damaged", "value 1"]),
        ("a.mha", "ElementDataFile", "ElementDataFile = missing.raw", vec!["missing.raw", "does not exist"]),
        ("a.mha", "ElementDataFile", "ElementDataFile = LIST 2", vec!["list", "3"]),
        ("a.mha", "ElementDataFile", "ElementDataFile =", vec!["ElementDataFile", "empty"]),
    ] {
        let folder = folder();
        let path = folder.path().join(name);
        std::fs::write(&path, line(bytes(name), field, new)).unwrap();
        let text = io::read(&path).expect_err(new).to_string();
        for word in words {
            assert!(text.contains(word), "{new}: {text:?} does not say {word:?}");
        }
    }
    says(&message(line(bytes("a.mha"), "CompressedData", "CompressedData = True"), "a.mha"), &["damaged"]);
    says(&message(line(bytes("a.nrrd"), "encoding:", "encoding: ascii"), "a.nrrd"), &["value 1"]);
    says(&message("NRRD0009\n\n", "a.nrrd"), &["NRRD0009"]);
    says(&message("ObjectType = Tube\nNDims = 3\nDimSize = 1 1 1\nElementDataFile = LOCAL\n", "a.mha"), &["Tube"]);
}

#[test]
fn vector_images_and_series_name_the_remedy() {
    let vector = "NRRD0004\ntype: uchar\ndimension: 4\nsizes: 2 2 1 2\nkinds: list domain domain domain\nencoding: text\n\n\
                  1 2 3 4 5 6 7 8\n";
    let folder = folder();
    let path = folder.path().join("a.seg.nrrd");
    std::fs::write(&path, vector).unwrap();
    says(&text_of(&path), &["2 values per voxel", "read_channel (0 to 1)", "label_channel"]);
    assert_eq!(io::read_info(&path).unwrap().channels, 2);
    assert_eq!(io::read_channel(&path, 1).unwrap().voxels(), &vec![2u8, 4, 6, 8].into());
    assert_eq!(io::read_mask(&path, 0).unwrap().get([1, 0, 0]), 3);
    says(&io::read_mask(&path, 2).unwrap_err().to_string(), &["channel 2", "0 to 1", "a.seg.nrrd"]);
    let series = vector.replace("list domain domain domain", "domain domain domain time");
    std::fs::write(&path, series).unwrap();
    says(&text_of(&path), &["series of 2 volumes", "read_channel (0 to 1)"]);
    assert_eq!(io::read_channel(&path, 1).unwrap().voxels(), &vec![5u8, 6, 7, 8].into());
    // A mask of one value per voxel has no channels to choose from.
    std::fs::write(&path, bytes("a.nrrd")).unwrap();
    says(&io::read_channel(&path, 1).unwrap_err().to_string(), &["only channel 0"]);
    says(&io::read_mask(&path, 1).unwrap_err().to_string(), &["labels must be whole numbers", "a.seg.nrrd"]);
}

#[test]
fn half_a_pair_says_what_is_missing() {
    let folder = folder();
    let header = folder.path().join("a.hdr");
    let data = folder.path().join("a.img");
    let whole = bytes("a.nii");
    std::fs::write(&header, with(with(whole[..352].to_vec(), 344, b"ni1\0"), 108, &0f32.to_le_bytes())).unwrap();
    says(&text_of(&header), &[".img", "not beside it"]);
    std::fs::write(&data, &whole[352..]).unwrap();
    assert_eq!(io::read(&header).unwrap(), image());
    assert_eq!(io::read(&data).unwrap(), image());
    std::fs::write(&data, &whole[352..360]).unwrap();
    says(&io::read(&header).unwrap_err().to_string(), &["a.img", "truncated"]);
    std::fs::remove_file(&header).unwrap();
    says(&text_of(&data), &["no image file of a known format"]);
}

/// Files of every format and encoding, as names with bytes.
fn seeds() -> Vec<(PathBuf, Vec<u8>)> {
    let mut seeds: Vec<(PathBuf, Vec<u8>)> =
        ["a.nii", "a.nii.gz", "a.nrrd", "a.mha"].iter().map(|n| (PathBuf::from(n), bytes(n))).collect();
    for encoding in ["text", "hex", "gzip"] {
        let header = format!("encoding: {encoding}");
        seeds.push(("b.nrrd".into(), line(bytes("a.nrrd"), "encoding:", &header)));
    }
    seeds.push(("b.mha".into(), line(bytes("a.mha"), "BinaryData =", "BinaryData = False")));
    seeds.push(("c.mha".into(), line(bytes("a.mha"), "ElementDataFile", "ElementDataFile = x%02d.raw 1 3 1")));
    seeds.push(("c.nrrd".into(), line(bytes("a.nrrd"), "kinds:", "data file: x%02d.raw 1 3 1")));
    seeds
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Changed, removed and inserted bytes: an image or an error, no panic.
    #[test]
    fn damaged_files_never_panic(
        which in 0usize..10,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..5), 1..12),
        end in prop::option::of(any::<prop::sample::Index>()),
    ) {
        static SEEDS: OnceLock<Vec<(PathBuf, Vec<u8>)>> = OnceLock::new();
        let (name, mut bytes) = SEEDS.get_or_init(seeds)[which].clone();
        for (at, value, how) in changes {
            // Most of the damage goes to the header.
            let at = at.index(bytes.len().clamp(1, 600).min(bytes.len()));
            match how {
                0 => { bytes.remove(at); }
                1 => bytes.insert(at, value),
                2 => bytes[at] = b"0123456789-. \n"[value as usize % 14],
                3 => bytes[at] = [0, 0xff, 0x7f, 0x80][value as usize % 4],
                _ => bytes[at] = value,
            }
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len()));
        }
        let folder = folder();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let info = io::read_info(&path);
        match io::read(&path) {
            Ok(image) => prop_assert_eq!(image.voxels().len(), image.geometry().voxel_count()),
            Err(error) => prop_assert!(error.to_string().len() > 10),
        }
        if let Ok(info) = info {
            let _ = io::read_channel(&path, info.channels - 1);
        }
    }
}
