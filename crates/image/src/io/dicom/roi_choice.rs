//! Which regions of a structure set or segmentation, and how they become labels.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::choice::describes;
use super::roi::Roi;

/// A region by number or name.
///
/// From text: a whole number is a ROI Number (or Segment Number), anything else a name. A name fits if it is the whole
/// name of the region, without regard to case; `*` stands for any characters and `?` for one. All regions that fit are
/// meant.
///
/// # Example
/// ```
/// use radsurv_image::io::dicom::RoiPick;
/// assert_eq!("3".parse(), Ok(RoiPick::Number(3)));
/// assert_eq!("gtv*".parse(), Ok(RoiPick::Name("gtv*".into())));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoiPick {
    /// The one with this number.
    Number(i64),
    /// Those with this name or pattern.
    Name(String),
}

impl RoiPick {
    pub(super) fn fits(&self, roi: &Roi) -> bool {
        match self {
            Self::Number(number) => roi.number == *number,
            Self::Name(name) if name.contains(['*', '?']) => describes(name, &roi.name),
            Self::Name(name) => name.to_lowercase() == roi.name.to_lowercase(),
        }
    }
}

impl FromStr for RoiPick {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let text = text.trim();
        Ok(text.parse().map_or_else(|_| Self::Name(text.to_string()), Self::Number))
    }
}

impl fmt::Display for RoiPick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "number {number}"),
            Self::Name(name) => write!(f, "\"{name}\""),
        }
    }
}

/// Which regions to make a mask of; by default the only one.
///
/// # Example
/// ```
/// use radsurv_image::io::dicom::RoiChoice;
/// let tumour = RoiChoice::union(["GTV*", "CTV"]);
/// assert_eq!(tumour.which.len(), 2);
/// assert!(!tumour.separate);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoiChoice {
    /// The regions; none stands for the only one that has contours or frames.
    pub which: Vec<RoiPick>,
    /// Whether each region gets a label of its own: 1, 2, ... in the order of the file. Otherwise they are united under
    /// label 1.
    pub separate: bool,
}

impl RoiChoice {
    /// The union of regions, each given as text for [`RoiPick`].
    pub fn union<'a>(which: impl IntoIterator<Item = &'a str>) -> Self {
        Self { which: which.into_iter().map(pick).collect(), separate: false }
    }

    /// Regions with a label each, each given as text for [`RoiPick`].
    pub fn separate<'a>(which: impl IntoIterator<Item = &'a str>) -> Self {
        Self { separate: true, ..Self::union(which) }
    }
}

fn pick(text: &str) -> RoiPick {
    match text.parse() {
        Ok(pick) => pick,
        Err(never) => match never {},
    }
}

/// How closely the image must be the one that the regions were drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DrawnOn {
    /// Its series is one that the object refers to.
    #[default]
    ThisSeries,
    /// Its Frame of Reference is that of the object, so that both are in the same space: another sequence of the same
    /// examination, for example.
    SameSpace,
    /// Any image: nothing is checked.
    Anything,
}

/// How to make a mask of regions.
#[derive(Debug, Clone, PartialEq)]
pub struct RoiOptions {
    /// What is checked about the image.
    pub drawn_on: DrawnOn,
    /// From which fraction of Maximum Fractional Value on a pixel of a fractional segmentation is inside: above 0, at
    /// most 1.
    pub threshold: f64,
}

impl Default for RoiOptions {
    fn default() -> Self {
        Self { drawn_on: DrawnOn::default(), threshold: 0.5 }
    }
}
