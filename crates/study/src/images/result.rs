//! What came out of a cohort: tables, and what did not.

use std::fmt;
use std::sync::Arc;

use radsurv_data::{ColumnOrder, FeatureTable};
use serde::{Deserialize, Serialize};

use super::case::ImageCase;
use super::extract::CaseOutcome;
use crate::error::{Error, Result};

/// The features of a cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageFeatures {
    /// Those of the tumours, under names that begin with `tumour_`, and of the rings around them (`ring_`), of the cases that
    /// are not left out, in their order. A value that could not be had is NaN; why is in `failures` or `undefined`.
    pub table: FeatureTable,
    /// The same features from the masks of the readers, a table per reading, of the cases in `table` that have it.
    pub readers: Vec<FeatureTable>,
    /// Mean apparent diffusion coefficient of the tumour in 10⁻³ mm²/s, for each case of `table`; NaN if there is none.
    pub adc: Vec<f64>,
    /// What failed, in the order of the cases.
    pub failures: Vec<CaseFailure>,
    /// Features without a value in regions that could be extracted.
    pub undefined: Vec<UndefinedFeature>,
    /// What the user should know, each once, with the number of masks it is about.
    pub notices: Vec<(String, usize)>,
    /// How long each case took, of all cases.
    pub times: Vec<CaseTime>,
}

/// What features are of, or failed to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The case: without its tumour it is left out.
    Case,
    /// The ring around the tumour: its features are NaN.
    Ring,
    /// The tumour as a reader saw it, from 0 on: the case is not in the reader's table.
    Reader(usize),
    /// The ring around that: its features are NaN in the reader's table.
    ReaderRing(usize),
    /// The diffusion: it is NaN.
    Adc,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case => f.write_str("case"),
            Self::Ring => f.write_str("ring"),
            Self::Reader(k) => write!(f, "reader {}", k + 1),
            Self::ReaderRing(k) => write!(f, "ring of reader {}", k + 1),
            Self::Adc => f.write_str("ADC"),
        }
    }
}

impl Part {
    /// The ring around a part.
    fn ring(self) -> Self {
        match self {
            Self::Reader(k) => Self::ReaderRing(k),
            _ => Self::Ring,
        }
    }
}

/// Something of a case that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFailure {
    /// The case.
    pub case_id: String,
    /// What of it.
    pub part: Part,
    /// Why.
    pub reason: String,
}

impl CaseFailure {
    /// Whether the case is left out for it.
    pub fn leaves_out(&self) -> bool {
        self.part == Part::Case
    }
}

/// A feature without a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndefinedFeature {
    /// The case.
    pub case_id: String,
    /// The reading, from 0 on; none for the mask of the case.
    pub reader: Option<usize>,
    /// The feature.
    pub feature: String,
    /// Why.
    pub reason: String,
}

/// How long a case took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseTime {
    /// The case.
    pub case_id: String,
    /// How long, on the wall. Cases that are worked on at once share the processors.
    pub seconds: f64,
    /// Whether all of it was found in the cache.
    pub found: bool,
}

/// A case that is finished, and how far the cohort is.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageProgress<'a> {
    /// The case.
    pub case_id: &'a str,
    /// What of it failed.
    pub failures: &'a [CaseFailure],
    /// How long it took.
    pub seconds: f64,
    /// Whether all of it was found in the cache.
    pub found: bool,
    /// Cases that are finished, with this one.
    pub done: usize,
    /// Those of them that were found in the cache, which take no time to speak of.
    pub done_found: usize,
    /// All cases.
    pub total: usize,
}

/// The features of the regions of a mask, under their names in the table. It is what the cache keeps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MaskFeatures {
    #[serde(with = "shared")]
    pub names: Arc<[String]>,
    pub values: Vec<f64>,
    /// Places of values that are undefined, with the reasons.
    pub undefined: Vec<(usize, String)>,
    /// Why there is no ring.
    pub ring_failure: Option<String>,
    pub notices: Vec<String>,
}

mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(names: &Arc<[String]>, serializer: S) -> Result<S::Ok, S::Error> {
        names[..].serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[String]>, D::Error> {
        Vec::<String>::deserialize(deserializer).map(Arc::from)
    }
}

impl MaskFeatures {
    /// Whether its parts fit together.
    pub fn is_whole(&self) -> bool {
        let n = self.names.len();
        self.values.len() == n && self.undefined.iter().all(|(place, _)| *place < n)
    }
}

impl CaseOutcome {
    /// What failed, in the order of the parts.
    pub fn failures(&self, case_id: &str) -> Vec<CaseFailure> {
        let failure =
            |part: Part, reason: &String| CaseFailure { case_id: case_id.to_string(), part, reason: reason.clone() };
        let mut failures = Vec::new();
        for (part, mask) in &self.masks {
            match mask {
                Err(reason) => failures.push(failure(*part, reason)),
                Ok(mask) => failures.extend(mask.ring_failure.as_ref().map(|reason| failure(part.ring(), reason))),
            }
        }
        if let Some(Err(reason)) = &self.adc {
            failures.push(failure(Part::Adc, reason));
        }
        failures
    }

