//! Cases of the golden files of boosting.

use radsurv_data::FeatureTable;
use radsurv_survival::boosting::newton::{BoostingTies, Distribution, Method, NewtonBoostingSettings, Objective};
use radsurv_survival::boosting::{Monotone, Stopping};
use radsurv_testkit::splitmix::SplitMix64;
use serde_json::Value;

pub fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// The features of reference/boosting_xgboost.py.
pub fn table(seed: u64, cases: usize, columns: usize, missing: u64, levels: i64) -> FeatureTable {
    let mut random = SplitMix64::new(seed);
    let between = |random: &mut SplitMix64| random.below(2001) as i64 - 1000;
    let latent: Vec<Vec<i64>> = (0..3).map(|_| (0..cases).map(|_| between(&mut random)).collect()).collect();
    let mut values = vec![vec![0.0; cases]; columns];
    for (j, column) in values.iter_mut().enumerate() {
        for (i, cell) in column.iter_mut().enumerate() {
            let mut value = latent[j % 3][i] + between(&mut random);
            if levels > 0 && j % 2 == 1 {
                value = (value * levels).div_euclid(4000);
            }
            *cell = if random.chance(missing) { f64::NAN } else { value as f64 / 1000.0 };
        }
    }
    let ids = (0..cases).map(|i| format!("P{i}")).collect();
    FeatureTable::new(ids, (0..columns).map(|j| format!("f{j}")).collect(), values).unwrap()
}

/// The features of reference/boosting_gbm.R.
pub fn table_of_r(seed: u64, cases: usize, columns: usize, missing: u64, levels: i64) -> FeatureTable {
    let mut state = seed;
    let mut below = |n: u64| {
        state = state * 16807 % 2_147_483_647;
        state % n
    };
    let latent: Vec<Vec<i64>> = (0..3).map(|_| (0..cases).map(|_| below(2001) as i64 - 1000).collect()).collect();
    let mut values = vec![vec![0.0; cases]; columns];
    for (j, column) in values.iter_mut().enumerate() {
        for (i, cell) in column.iter_mut().enumerate() {
            let mut value = latent[j % 3][i] + below(2001) as i64 - 1000;
            if levels > 0 && j % 2 == 1 {
                value = (value * levels).div_euclid(4000);
            }
            *cell = if below(100) < missing { f64::NAN } else { value as f64 / 1000.0 };
        }
    }
    let ids = (0..cases).map(|i| format!("P{i}")).collect();
    FeatureTable::new(ids, (0..columns).map(|j| format!("f{j}")).collect(), values).unwrap()
}

/// Follow-up with ties that depends on the first feature, and some of it on the second.
pub fn follow(features: &FeatureTable, seed: u64, unit: f64) -> radsurv_data::Survival {
    let mut random = SplitMix64::new(seed);
    let mut uniform = || (random.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
    let value = |column: usize, i: usize| Some(features.columns()[column][i]).filter(|v| !v.is_nan()).unwrap_or(0.0);
    let (mut times, mut event) = (Vec::new(), Vec::new());
    for i in 0..features.cases() {
        let eta = 1.2 * value(0, i) - 0.6 * value(1, i);
        let (happened, censored) = (-uniform().ln() * (-eta).exp(), -1.5 * uniform().ln());
        times.push((unit * happened.min(censored)).ceil());
        event.push(happened <= censored);
    }
    // Something happens, at two times.
    (event[0], event[1], times[0], times[1]) = (true, true, 1.0, 2.0);
    radsurv_data::Survival::new(times, event).unwrap()
}

/// The settings of a row of reference/boosting_xgboost.py.
pub fn newton_settings(row: &Value) -> NewtonBoostingSettings {
    let objective = match row["objective"].as_str() {
        // Correct where there are no ties.
        Some(_) if row["time"].as_array().unwrap().len() == row["times"].as_u64().unwrap() as usize => {
            Objective::default()
        }
        Some(_) => Objective::Cox { ties: BoostingTies::AsXgboost },
        None => Objective::AcceleratedFailure {
            distribution: serde_json::from_value::<Distribution>(row["objective"][0].clone()).unwrap(),
            scale: row["objective"][1].as_f64().unwrap(),
        },
    };
    let given = &row["settings"];
    let number = |name: &str, default: f64| given.get(name).map_or(default, |v| v.as_f64().unwrap());
    let falling = matches!(objective, Objective::AcceleratedFailure { .. });
    let monotone = |(at, v): (usize, f64)| {
        let rising = (v > 0.0) != falling;
        (v != 0.0).then(|| (format!("f{at}"), if rising { Monotone::RisingRisk } else { Monotone::FallingRisk }))
    };
    NewtonBoostingSettings {
        objective,
        stopping: Stopping::Never,
        rounds: row["rounds"].as_u64().unwrap() as usize,
        learning_rate: number("eta", 0.3),
        max_depth: number("max_depth", 6.0) as usize,
        min_child_weight: number("min_child_weight", 1.0),
        lambda: number("lambda", 1.0),
        alpha: number("alpha", 0.0),
        gamma: number("gamma", 0.0),
        max_delta_step: number("max_delta_step", 0.0),
        base_score: given.get("base_score").map(|v| v.as_f64().unwrap()),
        method: match row["method"].as_str().unwrap() {
            "exact" => Method::Exact,
            _ => Method::Histogram { bins: number("max_bin", 256.0) as usize },
        },
        monotone: numbers(&row["monotone"]).into_iter().enumerate().filter_map(monotone).collect(),
        ..NewtonBoostingSettings::default()
    }
}
