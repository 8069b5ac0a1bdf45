//! The axes of a nomogram.

use std::collections::BTreeMap;

use radsurv_data::number;
use radsurv_data::saved::Saved;
use radsurv_stats::terms::{Coding, Value, Variable};

use super::ticks::round_ticks;
use super::{
    AxisTick, BaselineSurvival, Component, Given, LinearPredictorTick, Nomogram, NomogramAxis, NomogramModel,
    NomogramSettings, SurvivalAxis, SurvivalTick,
};
use crate::error::{Error, Result};

/// An axis whose ticks have what they add to the linear predictor, not yet points.
struct Raw {
    given: Vec<(usize, Value)>,
    effects: Vec<(Value, f64)>,
}

pub(super) fn draw(model: NomogramModel, settings: &NomogramSettings) -> Result<Nomogram> {
    check(&model, settings)?;
    let mut drawn = Vec::new();
    for variables in components(&model, settings)? {
        let raw = raw_axes(&model, settings, &variables)?;
        drawn.push((variables, raw));
    }
    let range = |raw: &[Raw]| {
        let effects = raw.iter().flat_map(|axis| &axis.effects).map(|(_, effect)| *effect);
        effects.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), e| (e.min(low), e.max(high)))
    };
    let ranges: Vec<(f64, f64)> = drawn.iter().map(|(_, raw)| range(raw)).collect();
    let widest = ranges.iter().map(|(low, high)| high - low).fold(0.0, f64::max);
    let points_per_unit = settings.max_points / widest;
    if !(widest > 0.0 && points_per_unit.is_finite()) {
        let what = "no variable changes the linear predictor within its axis".to_string();
        return Err(Error::Nomogram { what });
    }
    let at_zero = ranges.iter().map(|(low, _)| low).sum::<f64>() - model.centre();
    let (mut axes, mut parts) = (Vec::new(), Vec::new());
    for ((variables, raw), (lowest, _)) in drawn.into_iter().zip(ranges) {
        let begin = axes.len();
        axes.extend(raw.into_iter().map(|raw| axis(&model, variables[0], raw, lowest, points_per_unit)));
        parts.push(Component { variables, lowest, axes: begin..axes.len() });
    }
    let points = |eta: f64| (eta - at_zero) * points_per_unit;
    let [low, high] = model.range();
    let etas = round_ticks(low, high, settings.ticks);
    let linear_predictor: Vec<LinearPredictorTick> =
        etas.iter().map(|&value| LinearPredictorTick { value, points: points(value) }).collect();
    let most = match parts.len() {
        1 => settings.max_points,
        _ => linear_predictor.iter().map(|tick| tick.points).fold(settings.max_points, f64::max),
    };
    let ends = [etas.first().copied().unwrap_or(low), etas.last().copied().unwrap_or(high)];
    let survival = model.baseline().iter().map(|baseline| survival_axis(baseline, ends, settings, points)).collect();
    Ok(Nomogram {
        axes,
        total: round_ticks(0.0, most, settings.ticks),
        linear_predictor,
        survival,
        max_points: settings.max_points,
        points_per_unit,
        at_zero,
        model,
        components: parts,
    })
}

