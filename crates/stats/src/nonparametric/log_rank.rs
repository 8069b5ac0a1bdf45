//! Whether survival differs between groups: the log-rank test and its weighted relatives.
//!
//! At each time of events, with *d* events and *Y* at risk in all groups, *Y_j* and *d_j* in group *j*, and the weight *w*:
//!
//! *O_j = Σ w d_j*, *E_j = Σ w d Y_j / Y*, *V_jk = Σ w² d (Y - d) / (Y - 1) · Y_j / Y · (1(j = k) - Y_k / Y)*,
//!
//! and *χ² = (O - E)' V⁻ (O - E)*, with as many degrees of freedom as *V* has rank: groups less one. With strata *O*, *E* and
//! *V* are sums over them; *Y*, *d* and *w* are of the stratum.
//!
//! | [`TestWeights`] | *w(t)* | sees | elsewhere |
//! |---|---|---|---|
//! | `LogRank` | 1 | proportional hazards | `survdiff(rho = 0)` |
//! | `Gehan` | *Y* | early differences; depends on censoring | lifelines `wilcoxon`, survminer `n` |
//! | `TaroneWare` | *√Y* | between the two | lifelines `tarone-ware`, survminer `sqrtN` |
//! | `PetoPeto` | *Π (1 - d / (Y + 1))* up to *t* | early differences | lifelines `peto`, survminer `S1` |
//! | `FlemingHarrington` | *S(t-)^ρ (1 - S(t-))^γ* | early (*ρ > 0*), late (*γ > 0*) differences | `survdiff(rho)` with *γ = 0*; lifelines, survminer `FH` |
//!
//! *S* is Kaplan and Meier's estimate of all groups together (of the stratum).
//!
//! The test for trend with scores *a_j* of the groups: *χ² = (Σ a_j (O_j - E_j))² / (a' V a)*, one degree of freedom.
//!
//! # Edge cases
//! - With left truncation a case is at risk after its entry, as everywhere here; R's `survdiff` does not take it.
//! - A time with one case at risk adds nothing to *V*.
//! - A group that is never at risk together with another adds nothing, and takes a degree of freedom away.
//! - No event while two groups are at risk: an error.
//! - Weights of cases other than 0 and 1 are an error: *V* is not a variance with them.
//!
//! # Sources
//! Mantel, *Cancer Chemotherapy Reports* 50 (1966) 163-170. Harrington and Fleming, *Biometrika* 69 (1982) 553-566. Tarone and
//! Ware, *Biometrika* 64 (1977) 156-160. Peto and Peto, *Journal of the Royal Statistical Society A* 135 (1972) 185-207. Klein
//! and Moeschberger: Survival Analysis, 2nd ed. (2003), p. 205-220 (weights p. 206, trend p. 217, strata p. 219).

use radsurv_data::{Groups, Survival};

use super::risk_set::RiskSets;
use crate::distribution::ChiSquared;
use crate::error::{Error, Result};
use crate::hypothesis::ChiSquaredTest;
use crate::linear::Qr;

/// How much the times of events count; see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum TestWeights {
    /// All the same.
    #[default]
    LogRank,
    /// By the number at risk: Gehan's and Breslow's generalisation of Wilcoxon's test.
    Gehan,
    /// By the root of the number at risk.
    TaroneWare,
    /// By a survival curve, Peto and Peto's.
    PetoPeto,
    /// By powers of the survival curve before the time and its complement.
    FlemingHarrington {
        /// The power of survival, at least 0.
        rho: f64,
        /// The power of one less survival, at least 0.
        gamma: f64,
    },
}

/// A group in a log-rank test.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRankGroup {
    /// Its name.
    pub name: String,
    /// The number of its cases.
    pub cases: usize,
    /// The number of its events.
    pub events: usize,
    /// Its weighted events *O*.
    pub observed: f64,
    /// The weighted events *E* that it would have if groups did not differ.
    pub expected: f64,
}

