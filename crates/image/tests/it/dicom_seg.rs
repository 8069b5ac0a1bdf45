//! Segmentations (SEG) on files that the tests write.

use crate::support::dicom::{PIXELS, Set, stack};
use radsurv_image::io::dicom::{
    self, DicomImage, DrawnOn, ReadOptions, RoiChoice, RoiMask, RoiNotice, RoiOptions, RoiProblem, RoiSet, SeriesChoice,
};
use radsurv_image::{Error, Geometry, Mask};
use tempfile::tempdir;

/// The image of `crate::support::dicom::stack`: 4 x 3 pixels of 0.5 x 0.7 mm from (10, 20), at these heights.
fn image(heights: &[f64]) -> DicomImage {
    let folder = tempdir().unwrap();
    stack(folder.path(), heights);
    let options = ReadOptions { accept_uneven: true, ..ReadOptions::default() };
    dicom::read(folder.path(), &SeriesChoice::Only, &options).unwrap()
}

/// A frame: segment, position of the first pixel, values.
type Frame<'a> = (u16, [f64; 3], &'a [u8]);

fn groups(&(segment, [x, y, z], _): &Frame, labelmap: bool) -> Set {
    let position = Set::default().text((0x20, 0x32), "DS", format!("{x}\\{y}\\{z}"));
    let set = Set::default().items((0x20, 0x9113), &[position]);
    if labelmap {
        return set;
    }
    set.items((0x62, 0x0a), &[Set::default().short((0x62, 0x0b), segment)])
}

/// A segmentation of 4 x 3 pixels (columns x rows) like the image's.
fn segmentation(kind: &str, segments: &[(u16, &str)], frames: &[Frame]) -> Set {
    let orientation = Set::default().text((0x20, 0x37), "DS", "1\\0\\0\\0\\1\\0");
    let measures = Set::default().text((0x28, 0x30), "DS", "0.7\\0.5").text((0x18, 0x50), "DS", "2");
    let shared = Set::default().items((0x20, 0x9116), &[orientation]).items((0x28, 0x9110), &[measures]);
    let segment = |&(number, label): &(u16, &str)| {
        let meaning = Set::default().text((0x08, 0x104), "LO", "Tissue");
        Set::default().short((0x62, 0x04), number).text((0x62, 0x05), "LO", label).items((0x62, 0x0f), &[meaning])
    };
    let series = Set::default().text((0x20, 0x0e), "UI", "1.2.3.4");
    let binary = kind == "BINARY";
    let values: Vec<u8> = frames.iter().flat_map(|f| f.2.iter().copied()).collect();
    let bytes = if binary {
        // Packed across frames, the first pixel in the lowest bit.
        values.chunks(8).map(|eight| eight.iter().enumerate().map(|(i, v)| v << i).sum()).collect()
    } else {
        values
    };
    let set = Set::default()
        .text((0x08, 0x16), "UI", "1.2.840.10008.5.1.4.1.1.66.4")
        .text((0x08, 0x60), "CS", "SEG")
        .items((0x08, 0x1115), &[series])
        .text((0x20, 0x0e), "UI", "1.2.3.9")
        .text((0x20, 0x52), "UI", "1.9.9")
        .short((0x28, 0x02), 1)
        .text((0x28, 0x04), "CS", "MONOCHROME2")
        .text((0x28, 0x08), "IS", frames.len())
        .short((0x28, 0x10), 3)
        .short((0x28, 0x11), 4)
        .short((0x28, 0x100), if binary { 1 } else { 8 })
        .short((0x28, 0x101), if binary { 1 } else { 8 })
        .short((0x28, 0x102), if binary { 0 } else { 7 })
        .short((0x28, 0x103), 0)
        .text((0x62, 0x01), "CS", kind)
        .items((0x62, 0x02), &segments.iter().map(segment).collect::<Vec<_>>())
        .items((0x5200, 0x9229), &[shared])
        .items((0x5200, 0x9230), &frames.iter().map(|f| groups(f, kind == "LABELMAP")).collect::<Vec<_>>())
        .raw(PIXELS, "OB", bytes);
    if kind == "FRACTIONAL" {
        return set.text((0x62, 0x10), "CS", "PROBABILITY").short((0x62, 0x0e), 200);
    }
    set
}

const A: [u8; 12] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
const B: [u8; 12] = [0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0];
const C: [u8; 12] = [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0];

fn at(z: f64) -> [f64; 3] {
    [10.0, 20.0, z]
}

