//! PET activity to the standardised uptake value by body weight.
//!
//! SUV = A · W / D, with the activity concentration A in Bq/ml, the body weight W in g and the injected dose D in Bq as it
//! is at the time to which A was decay-corrected (density of tissue 1 g/ml). As QIBA's vendor-neutral pseudo-code does.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::dataset::Dataset;

/// Half-lives after which nothing is left to be seen: dates that say so do not belong together, as after a shift of some
/// of them.
const MOST_HALF_LIVES: f64 = 12.0;

/// Less activity than any PET scan has, even of a mouse: a dose in MBq, where the standard asks for Bq.
const LEAST_DOSE_BQ: f64 = 1e4;

/// A day and a time, in seconds since a day long ago.
pub(super) type Moment = f64;

/// What the rescaled values of a PET object are multiplied by to give SUV by body weight in g/ml. `first_acquired` is the
/// earliest acquisition time of all objects of the series: those of a scan in several bed positions differ by many minutes.
///
/// By Units (0054,1001): `GML` is SUV already (by weight, if SUV Type (0054,1006) says nothing else); `CNTS` needs
/// Philips' SUV factor (7053,1000), or its activity factor (7053,1009); `BQML` needs weight and dose, and the decay from
/// injection to the reference time by Decay Correction (0054,1102): `ADMIN` none, `START` to the start of the scan.
///
/// # Errors
/// In words: what is missing.
pub(super) fn body_weight_factor(set: &Dataset, first_acquired: Option<Moment>) -> Result<f64, String> {
    let units = set.text(tags::UNITS).ok_or("Units (0054,1001) are missing; only PET images can be given as SUV")?;
    let to_activity = match units.as_str() {
        "GML" => {
            return match set.text(tags::SUV_TYPE).as_deref() {
                None | Some("BW") => Ok(1.0),
                Some(other) => Err(format!("they are SUV of type {other} (0054,1006) already, not by body weight")),
            };
        }
        "BQML" => 1.0,
        "CNTS" => {
            let philips = |element| {
                let tag = set.private(0x7053, "Philips PET Private Group", element)?;
                set.number(tag).filter(|f| *f > 0.0)
            };
            if let Some(factor) = philips(0x00) {
                return Ok(factor);
            }
            philips(0x09).ok_or(
                "they are counts (Units (0054,1001) = CNTS) without Philips' SUV factor (7053,1000) or activity factor \
                 (7053,1009)",
            )?
        }
        other => return Err(format!("Units (0054,1001) are {other}, and only BQML, GML and CNTS can be used")),
    };

    let corrections = set.texts(tags::CORRECTED_IMAGE);
    for (code, what) in [("ATTN", "attenuation"), ("DECY", "decay")] {
        if !corrections.is_empty() && !corrections.iter().any(|c| c == code) {
            return Err(format!(
                "they are not corrected for {what}: Corrected Image (0028,0051) is {} without {code}",
                corrections.join("\\")
            ));
        }
    }

    let mut missing = Vec::new();
    let mut need = |value: Option<f64>, name: &str| {
        let value = value.filter(|v| v.is_finite() && *v > 0.0);
        if value.is_none() {
            missing.push(name.to_string());
        }
        value.unwrap_or(f64::NAN)
    };
    let nothing = Dataset::default();
    let radio = set.item(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE).unwrap_or(&nothing);
    let weight_kg = need(set.number(tags::PATIENT_WEIGHT), "Patient's Weight (0010,1030)");
    let dose_bq = need(radio.number(tags::RADIONUCLIDE_TOTAL_DOSE), "Radionuclide Total Dose (0018,1074)");
    let correction = set.text(tags::DECAY_CORRECTION);
    let decay = match correction.as_deref() {
        Some("ADMIN") => 1.0,
        Some("START") => {
            let half_life = need(radio.number(tags::RADIONUCLIDE_HALF_LIFE), "Radionuclide Half Life (0018,1075)");
            let seconds = need(
                uptake_seconds(set, radio, first_acquired),
                "the time from injection to scan: Radiopharmaceutical Start Time (0018,1072) or Start DateTime \
                 (0018,1078), with Series Date and Time (0008,0021 and 0031) or Acquisition Date and Time (0008,0022 and \
                 0032)",
            );
            if seconds > MOST_HALF_LIVES * half_life {
                return Err(format!(
                    "from injection to scan it is {:.1} hours, more than {MOST_HALF_LIVES} half-lives of {half_life} s: the dates \
                     and times do not belong together (some may have been changed)",
                    seconds / 3600.0
                ));
            }
            0.5f64.powf(seconds / half_life)
        }
        Some("NONE") => {
            return Err("they are not corrected for decay (Decay Correction (0054,1102) = NONE)".to_string());
        }
        Some(other) => {
            return Err(format!("Decay Correction (0054,1102) is {other}, and only START and ADMIN can be used"));
        }
        None => {
            missing.push("Decay Correction (0054,1102)".to_string());
            1.0
        }
    };
    if !missing.is_empty() {
        return Err(format!("missing or not positive: {}; give the image in Bq/ml instead", missing.join("; ")));
    }
    if dose_bq < LEAST_DOSE_BQ {
        return Err(format!(
            "Radionuclide Total Dose (0018,1074) is {dose_bq} Bq, less than any scan has; it was probably meant in MBq: \
             repair the header"
        ));
    }
    Ok(to_activity * weight_kg * 1000.0 / (dose_bq * decay))
}

