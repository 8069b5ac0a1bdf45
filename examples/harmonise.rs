//! Features of three simulated centres: the differences between centres are learned from one half of the cases, taken out
//! of the other half, and measured there before and after.
//!
//! ```console
//! $ cargo run --release --example harmonise -- batch-effect.svg
//! ```

use radsurv::data::{Cohort, Covariate, Covariates, FeatureTable, Fit, Groups, Transform};
use radsurv::harmonize::combat::CombatSettings;
use radsurv::harmonize::diagnostics::Comparison;
use radsurv::harmonize::redundancy::RedundancySettings;
use radsurv::harmonize::zscore::ZScoreSettings;
use radsurv::plot::Style;
use radsurv::plot::batch_effect;

const CENTRES: [&str; 3] = ["Bern", "Lyon", "Rome"];

/// Sixty features of cases of three centres, which shift and stretch each feature in their own way; age, which some
/// features depend on, differs between centres too.
fn simulated(cases: usize, features: usize) -> Result<Cohort, radsurv::data::Error> {
    let mut state = 1u64;
    // A simple generator will do for numbers that only have to look random: the high bits of a linear congruence.
    let mut random = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as f64 / f64::from(1u32 << 31)
    };
    let mut normal = || (0..12).map(|_| random()).sum::<f64>() - 6.0;
    let centre: Vec<usize> = (0..cases).map(|case| case * 7 % 5 % 3).collect();
    let age: Vec<f64> = centre.iter().map(|&c| 55.0 + 4.0 * c as f64 + 9.0 * normal()).collect();
    let common: Vec<[f64; 4]> = (0..cases).map(|_| [normal(), normal(), normal(), normal()]).collect();
    let mut columns = Vec::new();
    for feature in 0..features {
        let shift = [1.2 * normal(), 1.2 * normal(), 1.2 * normal()];
        let stretch = [1.0 + 0.15 * normal(), 1.0 + 0.15 * normal(), 1.0 + 0.15 * normal()];
        let of_age = if feature % 4 == 0 { 0.03 } else { 0.0 };
        let value = |case: usize, noise: f64| {
            let c = centre[case];
            let own = 0.8 * common[case][feature % 4] + 0.6 * noise + of_age * (age[case] - 60.0);
            10.0 + shift[c] + stretch[c].abs() * own
        };
        columns.push((0..cases).map(|case| value(case, normal())).collect());
    }
    let ids = (0..cases).map(|case| format!("P{case:03}")).collect();
    let names = (0..features).map(|f| format!("feature_{f:02}")).collect();
    let mut covariates = Covariates::new(cases);
    covariates.add("centre", Covariate::Category(Groups::new(centre.iter().map(|&c| Some(CENTRES[c])))))?;
    covariates.add("age", Covariate::Number(age))?;
    Cohort::new(FeatureTable::new(ids, names, columns)?, covariates)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cohort = simulated(240, 60)?;
    let (training, test): (Vec<usize>, Vec<usize>) = (0..cohort.cases()).partition(|case| case % 2 == 0);
    let (training, test) = (cohort.rows(&training), cohort.rows(&test));

    // Each step is learned from the training cases, and only then applied to both halves.
    let combat =
        CombatSettings { covariates: vec!["age".to_string()], ..CombatSettings::new("centre") }.fit(&training)?;
    let harmonised = combat.transform(&training)?;
    let zscore = ZScoreSettings::Standard.fit(&harmonised)?;
    let selection = RedundancySettings { threshold: 0.8, ..RedundancySettings::default() }.fit(&harmonised)?;
    let test_harmonised = combat.transform(&test)?;
    let ready = selection.transform(&zscore.transform(&test_harmonised)?)?;
    println!("{} of 60 features are kept for {} test cases", ready.features().names().len(), ready.cases());

    let comparison = Comparison::of(&test, &test_harmonised, "centre", 2)?;
    for (when, effect) in [("before", &comparison.before), ("after", &comparison.after)] {
        println!("{when}: {} of 60 features differ between centres in the test cases", effect.different(0.05).0);
    }
    if let Some(path) = std::env::args().nth(1) {
        batch_effect::figure(&comparison, &Style::double()).save(&path)?;
        println!("drew {path}");
    }
    Ok(())
}
