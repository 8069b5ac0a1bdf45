//! The penalised quadratic that stands for the likelihood near a point.
//!
//! Minimised over *b* is *g'd + d'Hd / 2 + sum_j (l1_j |b_j| + l2_j b_j^2 / 2)*, *d = b - b0*: by coordinate descent until no
//! coefficient becomes zero or ceases to be, then by the equations of those that are not zero to the minimum for their signs: a
//! coefficient that would change its sign leaves at zero. Features of which one is a combination of others have no such
//! minimum; there one leaves as well, see [`Factors::slide`]. The factors of the equations are kept: most points of a path have the
//! features of the one before and some more, or fewer.

use radsurv_data::simd::{Kernel, dispatch};

use super::kernel::{add, dot};

/// The matrix *H* of some features, and factors of its equations.
#[derive(Debug, Clone, Default)]
pub(super) struct Quadratic {
    /// Both triangles, row by row.
    rows: Vec<Vec<f64>>,
    factors: Factors,
}

/// A lower triangle *L* with *LL' = H + diag(l2)* of the rows and columns `of`.
#[derive(Debug, Clone, Default)]
struct Factors {
    of: Vec<usize>,
    l2: Vec<f64>,
    lower: Vec<Vec<f64>>,
}

/// How far a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// To the minimum of the coefficients that are not zero.
    Whole,
    /// To where some of them are zero.
    Part,
    /// Nowhere: their equations have no unique solution.
    Impossible,
}

/// Whether a feature has become part of the factors.
enum Pushed {
    In,
    /// It is a combination of those that are: its row, and what is left of its diagonal.
    Dependent {
        row: Vec<f64>,
        pivot: f64,
    },
}

/// Where a move along a combination that the likelihood does not see has ended.
enum Slid {
    /// Where this coefficient is zero.
    Away(usize),
    /// Where it began, or at the least: the penalty is level there.
    Level,
    /// Nowhere: no coefficient of the combination is penalised.
    Endless,
}

/// Pivots below this part of the diagonal are rounding errors: the features depend on each other.
const DEPENDENT: f64 = 1e-11;
/// A slope below this part of its terms is a rounding error.
const LEVEL: f64 = 1e-12;
/// Descent that takes what is left to less than this part of it needs no help.
const FAST: f64 = 0.1;
/// Changes below this part of the tolerance are not made.
const NEGLIGIBLE: f64 = 0.1;
/// Passes over the coefficients, at most.
const PASSES: usize = 2000;

impl Quadratic {
    /// The number of features.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Forgets the matrix.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.factors = Factors::default();
    }

    /// More features: for each its products with all before it and itself, `products[q * (old + new)..]`.
    pub(super) fn extend(&mut self, products: &[f64], count: usize) {
        let (old, k) = (self.rows.len(), self.rows.len() + count);
        for (i, row) in self.rows.iter_mut().enumerate() {
            row.extend((0..count).map(|q| products[q * k + i]));
        }
        for q in 0..count {
            let mut row = products[q * k..][..=old + q].to_vec();
            row.extend((q + 1..count).map(|later| products[later * k + old + q]));
            self.rows.push(row);
        }
    }

    /// Goes to the minimum from `b`, where the derivative of the likelihood's part is `u`; both are brought up to date.
    /// Ends when a pass changes no derivative by more than `tolerance`.
    pub(super) fn minimise(&mut self, b: &mut [f64], u: &mut [f64], l1: &[f64], l2: &[f64], tolerance: f64) {
        dispatch(Minimise { quadratic: self, b, u, l1, l2, tolerance });
    }
}

struct Minimise<'a> {
    quadratic: &'a mut Quadratic,
    b: &'a mut [f64],
    u: &'a mut [f64],
    l1: &'a [f64],
    l2: &'a [f64],
    tolerance: f64,
}

impl Kernel for Minimise<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Minimise { quadratic: Quadratic { rows, factors }, b, u, l1, l2, tolerance } = self;
        // Most points have the features of the one before.
        let mut direct = factors.descend(rows, [&mut *b, &mut *u], [l1, l2]);
        let (mut last, negligible) = (f64::INFINITY, NEGLIGIBLE * tolerance);
        for _ in 0..PASSES {
            let (mut largest, mut settled) = (0.0f64, true);
            for j in 0..b.len() {
                let (h, old) = (rows[j][j], b[j]);
                let z = h * old - u[j];
                let new = if z.abs() <= l1[j] { 0.0 } else { (z - l1[j] * z.signum()) / (h + l2[j]) };
                let change = h * (new - old).abs();
                if new == old || !new.is_finite() || (change < negligible && new != 0.0) {
                    continue;
                }
                settled &= (new == 0.0) == (old == 0.0) && new * old >= 0.0;
                b[j] = new;
                add(u, new - old, &rows[j]);
                largest = largest.max(change);
            }
            if largest <= tolerance {
                return;
            }
            if settled && direct && largest > FAST * last {
                // As the function falls, no set of features and signs comes twice.
                direct = factors.descend(rows, [&mut *b, &mut *u], [l1, l2]);
                last = f64::INFINITY;
            } else {
                last = largest;
            }
        }
    }
}

