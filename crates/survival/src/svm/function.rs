//! What a survival SVM has learned: a function of features that is larger for longer times.

use radsurv_data::FeatureTable;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::gram::{dot, of_product, rows};
use super::settings::Kernel;
use crate::error::Result;
use crate::input;

/// A learned function, in the units of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Function {
    /// *sum_j w_j (x_j - mean_j)*.
    Linear { coefficients: Vec<f64>, means: Vec<f64>, deviations: Vec<f64> },
    /// A line in pieces for each feature.
    Additive { features: Vec<Piecewise> },
    /// *sum_l weight_l K(x, z_l)*.
    Vectors { kernel: Kernel, means: Vec<f64>, deviations: Vec<f64>, weights: Vec<f64>, vectors: Vec<Vec<f64>> },
}

/// A function of a feature that is a line between places, and goes on as it ends. Its outer places are a range beyond the training
/// cases: outside of these it is flat if their weights add up to 0, as they do where an intercept or pairs are learned.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piecewise {
    /// Values of the feature, ascending.
    pub places: Vec<f64>,
    /// The function there; its mean over the training cases is 0.
    pub values: Vec<f64>,
    /// Its standard deviation over the training cases.
    pub deviation: f64,
}

/// Means and standard deviations of columns; where a column has one value the deviation is 0.
pub(super) struct Moments {
    pub(super) means: Vec<f64>,
    pub(super) deviations: Vec<f64>,
}

impl Moments {
    /// Of weighted cases.
    pub(super) fn new(columns: &[Vec<f64>], weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let of = |column: &Vec<f64>| {
            let weighted =
                |f: &dyn Fn(f64) -> f64| column.iter().zip(weights).map(|(v, w)| w * f(*v)).sum::<f64>() / total;
            let varies = column.iter().any(|v| *v != column[0]);
            let mean = weighted(&|v| v);
            (mean, if varies { weighted(&|v| (v - mean) * (v - mean)).sqrt() } else { 0.0 })
        };
        let (means, deviations) = columns.par_iter().map(of).collect::<Vec<_>>().into_iter().unzip();
        Self { means, deviations }
    }

    /// Standardised columns; those of one value are 0.
    pub(super) fn standardised<C: AsRef<[f64]> + Sync>(&self, columns: &[C]) -> Vec<Vec<f64>> {
        let of = |(j, column): (usize, &C)| {
            let (mean, deviation) = (self.means[j], self.deviations[j]);
            let scaled = |v: &f64| if deviation > 0.0 { (v - mean) / deviation } else { 0.0 };
            column.as_ref().iter().map(scaled).collect()
        };
        columns.par_iter().enumerate().map(of).collect()
    }
}

impl Function {
    /// The function of cases with these weights in their space. `columns` are those of the table.
    pub(super) fn new(
        kernel: Kernel,
        columns: &[Vec<f64>],
        moments: Moments,
        weights: &[f64],
        case_weights: &[f64],
    ) -> Self {
        let Moments { means, deviations } = moments;
        match kernel {
            Kernel::Linear => {
                let standardised =
                    Moments { means: means.clone(), deviations: deviations.clone() }.standardised(columns);
                let coefficient = |(column, deviation): (&Vec<f64>, &f64)| match *deviation > 0.0 {
                    true => dot(column, weights) / deviation,
                    false => 0.0,
                };
                let coefficients = standardised.iter().zip(&deviations).map(coefficient).collect();
                Self::Linear { coefficients, means, deviations }
            }
            Kernel::Additive => {
                let of = |column: &Vec<f64>| Piecewise::new(column, weights, case_weights);
                Self::Additive { features: columns.par_iter().map(of).collect() }
            }
            kernel => {
                let rows =
                    rows(&Moments { means: means.clone(), deviations: deviations.clone() }.standardised(columns));
                let kept = rows.into_iter().zip(weights).filter(|(_, weight)| **weight != 0.0);
                let (vectors, weights) = kept.map(|(row, weight)| (row, *weight)).unzip();
                Self::Vectors { kernel, means, deviations, weights, vectors }
            }
        }
    }