/// When an object was acquired (0008,0022 and 0032).
pub(super) fn acquired(set: &Dataset) -> Option<Moment> {
    day_and_time(set, tags::ACQUISITION_DATE, tags::ACQUISITION_TIME).map(total)
}

fn day_and_time(set: &Dataset, date: Tag, time: Tag) -> Option<(i64, f64)> {
    Some((day(&set.text(date)?)?, seconds(&set.text(time)?)?))
}

fn total((day, seconds): (i64, f64)) -> Moment {
    day as f64 * DAY + seconds
}

const DAY: f64 = 86400.0;

/// Seconds from the injection to the time that START means: the start of the scan, which is the series time, unless that
/// is later than the first acquisition (then the series was written again later, and GE's private scan time or the first
/// acquisition is taken).
fn uptake_seconds(set: &Dataset, radio: &Dataset, first_acquired: Option<Moment>) -> Option<f64> {
    let series = day_and_time(set, tags::SERIES_DATE, tags::SERIES_TIME).map(total);
    let private = || {
        let tag = set.private(0x0009, "GEMS_PETD_01", 0x0d)?;
        moment(&set.text(tag)?)
    };
    let scan = match (series, first_acquired) {
        (Some(series), Some(acquired)) if series > acquired => private().unwrap_or(acquired),
        (Some(series), _) => series,
        (None, acquired) => acquired?,
    };
    if let Some(injected) = radio.text(tags::RADIOPHARMACEUTICAL_START_DATE_TIME).and_then(|t| moment(&t)) {
        return Some(scan - injected);
    }
    // The date of the injection is often missing: then it was on the day of the scan, or the evening before.
    let injected = seconds(&radio.text(tags::RADIOPHARMACEUTICAL_START_TIME)?)?;
    Some((scan.rem_euclid(DAY) - injected).rem_euclid(DAY))
}

/// A DT value; an offset from UTC is left out, as the other times have none.
fn moment(text: &str) -> Option<Moment> {
    let text = text.split(['+', '-']).next()?;
    Some(total((day(text.get(..8)?)?, seconds(text.get(8..)?)?)))
}

/// The number of a day, from YYYYMMDD (or YYYY.MM.DD of old).
fn day(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(|c| *c != '.').collect();
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days of the Gregorian calendar since 0000-03-01, with years that begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Some(365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + day)
}