fn check(model: &NomogramModel, settings: &NomogramSettings) -> Result<()> {
    // It may have been read from JSON by itself.
    Saved::check(model).map_err(|what| Error::Nomogram { what })?;
    let bad = |name: &'static str, value: String, what: &'static str| Err(Error::Setting { name, value, what });
    if !(settings.max_points > 0.0 && settings.max_points.is_finite()) {
        return bad("the points of the largest effect", settings.max_points.to_string(), "give a positive number");
    }
    if settings.ticks == 0 || settings.ticks > 1000 {
        return bad("the number of ticks", settings.ticks.to_string(), "give 1 to 1000");
    }
    if let Some(ticks) = &settings.survival_ticks
        && ticks.iter().any(|s| !(*s > 0.0 && *s < 1.0))
    {
        return bad("the ticks of survival", format!("{ticks:?}"), "give probabilities between 0 and 1");
    }
    let numbers = |v: &Variable| !matches!(v.coding, Coding::Category { .. });
    let known: Vec<String> = model.terms().variables().iter().filter(|v| numbers(v)).map(|v| v.name.clone()).collect();
    let missing: Vec<String> =
        settings.values.keys().chain(settings.interact.keys()).filter(|name| !known.contains(name)).cloned().collect();
    if !missing.is_empty() {
        return Err(Error::Unknown { what: "numbers of the model", missing, known });
    }
    let few = |values: &BTreeMap<String, Vec<f64>>, least: usize| {
        values.iter().find(|(_, v)| v.len() < least || v.iter().any(|x| !x.is_finite())).map(|(name, _)| name.clone())
    };
    match few(&settings.values, 2).or_else(|| few(&settings.interact, 1)) {
        Some(name) => bad("the values of an axis", name, "give finite numbers, two at least for an axis"),
        None => Ok(()),
    }
}

/// The values of a variable that takes few; of a category the reference first, as in R.
fn levels(variable: &Variable) -> Option<Vec<Value>> {
    match &variable.coding {
        Coding::Category { levels, reference } => {
            let others = levels.iter().filter(|level| *level != reference);
            Some(std::iter::once(reference).chain(others).cloned().map(Value::Level).collect())
        }
        Coding::Linear { observed } | Coding::Spline { observed, .. } => {
            observed.distinct.as_ref().map(|values| values.iter().copied().map(Value::Number).collect())
        }
    }
}

/// The variables of each component, the one on the axis first.
fn components(model: &NomogramModel, settings: &NomogramSettings) -> Result<Vec<Vec<usize>>> {
    let (terms, variables) = (model.terms(), model.terms().variables());
    let place = |name: &str| variables.iter().position(|v| v.name == name);
    // Each variable belongs to the one with the smallest place it is connected with.
    let mut belongs: Vec<usize> = (0..variables.len()).collect();
    for pair in terms.interactions() {
        let (Some(a), Some(b)) = (place(&pair.first), place(&pair.second)) else { continue };
        let (low, high) = (belongs[a].min(belongs[b]), belongs[a].max(belongs[b]));
        belongs.iter_mut().filter(|c| **c == high).for_each(|c| *c = low);
    }
    let mut order: Vec<usize> = (0..variables.len()).collect();
    if !terms.interactions().is_empty() {
        let rank = |v: &usize| (levels(&variables[*v]).is_some(), settings.interact.contains_key(&variables[*v].name));
        order.sort_by_key(rank);
    }
    let mut found: Vec<Vec<usize>> = Vec::new();
    for &first in &order {
        if found.iter().flatten().any(|v| *v == first) {
            continue;
        }
        let mut members = vec![first];
        members.extend((0..variables.len()).filter(|&v| v != first && belongs[v] == belongs[first]));
        let without =
            |v: &&usize| levels(&variables[**v]).is_none() && !settings.interact.contains_key(&variables[**v].name);
        if let Some(&other) = members[1..].iter().find(without) {
            let what = format!(
                "{} and {} interact, and both are numbers with many values: say at which values of one of them there shall be \
                 axes of the other (interact)",
                variables[first].name, variables[other].name
            );
            return Err(Error::Nomogram { what });
        }
        found.push(members);
    }
    Ok(found)
}

