//! Simulated patients.

use radsurv::data::{FeatureTable, Survival};

/// Features that come in correlated families, as those of images do. The hazard rises with one, jumps at a value of
/// another, and two more count only together.
pub fn simulated(seed: u64, cases: usize) -> Result<(FeatureTable, Survival), radsurv::data::Error> {
    let mut state = seed;
    // A simple generator will do for numbers that only have to look random: the high bits of a linear congruence.
    let mut uniform = move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((state >> 33) as f64 + 0.5) / f64::from(1u32 << 31)
    };
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); 60];
    let (mut times, mut event) = (Vec::new(), Vec::new());
    for _ in 0..cases {
        let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
        let family: Vec<f64> = (0..12).map(|_| normal()).collect();
        columns.iter_mut().enumerate().for_each(|(j, column)| column.push(0.9 * family[j % 12] + 0.4 * normal()));
        let jump = if family[1] > 0.5 { 1.0 } else { 0.0 };
        let together = if family[2] * family[3] > 0.0 { 0.6 } else { -0.6 };
        let hazard = f64::exp(0.7 * family[0] + jump + together) / 40.0;
        let (happens, leaves) = (-uniform().ln() / hazard, 10.0 + 70.0 * uniform());
        times.push(happens.min(leaves));
        event.push(happens <= leaves);
    }
    let ids = (0..cases).map(|case| format!("P{case:03}")).collect();
    let names = (0..60).map(|j| format!("feature_{j:02}")).collect();
    Ok((FeatureTable::new(ids, names, columns)?, Survival::new(times, event)?))
}