/// Two segments; frames neither in the order of slices nor of segments. Twelve pixels: no frame starts with a byte but
/// every second.
fn binary() -> Set {
    segmentation(
        "BINARY",
        &[(1, "Liver"), (4, "Lesion 1")],
        &[(4, at(6.0), &C), (1, at(4.0), &B), (4, at(2.0), &B), (1, at(0.0), &A), (1, at(2.0), &C)],
    )
}

fn made(set: &Set, choice: &RoiChoice, options: &RoiOptions) -> Result<RoiMask, Error> {
    RoiSet::from_bytes(&set.file())?.mask(&image(&[0.0, 2.0, 4.0, 6.0]).series, choice, options)
}

fn make(set: &Set, choice: &RoiChoice) -> RoiMask {
    made(set, choice, &RoiOptions::default()).unwrap()
}

fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> RoiProblem {
    match result {
        Err(Error::Roi { problem, .. }) => *problem,
        other => panic!("{other:?}"),
    }
}

/// The labels of a slice.
fn slice(mask: &Mask, z: usize) -> Vec<u8> {
    let [x, y, _] = mask.geometry().size();
    (0..x * y).map(|i| mask.get([i % x, i / x, z]) as u8).collect()
}

#[test]
fn binary_frames_go_to_their_slices() {
    let set = RoiSet::from_bytes(&binary().file()).unwrap();
    assert!(set.is_segmentation());
    let list: Vec<String> = set.rois().iter().map(ToString::to_string).collect();
    assert_eq!(
        list,
        [
            "1 \"Liver\" (Tissue); contours or frames: 3, slices: 3",
            "4 \"Lesion 1\" (Tissue); contours or frames: 2, slices: 2",
        ]
    );
    let liver = make(&binary(), &RoiChoice::union(["liver"]));
    assert!(liver.notices.is_empty(), "{:?}", liver.notices);
    assert_eq!([0, 1, 2, 3].map(|z| slice(&liver.mask, z)), [&A, &C, &B, &[0; 12]].map(|s| s.to_vec()));
    let lesion = make(&binary(), &RoiChoice::union(["Lesion*"]));
    assert_eq!([0, 1, 2, 3].map(|z| slice(&lesion.mask, z)), [&[0; 12], &B, &[0; 12], &C].map(|s| s.to_vec()));
    let both = make(&binary(), &RoiChoice::union(["1", "4"]));
    assert_eq!(both.mask.labels().into_iter().collect::<Vec<_>>(), [(1, 3 + 3 + 4 + 2)]);
    // Overlapping segments are fine but for labels of their own.
    assert_eq!(
        problem(made(&binary(), &RoiChoice::separate(["*"]), &RoiOptions::default())),
        RoiProblem::Overlap { first: "\"Lesion 1\"".into(), second: "\"Liver\"".into(), voxels: 1 }
    );
    let apart = segmentation("BINARY", &[(2, "a"), (5, "b")], &[(5, at(0.0), &A), (2, at(0.0), &B)]);
    let labels = make(&apart, &RoiChoice::separate(["*"]));
    assert_eq!(slice(&labels.mask, 0), [2, 0, 0, 1, 0, 2, 1, 0, 0, 1, 0, 2]);
    assert_eq!(labels.labels.iter().map(|(l, r)| (*l, r.number)).collect::<Vec<_>>(), [(1, 2), (2, 5)]);
}

