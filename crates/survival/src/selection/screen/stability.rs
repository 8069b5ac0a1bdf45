//! Stability selection as a screen.

use radsurv_data::{Cohort, FitToOutcome, Survival};

use super::screened::{Screen, Screened, ScreenedBy, ranks};
use super::{CONSTANT, Counted};
use crate::coxnet::{FeatureStability, StabilitySettings};
use crate::error::{Error, Result};

impl FitToOutcome for StabilitySettings {
    type Fitted = Screen;
    type Error = Error;

    /// Keeps the features that are selected in as many halves as the threshold asks for.
    ///
    /// # Errors
    /// As [`run`](StabilitySettings::run); [`Error::Constant`] if no feature varies.
    fn fit(&self, training: &Cohort, outcome: &Survival) -> Result<Screen> {
        let varying = Counted::new(training.features(), outcome)?.varying;
        let found = self.run(training.features(), outcome)?;
        let mut scores = vec![None; found.features.len()];
        varying.iter().for_each(|&j| scores[j] = found.features.get(j).map(FeatureStability::frequency));
        let threshold = self.threshold;
        let decide = |(score, rank): (&Option<f64>, Option<usize>)| {
            let reason = match score {
                None => CONSTANT.to_string(),
                Some(frequency) if *frequency < threshold => {
                    format!("selected in {frequency:.2} of the halves, which is below {threshold}")
                }
                Some(_) => String::new(),
            };
            Screened { score: *score, rank, keep: reason.is_empty(), reason }
        };
        let found = scores.iter().zip(ranks(&scores)).map(decide).collect();
        Ok(Screen::new(ScreenedBy::Stability, training.features(), found))
    }
}
