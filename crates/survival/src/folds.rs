//! Cases divided into folds, each with its share of events.
//!
//! Events are dealt out in random order, one fold after the other, and then the other cases: folds differ by one in their
//! numbers of events, and of cases, at most. Cases without weight are among the others.
//!
//! Cases of one group (a patient with several lesions, a centre) may have to stay together, so that no fold is judged by a
//! model that has seen its patients or its centre. Groups are then dealt out whole: in random order, those with the most
//! events first, each to the fold that has the fewest events so far, or the fewest cases if it has no event itself or folds
//! are equal.
//!
//! The same seed gives the same folds everywhere. Repeats have folds of their own.

use radsurv_data::{Groups, Survival};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::random::Random;

/// How cases are divided into folds; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_data::{Groups, Survival};
/// use radsurv_survival::folds::FoldSettings;
/// let outcome = Survival::new((0..60).map(f64::from).collect(), (0..60).map(|i| i % 3 == 0).collect())?;
/// let settings = FoldSettings { folds: 5, ..Default::default() };
/// let folds = &settings.draw(&outcome, None)?[0];
/// assert_eq!((folds.cases(0).len(), folds.others(0).len()), (12, 48));
/// assert_eq!(outcome.rows(&folds.cases(0)).events(), 4);
///
/// let patients = Groups::new((0..60).map(|i| Some(format!("P{}", i / 2))));
/// let whole = &settings.draw(&outcome, Some(&patients))?[0];
/// assert!((0..30).all(|p| whole.of()[2 * p] == whole.of()[2 * p + 1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FoldSettings {
    /// The number of folds. Default 10.
    pub folds: usize,
    /// How often cases are divided. Default 1.
    pub repeats: usize,
    /// The seed. Default 0.
    pub seed: u64,
}

impl Default for FoldSettings {
    fn default() -> Self {
        Self { folds: 10, repeats: 1, seed: 0 }
    }
}

/// Cases divided into folds, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folds {
    of: Vec<usize>,
    count: usize,
}

impl FoldSettings {
    /// Divides the cases, once for each repeat.
    ///
    /// # Errors
    /// [`Error::Setting`] if there are fewer than 2 folds, or no repeat; [`Error::FewerThanFolds`] with fewer events (or groups with
    /// events) than folds; [`radsurv_data::Error::Length`] if the groups are of other cases, [`Error::NoGroup`] at a case without one.
    pub fn draw(&self, outcome: &Survival, groups: Option<&Groups>) -> Result<Vec<Folds>> {
        let bad = |name, value: usize, what| Err(Error::Setting { name, value: value.to_string(), what });
        if self.repeats == 0 {
            return bad("the number of repeats", 0, "give 1 or more");
        }
        if self.folds < 2 {
            return bad("the number of folds", self.folds, "give 2 at least, 10 usually");
        }
        let events = (0..outcome.len()).filter(|&i| happened(outcome, i)).count();
        if events < self.folds {
            return Err(Error::FewerThanFolds { folds: self.folds, what: "events" });
        }
        let groups = groups.map(|groups| Grouped::new(outcome, groups)).transpose()?;
        if groups.as_ref().is_some_and(|groups| groups.iter().filter(|g| g.events > 0).count() < self.folds) {
            return Err(Error::FewerThanFolds { folds: self.folds, what: "groups with events" });
        }
        let one = |repeat: u64| {
            let random = &mut Random::new(self.seed, repeat);
            let of = match &groups {
                None => single(outcome, self.folds, random),
                Some(groups) => grouped(groups, outcome.len(), self.folds, random),
            };
            Folds { of, count: self.folds }
        };
        Ok((0..self.repeats as u64).map(one).collect())
    }
}

impl Folds {
    /// Given folds: for each case a number, the numbers being 0, 1, 2 and so on without a gap.
    ///
    /// # Errors
    /// [`Error::Setting`] if there are fewer than 2 folds, or a fold has no case.
    pub fn given(of: Vec<usize>) -> Result<Self> {
        let count = of.iter().max().map_or(0, |last| last.saturating_add(1));
        let bad = |value: String, what| Err(Error::Setting { name: "the fold of a case", value, what });
        if count < 2 {
            return bad("the same for all".to_string(), "give 2 folds at least, numbered from 0");
        }
        if count > of.len() {
            return bad((count - 1).to_string(), "there are fewer cases: number the folds from 0 without a gap");
        }
        let mut found = vec![false; count];
        of.iter().for_each(|&fold| found[fold] = true);
        match found.iter().position(|found| !found) {
            Some(empty) => bad(format!("never {empty}"), "number the folds from 0 without a gap"),
            None => Ok(Self { of, count }),
        }
    }

    /// The number of folds.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The fold of each case.
    pub fn of(&self) -> &[usize] {
        &self.of
    }

    /// The cases of a fold.
    pub fn cases(&self, fold: usize) -> Vec<usize> {
        (0..self.of.len()).filter(|&case| self.of[case] == fold).collect()
    }

    /// All other cases: those that a model of this fold is fitted to.
    pub fn others(&self, fold: usize) -> Vec<usize> {
        (0..self.of.len()).filter(|&case| self.of[case] != fold).collect()
    }
}

fn happened(outcome: &Survival, case: usize) -> bool {
    outcome.event()[case] && outcome.weight(case) > 0.0
}

