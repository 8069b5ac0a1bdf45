//! The comparison of our features with golden ones: what "equal" means, and a table of the worst differences.

use std::collections::BTreeMap;
use std::fmt;

/// Fails unless the values differ by at most `tolerance` times the larger of `|golden|` and 1e-300.
///
/// # Panics
/// If they differ by more, or either is NaN.
#[track_caller]
pub fn assert_close(ours: f64, golden: f64, tolerance: f64) {
    let difference = relative_difference(ours, golden, 0.0);
    assert!(difference <= tolerance, "{ours} is not {golden}: relative difference {difference:e} > {tolerance:e}");
}

/// `|ours - golden| / max(|golden|, scale)`: 0 if they are equal, infinite if either is NaN or infinite and they are not
/// the same infinity.
pub fn relative_difference(ours: f64, golden: f64, scale: f64) -> f64 {
    if ours == golden {
        return 0.0;
    }
    let difference = (ours - golden).abs() / golden.abs().max(scale).max(1e-300);
    if difference.is_nan() { f64::INFINITY } else { difference }
}

/// The spread that values near zero are measured by.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spread {
    /// Standard deviation of the region's intensities; 0 if it is not known.
    pub intensity: f64,
    /// Standard deviation of the region's grey levels; 0 if it is not known.
    pub levels: f64,
    /// Longest axis or diameter of the region in mm; 0 if it is not known.
    pub length: f64,
}

/// The natural scale of a feature: the spread to the feature's power.
///
/// It is given only for features that cancel to zero. For all others it is 0, so that their difference is relative to
/// the value alone. Features without a unit that can be 0 (correlations, entropies, skewness) have the scale 1.
pub fn natural_scale(class: &str, feature: &str, spread: &Spread) -> f64 {
    let Spread { intensity, levels, length } = *spread;
    match (class, feature) {
        ("firstorder", "Skewness" | "Entropy") => 1.0,
        ("firstorder", "Variance") => intensity * intensity,
        (
            "firstorder",
            "Mean"
            | "Median"
            | "Minimum"
            | "Maximum"
            | "10Percentile"
            | "90Percentile"
            | "Range"
            | "InterquartileRange"
            | "MeanAbsoluteDeviation"
            | "RobustMeanAbsoluteDeviation"
            | "RootMeanSquared"
            | "StandardDeviation",
        ) => intensity,
        ("glcm", "ClusterShade") => levels.powi(3),
        ("glcm", "ClusterProminence") => levels.powi(4),
        ("glcm", "ClusterTendency" | "SumSquares" | "Contrast" | "DifferenceVariance") => levels * levels,
        ("glcm", "Correlation" | "Imc1" | "Imc2" | "MCC" | "JointEntropy" | "SumEntropy" | "DifferenceEntropy") => 1.0,
        (_, "GrayLevelVariance") => levels * levels,
        (_, "RunEntropy" | "ZoneEntropy" | "DependenceEntropy") => 1.0,
        (_, "RunVariance" | "ZoneVariance" | "DependenceVariance") => 1.0,
        // A flat region has an axis of length 0, which comes out as the root of a rounding error.
        ("shape" | "shape2D", "LeastAxisLength" | "MinorAxisLength") => length,
        ("shape" | "shape2D", "Flatness" | "Elongation") => 1.0,
        _ => 0.0,
    }
}

/// The spread of an image from its golden features (by full name), as far as they are there.
pub fn spread_of(image: &str, golden: impl Fn(&str) -> Option<f64>) -> Spread {
    let root = |names: &[&str]| {
        let found = names.iter().find_map(|n| golden(&format!("{image}_{n}")).filter(|v| v.is_finite()));
        found.map_or(0.0, |v| v.max(0.0).sqrt())
    };
    let lengths =
        ["shape_Maximum3DDiameter", "shape_MajorAxisLength", "shape2D_MaximumDiameter", "shape2D_MajorAxisLength"];
    let length = lengths.iter().find_map(|n| golden(&format!("original_{n}"))).filter(|v| v.is_finite());
    Spread {
        intensity: root(&["firstorder_Variance"]),
        levels: root(&[
            "gldm_GrayLevelVariance",
            "glrlm_GrayLevelVariance",
            "glszm_GrayLevelVariance",
            "glcm_SumSquares",
        ]),
        length: length.unwrap_or(0.0),
    }
}

/// A full feature name in its parts: image, class, feature.
pub fn split_name(name: &str) -> Option<(&str, &str, &str)> {
    let (rest, feature) = name.rsplit_once('_')?;
    let (image, class) = rest.rsplit_once('_')?;
    Some((image, class, feature))
}

/// The kind of filter of an image name: `log-sigma-3-mm-3D` is `log`, `wavelet2-LLH` is `wavelet`.
pub fn family(image: &str) -> &str {
    let first = image.split('-').next().unwrap_or(image);
    match first {
        "lbp" => image.get(..6).unwrap_or(image),
        other => other.trim_end_matches(|c: char| c.is_ascii_digit()),
    }
}