impl Factors {
    /// Goes to the minimum of the coefficients that are not zero, which may become zero but not change their sign: each step
    /// but the last takes a feature out. False if their equations have no unique solution.
    #[inline(always)]
    fn descend(&mut self, rows: &[Vec<f64>], [b, u]: [&mut [f64]; 2], penalties: [&[f64]; 2]) -> bool {
        loop {
            match self.step(rows, [&mut *b, &mut *u], penalties) {
                Step::Whole => return true,
                Step::Part => {}
                Step::Impossible => return false,
            }
        }
    }

    /// A step of all coefficients that are not zero to their minimum, or to where the first of them is zero.
    #[inline(always)]
    fn step(&mut self, rows: &[Vec<f64>], [b, u]: [&mut [f64]; 2], [l1, l2]: [&[f64]; 2]) -> Step {
        self.keep(|j| b[j] != 0.0 || l1[j] == 0.0, l2);
        let mut here = vec![false; b.len()];
        self.of.iter().for_each(|&j| here[j] = true);
        for j in 0..b.len() {
            if here[j] || !(b[j] != 0.0 || l1[j] == 0.0) {
                continue;
            }
            // A feature that depends on the others: either it stays as it is, or one of them leaves.
            while let Pushed::Dependent { row, pivot } = self.push(rows, j, l2[j]) {
                match self.slide(rows, j, &row, pivot, [&mut *b, &mut *u], [l1, l2]) {
                    Slid::Away(gone) if gone == j => break,
                    Slid::Away(gone) => {
                        if let Some(at) = self.of.iter().position(|&i| i == gone) {
                            self.remove(at);
                        }
                        here[gone] = false;
                    }
                    Slid::Level => break,
                    Slid::Endless => return Step::Impossible,
                }
            }
            here[j] = self.of.last() == Some(&j);
        }
        let mut d: Vec<f64> = Vec::with_capacity(self.of.len());
        for (i, &j) in self.of.iter().enumerate() {
            let sign = if l1[j] == 0.0 { 0.0 } else { b[j].signum() };
            let target = -(u[j] + l2[j] * b[j] + l1[j] * sign);
            d.push((target - dot(&self.lower[i][..i], &d)) / self.lower[i][i]);
        }
        for i in (0..d.len()).rev() {
            d[i] /= self.lower[i][i];
            let (before, at) = d.split_at_mut(i);
            add(before, -at[0], &self.lower[i][..i]);
        }
        let crosses = |d: f64, j: usize| l1[j] > 0.0 && (b[j] + d == 0.0 || (b[j] + d).signum() != b[j].signum());
        if !d.iter().zip(&self.of).any(|(d, &j)| crosses(*d, j)) {
            let mut dense = vec![0.0; b.len()];
            self.of.iter().zip(&d).for_each(|(&j, d)| dense[j] = *d);
            for j in 0..b.len() {
                if here[j] {
                    let sign = if l1[j] == 0.0 { 0.0 } else { b[j].signum() };
                    b[j] += dense[j];
                    u[j] = -(l2[j] * b[j] + l1[j] * sign);
                } else {
                    u[j] += dot(&rows[j], &dense);
                }
            }
            return Step::Whole;
        }
        // Only to where the first of them is zero.
        let ends = d.iter().zip(&self.of).filter(|(d, j)| crosses(**d, **j)).map(|(d, &j)| (-b[j] / d, j));
        let (part, first) = ends.min_by(|a, b| a.0.total_cmp(&b.0)).unzip();
        let part = part.map_or(1.0, |part: f64| part.min(1.0));
        for (d, &j) in d.iter().zip(&self.of) {
            let new = if first == Some(j) { 0.0 } else { b[j] + part * d };
            add(u, new - b[j], &rows[j]);
            b[j] = new;
        }
        Step::Part
    }

    /// Keeps the factors of features that are asked for, and takes the others out.
    #[inline(always)]
    fn keep(&mut self, free: impl Fn(usize) -> bool, l2: &[f64]) {
        if self.of.iter().zip(&self.l2).any(|(&j, &own)| own != l2[j]) {
            *self = Self::default();
        }
        for at in (0..self.of.len()).rev() {
            if !free(self.of[at]) {
                self.remove(at);
            }
        }
    }

