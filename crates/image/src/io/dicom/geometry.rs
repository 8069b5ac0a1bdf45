//! From frames to a stack of slices: which frames, in which order, on which grid.
//!
//! The grid is ITK's: the direction of rows and columns made orthogonal as its DICOM reader does, the origin that of the
//! first slice, and along z the distance between the first and the last slice divided by the number of gaps. Slices
//! ascend along the normal (row × column), whatever their numbers or file names say.

use super::frame::Frame;
use super::notice::{Notice, SeriesProblem, SplitBy};
use super::options::{Duplicates, ReadOptions};
use crate::geometry::Geometry;

/// Positions closer than this, in mm along the normal, are the same.
pub(super) const SAME_PLACE_MM: f64 = 1e-3;
/// Positions are often written with two or three digits only.
const ROUNDING_MM: f64 = 0.01;
/// How much direction cosines may differ between the slices of a stack.
const SAME_DIRECTION: f64 = 1e-3;
/// How much pixel spacings may differ, as a fraction.
const SAME_SPACING: f64 = 1e-4;
/// How far a slice may be shifted within its plane, as a fraction of the smaller pixel spacing.
const SHEAR: f64 = 0.1;

/// Frames in the order of their slices, and their grid.
#[derive(Debug)]
pub(crate) struct Stack {
    pub frames: Vec<Frame>,
    pub geometry: Geometry,
    pub notices: Vec<Notice>,
}

/// Selects and arranges frames.
pub(crate) fn stack(frames: &[Frame], options: &ReadOptions) -> Result<Stack, SeriesProblem> {
    let mut frames = select(frames, &options.select)?;
    let mut notices = Vec::new();
    check_uniform(&frames)?;
    let Some(first) = frames.first() else {
        return Err(SeriesProblem::NoImages { others: Vec::new(), not_dicom: 0 });
    };
    let (axes, corrected) = axes(first)?;
    if corrected {
        notices.push(Notice::OrientationCorrected);
    }
    let normal = axes[2];
    let height = |frame: &Frame| dot(frame.position_mm.unwrap_or_default(), normal);
    frames.sort_by(|a, b| {
        height(a).total_cmp(&height(b)).then(a.instance_number.cmp(&b.instance_number)).then(a.index.cmp(&b.index))
    });
    remove_duplicates(&mut frames, height, options.duplicates, &mut notices)?;

    // ITK takes rows and columns from the slice that comes first.
    let (axes, _) = self::axes(&frames[0])?;
    let spacing = placed(&frames[0])?.spacing_mm;
    let origin = frames[0].position_mm.unwrap_or_default();
    let along = spacing_along(&frames, normal, spacing, options, &mut notices)?;
    let direction = [0, 1, 2].map(|r| [axes[0][r], axes[1][r], axes[2][r]]);
    let size = [frames[0].size[0], frames[0].size[1], frames.len()];
    let geometry = Geometry::new(size, [spacing[0], spacing[1], along], origin, direction).map_err(|e| {
        SeriesProblem::Missing {
            what: "the series".to_string(),
            attribute: "usable geometry".to_string(),
            why: format!(": {e}"),
        }
    })?;
    Ok(Stack { frames, geometry, notices })
}

/// The frames with these attributes.
fn select(frames: &[Frame], wanted: &[(SplitBy, String)]) -> Result<Vec<Frame>, SeriesProblem> {
    let mut kept: Vec<Frame> = frames.to_vec();
    for (by, value) in wanted {
        let fits = |frame: &Frame| same_value(key(frame, *by), value);
        if !kept.iter().any(fits) {
            return Err(SeriesProblem::NoSuchFrames { by: *by, value: value.clone(), values: values_of(&kept, *by) });
        }
        kept.retain(fits);
    }
    Ok(kept)
}

fn same_value(a: &str, b: &str) -> bool {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a.trim().eq_ignore_ascii_case(b.trim()),
    }
}

/// The value of an attribute; `none` if the frame has no such attribute.
fn key(frame: &Frame, by: SplitBy) -> &str {
    frame.keys.get(&by).map_or("none", String::as_str)
}