/// A log-rank test; see the [module](self).
///
/// # Example
/// Freireich's remission times in weeks (Kalbfleisch and Prentice): 6-MP and placebo.
/// ```
/// use radsurv_data::{Groups, Survival};
/// use radsurv_stats::nonparametric::TestWeights;
/// let drug = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35].map(f64::from);
/// let relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(|e| e == 1);
/// let placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23].map(f64::from);
/// let outcome = Survival::new([drug, placebo].concat(), [relapse, [true; 21]].concat())?;
/// let arms = Groups::new((0..42).map(|i| Some(if i < 21 { "6-MP" } else { "placebo" })));
/// let test = TestWeights::LogRank.test(&outcome, &arms, None)?;
/// assert_eq!((test.test.statistic * 100.0).round(), 1679.0);
/// assert_eq!((test.groups[0].expected * 100.0).round(), 1925.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LogRank {
    /// The groups, in the order of their names.
    pub groups: Vec<LogRankGroup>,
    /// The covariance *V* of *O - E*, a row per group.
    pub covariance: Vec<Vec<f64>>,
    /// The test of any difference.
    pub test: ChiSquaredTest,
}

impl TestWeights {
    /// Tests whether survival differs between groups, within strata if there are some.
    ///
    /// # Errors
    /// [`Error::Length`] if numbers of cases differ, [`Error::Missing`] at a case without group (column 0) or stratum (column
    /// 1), [`Error::TooFewGroups`], [`Error::NothingToCompare`] if no event happened while two groups were at risk,
    /// [`Error::NotPositive`] for a negative power, [`Error::Unsupported`] for weights of cases other than 0 and 1.
    pub fn test(self, outcome: &Survival, groups: &Groups, strata: Option<&Groups>) -> Result<LogRank> {
        if let Self::FlemingHarrington { rho, gamma } = self
            && let Some(&value) = [rho, gamma].iter().find(|power| !(**power >= 0.0 && power.is_finite()))
        {
            return Err(Error::NotPositive { name: "power of a Fleming-Harrington test", value, unit: "number or 0" });
        }
        if outcome.weights().is_some_and(|weights| weights.iter().any(|w| *w != 0.0 && *w != 1.0)) {
            let what = "weights of cases other than 0 and 1; repeat cases that count several times";
            return Err(Error::Unsupported { method: "the log-rank test", what });
        }
        let codes = codes(groups, outcome.len(), 0)?;
        let names = groups.levels();
        let mut sums = Sums::new(names.len());
        for (case, &code) in codes.iter().enumerate().filter(|(case, _)| outcome.weight(*case) > 0.0) {
            sums.cases[code] += 1;
            sums.events[code] += usize::from(outcome.event()[case]);
        }
        let found = sums.cases.iter().filter(|count| **count > 0).count();
        if found < 2 {
            return Err(Error::TooFewGroups { what: "a log-rank test", found });
        }
        match strata {
            None => sums.add(self, outcome, &codes)?,
            Some(strata) => {
                let of = self::codes(strata, outcome.len(), 1)?;
                for stratum in 0..strata.levels().len() {
                    let there = |i: &usize| of[*i] == stratum && outcome.weight(*i) > 0.0;
                    let cases: Vec<usize> = (0..outcome.len()).filter(there).collect();
                    if !cases.is_empty() {
                        let own: Vec<usize> = cases.iter().map(|&i| codes[i]).collect();
                        sums.add(self, &outcome.rows(&cases), &own)?;
                    }
                }
            }
        }
        sums.finish(names)
    }
}

impl LogRank {
    /// Tests for a trend over groups with these scores, one for each in order: 1, 2, 3 for ordered groups.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not a score for each group, [`Error::Missing`] and [`Error::Infinite`] at a score that is
    /// no finite number, [`Error::NothingToCompare`] if groups that can be compared have the same score.
    pub fn trend(&self, scores: &[f64]) -> Result<ChiSquaredTest> {
        crate::linear::check(scores, 0, self.groups.len())?;
        let difference: f64 = self.groups.iter().zip(scores).map(|(g, a)| a * (g.observed - g.expected)).sum();
        let row = |row: &Vec<f64>| row.iter().zip(scores).map(|(v, a)| v * a).sum::<f64>();
        let variance: f64 = self.covariance.iter().zip(scores).map(|(v, a)| a * row(v)).sum();
        let largest = scores.iter().fold(0.0f64, |m, a| m.max(a.abs()));
        let scale: f64 = (0..scores.len()).map(|j| self.covariance[j][j]).sum();
        if variance <= 1e-12 * scale * largest * largest {
            return Err(Error::NothingToCompare { what: "groups of different scores" });
        }
        let statistic = difference * difference / variance;
        Ok(ChiSquaredTest { statistic, df: 1.0, p_value: ChiSquared::new(1.0)?.upper(statistic) })
    }
}

