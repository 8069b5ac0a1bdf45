//! 242 real cervical cancers (TCGA-CESC): a score of survival, the groups it makes, and what is behind them; and genes by stage.
//!
//! ```console
//! $ cargo run --release --example cervical_genomics_study [-- --out FOLDER]
//! ```
//!
//! There are no images of these patients, so a score of genes stands in for the Radscore: a lasso of expression, learned and judged as a study
//! learns and judges a Radscore. Groups that were made of expression differ in expression; what such a run shows is that the way from a score to genes, pathways and
//! survival works on real numbers, and what a table of chosen genes does to it, not that these genes matter. The stages are no such circle.
//! Numbers of limma and gseapy on the same input: `reference/genomics_tcga.R`, `reference/genomics_tcga.py`, docs/studies.md.

mod real;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use radsurv::data::{CovariateKind, Covariates, FeatureTable, Groups, Table, number};
use radsurv::eval::TextTable;
use radsurv::genomics::Expression;
use radsurv::genomics::differential::{
    BayesSettings, Change, ChangeRule, Comparison, Design, GroupCoding, LinearModel, Order,
};
use radsurv::genomics::expression::{Collapse, ProbeMap, ProbeSettings};
use radsurv::stats::multiple::Adjustment;
use radsurv::study::radiogenomics::Radiogenomics;
use radsurv::study::settings::StudyFile;
use radsurv::study::{RunOptions, Study, Watch, report, run};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const SOURCE: &str = "That folder has tcga_cesc_rlog_2009genes_242pts.csv.gz (rlog values of 2009 Ensembl genes, finalSet of the R package ordinalbayes), gene_map_orgHs.csv \
    (ensembl, symbol: org.Hs.eg.db) and tcga_cesc_242pts_pheno_survival.csv (stage of ordinalbayes, follow-up of TCGA-CDR, Liu et al., Cell 173 (2018) 400-416).";
const SETS_SOURCE: &str = "That folder has h.all.v7.0.symbols.gmt (MSigDB, CC BY 4.0), KEGG_2011_orgHs_symbols.gmt and GO_BP_orgHs_symbols_10_500.gmt.gz (of org.Hs.eg.db).";

fn main() -> ExitCode {
    real::run(all)
}

fn all() -> Result<()> {
    let (data, sets) = (real::folder("tcga_cesc", SOURCE)?, real::folder("genesets", SETS_SOURCE)?);
    let out =
        real::folder_of_option("--out")?.unwrap_or_else(|| std::env::temp_dir().join("radsurv-cervical-genomics"));
    fs::create_dir_all(&out)?;
    let expression = symbols(&data)?;
    let patients = Table::read_csv(data.join("tcga_cesc_242pts_pheno_survival.csv"))?;
    write_tables(&out, &expression, &patients)?;
    stages(&expression, &patients)?;

    fs::write(out.join("study.toml"), study_file(&sets))?;
    let settings = StudyFile::read(out.join("study.toml"))?.settings()?;
    let options = RunOptions { cache: Some(out.join("cache")), jobs: None };
    let found = run(&settings, &options, &Watch::new(&mut |_| ()))?;
    report::write_study(&found, &out.join("results"))?;
    println!("## Groups of a score of genes\n\n{}", report::main_table(&found).to_markdown());
    for of in &found.genomics {
        match &of.found {
            Ok(genes) => {
                write_for_references(&out, &of.endpoint, genes)?;
                endpoint(&found, &of.endpoint, genes);
            }
            Err(why) => println!("{}: {why}\n", of.endpoint),
        }
    }
    println!("The report is {}.", out.join("results/report.html").display());
    Ok(())
}

/// Expression by symbols; of several rows of a gene the one that varies most.
fn symbols(folder: &Path) -> Result<Expression> {
    let rows = Expression::read(folder.join("tcga_cesc_rlog_2009genes_242pts.csv.gz"))?;
    let map = Table::read_csv(folder.join("gene_map_orgHs.csv"))?;
    let map = ProbeMap::from_table(&map, "symbol", "///")?;
    let found = ProbeSettings { collapse: Collapse::MaxVariance, ..ProbeSettings::default() }.apply(&rows, &map)?;
    let report = &found.report;
    println!(
        "{} Ensembl genes of {} tumours; {} have no symbol and are left out, {} symbols have several; {} genes.\n",
        report.probes,
        rows.samples().len(),
        report.unmapped.len(),
        report.collapsed,
        report.genes
    );
    Ok(found.expression)
}