/// The events and the others, each in random order. Cases without weight are among the others.
pub(crate) fn shuffled(outcome: &Survival, random: &mut Random) -> [Vec<usize>; 2] {
    let (mut events, mut others): (Vec<usize>, Vec<usize>) =
        (0..outcome.len()).partition(|&case| happened(outcome, case));
    random.shuffle(&mut events);
    random.shuffle(&mut others);
    [events, others]
}

fn single(outcome: &Survival, count: usize, random: &mut Random) -> Vec<usize> {
    let mut fold = vec![0; outcome.len()];
    for (turn, case) in shuffled(outcome, random).into_iter().flatten().enumerate() {
        fold[case] = turn % count;
    }
    fold
}

/// The cases of a group, and the number of its events.
#[derive(Debug, Clone, Default)]
struct Grouped {
    cases: Vec<usize>,
    events: usize,
}

impl Grouped {
    fn new(outcome: &Survival, groups: &Groups) -> Result<Vec<Self>> {
        let (found, expected) = (groups.len(), outcome.len());
        if found != expected {
            return Err(radsurv_data::Error::Length { column: "of groups".to_string(), found, expected }.into());
        }
        let mut all = vec![Self::default(); groups.levels().len()];
        for (row, code) in groups.codes().iter().enumerate() {
            let group = &mut all[code.ok_or(Error::NoGroup { row })?];
            group.cases.push(row);
            group.events += usize::from(happened(outcome, row));
        }
        Ok(all)
    }
}

fn grouped(groups: &[Grouped], cases: usize, count: usize, random: &mut Random) -> Vec<usize> {
    let mut order: Vec<&Grouped> = groups.iter().collect();
    random.shuffle(&mut order);
    // Large ones first, so that small ones level what they leave.
    order.sort_by_key(|group| std::cmp::Reverse((group.events, group.cases.len())));
    let mut fold = vec![0; cases];
    // The events and cases of each fold.
    let mut filled = vec![(0, 0); count];
    for group in order {
        let key = |&f: &usize| if group.events > 0 { filled[f] } else { (filled[f].1, 0) };
        let least = (0..count).min_by_key(key).unwrap_or(0);
        group.cases.iter().for_each(|&case| fold[case] = least);
        filled[least].0 += group.events;
        filled[least].1 += group.cases.len();
    }
    fold
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(n: u32) -> Survival {
        Survival::new((0..n).map(f64::from).collect(), (0..n).map(|i| i % 7 < 2).collect()).unwrap()
    }

    #[test]
    fn folds_share_events_and_cases() {
        let outcome = outcome(103);
        let settings = FoldSettings { folds: 10, repeats: 2, seed: 5 };
        let folds = settings.draw(&outcome, None).unwrap();
        assert_eq!(folds, settings.draw(&outcome, None).unwrap());
        assert_ne!(folds[0], folds[1]);
        assert_ne!(folds, FoldSettings { seed: 6, ..settings }.draw(&outcome, None).unwrap());
        for (repeat, f) in (0..2).flat_map(|repeat| (0..10).map(move |f| (repeat, f))) {
            let here = folds[repeat].cases(f);
            assert!((10..=11).contains(&here.len()));
            assert!((3..=4).contains(&outcome.rows(&here).events()));
            assert_eq!(folds[repeat].others(f).len(), 103 - here.len());
        }
    }

    #[test]
    fn groups_stay_whole_and_share_events() {
        let outcome = outcome(300);
        // Sizes from 1 to 8, and one large centre.
        let label = |i: u32| Some(if i < 40 { "large".to_string() } else { format!("{}", i / (1 + i % 5)) });
        let groups = Groups::new((0..300).map(label));
        let settings = FoldSettings { folds: 5, repeats: 3, seed: 1 };
        let repeats = settings.draw(&outcome, Some(&groups)).unwrap();
        assert_ne!(repeats[0], repeats[1]);
        for folds in repeats {
            for (a, b) in (0..300).flat_map(|a| (0..a).map(move |b| (a, b))) {
                assert!(groups.codes()[a] != groups.codes()[b] || folds.of()[a] == folds.of()[b]);
            }
            for f in 0..5 {
                let here = folds.cases(f);
                assert!((50..=70).contains(&here.len()), "{}", here.len());
                assert!((15..=20).contains(&outcome.rows(&here).events()), "{}", outcome.rows(&here).events());
            }
        }
    }

    #[test]
    fn impossible_folds_are_named() {
        let outcome = outcome(21);
        let message =
            |settings: FoldSettings, groups: Option<&Groups>| settings.draw(&outcome, groups).unwrap_err().to_string();
        let of = |folds| FoldSettings { folds, ..FoldSettings::default() };
        assert!(message(of(1), None).starts_with("the number of folds is 1"));
        assert!(message(of(7), None).contains("fewer events"));
        assert!(message(FoldSettings { repeats: 0, ..of(2) }, None).starts_with("the number of repeats is 0"));
        let two = Groups::new((0..21).map(|i| Some(if i < 10 { "a" } else { "b" })));
        assert!(message(of(3), Some(&two)).contains("fewer groups with events"));
        let some = Groups::new((0..21).map(|i| (i != 4).then_some(format!("{i}"))));
        assert!(message(of(3), Some(&some)).starts_with("row 5 has no group"));
        assert!(message(of(3), Some(&two.rows(&[0]))).contains("of groups has 1 values"));
        for bad in [vec![], vec![0, 0], vec![0, 2, 0], vec![0, usize::MAX]] {
            assert!(Folds::given(bad).is_err());
        }
        assert_eq!(Folds::given(vec![1, 0, 1]).unwrap().cases(1), [0, 2]);
    }
}
