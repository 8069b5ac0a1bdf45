//! Who wins a search, who is out of it and why, and that it does not see the fold that it is judged by.

use proptest::prelude::*;
use radsurv_data::Survival;
use radsurv_survival::coxnet::CoxnetSettings;
use radsurv_survival::selection::{
    Candidate, Choice, Measures, ModelSearch, Nested, NestedValidation, Racing, Search, Trial, Tuning,
};
use radsurv_survival::{AnySettings, CoxSettings, ForestSettings};

use crate::support::says::{MeanRisk, RISK, Says, UNMEASURABLE, by, candidate, cases, folds, tuning};

#[test]
fn a_model_of_which_nothing_can_be_learned_has_a_reason_and_the_others_go_on() {
    let (cohort, outcome) = cases(48, 2, 8);
    let broken = |name| candidate("broken", name, Says { needs: vec![99], ..Says::new(9.0) });
    let once = candidate("works", "once", Says { needs: vec![5], ..Says::new(8.0) });
    let candidates = vec![broken("x"), broken("y"), once, candidate("works", "always", Says::new(1.0))];
    let metrics = by(&RISK);
    let measures = Measures { metrics: &metrics, times: &[] };
    for racing in [None, Some(Racing::default())] {
        let searched = Tuning { racing, ..tuning(candidates.clone(), &RISK) };
        let search = searched.search(&cohort, &outcome).unwrap();
        assert_eq!((search.chosen, search.of_models[0].chosen, search.of_models[1].chosen), (3, None, Some(3)));
        assert!(search.trials[..3].iter().all(|trial| trial.out.as_ref().unwrap().contains("there is no feature")));
    }
    let searched = tuning(candidates, &RISK);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Nested { tuning: &searched, outer: folds(4, 1) }.run(&cohort, &outcome, measures).unwrap())
    };
    let found = run(1);
    assert_eq!(run(4), found);
    let [broken, works] = &found.models[..] else { panic!("two models") };
    let reason = broken.reason.as_ref().unwrap();
    let start = "without fold 1 of repeat 1: none of 2 candidates can be compared by mean_risk; the first: it cannot be learned";
    assert!(reason.starts_with(start) && reason.contains("there is no feature"), "{reason}");
    assert!(broken.validated.is_none() && works.reason.is_none());
    // In the outer fold of P5 nothing fails inside, for it is in no inner fold: needed and never there.
    assert_eq!(works.validated.as_ref(), Some(&found.best));
    let taken: Vec<&str> = found.best.folds.iter().map(|fold| fold.noted.as_deref().unwrap()).collect();
    assert_eq!(taken, ["always"; 4]);
}

/// Too few events for the folds of a model are no setting that cannot be: others do with them.
#[test]
fn a_model_with_more_folds_than_events_loses_and_stops_nothing() {
    let (cohort, outcome) = cases(30, 2, 9);
    let event = (0..30).map(|i| i % 4 == 0).collect();
    let outcome = Survival::new(outcome.times().to_vec(), event).unwrap();
    let candidates = [AnySettings::Coxnet(CoxnetSettings::default()), AnySettings::Cox(CoxSettings::default())];
    let candidates = candidates.map(|settings| {
        let name = if matches!(settings, AnySettings::Cox(_)) { "cox" } else { "coxnet" };
        Candidate { name: name.into(), model: name.into(), steps: 0, settings }
    });
    let searched = tuning(candidates.to_vec(), &RISK);
    let search = Tuning { division: folds(2, 1), ..searched }.search(&cohort, &outcome).unwrap();
    assert_eq!(search.chosen, 1);
    let out = search.trials[0].out.as_ref().unwrap();
    assert!(out.contains("the number of folds is 10: there are fewer events"), "{out}");
}

/// A candidate must be measured in all folds in which any other is: else means would be of different cases.
#[test]
fn candidates_are_compared_on_the_same_folds() {
    let (cohort, outcome) = cases(40, 1, 10);
    let division = &folds(4, 1).draw(&cohort, &outcome).unwrap()[0];
    let without = |fold: usize, risk| Says { of: vec![(division.cases(fold)[0], UNMEASURABLE)], ..Says::new(risk) };
    let candidates = vec![
        candidate("a", "not the first", without(0, 9.0)),
        candidate("a", "not the second", without(1, 9.0)),
        candidate("a", "all", Says::new(0.0)),
    ];
    let search = tuning(candidates.clone(), &RISK).search(&cohort, &outcome).unwrap();
    assert_eq!((search.chosen, search.undefined), (2, 0));
    assert!(search.trials[1].out.as_ref().unwrap().starts_with("it cannot be measured in fold 2 of repeat 1"));
    let error = tuning(candidates[..2].to_vec(), &RISK).search(&cohort, &outcome).unwrap_err();
    assert!(error.to_string().contains("it cannot be measured in fold 1 of repeat 1: a case that cannot"), "{error}");
    // What none can be measured in is left out for all.
    let same = tuning(vec![candidates[0].clone(), candidate("a", "same", without(0, 10.0))], &RISK);
    let search = same.search(&cohort, &outcome).unwrap();
    assert_eq!((search.chosen, search.undefined), (1, 1));
}

