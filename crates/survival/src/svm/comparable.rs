//! The squared losses of all comparable pairs, and of errors of times: their derivatives in *O(n log n)* steps.
//!
//! A case *j* with the event and a case *i* with a later time (or censored at the same time: it outlived *j*) are comparable. With
//! scores *s*, larger ones for longer times, and case weights *c*, the loss is
//!
//! *a r / 2 sum_(i, j) c_i c_j max(0, 1 - (s_i - s_j))² + a (1 - r) / 2 sum_i c_i e_i²*,
//!
//! *e_i* being *y_i - s_i*, but 0 for a censored case that is predicted to live longer than it was followed.
//!
//! Cases are sorted by score. Those within 1 of a score are then a range whose end moves on with the score; the sums over those
//! of them with a later (or earlier) time are kept in a Fenwick tree over the order of times. scikit-survival keeps them in balanced
//! trees; times that are tied it orders at random.
//!
//! Sources: Pölsterl, Navab, Katouzian: Fast training of support vector machines for survival analysis, ECML PKDD 2015, 243-259
//! (equations 3 to 7); Fenwick: A new data structure for cumulative frequency tables, Software: Practice and Experience 24 (1994)
//! 327-336.

use radsurv_data::Survival;

use super::newton::Loss;

/// Both losses.
pub(super) struct Comparable {
    /// Of each case the place of its time, events before those that are censored there.
    place: Vec<usize>,
    event: Vec<bool>,
    case_weight: Vec<f64>,
    /// *a r* and *a (1 - r)*.
    rank: f64,
    regression: f64,
    times: Vec<f64>,
    /// Cases from the smallest score to the largest.
    order: Vec<u32>,
    scores: Vec<f64>,
    /// The weights of the partners of each case whose loss is not 0.
    partners: Vec<f64>,
    gradient: Vec<f64>,
    tree: Fenwick,
}

impl Comparable {
    /// Of cases with these outcomes, times being learned as `times`.
    pub(super) fn new(outcome: &Survival, times: Vec<f64>, rank: f64, regression: f64) -> Self {
        let n = outcome.len();
        let key = |i: usize| (outcome.times()[i], !outcome.event()[i]);
        let mut sorted: Vec<usize> = (0..n).collect();
        sorted.sort_by(|&a, &b| key(a).0.total_cmp(&key(b).0).then(key(a).1.cmp(&key(b).1)));
        let mut place = vec![0; n];
        for pair in sorted.windows(2) {
            place[pair[1]] = place[pair[0]] + usize::from(key(pair[0]) != key(pair[1]));
        }
        let places = sorted.last().map_or(0, |&last| place[last] + 1);
        Self {
            place,
            event: outcome.event().to_vec(),
            case_weight: (0..n).map(|i| outcome.weight(i)).collect(),
            rank,
            regression,
            times,
            order: (0..n as u32).collect(),
            scores: vec![0.0; n],
            partners: vec![0.0; n],
            gradient: vec![0.0; n],
            tree: Fenwick::new(places),
        }
    }

    /// The weights of all comparable pairs, together.
    pub(super) fn pairs(&mut self) -> f64 {
        self.tree.clear();
        (0..self.place.len()).for_each(|i| self.tree.add(self.place[i], self.case_weight[i], 0.0));
        let later = |i: usize| self.tree.total().0 - self.tree.upto(self.place[i] + 1).0;
        (0..self.place.len()).filter(|&i| self.event[i]).map(|i| self.case_weight[i] * later(i)).sum()
    }

    /// For each case, of its partners whose loss is not 0: the sums of *c*, of *c v*, and of *c* with the sign by which the loss grows
    /// with the score of this case.
    fn sums(&mut self, v: &[f64], mut each: impl FnMut(usize, f64, f64, f64)) {
        let n = self.order.len();
        let (order, scores, c) = (&self.order, &self.scores, &self.case_weight);
        // One expression for both directions, so that rounding takes the same pairs in both.
        let counts = |long: usize, short: usize| 1.0 - (scores[long] - scores[short]) > 0.0;
        self.tree.clear();
        let mut next = 0;
        for &i in order {
            let i = i as usize;
            while next < n && counts(order[next] as usize, i) {
                let j = order[next] as usize;
                self.tree.add(self.place[j], c[j], c[j] * v[j]);
                next += 1;
            }
            if self.event[i] {
                let (upto, total) = (self.tree.upto(self.place[i] + 1), self.tree.total());
                each(i, total.0 - upto.0, total.1 - upto.1, total.0 - upto.0);
            }
        }
        self.tree.clear();
        let mut next = n;
        for &i in order.iter().rev() {
            let i = i as usize;
            while next > 0 && counts(i, order[next - 1] as usize) {
                let j = order[next - 1] as usize;
                if self.event[j] {
                    self.tree.add(self.place[j], c[j], c[j] * v[j]);
                }
                next -= 1;
            }
            let sums = self.tree.upto(self.place[i]);
            each(i, sums.0, sums.1, -sums.0);
        }
    }

    fn counts_as_error(&self, i: usize) -> bool {
        self.event[i] || self.times[i] > self.scores[i]
    }
}

