//! Reporting standards of radiomics as typed questionnaires: what a study did, scored, with what is missing.
//!
//! | module | questionnaire | result |
//! |---|---|---|
//! | [`rqs`] | Radiomics Quality Score: 16 items | -8 to 36 points |
//! | [`metrics`] | METRICS: 30 items in 9 categories, five conditions | per cent of the weight of the items that apply |
//! | [`clear`] | CLEAR checklist: 58 items | what is reported; it has no score |
//!
//! Answers come from a TOML file, and where a run knows them from the run: [`FromRun`]. A question that nobody answered is
//! missing: it is never taken for a no, and there is no score but a range while one is missing. Where file and run differ the
//! file counts, and the difference is told: [`Answers::contradictions`].
//!
//! ```toml
//! [rqs]
//! image_protocol = ["documented"]
//! phantom_study = false
//! validation = { answer = ["another_institute"], note = "centre B, 120 patients" }
//!
//! [metrics.conditions]
//! segmentation = true
//!
//! [metrics]
//! multi_centre = true
//!
//! [clear]
//! title = { answer = "yes", note = "page 1" }
//! sample_size = "no"
//! ```
//!
//! [`template`] writes such a file with every question. Keys that are none, and answers that are none of a question, are
//! errors.
//!
//! Texts of the items are ours, shortened: read the sources before answering for a paper.

pub mod clear;
mod from_run;
pub mod metrics;
pub mod rqs;

use std::collections::BTreeMap;

use radsurv_data::list;
use serde::Serialize;

use crate::error::{Error, Result};

pub use clear::{Clear, ClearAnswer, ClearResult};
pub use from_run::{CutOff, FromRun, Validation};
pub use metrics::{Metrics, MetricsResult};
pub use rqs::{Rqs, RqsAnswer, RqsResult};

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its number in the source.
    pub number: u8,
    /// Its key in files.
    pub id: &'static str,
    /// What is asked, in few words.
    pub title: &'static str,
    /// What counts, in one sentence.
    pub text: &'static str,
}

/// Who gave an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A run of the program.
    Run,
    /// A file, or a program that set it.
    File,
}

/// An answer, who gave it, and what else was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Given<A> {
    /// The answer.
    pub answer: A,
    /// Who gave it.
    pub source: Source,
    /// A remark: a page, a reason.
    pub note: Option<String>,
}

/// The answers to a questionnaire, by the key of the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Answers<A> {
    given: BTreeMap<&'static str, Given<A>>,
    #[serde(skip)]
    contradictions: Vec<String>,
}

impl<A> Default for Answers<A> {
    fn default() -> Self {
        Self { given: BTreeMap::new(), contradictions: Vec::new() }
    }
}

impl<A: PartialEq + Clone> Answers<A> {
    /// The answer to a question.
    pub fn get(&self, id: &str) -> Option<&Given<A>> {
        self.given.get(id)
    }

    pub(crate) fn put(&mut self, id: &'static str, answer: A, note: Option<String>) {
        self.given.insert(id, Given { answer, source: Source::File, note });
    }

    /// Takes what a run knows, unless it was answered before.
    pub(crate) fn take(&mut self, id: &'static str, known: Option<A>) {
        let Some(answer) = known else { return };
        match self.given.get(id) {
            Some(given) if given.source == Source::File => {
                if given.answer != answer && !self.contradictions.iter().any(|other| other == id) {
                    self.contradictions.push(id.to_string());
                }
            }
            _ => {
                self.given.insert(id, Given { answer, source: Source::Run, note: None });
            }
        }
    }

    /// The questions that a file answered differently than the run.
    pub fn contradictions(&self) -> &[String] {
        &self.contradictions
    }
}

/// All three questionnaires.
///
/// # Example
/// ```
/// use radsurv_eval::quality::{FromRun, Questionnaires};
/// let text = "[rqs]\nphantom_study = true\n[metrics]\nmulti_centre = true\n";
/// let mut filled = Questionnaires::from_toml(text, "quality.toml")?;
/// filled.fill(&FromRun { features_reduced: Some(true), ..FromRun::default() });
/// let rqs = filled.rqs.result();
/// assert_eq!((rqs.points, rqs.lowest, rqs.highest), (None, -1, 36));
/// assert_eq!(rqs.missing.len(), 14);
/// assert!(Questionnaires::from_toml("[rqs]\nfantom_study = true\n", "quality.toml").is_err());
/// # Ok::<(), radsurv_eval::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Questionnaires {
    /// The Radiomics Quality Score.
    pub rqs: Rqs,
    /// METRICS.
    pub metrics: Metrics,
    /// The CLEAR checklist.
    pub clear: Clear,
}

