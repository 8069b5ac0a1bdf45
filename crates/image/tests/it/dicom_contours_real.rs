//! Contours and segmentations of real images, which are not part of the repository: run with `--ignored`, and RADSURV_DATA
//! set to their folder. The values of segmentations are made by reference/make_contours.py.

use crate::support::{golden, grid, sha1};
use radsurv_image::io::dicom::{
    self, DicomImage, DrawnOn, ReadOptions, RoiChoice, RoiOptions, RoiProblem, RoiSet, SeriesChoice,
};
use radsurv_image::io::read_mask;
use radsurv_image::{Error, Mask};
use radsurv_testkit::data;

fn image(folder: &str) -> DicomImage {
    let path = data::folder().unwrap().join(folder);
    dicom::read(path, &SeriesChoice::Only, &ReadOptions::default()).unwrap()
}

fn regions(file: &str) -> RoiSet {
    RoiSet::open(data::folder().unwrap().join(file)).unwrap()
}

/// Voxels in the first only, in the second only, and in both.
fn compare(a: &Mask, b: &Mask) -> [usize; 3] {
    assert_eq!(a.geometry().size(), b.geometry().size());
    a.geometry().full_box().indices().fold([0; 3], |[first, second, both], i| match (a.get(i) > 0, b.get(i) > 0) {
        (true, true) => [first, second, both + 1],
        (true, false) => [first + 1, second, both],
        (false, true) => [first, second + 1, both],
        (false, false) => [first, second, both],
    })
}

/// The masks in NIfTI were made from these contours by others: not one voxel differs.
#[test]
#[ignore = "needs real images"]
fn contours_of_patients_give_their_masks() {
    for (patient, voxels, slices) in [("STS_002", 17090, 16), ("STS_003", 25693, 20)] {
        let image = image(&format!("sts_dicom/{patient}/MR_T1/image"));
        let set = regions(&format!("sts_dicom/{patient}/MR_T1/mask"));
        assert_eq!(set.rois().len(), 1);
        let roi = &set.rois()[0];
        assert_eq!((roi.name.as_str(), roi.kind.as_str(), roi.contours), ("GTV_Mass_MR_T1", "GTV", slices));
        assert_eq!(roi.slices, slices);
        let made = set.mask(&image.series, &RoiChoice::default(), &RoiOptions::default()).unwrap();
        assert!(made.notices.is_empty(), "{:?}", made.notices);
        let reference = data::folder().unwrap().join(format!("sts/{patient}/MR_T1_mask.nii.gz"));
        let reference = read_mask(reference, 0).unwrap();
        // NIfTI stores the grid in single precision.
        made.mask.geometry().check_same(reference.geometry(), 1e-4).unwrap();
        let [ours, theirs, both] = compare(&made.mask, &reference);
        println!("{patient}: Dice {}", 2.0 * both as f64 / (2 * both + ours + theirs) as f64);
        assert_eq!((ours, theirs, both), (0, 0, voxels), "{patient}");
        // On the grid of the NIfTI image, without the series.
        let made = set.mask_on(reference.geometry(), &RoiChoice::union(["gtv*"]), &RoiOptions::default()).unwrap();
        assert_eq!(compare(&made.mask, &reference), [0, 0, voxels], "{patient}");
    }
}

#[test]
#[ignore = "needs real images"]
fn contours_of_another_series_are_refused() {
    let pet = image("sts_dicom/STS_003/PET/image");
    let own = regions("sts_dicom/STS_003/PET/mask");
    let made = own.mask(&pet.series, &RoiChoice::default(), &RoiOptions::default()).unwrap();
    let region = made.mask.region(1).unwrap();
    println!("PET: {} voxels, {:?}", region.voxel_count(), made.notices);

    // Those of the MR image are in the same space.
    let of_mr = regions("sts_dicom/STS_003/MR_T1/mask");
    let try_with = |set: &RoiSet, drawn_on| {
        set.mask(&pet.series, &RoiChoice::default(), &RoiOptions { drawn_on, ..RoiOptions::default() })
    };
    let problem = |result: Result<dicom::RoiMask, Error>| match result {
        Err(Error::Roi { problem, .. }) => *problem,
        other => panic!("{other:?}"),
    };
    assert!(matches!(problem(try_with(&of_mr, DrawnOn::ThisSeries)), RoiProblem::OtherSeries { .. }));
    let allowed = try_with(&of_mr, DrawnOn::SameSpace).unwrap();
    println!("PET with the contours of MR: {:?} {:?}", allowed.mask.labels(), allowed.notices);
    // Another patient's are not.
    let other = regions("sts_dicom/STS_002/MR_T1/mask");
    for drawn_on in [DrawnOn::ThisSeries, DrawnOn::SameSpace] {
        assert!(matches!(problem(try_with(&other, drawn_on)), RoiProblem::OtherFrameOfReference { .. }));
    }
    assert!(matches!(problem(try_with(&other, DrawnOn::Anything)), RoiProblem::Nothing { .. }));
}

/// One region on a grid.
fn alone(set: &RoiSet, number: i64, grid: &radsurv_image::Geometry) -> Mask {
    let choice = RoiChoice::union([number.to_string().as_str()]);
    let made = set.mask_on(grid, &choice, &RoiOptions::default()).unwrap();
    let quiet = |n: &dicom::RoiNotice| matches!(n, dicom::RoiNotice::Fractional { .. } | dicom::RoiNotice::Unchecked);
    assert!(made.notices.iter().all(quiet), "{:?}", made.notices);
    made.mask
}

