//! Fisher's exact test by Mehta and Patel's network.
//!
//! A table with given sums has the probability *Π R_i! Π C_j! / (n! Π x_ij!)*. Columns are dealt with one after the other. What
//! remains depends on the rows' sums that are left alone, in any order: these are the nodes. At each, paths with the same
//! *-Σ ln x!* are one, and a path ends early if all that can follow is as improbable as the observed table, or none is: by
//! bounds of *-Σ ln x!* of the columns left, each on its own. When two columns are left, *-Σ ln x!* is a sum over rows: all
//! ways are looked at, and the paths that are extreme with each found among the sorted ones.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// Logarithms of probabilities that differ by less are taken for equal.
pub(super) const EQUAL: f64 = 1e-7;

/// Paths whose logarithms differ by less are one.
const SAME: f64 = 1e-9;

/// The number of steps along paths at most: some seconds.
const MOST_STEPS: usize = 4_000_000;

/// The number of ways to fill the last two columns at most, each much cheaper than a step.
const MOST_ENDS: usize = 100_000_000;

/// *ln k!* for *k* up to a number.
pub(super) fn log_factorials(most: u64) -> Vec<f64> {
    let mut logs = vec![0.0; most as usize + 1];
    // Compensated: sums of many logarithms keep their digits.
    let (mut sum, mut lost) = (0.0f64, 0.0f64);
    for k in 1..logs.len() {
        let term = (k as f64).ln() - lost;
        let next = sum + term;
        lost = (next - sum) - term;
        sum = next;
        logs[k] = sum;
    }
    logs
}

/// Paths to a node: by the rounded logarithm, the logarithm *v* of one and the sum of *exp(v_i - v)* of all.
type Paths = BTreeMap<i64, (f64, f64)>;

fn add(paths: &mut Paths, log: f64, weight: f64) {
    let (first, sum) = paths.entry((log / SAME).round() as i64).or_insert((log, 0.0));
    *sum += weight * (log - *first).exp();
}

struct Network<'a> {
    logs: &'a [f64],
    observed: f64,
    steps: usize,
    ends: usize,
    extreme: f64,
}

pub(super) fn exact(counts: &[Vec<u64>], rows: &[u64], columns: &[u64]) -> Result<f64> {
    // Few rows and many columns make few nodes, and so do small columns first.
    let (short, mut long) = match rows.len() <= columns.len() {
        true => (rows, columns.to_vec()),
        false => (columns, rows.to_vec()),
    };
    long.sort_unstable();
    let total: u64 = short.iter().sum();
    let logs = log_factorials(total);
    let log = |counts: &[u64]| counts.iter().map(|c| logs[*c as usize]).sum::<f64>();
    let constant = log(short) + log(&long) - logs[total as usize];
    let mut network = Network { logs: &logs, observed: -log(&counts.concat()), steps: 0, ends: 0, extreme: 0.0 };
    let mut start = short.to_vec();
    start.sort_unstable();
    let mut stage = BTreeMap::from([(start, Paths::from([(0, (0.0, 1.0))]))]);
    let last = long.len() - 2;
    for (k, &column) in long[..last].iter().enumerate() {
        let mut next: BTreeMap<Vec<u64>, Paths> = BTreeMap::new();
        for (left, paths) in &stage {
            network.node(left, paths, column, &long[k + 1..], constant, &mut next)?;
        }
        stage = next;
    }
    for (left, paths) in &stage {
        network.end(left, paths, long[last], constant)?;
    }
    Ok(network.extreme.min(1.0))
}

