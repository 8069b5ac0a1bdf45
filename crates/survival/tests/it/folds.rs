//! What holds of all folds.

use proptest::prelude::*;
use radsurv_data::{Groups, Survival};
use radsurv_survival::folds::FoldSettings;
use radsurv_testkit::splitmix::SplitMix64;

proptest! {
    #[test]
    fn folds_share_events_and_keep_groups(seed in any::<u64>(), n in 4usize..150, labels in 1u64..60, folds in 2usize..8, weighted in any::<bool>()) {
        let mut rng = SplitMix64::new(seed);
        let event: Vec<bool> = (0..n).map(|_| rng.chance(40)).collect();
        let mut outcome = Survival::new((0..n).map(|i| i as f64).collect(), event).unwrap();
        if weighted {
            outcome = outcome.with_weights((0..n).map(|_| rng.below(3) as f64).collect()).unwrap();
        }
        let group: Vec<u64> = (0..n).map(|_| rng.below(labels)).collect();
        let groups = Groups::new(group.iter().map(|g| Some(g.to_string())));
        let settings = FoldSettings { folds, repeats: 2, seed };
        let happened = |case: usize| outcome.event()[case] && outcome.weight(case) > 0.0;
        let count = |cases: &[usize]| cases.iter().filter(|&&case| happened(case)).count();
        let largest = (0..labels).map(|g| count(&(0..n).filter(|&i| group[i] == g).collect::<Vec<_>>())).max().unwrap_or(0);
        for (groups, largest) in [(None, 1), (Some(&groups), largest)] {
            let Ok(repeats) = settings.draw(&outcome, groups) else { continue };
            prop_assert_eq!(&repeats, &settings.draw(&outcome, groups).unwrap());
            for drawn in repeats {
                let parts: Vec<Vec<usize>> = (0..folds).map(|f| drawn.cases(f)).collect();
                prop_assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), n);
                let events: Vec<usize> = parts.iter().map(|part| count(part)).collect();
                let (least, most) = (*events.iter().min().unwrap(), *events.iter().max().unwrap());
                prop_assert!(least > 0 && most - least <= largest, "{:?}, {}", events, largest);
                if groups.is_some() {
                    for case in 0..n {
                        prop_assert!((0..case).all(|i| group[i] != group[case] || drawn.of()[i] == drawn.of()[case]));
                    }
                } else {
                    let sizes = parts.iter().map(Vec::len);
                    prop_assert!(sizes.clone().max().unwrap() - sizes.min().unwrap() <= 1);
                }
            }
        }
    }
}
