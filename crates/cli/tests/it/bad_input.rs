//! Input that cannot be used: each time an error that names the file, what is wrong with it, and what to do; never a
//! panic, never a table with wrong numbers.

use std::path::Path;

use radsurv_image::{Geometry, Mask, Volume, io};

use crate::support::{Folder, column};

const ONE: &str = "extract --image i.nrrd --mask m.nrrd --out t.csv";
const SIZE: [usize; 3] = [8, 7, 6];
const VOXELS: usize = 8 * 7 * 6;

/// A folder with the image `i.nrrd` and a mask `m.nrrd` of a box in it.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.image("i.nrrd", SIZE, [1.0, 1.0, 2.0], (0..VOXELS).map(|i| (i * 37 % 211) as f32).collect::<Vec<_>>());
    folder.mask(
        "m.nrrd",
        SIZE,
        [1.0, 1.0, 2.0],
        labels(|[x, y, z]| u8::from(x > 1 && x < 6 && y > 1 && z > 0 && z < 5)),
    );
    folder
}

fn labels(label: impl Fn([usize; 3]) -> u8) -> Vec<u8> {
    (0..VOXELS).map(|i| label([i % 8, i / 8 % 7, i / 56])).collect()
}

/// The program fails with these words, and writes no table.
#[track_caller]
fn fails(folder: &Folder, args: &str, words: &[&str]) {
    let run = folder.run(args).expect(1).says(words);
    assert!(run.stderr.lines().any(|line| line.starts_with("error: ")), "{}", run.stderr);
    assert!(!folder.has("t.csv"));
}

#[test]
fn the_folder_of_these_tests_is_good() {
    let folder = folder();
    folder.run(ONE).expect(0);
}

#[test]
fn files_that_are_not_there_or_no_images() {
    let folder = folder();
    folder.write(
        "notes.txt",
        "this is no image, just some text that is long enough to hold any header there is".repeat(9),
    );
    folder.write("empty.nrrd", "");
    std::fs::create_dir(folder.path("dir")).unwrap();
    for (image, words) in
        [("none.nrrd", "No such file"), ("dir", "folder"), ("empty.nrrd", "empty"), ("notes.txt", "not")]
    {
        fails(&folder, &format!("extract --image {image} --mask m.nrrd --out t.csv"), &[image, words]);
        fails(&folder, &format!("extract --image i.nrrd --mask {image} --out t.csv"), &[image, words]);
        folder.run(&format!("image info {image}")).expect(1).says(&[image, words]);
    }
}

#[test]
fn truncated_files() {
    let folder = folder();
    let image = io::read(folder.path("i.nrrd")).unwrap();
    let mask = io::read_mask(folder.path("m.nrrd"), 0).unwrap();
    for extension in ["nii", "nii.gz", "nrrd", "mha"] {
        let (i, m) = (format!("i.{extension}"), format!("m.{extension}"));
        io::write(folder.path(&i), &image).unwrap();
        io::write_mask(folder.path(&m), &mask).unwrap();
        let args = format!("extract --image {i} --mask {m} --out t.csv");
        for name in [&i, &m] {
            let whole = std::fs::read(folder.path(name)).unwrap();
            // In the header, at its end, and in the voxels, up to the last byte of a file without compression.
            for part in [1, 10, 100, whole.len() / 3, whole.len() / 2, whole.len() - 20, whole.len() - 1] {
                folder.write(name, &whole[..part.min(whole.len() - 1)]);
                // A gzip stream may lose its last bytes, a checksum, without losing a voxel.
                if part < whole.len() - 10 || extension == "nii" {
                    fails(&folder, &args, &[name]);
                }
            }
            folder.write(name, &whole);
        }
        folder.run(&args).expect(0);
        std::fs::remove_file(folder.path("t.csv")).unwrap();
    }
}