/// One difference and where it is.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The case and the full name of the feature.
    pub place: String,
    /// Our value.
    pub ours: f64,
    /// The golden value.
    pub golden: f64,
    /// Relative to the value or its natural scale.
    pub relative: f64,
}

#[derive(Debug, Clone, Default)]
struct Row {
    count: usize,
    above_1e9: usize,
    above_1e6: usize,
    above_1e3: usize,
    worst: Option<Difference>,
}

/// The worst differences per filter and class.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: BTreeMap<(String, String), Row>,
}

impl Table {
    /// Takes in one comparison.
    pub fn add(&mut self, family: &str, class: &str, difference: Difference) {
        let row = self.rows.entry((family.to_string(), class.to_string())).or_default();
        row.count += 1;
        row.above_1e9 += usize::from(difference.relative > 1e-9);
        row.above_1e6 += usize::from(difference.relative > 1e-6);
        row.above_1e3 += usize::from(difference.relative > 1e-3);
        if row.worst.as_ref().is_none_or(|w| difference.relative > w.relative) {
            row.worst = Some(difference);
        }
    }

    /// Takes in another table.
    pub fn merge(&mut self, other: Table) {
        for (key, row) in other.rows {
            let mine = self.rows.entry(key).or_default();
            mine.count += row.count;
            mine.above_1e9 += row.above_1e9;
            mine.above_1e6 += row.above_1e6;
            mine.above_1e3 += row.above_1e3;
            let worse = row.worst.as_ref().map_or(-1.0, |w| w.relative);
            if mine.worst.as_ref().is_none_or(|w| worse > w.relative) {
                mine.worst = row.worst;
            }
        }
    }

    /// Number of comparisons, and how many of them differ by more than 1e-6.
    pub fn totals(&self) -> (usize, usize) {
        self.rows.values().fold((0, 0), |(n, above), row| (n + row.count, above + row.above_1e6))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<12} {:<10} {:>8} {:>7} {:>7} {:>7} {:>9}  worst",
            "image", "class", "values", ">1e-9", ">1e-6", ">1e-3", "largest"
        )?;
        for ((family, class), row) in &self.rows {
            let Some(worst) = &row.worst else { continue };
            write!(
                f,
                "{family:<12} {class:<10} {:>8} {:>7} {:>7} {:>7} {:>9.1e}",
                row.count, row.above_1e9, row.above_1e6, row.above_1e3, worst.relative
            )?;
            if worst.relative > 0.0 {
                write!(f, "  {} (ours {:e}, golden {:e})", worst.place, worst.ours, worst.golden)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_never_close() {
        for (a, b) in [(f64::NAN, 1.0), (1.0, f64::NAN), (f64::NAN, f64::NAN), (f64::INFINITY, 1.0)] {
            assert!(std::panic::catch_unwind(|| assert_close(a, b, 1e9)).is_err(), "{a} {b}");
        }
        assert_close(1.0 + 1e-10, 1.0, 1e-9);
        assert!(std::panic::catch_unwind(|| assert_close(1.0 + 2e-9, 1.0, 1e-9)).is_err());
        assert!(std::panic::catch_unwind(|| assert_close(1e-30, 0.0, 1e-9)).is_err());
    }

    #[test]
    fn names_and_families() {
        assert_eq!(split_name("log-sigma-3-0-mm-3D_glcm_Id"), Some(("log-sigma-3-0-mm-3D", "glcm", "Id")));
        assert_eq!(family("wavelet2-LLH"), "wavelet");
        assert_eq!(family("lbp-3D-m1"), "lbp-3D");
        assert_eq!(family("log-sigma-3-mm-3D"), "log");
        assert_eq!(family("original"), "original");
    }

    #[test]
    fn only_features_that_cancel_have_a_scale() {
        let spread = Spread { intensity: 10.0, levels: 2.0, length: 5.0 };
        assert_eq!(natural_scale("firstorder", "Mean", &spread), 10.0);
        assert_eq!(natural_scale("glcm", "ClusterShade", &spread), 8.0);
        assert_eq!(natural_scale("firstorder", "Energy", &spread), 0.0);
        assert_eq!(relative_difference(1e-9, 0.0, 10.0), 1e-10);
        assert_eq!(relative_difference(f64::INFINITY, f64::INFINITY, 1.0), 0.0);
    }

    #[test]
    fn a_table_keeps_the_worst() {
        let mut table = Table::default();
        for relative in [1e-12, 1e-5, 1e-8] {
            let place = format!("case {relative:e}");
            table.add("original", "glcm", Difference { place, ours: 1.0, golden: 1.0, relative });
        }
        assert_eq!(table.totals(), (3, 1));
        assert!(table.to_string().contains("case 1e-5"));
    }
}
