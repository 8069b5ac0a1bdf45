//! The CLEAR checklist: 58 items that a report of radiomics should have.
//!
//! It has no score. Of each item is asked whether details are given, whether it does not apply, and where; two items (sharing
//! images, and a system that is ready to use) are recommended and not essential.
//!
//! Items are those of Kocak, Baessler, Bakas and others: CheckList for EvaluAtion of Radiomics research (CLEAR): a step-by-step
//! reporting guideline for authors and reviewers endorsed by ESR and EuSoMII, Insights into Imaging 14 (2023) 75, table 1, and of
//! the authors' tool (clearchecklist.github.io, version 1.0).

use serde::Serialize;

use super::{Answers, FromRun, Given, Item, answer_and_note, contradiction_line, known, missing_line};
use crate::error::{Error, Result};
use crate::text_table::TextTable;

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClearAnswer {
    /// Details are given.
    Yes,
    /// They are not.
    No,
    /// The item does not apply.
    NotApplicable,
}

/// An item with its section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ClearItem {
    /// The question.
    pub item: Item,
    /// The section of a paper that it belongs to.
    pub section: &'static str,
    /// Whether it is essential; else it is recommended.
    pub essential: bool,
}

const fn item(
    number: u8,
    section: &'static str,
    id: &'static str,
    title: &'static str,
    text: &'static str,
) -> ClearItem {
    ClearItem { item: Item { number, id, title, text }, section, essential: number != 53 && number != 58 }
}

