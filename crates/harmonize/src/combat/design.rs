//! The columns of the linear model: an indicator per batch and the covariates to preserve.
//!
//! The batch indicators are orthogonal, so they need not be written down: taking the mean of each batch out of the
//! covariates and of the feature leaves a regression on the covariates alone (Frisch, Waugh, *Econometrica* 1, 1933,
//! p. 387), whose coefficients are those of the whole model.

use radsurv_data::{Covariate, Covariates, Groups};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The squares of larger numbers are beyond the range of numbers.
const LARGEST: f64 = 1e150;

/// A covariate as it enters the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CovariateCode {
    /// Its name.
    pub name: String,
    /// Its groups if it has any: treatment contrasts, an indicator of every level but the first. Of numbers `None`: a
    /// column of the values.
    pub levels: Option<Vec<String>>,
}

impl CovariateCode {
    /// The code of a covariate of training cases.
    pub(super) fn learn(covariates: &Covariates, name: &str, case_ids: &[String]) -> Result<Self> {
        let bad = |what: &str, cases: Vec<String>| {
            Err(Error::Covariate { name: name.to_string(), what: what.to_string(), cases })
        };
        let covariate = covariates.get(name)?;
        let places = |is: &dyn Fn(usize) -> bool| -> Vec<String> {
            case_ids.iter().enumerate().filter(|(case, _)| is(*case)).map(|(_, id)| id.clone()).collect()
        };
        let missing = match covariate {
            Covariate::Number(values) => places(&|case| values[case].is_nan()),
            Covariate::Category(groups) => places(&|case| groups.codes()[case].is_none()),
        };
        if !missing.is_empty() {
            return bad("is missing", missing);
        }
        let (constant, levels) = match covariate {
            Covariate::Number(values) => {
                let large = places(&|case| values[case].abs() > LARGEST);
                if !large.is_empty() {
                    return bad("is infinite or too large", large);
                }
                (values.windows(2).all(|w| w[0] == w[1]), None)
            }
            Covariate::Category(groups) => (groups.levels().len() < 2, Some(groups.levels().to_vec())),
        };
        if constant {
            return Err(Error::ConstantCovariate { name: name.to_string() });
        }
        Ok(Self { name: name.to_string(), levels })
    }

    /// The names of its columns: `age`, `stage: III`.
    pub(super) fn column_names(&self) -> Vec<String> {
        match &self.levels {
            None => vec![self.name.clone()],
            Some(levels) => levels.iter().skip(1).map(|level| format!("{}: {level}", self.name)).collect(),
        }
    }

    /// Its columns for some cases; rows that are not `needed` are 0 and may lack it.
    pub(super) fn encode(
        &self,
        covariates: &Covariates,
        case_ids: &[String],
        needed: &[bool],
    ) -> Result<Vec<Vec<f64>>> {
        match (&self.levels, covariates.get(&self.name)?) {
            (None, Covariate::Number(values)) => {
                self.check("is missing", case_ids, needed, |case| values[case].is_nan())?;
                self.check("is infinite or too large", case_ids, needed, |case| values[case].abs() > LARGEST)?;
                Ok(vec![values.iter().zip(needed).map(|(v, needed)| if *needed { *v } else { 0.0 }).collect()])
            }
            (None, Covariate::Category(groups)) => {
                let what = format!(
                    "is text ({}), but was a number when the model was fitted, as it is not",
                    list_levels(groups)
                );
                self.check(&what, case_ids, needed, |case| groups.codes()[case].is_some())?;
                self.check("is missing", case_ids, needed, |_| true)?;
                Ok(vec![vec![0.0; needed.len()]])
            }
            (Some(levels), _) => {
                // Groups named by numbers may have been read as numbers here.
                let groups = covariates.groups(&self.name)?;
                self.check("is missing", case_ids, needed, |case| groups.label(case).is_none())?;
                for level in groups.levels().iter().filter(|level| !levels.contains(level)) {
                    let what = format!(
                        "has the level {level}, which no case had that the model was fitted on (those were {})",
                        levels.join(", ")
                    );
                    self.check(&what, case_ids, needed, |case| groups.label(case) == Some(level))?;
                }
                let indicator = |level: &String| -> Vec<f64> {
                    let is = |(case, needed): (usize, &bool)| {
                        if *needed && groups.label(case) == Some(level) { 1.0 } else { 0.0 }
                    };
                    needed.iter().enumerate().map(is).collect()
                };
                Ok(levels.iter().skip(1).map(indicator).collect())
            }
        }
    }

