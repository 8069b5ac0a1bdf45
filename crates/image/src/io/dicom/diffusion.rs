//! Diffusion b-values, standard and private.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::dataset::Dataset;

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
