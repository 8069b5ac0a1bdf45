//! Structure sets (RTSTRUCT) on files that the tests write.

use crate::support::dicom::{Set, slice, stack, values};
use radsurv_image::io::dicom::{
    self, DicomImage, DrawnOn, ReadOptions, RoiChoice, RoiMask, RoiNotice, RoiOptions, RoiPick, RoiProblem, RoiSet,
    SeriesChoice,
};
use radsurv_image::{Error, Geometry, Mask};
use tempfile::tempdir;

/// The image of `crate::support::dicom::stack`: 4 x 3 pixels of 0.5 x 0.7 mm from (10, 20), 2 mm between slices.
fn image(heights: &[f64]) -> DicomImage {
    let folder = tempdir().unwrap();
    stack(folder.path(), heights);
    let options = ReadOptions { accept_uneven: true, ..ReadOptions::default() };
    dicom::read(folder.path(), &SeriesChoice::Only, &options).unwrap()
}

fn contour(kind: &str, points: &[[f64; 3]]) -> Set {
    let data: Vec<String> = points.as_flattened().iter().map(|x| format!("{x}")).collect();
    let instance = Set::default().text((0x08, 0x1155), "UI", "1.2.3.4.1");
    Set::default()
        .items((0x3006, 0x16), &[instance])
        .text((0x3006, 0x42), "CS", kind)
        .text((0x3006, 0x46), "IS", points.len())
        .text((0x3006, 0x50), "DS", data.join("\\"))
}

/// A rectangle of whole pixels in index coordinates of the slice at height z: from pixel (x, y), of this size.
fn pixels([x, y]: [usize; 2], [width, height]: [usize; 2], z: f64) -> Set {
    let corner = |i: usize, j: usize| [10.0 + 0.5 * (i as f64 - 0.5), 20.0 + 0.7 * (j as f64 - 0.5), z];
    contour(
        "CLOSED_PLANAR",
        &[corner(x, y), corner(x + width, y), corner(x + width, y + height), corner(x, y + height)],
    )
}