fn codes(groups: &Groups, cases: usize, column: usize) -> Result<Vec<usize>> {
    if groups.len() != cases {
        return Err(Error::Length { column, found: groups.len(), expected: cases });
    }
    let code = |(row, code): (usize, &Option<usize>)| code.ok_or(Error::Missing { column, row });
    groups.codes().iter().enumerate().map(code).collect()
}

struct Sums {
    cases: Vec<usize>,
    events: Vec<usize>,
    observed: Vec<f64>,
    expected: Vec<f64>,
    covariance: Vec<Vec<f64>>,
}

impl Sums {
    fn new(groups: usize) -> Self {
        Self {
            cases: vec![0; groups],
            events: vec![0; groups],
            observed: vec![0.0; groups],
            expected: vec![0.0; groups],
            covariance: vec![vec![0.0; groups]; groups],
        }
    }

    /// Adds a stratum, in the order of time.
    fn add(&mut self, weights: TestWeights, outcome: &Survival, codes: &[usize]) -> Result<()> {
        let risk = RiskSets::of(outcome)?;
        let (entering, entry) = (risk.entering(), outcome.entry().unwrap_or(&[]));
        let mut at_risk = vec![0.0; self.cases.len()];
        if entering.is_empty() {
            risk.groups().flat_map(|(_, cases)| cases).for_each(|&case| at_risk[codes[case]] += 1.0);
        }
        let (mut next, mut survival, mut peto) = (0, 1.0, 1.0);
        for (set, cases) in risk.groups() {
            while let Some(&case) = entering.get(next).filter(|i| entry[**i] < set.time) {
                at_risk[codes[case]] += 1.0;
                next += 1;
            }
            if set.event_count > 0 {
                let (d, y) = (set.events, set.at_risk);
                peto *= 1.0 - d / (y + 1.0);
                let weight = match weights {
                    TestWeights::LogRank => 1.0,
                    TestWeights::Gehan => y,
                    TestWeights::TaroneWare => y.sqrt(),
                    TestWeights::PetoPeto => peto,
                    TestWeights::FlemingHarrington { rho, gamma } => {
                        f64::powf(survival, rho) * f64::powf(1.0 - survival, gamma)
                    }
                };
                survival *= (y - d) / y;
                cases[..set.event_count].iter().for_each(|&case| self.observed[codes[case]] += weight);
                let factor = if y > 1.0 { weight * weight * d * (y - d) / (y - 1.0) } else { 0.0 };
                for (j, own) in at_risk.iter().enumerate().filter(|(_, own)| **own > 0.0) {
                    self.expected[j] += weight * d * own / y;
                    // Exactly 0 for a group that is alone.
                    for (k, other) in at_risk.iter().enumerate() {
                        let part = if j == k { (y - own) / y } else { -other / y };
                        self.covariance[j][k] += factor * (own / y) * part;
                    }
                }
            }
            cases.iter().for_each(|&case| at_risk[codes[case]] -= 1.0);
        }
        Ok(())
    }

    fn finish(self, names: &[String]) -> Result<LogRank> {
        let Self { cases, events, observed, expected, covariance } = self;
        // As correlations, so that a small group is not taken for a dependent one beside large ones.
        let kept: Vec<usize> = (0..cases.len()).filter(|&j| covariance[j][j] > 0.0).collect();
        let deviation = |j: usize| covariance[j][j].sqrt();
        let column = |&j: &usize| kept.iter().map(|&k| covariance[j][k] / (deviation(j) * deviation(k))).collect();
        let qr = Qr::new(&kept.iter().map(column).collect::<Vec<Vec<f64>>>())?;
        if qr.rank() == 0 {
            return Err(Error::NothingToCompare { what: "two groups" });
        }
        // One group is what the others leave: the form does not depend on the solution that is taken.
        let scores: Vec<f64> = kept.iter().map(|&j| (observed[j] - expected[j]) / deviation(j)).collect();
        let solution = qr.fit(&scores)?.coefficients;
        let form: f64 = scores.iter().zip(&solution).map(|(z, x)| z * x.unwrap_or(0.0)).sum();
        let (statistic, df) = (form.max(0.0), qr.rank() as f64);
        let test = ChiSquaredTest { statistic, df, p_value: ChiSquared::new(df)?.upper(statistic) };
        let groups = names.iter().enumerate().map(|(j, name)| LogRankGroup {
            name: name.clone(),
            cases: cases[j],
            events: events[j],
            observed: observed[j],
            expected: expected[j],
        });
        Ok(LogRank { groups: groups.collect(), covariance, test })
    }
}
