//! Confidence limits of survival.

/// The scale on which limits are symmetric; see the [module](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Limits {
    /// The logarithm of survival: R's default.
    #[default]
    Log,
    /// The logarithm of the cumulative hazard.
    LogLog,
    /// Survival itself.
    Plain,
}

/// A lower and an upper limit.
pub(crate) struct Range {
    pub lower: f64,
    pub upper: f64,
}

impl Limits {
    /// The limits of survival from the standard error of its logarithm and a normal quantile.
    pub(crate) fn around(self, survival: f64, error: f64, z: f64) -> Range {
        let width = z * error;
        let (lower, upper) = match self {
            _ if survival <= 0.0 => (f64::NAN, f64::NAN),
            Self::Log => (survival * (-width).exp(), (survival * width.exp()).min(1.0)),
            Self::LogLog if survival >= 1.0 => (1.0, 1.0),
            Self::LogLog => {
                let (centre, width) = ((-survival.ln()).ln(), width / survival.ln());
                (f64::exp(-f64::exp(centre - width)), f64::exp(-f64::exp(centre + width)))
            }
            Self::Plain => ((survival - width * survival).max(0.0), (survival + width * survival).min(1.0)),
        };
        Range { lower, upper }
    }
}
