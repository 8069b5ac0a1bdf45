//! AUC(t) of a score with limits, with this crate and radsurv-data alone.
//!
//! `cargo run --release -p radsurv-eval --example only_time_roc [TABLE.csv SCORE TIME[,TIME]]`
//!
//! The table has ids, the columns `time` and `event` (1 or 0), and SCORE, higher being worse. Without a table it is of numbers.

use radsurv_data::{FeatureTable, Survival};
use radsurv_eval::time_roc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (table, score, times) = match arguments.as_slice() {
        [path, score, times] => {
            let times = times.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
            (FeatureTable::read_csv(path)?, score.as_str(), times)
        }
        _ => (made_up()?, "score", vec![20.0, 40.0]),
    };
    let column = |name: &str| table.column(name).ok_or(format!("there is no column {name}"));
    let event = column("event")?.iter().map(|event| *event == 1.0).collect();
    let outcome = Survival::new(column("time")?.to_vec(), event)?;
    println!("time  AUC    95 % limits     cases  controls");
    for at in time_roc(column(score)?, &outcome, &times)?.at {
        let limits = at.lower.zip(at.upper).map_or(String::new(), |(l, u)| format!("{l:.3} to {u:.3}"));
        println!("{:<5} {:.3}  {limits:<15} {:<6} {}", at.time, at.auc, at.cases, at.controls);
    }
    Ok(())
}

fn made_up() -> Result<FeatureTable, radsurv_data::Error> {
    let row = |i: u32| {
        let (time, event) = (f64::from(i * i * 7 % 61), f64::from(u8::from(!i.is_multiple_of(3))));
        (format!("P{i}"), vec![("time", time + 1.0), ("event", event), ("score", f64::from(i * 17 % 40) - time)])
    };
    FeatureTable::from_rows((0..120).map(row))
}
