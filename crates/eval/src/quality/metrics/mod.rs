//! METRICS, the methodological radiomics score: 30 items in nine categories, five conditions.
//!
//! The score is the weight of the items answered with yes by that of the items that apply, in per cent: below 20 very low, below
//! 40 low, below 60 moderate, below 80 good, else excellent (of the score rounded to one decimal, as the tool does). Items of
//! segmentation apply if there is segmentation; the evaluation of automatic segmentation if it is fully automatic;
//! standardised software if features are hand-crafted; removal of features and dimensionality if data are in a table;
//! robustness of deep learning if it is end to end. All others always apply.
//!
//! Weights and conditions are those of Kocak, Akinci D'Antonoli, Mercaldo and others: METhodological RadiomICs Score (METRICS): a
//! quality scoring tool for radiomics research endorsed by EuSoMII, Insights into Imaging 15 (2024) 8, table 1, and of the
//! authors' tool (metricsscore.github.io, version 1.0), whose arithmetic this is.

mod items;

use serde::Serialize;

pub use items::{CONDITIONS, Condition, ITEMS, MetricsItem};

use super::{Answers, FromRun, Given, Item, answer_and_note, contradiction_line, known, missing_line, yes_or_no};
use crate::error::Result;
use crate::text_table::TextTable;

/// A METRICS questionnaire that is being filled in; see the [module](self).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Metrics {
    pub(super) conditions: Answers<bool>,
    pub(super) answers: Answers<bool>,
}

/// How good a score is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    /// Below 20 %.
    VeryLow,
    /// Below 40 %.
    Low,
    /// Below 60 %.
    Moderate,
    /// Below 80 %.
    Good,
    /// 80 % and more.
    Excellent,
}

/// An item with its answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricsRow {
    /// The item.
    pub item: MetricsItem,
    /// Whether it applies; none if that depends on a condition that is not answered.
    pub applies: Option<bool>,
    /// The answer, if there is one.
    pub given: Option<Given<bool>>,
}

/// What METRICS comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricsResult {
    /// The score in per cent, if every condition and every item that applies is answered.
    pub score: Option<f64>,
    /// How good that is.
    pub quality: Option<Quality>,
    /// The least score that what is missing allows.
    pub lowest: f64,
    /// The largest score that what is missing allows.
    pub highest: f64,
    /// The keys of conditions and of items that apply (or may) without an answer.
    pub missing: Vec<&'static str>,
    /// The keys of items that are answered and do not apply: their answers do not count.
    pub ignored: Vec<&'static str>,
    /// The items in their order.
    pub rows: Vec<MetricsRow>,
}

impl Metrics {
    /// Answers a condition or an item.
    ///
    /// # Errors
    /// [`Error::Unknown`](crate::Error::Unknown) if there is none of this key.
    pub fn set(&mut self, id: &str, yes: bool, note: Option<String>) -> Result<()> {
        if let Some((_, condition)) = CONDITIONS.iter().find(|(_, condition)| condition.id == id) {
            self.conditions.put(condition.id, yes, note);
            return Ok(());
        }
        let ids: Vec<&str> = condition_ids().into_iter().chain(item_ids()).collect();
        known("conditions and items of METRICS", std::iter::once(&id.to_string()), &ids)?;
        if let Some(found) = ITEMS.iter().find(|found| found.item.id == id) {
            self.answers.put(found.item.id, yes, note);
        }
        Ok(())
    }

    pub(super) fn from_table(table: &toml::Table) -> Result<Self> {
        let mut metrics = Self::default();
        let ids: Vec<&str> = std::iter::once("conditions").chain(item_ids()).collect();
        known("items of METRICS", table.keys(), &ids)?;
        let none = toml::Table::new();
        let conditions = match table.get("conditions") {
            None => &none,
            Some(toml::Value::Table(conditions)) => conditions,
            Some(other) => {
                let what = "give a section: [metrics.conditions]";
                return Err(crate::Error::Setting { name: "conditions", value: other.to_string(), what });
            }
        };
        known("conditions of METRICS", conditions.keys(), &condition_ids())?;
        let ids = condition_ids().into_iter().map(|id| (conditions, id));
        for (table, id) in ids.chain(item_ids().into_iter().map(|id| (table, id))) {
            if let Some(value) = table.get(id) {
                let (answer, note) = answer_and_note(value)?;
                metrics.set(id, yes_or_no(id, &answer)?, note)?;
            }
        }
        Ok(metrics)
    }

    /// Answers what a run knows, where nothing else did.
    pub fn fill(&mut self, run: &FromRun) {
        run.metrics(&mut self.conditions, &mut self.answers);
    }

    /// The answers to the items so far.
    pub fn answers(&self) -> &Answers<bool> {
        &self.answers
    }