    /// Whether each feature makes a difference.
    pub(super) fn uses(&self) -> Vec<bool> {
        match self {
            Self::Linear { coefficients, .. } => coefficients.iter().map(|c| *c != 0.0).collect(),
            Self::Additive { features } => features.iter().map(|f| f.values.iter().any(|v| *v != 0.0)).collect(),
            Self::Vectors { deviations, .. } => deviations.iter().map(|d| *d > 0.0).collect(),
        }
    }

    /// Its value for each case; `names` are all features.
    ///
    /// # Errors
    /// As [`input::columns`].
    pub(super) fn predict(&self, names: &[String], features: &FeatureTable) -> Result<Vec<f64>> {
        let used: Vec<usize> = self.uses().iter().enumerate().filter(|(_, used)| **used).map(|(j, _)| j).collect();
        let needed: Vec<&str> = used.iter().map(|&j| names[j].as_str()).collect();
        let columns = input::columns(features, &needed)?;
        let mut out = vec![0.0; features.cases()];
        match self {
            Self::Linear { .. } | Self::Additive { .. } => {
                for (&j, column) in used.iter().zip(columns) {
                    out.iter_mut().zip(column).for_each(|(out, x)| *out += self.term(j, *x));
                }
            }
            Self::Vectors { kernel, means, deviations, weights, vectors } => {
                let standardised = |row: Vec<f64>| {
                    let scaled = used.iter().zip(row).map(|(&j, x)| (x - means[j]) / deviations[j]);
                    scaled.collect::<Vec<f64>>()
                };
                let only = |vector: &Vec<f64>| used.iter().map(|&j| vector[j]).collect::<Vec<f64>>();
                let vectors: Vec<Vec<f64>> = vectors.iter().map(only).collect();
                let squares: Vec<f64> = vectors.iter().map(|z| dot(z, z)).collect();
                let value = |row: Vec<f64>| {
                    let x = standardised(row);
                    let square = dot(&x, &x);
                    let of = |((z, weight), length): ((&Vec<f64>, &f64), &f64)| {
                        weight * of_product(*kernel, dot(&x, z), square, *length)
                    };
                    vectors.iter().zip(weights).zip(&squares).map(of).sum::<f64>()
                };
                out = rows(&columns).into_par_iter().map(value).collect();
                out.resize(features.cases(), 0.0);
            }
        }
        Ok(out)
    }

    /// What a feature adds, if the function is a sum over features: 0 in the mean over the training cases.
    pub(super) fn term(&self, feature: usize, x: f64) -> f64 {
        match self {
            Self::Linear { coefficients, means, .. } => coefficients[feature] * (x - means[feature]),
            Self::Additive { features } => features[feature].at(x),
            Self::Vectors { .. } => 0.0,
        }
    }

    /// How much each feature counts: the coefficient of the standardised feature, without its sign; the standard deviation of what it
    /// contributes; the root mean square of the derivative by the standardised feature at the support vectors. All three are the
    /// same for a linear function of about normal features.
    pub(super) fn importance(&self) -> Vec<f64> {
        match self {
            Self::Linear { coefficients, deviations, .. } => {
                coefficients.iter().zip(deviations).map(|(c, d)| (c * d).abs()).collect()
            }
            Self::Additive { features } => features.iter().map(|f| f.deviation).collect(),
            Self::Vectors { kernel, weights, vectors, .. } => {
                let squares: Vec<f64> = vectors.iter().map(|z| dot(z, z)).collect();
                let p = vectors.first().map_or(0, Vec::len);
                let gradient = |i: usize| {
                    let mut slope = vec![0.0; p];
                    for (l, z) in vectors.iter().enumerate() {
                        let product = dot(&vectors[i], z);
                        // The derivative is *along z - at x*, times a factor each.
                        let (along, at) = match kernel {
                            Kernel::Polynomial { degree, offset, scale } => {
                                let scale = scale.unwrap_or(1.0);
                                let power = (scale * product + offset).powi((*degree).clamp(1, 100) as i32 - 1);
                                (f64::from(*degree) * scale * power, 0.0)
                            }
                            Kernel::Rbf { variance } => {
                                let value =
                                    of_product(*kernel, product, squares[i], squares[l]) / variance.unwrap_or(1.0);
                                (value, value)
                            }
                            Kernel::Linear | Kernel::Additive => (1.0, 0.0),
                        };
                        for (slope, (z, x)) in slope.iter_mut().zip(z.iter().zip(&vectors[i])) {
                            *slope += weights[l] * (along * z - at * x);
                        }
                    }
                    slope
                };
                let slopes: Vec<Vec<f64>> = (0..vectors.len()).into_par_iter().map(gradient).collect();
                let mean = |j: usize| slopes.iter().map(|s| s[j] * s[j]).sum::<f64>() / vectors.len().max(1) as f64;
                (0..p).map(|j| mean(j).sqrt()).collect()
            }
        }
    }

