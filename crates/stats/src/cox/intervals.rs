//! Sums over event times of what holds for an interval of them, for cases that enter late.
//!
//! A running sum from which a case is taken when it has not entered yet loses the digits of the others if its risk is
//! enormous. A sum that only adds does not: a binary tree over the event times, in *O(ln m)* per case.

/// The tree, its root at 1 and its leaves from the middle on.
pub(super) struct Intervals<const N: usize> {
    nodes: Vec<[f64; N]>,
}

#[inline(always)]
pub(super) fn plus<const N: usize>(mut a: [f64; N], b: [f64; N]) -> [f64; N] {
    (0..N).for_each(|lane| a[lane] += b[lane]);
    a
}

impl<const N: usize> Intervals<N> {
    /// A tree of so many event times to which nothing was added.
    pub(super) fn empty(times: usize) -> Self {
        Self { nodes: vec![[0.0; N]; 2 * times] }
    }

    /// A tree that sums up what event times have.
    pub(super) fn sums(leaves: &[[f64; N]]) -> Self {
        let m = leaves.len();
        let mut nodes = vec![[0.0; N]; m];
        nodes.extend(leaves);
        for node in (1..m).rev() {
            nodes[node] = plus(nodes[2 * node], nodes[2 * node + 1]);
        }
        Self { nodes }
    }

    /// Adds a value to the times from one on until before another.
    pub(super) fn add(&mut self, from: usize, until: usize, value: [f64; N]) {
        Self::cover(self.nodes.len() / 2, from, until, |node| self.nodes[node] = plus(self.nodes[node], value));
    }

    /// What was added to a time.
    pub(super) fn at(&self, time: usize) -> [f64; N] {
        let mut node = time + self.nodes.len() / 2;
        let mut sum = [0.0; N];
        while node > 0 {
            sum = plus(sum, self.nodes[node]);
            node /= 2;
        }
        sum
    }

    /// The sum of the times from one on until before another, of a tree of sums.
    pub(super) fn between(&self, from: usize, until: usize) -> [f64; N] {
        let mut sum = [0.0; N];
        Self::cover(self.nodes.len() / 2, from, until, |node| sum = plus(sum, self.nodes[node]));
        sum
    }

    /// The nodes that together have exactly these times below them.
    fn cover(m: usize, from: usize, until: usize, mut node: impl FnMut(usize)) {
        let (mut low, mut high) = (from + m, until + m);
        while low < high {
            if low % 2 == 1 {
                node(low);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                node(high);
            }
            (low, high) = (low / 2, high / 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_the_sums_of_their_times() {
        for m in 1..12 {
            let values: Vec<[f64; 1]> = (0..m).map(|i| [(i * i + 1) as f64]).collect();
            let (sums, mut added, mut expected) = (Intervals::sums(&values), Intervals::empty(m), vec![0.0; m]);
            for from in 0..m {
                for until in from..=m {
                    assert_eq!(sums.between(from, until)[0], values[from..until].iter().map(|v| v[0]).sum::<f64>());
                    let value = (from + 7 * until) as f64;
                    added.add(from, until, [value]);
                    expected[from..until].iter_mut().for_each(|e| *e += value);
                }
            }
            assert!((0..m).all(|time| added.at(time)[0] == expected[time]));
        }
    }
}
