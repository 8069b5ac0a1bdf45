//! Diffusion b-values, standard and private.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::dataset::Dataset;
use super::notice::{SeriesProblem, SplitBy};
use super::options::ReadOptions;
use super::scan::Series;
use super::series::{DicomImage, read_series};
use crate::error::{Error, Result};
use crate::geometry::Geometry;

/// The b-value in s/mm² of an object or of the functional groups of a frame, from the first of these that is there:
///
/// - Diffusion b-value (0018,9087), in the MR Diffusion Sequence (0018,9117) or by itself;
/// - 0 if Diffusion Directionality (0018,9075) is `NONE`;
/// - Siemens (0019,100C) under `SIEMENS MR HEADER`;
/// - GE (0043,1039) under `GEMS_PARM_01`, whose first value has multiples of 10⁹ added in some versions;
/// - Philips (2001,1003) under `Philips Imaging DD 001`;
/// - United Imaging (0065,1009) under `Image Private Header`.
pub(crate) fn b_value(set: &Dataset) -> Option<f64> {
    let sane = |b: f64| (b.is_finite() && b >= 0.0).then_some(b);
    let diffusion = set.item(tags::MR_DIFFUSION_SEQUENCE);
    for group in [diffusion, Some(set)].into_iter().flatten() {
        if let Some(b) = group.number(tags::DIFFUSION_B_VALUE).and_then(sane) {
            return Some(b);
        }
        if group.text(tags::DIFFUSION_DIRECTIONALITY).as_deref() == Some("NONE") {
            return Some(0.0);
        }
    }
    let private = |group, creator, element| set.private(group, creator, element).and_then(|tag| number(set, tag));
    private(0x0019, "SIEMENS MR HEADER", 0x0c)
        .or_else(|| private(0x0043, "GEMS_PARM_01", 0x39).map(|b| b % 1e9))
        .or_else(|| private(0x2001, "Philips Imaging DD 001", 0x03))
        .or_else(|| private(0x0065, "Image Private Header", 0x09))
        .and_then(sane)
}

/// Values of Image Type or Frame Type of maps that a scanner computed of diffusion images. Some come with the b-value of the
/// images they were made of, and are no signal for all that.
const MAPS: [&str; 8] =
    ["ADC", "ADC_MAP", "EADC", "EXP_ADC", "FA", "FRACTIONAL_ANISOTROPY", "DIFFUSION_ANISO", "ADC_UNSPECIFIED"];

/// Whether an Image Type is that of such a map.
pub(super) fn is_map(image_type: &[String]) -> bool {
    image_type.iter().any(|kind| MAPS.contains(&kind.as_str()))
}

/// A private number, which in a file without types is text or a little-endian float.
fn number(set: &Dataset, tag: Tag) -> Option<f64> {
    set.number(tag).or_else(|| {
        let bytes = set.bytes(tag)?;
        match bytes.len() {
            4 => Some(f64::from(f32::from_le_bytes(bytes.try_into().ok()?))),
            8 => Some(f64::from_le_bytes(bytes.try_into().ok()?)),
            _ => None,
        }
    })
}

/// One volume of a diffusion series.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DiffusionVolume {
    /// The b-value in s/mm².
    pub b_value: f64,
    /// The direction of the gradient as the object has it, `x\y\z`, if the series has several at this b-value and says
    /// so; `none` for one without direction among others that have one.
    pub direction: Option<String>,
    /// The image.
    pub image: DicomImage,
}

