//! How much is perturbed, and the perturbation of each repetition of each case.

use serde::{Deserialize, Serialize};

use super::contour::ContourShift;
use super::random::{Random, derive};
use super::step::{Perturbation, Step};
use crate::error::{Error, Result};

/// How much Gaussian noise is added to the image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseLevel {
    /// None.
    None,
    /// As much as the image has, by [`noise_sd`](super::noise_sd): what a second acquisition would bring.
    Estimated,
    /// This standard deviation, in the image's units.
    Sd(f64),
}

/// How the contour is redrawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContourModel {
    /// Not at all.
    None,
    /// By a smooth random shift: [`shift_contour`](super::shift_contour).
    Shift(ContourShift),
    /// By supervoxels of the image: [`randomise_supervoxels`](super::randomise_supervoxels).
    Supervoxels,
}

/// From which perturbations are drawn: a chain of noise, rotation, translation, volume and contour, after Zwanenburg et al.:
/// Assessing robustness of radiomic features by image perturbation. Scientific Reports 9 (2019) 614.
///
/// Ranges are `[lowest, highest]`, drawn from evenly. The defaults stand for an examination of the same patient on the same
/// scanner, contoured by another reader; each says why below. They are a choice, not the paper's, which compares fixed levels
/// of each perturbation and finds that the chain of noise, translation, volume and contour lets the fewest features pass that
/// test-retest imaging rejects.
///
/// Perturbation `k` of a case depends on the seed, the case's id and `k` alone, and each step has a seed of its own: more
/// repetitions, other cases, threads, or a step that is switched off change nothing of the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PerturbSettings {
    /// The seed of everything. Default 1.
    pub seed: u64,
    /// Repetitions per case, at least 2. Default 10: the limits of an ICC hardly narrow with more, they do with more cases.
    pub count: usize,
    /// Noise. Default [`NoiseLevel::Estimated`], as in the paper.
    pub noise: NoiseLevel,
    /// Rotation in the slice plane about the region's centre, in degrees. Default -5 to 5: how a patient lies is reproduced to
    /// a few degrees.
    pub rotation_deg: [f64; 2],
    /// Translation along each axis, in fractions of the spacing. Default -0.5 to 0.5: where a lesion lies on the grid of
    /// voxels is chance, and this is all there is.
    pub translation: [f64; 2],
    /// Change of the region's volume, as a fraction. Default -0.15 to 0.15: readers who draw generously and readers who do
    /// not; a radius of 20 mm changes by 1 mm.
    pub volume: [f64; 2],
    /// The contour. Default [`ContourModel::Shift`] with 1 mm over 10 mm: about a pixel, over about a lobe of a tumour.
    pub contour: ContourModel,
    /// A region of fewer voxels than this fraction of the original after any step is an error of the repetition. Default 0.5:
    /// that is another lesion, not another reading of the same.
    pub least_volume: f64,
}

impl Default for PerturbSettings {
    fn default() -> Self {
        Self {
            seed: 1,
            count: 10,
            noise: NoiseLevel::Estimated,
            rotation_deg: [-5.0, 5.0],
            translation: [-0.5, 0.5],
            volume: [-0.15, 0.15],
            contour: ContourModel::Shift(ContourShift { sd_mm: 1.0, correlation_mm: 10.0 }),
            least_volume: 0.5,
        }
    }
}

impl PerturbSettings {
    /// Settings that change nothing.
    pub fn none() -> Self {
        Self {
            noise: NoiseLevel::None,
            rotation_deg: [0.0; 2],
            translation: [0.0; 2],
            volume: [0.0; 2],
            contour: ContourModel::None,
            ..Self::default()
        }
    }

    /// Checks the settings, which nothing else does.
    ///
    /// # Errors
    /// [`Error::Setting`] with the first that is impossible.
    pub fn check(&self) -> Result<()> {
        let fail = |what: String| Err(Error::Setting(format!("perturbation settings: {what}")));
        let range = |[low, high]: [f64; 2], least: f64, most: f64| low <= high && low >= least && high <= most;
        if self.count < 2 {
            return fail(format!("count {}: at least 2 repetitions are needed to compare", self.count));
        }
        if let NoiseLevel::Sd(sd) = self.noise
            && !(sd.is_finite() && sd >= 0.0)
        {
            return fail(format!("noise {sd}: give a standard deviation of at least 0"));
        }
        if !range(self.rotation_deg, -180.0, 180.0) {
            return fail(format!("rotation_deg {:?}: give [lowest, highest] from -180 to 180", self.rotation_deg));
        }
        if !range(self.translation, -1.0, 1.0) {
            return fail(format!("translation {:?}: give [lowest, highest] from -1 to 1 voxel", self.translation));
        }
        if !(range(self.volume, -1.0, 10.0) && self.volume[0] > -1.0) {
            return fail(format!("volume {:?}: give [lowest, highest] above -1 and at most 10", self.volume));
        }
        if let ContourModel::Shift(ContourShift { sd_mm, correlation_mm }) = self.contour
            && !(sd_mm.is_finite() && sd_mm >= 0.0 && correlation_mm.is_finite() && correlation_mm > 0.0)
        {
            return fail(format!("contour {sd_mm} mm over {correlation_mm} mm: give positive lengths"));
        }
        if !(0.0..=1.0).contains(&self.least_volume) {
            return fail(format!("least_volume {}: give a fraction from 0 to 1", self.least_volume));
        }
        Ok(())
    }