/// The tables of the study: patients by the names of samples, genes as features, expression.
fn write_tables(out: &Path, expression: &Expression, patients: &Table) -> Result<()> {
    let wanted = ["sample", "age_at_index", "Stage", "OS", "OS.time", "PFI", "PFI.time"];
    let places = wanted.iter().map(|name| patients.column(name)).collect::<std::result::Result<Vec<_>, _>>()?;
    let names = ["sample", "age", "stage", "os", "os_days", "pfi", "pfi_days"];
    let mut table = Table::new(names.map(String::from).to_vec(), "patients.csv")?;
    for row in patients.rows() {
        table.push(places.iter().map(|&place| row.cells[place].clone()).collect())?;
    }
    table.write_csv(out.join("patients.csv"))?;
    let columns = expression.rows().map(<[f64]>::to_vec).collect();
    let features = FeatureTable::new(expression.samples().to_vec(), expression.genes().to_vec(), columns)?;
    features.write_csv(out.join("features.csv"))?;
    Ok(expression.write_csv(out.join("expression.csv"))?)
}

fn study_file(sets: &Path) -> String {
    let path = |name: &str| sets.join(name).display().to_string();
    let sets: Vec<String> =
        ["h.all.v7.0.symbols.gmt", "KEGG_2011_orgHs_symbols.gmt", "GO_BP_orgHs_symbols_10_500.gmt.gz"]
            .map(|name| format!("{:?}", path(name)))
            .to_vec();
    STUDY.replace("SETS", &sets.join(", "))
}

const STUDY: &str = r#"name = "TCGA-CESC: a score of genes"
seed = 1
protocols = ["strict"]
times = [365, 1095, 1825]
time_unit = "days"
steps = [{ zscore = { method = "standard" } }]
[patients]
table = "patients.csv"
categories = ["stage"]
describe = ["age", "stage"]
[[endpoints]]
name = "OS"
time = "os_days"
event = "os"
[[endpoints]]
name = "PFI"
time = "pfi_days"
event = "pfi"
[features]
table = "features.csv"
matching = "."
[split.random]
test = 0.33
[models]
models = ["lasso"]
candidates = 1
[genomics]
expression = "expression.csv"
prefiltered = true
gene_sets = [SETS]
genes = ["KDELR2", "HK2"]
"#;

/// Genes by stage: III and IV against I, and any difference.
fn stages(expression: &Expression, patients: &Table) -> Result<()> {
    println!("## Genes by stage\n");
    let mut known = Covariates::new(patients.rows().len());
    known.add_column(patients, "Stage", CovariateKind::Category)?;
    let of: std::collections::HashMap<String, Option<String>> = {
        let (place, groups) = (patients.column("sample")?, known.groups("Stage")?);
        let label =
            |(row, at): (&radsurv::data::Row, usize)| (row.cells[place].clone(), groups.label(at).map(String::from));
        patients.rows().iter().zip(0..).map(label).collect()
    };
    let stage = Groups::new(expression.samples().iter().map(|sample| of.get(sample).cloned().flatten()));
    let counts: Vec<String> =
        stage.levels().iter().zip(stage.counts()).map(|(l, n)| format!("{n} of stage {l}")).collect();
    println!(
        "{} (3 is III and IV). The genes were chosen by stage among others, so that most differ.\n",
        counts.join(", ")
    );
    let nothing = Covariates::new(stage.len());
    let comparison = Comparison { reference: Some("1".into()), group: Some("3".into()), ..Comparison::default() };
    let found = comparison.run(expression, &stage, &nothing)?;
    let mut table = TextTable::new(["gene", "log2 fold change, 3 - 1", "t", "P", "adjusted P"]);
    for row in found.table.rows.iter().take(5) {
        let cells = [
            format!("{:.3}", row.log_fc),
            format!("{:.2}", row.t),
            format!("{:.2e}", row.p_value),
            format!("{:.2e}", row.adj_p_value),
        ];
        table.push([row.gene.clone()].into_iter().chain(cells));
    }
    println!("{}", table.to_markdown());
    let rule = ChangeRule { adjusted: true, ..ChangeRule::default() };
    let [up, down] = [Change::Up, Change::Down].map(|change| found.table.changed(&rule, change).len());
    println!("{up} genes are higher and {down} lower (adjusted P < 0.05, |log2 fold change| > 1).");
    let design = Design::of_groups(expression.samples(), &stage, &GroupCoding::Reference(Some("1".into())), &nothing)?;
    let fit = BayesSettings::default().moderate(&LinearModel::new(&design).fit(expression)?)?;
    let any = fit.f_table(&["2", "3"], Adjustment::BenjaminiHochberg, Order::PValue)?;
    let differ = any.rows.iter().filter(|row| row.adj_p_value < 0.05).count();
    println!("{differ} of {} genes differ between any stages (F, adjusted P < 0.05).\n", any.rows.len());
    println!("There is no normal tissue in this table, so nothing can be said of tumour against normal.\n");
    Ok(())
}

