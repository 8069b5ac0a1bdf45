//! From a DICOM export with contours to features, and what is said when it cannot be.

use crate::support::Folder;
use radsurv_image::io;
use radsurv_testkit::dicom::{PIXELS, Set, export};
use radsurv_testkit::phantom::Recipe;

/// A folder with `export/MR`, `export/RS.dcm`, and the same phantom as NIfTI.
fn folder() -> Folder {
    let folder = Folder::new();
    let phantom = folder.phantom("P1", 1);
    export(&phantom, &["GTV mass", "Node"], &folder.path("export")).unwrap();
    folder
}

#[test]
fn a_series_and_its_contours_give_what_their_voxels_give() {
    let folder = folder();
    let (dicom, nifti) = (
        "extract --image export/MR --mask export/RS.dcm --roi GTV* --ring 20 --n4 2 --id A --out d.csv",
        "extract --image P1_image.nii.gz --mask P1_mask.nii.gz --label 1 --ring 20 --n4 2 --id A --out n.csv",
    );
    folder.run(dicom).expect(0);
    folder.run(nifti).expect(0);
    let (d, n) = (folder.table("d.csv"), folder.table("n.csv"));
    assert_eq!(d.rows().len(), 2);
    for (d, n) in d.rows().iter().zip(n.rows()) {
        for (a, b) in d.cells[5..].iter().zip(&n.cells[5..]) {
            let (a, b): (f64, f64) = (a.parse().unwrap(), b.parse().unwrap());
            // NIfTI keeps spacings in single precision.
            assert!((a - b).abs() <= 1e-5 * a.abs().max(1e-3) || a.is_nan() && b.is_nan(), "{a} {b}");
        }
    }
    folder.write("cases.csv", "ID,Image,Mask\nA,export/MR,export/RS.dcm\nB,export,export\n");
    folder.run("extract --cases cases.csv --roi 1 --out c.csv").expect(0);
    assert_eq!(folder.table("c.csv").rows()[0].cells[5..], folder.table("c.csv").rows()[1].cells[5..]);
    // Another choice of regions is another run.
    folder.run("extract --cases cases.csv --roi 2 --out c.csv --resume").expect(1).says(&["--roi 1", "--roi 2"]);
}

#[test]
fn masks_are_written_on_the_grid_of_the_series() {
    let folder = folder();
    let labels = Recipe::small(1).make().labels;
    folder.run("image mask export/RS.dcm --image export/MR --separate --roi GTV* --roi node --out m.nrrd").expect(0);
    assert_eq!(
        io::read_mask(folder.path("m.nrrd"), 0).unwrap().as_volume().to_f64().to_vec(),
        labels.iter().map(|&l| f64::from(l)).collect::<Vec<_>>()
    );
    folder.run("image mask export/RS.dcm --image P1_image.nii.gz --roi Node --out n.nii.gz").expect(0);
    let node = io::read_mask(folder.path("n.nii.gz"), 0).unwrap();
    assert_eq!(node.labels().into_iter().collect::<Vec<_>>(), [(1, labels.iter().filter(|&&l| l == 2).count())]);
    folder.run("image overlay export --mask export/RS.dcm --roi * --slices 3 --out o.png").expect(0);
    folder.run("image convert export/MR --out i.nii.gz").expect(0);
    let bytes = std::fs::read(folder.path("i.nii.gz")).unwrap();
    assert!(!bytes.windows(7).any(|w| w == b"Phantom"));
}

#[test]
fn listings_have_series_and_regions_and_no_patient() {
    let folder = folder();
    let text = folder.run("image info export").expect(0).stdout;
    for word in ["series 4, MR, \"phantom t2 axial\"", "40 x 36 x 14", "region 1 \"GTV mass\"", "region 2 \"Node\""] {
        assert!(text.contains(word), "{word} is not in:\n{text}");
    }
    assert!(!text.contains("Made up"));
    assert!(folder.run("image info export/RS.dcm").expect(0).stdout.contains("region 2 \"Node\""));
    assert!(folder.run("image info export/MR/IM0011.dcm").expect(0).stdout.contains("DICOM"));
}

