//! The restricted likelihood of crossed effects of cases and readings, and its derivatives.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// The readings as the sums that the likelihood needs. Values are centred, offsets of the readings are taken off and kept
/// apart, and all is in units of `unit`.
///
/// Cases fall into classes by their number of readings *c*. The inverse of the covariance of a case's *c* readings
/// without the effects of readings, *I + t_1 1 1'*, is *I - 1 1' / c + 1 1' / (c (1 + c t_1))*: a part within cases that does not
/// depend on *t_1*, and a part between cases, of the same sums for a class. Kept apart, neither cancels.
///
/// Vectors over readings are in a basis whose first vector is the general mean (all entries equal). The part within cases
/// is exactly 0 there, which it would not be in a sum of its entries: with ratios of 1e10 that rounding would be all.
pub struct Crossed {
    /// The unit of the values.
    pub unit: f64,
    /// The number of values, *N*.
    pub count: f64,
    /// The mean number of values per case.
    pub per_case: f64,
    /// The mean number of values per reading.
    pub per_reading: f64,
    classes: Vec<Class>,
    /// *Z_2' (I - 1 1' / c) Z_2*, and the same with the values once and twice.
    within_pairs: DMatrix<f64>,
    within_totals: DVector<f64>,
    within_square: f64,
    /// What was taken off each reading.
    offsets: DVector<f64>,
}

/// The cases with `readings` readings.
struct Class {
    readings: f64,
    cases: f64,
    /// How many of the cases have both readings *j* and *l*.
    pairs: DMatrix<f64>,
    /// The sum of the totals of the cases that have reading *j*.
    totals: DVector<f64>,
    /// The sum of the squared totals.
    square: f64,
}

/// An orthonormal basis of `k` dimensions whose first vector has equal entries (Helmert's).
fn mean_and_contrasts(k: usize) -> DMatrix<f64> {
    DMatrix::from_fn(k, k, |row, column| {
        let c = column as f64;
        match column {
            0 => 1.0 / (k as f64).sqrt(),
            _ if row < column => 1.0 / (c * (c + 1.0)).sqrt(),
            _ if row == column => -c / (c * (c + 1.0)).sqrt(),
            _ => 0.0,
        }
    })
}

impl Class {
    fn new(readings: usize, k: usize) -> Self {
        Self {
            readings: readings as f64,
            cases: 0.0,
            pairs: DMatrix::zeros(k, k),
            totals: DVector::zeros(k),
            square: 0.0,
        }
    }
}

/// The likelihood at a point.
#[derive(Debug, Clone, Copy)]
pub struct Likelihood {
    /// The REML criterion of values in units of `unit`.
    pub criterion: f64,
    /// Its derivatives by *t_1* and *t_2*.
    pub gradient: [f64; 2],
    /// The residual variance there.
    pub residual_variance: f64,
}

