//! `radsurv genomics`.

use radsurv_data::Table;
use radsurv_testkit::splitmix::SplitMix64;

use crate::support::{Folder, column, numbers};

const GENES: usize = 80;
const SAMPLES: usize = 24;

/// A number that looks random, from -1 to 1.
fn noise(gene: usize, sample: usize) -> f64 {
    let mut random = SplitMix64::new((gene * 1000 + sample) as u64);
    random.below(20_001) as f64 / 10_000.0 - 1.0
}

/// Genes 0 to 9 are higher in the group `high`, 10 to 14 lower, and gene 20 goes with the feature.
fn value(gene: usize, sample: usize) -> f64 {
    let high = sample % 2 == 1;
    let shift = match gene {
        0..10 if high => 1.8,
        10..15 if high => -1.8,
        20 => 3.0 * texture(sample),
        _ => 0.0,
    };
    7.0 + (gene % 5) as f64 + shift + 0.5 * noise(gene, sample)
}

fn texture(sample: usize) -> f64 {
    noise(1000, sample)
}

fn folder() -> Folder {
    let folder = Folder::new();
    let header: Vec<String> = (0..SAMPLES).map(|s| format!("P{s}")).collect();
    let mut expression = format!("gene,{}\n", header.join(","));
    for gene in 0..GENES {
        let row: Vec<String> = (0..SAMPLES).map(|s| format!("{:.4}", value(gene, s))).collect();
        expression += &format!("G{gene},{}\n", row.join(","));
    }
    folder.write("E.csv", expression);
    let mut groups = String::from("sample,group,age,months,dead\n");
    let mut features = String::from("case_id,original_glcm_Contrast,original_glcm_Id\n");
    for s in 0..SAMPLES {
        let group = if s % 2 == 1 { "high" } else { "low" };
        groups += &format!("P{s},{group},{},{},{}\n", 50 + s * 7 % 23, 5 + s * 11 % 37, u8::from(s % 3 > 0));
        features += &format!("P{s},{},{}\n", texture(s), noise(1001, s));
    }
    folder.write("G.csv", groups);
    folder.write("features.csv", features);
    let set = |name: &str, genes: std::ops::Range<usize>| {
        let genes: Vec<String> = genes.map(|gene| format!("G{gene}")).collect();
        format!("{name}\tmade up\t{}\n", genes.join("\t"))
    };
    let gmt =
        set("UP", 0..12) + &set("DOWN", 10..22) + &set("NONE", 30..45) + &set("OTHER", 40..60) + &set("SMALL", 60..63);
    folder.write("sets.gmt", gmt);
    folder
}

const DE: &str =
    "genomics de --expression E.csv --groups G.csv --reference low --design age --out DE.csv --figure v.svg";

fn de(folder: &Folder) -> Table {
    let run = folder.run(DE);
    assert_eq!(run.status, 0, "{}", run.stderr);
    folder.table("DE.csv")
}

#[test]
fn groups_are_compared_and_a_table_is_written() {
    let folder = folder();
    let table = de(&folder);
    assert_eq!(table.columns(), ["gene", "log_fc", "ave_expr", "t", "p_value", "adj_p_value", "b"]);
    assert_eq!(table.rows().len(), GENES);
    let first: Vec<&str> = column(&table, "gene").into_iter().take(15).collect();
    assert!((0..15).all(|gene| first.contains(&format!("G{gene}").as_str())), "{first:?}");
    let p = numbers(&table, "p_value");
    assert!(p.windows(2).all(|pair| pair[0] <= pair[1]));
    assert!(std::fs::read_to_string(folder.path("v.svg")).unwrap().starts_with("<svg"));

    // A contrast by text is the same difference; against a least change fewer genes are sure.
    let run = folder.run("genomics de --expression E.csv --groups G.csv --design age --contrast high-low --out C.csv");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let other = folder.table("C.csv");
    for (a, b) in numbers(&table, "t").iter().zip(numbers(&other, "t")) {
        assert!((a - b).abs() < 1e-9 * a.abs().max(1.0));
    }
    let run = folder.run("genomics de --expression E.csv --groups G.csv --reference low --treat 1 --out T.csv");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(numbers(&folder.table("T.csv"), "p_value")[0] > p[0]);
    assert_eq!(column(&folder.table("T.csv"), "b")[0], "");
}

#[test]
fn sets_are_tested_in_lists_and_in_the_ranking() {
    let folder = folder();
    de(&folder);
    let run = folder.run("genomics enrich --de DE.csv --gene-sets sets.gmt --out sets.csv --figure sets.svg");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stderr.contains("the universe has"), "a small universe is told: {}", run.stderr);
    let table = folder.table("sets.csv");
    assert_eq!((column(&table, "direction")[0], column(&table, "set")[0]), ("up", "UP"));
    assert!(numbers(&table, "adj_p_value")[0] < 1e-4);
    assert_eq!(column(&table, "overlap")[0], "10");
    assert!(!column(&table, "set").contains(&"SMALL"));
    let down = column(&table, "direction").iter().position(|d| *d == "down").unwrap();
    assert_eq!(column(&table, "set")[down], "DOWN");

    let run = folder.run("genomics gsea --de DE.csv --gene-sets sets.gmt --out gsea.csv --figure run.svg --set UP");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let table = folder.table("gsea.csv");
    let down = column(&table, "set").iter().position(|set| *set == "DOWN").unwrap();
    assert!(numbers(&table, "es")[down] < -0.7 && numbers(&table, "p_value")[down] < 0.001);
    let again = std::fs::read(folder.path("gsea.csv")).unwrap();
    folder.run("genomics gsea --de DE.csv --gene-sets sets.gmt --out gsea.csv");
    assert_eq!(std::fs::read(folder.path("gsea.csv")).unwrap(), again, "a seed gives the same");
    folder.write("ranks.csv", "gene,score\nG0,3\nG1,2\nG30,1\nG2,-1\n");
    let run =
        folder.run("genomics gsea --ranking ranks.csv --gene-sets sets.gmt --min-size 2 --simple --out small.csv");
    assert_eq!(run.status, 0, "{}", run.stderr);
}