/// The values of an attribute, numbers by size, then texts; empty if no frame has it.
pub(crate) fn values_of(frames: &[Frame], by: SplitBy) -> Vec<String> {
    if frames.iter().all(|f| !f.keys.contains_key(&by)) {
        return Vec::new();
    }
    let mut values: Vec<String> = frames.iter().map(|f| key(f, by).to_string()).collect();
    // Numbers before texts: an order in which "9" < "10" < "1a" < "9" would be none.
    values.sort_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) => x.total_cmp(&y).then_with(|| a.cmp(b)),
        (x, y) => y.is_ok().cmp(&x.is_ok()).then_with(|| a.cmp(b)),
    });
    values.dedup();
    values
}

/// What a frame must have to be a slice.
struct Place {
    orientation: [f64; 6],
    spacing_mm: [f64; 2],
}

fn placed(frame: &Frame) -> Result<Place, SeriesProblem> {
    let missing = |attribute: &str| SeriesProblem::Missing {
        what: name(frame),
        attribute: attribute.to_string(),
        why: ", so it is no slice of a volume in space; choose another series, or convert the picture to NIfTI or NRRD"
            .to_string(),
    };
    frame.position_mm.ok_or_else(|| missing("Image Position (0020,0032)"))?;
    let orientation = frame.orientation.ok_or_else(|| missing("Image Orientation (0020,0037)"))?;
    let spacing_mm = frame.spacing_mm.ok_or_else(|| missing("Pixel Spacing (0028,0030)"))?;
    Ok(Place { orientation, spacing_mm })
}

/// The file, and the frame if its object has several.
fn name(frame: &Frame) -> String {
    let file = frame.path.file_name().unwrap_or_default().to_string_lossy();
    if frame.multiframe { format!("frame {} of {file}", frame.index + 1) } else { file.into_owned() }
}

/// Refuses frames of different size, spacing or orientation.
fn check_uniform(frames: &[Frame]) -> Result<(), SeriesProblem> {
    let sizes = groups(frames, |f| f.size, |a, b| a == b);
    if sizes.len() > 1 {
        let sizes = sizes.iter().map(|([x, y], n)| format!("{x} x {y} ({n} slices)")).collect();
        return Err(SeriesProblem::MixedSize { sizes });
    }
    for frame in frames {
        placed(frame)?;
    }
    let close = |a: &[f64], b: &[f64], t: f64| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= t);
    let orientations = groups(frames, |f| f.orientation.unwrap_or_default(), |a, b| close(a, b, SAME_DIRECTION));
    if orientations.len() > 1 {
        let orientations = orientations.iter().map(|(o, n)| format!("{} ({n} slices)", plane(o))).collect();
        return Err(SeriesProblem::MixedOrientation { orientations });
    }
    let spacings = groups(frames, |f| f.spacing_mm.unwrap_or_default(), |a, b| close(a, b, SAME_SPACING * a[0].abs()));
    if spacings.len() > 1 {
        let spacings = spacings.iter().map(|([x, y], n)| format!("{x} x {y} ({n} slices)")).collect();
        return Err(SeriesProblem::MixedSpacing { spacings });
    }
    Ok(())
}

/// Frames counted by something of theirs.
fn groups<T>(frames: &[Frame], of: impl Fn(&Frame) -> T, same: impl Fn(&T, &T) -> bool) -> Vec<(T, usize)> {
    let mut groups: Vec<(T, usize)> = Vec::new();
    for frame in frames {
        let value = of(frame);
        match groups.iter_mut().find(|(known, _)| same(known, &value)) {
            Some((_, count)) => *count += 1,
            None => groups.push((value, 1)),
        }
    }
    groups
}

/// A plane in words.
fn plane(orientation: &[f64; 6]) -> String {
    let [a, b, c, d, e, f] = *orientation;
    let normal = cross([a, b, c], [d, e, f]).map(f64::abs);
    let name = match normal {
        [x, y, z] if z >= x && z >= y => "axial",
        [x, y, _] if y >= x => "coronal",
        _ => "sagittal",
    };
    format!("{name} {a:.3}\\{b:.3}\\{c:.3}\\{d:.3}\\{e:.3}\\{f:.3}")
}

