//! Whole studies of made-up tables.

use std::path::{Path, PathBuf};

use radsurv_data::{FeatureTable, Predictor};
use radsurv_stats::random::Random;
use radsurv_study::analysis::PatientSet;
use radsurv_study::settings::{Protocol, StudyFile};
use radsurv_study::{Plan, RunOptions, Study, Watch, check, run};

/// A folder with tables of patients and features: 150 patients, the last 40 of another centre.
struct Folder(tempfile::TempDir);

const PATIENTS: usize = 150;

fn value(patient: usize, of: usize) -> f64 {
    let mut random = Random::new(7 + of as u64, patient as u64);
    (0..6).map(|_| random.uniform()).sum::<f64>() - 3.0
}

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let mut patients = String::from("id,centre,period,age,stage,months,dead\n");
        let mut features = String::from("id");
        (0..6).for_each(|f| features += &format!(",tumour_f{f}"));
        (0..6).for_each(|f| features += &format!(",ring_f{f}"));
        let mut reader = features.clone() + "\n";
        features += "\n";
        for patient in 0..PATIENTS {
            let centre = if patient < 110 { "Bern" } else { "Lyon" };
            let period = if patient < 110 { ["A", "B"][patient % 2] } else { "C" };
            let shift = if period == "B" { 2.0 } else { 0.0 };
            let risk = 1.2 * value(patient, 0) + 0.8 * value(patient, 6);
            let mut random = Random::new(99, patient as u64);
            let time = -random.uniform().ln() * 40.0 * (-risk).exp();
            let follow = 20.0 + 60.0 * random.uniform();
            let (months, dead) = (time.min(follow), u8::from(time < follow));
            let age = 60.0 + 5.0 * (risk + value(patient, 50));
            let stage = if value(patient, 51) > 0.0 { "II" } else { "I" };
            patients += &format!("P{patient},{centre},{period},{age},{stage},{months},{dead}\n");
            let row: Vec<String> = (0..12).map(|f| (value(patient, f) + shift).to_string()).collect();
            features += &format!("P{patient},{}\n", row.join(","));
            if patient % 3 == 0 {
                // The last feature is another one in another contour.
                let noise = |f: usize| if f == 11 { 3.0 } else { 0.05 } * value(patient, 100 + f);
                let row: Vec<String> = (0..12).map(|f| (value(patient, f) + shift + noise(f)).to_string()).collect();
                reader += &format!("P{patient},{}\n", row.join(","));
            }
        }
        folder.write("patients.csv", &patients);
        folder.write("features.csv", &features);
        folder.write("reader.csv", &reader);
        folder.write("study.toml", STUDY);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn change(&self, name: &str, change: impl Fn(&str) -> String) {
        let text = std::fs::read_to_string(self.path(name)).unwrap();
        self.write(name, &change(&text));
    }

    fn replace(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path("study.toml")).unwrap();
        assert!(text.contains(from), "{from}");
        self.change("study.toml", |text| text.replace(from, to));
    }

    fn run(&self, options: &RunOptions) -> Study {
        let settings = StudyFile::read(self.path("study.toml")).unwrap().settings().unwrap();
        let mut tell = |_: radsurv_study::Progress| ();
        run(&settings, options, &Watch::new(&mut tell)).unwrap()
    }

    fn check(&self) -> Plan {
        check(&StudyFile::read(self.path("study.toml")).unwrap()).unwrap()
    }
}

const STUDY: &str = r#"name = "made up"
seed = 3
times = [12, 24]
steps = [{ zscore = { method = "standard" } }, { combat = { batch = "period", unseen = "pass" } }, { redundancy = {} }]
[patients]
table = "patients.csv"
centre = "centre"
[[endpoints]]
name = "OS"
time = "months"
event = "dead"
[features]
table = "features.csv"
matching = "_f"
readers = ["reader.csv"]
[split.centre]
test = ["Lyon"]
validation = 0.3
[models]
models = ["lasso", "gbm"]
candidates = 2
folds = 3
[clinical]
variables = ["age", "stage"]
"#;

/// What a study found, in numbers.
fn numbers(study: &Study) -> String {
    let of = |protocol: &radsurv_study::analysis::ProtocolResult| {
        let found = &protocol.endpoints[0];
        let measures: Vec<_> = found.evaluations.iter().map(|e| (e.set, e.evaluation.markers.clone())).collect();
        format!("{:?} {:?} {:?} {:?}", found.ranking, found.winner, found.radscore, measures)
    };
    study.protocols.iter().map(of).collect()
}