fn checksum(mask: &Mask) -> String {
    sha1(mask.geometry().full_box().indices().map(|i| u8::from(mask.get(i) > 0)))
}

#[test]
#[ignore = "needs real images"]
fn segmentations_are_those_of_highdicom_and_pydicom() {
    let golden = golden("contours");
    assert_eq!(golden.rows.len(), 15);
    for row in &golden.rows {
        let name = row["path"].as_str().unwrap();
        let set = regions(name);
        let grid = grid(&row["grid"]);
        let segments = row["segments"].as_array().unwrap();
        assert_eq!(set.rois().len(), segments.len(), "{name}");
        for segment in segments {
            let (number, label) = (segment["number"].as_i64().unwrap(), segment["label"].as_str().unwrap());
            assert!(set.rois().iter().any(|roi| roi.number == number && roi.name == label), "{name} {label}");
            let mask = alone(&set, number, &grid);
            assert_eq!(mask.labels()[&1] as u64, segment["voxels"].as_u64().unwrap(), "{name} {label}");
            assert_eq!(checksum(&mask), segment["sha1"].as_str().unwrap(), "{name} {label}");
        }
        // On another grid the masks keep their own, which is that of the reference.
        let elsewhere = radsurv_image::Geometry::new([2; 3], [0.3; 3], [1e4; 3], radsurv_image::Geometry::IDENTITY);
        let own = set.mask_on(&elsewhere.unwrap(), &RoiChoice::union(["*"]), &RoiOptions::default()).unwrap();
        assert!(own.notices.contains(&dicom::RoiNotice::OwnGrid), "{name}");
        own.mask.geometry().check_same(&grid, 1e-9).unwrap();
    }
}

/// The same picture in RLE, of bits, which neither reference tool decodes.
#[test]
#[ignore = "needs real images"]
fn run_lengths_of_bits() {
    let golden = golden("contours");
    let row = golden.rows.iter().find(|r| r["path"] == "dicom_samples/pydicom-data/liver.dcm").unwrap();
    let mask = alone(&regions("dicom_samples/pydicom-data/liver_rle.dcm"), 1, &grid(&row["grid"]));
    assert_eq!(checksum(&mask), row["segments"][0]["sha1"].as_str().unwrap());
}

#[test]
#[ignore = "needs real images"]
fn segmentations_on_their_series_are_the_masks_they_were_made_from() {
    let dcmqi = "dicom_samples/dcmqi/segmentations";
    for (series, file, reference, label) in [
        ("23x38x3/image", "23x38x3/seg/label.seg", "23x38x3/nrrd/label.nrrd", 1),
        ("24x38x3/image", "24x38x3/seg/label.seg", "24x38x3/nrrd/label.nrrd", 1),
        ("24x38x3/image", "sparse-labelmap-ppv5.dcm", "sparse_labelmap_ppv5_seg.nrrd", 1),
        ("ct-3slice", "liver.dcm", "liver_seg.nrrd", 1),
        ("ct-3slice", "partial_overlaps.dcm", "partial_overlaps-1.nrrd", 1),
        ("ct-3slice", "partial_overlaps.dcm", "partial_overlaps-2.nrrd", 2),
        ("ct-3slice", "partial_overlaps.dcm", "partial_overlaps-3.nrrd", 3),
        ("ct-3slice", "partial_overlaps.dcm", "partial_overlaps-1.nrrd", 4),
        ("ct-3slice", "partial_overlaps.dcm", "partial_overlaps-1.nrrd", 5),
    ] {
        let image = image(&format!("{dcmqi}/{series}"));
        let set = regions(&format!("{dcmqi}/{file}"));
        let choice = RoiChoice::union([label.to_string().as_str()]);
        let made = set.mask(&image.series, &choice, &RoiOptions::default()).unwrap();
        println!("{file} {label}: {:?}", made.notices);
        let reference = read_mask(data::folder().unwrap().join(dcmqi).join(reference), 0).unwrap();
        made.mask.geometry().check_same(reference.geometry(), 1e-3).unwrap();
        assert_eq!(made.mask.region(1).unwrap().inside(), reference.region(label).unwrap().inside(), "{file} {label}");
        assert_eq!(made.mask.region(1).unwrap().bounds(), reference.region(label).unwrap().bounds(), "{file} {label}");
    }
    let overlapping = regions(&format!("{dcmqi}/partial_overlaps.dcm"));
    let series = image(&format!("{dcmqi}/ct-3slice")).series;
    let error = overlapping.mask(&series, &RoiChoice::separate(["*"]), &RoiOptions::default()).unwrap_err();
    println!("{error}");
    assert!(matches!(error, Error::Roi { problem, .. } if matches!(*problem, RoiProblem::Overlap { .. })));
}

#[test]
#[ignore = "needs real images"]
fn slides_and_projections_are_no_volumes() {
    let grid = radsurv_image::Geometry::new([2; 3], [1.0; 3], [0.0; 3], radsurv_image::Geometry::IDENTITY).unwrap();
    let folder = data::folder().unwrap().join("dicom_samples/highdicom");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("seg_image_sm") || name.starts_with("seg_image_cr") {
            let set = RoiSet::open(&path).unwrap();
            let error = set.mask_on(&grid, &RoiChoice::union(["*"]), &RoiOptions::default()).unwrap_err();
            assert!(matches!(error, Error::Unsupported { .. }), "{error}");
            seen += 1;
        }
    }
    assert_eq!(seen, 7);
}
