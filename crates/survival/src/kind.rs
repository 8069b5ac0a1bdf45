//! The models by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::any::AnySettings;
use crate::boosting::gradient::GradientBoostingSettings;
use crate::boosting::newton::NewtonBoostingSettings;
use crate::cox::CoxSettings;
use crate::coxnet::CoxnetSettings;
use crate::error::Error;
use crate::forest::ForestSettings;
use crate::selection::ModelSearch;
use crate::svm::{Kernel, SvmSettings};

/// A kind of model, as files and programs name it.
///
/// # Example
/// ```
/// use radsurv_survival::{AnySettings, ModelKind};
/// let kind: ModelKind = "rsf".parse()?;
/// assert!(matches!(kind.settings(), AnySettings::Forest(_)));
/// assert_eq!(ModelKind::SvmLin.to_string(), "svm-lin");
/// assert!("forest".parse::<ModelKind>().unwrap_err().to_string().contains("rsf"));
/// # Ok::<(), radsurv_survival::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// Cox regression.
    Cox,
    /// Cox regression with a lasso or elastic net penalty.
    Lasso,
    /// A random survival forest.
    Rsf,
    /// Boosted trees, as gbm's.
    Gbm,
    /// Boosted trees of second order, as XGBoost's.
    Xgb,
    /// A linear survival SVM.
    SvmLin,
    /// An additive survival SVM.
    SvmAdd,
    /// A survival SVM with a polynomial kernel.
    SvmPoly,
    /// A survival SVM with a radial kernel.
    SvmRbf,
}

impl ModelKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Cox,
        Self::Lasso,
        Self::Rsf,
        Self::Gbm,
        Self::Xgb,
        Self::SvmLin,
        Self::SvmAdd,
        Self::SvmPoly,
        Self::SvmRbf,
    ];

    /// The six that take many features and are compared in radiomics studies: lasso, forest, both boosted trees, linear and
    /// additive SVM.
    pub const SIX: [Self; 6] = [Self::Lasso, Self::Rsf, Self::Gbm, Self::Xgb, Self::SvmLin, Self::SvmAdd];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cox => "cox",
            Self::Lasso => "lasso",
            Self::Rsf => "rsf",
            Self::Gbm => "gbm",
            Self::Xgb => "xgb",
            Self::SvmLin => "svm-lin",
            Self::SvmAdd => "svm-add",
            Self::SvmPoly => "svm-poly",
            Self::SvmRbf => "svm-rbf",
        }
    }

    /// What it is and is for, in a line.
    pub fn description(self) -> &'static str {
        match self {
            Self::Cox => "Cox regression: few features, hazard ratios with limits",
            Self::Lasso => {
                "Cox regression with a lasso (or elastic net) penalty, chosen by cross-validation: many features"
            }
            Self::Rsf => "Random survival forest: effects of any form, and of features together",
            Self::Gbm => "Boosted trees, as gbm's: effects of any form, and missing values",
            Self::Xgb => "Boosted trees of second order, as XGBoost's: effects of any form, and missing values",
            Self::SvmLin => "Survival SVM, linear: a coefficient for each of many features",
            Self::SvmAdd => "Survival SVM, additive: a function of each feature",
            Self::SvmPoly => "Survival SVM with a polynomial kernel: products of features",
            Self::SvmRbf => "Survival SVM with a radial kernel: smooth functions of all features together",
        }
    }

    /// The kernel of a survival SVM.
    pub fn kernel(self) -> Option<Kernel> {
        match self {
            Self::SvmLin => Some(Kernel::Linear),
            Self::SvmAdd => Some(Kernel::Additive),
            Self::SvmPoly => Some(Kernel::Polynomial { degree: 3, offset: 1.0, scale: None }),
            Self::SvmRbf => Some(Kernel::Rbf { variance: None }),
            Self::Cox | Self::Lasso | Self::Rsf | Self::Gbm | Self::Xgb => None,
        }
    }

    /// Its default settings.
    pub fn settings(self) -> AnySettings {
        match self {
            Self::Cox => AnySettings::Cox(CoxSettings::default()),
            Self::Lasso => AnySettings::Coxnet(CoxnetSettings::default()),
            Self::Rsf => AnySettings::Forest(ForestSettings::default()),
            Self::Gbm => AnySettings::GradientBoosting(GradientBoostingSettings::default()),
            Self::Xgb => AnySettings::NewtonBoosting(NewtonBoostingSettings::default()),
            Self::SvmLin | Self::SvmAdd | Self::SvmPoly | Self::SvmRbf => {
                AnySettings::Svm(SvmSettings { kernel: self.kernel().unwrap_or_default(), ..SvmSettings::default() })
            }
        }
    }

    /// What is usually searched of it.
    pub fn search(self) -> ModelSearch {
        match self {
            Self::Cox => ModelSearch::cox(),
            Self::Lasso => ModelSearch::coxnet(),
            Self::Rsf => ModelSearch::forest(),
            Self::Gbm => ModelSearch::gradient_boosting(),
            Self::Xgb => ModelSearch::newton_boosting(),
            Self::SvmLin | Self::SvmAdd | Self::SvmPoly | Self::SvmRbf => {
                ModelSearch::svm(self.kernel().unwrap_or_default())
            }
        }
    }
}

impl fmt::Display for ModelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ModelKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = || Self::ALL.map(|kind| kind.name().to_string()).to_vec();
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| Error::UnknownModel { name: text.to_string(), known: known() })
    }
}