/// The items in their order.
#[rustfmt::skip]
pub const ITEMS: [ClearItem; 58] = [
    item(1, "Title", "title", "Title", "It names the radiomic method."),
    item(2, "Abstract", "abstract", "Structured summary", "Purpose, methods, results and conclusions, with what matters of the data, features, models and performance."),
    item(3, "Keywords", "keywords", "Keywords", "They tell of radiomics."),
    item(4, "Introduction", "background", "Background", "The scientific or clinical problem, what is known and what is not."),
    item(5, "Introduction", "rationale", "Rationale", "Why a radiomic approach is taken."),
    item(6, "Introduction", "objective", "Objectives", "The aims of the study."),
    item(7, "Methods: study design", "guideline", "Guidelines", "The checklists that were followed, with the filled one."),
    item(8, "Methods: study design", "ethics", "Ethics", "Approval, consent, protection of data."),
    item(9, "Methods: study design", "sample_size", "Sample size", "How it was determined."),
    item(10, "Methods: study design", "study_nature", "Nature of the study", "Prospective or retrospective, cohort or case-control, registration."),
    item(11, "Methods: study design", "eligibility", "Eligibility criteria", "Inclusion, exclusion, how cases were chosen."),
    item(12, "Methods: study design", "pipeline_flowchart", "Flowchart of the methods", "The steps of the analysis in a figure."),
    item(13, "Methods: data", "data_source", "Source of the data", "Public or private, for each part of the data."),
    item(14, "Methods: data", "data_overlap", "Overlap of data", "Which cases were published before, and how."),
    item(15, "Methods: data", "data_split", "Data split", "How cases were divided, at which level, and how leakage was prevented."),
    item(16, "Methods: data", "imaging_protocol", "Imaging protocol", "Acquisition, processing, scanners."),
    item(17, "Methods: data", "other_predictors", "Other predictors", "What predictors without radiomics are, and how they were coded."),
    item(18, "Methods: data", "reference_standard", "Reference standard", "The outcome, why it was chosen, how good it is."),
    item(19, "Methods: segmentation", "segmentation", "Segmentation", "Software, method and rules."),
    item(20, "Methods: segmentation", "readers", "Readers", "Who segmented, with what experience, and how several were combined."),
    item(21, "Methods: preprocessing", "preprocessing", "Preprocessing", "Software and parameters of normalisation, bias correction, registration, harmonisation."),
    item(22, "Methods: preprocessing", "resampling", "Resampling", "The interpolation and the size of voxels after it."),
    item(23, "Methods: preprocessing", "discretisation", "Discretisation", "Bin width or count, its bounds, and why."),
    item(24, "Methods: preprocessing", "image_types", "Image types", "Original and filtered images, with the parameters of filters."),
    item(25, "Methods: feature extraction", "extraction", "Method of extraction", "Software with version and parameters, compliance with IBSI, two or three dimensions."),
    item(26, "Methods: feature extraction", "feature_classes", "Feature classes", "Which classes, with the number of features in each."),
    item(27, "Methods: feature extraction", "feature_count", "Number of features", "Of each case, by modality and sequence."),
    item(28, "Methods: feature extraction", "defaults", "Default settings", "A statement that what is not reported was left as it is."),
    item(29, "Methods: data preparation", "missing_data", "Missing data", "How much is missing, and what was done."),
    item(30, "Methods: data preparation", "class_imbalance", "Class imbalance", "The balance of outcomes, and what was done, on training cases alone."),
    item(31, "Methods: data preparation", "segmentation_reliability", "Reliability of segmentation", "How features depend on segmentation, with the statistic, on training cases."),
    item(32, "Methods: data preparation", "feature_scaling", "Scaling of features", "Normalisation and harmonisation, learned from training cases."),
    item(33, "Methods: data preparation", "dimension_reduction", "Dimension reduction", "How features were selected, with the limits, on training cases."),
    item(34, "Methods: modelling", "algorithm", "Algorithms", "Software with version, models, architecture."),
    item(35, "Methods: modelling", "training", "Training and tuning", "Settings that were tried, how they were chosen, when training ended."),
    item(36, "Methods: modelling", "confounders", "Confounders", "How they were found and dealt with."),
    item(37, "Methods: modelling", "model_selection", "Model selection", "How the final model was chosen, without test cases."),
    item(38, "Methods: evaluation", "testing", "Testing", "Internal or external, from how many places."),
    item(39, "Methods: evaluation", "performance_metrics", "Performance measures", "Which, and why."),
    item(40, "Methods: evaluation", "uncertainty", "Uncertainty", "Limits or errors, robustness, calibration."),
    item(41, "Methods: evaluation", "statistical_comparison", "Statistical comparison", "Tests of models, software, thresholds, adjustment for several tests."),
    item(42, "Methods: evaluation", "comparison_methods", "Comparison with other methods", "How methods without radiomics and combined ones are compared, and clinical utility is measured."),
    item(43, "Methods: evaluation", "interpretability", "Interpretability", "How the model is explained."),
    item(44, "Results", "baseline", "Baseline characteristics", "Of each part of the data, with tests."),
    item(45, "Results", "eligibility_flowchart", "Flowchart of eligibility", "The cases included and excluded, with numbers."),
    item(46, "Results", "feature_statistics", "Statistics of features", "Of those selected: name, class, reproducibility, distribution."),
    item(47, "Results", "model_performance", "Performance", "In training, validation and test, each."),
    item(48, "Results", "comparison_results", "Comparison", "With methods without radiomics and combined ones: performance, limits, tests, utility."),
    item(49, "Discussion", "findings", "Findings", "The most important ones."),
    item(50, "Discussion", "previous_works", "Previous works", "With their differences from this one."),
    item(51, "Discussion", "implications", "Practical implications", "What the results mean for practice, and what hinders it."),
    item(52, "Discussion", "limitations", "Strengths and limitations", "Bias, generalisability and other concerns."),
    item(53, "Open science: data", "open_images", "Images and segmentations", "They are shared."),
    item(54, "Open science: data", "open_features", "Features", "They are shared with clinical variables or labels."),
    item(55, "Open science: code", "open_preprocessing", "Preprocessing scripts or settings", "They are shared."),
    item(56, "Open science: code", "open_modelling", "Modelling code", "It is shared."),
    item(57, "Open science: model", "open_model", "Final model", "Its files are shared."),
    item(58, "Open science: model", "open_system", "Ready-to-use system", "It is shared."),
];

/// A CLEAR checklist that is being filled in; see the [module](self).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct Clear {
    pub(super) answers: Answers<ClearAnswer>,
}

/// An item with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClearRow {
    /// The item.
    pub item: ClearItem,
    /// The answer, if there is one.
    pub given: Option<Given<ClearAnswer>>,
}

/// What a CLEAR checklist comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClearResult {
    /// The number of items with details.
    pub yes: usize,
    /// The number without.
    pub no: usize,
    /// The number that do not apply.
    pub not_applicable: usize,
    /// The keys of items without an answer.
    pub missing: Vec<&'static str>,
    /// The keys of essential items without details.
    pub to_do: Vec<&'static str>,
    /// The items in their order.
    pub rows: Vec<ClearRow>,
}

