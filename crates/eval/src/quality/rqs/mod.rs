//! The Radiomics Quality Score: 16 items, 36 points.
//!
//! Points are those of Lambin and others: Radiomics: the bridge between medical imaging and personalized medicine, Nature
//! Reviews Clinical Oncology 14 (2017) 749-762, table 1 and the score's page radiomics.world; as published again item by item
//! by, for example, Cancers 13 (2021) 1348, table 1. Points of an item are the sum of what applies, but of validation the
//! best that applies (its largest is 5: with it all items make 36). Without feature reduction 3 points are lost, without
//! validation 5: -8 is the least. In per cent a score below 0 is 0.
//!
//! Validation counts if neither the model nor its cut-off was adapted to the validation cases, and asks for data sets of
//! comparable size with at least ten events per feature of the model. A cut-off counts if it is the median or published
//! before, or if the risk stays continuous: one that was sought on the cases does not.

mod items;

use serde::Serialize;

pub use items::{ITEMS, Part, RqsItem, Scoring};

use super::{Answers, FromRun, Given, Item, answer_and_note, contradiction_line, known, missing_line, yes_or_no};
use crate::error::{Error, Result};
use crate::text_table::TextTable;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum RqsAnswer {
    /// To an item of [`Scoring::YesNo`].
    YesNo(bool),
    /// The keys of the parts that apply, none or several.
    Parts(Vec<String>),
}

/// A Radiomics Quality Score that is being filled in; see the [module](self).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct Rqs {
    pub(super) answers: Answers<RqsAnswer>,
}

/// An item with its answer and points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RqsRow {
    /// The question.
    pub item: Item,
    /// The answer, if there is one.
    pub given: Option<Given<RqsAnswer>>,
    /// Its points.
    pub points: Option<i32>,
    /// The most points there are.
    pub most: i32,
}

/// What a Radiomics Quality Score comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RqsResult {
    /// The points, if every item is answered.
    pub points: Option<i32>,
    /// The same in per cent of 36; 0 below 0.
    pub percent: Option<f64>,
    /// The points if what is missing were answered for the worst.
    pub lowest: i32,
    /// The points if what is missing were answered for the best.
    pub highest: i32,
    /// The keys of items without an answer.
    pub missing: Vec<&'static str>,
    /// The items in their order.
    pub rows: Vec<RqsRow>,
}

impl Rqs {
    /// Answers an item.
    ///
    /// # Errors
    /// [`Error::Unknown`] if there is no such item or part; [`Error::Setting`] if it is answered by parts and not by yes or no,
    /// or the other way round.
    pub fn set(&mut self, id: &str, answer: RqsAnswer, note: Option<String>) -> Result<()> {
        known("items of the RQS", std::iter::once(&id.to_string()), &ids())?;
        let Some(found) = ITEMS.iter().find(|i| i.item.id == id) else { return Ok(()) };
        let parts: Vec<&str> = found.scoring.parts().iter().map(|p| p.id).collect();
        match &answer {
            RqsAnswer::YesNo(yes) if !parts.is_empty() => {
                let what = "give the list of what applies, [] for nothing";
                return Err(Error::Setting { name: found.item.id, value: yes.to_string(), what });
            }
            RqsAnswer::Parts(given) if parts.is_empty() => {
                let what = "give true or false";
                return Err(Error::Setting { name: found.item.id, value: format!("[{}]", given.join(", ")), what });
            }
            RqsAnswer::Parts(given) => known("parts of an item of the RQS", given.iter(), &parts)?,
            RqsAnswer::YesNo(_) => {}
        }
        self.answers.put(found.item.id, answer, note);
        Ok(())
    }

    pub(super) fn from_table(table: &toml::Table) -> Result<Self> {
        let mut rqs = Self::default();
        known("items of the RQS", table.keys(), &ids())?;
        for found in &ITEMS {
            let Some(value) = table.get(found.item.id) else { continue };
            let (answer, note) = answer_and_note(value)?;
            let answer = match &answer {
                toml::Value::Array(parts) => {
                    let text = |p: &toml::Value| p.as_str().map(String::from);
                    let wrong = || Error::Setting {
                        name: found.item.id,
                        value: answer.to_string(),
                        what: "give text in a list",
                    };
                    RqsAnswer::Parts(parts.iter().map(text).collect::<Option<Vec<String>>>().ok_or_else(wrong)?)
                }
                other => RqsAnswer::YesNo(yes_or_no(found.item.id, other)?),
            };
            rqs.set(found.item.id, answer, note)?;
        }
        Ok(rqs)
    }