    /// Whether a condition holds, if that is known. Automatic segmentation is segmentation.
    pub fn holds(&self, condition: Condition) -> Option<bool> {
        let of = |wanted: Condition| {
            let (_, item) = CONDITIONS.iter().find(|(condition, _)| *condition == wanted)?;
            self.conditions.get(item.id).map(|given| given.answer)
        };
        match condition {
            Condition::AutomaticSegmentation => {
                match (of(Condition::Segmentation), of(Condition::AutomaticSegmentation)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), own) => own,
                    (None, _) => None,
                }
            }
            other => of(other),
        }
    }

    /// The score, and what is missing.
    pub fn result(&self) -> MetricsResult {
        let row = |item: &MetricsItem| MetricsRow {
            item: *item,
            applies: item.condition.map_or(Some(true), |condition| self.holds(condition)),
            given: self.answers.get(item.item.id).cloned(),
        };
        let rows: Vec<MetricsRow> = ITEMS.iter().map(row).collect();
        let unknown = CONDITIONS.iter().filter(|(condition, _)| self.holds(*condition).is_none());
        let open = |row: &&MetricsRow| row.applies != Some(false) && row.given.is_none();
        let missing: Vec<&'static str> =
            unknown.map(|(_, item)| item.id).chain(rows.iter().filter(open).map(|row| row.item.item.id)).collect();
        let extreme = |best: bool| {
            let (mut got, mut most) = (0, 0);
            for row in &rows {
                let yes = row.given.as_ref().map_or(best, |given| given.answer);
                // Whether an item applies that may not: as it suits.
                let applies = row.applies.unwrap_or(yes == best);
                if applies {
                    most += row.item.weight;
                    got += if yes { row.item.weight } else { 0 };
                }
            }
            100.0 * f64::from(got) / f64::from(most)
        };
        let (lowest, highest) = (extreme(false), extreme(true));
        let score = missing.is_empty().then_some(lowest);
        let ignored =
            rows.iter().filter(|row| row.applies == Some(false) && row.given.is_some()).map(|row| row.item.item.id);
        let ignored = ignored.collect();
        MetricsResult { score, quality: score.map(Quality::of), lowest, highest, missing, ignored, rows }
    }

    /// The result as text: the score, what is missing, what does not count, where the run disagrees.
    pub fn text(&self) -> String {
        let result = self.result();
        let mut text = match (result.score, result.quality) {
            (Some(score), Some(quality)) => format!("METRICS: {score:.1} % ({}).\n", quality.name()),
            _ => format!("METRICS: {:.1} % to {:.1} %, depending on what is missing.\n", result.lowest, result.highest),
        };
        text += &missing_line(&result.missing);
        if !result.ignored.is_empty() {
            text += &format!("Answered, and not asked for by the conditions: {}.\n", result.ignored.join(", "));
        }
        text + &contradiction_line(&self.conditions) + &contradiction_line(&self.answers)
    }
}

impl Quality {
    /// Of a score in per cent.
    pub fn of(score: f64) -> Self {
        match (score * 10.0).round() / 10.0 {
            s if s < 20.0 => Self::VeryLow,
            s if s < 40.0 => Self::Low,
            s if s < 60.0 => Self::Moderate,
            s if s < 80.0 => Self::Good,
            _ => Self::Excellent,
        }
    }

    /// As it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::VeryLow => "very low",
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::Good => "good",
            Self::Excellent => "excellent",
        }
    }
}

impl MetricsResult {
    /// The items as a table: answer, weight, source.
    pub fn table(&self) -> TextTable {
        let mut table = TextTable::new(["no.", "category", "item", "answer", "weight", "from", "note"]);
        for row in &self.rows {
            let answer = match (row.applies, row.given.as_ref().map(|given| given.answer)) {
                (Some(false), _) => "does not apply",
                (_, Some(true)) => "yes",
                (_, Some(false)) => "no",
                (_, None) => "missing",
            };
            table.push([
                row.item.item.number.to_string(),
                row.item.category.to_string(),
                row.item.item.title.to_string(),
                answer.to_string(),
                format!("{:.4}", f64::from(row.item.weight) / 1e4),
                super::source(&row.given).to_string(),
                super::note(&row.given),
            ]);
        }
        let total = match self.score {
            Some(score) => format!("{score:.1} %"),
            None => format!("{:.1} % to {:.1} %", self.lowest, self.highest),
        };
        table.push(["", "", "score", &total, "", "", ""]);
        table
    }
}

fn condition_ids() -> Vec<&'static str> {
    CONDITIONS.iter().map(|(_, condition)| condition.id).collect()
}

fn item_ids() -> Vec<&'static str> {
    ITEMS.iter().map(|found| found.item.id).collect()
}

pub(super) fn template() -> String {
    let mut text = "[metrics.conditions]\n".to_string();
    for (_, Item { id, title, text: what, .. }) in &CONDITIONS {
        text += &format!("# {title}: {what}\n# {id} = true\n");
    }
    text += "\n[metrics]\n";
    for MetricsItem { item: Item { number, id, title, text: what }, weight, .. } in &ITEMS {
        text += &format!("# {number}. {title} ({:.4}): {what}\n# {id} = true\n", f64::from(*weight) / 1e4);
    }
    text
}
