//! Boosting with one feature at a time.
//!
//! In each round the response is regressed on each feature alone, *b_j = sum w (x_j - c_j) z / sum w (x_j - c_j)^2* with the mean
//! *c_j* of the training cases, and the feature that lowers the sum of squares most is taken, with the learning rate times its
//! coefficient. What comes out is a linear model of few features, shrunken by the number of rounds.
//!
//! Source: Hothorn, Bühlmann, Dudoit, Molinaro and van der Laan: Survival ensembles, Biostatistics 7 (2006) 355-373; Bühlmann and
//! Yu: Boosting with the L2 loss, Journal of the American Statistical Association 98 (2003) 324-339 (section 4).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A feature that was taken in a round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearTerm {
    /// The place of the feature.
    pub feature: usize,
    /// What is added to the score: this times the feature less its centre.
    pub coefficient: f64,
    /// The centre: the mean of the training cases, or 0.
    pub centre: f64,
    /// What the sum of squares of the response was lowered by.
    pub improvement: f64,
}

/// The features of the training cases.
pub(super) struct Features {
    /// Less their centres.
    columns: Vec<Vec<f64>>,
    centres: Vec<f64>,
}

impl Features {
    pub(super) fn new(columns: &[Vec<f64>], weights: Option<&[f64]>, centre: bool) -> Self {
        let weight = |case: usize| weights.map_or(1.0, |w| w[case]);
        let total: f64 = (0..columns.first().map_or(0, Vec::len)).map(weight).sum();
        let mean = |column: &Vec<f64>| match centre {
            true => column.iter().enumerate().map(|(i, x)| weight(i) / total * x).sum(),
            false => 0.0,
        };
        let centres: Vec<f64> = columns.iter().map(mean).collect();
        let less = |(column, centre): (&Vec<f64>, &f64)| column.iter().map(|x| x - centre).collect();
        Self { columns: columns.iter().zip(&centres).map(less).collect(), centres }
    }

    /// The best feature for a weighted response of some cases, if there is any; the first of equal ones.
    pub(super) fn best(
        &self,
        response: &[f64],
        weights: Option<&[f64]>,
        inside: &[u32],
        learning_rate: f64,
    ) -> Option<LinearTerm> {
        let term = |feature: usize| {
            let column = &self.columns[feature];
            let (mut product, mut square) = (0.0, 0.0);
            for &case in inside {
                let x = column[case as usize];
                product += x * response[case as usize];
                square += x * x * weights.map_or(1.0, |w| w[case as usize]);
            }
            let (centre, improvement) = (self.centres[feature], product * product / square);
            let term = LinearTerm { feature, coefficient: learning_rate * product / square, centre, improvement };
            (improvement > 0.0 && term.coefficient.is_finite()).then_some(term)
        };
        let terms: Vec<Option<LinearTerm>> = (0..self.columns.len()).into_par_iter().map(term).collect();
        let better = |best: Option<LinearTerm>, term: LinearTerm| match best {
            Some(best) if best.improvement >= term.improvement => Some(best),
            _ => Some(term),
        };
        terms.into_iter().flatten().fold(None, better)
    }
}

/// Adds a term to the scores of cases.
pub(super) fn add(predictions: &mut [f64], term: &LinearTerm, columns: &[Vec<f64>]) {
    for (prediction, x) in predictions.iter_mut().zip(&columns[term.feature]) {
        *prediction += term.coefficient * (x - term.centre);
    }
}