#[test]
fn fractions_are_cut_at_a_threshold() {
    let values = [0, 50, 99, 100, 101, 150, 199, 200, 255, 1, 2, 3];
    let set = segmentation("FRACTIONAL", &[(1, "tumour")], &[(1, at(2.0), &values)]);
    // The maximum is 200.
    for (threshold, expected) in [(0.5, 6), (0.25, 8), (1.0, 2), (0.505, 5), (1e-9, 11)] {
        let options = RoiOptions { threshold, ..RoiOptions::default() };
        let found = made(&set, &RoiChoice::default(), &options).unwrap();
        assert_eq!(found.mask.labels()[&1], expected, "{threshold}");
        assert_eq!(found.notices, [RoiNotice::Fractional { kind: "PROBABILITY".into(), threshold }]);
    }
    // At exactly the threshold it is inside, although 0.55 times 200 is rounded up.
    let set110 =
        segmentation("FRACTIONAL", &[(1, "tumour")], &[(1, at(2.0), &[110, 109, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]);
    let options = RoiOptions { threshold: 0.55, ..RoiOptions::default() };
    assert_eq!(made(&set110, &RoiChoice::default(), &options).unwrap().mask.labels()[&1], 1);
    for threshold in [0.0, -1.0, 1.1, f64::NAN] {
        let options = RoiOptions { threshold, ..RoiOptions::default() };
        assert!(matches!(made(&set, &RoiChoice::default(), &options), Err(Error::Setting(_))));
    }
    let no_maximum = set.without((0x62, 0x0e));
    let error = made(&no_maximum, &RoiChoice::default(), &RoiOptions::default()).unwrap_err().to_string();
    assert!(error.contains("no Maximum Fractional Value"), "{error}");
}

#[test]
fn label_maps_hold_every_segment() {
    let map = [0, 1, 1, 3, 0, 0, 3, 3, 9, 0, 1, 7];
    let segments = [(0, "Background"), (1, "Liver"), (3, "Lesion"), (7, "Vein")];
    let set = segmentation("LABELMAP", &segments, &[(0, at(4.0), &map), (0, at(2.0), &[0; 12])]);
    let names: Vec<String> = RoiSet::from_bytes(&set.file()).unwrap().rois().iter().map(|r| r.name.clone()).collect();
    assert_eq!(names, ["Liver", "Lesion", "Vein"]);
    let labels = make(&set, &RoiChoice::separate(["liver", "lesion"]));
    assert_eq!(slice(&labels.mask, 2), [0, 1, 1, 2, 0, 0, 2, 2, 0, 0, 1, 0]);
    // Background by the padding value: segment 0 is a segment then.
    let padded = set.short((0x28, 0x120), 3);
    let found = make(&padded, &RoiChoice::union(["*"]));
    assert_eq!(found.labels.iter().map(|(_, r)| r.number).collect::<Vec<_>>(), [0, 1, 7]);
    assert_eq!(slice(&found.mask, 2), [1, 1, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1]);
    assert_eq!(slice(&found.mask, 1), [1; 12]);
}

#[test]
fn a_part_of_the_image_and_turned_pixels() {
    // Shifted by a pixel and beyond the last slice.
    let set = segmentation("BINARY", &[(1, "a")], &[(1, [10.5, 19.3, 2.0], &A), (1, at(8.0), &B)]);
    let found = make(&set, &RoiChoice::default());
    assert_eq!(slice(&found.mask, 1), [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(found.notices, [RoiNotice::PixelsOutside { pixels: 2 + 3 }]);
    // Rows from right to left, columns from bottom to top.
    let turned = Set::default().text((0x20, 0x37), "DS", "-1\\0\\0\\0\\-1\\0");
    let measures = Set::default().text((0x28, 0x30), "DS", "0.7\\0.5");
    let shared = Set::default().items((0x20, 0x9116), &[turned]).items((0x28, 0x9110), &[measures]);
    let set = segmentation("BINARY", &[(1, "a")], &[(1, [11.5, 21.4, 6.0], &A)]).items((0x5200, 0x9229), &[shared]);
    let mut expected = A;
    expected.reverse();
    assert_eq!(slice(&make(&set, &RoiChoice::default()).mask, 3), expected);
}

#[test]
fn pixels_that_do_not_coincide_stay_on_their_own_grid() {
    let set = segmentation("BINARY", &[(1, "a")], &[(1, at(5.0), &B), (1, at(1.0), &A), (1, at(2.0), &C)]);
    let found = make(&set, &RoiChoice::default());
    assert_eq!(found.notices, [RoiNotice::OwnGrid]);
    let own = Geometry::new([4, 3, 5], [0.5, 0.7, 1.0], [10.0, 20.0, 1.0], Geometry::IDENTITY).unwrap();
    assert_eq!(found.mask.geometry(), &own);
    let expected = [&A, &C, &[0; 12], &[0; 12], &B].map(|s| s.to_vec());
    assert_eq!([0, 1, 2, 3, 4].map(|z| slice(&found.mask, z)), expected);
    // A tenth of a voxel is the limit.
    for (shift, coincides) in [(0.049, true), (0.051, false)] {
        let set = segmentation("BINARY", &[(1, "a")], &[(1, [10.0 + shift, 20.0, 2.0], &A)]);
        assert_eq!(make(&set, &RoiChoice::default()).notices.is_empty(), coincides, "{shift}");
    }
    // Frames too far apart for a grid of their own.
    let far = segmentation("BINARY", &[(1, "a")], &[(1, at(0.5), &A), (1, at(1e9 + 0.5), &A), (1, at(1.5), &A)]);
    let error = RoiSet::from_bytes(&far.file()).unwrap();
    let error = error.mask_on(&own, &RoiChoice::default(), &RoiOptions::default()).unwrap_err().to_string();
    assert!(error.contains("too much to allocate"), "{error}");
    // On a grid given by hand.
    let on_grid = RoiSet::from_bytes(&set.file()).unwrap().mask_on(&own, &RoiChoice::default(), &RoiOptions::default());
    assert_eq!(on_grid.unwrap().mask, found.mask);
}

#[test]
fn frames_of_unevenly_spaced_slices() {
    let image = image(&[0.0, 2.0, 6.0, 8.0]);
    let set = segmentation("BINARY", &[(1, "a")], &[(1, at(6.0), &B), (1, at(8.0), &A), (1, at(2.0), &C)]);
    let set = RoiSet::from_bytes(&set.file()).unwrap();
    let found = set.mask(&image.series, &RoiChoice::default(), &RoiOptions::default()).unwrap();
    assert!(found.notices.is_empty(), "{:?}", found.notices);
    assert_eq!([0, 1, 2, 3].map(|z| slice(&found.mask, z)), [&[0; 12], &C, &B, &A].map(|s| s.to_vec()));
}

#[test]
fn other_series_missing_parts_and_other_kinds() {
    let set = RoiSet::from_bytes(&binary().file()).unwrap();
    let mut series = image(&[0.0, 2.0, 4.0, 6.0]).series;
    series.series_uid = "1.2.3.5".into();
    let choice = RoiChoice::union(["1"]);
    assert!(matches!(
        problem(set.mask(&series, &choice, &RoiOptions::default())),
        RoiProblem::OtherSeries { referenced, .. } if referenced == ["1.2.3.4"]
    ));
    let options = RoiOptions { drawn_on: DrawnOn::SameSpace, ..RoiOptions::default() };
    assert_eq!(set.mask(&series, &choice, &options).unwrap().notices, [RoiNotice::OtherSeries]);

    let failing = |set: Set| made(&set, &RoiChoice::union(["*"]), &RoiOptions::default()).unwrap_err().to_string();
    let error = failing(binary().text((0x62, 0x01), "CS", "SURFACE"));
    assert!(error.contains("Segmentation Type (0062,0001) is SURFACE"), "{error}");
    let error = failing(binary().without((0x5200, 0x9230)));
    assert!(error.contains("5 frames, and 0 of them say which segment"), "{error}");
    let error = failing(binary().without((0x5200, 0x9229)));
    assert!(error.contains("frame 1 has no usable position"), "{error}");
    let error = failing(binary().without(PIXELS));
    assert!(error.contains("no pixel data"), "{error}");
    let error = failing(binary().raw(PIXELS, "OB", [0; 6]));
    assert!(error.contains("too early"), "{error}");
    let error = failing(segmentation("BINARY", &[(1, "a"), (1, "b")], &[(1, at(0.0), &A)]));
    assert!(error.contains("two segments have the number 1"), "{error}");
    let error = failing(segmentation("BINARY", &[(1, "a")], &[(1, at(0.0), &[0; 12])]));
    assert!(error.contains("no voxel of the image is in \"a\""), "{error}");
}

/// A file cut off anywhere, or with any byte changed, gives a mask or an error.
#[test]
fn crafted_files_do_not_panic() {
    let series = image(&[0.0, 2.0, 4.0, 6.0]).series;
    let any = RoiOptions { drawn_on: DrawnOn::Anything, ..RoiOptions::default() };
    let attempt = |bytes: &[u8]| {
        if let Ok(set) = RoiSet::from_bytes(bytes) {
            let _ = set.mask(&series, &RoiChoice::union(["*"]), &any);
            let _ = set.mask(&series, &RoiChoice::separate(["*"]), &any);
        }
    };
    let map = segmentation("LABELMAP", &[(1, "Liver")], &[(0, at(4.0), &A), (0, at(2.5), &B)]);
    for file in [binary().file(), map.file()] {
        for end in 0..file.len() {
            attempt(&file[..end]);
        }
        for at in 132..file.len() {
            for byte in [0, 0xff, b'9'] {
                let mut bytes = file.clone();
                bytes[at] = byte;
                attempt(&bytes);
            }
        }
    }
}
