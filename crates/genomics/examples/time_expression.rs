//! Counts, survival of genes and networks, timed: what benches/peers/expression.py runs beside edgeR, limma, survival, maxstat and
//! WGCNA.
//!
//! `cargo run --release -p radsurv-genomics --example time_expression -- VALUES GENES SAMPLES KIND RUNS OUT`
//!
//! VALUES are little-endian f64, gene by gene, and for `survival` then a time and an event (0 or 1) per sample. KIND is `tmm`, `voom` (with
//! TMM; sample *i* is of the group *i* mod 2), `survival` (Cox and best cut of each gene), `soft` (the powers of a network) or `network` (all
//! else, with the power 6). Printed are the seconds of each run, from the table in memory. OUT gets the factors, weights, p-values (Cox, then cut), R² or
//! modules, in the same form.

use std::error::Error;
use std::time::Instant;

use radsurv_data::Survival;
use radsurv_genomics::Expression;
use radsurv_genomics::expression::counts::{Counts, Normalisation, VoomSettings};
use radsurv_genomics::gene_survival::{Beside, GeneSurvivalSettings};
use radsurv_genomics::network::{NetworkKind, NetworkSettings, POWERS, correlations, soft_thresholds};
use radsurv_stats::correlation::Method;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, genes, samples, kind, runs, out] = arguments.as_slice() else {
        return Err("give VALUES GENES SAMPLES KIND RUNS OUT".into());
    };
    let (genes, samples): (usize, usize) = (genes.parse()?, samples.parse()?);
    let mut values: Vec<f64> = std::fs::read(path)?.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
    let after = values.split_off(genes * samples);
    let names = |letter: &str, count: usize| (0..count).map(|i| format!("{letter}{i}")).collect();
    let expression = Expression::new(names("G", genes), names("S", samples), values)?;
    let design = [vec![1.0; samples], (0..samples).map(|i| (i % 2) as f64).collect()];
    for run in 0..runs.parse::<usize>()? {
        let begin = Instant::now();
        let found: Vec<f64> = match kind.as_str() {
            "tmm" => Counts::new(expression.clone())?.normalised(&Normalisation::default())?.factors().to_vec(),
            "voom" => {
                let counts = Counts::new(expression.clone())?.normalised(&Normalisation::default())?;
                VoomSettings::default().fit(&counts, &design)?.weights
            }
            "survival" => {
                let (times, event) = after.split_at(samples);
                let outcome = Survival::new(times.to_vec(), event.iter().map(|e| *e == 1.0).collect())?;
                let found =
                    GeneSurvivalSettings::default().fit::<&str>(&expression, &outcome, None, &Beside::default())?;
                let mut rows = found.rows;
                rows.sort_by_key(|row| row.gene[1..].parse::<usize>().unwrap_or(0));
                rows.iter().map(|row| row.p_value).chain(rows.iter().map(|row| row.cut_p_value)).collect()
            }
            "soft" => {
                let r = correlations(&expression, Method::Pearson)?;
                soft_thresholds(&r, NetworkKind::Unsigned, &POWERS)?.iter().map(|t| t.r_squared).collect()
            }
            "network" => {
                let settings = NetworkSettings { power: Some(6), ..NetworkSettings::default() };
                settings.fit(&expression)?.nodes.iter().map(|node| node.module as f64).collect()
            }
            other => return Err(format!("{other} is no kind").into()),
        };
        println!("{:.9}", begin.elapsed().as_secs_f64());
        if run == 0 {
            std::fs::write(out, found.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>())?;
        }
    }
    Ok(())
}