/// Seconds of the day, from HHMMSS.FFFFFF (later parts may be missing; HH:MM:SS of old).
fn seconds(text: &str) -> Option<f64> {
    let digits: String = text.chars().filter(|c| *c != ':').collect();
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    if !matches!(whole.len(), 2 | 4 | 6) || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| whole.get(at..at + 2).map_or(Some(0.0), |t| t.parse::<f64>().ok());
    let fraction = if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse().ok()? };
    Some(part(0)? * 3600.0 + part(2)? * 60.0 + part(4)? + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::dicom::dataset::Value;
    use dicom_core::value::PrimitiveValue;

    fn put(set: &mut Dataset, tag: Tag, text: &str) {
        set.insert(tag, Value::Primitive(PrimitiveValue::from(text)));
    }

    fn pet() -> (Dataset, Dataset) {
        let (mut set, mut radio) = (Dataset::default(), Dataset::default());
        put(&mut set, tags::UNITS, "BQML");
        put(&mut set, tags::PATIENT_WEIGHT, "70");
        put(&mut set, tags::DECAY_CORRECTION, "START");
        put(&mut set, tags::SERIES_DATE, "20200101");
        put(&mut set, tags::SERIES_TIME, "100000");
        put(&mut set, tags::ACQUISITION_DATE, "20200101");
        put(&mut set, tags::ACQUISITION_TIME, "100500.000");
        put(&mut radio, tags::RADIONUCLIDE_TOTAL_DOSE, "370000000");
        put(&mut radio, tags::RADIONUCLIDE_HALF_LIFE, "6588");
        put(&mut radio, tags::RADIOPHARMACEUTICAL_START_TIME, "090000");
        (set, radio)
    }

    fn factor(mut set: Dataset, radio: Dataset) -> Result<f64, String> {
        set.insert(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE, Value::Items(vec![radio]));
        body_weight_factor(&set, acquired(&set))
    }

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn decay_goes_from_injection_to_the_reference_time() {
        let expected = |seconds: f64| 70000.0 / (370e6 * 0.5f64.powf(seconds / 6588.0));
        let (set, radio) = pet();
        close(factor(set, radio).unwrap(), expected(3600.0));
        let (mut set, radio) = pet();
        put(&mut set, tags::DECAY_CORRECTION, "ADMIN");
        close(factor(set, radio).unwrap(), 70000.0 / 370e6);
        // A series that was written again later does not say when the scan began.
        let (mut set, radio) = pet();
        put(&mut set, tags::SERIES_TIME, "180000");
        close(factor(set, radio).unwrap(), expected(3900.0));
        // Injection before midnight.
        let (mut set, mut radio) = pet();
        put(&mut set, tags::SERIES_TIME, "003000");
        put(&mut radio, tags::RADIOPHARMACEUTICAL_START_TIME, "233000");
        close(factor(set, radio).unwrap(), expected(3600.0));
        let (set, mut radio) = pet();
        put(&mut radio, tags::RADIOPHARMACEUTICAL_START_DATE_TIME, "20191231230000.50+0100");
        close(factor(set, radio).unwrap(), expected(11.0 * 3600.0 - 0.5));
    }

    #[test]
    fn what_is_missing_is_named() {
        let (mut set, mut radio) = pet();
        put(&mut set, tags::PATIENT_WEIGHT, "");
        put(&mut radio, tags::RADIONUCLIDE_HALF_LIFE, "0");
        let text = factor(set, radio).unwrap_err();
        assert!(text.contains("(0010,1030)") && text.contains("(0018,1075)"), "{text}");
        let (mut set, radio) = pet();
        put(&mut set, tags::UNITS, "CNTS");
        assert!(factor(set, radio).unwrap_err().contains("(7053,1000)"));
        let (mut set, radio) = pet();
        put(&mut set, tags::DECAY_CORRECTION, "NONE");
        assert!(factor(set, radio).unwrap_err().contains("not corrected"));
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        // Dates that were shifted for one attribute alone: nothing would be left of the dose, and the SUV infinite.
        for start in ["20190101090000", "20191230090000"] {
            let (set, mut radio) = pet();
            put(&mut radio, tags::RADIOPHARMACEUTICAL_START_DATE_TIME, start);
            let text = factor(set, radio).unwrap_err();
            assert!(text.contains("half-lives"), "{text}");
        }
        let (set, mut radio) = pet();
        put(&mut radio, tags::RADIONUCLIDE_TOTAL_DOSE, "370");
        assert!(factor(set, radio).unwrap_err().contains("MBq"));
        for (corrections, code) in [("DECY\\SCAT", "ATTN"), ("ATTN", "DECY")] {
            let (mut set, radio) = pet();
            put(&mut set, tags::CORRECTED_IMAGE, corrections);
            assert!(factor(set, radio).unwrap_err().contains(code));
        }
    }

    #[test]
    fn philips_counts_have_a_factor() {
        let (mut set, radio) = pet();
        put(&mut set, tags::UNITS, "CNTS");
        put(&mut set, Tag(0x7053, 0x0010), "Philips PET Private Group");
        put(&mut set, Tag(0x7053, 0x1000), "0.0005");
        close(factor(set, radio).unwrap(), 0.0005);
    }

    #[test]
    fn days_and_times() {
        assert_eq!(day("20200301").unwrap() - day("20200228").unwrap(), 2);
        assert_eq!(day("2019.01.01").unwrap() - day("20181231").unwrap(), 1);
        assert_eq!(day("20201301"), None);
        assert_eq!(seconds("0102"), Some(3720.0));
        assert_eq!(seconds("01:02:03.5"), Some(3723.5));
        assert_eq!(seconds("1"), None);
    }
}
