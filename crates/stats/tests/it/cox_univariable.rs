//! Cox models of one column each are those of the general fit.

use proptest::prelude::*;
use radsurv_data::Survival;
use radsurv_stats::Error;
use radsurv_stats::cox::{Design, FitSettings, Ties, Univariable, fit};
use radsurv_testkit::compare::relative_difference;
use radsurv_testkit::splitmix::SplitMix64;

/// Follow-up with ties, perhaps late entry and weights (some of 0), and columns of different kinds.
fn made(seed: u64, n: usize, late: bool, weighted: bool) -> (Survival, Vec<usize>, Vec<Vec<f64>>) {
    let mut rng = SplitMix64::new(seed);
    let mut below = |n: u64| rng.below(n) as f64;
    let times: Vec<f64> = (0..n).map(|_| 2.0 + below(n as u64)).collect();
    let mut event: Vec<bool> = (0..n).map(|_| below(10) < 6.0).collect();
    event[0] = true;
    let mut outcome = Survival::new(times.clone(), event).unwrap();
    if late {
        outcome = outcome.with_entry(times.iter().map(|t| below(*t as u64)).collect()).unwrap();
    }
    if weighted {
        outcome = outcome.with_weights((0..n).map(|_| below(5) / 2.0).collect()).unwrap();
    }
    let strata = (0..n).map(|_| below(2) as usize).collect();
    let columns = [(1000, 1.0), (2, 1e5), (4, 1e-4), (1000, 1e-3)];
    let columns = columns.map(|(values, scale)| (0..n).map(|_| 7.0 * scale + scale * below(values)).collect());
    (outcome, strata, columns.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn they_are_those_of_the_general_fit(
        seed in any::<u64>(), n in 12usize..60, late in any::<bool>(), weighted in any::<bool>(), by_strata in any::<bool>(), which in 0usize..3,
    ) {
        let ties = [Ties::Breslow, Ties::Efron, Ties::Exact][which];
        let (outcome, strata, columns) = made(seed, n, late, weighted && ties != Ties::Exact);
        let strata = by_strata.then_some(&strata[..]);
        let Ok(models) = Univariable::new(&outcome, strata, ties) else { return Ok(()) };
        for column in &columns {
            let design = Design { columns: &[column], outcome: &outcome, strata, offset: None };
            let general = fit(&design, &FitSettings { ties, ..FitSettings::default() });
            let (general, own) = match (general, models.fit(column)) {
                (Ok(general), Ok(own)) => (general, own),
                (general, own) => {
                    prop_assert_eq!(general.err().map(|e| e.to_string()), own.err().map(|e| e.to_string()));
                    continue;
                }
            };
            prop_assert_eq!(own.infinite, !general.infinite.is_empty());
            let close = |a: f64, b: f64, tolerance: f64| relative_difference(a, b, 1e-3) <= tolerance;
            prop_assert!(close(own.null_log_likelihood, general.null_log_likelihood, 1e-11));
            prop_assert!(close(own.score_test, general.score_test, 1e-9), "{} {}", own.score_test, general.score_test);
            prop_assert!(close(models.score_test(column).unwrap(), own.score_test, 1e-15));
            // On the way to infinity steps of a unit end where rounding says so, one more or less, and the likelihood is that far from its limit.
            let tolerance = if own.infinite { 1e-6 } else { 1e-9 * general.log_likelihood.abs().max(1e-3) };
            prop_assert!(
                (own.log_likelihood - general.log_likelihood).abs() <= tolerance,
                "{} {} {}", own.log_likelihood, general.log_likelihood, own.infinite
            );
            if !own.infinite {
                let se = general.variance[0].sqrt();
                // Steps end at 1e-9 standard errors.
                prop_assert!((own.coefficient - general.coefficients[0]).abs() <= 2e-9 * se);
                prop_assert!(close(own.se / se, 1.0, 1e-7), "{} {se}", own.se);
                prop_assert!(close(own.likelihood_ratio(), 2.0 * (general.log_likelihood - general.null_log_likelihood), 1e-8));
            }
        }
    }
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, false, false]).unwrap();
    let models = Univariable::new(&outcome, None, Ties::Efron).unwrap();
    assert!(matches!(models.fit(&[2.0; 4]), Err(Error::Constant { column: 0 })));
    assert!(matches!(models.fit(&[1.0, 2.0]), Err(Error::Length { .. })));
    assert!(matches!(models.fit(&[1.0, f64::NAN, 0.0, 0.0]), Err(Error::Missing { row: 1, .. })));
    assert!(matches!(models.score_test(&[1.0, f64::INFINITY, 0.0, 0.0]), Err(Error::Infinite { row: 1, .. })));
    // Separation: all with events have the higher value.
    let separated = models.fit(&[1.0, 1.0, 0.0, 0.0]).unwrap();
    assert!(separated.infinite && separated.score_test.is_finite() && separated.likelihood_ratio().is_finite());
    // It varies among cases that are never at risk at an event, or not with the others.
    let late = Survival::new(vec![1.0, 2.0, 1.0], vec![true, true, false]).unwrap();
    let late = late.with_entry(vec![0.0, 1.0, 0.0]).unwrap();
    let models = Univariable::new(&late, None, Ties::Efron).unwrap();
    assert!(matches!(models.fit(&[3.0, 4.0, 3.0]), Err(Error::Collinear { column: 0, .. })));
    assert!(matches!(models.score_test(&[3.0, 4.0, 3.0]), Err(Error::Collinear { column: 0, .. })));
    let none = Survival::new(vec![1.0, 2.0], vec![false, false]).unwrap();
    assert!(matches!(Univariable::new(&none, None, Ties::Efron), Err(Error::NoEvents { .. })));
    let alone = Survival::new(vec![1.0], vec![true]).unwrap();
    assert!(matches!(Univariable::new(&alone, None, Ties::Efron), Err(Error::TooManyColumns { .. })));
}
