//! One point of a path after the other.

use radsurv_data::simd::dispatch;
use radsurv_stats::cox::State;

use super::kernel::{Combine, Gradient, PANEL, Products};
use super::problem::Problem;
use super::quadratic::Quadratic;

/// Where the path is, and what is kept for its next point.
pub(super) struct Solver<'a> {
    problem: &'a Problem,
    usable: Vec<usize>,
    /// Coefficients of standardised columns.
    pub(super) b: Vec<f64>,
    eta: Vec<f64>,
    here: Here,
    /// The derivative of the likelihood by each coefficient.
    gradient: Vec<f64>,
    /// The features of the quadratic, and the place of each feature in it.
    working: Vec<usize>,
    place: Vec<Option<usize>>,
    quadratic: Quadratic,
    /// Where the second derivatives of the quadratic were taken.
    curvature: State,
    tolerance: f64,
}

/// The likelihood at a linear predictor.
struct Here {
    /// Its logarithm.
    ln: f64,
    /// Its derivative by each linear predictor, with as many zeros as columns have.
    residuals: Vec<f64>,
    state: State,
}

impl Here {
    /// None if it has no finite value.
    fn new(problem: &Problem, eta: &[f64]) -> Option<Self> {
        let sets = &problem.likelihood.risk_sets;
        let state = sets.at(&eta[..problem.likelihood.rows.len()]);
        let mut residuals = state.residuals(sets);
        residuals.resize(eta.len(), 0.0);
        state.log_likelihood().is_finite().then(|| Self { ln: state.log_likelihood(), residuals, state })
    }
}

/// The penalty of one point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Penalty {
    pub(super) lambda: f64,
    pub(super) alpha: f64,
}

impl Penalty {
    fn l1(self, factor: f64) -> f64 {
        match factor {
            0.0 => 0.0,
            _ if self.lambda.is_infinite() => f64::INFINITY,
            factor => factor * self.lambda * self.alpha,
        }
    }

    fn l2(self, factor: f64) -> f64 {
        if factor == 0.0 { 0.0 } else { factor * self.lambda * (1.0 - self.alpha) }
    }
}

/// Points of Newton's method for one lambda, at most.
const ITERATIONS: usize = 200;
/// A second derivative is kept as long as it takes the error to less than this part of it.
const GOOD: f64 = 0.5;

impl<'a> Solver<'a> {
    /// Begins without features. `tolerance` is relative to the largest derivative there. None if the likelihood has no
    /// finite value.
    pub(super) fn new(problem: &'a Problem, tolerance: f64) -> Option<Self> {
        let columns = problem.scale.len();
        let eta = problem.offset.clone();
        let here = Here::new(problem, &eta)?;
        let mut solver = Self {
            problem,
            usable: problem.usable(),
            b: vec![0.0; columns],
            eta,
            curvature: here.state.clone(),
            here,
            gradient: vec![0.0; columns],
            working: Vec::new(),
            place: vec![None; columns],
            quadratic: Quadratic::default(),
            tolerance: 0.0,
        };
        let usable = solver.usable.clone();
        solver.differentiate(&usable);
        let largest = usable.iter().map(|&j| solver.gradient[j].abs()).fold(0.0, f64::max);
        solver.tolerance = tolerance * largest;
        Some(solver)
    }

    /// The logarithm of the likelihood.
    pub(super) fn ln_likelihood(&self) -> f64 {
        self.here.ln
    }

    /// The largest derivative of a penalised coefficient, by its penalty factor.
    pub(super) fn largest_derivative(&self) -> f64 {
        let factors = &self.problem.factors;
        let penalised = self.usable.iter().filter(|&&j| factors[j] > 0.0);
        penalised.map(|&j| self.gradient[j].abs() / factors[j]).fold(0.0, f64::max)
    }

    fn differentiate(&mut self, of: &[usize]) {
        let (x, vector) = (&self.problem.x, &self.here.residuals[..]);
        dispatch(Gradient { x, of, vector, out: &mut self.gradient });
    }

    /// How far a feature is from its condition of optimality.
    fn violation(&self, j: usize, penalty: Penalty) -> f64 {
        let factor = self.problem.factors[j];
        let (l1, l2, b, g) = (penalty.l1(factor), penalty.l2(factor), self.b[j], self.gradient[j]);
        if b == 0.0 { (g.abs() - l1).max(0.0) } else { (g - l2 * b - l1 * b.signum()).abs() }
    }