    fn check(&self, what: &str, case_ids: &[String], needed: &[bool], bad: impl Fn(usize) -> bool) -> Result<()> {
        let cases: Vec<String> =
            (0..case_ids.len()).filter(|&case| needed[case] && bad(case)).map(|case| case_ids[case].clone()).collect();
        if cases.is_empty() {
            return Ok(());
        }
        Err(Error::Covariate { name: self.name.clone(), what: what.to_string(), cases })
    }
}

fn list_levels(groups: &Groups) -> String {
    radsurv_data::list(groups.levels())
}

/// Covariates with the mean of each batch taken out, as an orthonormal basis `q` and a triangle `r`.
#[derive(Debug, Clone)]
pub(super) struct Within {
    /// Orthonormal columns over the cases.
    pub q: Vec<Vec<f64>>,
    /// `r[j][k]`, *k* <= *j*: the centred column *j* is the sum of `r[j][k] * q[k]`.
    r: Vec<Vec<f64>>,
    /// The mean of each column in each batch: `means[batch][column]`.
    pub means: Vec<Vec<f64>>,
}

/// A column that the batches and the columns before it determine.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Collinear {
    pub column: usize,
    /// The sum it equals: coefficients of batches and of columns, those that are not 0.
    pub batches: Vec<(f64, usize)>,
    pub columns: Vec<(f64, usize)>,
}

/// What R's `qr` takes for dependent: a column of which less than this part of its length remains.
const TOLERANCE: f64 = 1e-7;

impl Within {
    /// Takes the batches out of columns of numbers. `codes` is the batch of each case.
    pub(super) fn new(columns: &[Vec<f64>], codes: &[usize], batches: usize) -> std::result::Result<Self, Collinear> {
        let mut within = Self { q: Vec::new(), r: Vec::new(), means: vec![vec![0.0; columns.len()]; batches] };
        for (j, column) in columns.iter().enumerate() {
            let (mut rest, means) = centred(column, codes, batches);
            for (batch, mean) in means.iter().enumerate() {
                within.means[batch][j] = *mean;
            }
            let mut parts = vec![0.0; j];
            // The second pass takes out what rounding left in the first.
            for _ in 0..2 {
                for (part, q) in parts.iter_mut().zip(&within.q) {
                    let along = dot(q, &rest);
                    *part += along;
                    rest.iter_mut().zip(q).for_each(|(v, q)| *v -= along * q);
                }
            }
            let length = dot(&rest, &rest).sqrt();
            let whole = dot(column, column).sqrt();
            if length.is_nan() || length <= TOLERANCE * whole {
                return Err(within.combination(j, columns, &parts));
            }
            rest.iter_mut().for_each(|v| *v /= length);
            within.q.push(rest);
            parts.push(length);
            within.r.push(parts);
        }
        Ok(within)
    }

    /// The coefficients of the columns from the products of the feature with `q`.
    pub(super) fn solve(&self, mut products: Vec<f64>) -> Vec<f64> {
        for j in (0..products.len()).rev() {
            products[j] /= self.r[j][j];
            let beta = products[j];
            for k in 0..j {
                products[k] -= beta * self.r[j][k];
            }
        }
        products
    }

    /// The sum of batches and earlier columns that a column equals.
    fn combination(&self, column: usize, columns: &[Vec<f64>], parts: &[f64]) -> Collinear {
        let size = |values: &[f64]| values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let small = 1e-6 * size(&columns[column]);
        let beta = self.solve(parts.to_vec());
        let batch = |means: &Vec<f64>| means[column] - beta.iter().zip(means).map(|(b, m)| b * m).sum::<f64>();
        let batches = self.means.iter().map(batch).enumerate().filter(|(_, c)| c.abs() > small);
        let others = beta.iter().enumerate().filter(|(k, c)| c.abs() * size(&columns[*k]) > small);
        Collinear {
            column,
            batches: batches.map(|(batch, c)| (c, batch)).collect(),
            columns: others.map(|(k, c)| (*c, k)).collect(),
        }
    }
}

