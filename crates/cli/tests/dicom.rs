//! From a DICOM export with contours to features, and what is said when it cannot be.

mod support;

use radsurv_image::io;
use radsurv_testkit::dicom::export;
use radsurv_testkit::phantom::Recipe;
use support::Folder;

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
