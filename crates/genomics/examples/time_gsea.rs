//! Pre-ranked GSEA of a ranking and a GMT file, timed: what benches/peers/gsea.py runs beside gseapy and fgsea.
//!
//! `cargo run --release -p radsurv-genomics --example time_gsea -- RUNS permutation|multilevel|q COUNT OUT.csv RANKING.csv SETS.gmt`
//!
//! The ranking has the columns gene and value; COUNT is the number of permutations. Printed are the seconds of each run, without
//! reading. OUT.csv has set, size, es, nes, p.

use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

use radsurv_genomics::enrichment::gsea::{Gsea, Method, Ranking};
use radsurv_genomics::gene_sets::{SizeLimits, read_gmt};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [runs, method, count, out, ranking, sets] = arguments.as_slice() else {
        return Err("give RUNS permutation|multilevel|q COUNT OUT.csv RANKING.csv SETS.gmt".into());
    };
    let permutations = count.parse()?;
    let settings = Gsea {
        method: match method.as_str() {
            "multilevel" => Method::Multilevel { permutations, samples: 101, floor: 1e-50 },
            _ => Method::Permutation { permutations },
        },
        q_values: method == "q",
        sizes: SizeLimits { min: 10, max: 500 },
        ..Default::default()
    };
    let text = std::fs::read_to_string(ranking)?;
    let mut pairs = Vec::new();
    for line in text.lines().skip(1) {
        let (gene, value) = line.split_once(',').ok_or("a line without a comma")?;
        pairs.push((gene.to_string(), value.parse::<f64>()?));
    }
    let (genes, values) = pairs.into_iter().unzip();
    let ranking = Ranking::new(genes, values)?;
    let sets = read_gmt(sets)?.sets;
    for run in 0..runs.parse::<usize>()? {
        let begin = Instant::now();
        let found = settings.run(&ranking, &sets)?;
        println!("{:.6}", begin.elapsed().as_secs_f64());
        if run == 0 {
            let mut text = String::from("set,size,es,nes,p\n");
            for row in found.rows {
                writeln!(text, "{},{},{},{},{}", row.set, row.size, row.es, row.nes.unwrap_or(f64::NAN), row.p_value)?;
            }
            std::fs::write(out, text)?;
        }
    }
    Ok(())
}