    /// Goes to the point of a penalty from that of the one before. False if it is not reached.
    ///
    /// The strong rule (Tibshirani et al. 2012, J R Stat Soc B 74, p. 252, (6)): a feature is left out at first if its
    /// derivative was below *2 lambda - lambda before*. All are looked at in the end.
    pub(super) fn go_to(&mut self, penalty: Penalty, before: f64) -> bool {
        let threshold = Penalty { lambda: (2.0 * penalty.lambda - before).min(penalty.lambda), ..penalty };
        let factors = &self.problem.factors;
        // Features of the quadratic may move, so their derivatives must be known even if they are zero.
        let chosen = |j: &usize| {
            self.place[*j].is_some() || factors[*j] == 0.0 || self.gradient[*j].abs() >= threshold.l1(factors[*j])
        };
        let (mut strong, mut others): (Vec<usize>, Vec<usize>) = self.usable.iter().partition(|j| chosen(j));
        let mut last = f64::INFINITY;
        for iteration in 0..ITERATIONS {
            if iteration > 0 {
                self.differentiate(&strong);
            }
            let mut worst: f64 = 0.0;
            let mut added: Vec<usize> = Vec::new();
            for &j in &strong {
                let violation = self.violation(j, penalty);
                worst = worst.max(violation);
                if violation > self.tolerance && self.place[j].is_none() {
                    added.push(j);
                }
            }
            if worst <= self.tolerance {
                self.differentiate(&others);
                let wrong = |j: &usize| self.violation(*j, penalty) > self.tolerance;
                let (found, rest): (Vec<usize>, Vec<usize>) = others.iter().partition(|j| wrong(j));
                if found.is_empty() {
                    return true;
                }
                strong.extend(&found);
                (others, added, worst) = (rest, found, f64::INFINITY);
            }
            let many = self.working.len() > 16 + 3 * self.working.iter().filter(|&&j| self.b[j] != 0.0).count() / 2;
            let slow = worst > GOOD * last && added.is_empty() || iteration % 20 == 19;
            let mut fresh = self.quadratic.len() == 0 || slow || many;
            self.approximate(&added, fresh, penalty);
            last = worst;
            while !self.step(penalty, worst, fresh) {
                if fresh {
                    return false;
                }
                fresh = true;
                self.approximate(&[], true, penalty);
            }
        }
        false
    }

    /// Brings the quadratic up to date: more features, and if asked for the second derivative of this point, without the
    /// features that are zero and may stay so.
    fn approximate(&mut self, added: &[usize], fresh: bool, penalty: Penalty) {
        let mut new = added.to_vec();
        if fresh {
            let working = std::mem::take(&mut self.working);
            working.iter().for_each(|&j| self.place[j] = None);
            let needed = |j: &usize| self.b[*j] != 0.0 || self.violation(*j, penalty) > self.tolerance;
            let kept: Vec<usize> = working.into_iter().filter(needed).collect();
            self.quadratic.clear();
            self.curvature.clone_from(&self.here.state);
            new = kept.into_iter().chain(new).collect();
        }
        if new.is_empty() {
            return;
        }
        let first = self.working.len();
        for &j in &new {
            self.place[j] = Some(self.working.len());
            self.working.push(j);
        }
        let panels = self.curved(&new);
        let products = dispatch(Products { x: &self.problem.x, of: &self.working, panels: &panels, first });
        self.quadratic.extend(&products, new.len());
    }

    /// The negative second derivative times some columns, in panels as [`Products`] takes them; the last column fills the
    /// last panel.
    fn curved(&self, of: &[usize]) -> Vec<f64> {
        let (x, sets) = (&self.problem.x, &self.problem.likelihood.risk_sets);
        let mut out = vec![0.0; of.len().next_multiple_of(PANEL) * x.stride];
        for (panel, of) in out.chunks_mut(PANEL * x.stride).zip(of.chunks(PANEL)) {
            let columns = std::array::from_fn(|lane| x.get(of[lane.min(of.len() - 1)]));
            self.curvature.curved(sets, columns, panel.as_chunks_mut().0);
        }
        out
    }

    /// A step to the minimum of the quadratic, or a part of it if the penalised likelihood does not rise enough. False if
    /// no part of it helps, or the whole of it does not and the second derivative is that of another point.
    fn step(&mut self, penalty: Penalty, worst: f64, fresh: bool) -> bool {
        let pick = |values: &[f64]| -> Vec<f64> { self.working.iter().map(|&j| values[j]).collect() };
        let old = pick(&self.b);
        let gradient = pick(&self.gradient);
        let factors = pick(&self.problem.factors);
        let l1: Vec<f64> = factors.iter().map(|&f| penalty.l1(f)).collect();
        let l2: Vec<f64> = factors.iter().map(|&f| penalty.l2(f)).collect();
        let (mut new, mut u): (Vec<f64>, Vec<f64>) = (old.clone(), gradient.iter().map(|g| -g).collect());
        let finest = 0.1 * self.tolerance;
        let inner = if worst.is_finite() { (1e-3 * worst).max(finest) } else { finest };
        self.quadratic.minimise(&mut new, &mut u, &l1, &l2, inner);

        let cost = |b: &[f64]| -> f64 {
            let terms = b.iter().zip(l1.iter().zip(&l2));
            terms.filter(|(b, _)| **b != 0.0).map(|(b, (l1, l2))| l1 * b.abs() + 0.5 * l2 * b * b).sum()
        };
        let old_cost = cost(&old);
        let before = old_cost - self.here.ln;
        let mut part = 1.0;
        while part > 1e-9 {
            let b: Vec<f64> = match part {
                1.0 => new.clone(),
                part => old.iter().zip(&new).map(|(old, new)| old + part * (new - old)).collect(),
            };
            let d: Vec<f64> = b.iter().zip(&old).map(|(b, old)| b - old).collect();
            let mut eta = self.eta.clone();
            dispatch(Combine { x: &self.problem.x, of: &self.working, factors: &d, out: &mut eta });
            if let Some(there) = Here::new(self.problem, &eta) {
                let own = cost(&b);
                let expected = own - old_cost - gradient.iter().zip(&d).map(|(g, d)| g * d).sum::<f64>();
                let rounding = 1e-13 * (1.0 + before.abs());
                if own - there.ln <= before + 1e-4 * expected + rounding {
                    self.working.iter().zip(b).for_each(|(&j, b)| self.b[j] = b);
                    (self.eta, self.here) = (eta, there);
                    return true;
                }
            }
            if !fresh {
                return false;
            }
            part *= 0.5;
        }
        false
    }
}