impl Questionnaires {
    /// The answers of a file; `file` stands for it in messages.
    ///
    /// # Errors
    /// [`Error::Data`] if it is not TOML; [`Error::Unknown`] at keys that are no question; [`Error::Setting`] at an answer that
    /// is none of its question.
    pub fn from_toml(text: &str, file: &str) -> Result<Self> {
        let bad = |what: String| Error::Data(radsurv_data::Error::Saved { file: file.to_string(), what });
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| bad(e.to_string()))?;
        known("sections", table.keys(), &["rqs", "metrics", "clear"])?;
        let section = |name: &str| match table.get(name) {
            None => Ok(toml::Table::new()),
            Some(toml::Value::Table(section)) => Ok(section.clone()),
            Some(other) => Err(bad(format!("{name} is {other}, and a section is needed: [{name}]"))),
        };
        Ok(Self {
            rqs: Rqs::from_table(&section("rqs")?)?,
            metrics: Metrics::from_table(&section("metrics")?)?,
            clear: Clear::from_table(&section("clear")?)?,
        })
    }

    /// Answers what a run knows, where a file did not.
    pub fn fill(&mut self, run: &FromRun) {
        self.rqs.fill(run);
        self.metrics.fill(run);
        self.clear.fill(run);
    }
}

/// A file with every question as a comment, to be answered by taking the signs away.
pub fn template() -> String {
    let head = "# Questionnaires of radiomics. Take \"# \" from a line that has an answer and correct it; what is left is missing.\n\
                # Instead of an answer: { answer = ..., note = \"page 4\" }\n";
    format!("{head}\n{}\n{}\n{}", rqs::template(), metrics::template(), clear::template())
}

/// Refuses keys that are none of those there are.
fn known<'a>(what: &'static str, keys: impl Iterator<Item = &'a String>, there: &[&str]) -> Result<()> {
    let missing: Vec<String> = keys.filter(|key| !there.contains(&key.as_str())).cloned().collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(Error::Unknown { what, missing, known: there.iter().map(|k| k.to_string()).collect() }),
    }
}

/// The answer and the note of a key: the answer itself, or a table of both.
fn answer_and_note(value: &toml::Value) -> Result<(toml::Value, Option<String>)> {
    let toml::Value::Table(table) = value else { return Ok((value.clone(), None)) };
    known("parts of an answer", table.keys(), &["answer", "note"])?;
    let wrong = |name: &'static str, value: String| Error::Setting { name, value, what: "give text" };
    let note = match table.get("note") {
        None => None,
        Some(toml::Value::String(note)) => Some(note.clone()),
        Some(other) => return Err(wrong("a note", other.to_string())),
    };
    match table.get("answer") {
        Some(answer) => Ok((answer.clone(), note)),
        None => Err(Error::Setting { name: "an answer", value: "missing".to_string(), what: "give answer = ..." }),
    }
}

/// A yes or no.
fn yes_or_no(name: &'static str, value: &toml::Value) -> Result<bool> {
    match value {
        toml::Value::Boolean(yes) => Ok(*yes),
        other => Err(Error::Setting { name, value: other.to_string(), what: "give true or false" }),
    }
}

/// What is missing, in one line.
fn missing_line(missing: &[&'static str]) -> String {
    match missing {
        [] => "Every question is answered.\n".to_string(),
        _ => format!("Not answered ({}): {}.\n", missing.len(), list(missing)),
    }
}

fn contradiction_line<A: PartialEq + Clone>(answers: &Answers<A>) -> String {
    match answers.contradictions() {
        [] => String::new(),
        ids => format!("The run says otherwise than the file, which counts: {}.\n", list(ids)),
    }
}

fn source<A>(given: &Option<Given<A>>) -> &'static str {
    match given.as_ref().map(|given| given.source) {
        None => "",
        Some(Source::Run) => "run",
        Some(Source::File) => "file",
    }
}

fn note<A>(given: &Option<Given<A>>) -> String {
    given.as_ref().and_then(|given| given.note.clone()).unwrap_or_default()
}