/// All digits, for the scripts that set limma and gseapy beside them.
fn write_for_references(out: &Path, name: &str, found: &Radiogenomics) -> Result<()> {
    let name = name.to_lowercase();
    found.table.write_csv(out.join(format!("genes-{name}.csv")))?;
    let mut table = Table::new(["set", "es", "nes", "p_value"].map(String::from).to_vec(), "the sets")?;
    for set in found.collections.first().iter().flat_map(|collection| &collection.gsea) {
        let nes = set.nes.map_or_else(String::new, number::format);
        table.push(vec![set.set.clone(), number::format(set.es), nes, number::format(set.p_value)])?;
    }
    Ok(table.write_csv(out.join(format!("gsea-{name}.csv")))?)
}

/// What was found of an endpoint.
fn endpoint(study: &Study, name: &str, found: &Radiogenomics) {
    let [low, high] = &found.groups;
    println!("### {name}: {} high, {} low\n", high.samples, low.samples);
    found.notices.iter().for_each(|notice| println!("- {notice}"));
    println!("- Not in the table, so that nothing can be said of them: {}.", found.missing.join(", "));
    let [up, down] = [Change::Up, Change::Down].map(|change| found.table.changed(&found.rule, change).len());
    println!("- {up} genes higher, {down} lower (P < 0.05, |log2 fold change| > 1).");
    for collection in &found.collections {
        let over: usize = collection
            .over_representation
            .iter()
            .map(|of| of.sets.iter().filter(|set| set.adj_p_value < 0.05).count())
            .sum();
        let ranked = collection.gsea.iter().filter(|set| set.adj_p_value < 0.05).count();
        let first = collection
            .gsea
            .first()
            .map_or_else(String::new, |set| format!(", the first {} (P = {:.1e})", set.set, set.p_value));
        println!(
            "- {}: universe of {} genes, {} sets tested; {over} over-represented, {ranked} in the ranking{first}.",
            collection.name, collection.universe, collection.sets[0]
        );
        collection.notices.first().iter().for_each(|notice| println!("  ({notice})"));
    }
    let mut table = TextTable::new(["gene", "hazard ratio of 1 SD", "P", "P of the best cut"]);
    for row in found.survival.iter().flat_map(|of| &of.found.rows).take(5) {
        let ratio = format!("{:.2} ({:.2} to {:.2})", row.hazard_ratio, row.lower, row.upper);
        table.push([row.gene.clone(), ratio, format!("{:.1e}", row.p_value), format!("{:.1e}", row.cut_p_value)]);
    }
    println!("\n{}", table.to_markdown());
    let cut = study.protocols[0].endpoints.iter().find(|of| of.endpoint == name);
    if let Some((set, groups)) = cut.and_then(|of| of.radscore.groups.last()) {
        println!("Survival of the two groups in the {set} set: log-rank P = {:.3}.\n", groups.log_rank.p_value);
    }
}