    /// The features of a part.
    fn features(&self, wanted: Part) -> Option<&MaskFeatures> {
        let (_, mask) = self.masks.iter().find(|(part, _)| *part == wanted)?;
        mask.as_ref().ok()
    }
}

impl ImageFeatures {
    /// Puts the outcomes of cases together, in their order.
    pub(super) fn new(cases: &[ImageCase], outcomes: &[CaseOutcome]) -> Result<Self> {
        let all = || cases.iter().zip(outcomes);
        let failures: Vec<CaseFailure> = all().flat_map(|(case, outcome)| outcome.failures(&case.id)).collect();
        let kept: Vec<(&ImageCase, &CaseOutcome)> = all().filter(|(_, o)| o.features(Part::Case).is_some()).collect();
        if kept.is_empty() {
            let first = failures.first().map(|f| format!(": {}: {}", f.case_id, f.reason)).unwrap_or_default();
            return Err(Error::Cases(format!("none of {} cases has features{first}", cases.len())));
        }
        let columns = Columns::of(kept.iter().flat_map(|(_, o)| o.masks.iter().filter_map(|(_, m)| m.as_ref().ok())));
        let table = |part: Part| {
            columns.table(kept.iter().filter_map(|(case, outcome)| Some((case.id.as_str(), outcome.features(part)?))))
        };
        let readings = cases.iter().map(|case| case.readers.len()).max().unwrap_or(0);
        let mut whole = Self {
            table: table(Part::Case)?,
            readers: (0..readings).map(|k| table(Part::Reader(k))).collect::<Result<_>>()?,
            adc: kept
                .iter()
                .map(|(_, o)| o.adc.as_ref().and_then(|adc| adc.as_ref().ok()).map_or(f64::NAN, |v| *v))
                .collect(),
            failures,
            undefined: Vec::new(),
            notices: Vec::new(),
            times: all()
                .map(|(case, o)| CaseTime { case_id: case.id.clone(), seconds: o.seconds, found: o.found })
                .collect(),
        };
        for (case, outcome) in kept {
            outcome.notices.iter().for_each(|notice| whole.notice(notice));
            for (part, mask) in &outcome.masks {
                let Ok(mask) = mask else { continue };
                mask.notices.iter().for_each(|notice| whole.notice(notice));
                let reader = if let Part::Reader(k) = part { Some(*k) } else { None };
                whole.undefined.extend(mask.undefined.iter().map(|(place, reason)| UndefinedFeature {
                    case_id: case.id.clone(),
                    reader,
                    feature: mask.names[*place].clone(),
                    reason: reason.clone(),
                }));
            }
        }
        Ok(whole)
    }

    fn notice(&mut self, text: &str) {
        match self.notices.iter_mut().find(|(known, _)| known == text) {
            Some((_, count)) => *count += 1,
            None => self.notices.push((text.to_string(), 1)),
        }
    }

    /// The cases that are left out, with the reasons.
    pub fn left_out(&self) -> impl Iterator<Item = &CaseFailure> {
        self.failures.iter().filter(|failure| failure.leaves_out())
    }
}

/// The columns of all tables of a cohort. Nearly always all masks have the same.
struct Columns {
    order: ColumnOrder,
    /// For each list of names the places of its columns.
    places: Vec<(Arc<[String]>, Vec<usize>)>,
}

impl Columns {
    fn of<'a>(masks: impl Iterator<Item = &'a MaskFeatures>) -> Self {
        let mut lists: Vec<Arc<[String]>> = Vec::new();
        for mask in masks {
            if !lists.iter().any(|list| Arc::ptr_eq(list, &mask.names)) {
                lists.push(mask.names.clone());
            }
        }
        let mut order = ColumnOrder::default();
        lists.iter().for_each(|list| order.merge(list.iter().map(String::as_str)));
        let place = |list: &Arc<[String]>| list.iter().filter_map(|name| order.position(name)).collect();
        let places = lists.iter().map(|list| (list.clone(), place(list))).collect();
        Self { order, places }
    }

    fn table<'a>(&self, rows: impl Iterator<Item = (&'a str, &'a MaskFeatures)>) -> Result<FeatureTable> {
        let rows: Vec<(&str, &MaskFeatures)> = rows.collect();
        let names = self.order.names().to_vec();
        let mut columns = vec![vec![f64::NAN; rows.len()]; names.len()];
        for (r, (_, mask)) in rows.iter().enumerate() {
            let places = self.places.iter().find(|(list, _)| Arc::ptr_eq(list, &mask.names));
            let places = places.map_or(&[][..], |(_, places)| places);
            places.iter().zip(&mask.values).for_each(|(&place, value)| columns[place][r] = *value);
        }
        Ok(FeatureTable::new(rows.iter().map(|(id, _)| id.to_string()).collect(), names, columns)?)
    }
}
