//! `radsurv genomics overlap`.

use std::path::{Path, PathBuf};

use clap::Args;
use radsurv_data::{Table, list, number};
use radsurv_genomics::overlap::{ChangedGenes, GeneList, Overlap, Universe, by_direction, overlap};
use radsurv_plot::{Drawing, Style, upset, venn};

use super::input::{self, RuleArgs};
use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::output::write_figure;

/// `radsurv genomics overlap`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct OverlapArgs {
    /// A table of all genes of a cohort, as `radsurv genomics de` writes it: NAME=FILE. Genes that changed are compared up and down apart; the
    /// universe of two cohorts is the genes that both tested.
    #[arg(long, value_name = "NAME=FILE", conflicts_with = "list")]
    de: Vec<String>,
    #[command(flatten)]
    rule: RuleArgs,
    /// A list of genes, one per line, in place of that: NAME=FILE.
    #[arg(long, value_name = "NAME=FILE", requires = "universe")]
    list: Vec<String>,
    /// The number of genes that could have been in the lists, or @FILE with their names.
    #[arg(long, value_name = "N or @FILE")]
    universe: Option<String>,
    /// The table to write: direction,lists,number,genes; a row for each combination of lists that has a gene of its own.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A table of the tests of each two lists: direction,first,second,shared,expected,universe,p_value,adj_p_value.
    #[arg(long, value_name = "FILE")]
    tests: Option<PathBuf>,
    /// Draw which lists share how many, .svg or .png: a Venn diagram of up to three lists, else an UpSet plot. Of tables, those of genes that
    /// are higher; the others as FILE-down.
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

const HELP: &str = "\
  radsurv genomics overlap --de ours=DE.csv --de GSE56363=other.csv --p 0.05 --log-fc 1 --out shared.csv --figure venn.svg
  radsurv genomics overlap --list a=a.txt --list b=b.txt --list c=c.txt --universe 18000 --out shared.csv";

/// Compares the lists.
pub fn run(args: &OverlapArgs, console: &Console) -> Result<Status> {
    if args.de.len().max(args.list.len()) < 2 {
        return Err(Error::Usage("give two lists at least: --de NAME=FILE --de NAME=FILE".to_string()));
    }
    let mut found: Vec<(&str, Overlap)> = Vec::new();
    if args.list.is_empty() {
        let rule = args.rule.rule()?;
        let tables = args.de.iter().map(|given| {
            let (name, path) = named(given)?;
            Ok((name, input::read_de(&path)?))
        });
        let tables = tables.collect::<Result<Vec<_>>>()?;
        let cohorts: Vec<ChangedGenes> =
            tables.iter().map(|(name, table)| ChangedGenes::of_table(name.clone(), table, &rule)).collect();
        let shared = by_direction(&cohorts, &Universe::of_tables(tables.iter().map(|(_, table)| table)))?;
        if !shared.discordant.is_empty() {
            let genes: Vec<&str> = shared.discordant.iter().map(|of| of.gene.as_str()).collect();
            console.line(&format!("{} genes are up in one cohort and down in another: {}", genes.len(), list(&genes)));
        }
        found.push(("up", shared.up));
        found.push(("down", shared.down));
    } else {
        let lists = args.list.iter().map(|given| {
            let (name, path) = named(given)?;
            Ok(GeneList { name, genes: input::genes(&[format!("@{}", path.display())])? })
        });
        let universe = universe(args.universe.as_deref().unwrap_or_default())?;
        found.push(("all", overlap(&lists.collect::<Result<Vec<_>>>()?, &universe)?));
    }
    write(args, &found, console)
}

fn named(given: &str) -> Result<(String, PathBuf)> {
    let (name, path) = given.split_once('=').ok_or_else(|| Error::Usage(format!("{given}: give NAME=FILE")))?;
    Ok((name.to_string(), PathBuf::from(path)))
}

fn universe(given: &str) -> Result<Universe> {
    if given.starts_with('@') {
        return Ok(Universe::Genes(input::genes(&[given.to_string()])?));
    }
    let count =
        given.parse().map_err(|_| Error::Usage(format!("--universe {given}: give a number of genes, or @FILE")))?;
    Ok(Universe::Count(count))
}

fn write(args: &OverlapArgs, found: &[(&str, Overlap)], console: &Console) -> Result<Status> {
    let header = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<String>>();
    let mut regions = Table::new(header(&["direction", "lists", "number", "genes"]), "the lists")?;
    let columns = ["direction", "first", "second", "shared", "expected", "universe", "p_value", "adj_p_value"];
    let mut tests = Table::new(header(&columns), "the tests")?;
    for (direction, overlap) in found {
        overlap.notices.iter().for_each(|notice| console.line(&format!("{direction}: {notice}")));
        for region in &overlap.regions {
            let names = overlap.names.iter().zip(&region.lists).filter(|(_, is)| **is).map(|(name, _)| name.as_str());
            let names = names.collect::<Vec<&str>>().join(" and ");
            regions.push(vec![direction.to_string(), names, region.genes.len().to_string(), region.genes.join(" ")])?;
        }
        for pair in &overlap.pairs {
            let [first, second] = pair.lists.map(|place| overlap.names[place].clone());
            console.line(&format!(
                "{direction}: {first} and {second} share {} genes, {:.1} by chance, P = {:.2e}",
                pair.shared, pair.expected, pair.p_value
            ));
            let counts = [pair.shared as f64, pair.expected, pair.universe as f64, pair.p_value, pair.adj_p_value];
            tests
                .push([direction.to_string(), first, second].into_iter().chain(counts.map(number::format)).collect())?;
        }
        if let Some(all) = &overlap.all {
            console.line(&format!(
                "{direction}: all {} share {} genes, {:.2} by chance, P = {:.2e}",
                overlap.names.len(),
                all.shared,
                all.expected,
                all.p_value
            ));
        }
    }
    regions.write_csv(&args.out)?;
    console.line(&format!("wrote {}", args.out.display()));
    if let Some(path) = &args.tests {
        tests.write_csv(path)?;
        console.line(&format!("wrote {}", path.display()));
    }
    if let Some(path) = &args.figure {
        for (place, (direction, overlap)) in found.iter().enumerate() {
            let path = if place == 0 { path.clone() } else { beside(path, direction) };
            write_figure(&path, &figure(direction, overlap)?)?;
            console.line(&format!("wrote {}", path.display()));
        }
    }
    Ok(Status::Done)
}

/// The same name with a word before its ending.
fn beside(path: &Path, word: &str) -> PathBuf {
    let [stem, ending] =
        [path.file_stem(), path.extension()].map(|part| part.unwrap_or_default().to_string_lossy().into_owned());
    path.with_file_name(format!("{stem}-{word}.{ending}"))
}

fn figure(direction: &str, overlap: &Overlap) -> Result<Drawing> {
    let title = if direction == "all" { String::new() } else { format!("Genes that are {direction}") };
    Ok(match overlap.names.len() {
        2..=3 => venn::figure(overlap, &venn::Settings { title, ..Default::default() }, &Style::single())?,
        _ => upset::figure(overlap, &upset::Settings { title, ..Default::default() }, &Style::double())?,
    })
}
