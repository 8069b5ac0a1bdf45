//! Cox regression, Kaplan-Meier and concordance of radsurv beside those of the Rust crate `survival`, of the same cases in
//! the same process.
//!
//! `cargo run --release --manifest-path benches/peers/rust_survival/Cargo.toml -- [RUNS] [THREADS of survival]`
//!
//! Given are seconds of the computation without making its input, the fastest of the runs, which take turns. radsurv has one
//! thread; `survival` has its pool, of one thread if not told otherwise. A tenth of the times is tied. Values are compared.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use ndarray::Array2;
use radsurv_data::Survival;
use radsurv_stats::cox::{Design, FitSettings, fit};
use radsurv_stats::nonparametric::{KaplanMeier, harrell};
use survival::concordance::{ConcordanceOptions, concordancefit};
use survival::core::SurvResponse;
use survival::data_types::SurvivalData;
use survival::regression::{CoxPHFit, CoxphData, CoxphOptions, TieMethod};
use survival::surv_analysis::{SurvfitKMData, SurvfitKMOptions, survfitkm};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Columns with effects, and follow-up.
struct Cases {
    columns: Vec<Vec<f64>>,
    times: Vec<f64>,
    event: Vec<bool>,
}

impl Cases {
    fn new(rows: usize, columns: usize) -> Self {
        let mut state = 20_261_128u64;
        let mut uniform = move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        };
        let mut made = Self { columns: vec![Vec::new(); columns], times: Vec::new(), event: Vec::new() };
        for _ in 0..rows {
            let mut eta = 0.0;
            for (j, column) in made.columns.iter_mut().enumerate() {
                let x = (0..6).map(|_| uniform() - 0.5).sum::<f64>() / 0.7;
                eta += x * 0.1 * (j as f64 - 3.0);
                column.push(x);
            }
            let (happens, censored) = (-uniform().ln() * 60.0 * (-eta).exp(), -uniform().ln() * 80.0);
            let digits = if uniform() < 0.1 { 10.0 } else { 1e6 };
            made.times.push((happens.min(censored) * digits).ceil() / digits);
            made.event.push(happens <= censored);
        }
        made
    }
}

fn seconds<T>(best: &mut f64, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let begin = Instant::now();
    let value = black_box(work()?);
    *best = best.min(begin.elapsed().as_secs_f64());
    Ok(value)
}

fn main() -> Result<()> {
    let arguments: Vec<usize> = std::env::args().skip(1).map(|a| a.parse()).collect::<std::result::Result<_, _>>()?;
    let runs = arguments.first().copied().unwrap_or(9);
    let threads = arguments.get(1).copied().unwrap_or(1);
    // SAFETY: nothing else runs yet. The pool of `survival` is the global one, and reads this when it is made.
    unsafe { std::env::set_var("RAYON_NUM_THREADS", threads.to_string()) };
    println!("| work | rows | radsurv, s | survival, s | ratio | largest relative difference |");
    println!("|---|---|---|---|---|---|");
    for rows in [1_000, 10_000, 100_000] {
        let cases = Cases::new(rows, 10);
        cox(&cases, runs)?;
        kaplan_meier(&cases, runs)?;
        concordance(&cases, runs)?;
    }
    Ok(())
}

fn report(work: &str, cases: &Cases, [ours, theirs]: [f64; 2], pairs: &[(f64, f64)]) {
    let largest = pairs.iter().map(|(a, b)| (a - b).abs() / b.abs().max(1e-3)).fold(0.0, f64::max);
    println!("| {work} | {} | {ours:.6} | {theirs:.6} | {:.1} | {largest:.1e} |", cases.times.len(), theirs / ours);
}

fn cox(cases: &Cases, runs: usize) -> Result<()> {
    let outcome = Survival::new(cases.times.clone(), cases.event.clone())?;
    let columns: Vec<&[f64]> = cases.columns.iter().map(Vec::as_slice).collect();
    let matrix = Array2::from_shape_fn((cases.times.len(), columns.len()), |(i, j)| columns[j][i]);
    let status: Vec<i32> = cases.event.iter().map(|e| i32::from(*e)).collect();
    let mut best = [f64::INFINITY; 2];
    let mut pairs = Vec::new();
    for _ in 0..runs {
        let ours = seconds(&mut best[0], || Ok(fit(&Design::new(&columns, &outcome), &FitSettings::default())?))?;
        let data = CoxphData::try_new(cases.times.clone(), None, status.clone(), matrix.clone(), None, None, None)?;
        let options = CoxphOptions { method: TieMethod::Efron, ..CoxphOptions::default() };
        let theirs = seconds(&mut best[1], || Ok(CoxPHFit::fit(data, options)?))?;
        pairs = ours.coefficients.iter().copied().zip(theirs.coefficients.iter().copied()).collect();
        pairs.push((ours.log_likelihood, theirs.loglik[1]));
    }
    report("Cox, Efron, 10 columns", cases, best, &pairs);
    Ok(())
}

fn kaplan_meier(cases: &Cases, runs: usize) -> Result<()> {
    let outcome = Survival::new(cases.times.clone(), cases.event.clone())?;
    let status: Vec<i32> = cases.event.iter().map(|e| i32::from(*e)).collect();
    let data = SurvfitKMData::right_censored(cases.times.clone(), status)?;
    let mut best = [f64::INFINITY; 2];
    let mut pairs = Vec::new();
    for _ in 0..runs {
        let ours = seconds(&mut best[0], || Ok(KaplanMeier::of(&outcome)?))?;
        let theirs = seconds(&mut best[1], || Ok(survfitkm(&data, &SurvfitKMOptions::default())?))?;
        pairs = ours.steps().iter().map(|s| s.survival).zip(theirs.surv.iter().copied()).collect();
        if ours.steps().len() != theirs.surv.len() {
            return Err("the curves have other times".into());
        }
    }
    report("Kaplan-Meier with limits", cases, best, &pairs);
    Ok(())
}

fn concordance(cases: &Cases, runs: usize) -> Result<()> {
    let outcome = Survival::new(cases.times.clone(), cases.event.clone())?;
    let status: Vec<i32> = cases.event.iter().map(|e| i32::from(*e)).collect();
    let data = SurvivalData::try_new(cases.times.clone(), status)?;
    // A hundredth's digits: some risks are tied.
    let risk: Vec<f64> = (0..cases.times.len())
        .map(|i| (cases.columns.iter().enumerate().map(|(j, c)| c[i] * (j as f64 - 3.0)).sum::<f64>() * 1e3).round())
        .collect();
    let x = Array2::from_shape_fn((risk.len(), 1), |(i, _)| risk[i]);
    let options = ConcordanceOptions { reverse: true, ..ConcordanceOptions::default() };
    let mut best = [f64::INFINITY; 2];
    let mut pairs = Vec::new();
    for _ in 0..runs {
        let ours = seconds(&mut best[0], || Ok(harrell(&risk, &outcome)?))?;
        let theirs = seconds(&mut best[1], || {
            Ok(concordancefit(SurvResponse::Right(&data), x.view(), None, None, None, &options)?)
        })?;
        let error = theirs.var.as_ref().ok_or("no variance")?[0][0].sqrt();
        pairs = vec![(ours.estimate, theirs.concordance[0]), (ours.std_error, error)];
    }
    report("Harrell's C with its error", cases, best, &pairs);
    Ok(())
}
