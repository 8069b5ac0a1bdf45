//! What can be set.

use crate::error::{Error, Result};

/// The precision in which voxels are kept while the field is estimated. Sums over voxels are double in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// `float`, as in ITK: half the memory, faster.
    #[default]
    Single,
    /// `double`.
    Double,
}

/// What to do with voxels that have no logarithm because they are 0 or negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NonPositive {
    /// They take part with their value in the place of its logarithm, **as in ITK**: 0 counts like an intensity of 1. An
    /// image with a background of 0 then has a peak at 0 that is far from that of the tissue. Negative intensities make
    /// little sense like this.
    #[default]
    Keep,
    /// They take no part, as if a mask left them out. The corrected image then scales with the image exactly.
    Exclude,
}

/// How the measure of convergence is computed: the coefficient of variation of the change of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Convergence {
    /// With ITK's rounding: a running mean and sum of squares in `float`, voxel by voxel. In images of many voxels they are
    /// off by some percent, which decides how many iterations ITK makes where the measure lies near the threshold for
    /// long. The steps follow each other, so it takes about half of the time of one thread.
    #[default]
    AsItk,
    /// In double precision: faster, and what the definition says.
    Exact,
}

/// The settings of [`correct`](super::correct), under the names and with the defaults of ITK and SimpleITK.
///
/// # Example
/// ```
/// use radsurv_image::intensity::n4::N4Settings;
/// let settings = N4Settings { shrink_factor: [4; 3], maximum_number_of_iterations: vec![50, 40, 30], ..Default::default() };
/// assert_eq!(settings.number_of_control_points, [4, 4, 4]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct N4Settings {
    /// A level ends when the coefficient of variation of the change of the bias field is at most this. Default 0.001.
    pub convergence_threshold: f64,
    /// Default [`Convergence::AsItk`].
    pub convergence: Convergence,
    /// The most iterations of each level; their number is the number of levels. Each level has twice the spans of the one
    /// before it along every axis. A level with 0 is passed over. Default 50, 50, 50, 50.
    pub maximum_number_of_iterations: Vec<usize>,
    /// Full width at half maximum, in log intensity, of the Gaussian by which the field is taken to blur the histogram.
    /// Default 0.15.
    pub bias_field_full_width_at_half_maximum: f64,
    /// The noise `Z²` of the Wiener filter that sharpens the histogram. Default 0.01.
    pub wiener_filter_noise: f64,
    /// Bins of the histogram of log intensities. Default 200.
    pub number_of_histogram_bins: usize,
    /// Control points of the first level along x, y, z: its spans (ITK's mesh size) plus the order. Default 4, 4, 4. Along
    /// an axis of a single voxel it is ignored.
    pub number_of_control_points: [usize; 3],
    /// Order of the B-splines, 1 to 8. Default 3.
    pub spline_order: usize,
    /// The field is estimated on every such voxel along x, y, z only, and evaluated on all (3D Slicer: 4). Default 1.
    pub shrink_factor: [usize; 3],
    /// Voxels that are 0 or negative. Default [`NonPositive::Keep`], as in ITK.
    pub non_positive: NonPositive,
    /// Default [`Precision::Single`], as in ITK.
    pub precision: Precision,
}

impl Default for N4Settings {
    fn default() -> Self {
        Self {
            convergence_threshold: 0.001,
            convergence: Convergence::AsItk,
            maximum_number_of_iterations: vec![50; 4],
            bias_field_full_width_at_half_maximum: 0.15,
            wiener_filter_noise: 0.01,
            number_of_histogram_bins: 200,
            number_of_control_points: [4; 3],
            spline_order: 3,
            shrink_factor: [1; 3],
            non_positive: NonPositive::Keep,
            precision: Precision::Single,
        }
    }
}

impl N4Settings {
    /// The defaults of 3D Slicer's module N4ITK MRI Bias correction: shrink factor 4, at most 50, 40 and 30 iterations,
    /// threshold 0.0001. Without a mask that module takes the voxels above Otsu's threshold:
    /// [`otsu_region`](crate::intensity::otsu_region)`(image, 200)`.
    pub fn slicer() -> Self {
        Self {
            convergence_threshold: 0.0001,
            maximum_number_of_iterations: vec![50, 40, 30],
            shrink_factor: [4; 3],
            ..Self::default()
        }
    }
}

/// Control points of the finest level above which the fit is refused: 32 MiB, thousands of times what a bias field needs.
const MOST_CONTROL_POINTS: usize = 1 << 22;
const MOST_HISTOGRAM_BINS: usize = 1 << 16;
const HIGHEST_ORDER: usize = 8;

