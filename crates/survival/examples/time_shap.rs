//! How long SHAP values take: a forest of 1000 trees and boosted trees of 700 simulated cases by 487 features.
//!
//! ```console
//! $ cargo run --release -p radsurv-survival --example time_shap
//! ```

use std::time::Instant;

use radsurv_data::{FeatureTable, FitSurvival, Survival, SurvivalModel};
use radsurv_survival::boosting::Stopping;
use radsurv_survival::{ForestSettings, NewtonBoostingSettings};

const CASES: usize = 700;
const FEATURES: usize = 487;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut state = 7u64;
    let mut uniform = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((state >> 33) as f64 + 0.5) / f64::from(1u32 << 31)
    };
    let columns: Vec<Vec<f64>> = (0..FEATURES).map(|_| (0..CASES).map(|_| uniform()).collect()).collect();
    let mut times = Vec::new();
    for case in 0..CASES {
        let hazard = f64::exp(2.0 * columns[0][case] + columns[1][case] * columns[2][case]) / 60.0;
        times.push((-uniform().ln() / hazard).min(60.0));
    }
    let event = times.iter().map(|t| *t < 60.0).collect();
    let ids = (0..CASES).map(|i| format!("P{i}")).collect();
    let features = FeatureTable::new(ids, (0..FEATURES).map(|j| format!("f{j}")).collect(), columns)?;
    let outcome = Survival::new(times, event)?;

    let forest = ForestSettings { trees: 1000, ..ForestSettings::default() }.fit(&features, &outcome)?;
    let begun = Instant::now();
    let shap = forest.shap(&features)?;
    let seconds = begun.elapsed().as_secs_f64();
    let risks = forest.predict_risk(&features)?;
    let error = shap.risks().iter().zip(&risks).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("forest, 1000 trees, {CASES} cases: {seconds:.2} s, sums within {error:.1e} of risks");

    let boosted =
        NewtonBoostingSettings { rounds: 300, stopping: Stopping::Never, ..NewtonBoostingSettings::default() };
    let boosted = boosted.fit(&features, &outcome)?;
    let begun = Instant::now();
    boosted.shap(&features)?;
    println!("boosted, {} trees: {:.3} s", boosted.trees().len(), begun.elapsed().as_secs_f64());
    Ok(())
}
