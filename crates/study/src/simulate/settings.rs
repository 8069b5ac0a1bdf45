//! What is simulated.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How a cohort is simulated. With the same settings the same patients, images and files come out, with any number of threads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimulationSettings {
    /// Seed of everything random. Another seed is a fresh cohort of the same population. Default 1.
    pub seed: u64,
    /// Number of patients of both centres, in the proportion 570 : 130. Default 700.
    pub patients: usize,
    /// Number of patients of centre 1 who are contoured twice again, at most as many as it has. Default `None`: a seventh of all
    /// patients (100 of 700), but 20 at least.
    pub readers: Option<usize>,
    /// Voxels of a T2-weighted image along x, y and z. Default 256, 256, 24.
    pub size: [usize; 3],
    /// mm between its voxels. Default 0.9, 0.9, 5. With the size it gives the field of view, 230 x 230 x 120 mm, which is to
    /// hold tumours of 9 cm; a coarser grid with the same field of view makes the same patients in less time.
    pub spacing_mm: [f64; 3],
}

impl Default for SimulationSettings {
    fn default() -> Self {
        Self { seed: 1, patients: 700, readers: None, size: [256, 256, 24], spacing_mm: [0.9, 0.9, 5.0] }
    }
}

/// The smallest field of view in mm: the largest tumour and what is near it.
const FIELD_MM: [f64; 3] = [200.0, 200.0, 110.0];

impl SimulationSettings {
    /// The number of patients of centre 1, who come first.
    ///
    /// # Example
    /// ```
    /// use radsurv_study::simulate::SimulationSettings;
    /// let settings = SimulationSettings { patients: 70, ..Default::default() };
    /// assert_eq!((settings.centre_1(), settings.contoured_again()), (57, 20));
    /// ```
    pub fn centre_1(&self) -> usize {
        (self.patients as f64 * 570.0 / 700.0).round() as usize
    }

    /// The number of patients who are contoured twice again.
    pub fn contoured_again(&self) -> usize {
        self.readers.unwrap_or((self.patients / 7).max(20)).min(self.centre_1())
    }

    pub(super) fn check(&self) -> Result<()> {
        let wrong = |what: String| Err(Error::Cases(format!("simulated cohort: {what}")));
        if self.patients == 0 {
            return wrong("it has no patients; give a number".to_string());
        }
        if self.size.iter().any(|&n| n < 8) || self.spacing_mm.iter().any(|s| !(s.is_finite() && *s > 0.0)) {
            return wrong(format!(
                "a grid of {:?} voxels at {:?} mm; give 8 voxels at least along each axis and positive spacings",
                self.size, self.spacing_mm
            ));
        }
        let field = [0, 1, 2].map(|a| self.size[a] as f64 * self.spacing_mm[a]);
        if (0..3).any(|a| field[a] < FIELD_MM[a]) {
            return wrong(format!(
                "a field of view of {field:.0?} mm, into which large tumours would not fit; give {FIELD_MM:?} mm at least"
            ));
        }
        Ok(())
    }
}