#[test]
fn corrupt_files() {
    let folder = folder();
    let image = io::read(folder.path("i.nrrd")).unwrap();
    for extension in ["nii.gz", "nrrd", "mha", "nii"] {
        let name = format!("c.{extension}");
        io::write(folder.path(&name), &image).unwrap();
        let whole = std::fs::read(folder.path(&name)).unwrap();
        let mut state = 1u64;
        for _ in 0..40 {
            // Eight bytes of noise somewhere: the run may fail, and says why, or find nothing wrong.
            let mut bytes = whole.clone();
            for _ in 0..8 {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let at = (state >> 33) as usize % bytes.len().min(400);
                bytes[at] = (state >> 20) as u8;
            }
            folder.write(&name, &bytes);
            let run = folder.run(&format!("extract --image {name} --mask m.nrrd --out c.csv"));
            assert!([0, 1].contains(&run.status), "{}", run.stderr);
            assert!(run.status == 0 || run.stderr.contains(&name), "{}", run.stderr);
        }
    }
}

#[test]
fn headers_that_promise_terabytes() {
    let folder = folder();
    folder.write(
        "huge.nrrd",
        "NRRD0004\ntype: short\ndimension: 3\nsizes: 100000 100000 100000\nencoding: raw\nendian: little\n\nabc",
    );
    folder.write(
        "over.nrrd",
        "NRRD0004\ntype: double\ndimension: 3\nsizes: 4294967296 4294967296 4294967296\nencoding: raw\nendian: little\n\nabc",
    );
    folder.write("zipped.nrrd", "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 30000 30000 30000\nencoding: gzip\n\nabc");
    folder.write(
        "huge.mha",
        "ObjectType = Image\nNDims = 3\nDimSize = 100000 100000 100000\nElementType = MET_DOUBLE\nElementDataFile = LOCAL\nabc",
    );
    io::write(folder.path("huge.nii"), &io::read(folder.path("i.nrrd")).unwrap()).unwrap();
    let mut bytes = std::fs::read(folder.path("huge.nii")).unwrap();
    for axis in 0..3 {
        bytes[42 + 2 * axis..44 + 2 * axis].copy_from_slice(&32767i16.to_le_bytes());
    }
    folder.write("huge.nii", &bytes);
    for name in ["huge.nrrd", "over.nrrd", "zipped.nrrd", "huge.mha", "huge.nii"] {
        fails(&folder, &format!("extract --image {name} --mask m.nrrd --out t.csv"), &[name]);
        fails(&folder, &format!("extract --image i.nrrd --mask {name} --out t.csv"), &[name]);
    }
}

#[test]
fn voxels_that_are_no_numbers() {
    let folder = folder();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut values: Vec<f32> = (0..VOXELS).map(|i| (i * 37 % 211) as f32).collect();
        values[3 + 8 * (4 + 7 * 2)] = bad;
        folder.image("i.nrrd", SIZE, [1.0, 1.0, 2.0], values);
        // Whatever the format.
        for other in ["j.nii", "j.nii.gz", "j.mha"] {
            io::write(folder.path(other), &io::read(folder.path("i.nrrd")).unwrap()).unwrap();
            let says = [other, "[3, 4, 2]", "1 of its voxels", "replace NaN and infinite voxels"];
            fails(&folder, &format!("extract --image {other} --mask m.nrrd --out t.csv"), &says);
            folder.write("p.yaml", "setting: {preCrop: true, padDistance: 0}\nimageType: {LoG: {sigma: [1.0]}}\n");
            fails(&folder, &format!("extract --image {other} --mask m.nrrd --params p.yaml --out t.csv"), &says);
        }
        fails(&folder, ONE, &["i.nrrd", "[3, 4, 2]", "replace NaN and infinite voxels"]);
        for image_type in ["Wavelet", "LoG: {sigma: [1.0]}", "Gradient", "LBP2D", "LBP3D", "Exponential"] {
            let image_type =
                if image_type.contains(':') { image_type.to_string() } else { format!("{image_type}: {{}}") };
            folder.write("p.yaml", format!("imageType: {{{image_type}}}\nfeatureClass: {{firstorder: }}\n"));
            fails(&folder, &format!("{ONE} --params p.yaml"), &["i.nrrd", "[3, 4, 2]"]);
        }
        folder.write("p.yaml", "setting: {normalize: true}\n");
        fails(&folder, &format!("{ONE} --params p.yaml"), &["i.nrrd", "[3, 4, 2]"]);
        folder.write("p.yaml", "setting: {resampledPixelSpacing: [1, 1, 1]}\n");
        fails(&folder, &format!("{ONE} --params p.yaml"), &["i.nrrd", "[3, 4, 2]"]);
    }
}

