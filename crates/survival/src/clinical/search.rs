//! Which candidates stay.

use super::candidates::{Candidates, Fitted};
use super::report::{SelectionStep, TriedTerm, UnivariableModel};
use super::{Rule, TermTest};
use crate::error::{Error, Result};

/// How variables leave.
#[derive(Clone, Copy, PartialEq)]
enum Leave {
    Never,
    ByAic,
    /// The largest p-value, unless it is below this.
    ByP(f64),
}

/// The terms that stay, the model of them, and the way to it.
pub(super) struct Found {
    pub(super) kept: Vec<usize>,
    pub(super) model: Fitted,
    pub(super) steps: Vec<SelectionStep>,
}

/// Chooses by any rule without a penalty, and says in the univariable models who entered.
pub(super) fn choose(
    candidates: &Candidates,
    rule: &Rule,
    test: TermTest,
    forced: &[String],
    univariable: &mut [UnivariableModel],
) -> Result<Found> {
    let all = candidates.all();
    let mut forced: Vec<usize> = all.iter().copied().filter(|&t| forced.contains(&candidates.name(t))).collect();
    let parents: Vec<usize> = forced.iter().filter_map(|&t| candidates.parents(t)).flatten().collect();
    forced.extend(parents);
    let (enter, leave) = match rule {
        Rule::Forced | Rule::Penalised(_) => (None, Leave::Never),
        Rule::Univariable { enter } => (Some(*enter), Leave::Never),
        Rule::UnivariableThenBackward { enter, stay } => (Some(*enter), Leave::ByP(*stay)),
        Rule::BackwardP { stay } => (None, Leave::ByP(*stay)),
        Rule::BackwardAic => (None, Leave::ByAic),
    };
    let small = |variable: usize| {
        let p = univariable.get(variable).and_then(|alone| alone.p_value);
        forced.contains(&variable) || enter.is_none_or(|enter| p.is_some_and(|p| p < enter))
    };
    let enters = |term: &usize| match candidates.parents(*term) {
        Some([a, b]) => small(a) && small(b),
        None => small(*term),
    };
    let mut kept: Vec<usize> = all.into_iter().filter(enters).collect();
    univariable.iter_mut().enumerate().for_each(|(place, alone)| alone.entered = kept.contains(&place));
    let mut model = candidates.fit(&kept)?;
    let mut steps = Vec::new();
    loop {
        let mut step = SelectionStep {
            terms: kept.iter().map(|&t| candidates.name(t)).collect(),
            df: model.df,
            log_likelihood: model.log_likelihood,
            aic: model.aic(),
            tried: Vec::new(),
            dropped: None,
        };
        if leave == Leave::Never {
            steps.push(step);
            break;
        }
        let needed = |term: usize| kept.iter().any(|&t| candidates.parents(t).is_some_and(|of| of.contains(&term)));
        let free: Vec<usize> = kept.iter().copied().filter(|&t| !forced.contains(&t) && !needed(t)).collect();
        let mut smaller = Vec::with_capacity(free.len());
        for &term in &free {
            let rest: Vec<usize> = kept.iter().copied().filter(|&t| t != term).collect();
            let without = candidates.fit(&rest)?;
            let Some(p_value) = candidates.p_value(term, &model, &without, test)? else {
                return Err(separated(candidates, &model));
            };
            let (df, aic) = (model.df - without.df, without.aic());
            step.tried.push(TriedTerm { term: candidates.name(term), df, aic, p_value });
            smaller.push((rest, without));
        }
        let goes = match leave {
            Leave::Never => None,
            Leave::ByAic => {
                let best = first_least(step.tried.iter().map(|tried| tried.aic));
                best.filter(|&i| step.tried[i].aic < step.aic)
            }
            Leave::ByP(stay) => {
                let worst = first_least(step.tried.iter().map(|tried| -tried.p_value));
                worst.filter(|&i| step.tried[i].p_value >= stay)
            }
        };
        let Some(goes) = goes else {
            steps.push(step);
            break;
        };
        step.dropped = Some(step.tried[goes].term.clone());
        steps.push(step);
        (kept, model) = smaller.swap_remove(goes);
    }
    if model.fit.as_ref().is_some_and(|fit| !fit.infinite.is_empty()) {
        return Err(separated(candidates, &model));
    }
    Ok(Found { kept, model, steps })
}

/// The place of the smallest number, the first one of several.
fn first_least(values: impl Iterator<Item = f64>) -> Option<usize> {
    values.enumerate().reduce(|best, next| if next.1 < best.1 { next } else { best }).map(|(place, _)| place)
}

fn separated(candidates: &Candidates, model: &Fitted) -> Error {
    let names = candidates.terms.names();
    let infinite = model.fit.iter().flat_map(|fit| &fit.infinite);
    Error::Separation { features: infinite.map(|&i| names[model.columns[i]].clone()).collect() }
}
