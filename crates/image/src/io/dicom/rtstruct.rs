//! RT Structure Sets: the contours of each region. DICOM PS3.3 C.8.8.5 (structure set), C.8.8.6 (ROI contour), C.8.8.8
//! (ROI observations).

use std::collections::BTreeMap;
use std::path::Path;

use dicom_core::Tag;
use dicom_core::value::PrimitiveValue;
use dicom_dictionary_std::tags;

use super::dataset::{Dataset, Value};
use super::roi::{References, Roi, Target};
use super::roi_notice::RoiNotice;
use crate::contour;
use crate::error::Result;
use crate::io::source::format_error;

/// Planes closer than this, in mm, are counted as one in the list of regions.
const SAME_PLANE_MM: f64 = 0.01;

/// Retired, but old files may have it.
const CONTOUR_OFFSET_VECTOR: Tag = Tag(0x3006, 0x0045);

/// The contours of one region.
#[derive(Debug, Default)]
struct Contours {
    /// The corners of each closed contour, in mm.
    closed: Vec<Vec<[f64; 3]>>,
    /// Contours of other types, by type.
    open: BTreeMap<String, usize>,
    /// Why a contour cannot be used. It is an error only for who wants this region.
    damage: Option<String>,
}

/// The contours of all regions.
#[derive(Debug)]
pub(super) struct StructureSet {
    regions: Vec<Contours>,
}

impl StructureSet {
    /// Goes through a structure set; also lists its regions and what they were drawn on.
    pub fn read(path: &Path, set: &Dataset) -> Result<(Self, Vec<Roi>, References)> {
        let mut kinds: BTreeMap<i64, String> = BTreeMap::new();
        for item in set.items(tags::RTROI_OBSERVATIONS_SEQUENCE) {
            if let (Some(number), Some(kind)) =
                (item.integer(tags::REFERENCED_ROI_NUMBER), item.text(tags::RTROI_INTERPRETED_TYPE))
            {
                kinds.entry(number).or_insert(kind);
            }
        }
        let frames = set.items(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE);
        let only_frame = match frames {
            [one] => one.text(tags::FRAME_OF_REFERENCE_UID),
            _ => None,
        };
        let top_frame = set.text(tags::FRAME_OF_REFERENCE_UID).or(only_frame);
        let mut rois = Vec::new();
        let mut by_number: BTreeMap<i64, usize> = BTreeMap::new();
        for item in set.items(tags::STRUCTURE_SET_ROI_SEQUENCE) {
            let number = item.integer(tags::ROI_NUMBER).ok_or_else(|| {
                format_error(path, "a region has no ROI Number (3006,0022); export the contours again")
            })?;
            by_number.entry(number).or_insert(rois.len());
            rois.push(Roi {
                number,
                name: item.text(tags::ROI_NAME).unwrap_or_default(),
                kind: kinds.get(&number).cloned().unwrap_or_default(),
                contours: 0,
                slices: 0,
                frame_of_reference_uid: item
                    .text(tags::REFERENCED_FRAME_OF_REFERENCE_UID)
                    .or_else(|| top_frame.clone()),
            });
        }
        let mut references = References { series: referenced_series(frames), ..References::default() };
        let mut regions: Vec<Contours> = rois.iter().map(|_| Contours::default()).collect();
        for item in set.items(tags::ROI_CONTOUR_SEQUENCE) {
            let number = item.integer(tags::REFERENCED_ROI_NUMBER).ok_or_else(|| {
                format_error(path, "contours have no Referenced ROI Number (3006,0084); export them again")
            })?;
            // Contours whose region is not described still are a region, without a name.
            let at = *by_number.entry(number).or_insert_with(|| {
                regions.push(Contours::default());
                rois.push(Roi {
                    number,
                    name: String::new(),
                    kind: String::new(),
                    contours: 0,
                    slices: 0,
                    frame_of_reference_uid: top_frame.clone(),
                });
                rois.len() - 1
            });
            for contour in item.items(tags::CONTOUR_SEQUENCE) {
                rois[at].contours += 1;
                for image in contour.items(tags::CONTOUR_IMAGE_SEQUENCE) {
                    references.instances.extend(image.text(tags::REFERENCED_SOP_INSTANCE_UID));
                }
                regions[at].add(contour, rois[at].contours);
            }
        }
        for (roi, region) in rois.iter_mut().zip(&regions) {
            roi.slices = planes(&region.closed);
        }
        Ok((Self { regions }, rois, references))
    }

