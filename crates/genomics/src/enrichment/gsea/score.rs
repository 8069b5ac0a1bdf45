//! The running score of a set along a ranking, and its extremes.

use serde::{Deserialize, Serialize};

/// Extremes this close, as a part of them, are as far from 0.
const TIE: f64 = 1e-12;

/// Which extreme of the running score is the enrichment score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScoreType {
    /// The one further from 0, with its sign; 0 if both are as far.
    #[default]
    Both,
    /// The highest: only sets high in the ranking are sought.
    Positive,
    /// The lowest: only sets low in the ranking are sought.
    Negative,
}

impl ScoreType {
    /// The score, of the highest and the lowest value. Rounding does not decide between equal ones.
    #[inline]
    pub(super) fn of(self, top: f64, bottom: f64) -> f64 {
        match self {
            Self::Positive => top,
            Self::Negative => bottom,
            Self::Both if (top + bottom).abs() <= TIE * top.max(-bottom) => 0.0,
            Self::Both if top > -bottom => top,
            Self::Both => bottom,
        }
    }
}

impl ScoreType {
    /// Whether scores above this one are more extreme.
    #[inline]
    pub(super) fn upper(self, score: f64) -> bool {
        match self {
            Self::Both => score >= 0.0,
            one => one == Self::Positive,
        }
    }
}

/// The extremes of a running score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extremes {
    pub(super) top: f64,
    /// The first hit at which it is reached.
    pub(super) top_at: usize,
    pub(super) bottom: f64,
    /// The first hit before which it is reached.
    pub(super) bottom_at: usize,
}

/// Visits the running score just before and at each hit.
pub(super) fn walk(weights: &[f64], hits: &[u32], mut visit: impl FnMut(usize, f64, f64)) {
    let sum: f64 = hits.iter().map(|&hit| weights[hit as usize]).sum();
    let others = (weights.len() - hits.len()) as f64;
    let mut up = 0.0;
    for (i, &hit) in hits.iter().enumerate() {
        let down = (hit as usize - i) as f64 / others;
        let before = up / sum - down;
        up += weights[hit as usize];
        visit(i, before, up / sum - down);
    }
}

pub(super) fn extremes(weights: &[f64], hits: &[u32]) -> Extremes {
    let mut out = Extremes { top: f64::NEG_INFINITY, top_at: 0, bottom: f64::INFINITY, bottom_at: 0 };
    walk(weights, hits, |i, before, at| {
        if at > out.top {
            (out.top, out.top_at) = (at, i);
        }
        if before < out.bottom {
            (out.bottom, out.bottom_at) = (before, i);
        }
    });
    out
}

/// The hits that make the score, from the end of the ranking inwards; none of a score of 0 that has no side.
pub(super) fn leading_edge(score: ScoreType, extremes: &Extremes, hits: &[u32]) -> Vec<u32> {
    let up = || hits[..=extremes.top_at].to_vec();
    let down = || hits[extremes.bottom_at..].iter().rev().copied().collect();
    match score {
        ScoreType::Positive => up(),
        ScoreType::Negative => down(),
        ScoreType::Both => match score.of(extremes.top, extremes.bottom) {
            es if es > 0.0 => up(),
            es if es < 0.0 => down(),
            _ => Vec::new(),
        },
    }
}
