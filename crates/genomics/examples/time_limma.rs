//! Linear models of genes, timed: what benches/peers/limma.py runs beside limma.
//!
//! `cargo run --release -p radsurv-genomics --example time_limma -- VALUES GENES SAMPLES KIND RUNS OUT`
//!
//! VALUES are little-endian f64, gene by gene; sample *i* is of the group *i* mod 2, and has the age 40 + *i* mod 37. KIND is
//! `groups`, `age` (groups beside age), `robust` (the same with a trend, robust) or `missing` (the same, where values may be NaN).
//! Printed are the seconds of each run, from the table in memory to the table of genes. OUT gets t and p-value of each gene,
//! in the same form.

use std::error::Error;
use std::time::Instant;

use radsurv_data::{Covariate, Covariates, Groups};
use radsurv_genomics::Expression;
use radsurv_genomics::differential::{BayesSettings, Comparison, Order};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, genes, samples, kind, runs, out] = arguments.as_slice() else {
        return Err("give VALUES GENES SAMPLES KIND RUNS OUT".into());
    };
    let (genes, samples): (usize, usize) = (genes.parse()?, samples.parse()?);
    let values = std::fs::read(path)?.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
    let names = |letter: &str, count: usize| (0..count).map(|i| format!("{letter}{i}")).collect();
    let expression = Expression::new(names("G", genes), names("S", samples), values)?;
    let groups = Groups::new((0..samples).map(|i| Some(["high", "low"][i % 2])));
    let mut covariates = Covariates::new(samples);
    if kind != "groups" {
        covariates.add("age", Covariate::Number((0..samples).map(|i| 40.0 + (i % 37) as f64).collect()))?;
    }
    let robust = kind == "robust";
    let comparison = Comparison {
        reference: Some("low".to_string()),
        bayes: BayesSettings { trend: robust, robust, ..BayesSettings::default() },
        order: Order::Table,
        ..Comparison::default()
    };
    for run in 0..runs.parse::<usize>()? {
        let begin = Instant::now();
        let found = comparison.run(&expression, &groups, &covariates)?;
        println!("{:.9}", begin.elapsed().as_secs_f64());
        if run == 0 {
            let bytes: Vec<u8> =
                found.table.rows.iter().flat_map(|row| [row.t, row.p_value]).flat_map(f64::to_le_bytes).collect();
            std::fs::write(out, bytes)?;
        }
    }
    Ok(())
}