/// A structure set: of each region its number, name and contours.
fn structures(regions: &[(i64, &str, Vec<Set>)]) -> Set {
    let roi = |(number, name, _): &(i64, &str, Vec<Set>)| {
        Set::default().text((0x3006, 0x22), "IS", number).text((0x3006, 0x24), "UI", "1.9.9").text(
            (0x3006, 0x26),
            "LO",
            name,
        )
    };
    let contours = |(number, _, contours): &(i64, &str, Vec<Set>)| {
        Set::default().items((0x3006, 0x40), contours).text((0x3006, 0x84), "IS", number)
    };
    let observation = |(number, name, _): &(i64, &str, Vec<Set>)| {
        Set::default().text((0x3006, 0x84), "IS", number).text((0x3006, 0xa4), "CS", &name[..3])
    };
    let series = Set::default().text((0x20, 0x0e), "UI", "1.2.3.4");
    let study = Set::default().items((0x3006, 0x14), &[series]);
    let frame = Set::default().text((0x20, 0x52), "UI", "1.9.9").items((0x3006, 0x12), &[study]);
    Set::default()
        .text((0x08, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.481.3")
        .text((0x08, 0x60), "CS", "RTSTRUCT")
        .text((0x10, 0x10), "PN", "Doe^Jane")
        .items((0x3006, 0x10), &[frame])
        .items((0x3006, 0x20), &regions.iter().map(roi).collect::<Vec<_>>())
        .items((0x3006, 0x39), &regions.iter().map(contours).collect::<Vec<_>>())
        .items((0x3006, 0x80), &regions.iter().map(observation).collect::<Vec<_>>())
}

fn read(set: &Set) -> RoiSet {
    RoiSet::from_bytes(&set.file()).unwrap()
}

fn three() -> Set {
    structures(&[
        (1, "GTV primary", vec![pixels([0, 0], [2, 2], 2.0), pixels([0, 0], [2, 2], 4.0)]),
        (7, "GTV node", vec![pixels([3, 1], [1, 2], 4.0)]),
        (9, "BODY", vec![pixels([0, 0], [4, 3], 0.0), pixels([1, 1], [2, 1], 0.0)]),
    ])
}

fn made(set: &Set, choice: &RoiChoice) -> Result<RoiMask, Error> {
    read(set).mask(&image(&[0.0, 2.0, 4.0, 6.0]).series, choice, &RoiOptions::default())
}

fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> RoiProblem {
    match result {
        Err(Error::Roi { problem, .. }) => *problem,
        other => panic!("{other:?}"),
    }
}

/// The indices of a label.
fn voxels(mask: &Mask, label: u32) -> Vec<[usize; 3]> {
    mask.geometry().full_box().indices().filter(|&i| mask.get(i) == label).collect()
}

#[test]
fn regions_are_listed_without_the_patient() {
    let set = read(&three());
    assert!(!set.is_segmentation());
    let list: Vec<String> = set.rois().iter().map(ToString::to_string).collect();
    assert_eq!(
        list,
        [
            "1 \"GTV primary\" (GTV); contours or frames: 2, slices: 2",
            "7 \"GTV node\" (GTV); contours or frames: 1, slices: 1",
            "9 \"BODY\" (BOD); contours or frames: 2, slices: 1",
        ]
    );
    assert!(!format!("{:?}", set.rois()).contains("Doe"));
    assert_eq!(set.rois()[0].frame_of_reference_uid.as_deref(), Some("1.9.9"));
}

#[test]
fn regions_are_chosen_by_number_name_and_pattern() {
    let set = read(&three());
    let choose = |which: &[&str]| set.choose(&RoiChoice::union(which.iter().copied()));
    assert_eq!(choose(&["7"]).unwrap(), [1]);
    assert_eq!(choose(&["gtv NODE"]).unwrap(), [1]);
    assert_eq!(choose(&["gtv*"]).unwrap(), [0, 1]);
    assert_eq!(choose(&["body", "GTV?node", "9"]).unwrap(), [1, 2]);
    // A name is whole: "GTV" alone is none of them.
    let error = choose(&["*", "GTV"]).unwrap_err().to_string();
    assert!(error.contains("no region fits \"GTV\"; there are:\n  1 \"GTV primary\""), "{error}");
    assert!(matches!(problem(set.choose(&RoiChoice::default())), RoiProblem::SeveralRois { .. }));
    assert!(matches!(problem(choose(&["2"])), RoiProblem::NoSuchRoi { .. }));
    let one = read(&structures(&[(1, "empty", vec![]), (2, "tumour", vec![pixels([0, 0], [1, 1], 0.0)])]));
    assert_eq!(one.choose(&RoiChoice::default()).unwrap(), [1]);
    assert_eq!("GTV".parse(), Ok(RoiPick::Name("GTV".into())));
}

#[test]
fn contours_become_voxels() {
    let found = made(&three(), &RoiChoice::union(["GTV*"])).unwrap();
    assert_eq!(found.labels.iter().map(|(l, r)| (*l, r.number)).collect::<Vec<_>>(), [(1, 1), (1, 7)]);
    let block = |z| [[0, 0, z], [1, 0, z], [0, 1, z], [1, 1, z]];
    let mut expected: Vec<[usize; 3]> = [block(1), block(2)].concat();
    expected.extend([[3, 1, 2], [3, 2, 2]]);
    expected.sort_by_key(|i| [i[2], i[1], i[0]]);
    assert_eq!(voxels(&found.mask, 1), expected);
    assert!(found.notices.is_empty(), "{:?}", found.notices);
    // A hole.
    let body = made(&three(), &RoiChoice::union(["9"])).unwrap();
    assert_eq!(voxels(&body.mask, 1).len(), 12 - 2);
    // Labels in the order of the file, whatever the order of the choice.
    let labels = made(&three(), &RoiChoice::separate(["body", "7", "1"])).unwrap();
    assert_eq!(labels.labels.iter().map(|(l, r)| (*l, r.number)).collect::<Vec<_>>(), [(1, 1), (2, 7), (3, 9)]);
    assert_eq!(labels.mask.labels().into_iter().collect::<Vec<_>>(), [(1, 8), (2, 2), (3, 10)]);
    // On a grid without a series: only the two slices at 2 and 4 mm, and one in between.
    let grid = Geometry::new([4, 3, 3], [0.5, 0.7, 1.0], [10.0, 20.0, 2.0], Geometry::IDENTITY).unwrap();
    let on_grid = read(&three()).mask_on(&grid, &RoiChoice::union(["1"]), &RoiOptions::default()).unwrap();
    assert_eq!(voxels(&on_grid.mask, 1), [block(0), block(2)].concat());
    let notices = &on_grid.notices[..];
    assert!(matches!(notices, [RoiNotice::Unchecked, RoiNotice::Gaps { slices: 1, .. }]), "{notices:?}");
}

#[test]
fn overlapping_regions_need_a_union() {
    let set = structures(&[
        (1, "GTV", vec![pixels([0, 0], [2, 2], 2.0)]),
        (2, "PTV", vec![pixels([0, 0], [3, 3], 2.0)]),
        (3, "far", vec![pixels([0, 0], [1, 1], 200.0)]),
    ]);
    let error = made(&set, &RoiChoice::separate(["*"])).unwrap_err().to_string();
    assert!(error.contains("\"GTV\" and \"PTV\" overlap in 4 voxels"), "{error}");
    let union = made(&set, &RoiChoice::union(["*"])).unwrap();
    assert_eq!(union.mask.labels().into_iter().collect::<Vec<_>>(), [(1, 9)]);
    let text: Vec<String> = union.notices.iter().map(ToString::to_string).collect();
    assert_eq!(text, ["\"far\": a contour outside the image was left out", "\"far\" has no voxel in the mask"]);
    let error = made(&set, &RoiChoice::union(["far"])).unwrap_err().to_string();
    assert!(error.contains("no voxel of the image is in \"far\": \"far\": a contour outside the image"), "{error}");
}

#[test]
fn what_is_no_closed_contour_is_left_out_with_a_notice() {
    let line = [[10.0, 20.0, 2.0], [11.0, 20.0, 2.0], [11.0, 21.0, 2.0]];
    let set = structures(&[
        (
            1,
            "GTV",
            vec![
                contour("POINT", &line[..1]),
                contour("OPEN_PLANAR", &line),
                contour("OPEN_PLANAR", &line),
                contour("CLOSED_PLANAR", &line[..2]),
                pixels([1, 1], [1, 1], 2.0),
                pixels([1, 1], [1, 1], 2.0),
                pixels([3, 0], [9, 1], 2.0),
            ],
        ),
        (2, "points", vec![contour("POINT", &line[..1])]),
    ]);
    let found = made(&set, &RoiChoice::union(["GTV"])).unwrap();
    assert_eq!(voxels(&found.mask, 1), [[3, 0, 1], [1, 1, 1]]);
    let text: Vec<String> = found.notices.iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "\"GTV\": 2 contours of type OPEN_PLANAR, enclosing nothing, were left out",
            "\"GTV\": a contour of type POINT, enclosing nothing, was left out",
            "\"GTV\": a contour with fewer than three usable corners was left out",
            "\"GTV\": a contour was cut off at the border of the image",
            "\"GTV\": a contour repeating another one of the same slice was left out",
        ]
    );
    assert!(matches!(problem(made(&set, &RoiChoice::union(["points"]))), RoiProblem::Nothing { .. }));
}

