//! The numbers of the paper's tables: AUC at each time and concordance, of a score in a set of patients.

use radsurv_data::Survival;
use radsurv_data::number;
use radsurv_eval::concordance::Measure;
use radsurv_eval::time_roc::TimeRocSettings;
use radsurv_survival::selection::ranking::{Score, Scored};

/// Scores of some patients with their follow-up.
pub(super) struct Scores {
    pub risk: Vec<f64>,
    pub outcome: Survival,
}

impl Scores {
    /// Those of the patients at these places.
    pub fn of(risk: &[f64], outcome: &Survival, places: &[usize]) -> Self {
        Self { risk: places.iter().map(|&case| risk[case]).collect(), outcome: outcome.rows(places) }
    }

    /// AUC(t) at each time with limits, or why there is none.
    pub fn auc(&self, times: &[f64]) -> Vec<Scored> {
        let settings = TimeRocSettings::default();
        // A model that has chosen no feature orders nobody.
        if self.risk.windows(2).all(|pair| pair[0] == pair[1]) {
            return times.iter().map(|_| Ok(Score::from(0.5))).collect();
        }
        let at = |time: &f64| -> Scored {
            let roc = settings.of(&self.risk, &self.outcome, &[*time]).map_err(|error| error.to_string())?;
            let found = roc.at.first().ok_or("it is not defined")?;
            if !found.auc.is_finite() {
                return Err(format!(
                    "nobody has the event before {0}, or nobody is followed beyond",
                    number::format(*time)
                ));
            }
            Ok(Score { value: found.auc, limits: found.lower.zip(found.upper).map(<[f64; 2]>::from) })
        };
        times.iter().map(at).collect()
    }

    /// Harrell's *C*.
    pub fn concordance(&self) -> Option<f64> {
        let found = Measure::Harrell.of(&self.risk, &self.outcome, 0.95).ok()?;
        Some(found.estimate.estimate).filter(|c| c.is_finite())
    }
}

/// The name of AUC at a time, as tables have it.
pub(super) fn auc_name(time: f64) -> String {
    format!("AUC {}", number::format(time))
}