/// A column with the mean of each batch taken out, and the means; 0 of a batch without a case.
pub(super) fn centred(column: &[f64], codes: &[usize], batches: usize) -> (Vec<f64>, Vec<f64>) {
    let mut means = vec![0.0; batches];
    let mut counts = vec![0usize; batches];
    codes.iter().for_each(|&batch| counts[batch] += 1);
    let mut rest = column.to_vec();
    // The second pass takes out what rounding left in the mean.
    for _ in 0..2 {
        let mut sums = vec![0.0; batches];
        rest.iter().zip(codes).for_each(|(v, &batch)| sums[batch] += v);
        for (sum, &count) in sums.iter_mut().zip(&counts) {
            *sum /= count.max(1) as f64;
        }
        rest.iter_mut().zip(codes).for_each(|(v, &batch)| *v -= sums[batch]);
        means.iter_mut().zip(&sums).for_each(|(mean, sum)| *mean += sum);
    }
    (rest, means)
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Collinear {
    /// The sum in words: `1 x centre: A + 2 x age`.
    pub(super) fn describe(&self, batch: &str, levels: &[String], names: &[String]) -> String {
        let batches = self.batches.iter().map(|(c, b)| (c, format!("{batch}: {}", levels[*b])));
        let columns = self.columns.iter().map(|(c, k)| (c, names[*k].clone()));
        let terms: Vec<String> = batches.chain(columns).map(|(c, name)| format!("{} x {name}", short(*c))).collect();
        match terms.len() {
            0 => "0".to_string(),
            n if n > 12 => format!("{} and {} more terms", terms[..12].join(" + "), n - 12),
            _ => terms.join(" + "),
        }
    }
}

/// A number for a message, to four digits.
fn short(value: f64) -> String {
    let digits = (3 - value.abs().log10().floor().clamp(-300.0, 300.0) as i32).max(0);
    let text = format!("{value:.*}", digits.min(300) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependent(columns: &[Vec<f64>], codes: &[usize]) -> Collinear {
        Within::new(columns, codes, 2).unwrap_err()
    }

    #[test]
    fn coefficients_are_those_of_the_whole_model() {
        // R: coef(lm(c(1, 3, 2, 5, 4, 9) ~ -1 + factor(c(1, 1, 1, 2, 2, 2)) + c(1, 2, 4, 3, 5, 6) + c(0, 1, 1, 0, 0, 1)))
        let columns = [vec![1.0, 2.0, 4.0, 3.0, 5.0, 6.0], vec![0.0, 1.0, 1.0, 0.0, 0.0, 1.0]];
        let codes = [0, 0, 0, 1, 1, 1];
        let within = Within::new(&columns, &codes, 2).unwrap();
        let (y, means) = centred(&[1.0, 3.0, 2.0, 5.0, 4.0, 9.0], &codes, 2);
        let beta = within.solve(within.q.iter().map(|q| dot(q, &y)).collect());
        let intercepts: Vec<f64> = (0..2).map(|b| means[b] - dot(&beta, &within.means[b])).collect();
        let normal = |k: usize| -> f64 {
            (0..6)
                .map(|i| {
                    columns[k][i]
                        * (y[i] + means[codes[i]]
                            - intercepts[codes[i]]
                            - beta[0] * columns[0][i]
                            - beta[1] * columns[1][i])
                })
                .sum()
        };
        assert!(normal(0).abs() < 1e-13 && normal(1).abs() < 1e-13);
    }

    #[test]
    fn a_dependent_column_is_explained() {
        let codes = [0, 0, 1, 1];
        // The indicator of batch 1.
        let found = dependent(&[vec![0.0, 0.0, 1.0, 1.0]], &codes);
        assert_eq!(found, Collinear { column: 0, batches: vec![(1.0, 1)], columns: vec![] });
        // Twice the first, and 3 more in batch 0.
        let found = dependent(&[vec![1.0, 2.0, 3.0, 5.0], vec![5.0, 7.0, 6.0, 10.0]], &codes);
        assert_eq!(found.column, 1);
        let names = ["a".to_string(), "b".to_string()];
        let levels = ["A".to_string(), "B".to_string()];
        assert_eq!(found.describe("centre", &levels, &names), "3 x centre: A + 2 x a");
        assert_eq!(short(0.000123456), "0.0001235");
        assert_eq!(short(-1500.0), "-1500");
    }
}