impl Clear {
    /// Answers an item.
    ///
    /// # Errors
    /// [`Error::Unknown`] if there is no such item.
    pub fn set(&mut self, id: &str, answer: ClearAnswer, note: Option<String>) -> Result<()> {
        known("items of CLEAR", std::iter::once(&id.to_string()), &ids())?;
        if let Some(found) = ITEMS.iter().find(|found| found.item.id == id) {
            self.answers.put(found.item.id, answer, note);
        }
        Ok(())
    }

    pub(super) fn from_table(table: &toml::Table) -> Result<Self> {
        let mut clear = Self::default();
        known("items of CLEAR", table.keys(), &ids())?;
        for id in ids() {
            let Some(value) = table.get(id) else { continue };
            let (answer, note) = answer_and_note(value)?;
            let answer = match answer.as_str() {
                Some("yes") => ClearAnswer::Yes,
                Some("no") => ClearAnswer::No,
                Some("n/a") => ClearAnswer::NotApplicable,
                _ => {
                    let what = "give \"yes\", \"no\" or \"n/a\"";
                    return Err(Error::Setting { name: id, value: answer.to_string(), what });
                }
            };
            clear.set(id, answer, note)?;
        }
        Ok(clear)
    }

    /// Answers what a run knows, where nothing else did.
    pub fn fill(&mut self, run: &FromRun) {
        run.clear(&mut self.answers);
    }

    /// The answers so far.
    pub fn answers(&self) -> &Answers<ClearAnswer> {
        &self.answers
    }

    /// The counts, and what is missing.
    pub fn result(&self) -> ClearResult {
        let row = |item: &ClearItem| ClearRow { item: *item, given: self.answers.get(item.item.id).cloned() };
        let rows: Vec<ClearRow> = ITEMS.iter().map(row).collect();
        let answer = |row: &&ClearRow, wanted: ClearAnswer| row.given.as_ref().is_some_and(|g| g.answer == wanted);
        let count = |wanted| rows.iter().filter(|row| answer(row, wanted)).count();
        let (yes, no, not_applicable) =
            (count(ClearAnswer::Yes), count(ClearAnswer::No), count(ClearAnswer::NotApplicable));
        let missing = rows.iter().filter(|row| row.given.is_none()).map(|row| row.item.item.id).collect();
        let open = rows.iter().filter(|row| answer(row, ClearAnswer::No) && row.item.essential);
        let to_do = open.map(|row| row.item.item.id).collect();
        ClearResult { yes, no, not_applicable, missing, to_do, rows }
    }

    /// The result as text: counts, what is missing, where the run disagrees.
    pub fn text(&self) -> String {
        let result = self.result();
        let mut text = format!(
            "CLEAR: {} of 58 items reported, {} not, {} do not apply.\n",
            result.yes, result.no, result.not_applicable
        );
        if !result.to_do.is_empty() {
            text += &format!("Essential and not reported: {}.\n", result.to_do.join(", "));
        }
        text + &missing_line(&result.missing) + &contradiction_line(&self.answers)
    }
}

impl ClearResult {
    /// The items as a table: answer, source, page.
    pub fn table(&self) -> TextTable {
        let mut table = TextTable::new(["no.", "section", "item", "answer", "from", "note"]);
        for row in &self.rows {
            let answer = match row.given.as_ref().map(|given| given.answer) {
                None => "missing",
                Some(ClearAnswer::Yes) => "yes",
                Some(ClearAnswer::No) => "no",
                Some(ClearAnswer::NotApplicable) => "n/a",
            };
            let title = match row.item.essential {
                true => row.item.item.title.to_string(),
                false => format!("{} (not essential)", row.item.item.title),
            };
            table.push([
                row.item.item.number.to_string(),
                row.item.section.to_string(),
                title,
                answer.to_string(),
                super::source(&row.given).to_string(),
                super::note(&row.given),
            ]);
        }
        table
    }
}

fn ids() -> Vec<&'static str> {
    ITEMS.iter().map(|found| found.item.id).collect()
}

pub(super) fn template() -> String {
    let mut text = "[clear]\n# Each \"yes\", \"no\" or \"n/a\".\n".to_string();
    for ClearItem { item: Item { number, id, title, text: what }, section, .. } in &ITEMS {
        text += &format!("# {number}. {section}. {title}: {what}\n# {id} = \"yes\"\n");
    }
    text
}