    /// The perturbation of a repetition, from 0 on, of a case.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::perturb::PerturbSettings;
    /// let settings = PerturbSettings::default();
    /// assert_eq!(settings.perturbation("P1", 3), settings.perturbation("P1", 3));
    /// assert_ne!(settings.perturbation("P1", 3), settings.perturbation("P1", 4));
    /// assert!(PerturbSettings::none().perturbation("P1", 3).steps.is_empty());
    /// ```
    pub fn perturbation(&self, case_id: &str, repetition: usize) -> Perturbation {
        let seed = |purpose: &str| derive(self.seed, case_id, repetition as u64, purpose);
        let mut steps = Vec::new();
        match self.noise {
            NoiseLevel::None => {}
            NoiseLevel::Estimated => steps.push(Step::Noise { sd: None, seed: seed("noise") }),
            NoiseLevel::Sd(sd) => steps.push(Step::Noise { sd: Some(sd), seed: seed("noise") }),
        }
        if self.rotation_deg != [0.0; 2] {
            let degrees = Random::new(seed("rotation"), 0).between(self.rotation_deg);
            steps.push(Step::Rotate { degrees });
        }
        if self.translation != [0.0; 2] {
            let mut random = Random::new(seed("translation"), 0);
            steps.push(Step::Translate { fraction: [0, 1, 2].map(|_| random.between(self.translation)) });
        }
        if self.volume != [0.0; 2] {
            let fraction = Random::new(seed("volume"), 0).between(self.volume);
            steps.push(Step::Volume { fraction, seed: seed("layer") });
        }
        match self.contour {
            ContourModel::None => {}
            ContourModel::Shift(shift) => steps.push(Step::Contour { shift, seed: seed("contour") }),
            ContourModel::Supervoxels => steps.push(Step::Supervoxels { seed: seed("supervoxels") }),
        }
        Perturbation { steps, least_volume: self.least_volume }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_is_off_leaves_the_others_as_they_are() {
        let all = PerturbSettings::default().perturbation("P7", 2);
        assert_eq!(all.steps.len(), 5);
        let without = PerturbSettings { noise: NoiseLevel::None, volume: [0.0; 2], ..PerturbSettings::default() };
        let without = without.perturbation("P7", 2);
        assert_eq!(without.steps, [all.steps[1].clone(), all.steps[2].clone(), all.steps[4].clone()]);
        let more = PerturbSettings { count: 50, ..PerturbSettings::default() };
        assert_eq!(more.perturbation("P7", 2), all);
    }

    #[test]
    fn draws_fill_their_ranges() {
        let settings = PerturbSettings::default();
        let mut turns = Vec::new();
        for k in 0..500 {
            for step in settings.perturbation("case", k).steps {
                match step {
                    Step::Rotate { degrees } => turns.push(degrees),
                    Step::Translate { fraction } => assert!(fraction.iter().all(|f| (-0.5..=0.5).contains(f))),
                    Step::Volume { fraction, .. } => assert!((-0.15..=0.15).contains(&fraction)),
                    _ => {}
                }
            }
        }
        let mean = turns.iter().sum::<f64>() / 500.0;
        // Even on 10 degrees: standard deviation 2.89, five standard errors 0.65.
        assert!(mean.abs() < 0.65 && turns.iter().all(|d| d.abs() <= 5.0), "{mean}");
        assert!(turns.iter().any(|&d| d < -4.5) && turns.iter().any(|&d| d > 4.5));
    }

    #[test]
    fn settings_are_data() {
        let settings = PerturbSettings { contour: ContourModel::Supervoxels, ..PerturbSettings::default() };
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<PerturbSettings>(&text).unwrap(), settings);
        let perturbation = settings.perturbation("P1", 0);
        let text = serde_json::to_string(&perturbation).unwrap();
        assert_eq!(serde_json::from_str::<Perturbation>(&text).unwrap(), perturbation);
        assert!(serde_json::from_str::<PerturbSettings>("{\"rotation\": 3}").is_err());
        let partial: PerturbSettings = serde_json::from_str("{\"count\": 3, \"noise\": {\"sd\": 2.5}}").unwrap();
        assert_eq!((partial.count, partial.noise), (3, NoiseLevel::Sd(2.5)));
    }

    #[test]
    fn impossible_settings_are_named() {
        let message = |change: fn(&mut PerturbSettings)| {
            let mut settings = PerturbSettings::default();
            change(&mut settings);
            settings.check().unwrap_err().to_string()
        };
        assert!(message(|s| s.count = 1).contains("count 1"));
        assert!(message(|s| s.noise = NoiseLevel::Sd(-1.0)).contains("noise -1"));
        assert!(message(|s| s.rotation_deg = [5.0, -5.0]).contains("rotation_deg"));
        assert!(message(|s| s.translation = [0.0, 1.5]).contains("translation"));
        assert!(message(|s| s.volume = [-1.0, 0.0]).contains("volume"));
        assert!(message(|s| s.volume = [f64::NAN, 0.0]).contains("volume"));
        let bad = ContourModel::Shift(ContourShift { sd_mm: 1.0, correlation_mm: 0.0 });
        let settings = PerturbSettings { contour: bad, ..PerturbSettings::default() };
        assert!(settings.check().unwrap_err().to_string().contains("contour"));
        assert!(message(|s| s.least_volume = 2.0).contains("least_volume"));
        PerturbSettings::default().check().unwrap();
        PerturbSettings::none().check().unwrap();
    }
}