impl Loss for Comparable {
    fn at(&mut self, scores: &[f64]) {
        self.scores.copy_from_slice(scores);
        // Nearly in order already, which a stable sort is fast on.
        self.order.sort_by(|a, b| scores[*a as usize].total_cmp(&scores[*b as usize]).then(a.cmp(b)));
        let n = scores.len();
        let (mut partners, mut gradient) = (vec![0.0; n], vec![0.0; n]);
        if self.rank > 0.0 {
            self.sums(scores, |i, count, sum, signed| {
                partners[i] += count;
                gradient[i] += count * scores[i] - sum + signed;
            });
        }
        for i in 0..n {
            gradient[i] *= self.rank * self.case_weight[i];
            if self.regression > 0.0 && self.counts_as_error(i) {
                gradient[i] += self.regression * self.case_weight[i] * (scores[i] - self.times[i]);
            }
        }
        (self.partners, self.gradient) = (partners, gradient);
    }

    fn gradient(&self) -> &[f64] {
        &self.gradient
    }

    fn curvature(&mut self, direction: &[f64]) -> Vec<f64> {
        let n = direction.len();
        let mut out = vec![0.0; n];
        if self.rank > 0.0 {
            self.sums(direction, |i, _, sum, _| out[i] -= sum);
        }
        for i in 0..n {
            out[i] = self.rank * self.case_weight[i] * (out[i] + self.partners[i] * direction[i]);
            if self.regression > 0.0 && self.counts_as_error(i) {
                out[i] += self.regression * self.case_weight[i] * direction[i];
            }
        }
        out
    }
}

/// Sums of two numbers over the first places.
struct Fenwick {
    /// At *k* the sums of the places from *k - lowbit(k)* to *k* - 1.
    sums: Vec<(f64, f64)>,
    total: (f64, f64),
}

impl Fenwick {
    fn new(places: usize) -> Self {
        Self { sums: vec![(0.0, 0.0); places + 1], total: (0.0, 0.0) }
    }

    fn clear(&mut self) {
        self.sums.fill((0.0, 0.0));
        self.total = (0.0, 0.0);
    }

    #[inline]
    fn add(&mut self, place: usize, a: f64, b: f64) {
        self.total = (self.total.0 + a, self.total.1 + b);
        let mut k = place + 1;
        while k < self.sums.len() {
            let at = &mut self.sums[k];
            *at = (at.0 + a, at.1 + b);
            k += k & k.wrapping_neg();
        }
    }

    /// The sums of the places below this one.
    #[inline]
    fn upto(&self, place: usize) -> (f64, f64) {
        let (mut k, mut sums) = (place, (0.0, 0.0));
        while k > 0 {
            sums = (sums.0 + self.sums[k].0, sums.1 + self.sums[k].1);
            k &= k - 1;
        }
        sums
    }

    fn total(&self) -> (f64, f64) {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cases with ties in times and scores, and weights.
    fn cases(n: usize) -> (Survival, Vec<f64>, Vec<f64>) {
        let value = |i: usize, k: usize| ((i * i * (k + 3) + 7 * i + k) % 23) as f64;
        let outcome = Survival::new((0..n).map(|i| value(i, 0) + 1.0).collect(), (0..n).map(|i| i % 3 > 0).collect());
        let outcome = outcome.unwrap().with_weights((0..n).map(|i| (i % 4) as f64 / 2.0).collect()).unwrap();
        let scores = (0..n).map(|i| value(i, 2) / 7.0).collect();
        (outcome, scores, (0..n).map(|i| value(i, 4) - 11.0).collect())
    }

    #[test]
    fn derivatives_are_those_of_all_pairs() {
        for n in [2, 5, 40, 150] {
            let (outcome, scores, direction) = cases(n);
            let times: Vec<f64> = outcome.times().iter().map(|t| t.ln()).collect();
            let mut loss = Comparable::new(&outcome, times.clone(), 0.7, 0.2);
            loss.at(&scores);
            let (mut gradient, mut curvature, mut pairs) = (vec![0.0; n], vec![0.0; n], 0.0);
            for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
                let (t, event) = (outcome.times(), outcome.event());
                let later = t[i] > t[j] || (t[i] == t[j] && !event[i]);
                let c = outcome.weight(i) * outcome.weight(j);
                if !(event[j] && later && i != j) {
                    continue;
                }
                pairs += c;
                let short = 1.0 - (scores[i] - scores[j]);
                if short > 0.0 {
                    gradient[i] -= 0.7 * c * short;
                    gradient[j] += 0.7 * c * short;
                    curvature[i] += 0.7 * c * (direction[i] - direction[j]);
                    curvature[j] -= 0.7 * c * (direction[i] - direction[j]);
                }
            }
            for i in 0..n {
                if outcome.event()[i] || times[i] > scores[i] {
                    gradient[i] -= 0.2 * outcome.weight(i) * (times[i] - scores[i]);
                    curvature[i] += 0.2 * outcome.weight(i) * direction[i];
                }
            }
            let found = loss.curvature(&direction);
            for i in 0..n {
                assert!((loss.gradient()[i] - gradient[i]).abs() < 1e-10, "{n} {i}");
                assert!((found[i] - curvature[i]).abs() < 1e-9, "{n} {i}: {} {}", found[i], curvature[i]);
            }
            assert!((loss.pairs() - pairs).abs() < 1e-9);
        }
    }
}
