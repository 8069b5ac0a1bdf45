//! The intersection of any number of lists under chance.

use radsurv_stats::distribution::Hypergeometric;

use crate::error::Result;

/// The probability that lists of these sizes, each drawn by chance from the same `universe` genes, have `shared` or more genes
/// that are in all of them.
///
/// The number of genes that the first *i* lists share is a Markov chain: given that it is *j*, the next list of *n* genes has
/// a hypergeometric number of these *j*. So *P_i(k) = Σ_j P_{i-1}(j) H(k; N, j, n_i)*, which is exact. With two lists it is the tail
/// of the hypergeometric distribution (Fisher's one-sided test). A probability keeps its digits down to some 1e-290.
///
/// Wang, Zhao and Zhang: Efficient test and visualization of multi-set intersections, Scientific Reports 5 (2015) 16923,
/// equations 1 and 2; R's `SuperExactTest::cpsets(shared - 1, sizes, universe, lower.tail = FALSE)`.
///
/// # Errors
/// [`Error::Stats`](crate::Error::Stats) if a list is larger than the universe.
///
/// # Example
/// ```
/// use radsurv_genomics::overlap::all_share;
/// // R: SuperExactTest::cpsets(4, c(100, 200, 300), 2000, lower.tail = FALSE)
/// assert!((all_share(2000, &[100, 200, 300], 5)? - 0.017058098647691439).abs() < 1e-12);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
pub fn all_share(universe: usize, sizes: &[usize], shared: usize) -> Result<f64> {
    let of = |marked: usize, drawn: usize| Hypergeometric::new(universe as u64, marked as u64, drawn as u64);
    // The chain is the same in any order; from the smallest, it has the fewest states.
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable();
    let Some(&largest) = sizes.last() else { return Ok(1.0) };
    of(largest, largest)?;
    let first = sizes[0];
    if sizes.len() == 1 {
        return Ok(if shared <= first { 1.0 } else { 0.0 });
    }
    let mut chance = vec![0.0; first + 1];
    chance[first] = 1.0;
    for &size in &sizes[1..sizes.len() - 1] {
        let mut next = vec![0.0; first + 1];
        for (j, &before) in chance.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            add_step(&mut next, before, universe, j, size)?;
        }
        chance = next;
    }
    let mut sum = 0.0;
    for (j, &before) in chance.iter().enumerate().filter(|(_, p)| **p > 0.0) {
        sum += before * of(j, largest)?.at_least(shared as u64);
    }
    Ok(f64::min(sum, 1.0))
}

/// Adds `weight` times the probabilities of all numbers of `marked` genes that are drawn, each from its neighbour on the side of the
/// mode, until they are too small for a number.
fn add_step(to: &mut [f64], weight: f64, universe: usize, marked: usize, drawn: usize) -> Result<()> {
    let of = Hypergeometric::new(universe as u64, marked as u64, drawn as u64)?;
    let [least, most] = of.support();
    let mode = ((drawn as f64 + 1.0) * (marked as f64 + 1.0) / (universe as f64 + 2.0)) as u64;
    let mode = mode.clamp(least, most);
    let (marked, drawn) = (marked as f64, drawn as f64);
    let rest = universe as f64 - marked - drawn;
    let ratio = |k: f64| (marked - k) / (k + 1.0) * ((drawn - k) / (rest + k + 1.0));
    let at_mode = weight * of.density(mode);
    to[mode as usize] += at_mode;
    let mut p = at_mode;
    for k in mode..most {
        p *= ratio(k as f64);
        if p == 0.0 {
            break;
        }
        to[k as usize + 1] += p;
    }
    p = at_mode;
    for k in (least..mode).rev() {
        p /= ratio(k as f64);
        if p == 0.0 {
            break;
        }
        to[k as usize] += p;
    }
    Ok(())
}