impl Crossed {
    /// Sums up the readings, or says why there is nothing to estimate.
    pub fn new(readings: &[&[f64]]) -> Result<Self, String> {
        let k = readings.len();
        let n = readings.first().map_or(0, |r| r.len());
        if readings.iter().any(|r| r.len() != n) {
            return Err("the readings differ in their number of cases".to_string());
        }
        let values = || readings.iter().flat_map(|r| r.iter().copied()).filter(|v| !v.is_nan());
        if values().any(f64::is_infinite) {
            return Err("a reading is infinite".to_string());
        }
        if let Some(empty) = readings.iter().position(|r| r.iter().all(|v| v.is_nan())) {
            return Err(format!("reading {} has no value", empty + 1));
        }
        let per_case: Vec<usize> = (0..n).map(|i| readings.iter().filter(|r| !r[i].is_nan()).count()).collect();
        let with_values = per_case.iter().filter(|c| **c > 0).count();
        if k < 2 || with_values < 2 {
            return Err("there are fewer than two readings or cases with values".to_string());
        }
        if per_case.iter().all(|c| *c < 2) {
            return Err("no case has two readings".to_string());
        }
        let count = values().count() as f64;
        let centre = values().sum::<f64>() / count;
        let unit = values().map(|v| (v - centre).abs()).fold(0.0, f64::max);
        if unit == 0.0 {
            return Err("all readings are equal".to_string());
        }
        let scaled = |i: usize, j: usize| (readings[j][i] - centre) / unit;
        // The readings that a case has.
        let present = |i: usize| (0..k).filter(move |&j| !readings[j][i].is_nan());

        // What a case with these readings adds to the part within cases.
        let counts = DVector::from_fn(k, |j, _| readings[j].iter().filter(|v| !v.is_nan()).count() as f64);
        let mut within_pairs = DMatrix::from_diagonal(&counts);
        let mut classes: Vec<Class> = Vec::new();
        for c in 1..=k {
            let mut class = Class::new(c, k);
            for i in (0..n).filter(|&i| per_case[i] == c) {
                class.cases += 1.0;
                present(i).for_each(|j| present(i).for_each(|l| class.pairs[(j, l)] += 1.0));
            }
            if class.cases > 0.0 {
                within_pairs -= &class.pairs / class.readings;
                classes.push(class);
            }
        }

        // The offsets of the least squares fit of cases and readings: what is left is residual.
        let mut totals = DVector::zeros(k);
        for i in (0..n).filter(|&i| per_case[i] > 0) {
            let mean = present(i).map(|j| scaled(i, j)).sum::<f64>() / per_case[i] as f64;
            present(i).for_each(|j| totals[j] += scaled(i, j) - mean);
        }
        let decomposed = within_pairs.clone().symmetric_eigen();
        let mut offsets = DVector::zeros(k);
        let mut rank = 0.0;
        for (value, vector) in decomposed.eigenvalues.iter().zip(decomposed.eigenvectors.column_iter()) {
            if *value > 1e-10 * count {
                offsets += vector * (vector.dot(&totals) / value);
                rank += 1.0;
            }
        }

        let mut within_totals = DVector::zeros(k);
        let mut within_square = 0.0;
        for class in &mut classes {
            for i in (0..n).filter(|&i| per_case[i] as f64 == class.readings) {
                let total: f64 = present(i).map(|j| scaled(i, j) - offsets[j]).sum();
                class.square += total * total;
                for j in present(i) {
                    class.totals[j] += total;
                    let residual = scaled(i, j) - offsets[j] - total / class.readings;
                    within_totals[j] += residual;
                    within_square += residual * residual;
                }
            }
        }
        let rounding = 4.0 * f64::EPSILON * (1.0 + centre.abs() / unit);
        if count > with_values as f64 + rank && within_square <= count * rounding * rounding {
            return Err("cases and offsets of readings leave no residual variance to estimate".to_string());
        }
        let basis = mean_and_contrasts(k);
        let turned = |m: &DMatrix<f64>| basis.transpose() * m * &basis;
        within_pairs = turned(&within_pairs);
        within_pairs.row_mut(0).fill(0.0);
        within_pairs.column_mut(0).fill(0.0);
        within_totals = basis.transpose() * within_totals;
        within_totals[0] = 0.0;
        for class in &mut classes {
            class.pairs = turned(&class.pairs);
            class.totals = basis.transpose() * &class.totals;
        }
        let offsets = basis.transpose() * offsets;
        let (per_case, per_reading) = (count / with_values as f64, count / k as f64);
        Ok(Self { unit, count, per_case, per_reading, classes, within_pairs, within_totals, within_square, offsets })
    }

    /// The likelihood with these ratios of variances to the residual one; none if it cannot be computed.
    ///
    /// With *W* for the inverse covariance without effects of readings, and *B = Z_2' W Z_2*, *g = Z_2' W x*,
    /// *S = I + t_2 B*: *ln |V| = Σ ln (1 + c_i t_1) + ln |S|* and *Z_2' V⁻¹ x = S⁻¹ g*. The vector of ones is
    /// *Z_2 e*, so that all products with it come from *B*, without differences.
    pub fn at(&self, t1: f64, t2: f64) -> Option<Likelihood> {
        let k = self.offsets.len();
        let mut b = self.within_pairs.clone();
        let mut b_slope = DMatrix::zeros(k, k);
        let mut g = self.within_totals.clone();
        let mut square = self.within_square;
        let (mut log_determinant, mut trace) = (0.0, 0.0);
        for class in &self.classes {
            let grown = 1.0 + class.readings * t1;
            b += &class.pairs / (class.readings * grown);
            b_slope -= &class.pairs / (grown * grown);
            g += &class.totals / (class.readings * grown);
            square += class.square / (class.readings * grown);
            log_determinant += class.cases * grown.ln();
            trace += class.cases * class.readings / grown;
        }
        let s = DMatrix::identity(k, k) + &b * t2;
        let s = Cholesky::<f64, Dyn>::new(s)?;
        log_determinant += 2.0 * s.l_dirty().diagonal().iter().map(|d| d.ln()).sum::<f64>();

        let mut ones = DVector::zeros(k);
        ones[0] = (k as f64).sqrt();
        let z = s.solve(&ones);
        let b_ones = &b * &ones;
        let information = z.dot(&b_ones);
        let mean = z.dot(&(&g + &b * &self.offsets)) / information;
        // The offsets that are left of the general mean.
        let c = &self.offsets - &ones * mean;
        let s_g = s.solve(&g);
        let s_b_c = s.solve(&(&b * &c));
        let rest = square - t2 * g.dot(&s_g) + 2.0 * c.dot(&s_g) + c.dot(&s_b_c);
        let freedom = self.count - 1.0;
        let residual_variance = rest / freedom;
        if !(rest > 0.0 && information > 0.0) {
            return None;
        }
        let criterion = log_determinant
            + information.ln()
            + freedom * (1.0 + (2.0 * std::f64::consts::PI * residual_variance).ln());

        // By t_2: tr(Z_2' P Z_2) - |Z_2' P x|² / σ². By t_1: the same with Z_1, by way of the slopes of B.
        let pull = s_g + s_b_c;
        let s_ones = s.solve(&b_ones);
        let by_readings =
            s.solve(&b).trace() - s_ones.norm_squared() / information - pull.norm_squared() / residual_variance;
        // c without the estimated effects of the readings, t_2 times the pull: written so that it does not cancel.
        let left = s.solve(&(c - g * t2));
        let (mut of_ones, mut of_rest) = (0.0, 0.0);
        for class in &self.classes {
            let grown = 1.0 + class.readings * t1;
            of_ones += z.dot(&(&class.pairs * &z)) / (grown * grown);
            let totals = class.square + 2.0 * left.dot(&class.totals) + left.dot(&(&class.pairs * &left));
            of_rest += totals / (grown * grown);
        }
        let by_cases = trace + t2 * s.solve(&b_slope).trace() - of_ones / information - of_rest / residual_variance;
        Some(Likelihood { criterion, gradient: [by_cases, by_readings], residual_variance })
    }
}