    /// Fills the contours of a region; `put` gets the position in the array of each voxel inside.
    pub fn fill(
        &self,
        path: &Path,
        region: usize,
        title: &str,
        target: &Target,
        notices: &mut Vec<RoiNotice>,
        mut put: impl FnMut(usize),
    ) -> Result<()> {
        let Some(contours) = self.regions.get(region) else { return Ok(()) };
        if let Some(damage) = &contours.damage {
            return Err(format_error(path, format!("{title}: {damage}; export the contours again")));
        }
        let filled = match &target.straighten {
            None => contour::fill(target.grid, &contours.closed),
            Some(straighten) => {
                let moved = |contour: &Vec<[f64; 3]>| contour.iter().map(|&p| straighten.point(p)).collect::<Vec<_>>();
                contour::fill(target.grid, &contours.closed.iter().map(moved).collect::<Vec<_>>())
            }
        };
        let roi = || title.to_string();
        for (kind, &contours) in &contours.open {
            notices.push(RoiNotice::NotClosed { roi: roi(), kind: kind.clone(), contours });
        }
        let mut count = |contours: usize, notice: fn(String, usize) -> RoiNotice| {
            if contours > 0 {
                notices.push(notice(roi(), contours));
            }
        };
        count(filled.degenerate, |roi, contours| RoiNotice::Degenerate { roi, contours });
        count(filled.outside, |roi, contours| RoiNotice::Outside { roi, contours });
        count(filled.clipped, |roi, contours| RoiNotice::Clipped { roi, contours });
        count(filled.between, |roi, contours| RoiNotice::Between { roi, contours });
        count(filled.tilted, |roi, contours| RoiNotice::Tilted { roi, contours });
        count(filled.repeated, |roi, contours| RoiNotice::Repeated { roi, contours });
        count(filled.gaps, |roi, slices| RoiNotice::Gaps { roi, slices });
        filled.inside.iter().enumerate().filter(|(_, inside)| **inside).for_each(|(at, _)| put(at));
        Ok(())
    }
}

impl Contours {
    /// Adds a contour, the `number`th of its region.
    fn add(&mut self, item: &Dataset, number: usize) {
        let kind = item.text(tags::CONTOUR_GEOMETRIC_TYPE).unwrap_or_else(|| "unknown".to_string());
        // The standard has CLOSEDPLANAR_XOR since 2020; the rule for it is that for CLOSED_PLANAR here.
        if !matches!(kind.as_str(), "CLOSED_PLANAR" | "CLOSEDPLANAR_XOR") {
            *self.open.entry(kind).or_insert(0) += 1;
            return;
        }
        match corners(item) {
            Ok(corners) => self.closed.push(corners),
            Err(what) => {
                self.damage.get_or_insert(format!("contour {number} {what}"));
            }
        }
    }
}

/// The corners of a contour in mm.
fn corners(item: &Dataset) -> std::result::Result<Vec<[f64; 3]>, String> {
    if item.vector::<3>(CONTOUR_OFFSET_VECTOR).is_some_and(|offset| offset != [0.0; 3]) {
        return Err("has a Contour Offset Vector (3006,0045), which is not supported".to_string());
    }
    let values = coordinates(item);
    if values.iter().any(|x| !x.is_finite()) {
        return Err("has coordinates that are no numbers".to_string());
    }
    let (corners, rest) = values.as_chunks::<3>();
    if !rest.is_empty() {
        return Err(format!("has {} coordinates, which is no multiple of 3", values.len()));
    }
    // Explicit files cannot hold more than 65 534 bytes of text: some writers cut longer contours off.
    match item.size(tags::NUMBER_OF_CONTOUR_POINTS) {
        Some(claimed) if claimed != corners.len() => {
            Err(format!("has {} points (3006,0050) where {claimed} are announced (3006,0046)", corners.len()))
        }
        _ => Ok(corners.to_vec()),
    }
}

/// Contour Data without a copy of its texts.
fn coordinates(item: &Dataset) -> Vec<f64> {
    match item.get(tags::CONTOUR_DATA) {
        Some(Value::Primitive(PrimitiveValue::Strs(texts))) => {
            let number =
                |text: &String| text.trim_matches(|c: char| c.is_whitespace() || c == '\0').parse().unwrap_or(f64::NAN);
            texts.iter().map(number).collect()
        }
        _ => item.numbers(tags::CONTOUR_DATA),
    }
}

/// The series that a structure set refers to.
fn referenced_series(frames: &[Dataset]) -> Vec<String> {
    let studies = frames.iter().flat_map(|frame| frame.items(tags::RT_REFERENCED_STUDY_SEQUENCE));
    let series = studies.flat_map(|study| study.items(tags::RT_REFERENCED_SERIES_SEQUENCE));
    let mut uids: Vec<String> = series.filter_map(|s| s.text(tags::SERIES_INSTANCE_UID)).collect();
    uids.sort();
    uids.dedup();
    uids
}

/// The number of planes of contours, all taken to be parallel to the largest one.
fn planes(contours: &[Vec<[f64; 3]>]) -> usize {
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let normal = contours.iter().map(|c| normal(c)).max_by(|a, b| dot(*a, *a).total_cmp(&dot(*b, *b)));
    let Some(normal) = normal else { return 0 };
    let length = dot(normal, normal).sqrt();
    let unit = if length > 0.0 { normal.map(|n| n / length) } else { [0.0, 0.0, 1.0] };
    let mut heights: Vec<f64> = contours.iter().filter_map(|c| c.first()).map(|&p| dot(p, unit)).collect();
    heights.sort_by(f64::total_cmp);
    usize::from(!heights.is_empty()) + heights.windows(2).filter(|w| w[1] - w[0] > SAME_PLANE_MM).count()
}

/// The normal of a polygon with twice its area as length (Newell): the sum of the cross products of its edges.
fn normal(corners: &[[f64; 3]]) -> [f64; 3] {
    let mut sum = [0.0; 3];
    let Some(&origin) = corners.first() else { return sum };
    let from = |p: [f64; 3]| [0, 1, 2].map(|a| p[a] - origin[a]);
    for pair in corners.windows(2) {
        let (p, q) = (from(pair[0]), from(pair[1]));
        for a in 0..3 {
            let (b, c) = ((a + 1) % 3, (a + 2) % 3);
            sum[a] += p[b] * q[c] - p[c] * q[b];
        }
    }
    sum
}
