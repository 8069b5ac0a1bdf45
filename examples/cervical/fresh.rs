//! The cohort that judges.

use std::path::Path;

use radsurv::data::{Cohort, Covariate, Covariates, Groups, Predictor, Survival};
use radsurv::study::analysis::EndpointResult;
use radsurv::study::cache::Cache;
use radsurv::study::images::{ImageCase, RunOptions, image_features};
use radsurv::study::settings::StudySettings;
use radsurv::study::simulate::{Endpoint, Patient, Simulation};

use crate::Error;

/// Fresh patients with features, outcomes and truth.
pub struct Fresh {
    cohort: Cohort,
    patients: Vec<Patient>,
    outcomes: [Survival; 2],
    risks: [Vec<f64>; 2],
}

impl Fresh {
    /// Extracts features as the study did.
    pub fn new(simulation: Simulation, folder: &Path, settings: &StudySettings, cache: &Path) -> Result<Self, Error> {
        let images = settings.images.as_ref().ok_or("the study has no images")?;
        let file = |id: &str, of: &str| folder.join(format!("images/{id}_{of}.nii.gz"));
        let all = simulation.patients();
        let cases: Vec<ImageCase> =
            all.iter().map(|p| ImageCase::new(p.id.clone(), file(&p.id, "t2"), file(&p.id, "mask"))).collect();
        let cache = Cache::open(cache)?;
        let options = RunOptions { cache: Some(&cache), ..RunOptions::default() };
        let found = image_features(&cases, &images.processing, &options, |_| {})?;
        // A patient whose tumour cannot be used is left out, as in the study.
        let kept: Vec<usize> = (0..all.len()).filter(|&i| found.table.case_ids().contains(&all[i].id)).collect();
        let patients: Vec<Patient> = kept.iter().map(|&i| all[i].clone()).collect();
        let mut covariates = Covariates::new(patients.len());
        let periods = Groups::new(patients.iter().map(|p| Some(p.period.to_string())));
        covariates.add("period", Covariate::Category(periods))?;
        let [dfs, os] = Endpoint::ALL.map(|endpoint| simulation.survival(endpoint));
        Ok(Self {
            cohort: Cohort::new(found.table, covariates)?,
            patients,
            outcomes: [dfs?.rows(&kept), os?.rows(&kept)],
            risks: Endpoint::ALL.map(|of| simulation.true_risk(of)).map(|risk| kept.iter().map(|&i| risk[i]).collect()),
        })
    }

    /// The places of the patients of centre 1, or of 2.
    pub fn centre(&self, centre: u8) -> Vec<usize> {
        (0..self.patients.len()).filter(|&i| self.patients[i].centre == centre).collect()
    }

    /// Follow-up to an endpoint of the study, by its place.
    pub fn outcome(&self, endpoint: usize) -> &Survival {
        &self.outcomes[endpoint]
    }

    /// The true risk.
    pub fn true_risk(&self, endpoint: usize) -> &[f64] {
        &self.risks[endpoint]
    }

    /// Some patients with the features that a model of the study looks at, as they are and behind its steps.
    pub fn steps(&self, found: &EndpointResult, rows: &[usize]) -> Result<[Cohort; 2], Error> {
        let cohort = self.cohort.rows(rows);
        let raw = cohort.with_features(cohort.features().select(found.model.features())?)?;
        let ready = found.model.steps().transform(&raw)?;
        let kept = raw.with_features(raw.features().select(ready.features().names())?)?;
        Ok([kept, ready])
    }

    /// All patients.
    pub fn all(&self) -> Vec<usize> {
        (0..self.patients.len()).collect()
    }

    /// What a model of the study says of all patients.
    pub fn predicted(&self, found: &EndpointResult) -> Result<Vec<f64>, Error> {
        Ok(found.model.predict(&self.cohort, &[])?.risk().to_vec())
    }

    /// The risk that a feature should show: the tumour's, or that of the tissue around it.
    pub fn latent(&self, feature: &str) -> Vec<f64> {
        let ring = feature.starts_with("ring_");
        let of = |p: &Patient| if ring { p.truth.peritumour_risk } else { p.truth.tumour_risk };
        self.patients.iter().map(of).collect()
    }
}