#[test]
fn a_study_finds_what_is_there_and_says_what_it_did() {
    let folder = Folder::new();
    let study = folder.run(&RunOptions::default());
    let sets = |of: PatientSet| study.sets.iter().filter(|set| **set == of).count();
    assert_eq!((sets(PatientSet::Training), sets(PatientSet::Validation), sets(PatientSet::Test)), (77, 33, 40));
    let strict = &study.protocols[0];
    assert_eq!(strict.protocol, Protocol::Strict);
    let names: Vec<(&str, usize, usize)> =
        strict.feature_sets.iter().map(|set| (set.name.as_str(), set.all, set.reproducible)).collect();
    assert_eq!(names, [("tumour", 6, 6), ("peritumour", 6, 5), ("combined", 12, 11)]);
    let found = &strict.endpoints[0];
    assert_eq!((found.models.len(), found.models[found.winner].features.as_str()), (6, "combined"));
    let test = found.evaluations.iter().find(|e| e.set == PatientSet::Test).unwrap();
    let markers: Vec<&str> = test.evaluation.markers.iter().map(|marker| marker.name.as_str()).collect();
    assert_eq!(markers, ["Radscore", "clinical", "clinical + Radscore"]);
    let auc = test.evaluation.markers[0].auc.as_ref().unwrap();
    assert!(auc.iter().all(|at| at.value.estimate > 0.7), "{auc:?}");
    let important = &found.importance[0].feature;
    assert!(["tumour_f0", "ring_f0"].contains(&important.as_str()), "{important}");
    assert!(found.clinical.as_ref().unwrap().nomogram.is_some());
    assert!(found.radscore.held_out.is_some() && found.radscore.groups[0].0 == PatientSet::Training);
    let unseen = found.unseen.as_ref().unwrap();
    assert_eq!((unseen.batches.as_slice(), unseen.patients), (["C".to_string()].as_slice(), 40));
    assert!(study.warnings.iter().any(|warning| warning.contains("no training patient was in (C)")));
    // Scores of training patients are not those of the model that has seen them.
    let features = FeatureTable::read_csv(folder.path("features.csv")).unwrap();
    let cohort = {
        let mut covariates = radsurv_data::Covariates::new(PATIENTS);
        let table = radsurv_data::Table::read_csv(folder.path("patients.csv")).unwrap();
        covariates.add_column(&table, "period", radsurv_data::CovariateKind::Category).unwrap();
        radsurv_data::Cohort::new(features, covariates).unwrap()
    };
    let predicted = found.model.predict(&cohort, &[]).unwrap();
    for (case, set) in study.sets.iter().enumerate() {
        let same = (predicted.risk()[case] - found.radscore.scores[case].unwrap()).abs() < 1e-9;
        assert_eq!(same, *set != PatientSet::Training, "{case}");
    }
}

#[test]
fn threads_and_caches_change_nothing() {
    let folder = Folder::new();
    let plain = numbers(&folder.run(&RunOptions { cache: None, jobs: Some(1) }));
    let options = RunOptions { cache: Some(folder.path("cache")), jobs: Some(2) };
    let first = folder.run(&options);
    let again = folder.run(&options);
    assert_eq!(plain, numbers(&first));
    assert_eq!(plain, numbers(&again));
    let kept = |study: &Study| study.timings.iter().map(|t| t.from_cache).filter(|c| c[1] > 0).collect::<Vec<_>>();
    assert_eq!(kept(&first), [[0, 3], [0, 3]]);
    assert_eq!(kept(&again), [[3, 3], [3, 3]]);
}

