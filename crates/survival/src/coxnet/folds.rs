//! Random parts of cases with an equal share of events.

use radsurv_data::Survival;

use crate::random::Random;

/// The events and the others, each in random order. Cases without weight are among the others.
pub(super) fn shuffled(outcome: &Survival, random: &mut Random) -> [Vec<usize>; 2] {
    let counts = |i: usize| outcome.event()[i] && outcome.weight(i) > 0.0;
    let (mut events, mut others): (Vec<usize>, Vec<usize>) = (0..outcome.len()).partition(|&i| counts(i));
    random.shuffle(&mut events);
    random.shuffle(&mut others);
    [events, others]
}

/// A fold for each case: folds differ by one in their numbers of events, and of cases, at most.
pub(super) fn folds(outcome: &Survival, count: usize, random: &mut Random) -> Vec<usize> {
    let mut fold = vec![0; outcome.len()];
    for (turn, case) in shuffled(outcome, random).into_iter().flatten().enumerate() {
        fold[case] = turn % count;
    }
    fold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_share_events_and_cases() {
        let event = (0..103).map(|i| i % 7 < 2).collect();
        let outcome = Survival::new((0..103).map(f64::from).collect(), event).unwrap();
        let fold = folds(&outcome, 10, &mut Random::new(5, 0));
        assert_eq!(fold, folds(&outcome, 10, &mut Random::new(5, 0)));
        assert_ne!(fold, folds(&outcome, 10, &mut Random::new(5, 1)));
        assert_ne!(fold, folds(&outcome, 10, &mut Random::new(6, 0)));
        for f in 0..10 {
            let here: Vec<usize> = (0..103).filter(|&i| fold[i] == f).collect();
            assert!((10..=11).contains(&here.len()));
            assert!((3..=4).contains(&here.iter().filter(|&&i| outcome.event()[i]).count()));
        }
    }
}
