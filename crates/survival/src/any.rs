//! A model of any kind, where the kind is known when the program runs.

use std::path::Path;

use radsurv_data::{
    FeatureTable, FitSurvival, Groups, Importance, Survival, SurvivalCurves, SurvivalModel, WithHeldOut, saved,
    saved::Saved,
};

use crate::boosting::gradient::{GradientBoosting, GradientBoostingSettings};
use crate::boosting::newton::{NewtonBoosting, NewtonBoostingSettings};
use crate::cox::{Cox, CoxSettings};
use crate::coxnet::{Coxnet, CoxnetSettings};
use crate::error::Result;
use crate::explain::ShapValues;
use crate::folds::FoldSettings;
use crate::forest::{Forest, ForestSettings};
use crate::held_out::out_of_fold;
use crate::selection::Assignment;
use crate::svm::{Svm, SvmSettings};

/// Settings of a model of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum AnySettings {
    /// Cox regression.
    Cox(CoxSettings),
    /// Cox regression with an elastic net penalty.
    Coxnet(CoxnetSettings),
    /// A random survival forest.
    Forest(ForestSettings),
    /// Boosted trees of first order.
    GradientBoosting(GradientBoostingSettings),
    /// Boosted trees of second order.
    NewtonBoosting(NewtonBoostingSettings),
    /// A survival SVM.
    Svm(SvmSettings),
}

/// A fitted model of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyModel {
    /// Cox regression.
    Cox(Cox),
    /// Cox regression with an elastic net penalty.
    Coxnet(Coxnet),
    /// A random survival forest.
    Forest(Forest),
    /// Boosted trees of first order.
    GradientBoosting(GradientBoosting),
    /// Boosted trees of second order.
    NewtonBoosting(NewtonBoosting),
    /// A survival SVM.
    Svm(Svm),
}

impl AnySettings {
    /// Gives the model another seed, if anything in it is random.
    pub fn set_seed(&mut self, seed: u64) {
        match self {
            Self::Cox(_) => {}
            Self::Coxnet(settings) => settings.cross_validation.seed = seed,
            Self::Forest(settings) => settings.seed = seed,
            Self::GradientBoosting(settings) => (settings.seed, settings.folds.seed) = (seed, seed),
            Self::NewtonBoosting(settings) => (settings.seed, settings.folds.seed) = (seed, seed),
            Self::Svm(settings) => settings.folds.seed = seed,
        }
    }
}

impl AnySettings {
    /// The same model with other settings, named as in a file.
    ///
    /// # Errors
    /// As [`Assignment::apply`].
    pub fn with(&self, assignment: &Assignment) -> Result<Self> {
        Ok(match self {
            Self::Cox(settings) => Self::Cox(assignment.apply(settings)?),
            Self::Coxnet(settings) => Self::Coxnet(assignment.apply(settings)?),
            Self::Forest(settings) => Self::Forest(assignment.apply(settings)?),
            Self::GradientBoosting(settings) => Self::GradientBoosting(assignment.apply(settings)?),
            Self::NewtonBoosting(settings) => Self::NewtonBoosting(assignment.apply(settings)?),
            Self::Svm(settings) => Self::Svm(assignment.apply(settings)?),
        })
    }

    /// Fits the model, and scores its training cases by models that did not see them: a forest without groups by the trees
    /// whose sample a case was not in, any other by models of the other folds; boosted trees by those that choose the number of
    /// rounds, with their own folds. Cases of one group stay in one fold.
    ///
    /// # Errors
    /// Those of the model, of [`FoldSettings::draw`] and of [`out_of_fold`].
    pub fn fit_held_out(
        &self,
        features: &FeatureTable,
        outcome: &Survival,
        folds: &FoldSettings,
        groups: Option<&Groups>,
    ) -> Result<WithHeldOut<AnyModel>> {
        // With groups it takes folds too: a tree that has drawn one row of a patient knows something of the others.
        if let (Self::Forest(settings), None) = (self, groups) {
            let WithHeldOut { model, held_out } = settings.fit_held_out(features, outcome)?;
            return Ok(WithHeldOut { model: AnyModel::Forest(model), held_out });
        }
        if let Self::GradientBoosting(settings) = self {
            let WithHeldOut { model, held_out } = settings.fit_held_out(features, outcome, groups)?;
            return Ok(WithHeldOut { model: AnyModel::GradientBoosting(model), held_out });
        }
        if let Self::NewtonBoosting(settings) = self {
            let WithHeldOut { model, held_out } = settings.fit_held_out(features, outcome, groups)?;
            return Ok(WithHeldOut { model: AnyModel::NewtonBoosting(model), held_out });
        }
        if let Self::Svm(settings) = self {
            let WithHeldOut { model, held_out } = settings.fit_held_out(features, outcome, groups)?;
            return Ok(WithHeldOut { model: AnyModel::Svm(model), held_out });
        }
        // First, for its errors are those of the whole table.
        let model = self.fit(features, outcome)?;
        let held_out = out_of_fold(self, features, outcome, &folds.draw(outcome, groups)?)?;
        Ok(WithHeldOut { model, held_out })
    }
}

impl FitSurvival for AnySettings {
    type Fitted = AnyModel;
    type Error = crate::Error;

    fn fit(&self, features: &FeatureTable, outcome: &Survival) -> Result<AnyModel> {
        Ok(match self {
            Self::Cox(settings) => AnyModel::Cox(settings.fit(features, outcome)?),
            Self::Coxnet(settings) => AnyModel::Coxnet(settings.fit(features, outcome)?),
            Self::Forest(settings) => AnyModel::Forest(settings.fit(features, outcome)?),
            Self::GradientBoosting(settings) => AnyModel::GradientBoosting(settings.fit(features, outcome)?),
            Self::NewtonBoosting(settings) => AnyModel::NewtonBoosting(settings.fit(features, outcome)?),
            Self::Svm(settings) => AnyModel::Svm(settings.fit(features, outcome)?),
        })
    }

