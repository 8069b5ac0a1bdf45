//! Kaplan-Meier, concordance and the log-rank test of a CSV file, timed: what benches/peers/nonparametric.py runs beside R.
//!
//! `cargo run --release -p radsurv-stats --example time_nonparametric -- RUNS OUT.csv TABLE.csv`
//!
//! TABLE.csv has the columns time, event, risk, group, weight (without a header). Printed are the seconds of the fastest
//! run of each, without reading; OUT.csv has the results.

use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

use radsurv_data::{Groups, Survival};
use radsurv_stats::nonparametric::{
    KaplanMeier, KaplanMeierSettings, MaxSelectedSettings, Selected, TestWeights, Variance, harrell, uno,
};

/// Two numbers to compare, and how they are computed.
type Work<'a> = &'a dyn Fn() -> Result<[f64; 2], radsurv_stats::Error>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [runs, out, path] = arguments.as_slice() else { return Err("give RUNS OUT.csv TABLE.csv".into()) };
    let runs: usize = runs.parse()?;
    let mut columns: [Vec<f64>; 5] = Default::default();
    for line in std::fs::read_to_string(path)?.lines() {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.push(cell.parse()?);
        }
    }
    let [times, event, risk, group, weights] = columns;
    let outcome = Survival::new(times, event.iter().map(|e| *e == 1.0).collect())?;
    let weighted = outcome.clone().with_weights(weights)?;
    let groups = Groups::new(group.iter().map(|g| Some(g.to_string())));
    let middle = |km: KaplanMeier| {
        let step = km.steps()[km.steps().len() / 2];
        [step.survival, step.log_std_error]
    };
    let robust = KaplanMeierSettings { variance: Variance::Robust, ..KaplanMeierSettings::default() };
    let cuts = || MaxSelectedSettings::default().fit(&outcome, &risk);
    let few = outcome.len() <= 1000;
    let all: [(&str, Work); 7] = [
        ("survfit", &|| KaplanMeier::of(&outcome).map(middle)),
        ("survfit-robust", &|| robust.fit(&weighted).map(middle)),
        ("concordance", &|| harrell(&risk, &outcome).map(|c| [c.estimate, c.std_error])),
        ("concordance-uno", &|| uno(&risk, &outcome, None).map(|c| [c.estimate, c.std_error])),
        ("survdiff", &|| {
            let test = TestWeights::LogRank.test(&outcome, &groups, None)?;
            Ok([test.groups[0].observed, test.groups[0].expected])
        }),
        ("maxstat", &|| cuts().map(|found| [found.best().statistic.abs(), found.best().cut])),
        // The p-value of R is of random numbers: what is compared is the cut.
        ("maxstat-gauss", &|| {
            let found = cuts()?;
            if few {
                found.p_value(Selected::Gauss)?;
            }
            Ok([found.best().cut; 2])
        }),
    ];
    let mut results = String::new();
    for (name, work) in all {
        let mut best = f64::INFINITY;
        let mut values = [f64::NAN; 2];
        for _ in 0..runs {
            let begin = Instant::now();
            values = work()?;
            best = best.min(begin.elapsed().as_secs_f64());
        }
        println!("{name} {best:.9}");
        writeln!(results, "{name},{:.17e},{:.17e}", values[0], values[1])?;
    }
    std::fs::write(out, results)?;
    Ok(())
}