/// Reads a diffusion series as one volume per b-value, ascending; per b-value and gradient direction if there are
/// several. The b-values may be spread over several series. All volumes have the same grid.
///
/// Frames without a b-value and maps that the scanner computed (by their Image Type) are left out. Other attributes that split the series are
/// chosen with [`ReadOptions::select`], as for [`read_series`].
///
/// # Errors
/// [`Error::Dicom`] with [`SeriesProblem::NoBValues`] if no frame has a b-value; [`Error::Mismatch`] if the volumes are
/// not on the same grid; and as [`read_series`].
///
/// # Example
/// ```no_run
/// use radsurv_image::io::dicom;
/// let scan = dicom::scan("export/")?;
/// let series = scan.choose(&"dwi".parse()?)?;
/// for volume in dicom::read_by_b_value(&[series], &Default::default())? {
///     println!("b = {} s/mm2: {:?} voxels", volume.b_value, volume.image.volume.geometry().size());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_by_b_value(series: &[&Series], options: &ReadOptions) -> Result<Vec<DiffusionVolume>> {
    let mut volumes: Vec<DiffusionVolume> = Vec::new();
    for series in series {
        for &b_value in &series.b_values {
            let mut chosen = options.clone();
            chosen.select.push((SplitBy::BValue, b_value.to_string()));
            match read_series(series, &chosen) {
                Ok(image) => volumes.push(DiffusionVolume { b_value, direction: None, image }),
                Err(Error::Dicom { path, problem }) => match *problem {
                    SeriesProblem::SeveralVolumes { by: SplitBy::Direction, values } => {
                        for direction in values {
                            let mut one = chosen.clone();
                            one.select.push((SplitBy::Direction, direction.clone()));
                            let image = read_series(series, &one)?;
                            volumes.push(DiffusionVolume { b_value, direction: Some(direction), image });
                        }
                    }
                    other => return Err(Error::Dicom { path, problem: Box::new(other) }),
                },
                Err(other) => return Err(other),
            }
        }
    }
    let Some(first) = volumes.first() else {
        let path = series.first().and_then(|s| s.files.first()).cloned().unwrap_or_default();
        return Err(Error::Dicom { path, problem: Box::new(SeriesProblem::NoBValues) });
    };
    for volume in &volumes {
        first.image.volume.geometry().check_same(volume.image.volume.geometry(), Geometry::TOLERANCE)?;
    }
    volumes.sort_by(|a, b| a.b_value.total_cmp(&b.b_value));
    Ok(volumes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::dicom::dataset::Value;
    use dicom_core::value::PrimitiveValue;

    fn put(set: &mut Dataset, tag: Tag, value: PrimitiveValue) {
        set.insert(tag, Value::Primitive(value));
    }

    #[test]
    fn b_values_of_the_standard_and_of_vendors() {
        let mut group = Dataset::default();
        put(&mut group, tags::DIFFUSION_B_VALUE, PrimitiveValue::from(800.0f64));
        let mut frame = Dataset::default();
        frame.insert(tags::MR_DIFFUSION_SEQUENCE, Value::Items(vec![group]));
        assert_eq!(b_value(&frame), Some(800.0));

        let mut isotropic = Dataset::default();
        put(&mut isotropic, tags::DIFFUSION_DIRECTIONALITY, PrimitiveValue::from("NONE"));
        assert_eq!(b_value(&isotropic), Some(0.0));

        for (creator, group, element, value, expected) in [
            ("SIEMENS MR HEADER", 0x19, 0x0c, PrimitiveValue::from("1000 "), 1000.0),
            ("GEMS_PARM_01", 0x43, 0x39, PrimitiveValue::from("1000000800\\8\\0\\0"), 800.0),
            ("GEMS_PARM_01", 0x43, 0x39, PrimitiveValue::from("50"), 50.0),
            ("Philips Imaging DD 001", 0x2001, 0x03, PrimitiveValue::from(600.0f32), 600.0),
            ("Philips Imaging DD 001", 0x2001, 0x03, PrimitiveValue::U8(600f32.to_le_bytes().as_slice().into()), 600.0),
            ("Image Private Header", 0x65, 0x09, PrimitiveValue::from(928.25f64), 928.25),
        ] {
            let mut set = Dataset::default();
            put(&mut set, Tag(group, 0x11), PrimitiveValue::from(creator));
            put(&mut set, Tag(group, 0x1100 | element), value);
            assert_eq!(b_value(&set), Some(expected), "{creator}");
        }
        assert_eq!(b_value(&Dataset::default()), None);
    }
}
