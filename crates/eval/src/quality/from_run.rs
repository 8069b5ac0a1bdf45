//! What a run knows of itself, as answers.

use serde::{Deserialize, Serialize};

use super::{Answers, ClearAnswer, RqsAnswer};

/// Where the cases of a validation are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validation {
    /// There was none.
    None,
    /// The same institute, held out.
    SameInstitute,
    /// Another institute.
    AnotherInstitute,
    /// Two institutes.
    TwoInstitutes,
    /// Three institutes and more.
    ThreeInstitutes,
}

/// How risk groups were divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CutOff {
    /// By the median of training scores.
    Median,
    /// By a cut-off that was published before.
    Published,
    /// Not: the risk is reported as it is.
    Continuous,
    /// By a cut-off sought for the largest difference.
    Selected,
}

/// What a run knows. Only what it does itself: whether a protocol is documented, or data are public, is for people to say. What
/// is not known stays `None`, and answers nothing.
///
/// | known | RQS | METRICS | CLEAR |
/// |---|---|---|---|
/// | `segmentation`, `automatic_segmentation`, `hand_crafted`, `end_to_end` | | conditions (tabular: not end to end) | |
/// | `settings_written` | | 13 | 22-24, 28 |
/// | `software_with_version` | | 12 | 34 |
/// | `segmentations_compared` | 2 | 14 | 31 |
/// | `features_reduced` | 5 | 15 | 33 |
/// | `scaled_on_training` | | | 32 |
/// | `split_first` | | 18 | 15 |
/// | `centres` | | 4 | |
/// | `validation` | 12 | 26, 27 | 38 |
/// | `other_features` | 6 | | |
/// | `cut_off` | 8 | | |
/// | `discrimination` and `_resampled` | 9 | 20, 21 | 39, 40 |
/// | `calibration` and `_resampled` | 10 | 22 | |
/// | `compared_with_clinical` | | 24 | 42, 48 |
/// | `decision_curves` | 14 | | |
/// | `baseline_table` | | | 44 |
///
/// A yes of CLEAR means that the run writes it; it must be in the paper as well.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FromRun {
    /// There are masks.
    pub segmentation: Option<bool>,
    /// They are without any human hand.
    pub automatic_segmentation: Option<bool>,
    /// Features are computed by definition.
    pub hand_crafted: Option<bool>,
    /// A network learns from images to outcome.
    pub end_to_end: Option<bool>,
    /// All settings of processing and extraction are written with the results.
    pub settings_written: Option<bool>,
    /// Features are of software that is checked against IBSI, named with its version.
    pub software_with_version: Option<bool>,
    /// Features were kept for their robustness to several or perturbed segmentations.
    pub segmentations_compared: Option<bool>,
    /// Features were selected, or tests adjusted for their number.
    pub features_reduced: Option<bool>,
    /// Scaling and harmonisation were learned from training cases alone.
    pub scaled_on_training: Option<bool>,
    /// Cases were divided first, and nothing was learned from test cases.
    pub split_first: Option<bool>,
    /// The number of institutes that images are from.
    pub centres: Option<usize>,
    /// Where test cases are from, with neither model nor cut-off adapted to them.
    pub validation: Option<Validation>,
    /// There is a model of clinical and radiomic features together.
    pub other_features: Option<bool>,
    /// How risk groups were divided.
    pub cut_off: Option<CutOff>,
    /// Discrimination is reported with limits.
    pub discrimination: Option<bool>,
    /// It is so by resampling as well.
    pub discrimination_resampled: Option<bool>,
    /// Calibration is reported with limits.
    pub calibration: Option<bool>,
    /// It is so by resampling as well.
    pub calibration_resampled: Option<bool>,
    /// A model without radiomics is compared by a test.
    pub compared_with_clinical: Option<bool>,
    /// Decision curves are reported.
    pub decision_curves: Option<bool>,
    /// Table 1 is reported.
    pub baseline_table: Option<bool>,
}