#[cfg(test)]
mod tests {
    use radsurv_testkit::splitmix::SplitMix64;

    use super::*;

    fn readings(seed: u64) -> Vec<Vec<f64>> {
        let mut rng = SplitMix64::new(seed);
        let mut next = |n: u64| rng.below(n) as f64;
        let cases: Vec<f64> = (0..9).map(|_| next(50)).collect();
        (0..4)
            .map(|_| {
                let offset = next(20);
                cases.iter().map(|c| if next(5) == 0.0 { f64::NAN } else { 1000.0 + c + offset + next(12) }).collect()
            })
            .collect()
    }

    /// The criterion from the whole N x N covariance.
    fn naive(readings: &[Vec<f64>], unit: f64, t1: f64, t2: f64) -> f64 {
        let at: Vec<(usize, usize)> =
            (0..9).flat_map(|i| (0..4).map(move |j| (i, j))).filter(|&(i, j)| !readings[j][i].is_nan()).collect();
        let n = at.len();
        let x = DVector::from_iterator(n, at.iter().map(|&(i, j)| (readings[j][i] - 1000.0) / unit));
        let v = DMatrix::from_fn(n, n, |a, b| {
            let same = |same: bool, value: f64| if same { value } else { 0.0 };
            same(a == b, 1.0) + same(at[a].0 == at[b].0, t1) + same(at[a].1 == at[b].1, t2)
        });
        let determinant = v.determinant();
        let inverse = v.try_inverse().unwrap();
        let ones = DVector::from_element(n, 1.0);
        let information = ones.dot(&(&inverse * &ones));
        let mean = ones.dot(&(&inverse * &x)) / information;
        let rest = x.add_scalar(-mean);
        let rest = rest.dot(&(&inverse * &rest));
        let freedom = n as f64 - 1.0;
        determinant.ln() + information.ln() + freedom * (1.0 + (2.0 * std::f64::consts::PI * rest / freedom).ln())
    }

    #[test]
    fn the_criterion_is_that_of_the_whole_covariance() {
        for seed in 0..5 {
            let readings = readings(seed);
            let slices: Vec<&[f64]> = readings.iter().map(Vec::as_slice).collect();
            let model = Crossed::new(&slices).unwrap();
            for (t1, t2) in [(0.0, 0.0), (1.0, 0.0), (0.0, 2.0), (0.3, 4.0), (50.0, 20.0)] {
                let ours = model.at(t1, t2).unwrap().criterion;
                let whole = naive(&readings, model.unit, t1, t2);
                assert!((ours - whole).abs() < 1e-9 * whole.abs().max(1.0), "{ours} {whole}");
            }
        }
    }

    #[test]
    fn derivatives_are_those_of_the_criterion() {
        for seed in 0..5 {
            let readings = readings(seed);
            let slices: Vec<&[f64]> = readings.iter().map(Vec::as_slice).collect();
            let model = Crossed::new(&slices).unwrap();
            for (t1, t2) in [(0.3, 4.0), (5.0, 0.2), (50.0, 20.0)] {
                let value = |t1, t2| model.at(t1, t2).unwrap().criterion;
                let step = 1e-5;
                let (h1, h2) = (step * t1, step * t2);
                let slopes = [
                    (value(t1 + h1, t2) - value(t1 - h1, t2)) / (2.0 * h1),
                    (value(t1, t2 + h2) - value(t1, t2 - h2)) / (2.0 * h2),
                ];
                let exact = model.at(t1, t2).unwrap().gradient;
                for (slope, exact) in slopes.iter().zip(exact) {
                    assert!((slope - exact).abs() < 1e-6 * exact.abs().max(1.0), "{slope} {exact}");
                }
            }
        }
    }
}
