//! Inputs that are hard: few events, nearly as many columns as cases, outliers.

use radsurv_data::Survival;
use radsurv_stats::Error;
use radsurv_stats::cox::{Design, Fit, FitSettings, Penalty, Ties, fit};
use radsurv_testkit::splitmix::SplitMix64;

/// Exponentials of powers up to the 13th, so outliers by many orders of magnitude, if `wild`; else log-normal values.
fn hard(seed: u64, wild: bool, penalty: Penalty) -> Result<Fit, Error> {
    let mut rng = SplitMix64::new(seed);
    let n = 4 + rng.below(40) as usize;
    let p = 1 + rng.below(n as u64 - 1) as usize;
    let power = if wild { 4 * rng.below(4) as i32 } else { 0 };
    let ties = match rng.below(3) {
        0 => Ties::Breslow,
        1 if penalty == Penalty::None => Ties::Exact,
        _ => Ties::Efron,
    };
    let mut value = || {
        let v = (rng.below(2001) as f64 - 1000.0) / 500.0;
        (v * v.abs().powi(power)).exp().min(1e30)
    };
    let columns: Vec<Vec<f64>> = (0..p).map(|_| (0..n).map(|_| value()).collect()).collect();
    let times: Vec<f64> = (0..n).map(|_| 1.0 + rng.below(20) as f64).collect();
    let event: Vec<bool> = (0..n).map(|_| rng.chance(50)).collect();
    let entry = times.iter().map(|t| rng.below(*t as u64) as f64).collect();
    let mut outcome = Survival::new(times, event).unwrap();
    if rng.chance(30) {
        outcome = outcome.with_entry(entry).unwrap();
    }
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    fit(&Design::new(&columns, &outcome), &FitSettings { ties, penalty, ..FitSettings::default() })
}

#[test]
fn hard_inputs_end_in_a_fit_or_say_why_not() {
    for (penalty, wild) in
        [(Penalty::None, false), (Penalty::None, true), (Penalty::Firth, false), (Penalty::Firth, true)]
    {
        let (mut fitted, mut endless) = (0, 0);
        for seed in 0..120 {
            match hard(seed, wild, penalty) {
                Ok(found) => {
                    fitted += 1;
                    assert!(found.coefficients.iter().all(|b| b.is_finite()), "{seed} {found:?}");
                    assert!(found.log_likelihood >= found.null_log_likelihood - 1e-9, "{seed} {found:?}");
                    if found.infinite.is_empty() {
                        assert!(found.variance.iter().all(|v| v.is_finite()), "{seed} {found:?}");
                    }
                    assert!(penalty == Penalty::None || found.infinite.is_empty());
                }
                Err(Error::NotConverged { .. } | Error::NotPositiveDefinite { .. }) => endless += 1,
                Err(Error::Collinear { .. } | Error::NoEvents { .. } | Error::Constant { .. }) => {}
                Err(other) => panic!("{seed} {other}"),
            }
        }
        assert!(fitted > 36, "{penalty:?} {wild} {fitted}");
        // Where there are nearly as many columns as events, the likelihood may be flat but for rounding.
        assert!(endless <= if wild { 30 } else { 3 }, "{penalty:?} {wild} {endless}");
    }
}