#[test]
fn masks_that_are_no_label_maps() {
    let folder = folder();
    for bad in [f32::NAN, f32::INFINITY, -1.0, 1e10] {
        let mut values = vec![1.0f32; VOXELS];
        values[9] = bad;
        folder.image("m.nrrd", SIZE, [1.0, 1.0, 2.0], values);
        fails(&folder, ONE, &["m.nrrd", "[1, 1, 0]", "labels must be whole numbers"]);
        io::write(folder.path("m.nii.gz"), &io::read(folder.path("m.nrrd")).unwrap()).unwrap();
        let says = ["m.nii.gz", "[1, 1, 0]", "labels must be whole numbers"];
        fails(&folder, "extract --image i.nrrd --mask m.nii.gz --out t.csv", &says);
    }
}

#[test]
fn regions_that_are_empty_or_too_small() {
    let folder = folder();
    let with = |label: &dyn Fn([usize; 3]) -> u8| folder.mask("m.nrrd", SIZE, [1.0, 1.0, 2.0], labels(label));
    fails(&folder, &format!("{ONE} --label 3"), &["m.nrrd: label 3 is not in the mask; choose from 1"]);
    with(&|_| 0);
    fails(&folder, ONE, &["m.nrrd: label 1 is not in the mask; the mask is empty"]);
    fails(&folder, &format!("{ONE} --labels all"), &["m.nrrd: the mask is empty"]);
    fails(&folder, &format!("{ONE} --labels union"), &["m.nrrd", "the mask is empty"]);
    with(&|i| u8::from(i == [3, 3, 3]));
    fails(&folder, ONE, &["m.nrrd on i.nrrd", "single voxel"]);
    with(&|i| u8::from(i[0] == 3 && i[1] == 3));
    fails(&folder, ONE, &["m.nrrd", "minimumROIDimensions"]);
    with(&|_| 1);
    folder.run(ONE).expect(0);
    std::fs::remove_file(folder.path("t.csv")).unwrap();
    // There is no ring around what fills the image: the region is extracted, the ring fails.
    folder.run(&format!("{ONE} --ring 5")).expect(3).says(&["m.nrrd", "fill the image"]);
    assert_eq!(column(&folder.table("t.csv"), "region"), ["mask"]);
    assert_eq!(column(&folder.table("t.failed.csv"), "region"), ["ring"]);
}

#[test]
fn masks_on_another_grid() {
    let folder = folder();
    let mask = io::read_mask(folder.path("m.nrrd"), 0).unwrap();
    let moved = |size: [usize; 3], spacing: [f64; 3], origin: [f64; 3]| {
        let values = vec![1u8; size.iter().product()];
        let grid = Geometry::new(size, spacing, origin, Geometry::IDENTITY).unwrap();
        io::write_mask(folder.path("m.nrrd"), &Mask::new(Volume::new(grid, values).unwrap()).unwrap()).unwrap();
    };
    folder.write("correct.yaml", "setting: {correctMask: true}\n");
    let corrected = format!("{ONE} --params correct.yaml");

    moved([8, 7, 5], [1.0, 1.0, 2.0], [0.0; 3]);
    let words = ["m.nrrd on i.nrrd: image and mask are not on the same grid", "[8, 7, 6]", "[8, 7, 5]", "correctMask"];
    fails(&folder, ONE, &words);
    moved(SIZE, [1.0, 1.0, 2.5], [0.0; 3]);
    fails(&folder, ONE, &["spacing mm", "2.5", "correctMask"]);
    moved(SIZE, [1.0, 1.0, 2.0], [0.5, 0.0, 0.0]);
    fails(&folder, ONE, &["origin mm", "0.5", "correctMask", "geometryTolerance"]);
    moved([4, 4, 3], [1.0, 1.0, 2.0], [2.0, 2.0, 2.0]);
    folder.run(&corrected).expect(0);
    std::fs::remove_file(folder.path("t.csv")).unwrap();

    // Outside the image, whole or in part.
    for origin in [[500.0, 0.0, 0.0], [0.0, 0.0, -40.0]] {
        moved(SIZE, [1.0, 1.0, 2.0], origin);
        fails(&folder, ONE, &["m.nrrd on i.nrrd", "origin mm"]);
        fails(&folder, &corrected, &["m.nrrd on i.nrrd"]);
    }
    io::write_mask(folder.path("m.nrrd"), &mask).unwrap();
    folder.run(&corrected).expect(0);
}