#[test]
fn other_series_and_spaces_are_refused_unless_allowed() {
    let mut other = image(&[0.0, 2.0, 4.0, 6.0]).series;
    let set = read(&three());
    let choice = RoiChoice::union(["1"]);
    let try_with = |series: &dicom::SeriesGeometry, drawn_on| {
        set.mask(series, &choice, &RoiOptions { drawn_on, ..RoiOptions::default() })
    };
    other.series_uid = "1.2.3.5".into();
    let error = try_with(&other, DrawnOn::ThisSeries).unwrap_err().to_string();
    assert!(error.contains("drawn on another series (1.2.3.4), not on 1.2.3.5"), "{error}");
    assert_eq!(try_with(&other, DrawnOn::SameSpace).unwrap().notices, [RoiNotice::OtherSeries]);
    // Whether the space is the same has to be known to be allowed silently.
    other.frame_of_reference_uid = None;
    let notices = try_with(&other, DrawnOn::SameSpace).unwrap().notices;
    assert_eq!(notices, [RoiNotice::OtherSeries, RoiNotice::Unchecked]);
    other.frame_of_reference_uid = Some("1.9.8".into());
    for drawn_on in [DrawnOn::ThisSeries, DrawnOn::SameSpace] {
        assert!(matches!(problem(try_with(&other, drawn_on)), RoiProblem::OtherFrameOfReference { .. }));
    }
    let notices = try_with(&other, DrawnOn::Anything).unwrap().notices;
    assert_eq!(notices, [RoiNotice::OtherFrameOfReference, RoiNotice::OtherSeries]);
    // Without series in the file, the slices that contours refer to decide; without anything, nothing does.
    let no_series = read(&three().items((0x3006, 0x10), &[]));
    let options = RoiOptions::default();
    let mut series = image(&[0.0, 2.0, 4.0, 6.0]).series;
    assert!(no_series.mask(&series, &choice, &options).unwrap().notices.is_empty());
    for slice in &mut series.slices {
        slice.sop_instance_uid = "1.2.3.5".into();
    }
    assert!(matches!(problem(no_series.mask(&series, &choice, &options)), RoiProblem::OtherSeries { .. }));
    let bare = contour("CLOSED_PLANAR", &[[10.0, 20.0, 0.0], [11.0, 20.0, 0.0], [11.0, 21.0, 0.0]]);
    let bare = structures(&[(1, "GTV", vec![bare.without((0x3006, 0x16))])]).items((0x3006, 0x10), &[]);
    series.frame_of_reference_uid = None;
    assert_eq!(read(&bare).mask(&series, &choice, &options).unwrap().notices, [RoiNotice::Unchecked]);
}