#[test]
fn nothing_is_learned_from_the_test_set() {
    let folder = Folder::new();
    let before = folder.run(&RunOptions::default());
    // What happens to patients of the test set, and what their features are, is turned round.
    folder.change("patients.csv", |text| {
        let turned = |line: &str| match line.contains("Lyon") {
            true => line
                .strip_suffix(",1")
                .map_or_else(|| line[..line.len() - 2].to_string() + ",1", |l| l.to_string() + ",0"),
            false => line.to_string(),
        };
        text.lines().map(|line| turned(line) + "\n").collect()
    });
    let turn = |text: &str| -> String {
        let turned = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            let number = cells[0].trim_start_matches('P').parse::<usize>().unwrap_or(0);
            if number < 110 {
                return line.to_string();
            }
            let values = cells[1..].iter().map(|cell| (5.0 - 3.0 * cell.parse::<f64>().unwrap()).to_string());
            format!("{},{}", cells[0], values.collect::<Vec<_>>().join(","))
        };
        text.lines().map(|line| turned(line) + "\n").collect()
    };
    folder.change("features.csv", turn);
    folder.change("reader.csv", turn);
    let after = folder.run(&RunOptions::default());
    let of = |study: &Study, protocol: usize| {
        let found = &study.protocols[protocol].endpoints[0];
        let training = study.sets.iter().zip(&found.radscore.scores).filter(|(set, _)| **set != PatientSet::Test);
        let scores: Vec<Option<f64>> = training.map(|(_, score)| *score).collect();
        let clinical = found.clinical.as_ref().unwrap().combined.as_ref().map(|fit| fit.model.clone());
        format!("{} {scores:?} {:?} {clinical:?}", found.winner, found.radscore.cut)
    };
    assert_eq!(of(&before, 0), of(&after, 0));
    assert_ne!(of(&before, 1), of(&after, 1), "as published it is");
}

#[test]
fn patients_without_features_are_left_out_and_counted() {
    let folder = Folder::new();
    folder.change("features.csv", |text| {
        text.lines().filter(|l| !l.starts_with("P7,")).map(|l| l.to_string() + "\n").collect()
    });
    folder.change("features.csv", |text| {
        let without = |line: &str| match line.starts_with("P9,") {
            true => line.split(',').enumerate().map(|(i, c)| if i > 6 { "" } else { c }).collect::<Vec<_>>().join(","),
            false => line.to_string(),
        };
        text.lines().map(|line| without(line) + "\n").collect()
    });
    folder.change("patients.csv", |text| {
        text.lines()
            .map(|line| {
                let cut = line.rfind(',').unwrap();
                if line.starts_with("P5,") { line[..cut + 1].to_string() + "\n" } else { line.to_string() + "\n" }
            })
            .collect()
    });
    let study = folder.run(&RunOptions::default());
    let left: Vec<(&str, usize, Vec<&str>)> = study
        .flow
        .iter()
        .flat_map(|step| {
            step.left_out
                .iter()
                .map(|out| (out.reason.as_str(), step.patients, out.ids.iter().map(String::as_str).collect()))
        })
        .collect();
    assert_eq!(
        left,
        [
            ("no follow-up for OS", 149, vec!["P5"]),
            ("not in the table of features", 147, vec!["P7"]),
            ("no features of the peritumour", 147, vec!["P9"])
        ]
    );
    assert_eq!(study.ids.len(), 147);
    assert!(study.features.undefined.is_empty());
}

/// The first problem, with its line.
fn problem(change: impl Fn(&Folder)) -> (Option<usize>, String, bool) {
    let folder = Folder::new();
    change(&folder);
    let plan = folder.check();
    let first = plan.problems.first().unwrap();
    (first.line, first.what.clone(), first.runs)
}

#[test]
fn what_keeps_a_study_from_running_is_said_before() {
    let (line, what, runs) = problem(|_| ());
    assert!(runs && line == Some(4) && what.contains("no training patient is of the period C"), "{what}");
    let cases: [(&str, &str, usize, &str); 11] = [
        ("\"patients.csv\"", "\"gone.csv\"", 6, "there is no file"),
        ("\"features.csv\"", "\"gone.csv\"", 13, "there is no file"),
        ("time = \"months\"", "time = \"month\"", 10, "has no column month"),
        ("\"stage\"]", "\"grade\"]", 24, "has no column grade"),
        ("batch = \"period\"", "batch = \"scanner\"", 4, "has no column scanner"),
        ("unseen = \"pass\"", "unseen = \"error\"", 4, "unseen = \"pass\""),
        ("[\"Lyon\"]", "[\"Rome\"]", 16, "no patient is of the centre Rome; the centres are Bern, Lyon"),
        ("times = [12, 24]", "times = [24, 12]", 3, "ascending"),
        ("folds = 3", "folds = 1", 19, "folds = 1: give 2 at least"),
        ("[\"lasso\", \"gbm\"]", "[]", 19, "no model competes"),
        ("validation = 0.3", "validation = 1.3", 16, "parts are from 0 to 1"),
    ];
    for (from, to, line, what) in cases {
        let found = problem(|folder| folder.replace(from, to));
        assert!(found.0 == Some(line) && found.1.contains(what) && !found.2, "{from}: {found:?}");
    }
}

