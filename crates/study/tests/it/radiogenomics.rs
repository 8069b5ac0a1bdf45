//! What expression says of groups, where the truth is known.

use std::collections::HashSet;
use std::path::Path;

use radsurv_data::{Covariates, FeatureTable, Groups};
use radsurv_genomics::differential::{Change, ChangeRule, Comparison};
use radsurv_genomics::overlap::ChangedGenes;
use radsurv_genomics::{GeneSet, GeneSets};
use radsurv_stats::random::Random;
use radsurv_study::radiogenomics::{GenomicsFiles, GenomicsSettings, NamedSets, Patients, Radiogenomics};
use radsurv_study::report::{radiogenomics_page, write_study};
use radsurv_study::settings::StudyFile;
use radsurv_study::simulate::{
    Endpoint, ExpressionSettings, GeneRole, SimulatedExpression, Simulation, SimulationSettings,
};
use radsurv_study::{RunOptions, Watch, check, run};

const PATIENTS: usize = 240;

fn simulated() -> (Simulation, SimulatedExpression) {
    let simulation = SimulationSettings { patients: PATIENTS, ..Default::default() }.simulate().unwrap();
    let asked = ExpressionSettings { every: 2, genes: 1500, random_sets: 20 };
    let expression = simulation.expression(&asked).unwrap();
    (simulation, expression)
}

fn ids(simulation: &Simulation) -> Vec<String> {
    simulation.patients().iter().map(|p| p.id.clone()).collect()
}

fn risks(simulation: &Simulation) -> Vec<f64> {
    simulation.patients().iter().map(|p| p.truth.tumour_risk + p.truth.peritumour_risk).collect()
}

/// What images show, as if measured: both contrasts with a little noise, and noise alone.
fn features(simulation: &Simulation) -> FeatureTable {
    let noise = |of: u64, i: usize| {
        let mut random = Random::new(of, i as u64);
        (0..6).map(|_| random.uniform()).sum::<f64>() - 3.0
    };
    let column = |of: &dyn Fn(usize) -> f64| (0..PATIENTS).map(of).collect::<Vec<f64>>();
    let tissue = |i: usize| &simulation.patients()[i].truth.tissue;
    let columns = vec![
        column(&|i| tissue(i).tumour_contrast.ln() + 0.1 * noise(1, i)),
        column(&|i| tissue(i).ring_contrast.ln() + 0.1 * noise(2, i)),
        column(&|i| risks(simulation)[i] + 0.7 * noise(4, i)),
        column(&|i| noise(3, i)),
    ];
    let names = ["tumour_f_contrast", "ring_f_contrast", "tumour_f_risk", "ring_f_noise"].map(String::from).to_vec();
    FeatureTable::new(ids(simulation), names, columns).unwrap()
}

fn settings(toml: &str) -> GenomicsSettings {
    toml::from_str(&format!("expression = 'expression.csv'\n{toml}")).unwrap()
}

fn found(toml: &str, change: impl Fn(&mut GenomicsFiles)) -> (SimulatedExpression, Radiogenomics) {
    let (simulation, simulated) = simulated();
    let risk = risks(&simulation);
    let groups = Groups::new(risk.iter().map(|r| Some(if *r > 0.0 { "high" } else { "low" })));
    let of = |name: &str| NamedSets { name: name.to_string(), sets: simulated.gene_sets.clone() };
    let mut files = GenomicsFiles {
        expression: simulated.expression.clone(),
        collections: vec![of("simulated")],
        signatures: vec![of("signatures")],
        lists: Vec::new(),
        notices: Vec::new(),
    };
    change(&mut files);
    let features = features(&simulation);
    let outcome = simulation.survival(Endpoint::DiseaseFree).unwrap();
    let patients = Patients {
        ids: &ids(&simulation),
        name: "the patients",
        groups: &groups,
        reference: "low",
        covariates: &Covariates::new(PATIENTS),
        features: Some(&features),
        outcome: Some(("DFS", &outcome)),
        seed: 1,
    };
    let found = settings(toml).run(&files, &patients).unwrap();
    (simulated, found)
}

