//! What whatever runs over a cohort has in common: cases in parallel, in bounded memory, each for itself.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Error, Result};

/// Stack of a thread of the pool: while it waits for a part of one case it may take up another.
const STACK_BYTES: usize = 16 << 20;

/// What the reason of a panic begins with.
const DEFECT: &str = "internal error";

/// Refuses ids that occur twice.
pub(crate) fn check_ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let mut seen = HashSet::new();
    match ids.into_iter().find(|id| !seen.insert(*id)) {
        None => Ok(()),
        Some(twice) => {
            let table = "the list of cases".to_string();
            Err(radsurv_data::Error::DuplicateId { table, id: twice.to_string(), lines: None }.into())
        }
    }
}

/// Does the work of each of `count` cases and gives the results in their order. `done` is called after each, from several
/// threads, in the order in which they end.
///
/// One pool of `threads` (0: one per processor) does all the work. Cases are begun in order, and never more than [`in_flight`]
/// at a time, since each holds an image.
pub(crate) fn each_case<T: Send>(
    count: usize,
    threads: usize,
    work: impl Fn(usize) -> T + Sync,
    done: impl Fn(usize, &T) + Sync,
) -> Result<Vec<T>> {
    let threads = match threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        n => n,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK_BYTES)
        .build()
        .map_err(|e| Error::Threads { threads, reason: e.to_string() })?;
    let results: Mutex<Vec<Option<T>>> = Mutex::new((0..count).map(|_| None).collect());
    let next = AtomicUsize::new(0);
    let drive = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return;
            }
            let result = pool.install(|| work(index));
            done(index, &result);
            // A poisoned lock only means that another thread panicked: the results are still good.
            results.lock().unwrap_or_else(|e| e.into_inner())[index] = Some(result);
        }
    };
    // The threads that hand out work do none themselves: they wait for the pool.
    std::thread::scope(|scope| {
        for _ in 1..in_flight(threads).min(count) {
            scope.spawn(drive);
        }
        drive();
    });
    let results = results.into_inner().unwrap_or_else(|e| e.into_inner());
    Ok(results.into_iter().flatten().collect())
}

/// How many cases are in memory at most. Reading is not parallel within a case, so several must be under way to keep all
/// threads busy; of many threads each case can use several.
fn in_flight(threads: usize) -> usize {
    threads.min(4 + threads / 4)
}

/// Turns a panic, which would be a defect of this program, into a failure of what causes it.
pub(crate) fn guarded<T>(work: impl FnOnce() -> std::result::Result<T, String>) -> std::result::Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(format!("{DEFECT} ({text}); please report it"))
    })
}

/// Whether a reason is that of a panic: the next version may have none, so it is not kept.
pub(crate) fn is_defect(reason: &str) -> bool {
    reason.starts_with(DEFECT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order_and_few_at_a_time() {
        for threads in [1, 3] {
            let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let work = |i: usize| {
                most.fetch_max(1 + running.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                std::thread::sleep(std::time::Duration::from_millis((7 * i % 5) as u64));
                running.fetch_sub(1, Ordering::SeqCst);
                2 * i
            };
            let told = AtomicUsize::new(0);
            let tell = |i: usize, result: &usize| {
                assert_eq!(*result, 2 * i);
                told.fetch_add(1, Ordering::SeqCst);
            };
            let results = each_case(20, threads, work, tell).unwrap();
            assert_eq!(results, (0..20).map(|i| 2 * i).collect::<Vec<_>>());
            assert!(told.into_inner() == 20 && most.into_inner() <= threads);
        }
        assert_eq!([1, 2, 4, 8, 64].map(in_flight), [1, 2, 4, 6, 20]);
    }

    #[test]
    fn a_panic_is_a_reason() {
        let reason = guarded::<()>(|| panic!("index {}", 7)).unwrap_err();
        assert_eq!(reason, "internal error (index 7); please report it");
        assert!(is_defect(&reason) && !is_defect("no such file"));
    }
}