    fn fit_risk(&self, features: &FeatureTable, outcome: &Survival) -> Result<AnyModel> {
        Ok(match self {
            Self::GradientBoosting(settings) => AnyModel::GradientBoosting(settings.fit_risk(features, outcome)?),
            Self::NewtonBoosting(settings) => AnyModel::NewtonBoosting(settings.fit_risk(features, outcome)?),
            Self::Svm(settings) => AnyModel::Svm(settings.fit_risk(features, outcome)?),
            Self::Cox(_) | Self::Coxnet(_) | Self::Forest(_) => self.fit(features, outcome)?,
        })
    }

    fn risk_scale(&self, outcome: &Survival) -> f64 {
        match self {
            Self::Cox(settings) => FitSurvival::risk_scale(settings, outcome),
            Self::Coxnet(settings) => FitSurvival::risk_scale(settings, outcome),
            Self::Forest(settings) => FitSurvival::risk_scale(settings, outcome),
            Self::GradientBoosting(settings) => FitSurvival::risk_scale(settings, outcome),
            Self::NewtonBoosting(settings) => FitSurvival::risk_scale(settings, outcome),
            Self::Svm(settings) => FitSurvival::risk_scale(settings, outcome),
        }
    }
}

impl AnyModel {
    /// Saves it as a JSON file.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        match self {
            Self::Cox(model) => model.save(path)?,
            Self::Coxnet(model) => model.save(path)?,
            Self::Forest(model) => model.save(path)?,
            Self::GradientBoosting(model) => model.save(path)?,
            Self::NewtonBoosting(model) => model.save(path)?,
            Self::Svm(model) => model.save(path)?,
        }
        Ok(())
    }

    /// The text of such a file.
    ///
    /// # Errors
    /// As [`Format::to_json`](radsurv_data::saved::Format::to_json).
    pub fn to_json(&self) -> Result<String> {
        Ok(match self {
            Self::Cox(model) => Cox::FORMAT.to_json(model)?,
            Self::Coxnet(model) => Coxnet::FORMAT.to_json(model)?,
            Self::Forest(model) => Forest::FORMAT.to_json(model)?,
            Self::GradientBoosting(model) => GradientBoosting::FORMAT.to_json(model)?,
            Self::NewtonBoosting(model) => NewtonBoosting::FORMAT.to_json(model)?,
            Self::Svm(model) => Svm::FORMAT.to_json(model)?,
        })
    }

    /// Loads whatever model a JSON file says it is.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if the file cannot be read, or is no model that this version knows.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let io = |source| radsurv_data::Error::Io { path: path.to_path_buf(), source };
        Self::from_json(&std::fs::read_to_string(path).map_err(io)?, &path.display().to_string())
    }

    /// The same from the text of such a file, or of a part of one. `file` stands for it in messages.
    ///
    /// # Errors
    /// As [`load`](Self::load), but for reading.
    pub fn from_json(text: &str, file: &str) -> Result<Self> {
        Ok(match saved::format_of_json(text, file)?.as_str() {
            format if format == Coxnet::FORMAT.name => Self::Coxnet(Coxnet::from_json(text, file)?),
            format if format == Forest::FORMAT.name => Self::Forest(Forest::from_json(text, file)?),
            format if format == GradientBoosting::FORMAT.name => {
                Self::GradientBoosting(GradientBoosting::from_json(text, file)?)
            }
            format if format == NewtonBoosting::FORMAT.name => {
                Self::NewtonBoosting(NewtonBoosting::from_json(text, file)?)
            }
            format if format == Svm::FORMAT.name => Self::Svm(Svm::from_json(text, file)?),
            // Whose error says what was expected, if it is none.
            _ => Self::Cox(Cox::from_json(text, file)?),
        })
    }

    /// How far each feature moves the risk of each case; see [`explain`](crate::explain).
    ///
    /// # Errors
    /// Those of the model; [`Error::Setting`](crate::Error::Setting) of an SVM whose kernel is no sum over features and of linearly
    /// boosted models.
    pub fn shap(&self, features: &FeatureTable) -> Result<ShapValues> {
        match self {
            Self::Cox(model) => model.shap(features),
            Self::Coxnet(model) => model.shap(features),
            Self::Forest(model) => model.shap(features),
            Self::GradientBoosting(model) => model.shap(features),
            Self::NewtonBoosting(model) => model.shap(features),
            Self::Svm(model) => model.shap(features),
        }
    }

    fn inner(&self) -> &dyn SurvivalModel<Error = crate::Error> {
        match self {
            Self::Cox(model) => model,
            Self::Coxnet(model) => model,
            Self::Forest(model) => model,
            Self::GradientBoosting(model) => model,
            Self::NewtonBoosting(model) => model,
            Self::Svm(model) => model,
        }
    }
}

impl SurvivalModel for AnyModel {
    type Error = crate::Error;

    fn features(&self) -> &[String] {
        self.inner().features()
    }

    fn needed(&self) -> Vec<&str> {
        self.inner().needed()
    }

    fn predict_risk(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        self.inner().predict_risk(features)
    }

    fn predict_survival(&self, features: &FeatureTable, times: &[f64]) -> Result<SurvivalCurves> {
        self.inner().predict_survival(features, times)
    }

    fn importance(&self) -> Vec<Importance> {
        self.inner().importance()
    }
}