#[test]
fn what_cannot_be_read_is_explained() {
    let folder = folder();
    let extract = |rest: &str| folder.run(&format!("extract --image export/MR --out t.csv {rest}"));
    extract("--mask export/RS.dcm").expect(1).says(&["RS.dcm", "GTV mass", "Node"]);
    extract("--mask export/RS.dcm --roi lung").expect(1).says(&["RS.dcm", "lung", "GTV mass"]);
    extract("--mask export/MR/IM0011.dcm").expect(1).says(&["IM0011.dcm"]);
    extract("--mask export/RS.dcm --roi Node --series ct").expect(1).says(&["export/MR", "ct"]);
    extract("--mask export/RS.dcm --roi Node --seg-threshold 7 --select b-value=7").expect(1);
    extract("--mask export/RS.dcm --roi Node --select colour=7").expect(2).says(&["b-value"]);
    extract("--mask export/RS.dcm --roi Node --suv").expect(1).says(&["export/MR"]);
    // Another series in the same folder.
    let other = Recipe::small(2).make();
    export(&other, &["GTV mass"], &folder.path("other")).unwrap();
    for (from, to) in [("other/MR/IM0011.dcm", "export/MR/other.dcm")] {
        let bytes = std::fs::read(folder.path(from)).unwrap();
        let old = b"1.2.826.0.1.3680043.2.1125.1".as_slice();
        let mut bytes = bytes;
        for at in 0..bytes.len() - old.len() {
            if &bytes[at..at + old.len()] == old {
                bytes[at + old.len() - 1] = b'7';
            }
        }
        folder.write(to, bytes);
    }
    extract("--mask export/RS.dcm --roi Node").expect(1).says(&["export/MR", "series"]);
    std::fs::remove_file(folder.path("export/MR/other.dcm")).unwrap();
    // A missing slice, a truncated file.
    std::fs::rename(folder.path("export/MR/IM0196.dcm"), folder.path("IM0196.dcm")).unwrap();
    extract("--mask export/RS.dcm --roi Node").expect(1).says(&["export/MR", "slice"]);
    extract("--mask export/RS.dcm --roi Node --accept-uneven -v").expect(0).says(&["notice"]);
    let whole = std::fs::read(folder.path("IM0196.dcm")).unwrap();
    folder.write("export/MR/IM0196.dcm", &whole[..whole.len() - 100]);
    extract("--mask export/RS.dcm --roi Node").expect(1).says(&["IM0196.dcm"]);
}

#[test]
fn a_mask_in_nifti_goes_with_the_series_it_was_made_on() {
    let folder = folder();
    // An origin that single precision does not hold.
    for entry in std::fs::read_dir(folder.path("export/MR")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let bytes = with_position(&bytes, |x| x + 300.123457);
        std::fs::write(&path, bytes).unwrap();
    }
    folder.run("image convert export/MR --out i.nrrd").expect(0);
    let image = io::read(folder.path("i.nrrd")).unwrap();
    let [nx, ny, nz] = image.geometry().size();
    let inside: Vec<bool> =
        (0..nx * ny * nz).map(|i| i % nx > 15 && i % nx < 20 && i / nx % ny > 15 && i / nx % ny < 19).collect();
    let mask = radsurv_image::Mask::from_bools(image.geometry().clone(), &inside).unwrap();
    io::write_mask(folder.path("m.nii.gz"), &mask).unwrap();
    let written = io::read_mask(folder.path("m.nii.gz"), 0).unwrap();
    assert!(image.geometry().check_same(written.geometry(), 1e-6).is_err());

    folder.run("image n4 export/MR --mask m.nii.gz --shrink 4 --iterations 2 --out n.nrrd").expect(0);
    folder.run("image ring m.nii.gz --mm 5 --image export/MR --body --out r.nrrd").expect(0);
    folder.run("image overlay export/MR --mask m.nii.gz --ring 5 --out o.png").expect(0);
    folder.write("p.yaml", "imageType: {Original: {}}\nfeatureClass: {firstorder: []}\n");
    folder.run("extract --image export/MR --mask m.nii.gz --params p.yaml --id A --out a.csv").expect(0);
    io::write_mask(folder.path("m.nrrd"), &mask).unwrap();
    folder.run("extract --image i.nrrd --mask m.nrrd --params p.yaml --id A --out b.csv").expect(0);
    assert_eq!(folder.table("a.csv").rows()[0].cells[5..], folder.table("b.csv").rows()[0].cells[5..]);
    // What is not rounding is refused.
    folder
        .run("image mask P1_mask.nii.gz --image export/MR --out x.nrrd")
        .expect(1)
        .says(&["P1_mask.nii.gz", "resample"]);
    assert!(!folder.has("x.nrrd"));
}