impl FromRun {
    pub(super) fn rqs(&self, answers: &mut Answers<RqsAnswer>) {
        let yes_no = |known: Option<bool>| known.map(RqsAnswer::YesNo);
        let parts = |ids: &[&str]| RqsAnswer::Parts(ids.iter().map(|id| id.to_string()).collect());
        let reported = |reported: Option<bool>, resampled: Option<bool>| match (reported?, resampled) {
            (true, Some(true)) => Some(parts(&["reported", "resampled"])),
            (true, Some(false)) => Some(parts(&["reported"])),
            (true, None) => None,
            (false, _) => Some(parts(&[])),
        };
        let validated = self.validation.map(|validation| match validation {
            Validation::None => parts(&[]),
            Validation::SameInstitute => parts(&["same_institute"]),
            Validation::AnotherInstitute => parts(&["another_institute"]),
            Validation::TwoInstitutes => parts(&["two_institutes"]),
            Validation::ThreeInstitutes => parts(&["three_institutes"]),
        });
        // A cut-off that was sought is no evidence, but the risk may be reported as it is as well: not for the run to deny.
        let divided = self.cut_off.filter(|cut| *cut != CutOff::Selected).map(|_| true);
        answers.take("multiple_segmentations", yes_no(self.segmentations_compared));
        answers.take("feature_reduction", yes_no(self.features_reduced));
        answers.take("non_radiomics_features", yes_no(self.other_features));
        answers.take("cut_off", yes_no(divided));
        answers.take("discrimination", reported(self.discrimination, self.discrimination_resampled));
        answers.take("calibration", reported(self.calibration, self.calibration_resampled));
        answers.take("validation", validated);
        // Utility may be reported in another way: a run without decision curves denies nothing.
        answers.take("clinical_utility", yes_no(self.decision_curves.filter(|yes| *yes)));
    }

    pub(super) fn metrics(&self, conditions: &mut Answers<bool>, answers: &mut Answers<bool>) {
        conditions.take("segmentation", self.segmentation);
        conditions.take("automatic_segmentation", self.automatic_segmentation);
        conditions.take("hand_crafted", self.hand_crafted);
        conditions.take("end_to_end", self.end_to_end);
        conditions.take("tabular", self.hand_crafted.filter(|yes| *yes));
        answers.take("multi_centre", self.centres.map(|centres| centres > 1));
        answers.take("standardised_software", self.software_with_version);
        answers.take("extraction_parameters", self.settings_written);
        answers.take("robust_features", self.segmentations_compared);
        answers.take("redundant_features", self.features_reduced);
        answers.take("partition", self.split_first);
        answers.take("performance", self.discrimination);
        answers.take("uncertainty", self.discrimination);
        answers.take("calibration", self.calibration);
        answers.take("added_value", self.compared_with_clinical);
        let elsewhere = |v: Validation| !matches!(v, Validation::None | Validation::SameInstitute);
        // Cases of other institutes say nothing of whether there were some of the same as well.
        let inside = self.validation.filter(|v| !elsewhere(*v)).map(|v| v == Validation::SameInstitute);
        answers.take("internal_testing", inside);
        answers.take("external_testing", self.validation.map(elsewhere));
    }

    pub(super) fn clear(&self, answers: &mut Answers<ClearAnswer>) {
        // What a run does not write can be written by hand.
        let yes = |known: Option<bool>| known.filter(|yes| *yes).map(|_| ClearAnswer::Yes);
        for id in ["resampling", "discretisation", "image_types", "defaults"] {
            answers.take(id, yes(self.settings_written));
        }
        answers.take("algorithm", yes(self.software_with_version));
        answers.take("segmentation_reliability", yes(self.segmentations_compared));
        answers.take("dimension_reduction", yes(self.features_reduced));
        answers.take("feature_scaling", yes(self.scaled_on_training));
        answers.take("data_split", yes(self.split_first));
        answers.take("testing", yes(self.validation.map(|v| v != Validation::None)));
        answers.take("performance_metrics", yes(self.discrimination));
        answers.take("uncertainty", yes(self.discrimination));
        answers.take("comparison_methods", yes(self.compared_with_clinical));
        answers.take("comparison_results", yes(self.compared_with_clinical));
        answers.take("baseline", yes(self.baseline_table));
    }
}
