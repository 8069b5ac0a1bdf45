//! `radsurv genomics gsea`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use radsurv_data::{CaseFile, Table, number};
use radsurv_genomics::enrichment::gsea::{Gsea, Method, RankBy, Ranking, SetScore};
use radsurv_plot::{Style, running_score};

use super::input::{self, SetsArgs};
use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::output::write_figure;

/// `radsurv genomics gsea`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct GseaArgs {
    /// The table of all genes, as `radsurv genomics de` writes it.
    #[arg(long, value_name = "FILE", required_unless_present = "ranking", conflicts_with = "ranking")]
    de: Option<PathBuf>,
    /// What its genes are ranked by.
    #[arg(long, value_enum, default_value_t = ByName::T)]
    by: ByName,
    /// A ranking in place of that: a table whose first column is the gene and whose second the statistic.
    #[arg(long, value_name = "FILE")]
    ranking: Option<PathBuf>,
    #[command(flatten)]
    sets: SetsArgs,
    /// Random sets of each size.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    permutations: usize,
    /// Take P-values from these alone [default: small ones by multilevel splitting].
    #[arg(long)]
    simple: bool,
    /// The exponent of the statistic.
    #[arg(long, value_name = "P", default_value_t = 1.0)]
    weight: f64,
    /// The false discovery rate of GSEA as well, in the column q_value.
    #[arg(long)]
    q_values: bool,
    /// The seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The table to write: collection,set,description,size,es,nes,p_value,adj_p_value,q_value,log2_error,leading_edge.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A set whose running score is drawn.
    #[arg(long, value_name = "SET", requires = "figure")]
    set: Option<String>,
    /// The figure, .svg or .png, of that set, or of the one of smallest P-value.
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

const HELP: &str = "\
  radsurv genomics gsea --de DE.csv --gene-sets hallmark.gmt --out gsea.csv --figure first.svg
  radsurv genomics gsea --ranking ranks.csv --gene-sets go_bp.gmt.gz --simple --permutations 10000 --out gsea.csv
Chance is genes at random: genes of a set that go with each other anyway make P-values too small.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ByName {
    /// The moderated t
    T,
    /// The log2 fold change
    LogFc,
    /// -log10 P with the sign of the fold change
    SignedP,
}

/// Scores the sets.
pub fn run(args: &GseaArgs, console: &Console) -> Result<Status> {
    let ranking = ranking(args)?;
    let permutations = args.permutations;
    let settings = Gsea {
        weight: args.weight,
        sizes: args.sets.sizes(),
        method: match (args.simple, Method::default()) {
            (false, Method::Multilevel { samples, floor, .. }) => Method::Multilevel { permutations, samples, floor },
            _ => Method::Permutation { permutations },
        },
        q_values: args.q_values,
        seed: args.seed,
        ..Gsea::default()
    };
    let mut out = Table::new(COLUMNS.map(String::from).to_vec(), "the sets")?;
    let mut best: Option<(SetScore, usize)> = None;
    let collections = args.sets.read(console)?;
    for (place, collection) in collections.iter().enumerate() {
        let found = settings.run(&ranking, &collection.sets)?;
        for notice in &found.notices {
            console.line(&format!("{}: {notice}", collection.name));
        }
        let significant = found.rows.iter().filter(|row| row.adj_p_value < 0.05).count();
        console.line(&format!(
            "{}: {significant} of {} sets with adjusted P < 0.05 ({} not tested for their size)",
            collection.name,
            found.rows.len(),
            found.left_out.len()
        ));
        found.rows.iter().try_for_each(|row| out.push(cells(&collection.name, row)))?;
        let wanted = |row: &&SetScore| args.set.as_ref().is_none_or(|set| *set == row.set);
        if let Some(row) = found.rows.iter().find(wanted)
            && best.as_ref().is_none_or(|(other, _)| row.p_value < other.p_value)
        {
            best = Some((row.clone(), place));
        }
    }
    out.write_csv(&args.out)?;
    console.line(&format!("wrote {}", args.out.display()));
    if let Some(path) = &args.figure {
        let wanted = args.set.as_deref().unwrap_or("any");
        let missing = || Error::Input(format!("no set {wanted} was tested: see the table for those that were"));
        let (row, place) = best.ok_or_else(missing)?;
        let set = collections[place].sets.get(&row.set).ok_or_else(missing)?;
        let running = settings.running_score(&ranking, set)?;
        write_figure(path, &running_score::figure(&running, Some(&row), &Default::default(), &Style::single())?)?;
        console.line(&format!("wrote {}: {}", path.display(), row.set));
    }
    Ok(Status::Done)
}

const COLUMNS: [&str; 11] = [
    "collection",
    "set",
    "description",
    "size",
    "es",
    "nes",
    "p_value",
    "adj_p_value",
    "q_value",
    "log2_error",
    "leading_edge",
];

fn cells(collection: &str, row: &SetScore) -> Vec<String> {
    let known = |value: Option<f64>| value.map_or_else(String::new, number::format);
    vec![
        collection.to_string(),
        row.set.clone(),
        row.description.clone(),
        row.size.to_string(),
        number::format(row.es),
        known(row.nes),
        number::format(row.p_value),
        number::format(row.adj_p_value),
        known(row.q_value),
        known(row.log2_error),
        row.leading_edge.join(" "),
    ]
}

fn ranking(args: &GseaArgs) -> Result<Ranking> {
    if let Some(path) = &args.de {
        let by = match args.by {
            ByName::T => RankBy::T,
            ByName::LogFc => RankBy::LogFc,
            ByName::SignedP => RankBy::SignedLogP,
        };
        return Ok(Ranking::of_table(&input::read_de(path)?, by)?);
    }
    let path = args.ranking.as_deref().unwrap_or_else(|| std::path::Path::new(""));
    let file = CaseFile::open(path)?;
    let Some(second) = file.columns().get(1).cloned() else {
        return Err(Error::Input(format!("{} has one column alone: give gene, statistic", path.display())));
    };
    let (table, _) = file.read(|name| name == second)?;
    let values = table.column(&second).unwrap_or_default().to_vec();
    Ok(Ranking::new(table.case_ids().to_vec(), values)?)
}
