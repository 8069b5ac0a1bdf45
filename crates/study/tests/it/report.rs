//! Reports of studies.

use std::collections::HashSet;
use std::path::Path;

use radsurv_data::{FeatureTable, Predictor};
use radsurv_stats::random::Random;
use radsurv_study::pipeline::FittedModel;
use radsurv_study::report::{main_table, write_study};
use radsurv_study::settings::StudyFile;
use radsurv_study::{RunOptions, Study, Watch, run};
use serde_json::Value;

const PATIENTS: usize = 130;

fn value(patient: usize, of: usize) -> f64 {
    let mut random = Random::new(11 + of as u64, patient as u64);
    (0..6).map(|_| random.uniform()).sum::<f64>() - 3.0
}

/// Tables of patients whose ids are told from all other words, some without follow-up or features.
fn write_tables(folder: &Path) {
    let mut patients = String::from("id,centre,age,months,dead,recurrence_months,recurrence\n");
    let mut features = (0..5).fold(String::from("id"), |head, f| head + &format!(",tumour_f{f},ring_f{f}")) + "\n";
    let mut reader = features.clone();
    for patient in 0..PATIENTS {
        let risk = 1.3 * value(patient, 0) + 0.9 * value(patient, 3);
        let mut random = Random::new(5, patient as u64);
        let time = |random: &mut Random, scale: f64| -random.uniform().ln() * scale * (-risk).exp();
        let [death, recurrence] = [time(&mut random, 50.0), time(&mut random, 40.0)];
        let follow = 20.0 + 50.0 * random.uniform();
        let months = if patient == 7 { String::new() } else { death.min(follow).to_string() };
        let centre = if patient < 90 { "Bern" } else { "Lyon" };
        let age = 60.0 + 5.0 * (0.5 * risk + value(patient, 90));
        let [dead, recurred] = [death, recurrence].map(|time| u8::from(time < follow));
        patients += &format!("ID-{patient},{centre},{age},{months},{dead},{},{recurred}\n", recurrence.min(follow));
        let cells = |noise: f64| {
            let cell = |f: usize| (value(patient, f) + noise * value(patient, 50 + f)).to_string();
            format!("ID-{patient},{}\n", (0..10).map(cell).collect::<Vec<String>>().join(","))
        };
        if patient != 9 {
            features += &cells(0.0);
        }
        if patient % 3 == 0 {
            reader += &cells(0.1);
        }
    }
    for (name, text) in [("patients.csv", patients), ("features.csv", features), ("reader.csv", reader)] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

fn study(folder: &Path, settings: &str) -> Study {
    write_tables(folder);
    std::fs::write(folder.join("study.toml"), settings).unwrap();
    let settings = StudyFile::read(folder.join("study.toml")).unwrap().settings().unwrap();
    run(&settings, &RunOptions::default(), &Watch::new(&mut |_| ())).unwrap()
}

const WHOLE: &str = r#"name = "Made-up <tumours>"
times = [12, 24]
[patients]
table = "patients.csv"
centre = "centre"
[[endpoints]]
name = "OS"
time = "months"
event = "dead"
[[endpoints]]
name = "Free of recurrence"
time = "recurrence_months"
event = "recurrence"
[features]
table = "features.csv"
matching = "_f"
readers = ["reader.csv"]
[split.centre]
test = ["Lyon"]
validation = 0.3
[models]
models = ["lasso", "gbm"]
candidates = 1
folds = 3
[clinical]
variables = ["age"]
"#;

/// The names of the files in a folder.
fn files(folder: &Path) -> HashSet<String> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_report_has_every_part_and_the_same_as_files() {
    let folder = tempfile::tempdir().unwrap();
    let study = study(folder.path(), WHOLE);
    check_main_table(&study);
    let out = folder.path().join("made/on/the/way");
    write_study(&study, &out).unwrap();

    let html = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(html.len() < 5_000_000, "{} bytes", html.len());
    for part in
        ["Summary", "Patients", "Features", "OS: models", "OS: Radscore", "OS: clinical model", "OS: evaluation"]
    {
        assert!(html.contains(&format!(">{part}</a>")), "{part}");
    }
    for part in ["Free of recurrence: evaluation", "Reporting standards", "How it was made"] {
        assert!(html.contains(&format!(">{part}</a>")), "{part}");
    }
    assert!(html.contains("Made-up &lt;tumours&gt;") && !html.contains("<tumours>"));
    assert!(!html.contains("NaN") && !html.contains("src=") && !html.contains("href=\"http"));
    assert!(!html.contains("ID-"), "no patient is named");
    assert!(!html.contains("Not drawn"), "every figure is there");
    // What is opened is closed, in order.
    assert_eq!(html.matches("<details>").count(), html.matches("</details>").count());
    assert_eq!(html.matches("<table").count(), html.matches("</table>").count());

    let figures = files(&out.join("figures"));
    assert_eq!(figures.len(), html.matches("<figcaption>").count(), "each figure has a file of its own");
    for name in ["flow-chart.svg", "roc-radscore-test-os.svg", "free-of-recurrence-test-decision-12.svg", "icc-1.svg"] {
        assert!(figures.contains(name), "{name} in {figures:?}");
    }
    let tables = files(&out.join("tables"));
    for name in ["summary.csv", "table-1.csv", "auc-os-strict.csv", "auc-os-as-published.csv", "protocols-os.csv"] {
        assert!(tables.contains(name), "{name} in {tables:?}");
    }
    let left_out = std::fs::read_to_string(out.join("tables/left-out.csv")).unwrap();
    assert!(left_out.contains("ID-7,") && left_out.contains("ID-9,"), "{left_out}");
    let radscore = std::fs::read_to_string(out.join("tables/radscore-os.csv")).unwrap();
    assert_eq!(radscore.lines().count(), PATIENTS - 2 + 1);
    let auc = std::fs::read_to_string(out.join("tables/auc-os-strict.csv")).unwrap();
    // Two models of three sets of features, in four sets of patients, at two times.
    assert_eq!(auc.lines().count(), 1 + 2 * 3 * 4 * 2);

    let json: Value = serde_json::from_str(&std::fs::read_to_string(out.join("study.json")).unwrap()).unwrap();
    let found = &study.protocols[0].endpoints[0];
    let written = &json["protocols"][0]["endpoints"][0];
    assert_eq!(written["winner"].as_u64(), Some(found.winner as u64));
    let score = &written["ranking"]["models"][found.winner]["scores"][3][0]["Ok"]["value"];
    assert_eq!(score.as_f64(), found.ranking.models()[found.winner].scores[3][0].as_ref().ok().map(|s| s.value));
    assert!(!json.to_string().contains("ID-"));

    // The model that was written is the one that made the scores.
    let model = FittedModel::load(out.join("models/os-strict.json")).unwrap();
    let table = FeatureTable::read_csv(folder.path().join("features.csv")).unwrap();
    let cases: Vec<usize> = (0..table.cases()).filter(|&case| table.case_ids()[case] == study.ids[100]).collect();
    let risk = model.predict(&table.rows(&cases).into(), &[]).unwrap().risk()[0];
    assert!((risk - found.radscore.scores[100].unwrap()).abs() < 1e-9);
}

/// The markers of each endpoint and protocol.
fn check_main_table(study: &Study) {
    let table = main_table(study);
    let head = ["endpoint", "protocol", "marker", "AUC at 12 months", "AUC at 24 months", "Harrell's C"];
    assert_eq!(table.header, head);
    let rows: Vec<[&str; 2]> = table.rows.iter().map(|row| [row[0].as_str(), row[1].as_str()]).collect();
    assert_eq!(rows[..4], [["OS", "strict"], ["OS", "strict"], ["OS", "strict"], ["OS", "as published"]]);
    assert_eq!(rows.len(), 12);
    let found = &study.protocols[0].endpoints[0];
    let score = found.ranking.models()[found.winner].scores[3][0].as_ref().unwrap().value;
    assert!(table.rows[0][3].starts_with(&format!("{score:.3} (")), "{:?}", table.rows[0]);
}

#[test]
fn a_study_without_most_of_it_has_a_report_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let least = "name = \"least\"\nprotocols = [\"as-published\"]\ntimes = [12]\ntime_unit = \"\"\n[patients]\ntable = \"patients.csv\"\n\
                 [[endpoints]]\nname = \"OS\"\ntime = \"months\"\nevent = \"dead\"\n\
                 [features]\ntable = \"features.csv\"\nmatching = \"_f\"\n[split.random]\n\
                 [models]\nmodels = [\"lasso\"]\ncandidates = 1\nfolds = 3\n";
    let study = study(folder.path(), least);
    write_study(&study, &folder.path().join("out")).unwrap();
    let html = std::fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    assert!(html.contains("There was no other reading of any tumour"));
    assert!(!html.contains("OS: clinical model") && !html.contains(">strict<"));
    assert!(html.contains("AUC at 12 with limits") && !html.contains("NaN"));
    assert_eq!(main_table(&study).rows.len(), 1);
}

#[test]
fn a_study_without_a_test_set_is_judged_by_the_validation_set() {
    let folder = tempfile::tempdir().unwrap();
    let split = "[split.centre]\ntest = [\"Lyon\"]\nvalidation = 0.3";
    let settings = WHOLE.replace(split, "[split.random]\ntest = 0.0\nvalidation = 0.4");
    let settings = settings.replace("times = [12, 24]", "times = [12]\nprotocols = [\"strict\"]");
    let study = study(folder.path(), &settings);
    write_study(&study, folder.path()).unwrap();
    let html = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(html.contains("The best model of each endpoint in the validation set") && !html.contains("NaN"));
    assert!(html.contains("OS, validation set") && !html.contains("OS, test set") && !html.contains("Not drawn"));
    let found = &study.protocols[0].endpoints[0];
    let score = found.ranking.models()[found.winner].scores[2][0].as_ref().unwrap().value;
    assert!(main_table(&study).rows[0][3].starts_with(&format!("{score:.3} (")));
}
