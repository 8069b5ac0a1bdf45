//! The items and their points.

use serde::Serialize;

use super::RqsAnswer;
use crate::quality::Item;

/// Something that gives points within an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its key in files.
    pub id: &'static str,
    /// What is done.
    pub text: &'static str,
    /// The points for it.
    pub points: i32,
}

/// How an item is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scoring {
    /// By yes or no.
    YesNo {
        /// Points of a yes.
        yes: i32,
        /// Points of a no.
        no: i32,
    },
    /// By all parts that apply, together.
    Sum(&'static [Part]),
    /// By the best of the parts that apply.
    Best {
        /// The parts.
        parts: &'static [Part],
        /// Points if none applies.
        none: i32,
    },
}

/// An item with its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RqsItem {
    /// The question.
    pub item: Item,
    /// Its points.
    pub scoring: Scoring,
}

const YES_1: Scoring = Scoring::YesNo { yes: 1, no: 0 };
const YES_2: Scoring = Scoring::YesNo { yes: 2, no: 0 };

const fn part(id: &'static str, text: &'static str, points: i32) -> Part {
    Part { id, text, points }
}

const fn item(number: u8, id: &'static str, title: &'static str, text: &'static str, scoring: Scoring) -> RqsItem {
    RqsItem { item: Item { number, id, title, text }, scoring }
}

const RESAMPLED: [Part; 2] = [
    part("reported", "a statistic with its uncertainty (p-value or limits)", 1),
    part("resampled", "resampling as well (bootstrap, cross-validation)", 1),
];

/// The items in their order.
pub const ITEMS: [RqsItem; 16] = [
    item(
        1,
        "image_protocol",
        "Image protocol quality",
        "The acquisition can be repeated by others.",
        Scoring::Sum(&[
            part("documented", "protocols are well documented", 1),
            part("public", "a public protocol is used", 1),
        ]),
    ),
    item(
        2,
        "multiple_segmentations",
        "Multiple segmentations",
        "Features are tested for robustness to segmentation: by several readers, algorithms, perturbed contours or breathing phases.",
        YES_1,
    ),
    item(
        3,
        "phantom_study",
        "Phantom study on all scanners",
        "Differences between scanners and vendors are found with a phantom, and features tested for them.",
        YES_1,
    ),
    item(
        4,
        "multiple_time_points",
        "Imaging at multiple time points",
        "Patients are imaged again, and features tested for robustness to motion and change of shape.",
        YES_1,
    ),
    item(
        5,
        "feature_reduction",
        "Feature reduction or adjustment for multiple testing",
        "Either of them, against overfitting.",
        Scoring::YesNo { yes: 3, no: -3 },
    ),
    item(
        6,
        "non_radiomics_features",
        "Multivariable analysis with other features",
        "A model with clinical or molecular features beside the radiomic ones.",
        YES_1,
    ),
    item(
        7,
        "biological_correlates",
        "Biological correlates",
        "Relations of features to biology are shown and discussed.",
        YES_1,
    ),
    item(
        8,
        "cut_off",
        "Cut-off analyses",
        "Risk groups by the median or a published cut-off, or a continuous risk; not by a cut-off sought on the cases.",
        YES_1,
    ),
    item(
        9,
        "discrimination",
        "Discrimination statistics",
        "C statistic, ROC curve, area under it.",
        Scoring::Sum(&RESAMPLED),
    ),
    item(
        10,
        "calibration",
        "Calibration statistics",
        "Calibration in the large, slope, plots.",
        Scoring::Sum(&RESAMPLED),
    ),
    item(
        11,
        "prospective",
        "Prospective study in a trial database",
        "The signature is validated prospectively in an appropriate registered trial.",
        Scoring::YesNo { yes: 7, no: 0 },
    ),
    item(
        12,
        "validation",
        "Validation",
        "Without fitting again and without another cut-off. The best that applies counts.",
        Scoring::Best {
            parts: &[
                part("same_institute", "a data set of the same institute", 2),
                part("another_institute", "a data set of another institute", 3),
                part("two_institutes", "two data sets of two institutes", 4),
                part("published_signature", "it validates a signature that was published before", 4),
                part("three_institutes", "three data sets or more of different institutes", 5),
            ],
            none: -5,
        },
    ),
    item(
        13,
        "gold_standard",
        "Comparison with the gold standard",
        "Agreement with, or superiority to, the current standard (such as TNM stage for survival).",
        YES_2,
    ),
    item(
        14,
        "clinical_utility",
        "Potential clinical utility",
        "The use in the clinic is reported on (such as by decision curves).",
        YES_2,
    ),
    item(
        15,
        "cost_effectiveness",
        "Cost-effectiveness analysis",
        "Cost-effectiveness of the use in the clinic is reported on (such as by QALYs).",
        YES_1,
    ),
    item(
        16,
        "open_science",
        "Open science and data",
        "What is public.",
        Scoring::Sum(&[
            part("scans", "the scans", 1),
            part("segmentations", "the segmentations", 1),
            part("code", "the code", 1),
            part("features", "features of representative regions, with these regions", 1),
        ]),
    ),
];

impl Scoring {
    /// The most and the least points.
    pub fn range(&self) -> std::ops::RangeInclusive<i32> {
        match *self {
            Self::YesNo { yes, no } => no..=yes,
            Self::Sum(parts) => 0..=parts.iter().map(|p| p.points).sum(),
            Self::Best { parts, none } => none..=parts.iter().map(|p| p.points).max().unwrap_or(none),
        }
    }

    pub(super) fn parts(&self) -> &'static [Part] {
        match *self {
            Self::YesNo { .. } => &[],
            Self::Sum(parts) | Self::Best { parts, .. } => parts,
        }
    }

    /// The points of an answer that [`Rqs::set`](super::Rqs::set) accepted.
    pub(super) fn points(&self, answer: &RqsAnswer) -> i32 {
        let of = |ids: &[String]| -> Vec<i32> {
            self.parts().iter().filter(|p| ids.iter().any(|id| id == p.id)).map(|p| p.points).collect()
        };
        match (*self, answer) {
            (Self::YesNo { yes, .. }, RqsAnswer::YesNo(true)) => yes,
            (Self::YesNo { no, .. }, _) => no,
            (Self::Sum(_), RqsAnswer::Parts(ids)) => of(ids).iter().sum(),
            (Self::Best { none, .. }, RqsAnswer::Parts(ids)) => of(ids).into_iter().max().unwrap_or(none),
            (Self::Sum(_), _) => 0,
            (Self::Best { none, .. }, _) => none,
        }
    }
}