impl Network<'_> {
    /// All ways to take a column from what is left of the rows.
    fn node(
        &mut self,
        left: &[u64],
        paths: &Paths,
        column: u64,
        after: &[u64],
        constant: f64,
        next: &mut BTreeMap<Vec<u64>, Paths>,
    ) -> Result<()> {
        let mut taken = vec![0u64; left.len()];
        // What is left, in any order, with the steps that leave it.
        let mut merged: BTreeMap<Vec<u64>, Paths> = BTreeMap::new();
        let within = ways(left, column, 0, &mut taken, &mut |taken| {
            let mut rest: Vec<u64> = left.iter().zip(taken).map(|(l, t)| l - t).collect();
            rest.sort_unstable();
            let step = -taken.iter().map(|t| self.logs[*t as usize]).sum::<f64>();
            add(merged.entry(rest).or_default(), step, 1.0);
            self.steps += 1;
            self.steps <= MOST_STEPS
        });
        if !within {
            return Err(too_many());
        }
        for (rest, steps) in merged {
            let sum = rest.iter().sum::<u64>() as usize;
            // Over all completions Σ Π 1/x! = sum! / (Π rest! Π after!).
            let all = self.logs[sum] - rest.iter().chain(after).map(|c| self.logs[*c as usize]).sum::<f64>();
            let (least, most) = (self.least(&rest, after), self.most(&rest, after));
            for &(step, times) in steps.values() {
                for &(past, weight) in paths.values() {
                    self.steps += 1;
                    let log = past + step;
                    if log + most <= self.observed + EQUAL {
                        self.extreme += weight * times * (log + all + constant).exp();
                    } else if log + least <= self.observed + EQUAL {
                        add(next.entry(rest.clone()).or_default(), log, weight * times);
                    }
                }
            }
            if self.steps > MOST_STEPS {
                return Err(too_many());
            }
        }
        Ok(())
    }

    /// All ways to take the last column but one; what is left of each row is the last one.
    fn end(&mut self, left: &[u64], paths: &Paths, column: u64, constant: f64) -> Result<()> {
        // Paths in ascending order, with the sum of the probabilities of those so far.
        let mut ascending: Vec<(f64, f64)> = paths.values().copied().collect();
        ascending.sort_by(|a, b| a.0.total_cmp(&b.0));
        // The largest is 1: what is far below it does not matter, and nothing is beyond the range of numbers.
        let largest = ascending.last().map_or(0.0, |path| path.0);
        let mut sum = 0.0;
        for (log, weight) in &mut ascending {
            sum += *weight * (*log - largest).exp();
            *weight = sum;
        }
        let (threshold, logs, mut extreme, mut ends) = (self.observed + EQUAL, self.logs, 0.0, self.ends);
        let within = ends_of(logs, left, column, 0.0, &mut |step| {
            ends += 1;
            let fit = match ascending[..] {
                [(log, _)] => usize::from(log + step <= threshold),
                _ => ascending.partition_point(|path| path.0 + step <= threshold),
            };
            if fit > 0 {
                extreme += ascending[fit - 1].1 * (largest + step + constant).exp();
            }
            ends <= MOST_ENDS
        });
        self.extreme += extreme;
        self.ends = ends;
        if within { Ok(()) } else { Err(too_many()) }
    }

    /// No completion has a larger *-Σ ln x!*: in each column (or row) alone it is that of equal parts.
    fn most(&self, rest: &[u64], after: &[u64]) -> f64 {
        let equal = |sum: u64, parts: usize| {
            let (each, more) = ((sum / parts as u64) as usize, (sum % parts as u64) as f64);
            let up = if more > 0.0 { self.logs[each + 1] } else { 0.0 };
            -(more * up + (parts as f64 - more) * self.logs[each])
        };
        if after.is_empty() {
            return 0.0;
        }
        let by_column: f64 = after.iter().map(|c| equal(*c, rest.len())).sum();
        let by_row: f64 = rest.iter().map(|r| equal(*r, after.len())).sum();
        by_column.min(by_row)
    }

    /// No completion has a smaller one: in each column alone it is that of parts that are as large as the rows allow.
    fn least(&self, rest: &[u64], after: &[u64]) -> f64 {
        let filled = |mut sum: u64, from: &[u64]| -> f64 {
            let mut log = 0.0;
            for part in from.iter().rev() {
                let part = sum.min(*part);
                log += self.logs[part as usize];
                sum -= part;
            }
            -log
        };
        let by_column: f64 = after.iter().map(|c| filled(*c, rest)).sum();
        let by_row: f64 = rest.iter().map(|r| filled(*r, after)).sum();
        by_column.max(by_row)
    }
}