#[test]
fn images_that_are_several() {
    let folder = folder();
    let header = "NRRD0004\ntype: uchar\ndimension: 4\nsizes: 2 8 7 6\nkinds: vector domain domain domain\nspace: left-posterior-superior\nspace directions: none (1,0,0) (0,1,0) (0,0,2)\nspace origin: (0,0,0)\nencoding: raw\n\n";
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(labels(|[x, ..]| u8::from(x > 2)).iter().flat_map(|&l| [l, 1 - l]));
    folder.write("two.nrrd", bytes);
    fails(&folder, "extract --image two.nrrd --mask m.nrrd --out t.csv", &["two.nrrd", "2 values per voxel"]);
    folder.write("p.yaml", "setting: {label_channel: 2}\n");
    fails(
        &folder,
        "extract --image i.nrrd --mask two.nrrd --params p.yaml --out t.csv",
        &["two.nrrd", "channel 2", "0 to 1"],
    );
    folder.write(
        "cases.csv",
        "ID,Image,Mask,Label_channel\na,i.nrrd,two.nrrd,0\nb,i.nrrd,two.nrrd,1\nc,i.nrrd,two.nrrd,\n",
    );
    folder.run("extract --cases cases.csv --out c.csv").expect(0);
    let table = folder.table("c.csv");
    let volume = column(&table, "original_shape_VoxelVolume");
    assert!(volume[0] != volume[1] && volume[0] == volume[2]);
    assert_eq!(column(&table, "Label_channel"), ["0", "1", ""]);
}

#[test]
fn outputs_that_cannot_be_written() {
    let folder = folder();
    std::fs::create_dir(folder.path("dir.csv")).unwrap();
    folder.write("cases.csv", "ID,Image,Mask\na,i.nrrd,m.nrrd\n");
    for inputs in ["--image i.nrrd --mask m.nrrd", "--cases cases.csv"] {
        fails(&folder, &format!("extract {inputs} --out none/t.csv"), &["cannot write none/t.csv", "create it first"]);
        fails(&folder, &format!("extract {inputs} --out dir.csv"), &["cannot write dir.csv", "folder"]);
        fails(&folder, &format!("extract {inputs} --out i.nrrd/t.csv"), &["cannot write i.nrrd/t.csv"]);
    }
    let before = crate::support::files(Path::new(&folder.path("")));
    for (args, input) in [
        ("extract --cases cases.csv --out cases.csv", "cases.csv"),
        ("extract --image i.nrrd --mask m.nrrd --format csv --out ./i.nrrd", "i.nrrd"),
        ("extract --cases cases.csv --format csv --out m.nrrd", "m.nrrd"),
    ] {
        folder.run(args).expect(2).says(&["would overwrite the input", input]);
    }
    // Not even what goes with the table.
    std::fs::rename(folder.path("cases.csv"), folder.path("t.failed.csv")).unwrap();
    folder.run("extract --cases t.failed.csv --out t.csv").expect(2).says(&["would overwrite the input t.failed.csv"]);
    std::fs::rename(folder.path("t.failed.csv"), folder.path("cases.csv")).unwrap();
    assert_eq!(crate::support::files(Path::new(&folder.path(""))), before);
}

