//! Cases in parallel, in bounded memory.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use super::cases::Case;
use super::journal::{Finished, Journal, input};
use super::outcome::Outcome;
use super::work::Worker;
use crate::console::{Console, Progress};
use crate::error::{Error, Result};

/// Stack of a thread of the pool: while it waits for a part of one case it may take up another.
const STACK_BYTES: usize = 16 << 20;

/// Extracts the cases that are not finished; all outcomes are in the order of the cases.
///
/// One pool of `jobs` threads does all the work, reading included. Cases that share an image are one piece of work.
/// Pieces are begun in order, and never more than [`in_flight`] at a time, since each holds an image.
///
/// # Errors
/// If the journal cannot be written, or no thread can be made.
pub fn extract(
    cases: &[Case],
    worker: &Worker,
    journal: Option<Journal>,
    finished: Finished,
    jobs: usize,
    console: &Console,
) -> Result<Vec<Outcome>> {
    let inputs: Vec<String> = cases.iter().map(|c| if journal.is_some() { input(c) } else { String::new() }).collect();
    let mut outcomes: Vec<Option<Outcome>> = inputs
        .iter()
        .map(|input| finished.get(input).map(|results| Outcome { results: results.clone(), failures: Vec::new() }))
        .collect();
    drop(finished);
    let done = outcomes.iter().filter(|o| o.is_some()).count();
    if done > 0 {
        console.line(&format!("{done} of {} cases were finished before", cases.len()));
    }
    let pieces = pieces(cases, &outcomes);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .stack_size(STACK_BYTES)
        .thread_name(|i| format!("radsurv-{i}"))
        .build()
        .map_err(|e| Error::Input(format!("cannot start {jobs} threads ({e}); try fewer --jobs")))?;

    let progress = console.progress(cases.len() - done, "cases");
    let sink = Mutex::new(Sink { outcomes: std::mem::take(&mut outcomes), journal, error: None });
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let drive = || {
        while !stop.load(Ordering::Relaxed) {
            let Some(piece) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            let chosen: Vec<&Case> = piece.iter().map(|&i| &cases[i]).collect();
            let begin = Instant::now();
            let results = pool.install(|| worker.extract(&chosen));
            let seconds = begin.elapsed().as_secs_f64();
            let mut sink = sink.lock().unwrap_or_else(|e| e.into_inner());
            // The one case of a command line is told about at its end.
            for (case, outcome) in chosen.iter().zip(&results).filter(|_| sink.journal.is_some()) {
                tell(&progress, case, outcome, seconds, console);
            }
            if let Err(error) = sink.store(piece, results, &inputs) {
                sink.error = Some(error);
                stop.store(true, Ordering::Relaxed);
            }
        }
    };
    // The threads that hand out work do none themselves: they wait for the pool.
    std::thread::scope(|scope| {
        for _ in 1..in_flight(jobs).min(pieces.len()) {
            scope.spawn(drive);
        }
        drive();
    });
    progress.close();
    let sink = sink.into_inner().unwrap_or_else(|e| e.into_inner());
    match sink.error {
        Some(error) => Err(error),
        None => Ok(sink.outcomes.into_iter().map(Option::unwrap_or_default).collect()),
    }
}

/// How many images are in memory at most. Reading is not parallel within an image, so several must be under way to keep
/// all threads busy; of many threads each case can use several.
fn in_flight(jobs: usize) -> usize {
    jobs.min(4 + jobs / 4)
}

/// The cases still to do, those with the same image together, in the order of their first.
fn pieces(cases: &[Case], outcomes: &[Option<Outcome>]) -> Vec<Vec<usize>> {
    let mut pieces: Vec<Vec<usize>> = Vec::new();
    let mut of_image: HashMap<&Path, usize> = HashMap::new();
    for (i, case) in cases.iter().enumerate().filter(|(i, _)| outcomes[*i].is_none()) {
        let piece = *of_image.entry(&case.image_path).or_insert_with(|| {
            pieces.push(Vec::new());
            pieces.len() - 1
        });
        pieces[piece].push(i);
    }
    pieces
}

struct Sink {
    outcomes: Vec<Option<Outcome>>,
    journal: Option<Journal>,
    error: Option<Error>,
}

impl Sink {
    fn store(&mut self, piece: &[usize], results: Vec<Outcome>, inputs: &[String]) -> Result<()> {
        if let Some(journal) = &mut self.journal {
            let written: Vec<(&str, &Outcome)> = piece.iter().map(|&i| inputs[i].as_str()).zip(&results).collect();
            journal.append(&written)?;
        }
        for (&i, outcome) in piece.iter().zip(results) {
            self.outcomes[i] = Some(outcome);
        }
        Ok(())
    }
}

fn tell(progress: &Progress, case: &Case, outcome: &Outcome, seconds: f64, console: &Console) {
    let mut message = format!("{}: ", case.id);
    if let Some(result) = outcome.results.first() {
        let s = if outcome.results.len() == 1 { "" } else { "s" };
        let count = outcome.results.len();
        message.push_str(&format!("{count} region{s}, {} features, {seconds:.2} s", result.names.len()));
    }
    if console.is_verbose() {
        for result in &outcome.results {
            for notice in &result.notices {
                message.push_str(&format!("\n  {} {}: {notice}", result.kind, result.label));
            }
        }
    }
    let mut separator = if outcome.results.is_empty() { "" } else { "; " };
    for failure in &outcome.failures {
        let what = failure.kind.map(|k| format!("{k} {}: ", failure.label)).unwrap_or_default();
        message.push_str(&format!("{separator}failed: {what}{}", failure.line()));
        separator = "; ";
    }
    if outcome.failures.is_empty() { progress.finished(&message) } else { progress.failed(&message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_in_memory_are_bounded() {
        assert_eq!([1, 2, 4, 8, 64].map(in_flight), [1, 2, 4, 6, 20]);
    }
}