#[test]
fn events_and_centres_are_counted_before() {
    let events = |folder: &Folder, centre: &str| {
        let centre = format!(",{centre},");
        folder.change("patients.csv", |text| {
            let none = |line: &str| match line.contains(&centre) {
                true => line.rsplit_once(',').unwrap().0.to_string() + ",0\n",
                false => line.to_string() + "\n",
            };
            text.lines().map(none).collect()
        });
    };
    let (line, what, runs) = problem(|folder| events(folder, "Lyon"));
    assert!(
        !runs && line == Some(8) && what.contains("no event in the 40 patients of the test set"),
        "{line:?} {what}"
    );
    let (_, what, runs) = problem(|folder| events(folder, "Bern"));
    assert!(!runs && what.contains("0 events in 77 training patients: 10 at least"), "{what}");
    let (line, what, runs) = problem(|folder| folder.change("patients.csv", |text| text.replace(",Lyon,", ",Bern,")));
    assert!(
        !runs && line == Some(16) && what.contains("one centre (Bern)") && what.contains("[split.random]"),
        "{what}"
    );
}

#[test]
fn sets_can_be_given_or_random() {
    let folder = Folder::new();
    folder.replace("[split.centre]\ntest = [\"Lyon\"]\nvalidation = 0.3", "[split.random]\ntest = 0.2");
    let plan = folder.check();
    let sets: Vec<(PatientSet, usize)> = plan.sets.iter().map(|set| (set.set, set.patients)).collect();
    assert_eq!(sets, [(PatientSet::Training, 120), (PatientSet::Test, 30)]);
    let part = |of: usize| plan.sets[of].events as f64 / plan.sets[of].patients as f64;
    assert!((part(0) - part(1)).abs() < 0.05);
    let given = Folder::new();
    given.change("patients.csv", |text| {
        let set = |line: &str| match line {
            line if line.contains("Lyon") => format!("{line},test\n"),
            line if line.starts_with("id") => format!("{line},set\n"),
            line => format!("{line},training\n"),
        };
        text.lines().map(set).collect()
    });
    given.replace("[split.centre]\ntest = [\"Lyon\"]\nvalidation = 0.3", "[split]\ncolumn = \"set\"");
    assert_eq!(given.check().sets.len(), 2);
    given.change("patients.csv", |text| text.replacen(",training", ",train", 1));
    let problem = given.check().problems[0].clone();
    assert!(problem.what.contains("line 2: set is \"train\": write training, validation or test"), "{problem:?}");
}

#[test]
fn doses_are_computed() {
    let folder = Folder::new();
    folder.change("patients.csv", |text| {
        let dose =
            |line: &str| if line.starts_with("id") { format!("{line},d,n\n") } else { format!("{line},45,25\n") };
        text.lines().map(dose).collect()
    });
    folder.replace(
        "centre = \"centre\"",
        "centre = \"centre\"\neqd2 = { parts = [{ dose = \"d\", fractions = \"n\" }] }",
    );
    let settings = StudyFile::read(folder.path("study.toml")).unwrap().settings().unwrap();
    let patients = radsurv_study::analysis::patients::Patients::read(&settings).unwrap();
    let Ok(radsurv_data::Covariate::Number(doses)) = patients.covariates.get("eqd2") else { panic!("no dose") };
    assert!(doses.iter().all(|dose| (dose - 44.25).abs() < 1e-9));
    assert!(Path::new(&settings.patients.table).is_absolute());
}

#[test]
fn a_run_refuses_what_a_check_refuses() {
    let folder = Folder::new();
    let sound = StudyFile::read(folder.path("study.toml")).unwrap().settings().unwrap();
    let refused = |change: &dyn Fn(&mut radsurv_study::settings::StudySettings)| {
        let mut settings = sound.clone();
        change(&mut settings);
        run(&settings, &RunOptions::default(), &Watch::new(&mut |_| ())).unwrap_err().to_string()
    };
    assert!(refused(&|s| s.endpoints.clear()).starts_with("endpoints: there is no endpoint"));
    assert!(refused(&|s| s.times = vec![12.0, f64::NAN]).starts_with("times: "));
    assert!(refused(&|s| s.features = None).contains("say where features come from"));
    assert!(refused(&|s| s.clinical.variables = vec!["Radscore".into()]).contains("another one"));
    assert!(refused(&|s| s.reproducibility.perturbations = 3).contains("no images to perturb"));
}
