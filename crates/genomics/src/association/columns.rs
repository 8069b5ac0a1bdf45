//! Columns made ready once, so that a correlation is a sum of products.

use nalgebra::{DMatrix, DVector};
use radsurv_stats::correlation::Method;
use radsurv_stats::linear::Qr;
use radsurv_stats::rank::average_ranks;

use super::NoAssociation;
use super::input::Input;

/// What is left of a column whose confounders explain all but rounding.
const EXPLAINED: f64 = 1e-7;

/// Why a column has no correlation with any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    Constant,
    Explained,
}

/// Confounders of some samples, and how a column is freed from them.
pub(super) struct Model {
    method: Method,
    /// An intercept and the confounders; nothing without confounders.
    design: Vec<Vec<f64>>,
    qr: Option<Qr>,
}

impl Model {
    /// The columns have no missing value.
    pub fn new(confounders: &[Vec<f64>], samples: usize, method: Method) -> Self {
        let (mut design, mut qr) = (Vec::new(), None);
        if !confounders.is_empty() {
            design.push(vec![1.0; samples]);
            design.extend(confounders.iter().map(|column| values(column, method)));
            qr = Qr::new(&design).ok();
        }
        Self { method, design, qr }
    }

    /// The number of columns that are taken out, the intercept aside.
    pub fn confounders(&self) -> usize {
        self.qr.as_ref().map_or(0, |qr| qr.rank().saturating_sub(1))
    }

    /// The column, or its ranks, less what confounders explain, as a vector of length 1.
    pub fn unit(&self, column: &[f64]) -> Result<Vec<f64>, Unfit> {
        if column.iter().all(|v| *v == column[0]) {
            return Err(Unfit::Constant);
        }
        let mut column = values(column, self.method);
        centre(&mut column);
        let size = length(&column);
        column.iter_mut().for_each(|v| *v /= size);
        if let Some(qr) = &self.qr {
            column = qr.fit(&column).map(|fit| fit.residuals).map_err(|_| Unfit::Explained)?;
            let left = length(&column);
            if left < EXPLAINED {
                return Err(Unfit::Explained);
            }
            column.iter_mut().for_each(|v| *v /= left);
        }
        Ok(column)
    }

    /// Columns of length 1, at right angles to each other, of which the confounders and the intercept are combinations.
    pub fn basis(&self) -> Option<DMatrix<f64>> {
        let qr = self.qr.as_ref()?;
        let mut basis: Vec<DVector<f64>> = Vec::new();
        for &column in &qr.pivot()[..qr.rank()] {
            let mut next = DVector::from_column_slice(&self.design[column]);
            next /= next.norm();
            // Twice is enough for what is left to be at right angles.
            for _ in 0..2 {
                for before in &basis {
                    next.axpy(-before.dot(&next), before, 1.0);
                }
                next /= next.norm();
            }
            basis.push(next);
        }
        Some(DMatrix::from_columns(&basis))
    }
}

/// The values, or their ranks. No value is missing, so that there are ranks.
fn values(column: &[f64], method: Method) -> Vec<f64> {
    let ranks = if method == Method::Spearman { average_ranks(column).ok() } else { None };
    ranks.unwrap_or_else(|| column.to_vec())
}

/// Takes out the mean, and scales so that squares stay within numbers.
fn centre(column: &mut [f64]) {
    let largest = column.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    if largest > 0.0 {
        column.iter_mut().for_each(|v| *v /= largest);
    }
    let mean = column.iter().sum::<f64>() / column.len() as f64;
    column.iter_mut().for_each(|v| *v -= mean);
}

fn length(column: &[f64]) -> f64 {
    let largest = column.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    largest * column.iter().map(|v| (v / largest).powi(2)).sum::<f64>().sqrt()
}

/// A correlation, the number of samples it is of, and of columns that were taken out of both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub r: f64,
    pub samples: usize,
    pub confounders: usize,
}

/// All columns of an input: those that lack no value made ready, others as they are.
pub(super) struct Columns<'a> {
    input: &'a Input,
    method: Method,
    needed: usize,
    confounders: usize,
    genes: Vec<Ready>,
    features: Vec<Ready>,
    /// The correlations of complete columns.
    products: DMatrix<f64>,
}

enum Ready {
    /// The place among the complete columns.
    At(usize),
    Unfit(Unfit),
    Incomplete,
}

impl<'a> Columns<'a> {
    pub fn new(input: &'a Input, method: Method, needed: usize) -> Self {
        let model = Model::new(&input.confounders, input.samples, method);
        let enough = input.samples >= needed;
        let ready = |columns: &[(String, Vec<f64>)]| {
            let (mut places, mut complete) = (Vec::new(), Vec::new());
            for (_, column) in columns {
                places.push(match () {
                    () if !enough || column.iter().any(|v| v.is_nan()) => Ready::Incomplete,
                    () => match model.unit(column) {
                        Ok(unit) => {
                            complete.extend(unit);
                            Ready::At(complete.len() / input.samples - 1)
                        }
                        Err(unfit) => Ready::Unfit(unfit),
                    },
                });
            }
            let count = complete.len() / input.samples.max(1);
            (places, DMatrix::from_vec(input.samples, count, complete))
        };
        let (genes, of_genes) = ready(&input.genes);
        let (features, of_features) = ready(&input.features);
        let products = of_genes.tr_mul(&of_features);
        Self { input, method, needed, confounders: model.confounders(), genes, features, products }
    }

    /// The correlation of a gene and a feature.
    pub fn correlation(&self, gene: usize, feature: usize) -> Result<Found, NoAssociation> {
        let of_gene = |unfit| match unfit {
            Unfit::Constant => NoAssociation::ConstantGene,
            Unfit::Explained => NoAssociation::ExplainedGene,
        };
        let of_feature = |unfit| match unfit {
            Unfit::Constant => NoAssociation::ConstantFeature,
            Unfit::Explained => NoAssociation::ExplainedFeature,
        };
        match (&self.genes[gene], &self.features[feature]) {
            (Ready::At(i), Ready::At(j)) => {
                let r = self.products[(*i, *j)].clamp(-1.0, 1.0);
                return Ok(Found { r, samples: self.input.samples, confounders: self.confounders });
            }
            (Ready::Unfit(unfit), _) => return Err(of_gene(*unfit)),
            (_, Ready::Unfit(unfit)) => return Err(of_feature(*unfit)),
            _ => {}
        }
        let (x, y) = (&self.input.genes[gene].1, &self.input.features[feature].1);
        let rows: Vec<usize> = (0..x.len()).filter(|&row| !x[row].is_nan() && !y[row].is_nan()).collect();
        if rows.len() < self.needed {
            return Err(NoAssociation::TooFewSamples(rows.len()));
        }
        let some = |column: &Vec<f64>| -> Vec<f64> { rows.iter().map(|&row| column[row]).collect() };
        let confounders: Vec<Vec<f64>> = self.input.confounders.iter().map(some).collect();
        let model = Model::new(&confounders, rows.len(), self.method);
        let (x, y) = (model.unit(&some(x)).map_err(of_gene)?, model.unit(&some(y)).map_err(of_feature)?);
        let r: f64 = x.iter().zip(&y).map(|(a, b)| a * b).sum();
        Ok(Found { r: r.clamp(-1.0, 1.0), samples: rows.len(), confounders: model.confounders() })
    }
}