#[test]
fn cohorts_are_compared_and_genes_set_beside_features() {
    let folder = folder();
    de(&folder);
    std::fs::copy(folder.path("DE.csv"), folder.path("other.csv")).unwrap();
    let run = folder
        .run("genomics overlap --de a=DE.csv --de b=other.csv --out shared.csv --tests tests.csv --figure venn.svg");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let table = folder.table("shared.csv");
    assert_eq!(column(&table, "lists")[0], "a and b");
    assert!(numbers(&folder.table("tests.csv"), "p_value")[0] < 1e-6);
    assert!(folder.path("venn.svg").exists() && folder.path("venn-down.svg").exists());
    folder.write("a.txt", "G1\nG2\n");
    folder.write("b.txt", "G2\nG3\n");
    let run = folder.run("genomics overlap --list a=a.txt --list b=b.txt --universe 100 --out lists.csv");
    assert_eq!(run.status, 0, "{}", run.stderr);

    let run = folder.run(
        "genomics associate --expression E.csv --genes G20,G21,HK2 --table features.csv --permutations 200 --out pairs.csv --figure pairs.svg",
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stderr.contains("not in the table of expression: HK2"), "{}", run.stderr);
    let table = folder.table("pairs.csv");
    let strong: Vec<&str> = column(&table, "strong");
    assert_eq!(strong.iter().filter(|s| **s == "true").count(), 1);
    assert_eq!(table.rows().len(), 4);
}

#[test]
fn a_page_has_all_of_it() {
    let folder = folder();
    let run = folder.run(
        "genomics report --expression E.csv --groups G.csv --reference low --design age --gene-sets sets.gmt --signatures sets.gmt \
         --genes G20,HK2 --table features.csv --time months --event dead --out report.html",
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    let page = std::fs::read_to_string(folder.path("report.html")).unwrap();
    for part in
        ["Differential genes", "Pathways: sets", "Genes and image features", "Genes and survival", "Signatures", "HK2"]
    {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn what_makes_no_sense_is_told() {
    let folder = folder();
    de(&folder);
    let says = |args: &str, what: &str| {
        let run = folder.run(args);
        assert!(run.status == 1 || run.status == 2, "{args}: {}", run.status);
        assert!(run.stderr.contains(what), "{args}: {}", run.stderr);
    };
    let text = std::fs::read_to_string(folder.path("E.csv")).unwrap();
    let first = text.lines().nth(1).unwrap();
    folder.write("twice.csv", format!("{text}{first}\n"));
    let with = |expression: &str, rest: &str| {
        format!("genomics de --expression {expression} --groups G.csv {rest} --out x.csv")
    };
    says(&with("twice.csv", ""), "more than once: G0");
    assert_eq!(folder.run(&with("twice.csv", "--duplicates mean")).status, 0);
    says(&with("E.csv", "--reference middle"), "middle");
    says(&with("E.csv", "--design weight"), "weight");
    assert!(
        folder.run(&with("E.csv", "--values counts")).stderr.contains("no whole numbers"),
        "logarithms are no counts"
    );
    says(&with("no.csv", ""), "no.csv");
    folder.write("G1.csv", "sample,group,twice\nP0,low,0\nP1,high,1\nP2,low,0\nP3,low,0\nP4,high,1\n");
    says("genomics de --expression E.csv --groups G1.csv --design twice --out x.csv", "twice");
    folder.write("G2.csv", "sample,group\nP0,low\nP1,high\nP2,low\nP3,low\n");
    says("genomics de --expression E.csv --groups G2.csv --out x.csv", "high");
    folder.write("G3.csv", "sample,group\nX0,low\nX1,high\n");
    says("genomics de --expression E.csv --groups G3.csv --out x.csv", "X0");
    folder.write("bad.gmt", "A\tx\tG1\nB\n");
    says("genomics enrich --de DE.csv --gene-sets bad.gmt --out x.csv", "bad.gmt, line 2");
    says("genomics enrich --de E.csv --gene-sets sets.gmt --out x.csv", "log_fc");
    says("genomics enrich --de DE.csv --p 0 --gene-sets sets.gmt --out x.csv", "--p");
    says("genomics overlap --de a=DE.csv --out x.csv", "two lists");
    says("genomics gsea --de DE.csv --gene-sets sets.gmt --min-size 30 --out x.csv", "30");
    says("genomics associate --expression E.csv --table G.csv --out x.csv", "--features");
}