    /// Takes a feature out. Below it *LL'* lacks the square of its column, which is turned into the rest (Golub and Van Loan
    /// 2013, Matrix Computations, 4th ed., 6.5.4).
    #[inline(always)]
    fn remove(&mut self, at: usize) {
        self.of.remove(at);
        self.l2.remove(at);
        self.lower.remove(at);
        let mut turns: Vec<[f64; 2]> = Vec::with_capacity(self.of.len() - at);
        for row in &mut self.lower[at..] {
            let mut x = row.remove(at);
            let (last, rest) = match row.split_last_mut() {
                Some(split) => split,
                None => return,
            };
            for (value, [c, s]) in rest[at..].iter_mut().zip(&turns) {
                let new = c * *value + s * x;
                x = c * x - s * *value;
                *value = new;
            }
            let r = last.hypot(x);
            turns.push([*last / r, x / r]);
            *last = r;
        }
    }

    /// Moves along the combination of features that the likelihood does not see, *n_j* = 1 and *-a* for those that *j* is
    /// a combination of, to where the penalty is least: where the first coefficient is zero. Coordinate descent would go
    /// there in steps without end.
    #[inline(always)]
    fn slide(
        &self,
        rows: &[Vec<f64>],
        j: usize,
        row: &[f64],
        pivot: f64,
        [b, u]: [&mut [f64]; 2],
        [l1, l2]: [&[f64]; 2],
    ) -> Slid {
        // L'a = row.
        let mut n: Vec<f64> = row.to_vec();
        for i in (0..n.len()).rev() {
            n[i] /= self.lower[i][i];
            let (before, at) = n.split_at_mut(i);
            add(before, -at[0], &self.lower[i][..i]);
        }
        n.iter_mut().for_each(|a| *a = -*a);
        n.push(1.0);
        let of: Vec<usize> = self.of.iter().copied().chain([j]).collect();
        let (mut slope, mut size) = (0.0, 0.0);
        for (n, &i) in n.iter().zip(&of) {
            let sign = if l1[i] == 0.0 { 0.0 } else { b[i].signum() };
            slope += n * (u[i] + l2[i] * b[i] + l1[i] * sign);
            size += n.abs() * (u[i].abs() + l1[i]);
        }
        if slope.abs() <= LEVEL * size {
            return Slid::Level;
        }
        let direction = -slope.signum();
        let ends = |(n, &i): (&f64, &usize)| {
            let away = -b[i] / (direction * n);
            (l1[i] > 0.0 && away > 0.0 && away.is_finite()).then_some((away, i))
        };
        let nearest = n.iter().zip(&of).filter_map(ends).min_by(|a, b| a.0.total_cmp(&b.0));
        let (by, gone) = match nearest {
            Some((by, gone)) if pivot <= 0.0 || by * pivot <= slope.abs() => (by, Some(gone)),
            _ if pivot > 0.0 => (slope.abs() / pivot, None),
            _ => return Slid::Endless,
        };
        for (n, &i) in n.iter().zip(&of) {
            let new = if gone == Some(i) { 0.0 } else { b[i] + direction * by * n };
            add(u, new - b[i], &rows[i]);
            b[i] = new;
        }
        gone.map_or(Slid::Level, Slid::Away)
    }