/// Nothing that is done without an outer fold depends on what its cases are, but for which of them have events (folds share these).
#[test]
fn searches_do_not_see_their_outer_fold() {
    let (cohort, outcome) = cases(60, 3, 11);
    let forest = AnySettings::Forest(ForestSettings { trees: 5, ..ForestSettings::default() });
    let mut candidates = ModelSearch { base: forest, ..ModelSearch::forest() }.draw("rsf", 0, 3, 1).unwrap();
    candidates.extend(ModelSearch::cox().draw("cox", 0, 1, 1).unwrap());
    let searched = tuning(candidates, &RISK);
    let nested = Nested { tuning: &searched, outer: folds(3, 1) };
    let metrics = by(&RISK);
    let measures = Measures { metrics: &metrics, times: &[] };
    let before = nested.run(&cohort, &outcome, measures).unwrap();
    for fold in 0..3 {
        let inside = |case: usize| before.best.folds[fold].cases.contains(&case);
        let other = |values: &[f64]| -> Vec<f64> {
            values.iter().enumerate().map(|(case, value)| if inside(case) { 7.0 - value } else { *value }).collect()
        };
        let columns = cohort.features().columns().iter().map(|column| other(column)).collect();
        let changed = cohort.features().with_columns(columns).unwrap().into();
        let outcome = Survival::new(other(outcome.times()), outcome.event().to_vec()).unwrap();
        let after = nested.run(&changed, &outcome, measures).unwrap();
        assert_eq!(after.searches[fold], before.searches[fold]);
        assert_ne!(after.searches[(fold + 1) % 3], before.searches[(fold + 1) % 3]);
        let risks =
            |found: &NestedValidation| found.models[1].validated.as_ref().unwrap().folds[fold].predictions.clone();
        assert_ne!(risks(&after), risks(&before), "the fold itself is another one");
    }
}

/// The rules as they are stated.
fn expected(trials: &[Trial], model: Option<&str>, higher_is_better: bool, choice: Choice) -> Option<usize> {
    let worse_by = |trial: &Trial| if higher_is_better { -trial.mean.unwrap() } else { trial.mean.unwrap() };
    let competes =
        |place: &usize| trials[*place].out.is_none() && model.is_none_or(|model| trials[*place].model == model);
    let those: Vec<usize> = (0..trials.len()).filter(competes).collect();
    let best = *those.iter().min_by(|&&a, &&b| worse_by(&trials[a]).total_cmp(&worse_by(&trials[b])))?;
    let margin = if choice == Choice::Best { 0.0 } else { trials[best].std_error.unwrap_or(0.0) };
    those.into_iter().find(|&place| match choice {
        Choice::Best => place == best,
        Choice::OneStandardError => worse_by(&trials[place]) <= worse_by(&trials[best]) + margin,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any mixture of candidates, of which some fail somewhere: who is out and why, who wins, and the same with any number of threads.
    #[test]
    fn searches_are_what_they_say(
        seed in 0u64..1000,
        settings in prop::collection::vec((0.0..1.0f64, 0usize..6, 0usize..24, 0usize..3), 1..9),
        (inner, repeats) in (2usize..5, 1usize..3),
        higher_is_better: bool,
        one_standard_error: bool,
        racing in prop::option::of((1usize..4, 0.1..0.9f64)),
    ) {
        let (cohort, outcome) = cases(24, 1, seed);
        let candidates: Vec<Candidate<Says>> = settings.iter().enumerate().map(|(place, &(risk, wrong, case, model))| {
            let (needs, of) = match wrong {
                0 => (vec![case], Vec::new()),
                1 => (Vec::new(), vec![(case, UNMEASURABLE)]),
                2 => (Vec::new(), vec![(case, f64::INFINITY)]),
                _ => (Vec::new(), Vec::new()),
            };
            candidate(["a", "b", "c"][model], &place.to_string(), Says { risk, needs, of })
        }).collect();
        let metric = MeanRisk { higher_is_better, ..RISK };
        let racing = racing.map(|(first, keep)| Racing { first, keep });
        let choice = if one_standard_error { Choice::OneStandardError } else { Choice::Best };
        let all = Tuning { division: folds(inner, repeats), choice, ..tuning(candidates, &metric) };
        let raced = Tuning { racing, ..all.clone() };
        let run = |threads, tuning: &Tuning<Says>| -> Result<Search, String> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| tuning.search(&cohort, &outcome)).map_err(|error| error.to_string())
        };
        let found = run(1, &raced);
        // Who can win without racing is not lost by it, nor his model.
        if let (Ok(whole), Err(error)) = (run(1, &all), &found) {
            prop_assert!(whole.trials.iter().any(|trial| trial.out.is_some()), "{}", error);
        }
        prop_assert_eq!(&run(4, &raced), &found);
        let whole = run(4, &all);
        if let Ok(found) = &found {
            prop_assert!(found.winner().out.is_none());
            prop_assert_eq!(expected(&found.trials, None, higher_is_better, choice), Some(found.chosen));
            for of_model in &found.of_models {
                prop_assert_eq!(expected(&found.trials, Some(&of_model.model), higher_is_better, choice), of_model.chosen);
            }
            for trial in &found.trials {
                prop_assert!(trial.measured <= inner * repeats && trial.folds.len() == trial.measured);
                prop_assert!(trial.out.is_some() || trial.measured == inner * repeats);
            }
            if let Ok(whole) = &whole {
                for (raced, whole) in found.trials.iter().zip(&whole.trials) {
                    prop_assert_eq!(&raced.folds[..], &whole.folds[..raced.measured]);
                }
            }
        }
        if racing.is_none() {
            prop_assert_eq!(found, whole);
        }
    }
}