/// The file of a slice with the x of its Image Position changed; the length of the text stays.
fn with_position(bytes: &[u8], change: impl Fn(f64) -> f64) -> Vec<u8> {
    let header = [0x20, 0, 0x32, 0, b'D', b'S'];
    let at = bytes.windows(6).position(|w| w == header).unwrap();
    let length = usize::from(u16::from_le_bytes([bytes[at + 6], bytes[at + 7]]));
    let old = std::str::from_utf8(&bytes[at + 8..at + 8 + length]).unwrap();
    let mut parts = old.trim().split('\\').map(|t| t.parse::<f64>().unwrap());
    let x = change(parts.next().unwrap());
    let text = format!("{x:.6}\\{}\\{}", parts.next().unwrap(), parts.next().unwrap());
    let text = if text.len() % 2 == 1 { text + " " } else { text };
    let mut out = bytes[..at + 6].to_vec();
    out.extend((text.len() as u16).to_le_bytes());
    out.extend(text.as_bytes());
    out.extend(&bytes[at + 8 + length..]);
    out
}

#[test]
fn diffusion_series_are_not_mixed_and_masks_are_those_of_the_series() {
    let folder = folder();
    std::fs::create_dir(folder.path("dwi")).unwrap();
    let images = [("1.2.1", "dwi", 0), ("1.2.1", "dwi", 800), ("1.2.2", "trace", 800)];
    for (i, (series, description, b)) in images.into_iter().enumerate() {
        for z in 0..2i64 {
            let value = 1000 - b as i16 + i as i16;
            slice(series, description, 10 * i as i64 + z, [0.0, 0.0, z as f64], value)
                .double((0x18, 0x9087), f64::from(b))
                .write(&folder.path("dwi"), &format!("{i}{z}"));
        }
    }
    let run = |rest: &str| folder.run(&format!("image adc dwi --out adc.nrrd {rest}"));
    run("").expect(1).says(&["b = 800", "series", "trace"]);
    assert!(!folder.has("adc.nrrd"));
    run("--series dwi").expect(0);
    // Contours of another examination.
    run("--series dwi --mask export/RS.dcm --roi Node").expect(1).says(&["frame of reference"]);
    // Outputs are looked at before anything is computed.
    std::fs::remove_file(folder.path("adc.nrrd")).unwrap();
    run("--series dwi --s0 s0.dcm").expect(1).says(&["s0.dcm", "extension"]);
    run("--series dwi --s0 none/s0.nrrd").expect(1).says(&["none/s0.nrrd", "folder"]);
    run("--series dwi --s0 adc.nrrd").expect(2).says(&["adc.nrrd", "twice"]);
    assert!(!folder.has("adc.nrrd"));
}

/// A slice of 2 x 2 equal pixels.
fn slice(series: &str, description: &str, number: i64, position: [f64; 3], value: i16) -> Set {
    let [x, y, z] = position;
    Set::default()
        .text((0x08, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.4")
        .text((0x08, 0x18), "UI", format!("{series}.{number}"))
        .text((0x08, 0x60), "CS", "MR")
        .text((0x08, 0x103e), "LO", description)
        .text((0x20, 0x0e), "UI", series)
        .text((0x20, 0x13), "IS", number)
        .text((0x20, 0x32), "DS", format!("{x}\\{y}\\{z}"))
        .text((0x20, 0x37), "DS", "1\\0\\0\\0\\1\\0")
        .text((0x20, 0x52), "UI", "1.9.9")
        .short((0x28, 0x02), 1)
        .text((0x28, 0x04), "CS", "MONOCHROME2")
        .short((0x28, 0x10), 2)
        .short((0x28, 0x11), 2)
        .text((0x28, 0x30), "DS", "1\\1")
        .short((0x28, 0x100), 16)
        .short((0x28, 0x101), 16)
        .short((0x28, 0x102), 15)
        .short((0x28, 0x103), 1)
        .raw(PIXELS, "OW", [value; 4].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>())
}