fn too_many() -> Error {
    Error::Unsupported { method: "Fisher's exact test", what: "a table of so many cases and cells; simulate it" }
}

/// Calls with *-Σ ln x!* of each way to divide what is left of the rows between two columns, one of them with this sum, as
/// long as `with` says true.
fn ends_of(logs: &[f64], left: &[u64], sum: u64, log: f64, with: &mut impl FnMut(f64) -> bool) -> bool {
    let step = |own: u64| log - logs[own as usize] - logs[(left[0] - own) as usize];
    if left.len() == 1 {
        return sum > left[0] || with(step(sum));
    }
    let others: u64 = left[1..].iter().sum();
    (sum.saturating_sub(others)..=sum.min(left[0])).all(|own| ends_of(logs, &left[1..], sum - own, step(own), with))
}

/// All ways to take `sum` from rows with so much left, as long as `with` says true.
fn ways(left: &[u64], sum: u64, row: usize, taken: &mut [u64], with: &mut impl FnMut(&[u64]) -> bool) -> bool {
    if row + 1 == left.len() {
        taken[row] = sum;
        return sum > left[row] || with(taken);
    }
    let others: u64 = left[row + 1..].iter().sum();
    for own in sum.saturating_sub(others)..=sum.min(left[row]) {
        taken[row] = own;
        if !ways(left, sum - own, row + 1, taken, with) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By all tables, one after the other.
    fn naive(counts: &[Vec<u64>], rows: &[u64], columns: &[u64]) -> f64 {
        let logs = log_factorials(rows.iter().sum());
        let log = |c: &[u64]| c.iter().map(|c| logs[*c as usize]).sum::<f64>();
        let constant = log(rows) + log(columns) - logs[rows.iter().sum::<u64>() as usize];
        fn all(left: &[u64], columns: &[u64], table: &mut Vec<Vec<u64>>, with: &mut dyn FnMut(&[Vec<u64>])) {
            let Some((column, after)) = columns.split_first() else { return with(table) };
            let mut taken = vec![0; left.len()];
            let mut found = Vec::new();
            ways(left, *column, 0, &mut taken, &mut |t| {
                found.push(t.to_vec());
                true
            });
            for column in found {
                let rest: Vec<u64> = left.iter().zip(&column).map(|(l, t)| l - t).collect();
                table.push(column);
                all(&rest, after, table, with);
                table.pop();
            }
        }
        let observed = -log(&counts.concat());
        let mut p = 0.0;
        all(rows, columns, &mut Vec::new(), &mut |table| {
            let this = -log(&table.concat());
            if this <= observed + EQUAL {
                p += (this + constant).exp();
            }
        });
        p
    }

    #[test]
    fn the_network_finds_what_all_tables_give() {
        for counts in [
            vec![vec![3u64, 1, 0], vec![2, 2, 4]],
            vec![vec![5, 0], vec![1, 4], vec![2, 2]],
            vec![vec![1, 2, 3], vec![0, 4, 1], vec![5, 0, 0]],
            vec![vec![2, 1, 0, 3], vec![1, 1, 4, 0], vec![0, 3, 2, 2]],
            vec![vec![10, 2], vec![3, 15]],
        ] {
            let rows: Vec<u64> = counts.iter().map(|row| row.iter().sum()).collect();
            let columns: Vec<u64> = (0..counts[0].len()).map(|j| counts.iter().map(|row| row[j]).sum()).collect();
            let (ours, all) = (exact(&counts, &rows, &columns).unwrap(), naive(&counts, &rows, &columns));
            assert!((ours - all).abs() < 1e-12 * all, "{counts:?} {ours} {all}");
        }
    }
}