#[test]
fn unevenly_spaced_slices_keep_their_contours() {
    // A slice is missing at 4 mm: the image has its slices at 0, 2.67, 5.33 and 8 mm.
    let image = image(&[0.0, 2.0, 6.0, 8.0]);
    let set = structures(&[(1, "GTV", vec![pixels([0, 0], [1, 1], 2.0), pixels([1, 0], [1, 1], 6.0)])]);
    let found = read(&set).mask(&image.series, &RoiChoice::default(), &RoiOptions::default()).unwrap();
    assert_eq!(voxels(&found.mask, 1), [[0, 0, 1], [1, 0, 2]]);
    // By the even grid alone, 6 mm would be nearest to the slice at 5.33 as well, but 3.9 mm to another.
    let between = structures(&[(1, "GTV", vec![pixels([0, 0], [1, 1], 3.9), pixels([0, 0], [1, 1], 9.1)])]);
    let found = read(&between).mask(&image.series, &RoiChoice::default(), &RoiOptions::default()).unwrap();
    assert_eq!(voxels(&found.mask, 1), [[0, 0, 1], [0, 0, 3]]);
}

#[test]
fn damaged_contours_are_errors_for_those_who_want_them() {
    let good = || pixels([0, 0], [2, 2], 2.0);
    for (bad, expected) in [
        (good().text((0x3006, 0x46), "IS", 5), "contour 2 has 4 points (3006,0050) where 5 are announced"),
        (good().text((0x3006, 0x50), "DS", "1\\2"), "contour 2 has 2 coordinates, which is no multiple of 3"),
        (good().text((0x3006, 0x50), "DS", "1\\2\\x"), "contour 2 has coordinates that are no numbers"),
        (good().text((0x3006, 0x50), "DS", "1\\2\\1e999"), "contour 2 has coordinates that are no numbers"),
        (good().text((0x3006, 0x45), "DS", "1\\0\\0"), "contour 2 has a Contour Offset Vector"),
    ] {
        let set = structures(&[(1, "GTV", vec![good()]), (2, "bad", vec![good(), bad])]);
        assert!(made(&set, &RoiChoice::union(["GTV"])).is_ok());
        let error = made(&set, &RoiChoice::union(["bad"])).unwrap_err();
        assert!(matches!(error, Error::Format { .. }) && error.to_string().contains(expected), "{error}");
    }
    // No announced number of points is no damage.
    let set = structures(&[(1, "GTV", vec![good().without((0x3006, 0x46))])]);
    assert!(made(&set, &RoiChoice::default()).is_ok());
    // Contours of a region that is not described, and a region without a number.
    let set = three().items((0x3006, 0x20), &[]);
    assert_eq!(read(&set).rois()[1].to_string(), "7 \"\"; contours or frames: 1, slices: 1");
    let set = three().items((0x3006, 0x20), &[Set::default().text((0x3006, 0x26), "LO", "GTV")]);
    assert!(RoiSet::from_bytes(&set.file()).unwrap_err().to_string().contains("no ROI Number"));
}

#[test]
fn files_and_folders() {
    let folder = tempdir().unwrap();
    assert!(matches!(problem(RoiSet::open(folder.path())), RoiProblem::NoneInFolder));
    slice("1.2", 1, [0.0; 3], &values(0)).write(folder.path(), "slice");
    assert!(matches!(problem(RoiSet::open(folder.path())), RoiProblem::NoneInFolder));
    let found = problem(RoiSet::open(folder.path().join("slice")));
    assert_eq!(found, RoiProblem::NoRegions { modality: "CT".into() });
    three().text((0x20, 0x0e), "UI", "1.5").write(folder.path(), "rs1");
    assert_eq!(RoiSet::open(folder.path()).unwrap().rois().len(), 3);
    three().text((0x20, 0x0e), "UI", "1.6").write(folder.path(), "rs2");
    assert!(matches!(problem(RoiSet::open(folder.path())), RoiProblem::SeveralInFolder { files } if files.len() == 2));
    assert!(matches!(RoiSet::from_bytes(b"nothing"), Err(Error::Unsupported { .. })));
}

/// A file cut off anywhere, or with any byte changed, gives a mask or an error.
#[test]
fn crafted_files_do_not_panic() {
    let file = three().file();
    let series = image(&[0.0, 2.0, 4.0, 6.0]).series;
    let any = RoiOptions { drawn_on: DrawnOn::Anything, ..RoiOptions::default() };
    let attempt = |bytes: &[u8]| {
        if let Ok(set) = RoiSet::from_bytes(bytes) {
            let _ = set.mask(&series, &RoiChoice::union(["*"]), &any);
            let _ = set.mask(&series, &RoiChoice::separate(["*"]), &any);
        }
    };
    for end in 0..file.len() {
        attempt(&file[..end]);
    }
    for at in 132..file.len() {
        for byte in [0, 0xff, b'9', b'\\'] {
            let mut bytes = file.clone();
            bytes[at] = byte;
            attempt(&bytes);
        }
    }
}