impl N4Settings {
    /// Checks everything that does not depend on the image.
    ///
    /// # Errors
    /// [`Error::Setting`] naming the setting and the values it may have.
    pub fn check(&self) -> Result<()> {
        let refuse = |what: String| Err(Error::Setting(format!("N4: {what}")));
        if !(self.convergence_threshold >= 0.0 && self.convergence_threshold.is_finite()) {
            return refuse(format!("convergence_threshold is {}: give 0 or more", self.convergence_threshold));
        }
        for (name, value) in [
            ("bias_field_full_width_at_half_maximum", self.bias_field_full_width_at_half_maximum),
            ("wiener_filter_noise", self.wiener_filter_noise),
        ] {
            if !(1e-100..=1e100).contains(&value) {
                return refuse(format!("{name} is {value}: give a positive number"));
            }
        }
        if self.maximum_number_of_iterations.iter().all(|&n| n == 0) {
            return refuse(format!(
                "maximum_number_of_iterations is {:?}: give a number for each level, at least one of them not 0",
                self.maximum_number_of_iterations
            ));
        }
        if !(2..=MOST_HISTOGRAM_BINS).contains(&self.number_of_histogram_bins) {
            let bins = self.number_of_histogram_bins;
            return refuse(format!("number_of_histogram_bins is {bins}: give 2 to {MOST_HISTOGRAM_BINS}"));
        }
        if !(1..=HIGHEST_ORDER).contains(&self.spline_order) {
            return refuse(format!("spline_order is {}: give 1 to {HIGHEST_ORDER}", self.spline_order));
        }
        if self.shrink_factor.contains(&0) {
            return refuse(format!("shrink_factor is {:?}: give 1 or more for each axis", self.shrink_factor));
        }
        Ok(())
    }

    /// The control points of the first level for a grid, checked with those of the last level.
    pub(super) fn first_lattice(&self, size: [usize; 3]) -> Result<[usize; 3]> {
        let order = self.spline_order;
        let points = [0, 1, 2].map(|a| if size[a] > 1 { self.number_of_control_points[a] } else { 1 });
        if (0..3).any(|a| size[a] > 1 && points[a] <= order) {
            return Err(Error::Setting(format!(
                "N4: number_of_control_points is {:?}: splines of order {order} need at least {} along each axis",
                self.number_of_control_points,
                order + 1
            )));
        }
        let doublings = self.maximum_number_of_iterations.len() - 1;
        let finest = |a: usize| {
            if size[a] == 1 {
                return Some(1);
            }
            let spans = u32::try_from(doublings).ok().and_then(|d| 2usize.checked_pow(d))?;
            spans.checked_mul(points[a] - order)?.checked_add(order)
        };
        let total = (0..3).try_fold(1usize, |n, a| n.checked_mul(finest(a)?));
        match total {
            Some(total) if total <= MOST_CONTROL_POINTS => Ok(points),
            _ => Err(Error::Setting(format!(
                "N4: {points:?} control points with {} levels, each with twice the spans of the one before, are more than \
                 {MOST_CONTROL_POINTS} in the last: give fewer levels or fewer control points",
                doublings + 1
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_settings_are_refused_by_name() {
        let good = N4Settings::default();
        good.check().unwrap();
        let bad = [
            (N4Settings { convergence_threshold: f64::NAN, ..good.clone() }, "convergence_threshold"),
            (N4Settings { convergence_threshold: -1.0, ..good.clone() }, "convergence_threshold"),
            (N4Settings { bias_field_full_width_at_half_maximum: 0.0, ..good.clone() }, "full_width"),
            (N4Settings { wiener_filter_noise: f64::INFINITY, ..good.clone() }, "wiener"),
            (N4Settings { maximum_number_of_iterations: vec![], ..good.clone() }, "iterations"),
            (N4Settings { maximum_number_of_iterations: vec![0, 0], ..good.clone() }, "iterations"),
            (N4Settings { number_of_histogram_bins: 1, ..good.clone() }, "bins"),
            (N4Settings { number_of_histogram_bins: usize::MAX, ..good.clone() }, "bins"),
            (N4Settings { spline_order: 0, ..good.clone() }, "spline_order"),
            (N4Settings { spline_order: 99, ..good.clone() }, "spline_order"),
            (N4Settings { shrink_factor: [1, 0, 1], ..good.clone() }, "shrink_factor"),
        ];
        for (settings, name) in bad {
            let message = settings.check().unwrap_err().to_string();
            assert!(message.contains(name), "{message}");
        }
    }

    #[test]
    fn lattices_are_bounded() {
        let good = N4Settings::default();
        assert_eq!(good.first_lattice([50, 50, 50]).unwrap(), [4; 3]);
        assert_eq!(good.first_lattice([50, 50, 1]).unwrap(), [4, 4, 1]);
        for number_of_control_points in [[3, 4, 4], [usize::MAX; 3], [1000; 3], [0; 3]] {
            assert!(N4Settings { number_of_control_points, ..good.clone() }.first_lattice([50; 3]).is_err());
        }
        for levels in [30, 64, 1000] {
            let settings = N4Settings { maximum_number_of_iterations: vec![1; levels], ..good.clone() };
            assert!(settings.first_lattice([50; 3]).is_err());
        }
    }
}