    /// Answers what a run knows, where nothing else did.
    pub fn fill(&mut self, run: &FromRun) {
        run.rqs(&mut self.answers);
    }

    /// The answers so far.
    pub fn answers(&self) -> &Answers<RqsAnswer> {
        &self.answers
    }

    /// The points, and what is missing.
    pub fn result(&self) -> RqsResult {
        let row = |found: &RqsItem| {
            let given = self.answers.get(found.item.id).cloned();
            let points = given.as_ref().map(|g| found.scoring.points(&g.answer));
            RqsRow { item: found.item, given, points, most: *found.scoring.range().end() }
        };
        let rows: Vec<RqsRow> = ITEMS.iter().map(row).collect();
        let with = |none: fn(&Scoring) -> i32| -> i32 {
            rows.iter().zip(&ITEMS).map(|(row, found)| row.points.unwrap_or_else(|| none(&found.scoring))).sum()
        };
        let points = rows.iter().map(|row| row.points).sum::<Option<i32>>();
        RqsResult {
            points,
            percent: points.map(|p| f64::from(p.max(0)) / 36.0 * 100.0),
            lowest: with(|s| *s.range().start()),
            highest: with(|s| *s.range().end()),
            missing: rows.iter().filter(|row| row.given.is_none()).map(|row| row.item.id).collect(),
            rows,
        }
    }

    /// The result as text: the score, what is missing, where the run disagrees.
    pub fn text(&self) -> String {
        let result = self.result();
        let score = match (result.points, result.percent) {
            (Some(points), Some(percent)) => format!("RQS: {points} of 36 points ({percent:.1} %).\n"),
            _ => format!("RQS: {} to {} of 36 points, depending on what is missing.\n", result.lowest, result.highest),
        };
        score + &missing_line(&result.missing) + &contradiction_line(&self.answers)
    }
}

impl RqsResult {
    /// The items as a table: answer, points, source.
    pub fn table(&self) -> TextTable {
        let mut table = TextTable::new(["no.", "item", "answer", "points", "at most", "from", "note"]);
        for row in &self.rows {
            let answer = row.given.as_ref().map_or("missing".to_string(), |given| match &given.answer {
                RqsAnswer::YesNo(yes) => if *yes { "yes" } else { "no" }.to_string(),
                RqsAnswer::Parts(parts) if parts.is_empty() => "none".to_string(),
                RqsAnswer::Parts(parts) => parts.join(", "),
            });
            table.push([
                row.item.number.to_string(),
                row.item.title.to_string(),
                answer,
                row.points.map_or(String::new(), |p| p.to_string()),
                row.most.to_string(),
                super::source(&row.given).to_string(),
                super::note(&row.given),
            ]);
        }
        let total = self.points.map_or(format!("{} to {}", self.lowest, self.highest), |p| p.to_string());
        table.push(["", "total", "", &total, "36", "", ""]);
        table
    }
}

fn ids() -> Vec<&'static str> {
    ITEMS.iter().map(|i| i.item.id).collect()
}

pub(super) fn template() -> String {
    let mut text = "[rqs]\n".to_string();
    for found in &ITEMS {
        let Item { number, id, title, text: what } = found.item;
        let answer = match found.scoring {
            Scoring::YesNo { .. } => "true".to_string(),
            _ => {
                let parts: Vec<String> = found.scoring.parts().iter().map(|p| format!("{:?}", p.id)).collect();
                format!("[{}]", parts.join(", "))
            }
        };
        text += &format!("# {number}. {title}: {what}\n");
        for part in found.scoring.parts() {
            text += &format!("#     {}: {} ({:+})\n", part.id, part.text, part.points);
        }
        text += &format!("# {id} = {answer}\n");
    }
    text
}