    /// Whether its parts fit to so many features.
    pub(super) fn fits(&self, count: usize) -> bool {
        match self {
            Self::Linear { coefficients, means, deviations } => {
                [coefficients, means, deviations].iter().all(|v| v.len() == count)
            }
            Self::Additive { features } => {
                let fits = |f: &Piecewise| f.places.len() == f.values.len() && f.places.is_sorted();
                features.len() == count && features.iter().all(fits)
            }
            Self::Vectors { means, deviations, weights, vectors, .. } => {
                let lengths = means.len() == count && deviations.len() == count && weights.len() == vectors.len();
                lengths && vectors.iter().all(|v| v.len() == count)
            }
        }
    }
}

impl Piecewise {
    /// *sum_l weight_l (1 - |x - x_l| / range)*, less its mean.
    fn new(column: &[f64], weights: &[f64], case_weights: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..column.len()).collect();
        order.sort_by(|a, b| column[*a].total_cmp(&column[*b]));
        let (Some(&first), Some(&last)) = (order.first(), order.last()) else { return Self::default() };
        let range = column[last] - column[first];
        if range <= 0.0 || range.is_nan() {
            return Self::default();
        }
        let all: f64 = weights.iter().sum();
        let mut sum: f64 = column.iter().zip(weights).map(|(x, w)| w * (1.0 - (x - column[first]) / range)).sum();
        let (mut below, mut place) = (0.0, column[first]);
        // All cases are on one side beyond the ends, so that the sum falls by their weights within a range.
        let (mut places, mut values) = (vec![place - range], vec![sum - all]);
        let mut at = vec![0.0; column.len()];
        for (k, &case) in order.iter().enumerate() {
            sum += (column[case] - place) / range * (all - 2.0 * below);
            place = column[case];
            at[case] = sum;
            // The line bends where a weight is, and at the ends.
            if weights[case] != 0.0 || k == 0 || k + 1 == order.len() {
                if places.last() == Some(&place) {
                    values.pop();
                    places.pop();
                }
                places.push(place);
                values.push(sum);
            }
            below += weights[case];
        }
        places.push(place + range);
        values.push(sum - all);
        let total: f64 = case_weights.iter().sum();
        let mean = at.iter().zip(case_weights).map(|(v, w)| w * v).sum::<f64>() / total;
        let square = at.iter().zip(case_weights).map(|(v, w)| w * (v - mean) * (v - mean)).sum::<f64>() / total;
        values.iter_mut().for_each(|v| *v -= mean);
        Self { places, values, deviation: square.sqrt() }
    }

    /// Its value.
    pub fn at(&self, x: f64) -> f64 {
        let count = self.places.len();
        if count < 2 {
            return self.values.first().copied().unwrap_or(0.0);
        }
        let k = self.places.partition_point(|place| *place <= x).clamp(1, count - 1);
        let ([from, to], [low, high]) = ([self.places[k - 1], self.places[k]], [self.values[k - 1], self.values[k]]);
        low + (x - from) / (to - from) * (high - low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svm::gram::Gram;

    #[test]
    fn predictions_of_training_cases_are_products_with_the_kernel() {
        let (n, p) = (30, 4);
        // With ties, and a column of one value.
        let value = |i: usize, j: usize| {
            if j == 2 { 3.0 } else { ((i * i * (j + 3) + 7 * i) % 23) as f64 * 10f64.powi(j as i32) }
        };
        let columns: Vec<Vec<f64>> = (0..p).map(|j| (0..n).map(|i| value(i, j)).collect()).collect();
        let names: Vec<String> = (0..p).map(|j| format!("f{j}")).collect();
        let ids = (0..n).map(|i| format!("P{i}")).collect();
        let table = FeatureTable::new(ids, names.clone(), columns.clone()).unwrap();
        let weights: Vec<f64> = (0..n).map(|i| if i % 3 == 0 { 0.0 } else { (i % 7) as f64 - 3.0 }).collect();
        let case_weights: Vec<f64> = (0..n).map(|i| 1.0 + (i % 2) as f64).collect();
        for kernel in [
            Kernel::Linear,
            Kernel::Additive,
            Kernel::Polynomial { degree: 3, offset: 1.0, scale: Some(0.5) },
            Kernel::Rbf { variance: Some(2.0) },
        ] {
            let moments = Moments::new(&columns, &case_weights);
            let scores = Gram::new(kernel, moments.standardised(&columns)).times(&weights);
            let function = Function::new(kernel, &columns, moments, &weights, &case_weights);
            assert_eq!(function.uses(), [true, true, false, true]);
            assert!(function.fits(p) && !function.fits(p + 1));
            let found = function.predict(&names, &table).unwrap();
            let mean = |values: &[f64]| values.iter().zip(&case_weights).map(|(v, w)| v * w).sum::<f64>() / 45.0;
            let shift = if kernel == Kernel::Additive { mean(&scores) } else { 0.0 };
            let size = scores.iter().fold(0.0f64, |a, b| a.max(b.abs()));
            for (a, b) in found.iter().zip(&scores) {
                assert!((a + shift - b).abs() < 1e-12 * size, "{kernel:?}: {a} {b}");
            }
            if let Function::Additive { features } = &function {
                assert!(mean(&found).abs() < 1e-12 * size && features[0].places.len() > 3);
            }
        }
    }

    #[test]
    fn an_additive_function_is_that_of_the_kernel_beyond_the_training_cases_too() {
        let column = [2.0, 9.0, 4.0, 4.0, 7.0, 3.0];
        for weights in [[0.5, -0.3, 0.0, 0.25, -0.7, 0.25], [0.5, 0.3, 0.0, -0.1, 0.0, 0.2]] {
            let function = Piecewise::new(&column, &weights, &[1.0; 6]);
            let sum = |x: f64| column.iter().zip(weights).map(|(z, w)| w * (1.0 - (x - z).abs() / 7.0)).sum::<f64>();
            let mean = column.iter().map(|x| sum(*x)).sum::<f64>() / 6.0;
            for x in [-40.0, -5.0, 0.0, 2.0, 3.5, 8.0, 9.0, 11.0, 16.0, 99.0] {
                assert!((function.at(x) + mean - sum(x)).abs() < 1e-12, "{x}");
            }
        }
    }

    #[test]
    fn importance_of_kernels_is_that_of_numeric_derivatives() {
        let vectors = vec![vec![0.3, -1.0], vec![1.2, 0.4], vec![-0.7, 2.0]];
        let weights = vec![0.5, -1.5, 0.8];
        for kernel in
            [Kernel::Polynomial { degree: 3, offset: 0.7, scale: Some(0.4) }, Kernel::Rbf { variance: Some(1.7) }]
        {
            let (means, deviations) = (vec![0.0; 2], vec![1.0; 2]);
            let function =
                Function::Vectors { kernel, means, deviations, weights: weights.clone(), vectors: vectors.clone() };
            let names = ["a".to_string(), "b".to_string()];
            let at = |x: &[f64]| {
                let columns = x.iter().map(|v| vec![*v]).collect();
                let table = FeatureTable::new(vec!["P".into()], names.to_vec(), columns).unwrap();
                function.predict(&names, &table).unwrap()[0]
            };
            for (j, found) in function.importance().into_iter().enumerate() {
                let slope = |z: &Vec<f64>| {
                    let (mut low, mut high) = (z.clone(), z.clone());
                    low[j] -= 1e-5;
                    high[j] += 1e-5;
                    (at(&high) - at(&low)) / 2e-5
                };
                let expected = (vectors.iter().map(|z| slope(z).powi(2)).sum::<f64>() / 3.0).sqrt();
                assert!((found - expected).abs() < 1e-7 * expected, "{kernel:?} {found} {expected}");
            }
        }
    }
}
