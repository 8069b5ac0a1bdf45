//! What a long run says of itself while it goes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress<'a> {
    /// The stage that is under way.
    pub stage: &'a str,
    /// How many of its parts are done.
    pub done: usize,
    /// How many there are; 0 if that is not known.
    pub total: usize,
    /// For how long it has been.
    pub time: Duration,
    /// What there is to say, if there is something.
    pub message: Option<&'a str>,
}

impl Progress<'_> {
    /// How long the stage will go on, if its parts take as long as those that are done.
    pub fn left(&self) -> Option<Duration> {
        let known = self.done > 0 && self.total >= self.done;
        known.then(|| self.time.mul_f64((self.total - self.done) as f64 / self.done as f64))
    }
}

/// Passes on what happens; from any thread, one at a time.
pub struct Watch<'a> {
    tell: Mutex<&'a mut (dyn FnMut(Progress) + Send)>,
}

impl<'a> Watch<'a> {
    /// Tells this function.
    pub fn new(tell: &'a mut (dyn FnMut(Progress) + Send)) -> Self {
        Self { tell: Mutex::new(tell) }
    }

    fn tell(&self, progress: Progress) {
        let mut tell = self.tell.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        tell(progress);
    }

    /// Something to say.
    pub(crate) fn say(&self, message: &str) {
        self.tell(Progress { stage: "", done: 0, total: 0, time: Duration::ZERO, message: Some(message) });
    }

    /// Runs a stage that ticks once for each of its parts.
    pub(crate) fn count<T>(&self, stage: &str, total: usize, run: impl FnOnce(&(dyn Fn() + Sync)) -> T) -> T {
        let (begin, done) = (Instant::now(), AtomicUsize::new(0));
        let at = |done: usize| Progress { stage, done, total, time: begin.elapsed(), message: None };
        self.tell(at(0));
        let tick = || self.tell(at(done.fetch_add(1, Ordering::Relaxed) + 1));
        let result = run(&tick);
        self.tell(at(total));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_tell_how_long_they_go_on() {
        let mut seen = Vec::new();
        let mut tell = |progress: Progress| seen.push((progress.done, progress.total, progress.left().is_some()));
        let watch = Watch::new(&mut tell);
        let sum = watch.count("stage", 3, |tick| {
            (0..2).for_each(|_| tick());
            5
        });
        assert_eq!(sum, 5);
        assert_eq!(seen, [(0, 3, false), (1, 3, true), (2, 3, true), (3, 3, true)]);
        let half = Progress { stage: "", done: 2, total: 6, time: Duration::from_secs(10), message: None };
        assert_eq!(half.left(), Some(Duration::from_secs(20)));
    }
}