#[test]
fn cohort_files_that_are_none() {
    let folder = folder();
    for (content, words) in [
        (&b"ID,Image\na,i.nrrd\n"[..], "no column Mask; its columns are ID, Image"),
        (b"ID,image,Mask\na,i.nrrd,m.nrrd\n", "no column Image; there is \"image\""),
        (b"Image,Mask\ni.nrrd,m.nrrd\n", "no column ID"),
        (b"ID;Image;Mask\na;i.nrrd;m.nrrd\n", "save it with commas"),
        (b"", "is empty"),
        (b"ID,Image,Mask\n", "no case below the header"),
        (b"ID,Image,Mask\na,i.nrrd\n", "line 2: 2 cells where the header has 3"),
        (b"ID,Image,Mask\na,i.nrrd,m.nrrd\n\n,i.nrrd,m.nrrd\n", "line 4: the column ID is empty"),
        (b"ID,Image,Mask,Label\na,i.nrrd,m.nrrd,tumour\n", "line 2: \"tumour\" is no label"),
        (b"ID,Image,Mask\na,i.nrrd,m.nrrd\na,i.nrrd,m.nrrd\n", "line 3: the id a is also in line 2"),
        (b"ID,Image,Mask\na\xff,i.nrrd,m.nrrd\n", "line 2: the text is not UTF-8"),
        (b"ID,Image,Mask,Mask\na,i.nrrd,m.nrrd,m.nrrd\n", "two columns named Mask"),
        (b"ID,Image,Mask,label\na,i.nrrd,m.nrrd,1\n", "the column label"),
    ] {
        folder.write("cases.csv", content);
        fails(&folder, "extract --cases cases.csv --out t.csv", &["cases.csv", words]);
    }
    fails(&folder, "extract --cases none.csv --out t.csv", &["none.csv", "No such file"]);
    fails(&folder, "extract --cases . --out t.csv", &["folder"]);
    folder.write("cases.csv", "ID,Image,Mask,Label\na,i.nrrd,m.nrrd,1\na,i.nrrd,m.nrrd,2\n");
    fails(&folder, "extract --cases cases.csv --layout wide --out t.csv", &["line 3", "one row per case", "\"1,2\""]);
}

#[test]
fn parameter_files_that_are_none() {
    let folder = folder();
    for (content, words) in [
        (&b"setting:\n  binwidth: 10\n"[..], "line 2, column 3: setting.binwidth: "),
        (b"setting:\n  binWidth: -1\n", "line 2"),
        (b"featureClass:\n  glcm: [Contrasts]\n", "Contrast"),
        (b"setting: [\n", "line"),
        (b"\xff\xfe\x00", "UTF-8"),
    ] {
        folder.write("p.yaml", content);
        fails(&folder, &format!("{ONE} --params p.yaml"), &["p.yaml", words]);
        folder.run("params check p.yaml").expect(1).says(&["p.yaml", words]);
    }
    fails(&folder, &format!("{ONE} --params none.yaml"), &["none.yaml", "No such file"]);
    folder.write("p.yaml", "setting: {binWidth: 1.0e-9}\n");
    fails(&folder, &format!("{ONE} --params p.yaml"), &["m.nrrd on i.nrrd", "binWidth"]);
}

#[test]
fn wrong_usage() {
    let folder = folder();
    for args in [
        "",
        "extract",
        "extract --image i.nrrd --out t.csv",
        "extract --image i.nrrd --mask m.nrrd",
        "extract --image i.nrrd --mask m.nrrd --out t.csv --ring -5",
        "extract --image i.nrrd --mask m.nrrd --out t.csv --jobs 0",
        "extract --image i.nrrd --mask m.nrrd --out t.csv --resume",
        "extract --image i.nrrd --mask m.nrrd --out t.csv --layout tall",
        "extract --image i.nrrd --mask m.nrrd --out t.csv --labels 1,x",
        "extract --image i.nrrd --mask m.nrrd --out t.csv --n4 0",
        "extract --image i.nrrd --mask m.nrrd --out t.csv --otsu",
        "features list --class colour",
        "segment",
    ] {
        folder.run(args).expect(2);
        assert!(!folder.has("t.csv"));
    }
}
