//! A model that says what it is told, and a measure of that: for tests of what searches make of models.

use radsurv_data::{
    Cohort, FeatureTable, FitSurvival, Importance, Metric, MetricError, Predictions, Survival, SurvivalCurves,
    SurvivalModel,
};
use radsurv_stats::random::Random;
use radsurv_survival::Error;
use radsurv_survival::folds::FoldSettings;
use radsurv_survival::selection::{Candidate, CrossValidation, Steps, Tuning};

pub fn cases(count: usize, features: usize, seed: u64) -> (Cohort, Survival) {
    let mut random = Random::new(seed, 0);
    let mut column = || (0..count).map(|_| random.uniform()).collect::<Vec<f64>>();
    let columns = (0..features).map(|_| column()).collect();
    let times = column().into_iter().map(|time| time + 0.01).collect();
    let ids = (0..count).map(|i| format!("P{i}")).collect();
    let features = FeatureTable::new(ids, (0..features).map(|f| format!("f{f}")).collect(), columns).unwrap();
    (features.into(), Survival::new(times, (0..count).map(|i| i % 3 > 0).collect()).unwrap())
}

pub fn folds(folds: usize, repeats: usize) -> CrossValidation {
    CrossValidation { folds: FoldSettings { folds, repeats, seed: 3 }, groups: None }
}

/// The mean of the risks: what a candidate says, it is measured by.
pub struct MeanRisk {
    pub higher_is_better: bool,
    /// If it is measured at this many cases only.
    pub only: fn(usize) -> bool,
}

impl Metric for MeanRisk {
    fn name(&self) -> String {
        "mean_risk".to_string()
    }
    fn higher_is_better(&self) -> bool {
        self.higher_is_better
    }
    fn of(&self, predictions: &Predictions, outcome: &Survival) -> Result<f64, MetricError> {
        let risk = predictions.risk();
        if !(self.only)(outcome.len()) {
            return Err("the wrong number of cases".into());
        }
        if risk.contains(&UNMEASURABLE) {
            return Err("a case that cannot be measured".into());
        }
        Ok(risk.iter().sum::<f64>() / risk.len() as f64)
    }
}

pub const RISK: MeanRisk = MeanRisk { higher_is_better: true, only: |_| true };
pub const UNMEASURABLE: f64 = 1e6;

pub fn by(metric: &dyn Metric) -> [&dyn Metric; 1] {
    [metric]
}

/// A model that says the same of all cases, and more of the one feature; and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Says {
    pub risk: f64,
    /// It cannot be learned without these cases.
    pub needs: Vec<usize>,
    /// Its risk of these cases.
    pub of: Vec<(usize, f64)>,
}

impl Says {
    pub fn new(risk: f64) -> Self {
        Self { risk, ..Self::default() }
    }
}

impl FitSurvival for Says {
    type Fitted = Said;
    type Error = Error;
    fn fit(&self, features: &FeatureTable, _: &Survival) -> Result<Said, Error> {
        let there = |case: &usize| features.case_ids().contains(&format!("P{case}"));
        match self.needs.iter().all(there) {
            true => Ok(Said { settings: self.clone(), names: features.names().to_vec() }),
            false => Err(Error::NoFeatures),
        }
    }
}

pub struct Said {
    settings: Says,
    names: Vec<String>,
}

impl SurvivalModel for Said {
    type Error = Error;
    fn features(&self) -> &[String] {
        &self.names
    }
    fn predict_risk(&self, features: &FeatureTable) -> Result<Vec<f64>, Error> {
        let special = |id: &String| self.settings.of.iter().find(|(case, _)| *id == format!("P{case}"));
        let column = features.columns().first().ok_or(Error::NoFeatures)?;
        let risk = |(id, value): (&String, &f64)| special(id).map_or(self.settings.risk + value, |(_, risk)| *risk);
        Ok(features.case_ids().iter().zip(column).map(risk).collect())
    }
    fn predict_survival(&self, features: &FeatureTable, times: &[f64]) -> Result<SurvivalCurves, Error> {
        Ok(SurvivalCurves::new(times.to_vec(), vec![vec![0.5; times.len()]; features.cases()])?)
    }
    fn importance(&self) -> Vec<Importance> {
        Vec::new()
    }
}

pub fn candidate(model: &str, name: &str, settings: Says) -> Candidate<Says> {
    Candidate { name: name.to_string(), model: model.to_string(), steps: 0, settings }
}

pub fn tuning<S>(candidates: Vec<Candidate<S>>, metric: &dyn Metric) -> Tuning<'_, S> {
    Tuning { division: folds(4, 1), ..Tuning::new(vec![Steps::new()], candidates, metric) }
}