/// An axis for each combination of the other variables' values, the first of them changing fastest.
fn raw_axes(model: &NomogramModel, settings: &NomogramSettings, variables: &[usize]) -> Result<Vec<Raw>> {
    let all = model.terms().variables();
    let ticks = axis_values(&all[variables[0]], settings);
    let mut combinations: Vec<Vec<(usize, Value)>> = vec![Vec::new()];
    // From the last to the first, so that the first changes fastest.
    for &other in variables[1..].iter().rev() {
        let values = match settings.interact.get(&all[other].name) {
            Some(values) => values.iter().copied().map(Value::Number).collect(),
            None => levels(&all[other]).unwrap_or_default(),
        };
        let with = |combination: &Vec<(usize, Value)>| {
            let begin = |value: &Value| {
                let mut longer = vec![(other, value.clone())];
                longer.extend(combination.iter().cloned());
                longer
            };
            values.iter().map(begin).collect::<Vec<_>>()
        };
        combinations = combinations.iter().flat_map(with).collect();
        // Each time, before there are too many to be kept.
        if combinations.len() > 200 {
            let what = format!(
                "the interactions of {} have {} combinations of values or more, and each would be an axis: join levels",
                all[variables[0]].name,
                combinations.len()
            );
            return Err(Error::Nomogram { what });
        }
    }
    let axis = |given: Vec<(usize, Value)>| {
        let effect = |value: Value| {
            let mut values: Vec<(usize, &Value)> = vec![(variables[0], &value)];
            values.extend(given.iter().map(|(variable, value)| (*variable, value)));
            let effect = model.part(variables, &values)?;
            Ok((value, effect))
        };
        let effects = ticks.iter().cloned().map(effect).collect::<Result<_>>()?;
        Ok(Raw { given, effects })
    };
    combinations.into_iter().map(axis).collect()
}

fn axis_values(variable: &Variable, settings: &NomogramSettings) -> Vec<Value> {
    let numbers = |values: Vec<f64>| values.into_iter().map(Value::Number).collect();
    match (settings.values.get(&variable.name), levels(variable), &variable.coding) {
        (Some(values), _, _) => numbers(values.clone()),
        (None, Some(levels), _) => levels,
        (None, None, Coding::Linear { observed } | Coding::Spline { observed, .. }) => {
            numbers(round_ticks(observed.lowest, observed.highest, settings.ticks))
        }
        (None, None, Coding::Category { .. }) => Vec::new(),
    }
}

fn axis(model: &NomogramModel, variable: usize, raw: Raw, lowest: f64, points_per_unit: f64) -> NomogramAxis {
    let name = |variable: usize| model.terms().variables()[variable].name.clone();
    let given: Vec<Given> =
        raw.given.into_iter().map(|(other, value)| Given { variable: name(other), value }).collect();
    let texts: Vec<String> = given.iter().map(|g| format!("{}={}", g.variable, label(&g.value))).collect();
    let variable = name(variable);
    let tick = |(value, effect): (Value, f64)| AxisTick {
        label: label(&value),
        value,
        points: (effect - lowest) * points_per_unit,
    };
    NomogramAxis {
        name: if texts.is_empty() { variable.clone() } else { format!("{variable} ({})", texts.join(" ")) },
        variable,
        given,
        ticks: raw.effects.into_iter().map(tick).collect(),
    }
}

/// A value as text: numbers of steps like 0.1 without the rounding of their last digits.
pub(super) fn label(value: &Value) -> String {
    match value {
        Value::Level(level) => level.clone(),
        Value::Number(x) => short(*x),
    }
}

/// A number with at most ten digits.
pub(super) fn short(x: f64) -> String {
    let rounded: f64 = format!("{x:.9e}").parse().unwrap_or(x);
    number::format(rounded)
}

fn survival_axis(
    baseline: &BaselineSurvival,
    ends: [f64; 2],
    settings: &NomogramSettings,
    points: impl Fn(f64) -> f64,
) -> SurvivalAxis {
    let at = |eta: f64| baseline.survival.powf(eta.exp());
    let [high, low] = ends.map(at);
    let mut wanted = settings.survival_ticks.clone().unwrap_or_else(|| round_ticks(low, high, settings.ticks));
    wanted.sort_unstable_by(f64::total_cmp);
    let within = wanted.into_iter().filter(|s| *s > 0.0 && *s < 1.0 && low <= *s && *s <= high);
    let ticks = within.map(|survival| {
        // S = S_0^exp(η).
        let eta = (survival.ln() / baseline.survival.ln()).ln();
        SurvivalTick { survival, points: points(eta) }
    });
    SurvivalAxis { time: baseline.time, ticks: ticks.collect() }
}