/// The unit vectors along x, y and z of the grid, and whether the cosines had to be corrected. As in ITK: cosines that
/// are off by more than 0.001 are normalised, and rows and columns made orthogonal to each other.
fn axes(frame: &Frame) -> Result<([[f64; 3]; 3], bool), SeriesProblem> {
    let [a, b, c, d, e, f] = placed(frame)?.orientation;
    let (mut row, mut column) = ([a, b, c], [d, e, f]);
    let valid = |row, column| {
        (dot(row, row) - 1.0).abs() < 1e-3 && (dot(column, column) - 1.0).abs() < 1e-3 && dot(row, column).abs() < 1e-3
    };
    let corrected = !valid(row, column);
    if corrected {
        (row, column) = (unit(row), unit(column));
        if !valid(row, column) {
            return Err(SeriesProblem::Missing {
                what: name(frame),
                attribute: "usable Image Orientation (0020,0037)".to_string(),
                why: format!(
                    ": {a}\\{b}\\{c}\\{d}\\{e}\\{f} are not two directions at right angles; repair the header"
                ),
            });
        }
    }
    let slice = unit(cross(row, column));
    let row = unit(cross(column, slice));
    Ok(([row, cross(slice, row), slice], corrected))
}

/// Finds frames at the same place, and says what tells them apart, or keeps one of each if that was asked for.
fn remove_duplicates(
    frames: &mut Vec<Frame>,
    height: impl Fn(&Frame) -> f64,
    duplicates: Duplicates,
    notices: &mut Vec<Notice>,
) -> Result<(), SeriesProblem> {
    let together = |a: &Frame, b: &Frame| (height(b) - height(a)).abs() < SAME_PLACE_MM;
    let repeated = |frames: &[Frame]| frames.windows(2).filter(|w| together(&w[0], &w[1])).count();
    if repeated(frames) == 0 {
        return Ok(());
    }
    // An attribute that splits the frames into whole stacks; else one that at least differs at the same place.
    let differs = |by: SplitBy| frames.windows(2).any(|w| together(&w[0], &w[1]) && key(&w[0], by) != key(&w[1], by));
    let splits = |by: SplitBy| {
        let values = values_of(frames, by);
        let parts: Vec<Vec<Frame>> =
            values.iter().map(|v| frames.iter().filter(|f| key(f, by) == v).cloned().collect()).collect();
        parts.len() > 1 && parts.iter().all(|part| repeated(part) == 0)
    };
    let candidates: Vec<SplitBy> = SplitBy::ALL.into_iter().filter(|&by| differs(by)).collect();
    let by = candidates.iter().copied().find(|&by| splits(by)).or(candidates.first().copied());
    if let Some(by) = by {
        return Err(SeriesProblem::SeveralVolumes { by, values: values_of(frames, by) });
    }
    if duplicates == Duplicates::Refuse {
        let mut examples = Vec::new();
        let mut count = 0;
        for group in frames.chunk_by(together).filter(|g| g.len() > 1) {
            count += 1;
            if examples.len() < 3 {
                let numbers: Vec<String> = group.iter().map(|f| f.instance_number.to_string()).collect();
                examples.push(format!("{:.3} mm (instances {})", height(&group[0]), numbers.join(", ")));
            }
        }
        let more = if count > examples.len() { ", ..." } else { "" };
        return Err(SeriesProblem::DuplicatePositions { count, examples: examples.join("; ") + more });
    }
    let before = frames.len();
    let mut kept: Vec<Frame> = Vec::with_capacity(before);
    for frame in frames.drain(..) {
        match kept.last_mut() {
            Some(last) if together(last, &frame) => {
                if duplicates == Duplicates::KeepLast {
                    *last = frame;
                }
            }
            _ => kept.push(frame),
        }
    }
    *frames = kept;
    notices.push(Notice::DuplicatesDropped { dropped: before - frames.len() });
    Ok(())
}

