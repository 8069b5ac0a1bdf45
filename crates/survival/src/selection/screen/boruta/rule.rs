//! When hits are enough, and when they are too few.

use radsurv_stats::distribution::FisherF;

use super::Status;
use crate::error::Result;

/// The hits until now, and what follows from them.
pub(super) struct Tally {
    features: Vec<Feature>,
    runs: usize,
    p_value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Feature {
    pub status: Status,
    pub hits: usize,
    /// The number of runs after which it was decided.
    pub after: Option<usize>,
}

impl Tally {
    pub(super) fn new(features: usize, p_value: f64) -> Self {
        let feature = Feature { status: Status::Tentative, hits: 0, after: None };
        Self { features: vec![feature; features], runs: 0, p_value }
    }

    pub(super) fn runs(&self) -> usize {
        self.runs
    }

    pub(super) fn features(&self) -> &[Feature] {
        &self.features
    }

    pub(super) fn any_tentative(&self) -> bool {
        self.features.iter().any(|f| f.status == Status::Tentative)
    }

    /// The hits of a further run, and the decisions after it. Confirmed features go on to score, and all features count in the
    /// adjustment, as in the R package.
    pub(super) fn add(&mut self, hit: &[bool]) -> Result<()> {
        self.runs += 1;
        let count = self.features.len() as f64;
        for (feature, hit) in self.features.iter_mut().zip(hit) {
            feature.hits += usize::from(*hit);
            if feature.status != Status::Tentative {
                continue;
            }
            // Of ½ both tails are the same: as many hits or more are as likely as as many misses or fewer.
            let often = count * at_least(feature.hits, self.runs)? < self.p_value;
            let rarely = count * at_least(self.runs - feature.hits, self.runs)? < self.p_value;
            if often || rarely {
                feature.status = if rarely { Status::Rejected } else { Status::Confirmed };
                feature.after = Some(self.runs);
            }
        }
        Ok(())
    }
}

/// The probability of so many heads or more of fair coins.
///
/// *P(X >= h) = I_½(h, n - h + 1)*, the incomplete beta function, which is that of Fisher's *F* with *2 h* and *2 (n - h + 1)* degrees of
/// freedom.
fn at_least(heads: usize, coins: usize) -> Result<f64> {
    if heads == 0 {
        return Ok(1.0);
    }
    let (a, b) = (heads as f64, (coins - heads + 1) as f64);
    Ok(FisherF::new(2.0 * a, 2.0 * b)?.lower(b / a))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use radsurv_testkit::golden::Golden;

    use super::*;

    fn letter(feature: &Feature) -> char {
        match feature.status {
            Status::Tentative => 'T',
            Status::Confirmed => 'C',
            Status::Rejected => 'R',
        }
    }

    /// reference/screen.R: the decisions of the R package after each run, given the same hits.
    #[test]
    fn decisions_are_those_of_boruta() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/screen.jsonl.gz");
        let golden = Golden::read(&file).unwrap();
        let (mut compared, mut changes) = (0, 0);
        for row in golden.rows.iter().filter(|r| r["kind"] == "boruta") {
            let texts = |key: &str| row[key].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_string());
            let hits: Vec<Vec<bool>> = texts("hits").map(|t| t.chars().map(|c| c == '1').collect()).collect();
            let first = row["first"].as_u64().unwrap() as usize;
            let expected: Vec<String> = texts("decisions").collect();
            assert_eq!(expected.len(), hits.len() + 1 - first);
            let mut tally = Tally::new(hits[0].len(), 0.01);
            let mut before = String::new();
            for hit in &hits {
                if tally.any_tentative() {
                    // Those that are rejected take no part.
                    let taking = tally.features().iter().zip(hit);
                    let hit: Vec<bool> = taking.map(|(f, hit)| *hit && f.status != Status::Rejected).collect();
                    tally.add(&hit).unwrap();
                }
                let Some(after) = tally.runs().checked_sub(first) else { continue };
                let ours: String = tally.features().iter().map(letter).collect();
                assert_eq!(ours, expected[after], "after {} runs", tally.runs());
                compared += ours.len();
                changes += usize::from(ours != before);
                before = ours;
            }
        }
        assert!(compared > 3000 && changes > 15, "{compared} {changes}");
    }

    proptest! {
        #[test]
        fn tails_are_sums_of_binomial_coefficients(coins in 1usize..40, heads in 0usize..40) {
            let heads = heads.min(coins);
            let mut term = 1u64;
            let mut sum = 0u64;
            for k in 0..=coins as u64 {
                sum += if k >= heads as u64 { term } else { 0 };
                term = term * (coins as u64 - k) / (k + 1);
            }
            let exact = sum as f64 / (1u64 << coins) as f64;
            prop_assert!((at_least(heads, coins).unwrap() / exact - 1.0).abs() < 1e-12);
        }

        /// The rule as it is said, with tails by summing, in another order: all decisions of one feature from all of its hits.
        #[test]
        fn decisions_are_those_of_the_rule_restated(
            hits in prop::collection::vec(prop::collection::vec(any::<bool>(), 6), 1..45), always in 0usize..6, never in 0usize..6,
        ) {
            let hits: Vec<Vec<bool>> = hits.into_iter().map(|mut run| { run[never] = false; run[always] = true; run }).collect();
            let mut tally = Tally::new(6, 0.01);
            for hit in &hits {
                tally.add(hit).unwrap();
            }
            let choose = |n: usize, k: usize| (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
            for (j, found) in tally.features().iter().enumerate() {
                let mut expected = (Status::Tentative, None);
                for n in 1..=hits.len() {
                    let h = hits[..n].iter().filter(|run| run[j]).count();
                    let part = |range: std::ops::RangeInclusive<usize>| range.map(|k| choose(n, k)).sum::<f64>() / 2f64.powi(n as i32);
                    if expected.1.is_none() && 6.0 * part(h..=n) < 0.01 {
                        expected = (Status::Confirmed, Some(n));
                    } else if expected.1.is_none() && 6.0 * part(0..=h) < 0.01 {
                        expected = (Status::Rejected, Some(n));
                    }
                }
                prop_assert_eq!((found.status, found.after), expected);
            }
        }
    }
}
