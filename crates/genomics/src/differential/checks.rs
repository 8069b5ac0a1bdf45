//! Whether samples, weights and blocks are those of a design.

use radsurv_data::{Groups, list};

use super::design::Design;
use super::fit::Weights;
use crate::error::{Error, Result};
use crate::expression::Expression;

pub(super) fn same_samples(expression: &Expression, design: &Design) -> Result<()> {
    let (ours, theirs) = (expression.samples(), design.samples());
    if expression.genes().is_empty() {
        return Err(Error::Design("has no gene to be fitted to: the expression table is empty".to_string()));
    }
    if ours.len() != theirs.len() {
        let what = format!("has {} samples, and the expression table {}: join them first", theirs.len(), ours.len());
        return Err(Error::Design(what));
    }
    let other: Vec<String> =
        ours.iter().zip(theirs).filter(|(a, b)| a != b).map(|(a, b)| format!("{b}, not {a}")).collect();
    if other.is_empty() {
        return Ok(());
    }
    let what =
        format!("has {} samples other than the expression table has in their place ({})", other.len(), list(&other));
    Err(Error::Design(what + ": join them first, in one order"))
}

pub(super) fn check_weights(weights: Option<Weights>, expression: &Expression) -> Result<()> {
    let samples = expression.samples();
    let (values, expected, of) = match weights {
        None => return Ok(()),
        Some(Weights::Samples(values)) => (values, samples.len(), "samples"),
        Some(Weights::Values(values)) => (values, expression.values().len(), "values of the expression table"),
    };
    if values.len() != expected {
        return Err(Error::Weights(format!("there are {} for {expected} {of}", values.len())));
    }
    // Of a value that is missing the weight does not matter.
    let missing = |at: usize| matches!(weights, Some(Weights::Values(_))) && expression.values()[at].is_nan();
    let bad = |(at, w): (usize, &f64)| !(*w >= 0.0 && w.is_finite() || missing(at));
    match values.iter().enumerate().position(bad) {
        None => Ok(()),
        Some(at) => {
            let sample = &samples[at % samples.len()];
            let gene = match of {
                "samples" => String::new(),
                _ => format!("of the gene {} ", expression.genes()[at / samples.len()]),
            };
            let what =
                format!("that {gene}in the sample {sample} is {}; give 0 or a positive finite number", values[at]);
            Err(Error::Weights(what))
        }
    }
}

/// The block of each sample.
pub(super) fn block_codes(blocks: &Groups, design: &Design) -> Result<Vec<usize>> {
    if blocks.len() != design.samples().len() {
        let (of_blocks, samples) = (blocks.len(), design.samples().len());
        return Err(Error::Design(format!("has {samples} samples, and there are blocks of {of_blocks}")));
    }
    let missing = design.samples().iter().zip(blocks.codes()).filter(|(_, code)| code.is_none());
    let missing: Vec<String> = missing.map(|(sample, _)| format!("{sample} (the block)")).collect();
    if !missing.is_empty() {
        return Err(Error::MissingCovariates { missing });
    }
    Ok(blocks.codes().iter().flatten().copied().collect())
}

pub(super) fn check_correlation(blocks: &Groups, correlation: f64) -> Result<()> {
    let largest = blocks.counts().into_iter().max().unwrap_or(0);
    let least = if largest > 1 { -1.0 / (largest as f64 - 1.0) } else { -1.0 };
    if correlation > least && correlation < 1.0 {
        return Ok(());
    }
    let what = format!(
        "cannot have the correlation {correlation} within blocks: with {largest} samples in the largest block it is above {least} and below 1"
    );
    Err(Error::Design(what))
}
