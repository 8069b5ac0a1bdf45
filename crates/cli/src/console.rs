//! What the user sees: a progress bar on a terminal, plain lines elsewhere, all of it on standard error.

use std::any::Any;
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::{Error, Result};

/// How much to say.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    quiet: bool,
    verbose: bool,
    terminal: bool,
}

impl Console {
    /// A console that says nothing but errors if quiet, and more if verbose.
    pub fn new(quiet: bool, verbose: u8) -> Self {
        Self { quiet, verbose: verbose > 0, terminal: io::stderr().is_terminal() }
    }

    /// Whether details are wanted.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether there is a terminal to draw on, and something to be said.
    pub fn is_terminal(&self) -> bool {
        self.terminal && !self.quiet
    }

    /// An error.
    pub fn error(&self, message: &str) {
        say(&format!("error: {message}"));
    }

    /// A line, unless quiet.
    pub fn line(&self, message: &str) {
        if !self.quiet {
            say(message);
        }
    }

    /// Progress over a number of `what`: cases, models.
    pub fn progress(&self, count: usize, what: &'static str) -> Progress {
        let bar = (self.terminal && !self.quiet && count > 1).then(|| {
            let bar = ProgressBar::new(count as u64).with_message(what);
            if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}, {elapsed} gone, {eta} to go") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(std::time::Duration::from_millis(500));
            bar
        });
        Progress { console: *self, bar, state: Mutex::new(State { done: 0, count }) }
    }
}

/// Progress over the cases of a cohort, or other things of which there are many.
pub struct Progress {
    console: Console,
    bar: Option<ProgressBar>,
    state: Mutex<State>,
}

struct State {
    done: usize,
    count: usize,
}

impl Progress {
    /// A case is finished.
    pub fn finished(&self, message: &str) {
        self.step(message, self.bar.is_none() || self.console.verbose);
    }

    /// A case has failed.
    pub fn failed(&self, message: &str) {
        self.step(message, true);
    }

    /// One more is done, of so many that each is not worth a line.
    pub fn tick(&self) {
        self.step("", false);
    }

    fn step(&self, message: &str, show: bool) {
        // A poisoned lock only means that another thread panicked: the numbers are still good.
        let mut state = self.state.lock().unwrap_or_else(|e| e.into_inner());
        state.done += 1;
        if show && !self.console.quiet {
            let line = if state.count > 1 {
                format!("[{}/{}] {message}", state.done, state.count)
            } else {
                message.to_string()
            };
            match &self.bar {
                Some(bar) => bar.println(line),
                None => say(&line),
            }
        }
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// Takes the bar away.
    pub fn close(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A line on standard error. There is nobody to tell if that fails.
fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// A panic is a defect of this program, never of its input: says so, and where. The command goes on with the next case
/// if it can.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
        let what = panic_message(info.payload());
        say(&format!("internal error{place}: {what}; please report it with the input that caused it"));
    }));
}

/// What a panic says.
pub fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Prints lines to standard output.
pub fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::Stdout)
}