    #[inline(always)]
    fn push(&mut self, rows: &[Vec<f64>], j: usize, l2: f64) -> Pushed {
        let mut row: Vec<f64> = Vec::with_capacity(self.of.len() + 1);
        for (i, &other) in self.of.iter().enumerate() {
            row.push((rows[j][other] - dot(&self.lower[i][..i], &row)) / self.lower[i][i]);
        }
        let diagonal = rows[j][j] + l2;
        let pivot = diagonal - dot(&row, &row);
        if pivot.is_nan() || pivot <= DEPENDENT * diagonal {
            return Pushed::Dependent { row, pivot };
        }
        row.push(pivot.sqrt());
        self.of.push(j);
        self.l2.push(l2);
        self.lower.push(row);
        Pushed::In
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H = A'A of a few integers, in the layout of [`Quadratic::extend`].
    fn matrix(k: usize) -> Vec<Vec<f64>> {
        let a: Vec<Vec<f64>> =
            (0..k).map(|j| (0..k + 2).map(|i| ((7 * i * i + 5 * j * i + j * j) % 11) as f64 - 5.0).collect()).collect();
        a.iter().map(|x| a.iter().map(|y| x.iter().zip(y).map(|(x, y)| x * y).sum()).collect()).collect()
    }

    #[test]
    fn the_minimum_fulfils_its_conditions() {
        let k = 7;
        let h = matrix(k);
        let mut quadratic = Quadratic::default();
        // In two parts, as a path does.
        let block = |from: usize, to: usize| (from..to).flat_map(|q| h[q][..to].to_vec()).collect::<Vec<f64>>();
        quadratic.extend(&block(0, 3), 3);
        quadratic.extend(&block(3, k), k - 3);
        assert_eq!(quadratic.rows, h);
        let g: Vec<f64> = (0..k).map(|j| ((13 * j) % 17) as f64 - 8.0).collect();
        for (lasso, ridge) in [(0.5, 0.0), (3.0, 0.1), (0.0, 1.0), (20.0, 0.0)] {
            let (mut b, mut u) = (vec![0.0; k], g.clone());
            let mut l1 = vec![lasso; k];
            l1[2] = 0.0;
            let l2 = vec![ridge; k];
            quadratic.minimise(&mut b, &mut u, &l1, &l2, 1e-13);
            for j in 0..k {
                let slope = g[j] + (0..k).map(|i| h[j][i] * b[i]).sum::<f64>();
                assert!((slope - u[j]).abs() < 1e-10);
                let kkt = if b[j] == 0.0 {
                    (slope.abs() - l1[j]).max(0.0)
                } else {
                    slope + l2[j] * b[j] + l1[j] * b[j].signum()
                };
                assert!(kkt.abs() < 1e-10, "{lasso} {ridge} {j}: {kkt}");
            }
        }
    }

    #[test]
    fn factors_without_a_feature_are_those_of_the_others() {
        let h = matrix(6);
        let factors = |of: &[usize]| {
            let mut factors = Factors::default();
            assert!(of.iter().all(|&j| matches!(factors.push(&h, j, 0.5), Pushed::In)));
            factors
        };
        for gone in 0..6 {
            let mut all = factors(&[0, 1, 2, 3, 4, 5]);
            all.keep(|j| j != gone, &[0.5; 6]);
            let others: Vec<usize> = (0..6).filter(|j| *j != gone).collect();
            for (a, b) in all.lower.iter().flatten().zip(factors(&others).lower.iter().flatten()) {
                assert!((a - b).abs() < 1e-9, "{a} {b}");
            }
        }
    }

    /// Seven features of three dimensions: the likelihood does not see most of their combinations.
    #[test]
    fn features_that_depend_on_others_leave_until_the_rest_does_not() {
        let a: Vec<[f64; 3]> =
            (0..7).map(|j| [(j * j % 5) as f64 - 2.0, (3 * j % 7) as f64 - 3.0, j as f64 - 3.0]).collect();
        let product = |x: &[f64; 3], y: &[f64; 3]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let h: Vec<Vec<f64>> = a.iter().map(|x| a.iter().map(|y| product(x, y)).collect()).collect();
        for seed in 0..20 {
            let of = [(seed % 7) as f64 - 3.0, (seed * 3 % 11) as f64 - 5.0, (seed * 5 % 13) as f64 - 6.0];
            let g: Vec<f64> = a.iter().map(|x| product(x, &of)).collect();
            let l1 = [0.5, 0.63, 0.71, 0.58, 0.93, 0.77, 0.66];
            let start: Vec<f64> = (0..7).map(|j| ((j * 5 + seed) % 3) as f64 - 1.0).collect();
            let slope = |b: &[f64], j: usize| g[j] + (0..7).map(|i| h[j][i] * b[i]).sum::<f64>();
            let (mut b, mut u) = (start.clone(), (0..7).map(|j| slope(&start, j)).collect::<Vec<f64>>());
            let mut quadratic = Quadratic { rows: h.clone(), factors: Factors::default() };
            quadratic.minimise(&mut b, &mut u, &l1, &[0.0; 7], 1e-11);
            for j in 0..7 {
                let u = slope(&b, j);
                let kkt = if b[j] == 0.0 { (u.abs() - l1[j]).max(0.0) } else { u + l1[j] * b[j].signum() };
                assert!(kkt.abs() < 1e-9, "{seed} {j}: {kkt}");
            }
            assert!(b.iter().filter(|b| **b != 0.0).count() <= 3, "{b:?}");
        }
    }

    #[test]
    fn equal_features_are_left_to_coordinate_descent() {
        let mut quadratic = Quadratic::default();
        quadratic.extend(&[2.0, 2.0, 2.0, 2.0], 2);
        let (mut b, mut u) = (vec![0.0; 2], vec![-3.0, -3.0]);
        quadratic.minimise(&mut b, &mut u, &[0.0; 2], &[0.0; 2], 1e-12);
        assert!((b[0] + b[1] - 1.5).abs() < 1e-12);
    }
}
