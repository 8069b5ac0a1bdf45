//! How to read a series.

use super::notice::SplitBy;

/// What to do with several slices at the same place that nothing tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Duplicates {
    /// [`SeriesProblem::DuplicatePositions`](super::SeriesProblem::DuplicatePositions).
    #[default]
    Refuse,
    /// Keep the one with the lowest instance number.
    KeepFirst,
    /// Keep the one with the highest instance number.
    KeepLast,
}

/// The unit of the values of a PET image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PetValues {
    /// As stored and rescaled, usually Bq/ml.
    #[default]
    Stored,
    /// Standardised uptake value by body weight, g/ml; an error for another modality.
    SuvBodyWeight,
}

/// How to read a series. The default takes nothing that could put a voxel in the wrong place.
///
/// # Example
/// ```
/// use radsurv_image::io::dicom::{ReadOptions, SplitBy};
/// let options = ReadOptions { select: vec![(SplitBy::BValue, "800".into())], ..ReadOptions::default() };
/// assert_eq!(options.spacing_tolerance, 0.01);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOptions {
    /// Which frames of a series that holds several volumes: those with all these attributes. Numbers are compared as
    /// numbers, text without regard to case.
    pub select: Vec<(SplitBy, String)>,
    /// How far the distance between two neighbouring slices may be from the mean distance, as a fraction of it;
    /// never less than 0.01 mm, which is what writing positions with few digits does.
    pub spacing_tolerance: f64,
    /// Whether to read unevenly spaced slices and series with missing slices as if they were evenly spaced, with a
    /// [`Notice::UnevenSpacing`](super::Notice::UnevenSpacing) that says how wrong that is.
    pub accept_uneven: bool,
    /// What to do with several slices at one place.
    pub duplicates: Duplicates,
    /// The unit of PET values.
    pub pet: PetValues,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            select: Vec::new(),
            spacing_tolerance: 0.01,
            accept_uneven: false,
            duplicates: Duplicates::Refuse,
            pet: PetValues::Stored,
        }
    }
}
