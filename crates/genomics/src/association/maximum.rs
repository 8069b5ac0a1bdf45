//! The largest correlation of all pairs under permutations.

use nalgebra::{DMatrix, DVector};
use radsurv_stats::random::Random;
use rayon::prelude::*;

use super::columns::Model;
use super::input::Input;
use super::{AssociationSettings, Maximum};

/// Rounding between correlations that are equal.
const EQUAL: f64 = 1e-12;

/// None if no permutations are asked for, too few samples lack no value, or no gene or feature varies among these.
pub(super) fn maximum(input: &Input, settings: &AssociationSettings, needed: usize) -> Option<Maximum> {
    if settings.permutations == 0 {
        return None;
    }
    let columns = || input.genes.iter().chain(&input.features).map(|(_, column)| column);
    let rows: Vec<usize> = (0..input.samples).filter(|&row| columns().all(|column| !column[row].is_nan())).collect();
    if rows.len() < needed {
        return None;
    }
    let some = |column: &[f64]| -> Vec<f64> { rows.iter().map(|&row| column[row]).collect() };
    let confounders: Vec<Vec<f64>> = input.confounders.iter().map(|column| some(column)).collect();
    let model = Model::new(&confounders, rows.len(), settings.method);
    let units = |columns: &[(String, Vec<f64>)]| {
        let units: Vec<DVector<f64>> =
            columns.iter().filter_map(|(_, column)| model.unit(&some(column)).ok()).map(DVector::from_vec).collect();
        if units.is_empty() { None } else { Some(DMatrix::from_columns(&units)) }
    };
    let (genes, features) = (units(&input.genes)?, units(&input.features)?);
    let basis = model.basis();
    // A product of whole matrices is in blocks; one with a transposed matrix would be pair by pair.
    let genes = genes.transpose();
    let observed = (&genes * &features).amax().min(1.0);
    let of_permutation = |permutation: usize| {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        Random::new(settings.seed, permutation as u64).shuffle(&mut order);
        let moved = features.select_rows(&order);
        let mut products = &genes * &moved;
        if let Some(basis) = &basis {
            // Genes are free of the confounders already: only the lengths of the features change by taking them out again.
            let explained = basis.tr_mul(&moved);
            for (mut column, explained) in products.column_iter_mut().zip(explained.column_iter()) {
                let left = (1.0 - explained.norm_squared()).max(0.0).sqrt();
                // Of a feature that the confounders explain in this order there is no correlation.
                if left < EQUAL { column.fill(0.0) } else { column /= left }
            }
        }
        products.amax().min(1.0)
    };
    let null: Vec<f64> = (0..settings.permutations).into_par_iter().map(of_permutation).collect();
    let mut sorted = null.clone();
    sorted.sort_by(f64::total_cmp);
    Some(Maximum { samples: rows.len(), observed, p_value: p_value(&sorted, observed), null })
}

/// The part of the ascending values of chance that is not below one, itself counted.
pub(super) fn p_value(null: &[f64], value: f64) -> f64 {
    let below = null.partition_point(|chance| *chance < value - EQUAL);
    (1 + null.len() - below) as f64 / (1 + null.len()) as f64
}
