//! The conditions, and the items with their weights.

use serde::Serialize;

use crate::quality::Item;

/// What must hold for an item to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// The study has segmentation: contours, boxes or crops.
    Segmentation,
    /// There is segmentation, without any human hand.
    AutomaticSegmentation,
    /// Features are defined beforehand by experts, as those of IBSI are.
    HandCrafted,
    /// Features are in a table.
    Tabular,
    /// A network learns from images to outcome.
    EndToEnd,
}

/// The conditions, with their keys in files.
pub const CONDITIONS: [(Condition, Item); 5] = [
    (
        Condition::Segmentation,
        Item {
            number: 1,
            id: "segmentation",
            title: "Segmentation",
            text: "The study segments: contours, boxes or cropped images.",
        },
    ),
    (
        Condition::AutomaticSegmentation,
        Item {
            number: 2,
            id: "automatic_segmentation",
            title: "Fully automatic segmentation",
            text: "Segmentation is without any human hand.",
        },
    ),
    (
        Condition::HandCrafted,
        Item {
            number: 3,
            id: "hand_crafted",
            title: "Hand-crafted features",
            text: "Features are defined beforehand by experts.",
        },
    ),
    (
        Condition::Tabular,
        Item { number: 4, id: "tabular", title: "Tabular data", text: "Features are in a table of rows and columns." },
    ),
    (
        Condition::EndToEnd,
        Item {
            number: 5,
            id: "end_to_end",
            title: "End-to-end deep learning",
            text: "A network learns from images to outcome, without features in a table.",
        },
    ),
];

/// An item with its weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MetricsItem {
    /// The question.
    pub item: Item,
    /// Its category.
    pub category: &'static str,
    /// Its weight, in parts of 10 000.
    pub weight: u32,
    /// What must hold for it to apply.
    pub condition: Option<Condition>,
}

const DESIGN: &str = "Study design";
const IMAGING: &str = "Imaging data";
const SEGMENTATION: &str = "Segmentation";
const EXTRACTION: &str = "Image processing and feature extraction";
const FEATURES: &str = "Feature processing";
const PREPARATION: &str = "Preparation for modelling";
const COMPARISON: &str = "Metrics and comparison";
const TESTING: &str = "Testing";
const OPEN: &str = "Open science";

const fn item(
    number: u8,
    category: &'static str,
    weight: u32,
    condition: Option<Condition>,
    id: &'static str,
    title: &'static str,
    text: &'static str,
) -> MetricsItem {
    MetricsItem { item: Item { number, id, title, text }, category, weight, condition }
}

use Condition::{AutomaticSegmentation, EndToEnd, HandCrafted, Segmentation, Tabular};

/// The items in their order.
#[rustfmt::skip]
pub const ITEMS: [MetricsItem; 30] = [
    item(1, DESIGN, 368, None, "guideline", "Guideline or checklist", "A checklist for radiomics or machine learning (CLEAR) is followed in design and report."),
    item(2, DESIGN, 735, None, "eligibility", "Eligibility criteria", "Inclusion and exclusion are explicit, and give a sample of the population that is meant."),
    item(3, DESIGN, 919, None, "reference_standard", "Reference standard", "The outcome is clearly defined, robust and of current practice."),
    item(4, IMAGING, 438, None, "multi_centre", "Multi-centre", "Images are of more than one institution."),
    item(5, IMAGING, 292, None, "translatable_imaging", "Imaging of clinical use", "The imaging follows established standards of acquisition."),
    item(6, IMAGING, 438, None, "acquisition", "Acquisition parameters", "The protocol is reported so that it can be repeated."),
    item(7, IMAGING, 292, None, "interval", "Interval to the reference standard", "The time between images and outcome measure is given and appropriate."),
    item(8, SEGMENTATION, 337, Some(Segmentation), "segmentation_method", "Method of segmentation", "Rules or methods of segmentation are described."),
    item(9, SEGMENTATION, 225, Some(AutomaticSegmentation), "automatic_evaluation", "Evaluation of automatic segmentation", "Its accuracy is measured against experts, with examples."),
    item(10, SEGMENTATION, 112, Some(Segmentation), "test_segmentation", "Segmentation of the test set", "Test masks are of a single reader or an automatic tool, as in practice."),
    item(11, EXTRACTION, 622, None, "preprocessing", "Preprocessing", "Images are processed as fits modality and features, and it is described with resampling and discretisation."),
    item(12, EXTRACTION, 311, Some(HandCrafted), "standardised_software", "Standardised software", "Features are of software that complies with IBSI, with its version."),
    item(13, EXTRACTION, 415, None, "extraction_parameters", "Parameters of extraction", "Types and classes of features and all parameters are given, or stated to be defaults."),
    item(14, FEATURES, 200, Some(Tabular), "robust_features", "Removal of unstable features", "By test and retest, several segmentations or perturbed images."),
    item(15, FEATURES, 200, Some(Tabular), "redundant_features", "Removal of redundant features", "By selection, correlation, collinearity or variance."),
    item(16, FEATURES, 300, Some(Tabular), "dimensionality", "Features for the number of cases", "Their number is shown to be appropriate: by statistics, consistent performance or evidence."),
    item(17, FEATURES, 200, Some(EndToEnd), "deep_robustness", "Robustness of deep learning", "Its performance is tested on repeated scans, segmentations or perturbed images."),
    item(18, PREPARATION, 599, None, "partition", "Data partition", "Cases are divided before everything else, by patient, and nothing is learned from test cases."),
    item(19, PREPARATION, 300, None, "confounding", "Confounders", "Differences of patients and scanners are looked for, and dealt with."),
    item(20, COMPARISON, 352, None, "performance", "Performance measures", "Measures fit the task."),
    item(21, COMPARISON, 234, None, "uncertainty", "Uncertainty", "Limits or errors are given, and how they were found."),
    item(22, COMPARISON, 176, None, "calibration", "Calibration", "The final model's calibration is measured."),
    item(23, COMPARISON, 117, None, "single_imaging", "Single set of images", "One sequence or phase is used, or shown to be worse than several."),
    item(24, COMPARISON, 293, None, "added_value", "Comparison without radiomics", "A method of practice without radiomics is compared, or clinical value is shown."),
    item(25, COMPARISON, 176, None, "simple_model", "Comparison with a simple model", "A simple or classical model is compared by an appropriate test."),
    item(26, TESTING, 375, None, "internal_testing", "Internal testing", "The model is tested on cases of the same source that were held out."),
    item(27, TESTING, 749, None, "external_testing", "External testing", "The model is tested on cases of other institutions."),
    item(28, OPEN, 75, None, "open_data", "Data", "Images, segmentations, clinical data or features are public."),
    item(29, OPEN, 75, None, "open_code", "Code", "Scripts are public, with instructions."),
    item(30, OPEN, 75, None, "open_model", "Model", "The final model is public, with instructions."),
];
