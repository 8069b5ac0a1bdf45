//! What is said while the study runs.

use std::time::{Duration, Instant};

use radsurv::study::Progress;

/// A line for whatever there is to say, at the beginning of a stage, and every fifteen seconds.
pub fn lines() -> impl FnMut(Progress) + Send {
    let mut last = Instant::now();
    move |progress| {
        let Progress { stage, done, total, message, .. } = progress;
        if let Some(message) = message {
            println!("{message}");
        } else if done == 0 {
            println!("{stage}: {total}");
        } else if last.elapsed() > Duration::from_secs(15) && done < total {
            let left = progress.left().map_or_else(String::new, |left| format!(", about {} left", duration(left)));
            println!("{stage}: {done} of {total}{left}");
        } else {
            return;
        }
        last = Instant::now();
    }
}

/// Minutes and seconds.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}
