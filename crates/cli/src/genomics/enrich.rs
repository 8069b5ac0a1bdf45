//! `radsurv genomics enrich`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use radsurv_data::{Table, number};
use radsurv_genomics::differential::Change;
use radsurv_genomics::enrichment::over_representation::{OverRepresentation, OverRepresented, SetOverlap, Universe};
use radsurv_genomics::enrichment::redundancy::Redundancy;
use radsurv_plot::Style;
use radsurv_plot::enrichment_dots::{self, Dot};

use super::input::{self, RuleArgs, SetsArgs};
use crate::console::Console;
use crate::error::{Error, Result, Status};
use crate::output::write_figure;

/// `radsurv genomics enrich`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct EnrichArgs {
    /// The table of all genes, as `radsurv genomics de` writes it: those that changed are the lists, up and down apart, all are the tested genes.
    #[arg(long, value_name = "FILE", required_unless_present = "genes", conflicts_with_all = ["genes", "tested"])]
    de: Option<PathBuf>,
    #[command(flatten)]
    rule: RuleArgs,
    /// A list in place of that: names of genes, or @FILE with one per line.
    #[arg(long, value_name = "GENES", value_delimiter = ',', requires = "tested")]
    genes: Vec<String>,
    /// All genes that could have come into the list: @FILE with one per line.
    #[arg(long, value_name = "GENES", value_delimiter = ',')]
    tested: Vec<String>,
    #[command(flatten)]
    sets: SetsArgs,
    /// The genes that chance draws from.
    #[arg(long, value_enum, default_value_t = UniverseName::Annotated)]
    universe: UniverseName,
    /// Say that the table has chosen genes only: the result cannot be believed as it is then, which is said.
    #[arg(long)]
    prefiltered: bool,
    /// The table to write: collection,direction,set,description,size,overlap,listed,universe,expected,fold,p_value,adj_p_value,told_by,genes; told_by names, of a significant
    /// set, the one that has most of its genes and says the same, or the set itself.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Draw the significant sets, or the first ten if there is none: .svg or .png.
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

const HELP: &str = "\
  radsurv genomics enrich --de DE.csv --gene-sets hallmark.gmt,kegg.gmt --out sets.csv
  radsurv genomics enrich --genes @changed.txt --tested @all.txt --gene-sets hallmark.gmt --out sets.csv";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UniverseName {
    /// The tested genes that are in any set (clusterProfiler's, given a universe)
    Annotated,
    /// All tested genes (fgsea's fora)
    Tested,
    /// All genes of the collection, tested or not (clusterProfiler's and gseapy's without a universe): P-values come out too small
    Collection,
}

/// Tests the sets.
pub fn run(args: &EnrichArgs, console: &Console) -> Result<Status> {
    let settings = OverRepresentation {
        universe: match args.universe {
            UniverseName::Annotated => Universe::Annotated,
            UniverseName::Tested => Universe::Tested,
            UniverseName::Collection => Universe::Collection,
        },
        sizes: args.sets.sizes(),
        pre_filtered: args.prefiltered,
        ..OverRepresentation::default()
    };
    let (tested, lists): (Vec<String>, Vec<(&str, Vec<String>)>) = match &args.de {
        Some(path) => {
            let (table, rule) = (input::read_de(path)?, args.rule.rule()?);
            let of = |change| table.changed(&rule, change).into_iter().map(String::from).collect();
            let lists = vec![("up", of(Change::Up)), ("down", of(Change::Down))];
            (table.rows.into_iter().map(|row| row.gene).collect(), lists)
        }
        None => (input::genes(&args.tested)?, vec![("list", input::genes(&args.genes)?)]),
    };
    if lists.iter().all(|(_, genes)| genes.is_empty()) {
        return Err(Error::Input("no gene changed by this rule: see --p, --log-fc and --adjusted".to_string()));
    }
    let mut rows: Vec<SetOverlap> = Vec::new();
    let mut out = Table::new(COLUMNS.map(String::from).to_vec(), "the sets")?;
    for collection in args.sets.read(console)? {
        for (direction, genes) in &lists {
            let found = settings.test(genes, &tested, &collection.sets)?;
            for notice in &found.notices {
                console.line(&format!("{}, {direction}: {notice}", collection.name));
            }
            let significant = found.rows.iter().filter(|row| row.adj_p_value < SIGNIFICANT).count();
            console.line(&format!(
                "{}, {direction}: {} genes, {significant} of {} sets with adjusted P < 0.05 ({} not tested for their size)",
                collection.name,
                found.listed,
                found.rows.len(),
                found.left_out.len()
            ));
            push(&mut out, &collection.name, direction, &found)?;
            rows.extend(found.rows);
        }
    }
    out.write_csv(&args.out)?;
    console.line(&format!("wrote {}", args.out.display()));
    if let Some(path) = &args.figure {
        rows.sort_by(|a, b| a.adj_p_value.total_cmp(&b.adj_p_value));
        let significant = rows.iter().filter(|row| row.adj_p_value < SIGNIFICANT).count();
        let shown = if significant == 0 { 10 } else { significant };
        let dots: Vec<Dot> = rows.iter().take(shown).map(Dot::from).collect();
        write_figure(path, &enrichment_dots::figure(&dots, &Default::default(), &Style::single())?)?;
        console.line(&format!("wrote {}", path.display()));
    }
    Ok(Status::Done)
}

/// Adjusted p-values below this are called significant.
const SIGNIFICANT: f64 = 0.05;

const COLUMNS: [&str; 14] = [
    "collection",
    "direction",
    "set",
    "description",
    "size",
    "overlap",
    "listed",
    "universe",
    "expected",
    "fold",
    "p_value",
    "adj_p_value",
    "told_by",
    "genes",
];

fn push(out: &mut Table, collection: &str, direction: &str, found: &OverRepresented) -> Result<()> {
    let groups = Redundancy::default().of_list(found, SIGNIFICANT)?;
    for row in &found.rows {
        let counts = [row.size, row.genes.len(), row.listed, row.universe].map(|count| count.to_string());
        let numbers = [row.expected, row.fold, row.p_value, row.adj_p_value].map(number::format);
        let names = [collection.to_string(), direction.to_string(), row.set.clone(), row.description.clone()];
        let genes = row.genes.join(" ");
        let by = groups
            .iter()
            .find(|group| group.contains(&row.set))
            .map_or_else(String::new, |group| group.representative.clone());
        out.push(names.into_iter().chain(counts).chain(numbers).chain([by, genes]).collect())?;
    }
    Ok(())
}