#[test]
fn what_was_planted_is_found_and_chance_is_not() {
    let (simulated, found) =
        found("rule = { p = 0.05, adjusted = true, log_fc = 1 }\ngenes = ['GENE00125', 'KDELR2']", |_| ());
    assert_eq!(found.missing, ["KDELR2"]);
    assert_eq!(found.named, ["GENE00125"]);
    assert_eq!(found.groups.iter().map(|g| g.samples).sum::<usize>(), PATIENTS / 2);
    assert_eq!(found.table.coefficient, "high - low");
    assert!(
        found.notices.contains(&"samples that are compared: 120; only in the patients: 120".to_string()),
        "{:?}",
        found.notices
    );
    assert_eq!(found.left_out.len(), PATIENTS / 2);

    let changed = |change| found.table.changed(&found.rule, change);
    let (up, down) = (changed(Change::Up), changed(Change::Down));
    let right = |genes: &[&str], role: GeneRole| genes.iter().filter(|gene| simulated.role(gene) == role).count();
    assert!(right(&up, GeneRole::Up) > 70 && right(&down, GeneRole::Down) > 35, "{} {}", up.len(), down.len());
    let none = |genes: &[&str]| genes.iter().filter(|gene| !simulated.role(gene).shows_risk()).count();
    assert_eq!(none(&up) + none(&down), 0);

    let collection = &found.collections[0];
    for (changed, name) in collection.over_representation.iter().zip(["RISK_UP", "RISK_DOWN"]) {
        let significant: Vec<&str> =
            changed.sets.iter().filter(|set| set.adj_p_value < 0.05).map(|set| set.set.as_str()).collect();
        assert!(!significant.is_empty() && significant.iter().all(|set| set.starts_with(name)), "{significant:?}");
        let told: usize = changed.groups.iter().map(|group| 1 + group.members.len()).sum();
        assert_eq!(told, significant.len());
    }
    let first: HashSet<&str> = collection.gsea.iter().take(6).map(|set| &set.set[..7]).collect();
    assert_eq!(first, HashSet::from(["RISK_UP", "RISK_DO"]));
    assert!(!collection.running.is_empty());

    let survival = found.survival.as_ref().unwrap();
    assert!(survival.found.rows.iter().any(|row| row.gene == "GENE00125"));
    let (ups, all): (Vec<_>, Vec<_>) = (
        survival.found.rows.iter().filter(|row| simulated.role(&row.gene) == GeneRole::Up).collect(),
        survival.found.rows.iter().filter(|row| row.p_value < 0.01).collect(),
    );
    assert!(ups.iter().all(|row| row.hazard_ratio > 1.0) && all.len() > 10);
    let signature = |name: &str| found.signatures.iter().find(|of| of.signature == name).unwrap();
    assert!(signature("RISK_UP_1").means[1] > signature("RISK_UP_1").means[0]);
    assert!(
        signature("RISK_UP_1").adj_p_value < 1e-6
            && signature("RISK_DOWN_1").means[1] < signature("RISK_DOWN_1").means[0]
    );

    let page = radiogenomics_page(&found, "Genes").unwrap().to_html();
    for part in [
        "KDELR2",
        "Differential genes",
        "Pathways: simulated",
        "Genes and image features",
        "Genes and survival",
        "Signatures",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn genes_of_a_texture_go_with_the_feature_that_shows_it() {
    let named: Vec<String> = (121..=132).map(|gene| format!("'GENE{gene:05}'")).collect();
    let (simulated, found) = found(&format!("genes = [{}]", named.join(", ")), |_| ());
    let of = found.associations.unwrap();
    for (role, feature) in
        [(GeneRole::TumourContrast, "tumour_f_contrast"), (GeneRole::RingContrast, "ring_f_contrast")]
    {
        let pairs = || of.pairs.iter().filter(|pair| simulated.role(&pair.gene) == role);
        assert!(pairs().filter(|pair| pair.feature == feature).all(|pair| pair.strong && pair.r > 0.7));
        assert!(pairs().filter(|pair| pair.feature == "ring_f_noise").all(|pair| !pair.strong));
    }
    let chance = of.largest_by_chance.unwrap();
    assert!(chance > 0.25 && chance < 0.5, "{chance}");
}

#[test]
fn other_cohorts_are_compared_up_and_down_apart() {
    let list = |name: &str, up: std::ops::Range<usize>, down: std::ops::Range<usize>| {
        let genes = |range: std::ops::Range<usize>| range.map(|gene| format!("GENE{gene:05}")).collect();
        ChangedGenes { name: name.to_string(), up: genes(up), down: genes(down) }
    };
    let (_, found) = found("", |files| files.lists = vec![(list("other", 1..31, 60..70), None)]);
    let lists = found.lists.unwrap();
    assert!(lists.up.pairs[0].shared > 25 && lists.up.pairs[0].p_value < 1e-20);
    assert!(lists.discordant.len() > 5, "genes 60 to 70 are up here and down there");
    // Genes that both share are those that are set beside features.
    let genes: HashSet<&str> = found.associations.as_ref().unwrap().pairs.iter().map(|p| p.gene.as_str()).collect();
    assert_eq!(genes.len(), lists.up.in_all().len() + lists.down.in_all().len());
}

#[test]
fn values_of_other_patients_are_refused() {
    let (simulation, simulated) = simulated();
    let (ids, groups) = (ids(&simulation), Groups::new((0..PATIENTS).map(|i| Some(["low", "high"][i % 2]))));
    let files = GenomicsFiles {
        expression: simulated.expression,
        collections: Vec::new(),
        signatures: Vec::new(),
        lists: Vec::new(),
        notices: Vec::new(),
    };
    let (features, outcome) = (features(&simulation), simulation.survival(Endpoint::Overall).unwrap());
    let (fewer, short) = (features.rows(&[0, 1]), outcome.rows(&[0, 1]));
    let covariates = Covariates::new(PATIENTS);
    let all = Patients {
        ids: &ids,
        name: "the patients",
        groups: &groups,
        reference: "low",
        covariates: &covariates,
        features: Some(&features),
        outcome: Some(("OS", &outcome)),
        seed: 1,
    };
    let says = |patients: Patients| settings("").run(&files, &patients).unwrap_err().to_string();
    assert!(says(Patients { features: Some(&fewer), ..all }).contains("other patients"));
    assert!(says(Patients { outcome: Some(("OS", &short)), ..all }).starts_with("OS is known of 2 patients"));
    assert!(says(Patients { ids: &ids[..9], features: None, outcome: None, ..all }).contains("has 9 ids"));
}

#[test]
fn a_collection_of_other_genes_does_not_stop_the_others() {
    let strange = || {
        let sets = GeneSets::new(vec![GeneSet::new("STRANGE", ["A", "B", "C"])]).unwrap();
        NamedSets { name: "strange".to_string(), sets }
    };
    let (_, found) = found("", |files| {
        files.collections.push(strange());
        files.signatures.push(strange());
    });
    assert_eq!(found.collections.len(), 2);
    assert!(found.collections[1].gsea.is_empty() && !found.collections[1].notices.is_empty());
    assert!(found.notices.iter().any(|notice| notice.starts_with("no scores of the signatures strange")));
    assert!(!found.signatures.is_empty());
    assert!(radiogenomics_page(&found, "Genes").unwrap().to_html().contains("Pathways: strange"));
}

#[test]
fn a_study_ends_with_its_genes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (simulation, simulated) = simulated();
    simulation.table().unwrap().write_csv(folder.join("patients.csv")).unwrap();
    features(&simulation).write_csv(folder.join("features.csv")).unwrap();
    simulated.write(folder).unwrap();
    std::fs::write(folder.join("list.csv"), "gene,change\nGENE00001,up\nGENE00081,down\nGENE01400,\n").unwrap();
    std::fs::write(folder.join("study.toml"), STUDY).unwrap();
    let study = |folder: &Path| {
        let settings = StudyFile::read(folder.join("study.toml")).unwrap().settings().unwrap();
        run(&settings, &RunOptions::default(), &Watch::new(&mut |_| ())).unwrap()
    };
    let found = study(folder);
    let genes = found.genomics[0].found.as_ref().unwrap();
    assert_eq!((found.genomics.len(), genes.genes, genes.collections.len()), (1, 1500, 1));
    assert_eq!(genes.missing, ["KDELR2"]);
    let shown: Vec<&str> = genes.table.rows.iter().take(20).map(|row| row.gene.as_str()).collect();
    let right = shown.iter().filter(|gene| simulated.role(gene).shows_risk()).count();
    assert!(right >= 18, "{shown:?}");
    let out = folder.join("results");
    write_study(&found, &out).unwrap();
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("DFS: genes and pathways") && page.contains("KDELR2"));
    assert!(!page.contains("P0002"), "no patient is named on the page");
    assert!(std::fs::read_to_string(out.join("tables/dfs-without-expression.csv")).unwrap().contains("P0002"));
    for file in ["tables/dfs-differential-genes.csv", "figures/dfs-volcano.svg", "tables/dfs-genes-features.csv"] {
        assert!(out.join(file).exists(), "{file}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("study.json")).unwrap()).unwrap();
    assert_eq!(json["genomics"][0]["found"]["genes"], 1500);

    // A score that was learned from expression explains it, and the report says so.
    let own = |text: String| text.replace("features.csv", "genes.csv").replace("_f_", "GENE000");
    let text = std::fs::read_to_string(folder.join("study.toml")).unwrap();
    std::fs::write(folder.join("study.toml"), own(text)).unwrap();
    let some: Vec<Vec<f64>> = (0..30).map(|gene| simulated.expression.row(gene).to_vec()).collect();
    let names = simulated.expression.genes()[..30].to_vec();
    let table = FeatureTable::new(simulated.expression.samples().to_vec(), names, some).unwrap();
    table.write_csv(folder.join("genes.csv")).unwrap();
    let found = study(folder);
    let notices = &found.genomics[0].found.as_ref().unwrap().notices;
    assert!(notices[0].starts_with("the score itself was learned from the expression of 30"), "{notices:?}");
}

const STUDY: &str = r#"name = "made up"
seed = 3
protocols = ["strict"]
times = [24, 48]
[patients]
table = "patients.csv"
[[endpoints]]
name = "DFS"
time = "dfs_months"
event = "dfs_event"
[features]
table = "features.csv"
matching = "_f_"
[split.random]
test = 0.3
[models]
models = ["lasso"]
candidates = 1
folds = 3
[genomics]
expression = "expression.csv"
gene_sets = ["gene_sets.gmt"]
signatures = ["gene_sets.gmt"]
covariates = ["age"]
genes = ["KDELR2"]
lists = [{ name = "other", table = "list.csv" }]
"#;

#[test]
fn mistakes_are_told_before_a_study_runs() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (simulation, simulated) = simulated();
    simulation.table().unwrap().write_csv(folder.join("patients.csv")).unwrap();
    features(&simulation).write_csv(folder.join("features.csv")).unwrap();
    let said = |text: &str| {
        std::fs::write(folder.join("study.toml"), text).unwrap();
        let plan = check(&StudyFile::read(folder.join("study.toml")).unwrap()).unwrap();
        plan.problems.iter().map(|p| p.what.clone()).collect::<Vec<String>>().join("\n")
    };
    assert!(said(STUDY).contains("there is no file") && said(STUDY).contains("expression.csv"), "{}", said(STUDY));
    simulated.write(folder).unwrap();
    std::fs::write(folder.join("list.csv"), "gene,change\nGENE00001,sideways\n").unwrap();
    assert!(said(STUDY).contains("\"sideways\""), "{}", said(STUDY));
    std::fs::write(folder.join("list.csv"), "gene,change\nGENE00001,up\n").unwrap();
    assert!(said(STUDY).contains("120 of 240 patients have expression"), "{}", said(STUDY));
    assert!(said(&STUDY.replace("\"age\"", "\"weight\"")).contains("weight"));
    assert!(said(&format!("{STUDY}rule = {{ p = 0 }}\n")).contains("give p above 0"));
    std::fs::write(folder.join("gene_sets.gmt"), "A\tx\tGENE00001\nB\n").unwrap();
    assert!(said(STUDY).contains("gene_sets.gmt, line 2"), "{}", said(STUDY));
}

#[test]
fn simulated_expression_is_what_its_settings_say() {
    let (simulation, found) = simulated();
    assert_eq!(found, simulation.expression(&ExpressionSettings { every: 2, genes: 1500, random_sets: 20 }).unwrap());
    assert!(simulation.expression(&ExpressionSettings { genes: 100, ..Default::default() }).is_err());
    assert!(simulation.expression(&ExpressionSettings { every: 0, ..Default::default() }).is_err());
    // More genes do not change those that there were.
    let more = simulation.expression(&ExpressionSettings { every: 2, genes: 1600, random_sets: 20 }).unwrap();
    assert_eq!(more.expression.row(1499), found.expression.row(1499));
    // No gene without a role differs more than chance between halves of the patients by risk.
    let risk: Vec<f64> =
        simulation.patients().iter().step_by(2).map(|p| p.truth.tumour_risk + p.truth.peritumour_risk).collect();
    let groups = Groups::new(risk.iter().map(|r| Some(if *r > 0.0 { "high" } else { "low" })));
    let table = Comparison::default().run(&found.expression, &groups, &Covariates::new(120)).unwrap().table;
    let none: Vec<f64> =
        table.rows.iter().filter(|row| !found.role(&row.gene).shows_risk()).map(|row| row.p_value).collect();
    let below = none.iter().filter(|p| **p < 0.05).count() as f64 / none.len() as f64;
    // A standard error is 0.006 of independent genes; modules make it larger.
    assert!((0.01..0.12).contains(&below), "{below}");
    let changed = table.changed(&ChangeRule::default(), Change::Up).len();
    assert!(changed > 20);
}
