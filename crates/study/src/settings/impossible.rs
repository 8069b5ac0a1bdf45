//! Settings that no study can have, whatever its patients are.

use std::collections::BTreeSet;

use super::{AdcSource, ModelSettings, StudySettings};

impl StudySettings {
    /// What is impossible, each with the path of the setting.
    pub(crate) fn impossible(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut stop = |path: &str, what: &str| found.push((path.to_string(), what.to_string()));
        let times = &self.times;
        let sound = times.iter().all(|time| time.is_finite() && *time > 0.0) && times.windows(2).all(|t| t[0] < t[1]);
        if times.is_empty() || !sound {
            stop("times", "give times above 0 in ascending order: times = [12, 36, 60]");
        }
        if self.endpoints.is_empty() {
            stop("endpoints", "there is no endpoint: add [[endpoints]] with name, time and event");
        }
        for (place, endpoint) in self.endpoints.iter().enumerate() {
            if self.endpoints[..place].iter().any(|other| other.name == endpoint.name) {
                stop(&format!("endpoints.{place}.name"), &format!("there are two endpoints {}", endpoint.name));
            }
        }
        let protocols: BTreeSet<_> = self.protocols.iter().collect();
        if protocols.is_empty() || protocols.len() < self.protocols.len() {
            stop("protocols", "give \"strict\", \"as-published\" or both");
        }
        match (&self.images, &self.features) {
            (None, None) => stop("name", "say where features come from: [images] or [features]"),
            (Some(_), Some(_)) => stop("features", "there are [images] as well: features come from one of them"),
            _ => {}
        }
        let adc = self.images.as_ref().and_then(|images| images.adc.as_ref());
        if let Some(AdcSource::Images { images, b_values }) = adc
            && (images.len() < 2 || images.len() != b_values.len())
        {
            let (images, values) = (images.len(), b_values.len());
            stop(
                "images.adc",
                &format!("{images} images and {values} b-values: give a b-value for each of two images and more"),
            );
        }
        if let Some(why) = self.models.impossible() {
            stop("models", &why);
        }
        let rule = &self.reproducibility;
        if !(rule.threshold > -1.0 && rule.threshold < 1.0) {
            let what = format!("the threshold is {}: give a number below 1", rule.threshold);
            stop("reproducibility.threshold", &what);
        }
        if rule.perturbations == 1 {
            let what = "one perturbation cannot be compared with another: give 2 at least, better 10";
            stop("reproducibility.perturbations", what);
        }
        if self.features.is_some() && rule.perturbations > 0 {
            let what = "a table of features has no images to perturb: give readers";
            stop("reproducibility.perturbations", what);
        }
        let clinical = &self.clinical;
        if let Some(other) = clinical.dichotomise.iter().find(|name| !clinical.variables.contains(name)) {
            stop("clinical.dichotomise", &format!("{other} is not among the variables of the clinical model"));
        }
        if let Some(genomics) = &self.genomics
            && !(genomics.rule.p > 0.0 && genomics.rule.p <= 1.0 && genomics.rule.log_fc >= 0.0)
        {
            stop(
                "genomics.rule",
                "give p above 0 and at most 1, and log_fc of 0 or more: rule = { p = 0.05, log_fc = 1 }",
            );
        }
        if clinical.variables.iter().any(|name| name == "Radscore") {
            let what = "Radscore is the name of the score that the study makes: give the variable another one";
            stop("clinical.variables", what);
        }
        found
    }
}

impl ModelSettings {
    fn impossible(&self) -> Option<String> {
        if self.models.is_empty() {
            return Some("no model competes: name some".to_string());
        }
        let twice = (0..self.models.len()).find(|&place| self.models[..place].contains(&self.models[place]));
        if let Some(place) = twice {
            return Some(format!("{} is there twice", self.models[place].name()));
        }
        let numbers = [("candidates", self.candidates, 1), ("folds", self.folds, 2), ("repeats", self.repeats, 1)];
        let few = numbers.into_iter().find(|(_, value, least)| value < least);
        few.map(|(name, value, least)| format!("{name} = {value}: give {least} at least"))
    }
}