/// The spacing along z, after a check that the slices are where it says.
fn spacing_along(
    frames: &[Frame],
    normal: [f64; 3],
    pixel_mm: [f64; 2],
    options: &ReadOptions,
    notices: &mut Vec<Notice>,
) -> Result<f64, SeriesProblem> {
    let position = |i: usize| frames[i].position_mm.unwrap_or_default();
    let gaps_count = frames.len() - 1;
    if gaps_count == 0 {
        let thickness = frames[0].thickness_mm;
        let spacing_mm = thickness.unwrap_or(1.0);
        notices.push(Notice::SingleSlice { spacing_mm, thickness: thickness.is_some() });
        return Ok(spacing_mm);
    }
    let offset = |i: usize| sub(position(i), position(0));
    let heights: Vec<f64> = (0..frames.len()).map(|i| dot(offset(i), normal)).collect();
    let shift_mm = (0..frames.len())
        .map(|i| {
            let within = sub(offset(i), normal.map(|n| n * heights[i]));
            dot(within, within).sqrt()
        })
        .fold(0.0, f64::max);
    if shift_mm > (SHEAR * pixel_mm[0].min(pixel_mm[1])).max(ROUNDING_MM) {
        return Err(SeriesProblem::Sheared { shift_mm });
    }
    let span = offset(gaps_count);
    let mean = dot(span, span).sqrt() / gaps_count as f64;
    let gaps: Vec<f64> = heights.windows(2).map(|w| w[1] - w[0]).collect();
    let range_mm = [gaps.iter().copied().fold(f64::INFINITY, f64::min), gaps.iter().copied().fold(0.0, f64::max)];
    let largest_shift_mm = heights.iter().enumerate().map(|(i, h)| (h - mean * i as f64).abs()).fold(0.0, f64::max);
    let worst = (range_mm[1] - mean).max(mean - range_mm[0]);
    let notice = Notice::UnevenSpacing { spacing_mm: mean, range_mm, largest_shift_mm };
    if worst <= (options.spacing_tolerance * mean).max(ROUNDING_MM) {
        if worst > 1e-3 * mean {
            notices.push(notice);
        }
        return Ok(mean);
    }
    if options.accept_uneven {
        notices.push(notice);
        return Ok(mean);
    }
    Err(missing_slices(frames, &heights, &gaps, options.spacing_tolerance, largest_shift_mm)
        .unwrap_or(SeriesProblem::UnevenSpacing { range_mm, largest_shift_mm }))
}

/// Whether every gap is a whole multiple of the usual one.
fn missing_slices(
    frames: &[Frame],
    heights: &[f64],
    gaps: &[f64],
    tolerance: f64,
    largest_shift_mm: f64,
) -> Option<SeriesProblem> {
    let mut sorted = gaps.to_vec();
    sorted.sort_by(f64::total_cmp);
    // The lower median: with two gaps, one of them double, the smaller one is the spacing.
    let usual = sorted[(sorted.len() - 1) / 2];
    let multiple = |gap: f64| (gap / usual).round();
    let even = |gap: f64| {
        let k = multiple(gap);
        k >= 1.0 && (gap - k * usual).abs() <= (tolerance * usual).max(ROUNDING_MM) * k
    };
    if !gaps.iter().all(|&gap| even(gap)) {
        return None;
    }
    let origin = dot(frames[0].position_mm?, axes(&frames[0]).ok()?.0[2]);
    let holes: Vec<(usize, f64)> =
        gaps.iter().enumerate().map(|(i, &gap)| (i, multiple(gap) - 1.0)).filter(|(_, n)| *n > 0.0).collect();
    let missing = holes.iter().fold(0usize, |sum, (_, n)| sum.saturating_add(*n as usize));
    let shown: Vec<String> = holes
        .iter()
        .take(3)
        .map(|&(i, n)| {
            format!("{n} between {:.2} and {:.2} mm along the normal", origin + heights[i], origin + heights[i + 1])
        })
        .collect();
    let more = if holes.len() > shown.len() { ", ..." } else { "" };
    Some(SeriesProblem::MissingSlices { missing, gaps: shown.join(", ") + more, largest_shift_mm })
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn sub(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// As vnl's `normalize`: multiplied by the reciprocal of the length.
fn unit(v: [f64; 3]) -> [f64; 3] {
    let length = dot(v, v).sqrt();
    if length == 0.0 { v } else { v.map(|x| x * (1.0 / length)) }
}
