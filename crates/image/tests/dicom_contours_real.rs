//! Contours and segmentations of real images, which are not part of the repository: run with `--ignored`, and RADSURV_DATA
//! set to their folder.
#![cfg(feature = "dicom")]

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
