//! `radsurv evaluate`, `cutpoint`, `table1` and `nomogram`: from predictions to what a paper says of them.

use std::fmt::Write as _;

use crate::support::{Folder, column, numbers};
use radsurv_data::Survival;
use serde_json::Value;

/// Cases whose time falls with their score and rises with age; the value of each by a formula.
fn row(i: usize) -> [f64; 4] {
    let random = |by: usize| (i * by % 997) as f64 / 997.0;
    let (score, age) = (random(7919), 40.0 + 40.0 * random(104_729));
    let months = 60.0 * (-2.5 * score + 0.01 * age).exp() * -(0.001 + 0.998 * random(15_485_863)).ln();
    [score, age, months.min(90.0), f64::from(u8::from(!i.is_multiple_of(4) && months < 90.0))]
}

/// `cases.csv`, and `p.csv` as `radsurv predict` writes it.
fn folder(cases: usize) -> Folder {
    let folder = Folder::new();
    let mut table = "case_id,split,stage,months,dead,score,age\n".to_string();
    let mut predicted = "case_id,risk,surv_12,surv_24\n".to_string();
    for i in 0..cases {
        let [score, age, months, dead] = row(i);
        let (split, stage) = (if i % 2 == 0 { "train" } else { "test" }, ["I", "II", "III"][i % 3]);
        let _ = writeln!(table, "P{i},{split},{stage},{months:.4},{dead},{score:.6},{age:.3}");
        let survival = |time: f64| (-(time / 60.0) * (2.5 * score - 0.01 * age).exp()).exp();
        let _ = writeln!(predicted, "P{i},{score:.6},{:.6},{:.6}", survival(12.0), survival(24.0));
    }
    folder.write("cases.csv", table);
    folder.write("p.csv", predicted);
    folder
}

fn json(folder: &Folder, name: &str) -> Value {
    serde_json::from_str(&folder.text(name)).unwrap()
}

const EVALUATE: &str = "evaluate --table cases.csv --time months --event dead --times 12,24 --out e.json";

#[test]
fn markers_are_evaluated_with_limits_and_compared() {
    let folder = folder(300);
    let run =
        format!("{EVALUATE} --risk score,age --predictions model=p.csv --bootstrap 50 --report e.html --unit months");
    folder.run(&run).expect(0).says(&[
        "300 cases with",
        "model: AUC(12)",
        "score: no brier: no survival was predicted",
    ]);
    let e = json(&folder, "e.json");
    assert_eq!(e["n"], 300);
    // The numbers are those of the library.
    let rows: Vec<[f64; 4]> = (0..300).map(row).collect();
    let rounded = |v: f64, places: i32| format!("{v:.*}", places as usize).parse::<f64>().unwrap();
    let times = rows.iter().map(|r| rounded(r[2], 4)).collect();
    let outcome = Survival::new(times, rows.iter().map(|r| r[3] == 1.0).collect()).unwrap();
    assert_eq!(e["events"], outcome.events());
    let score: Vec<f64> = rows.iter().map(|r| rounded(r[0], 6)).collect();
    let expected = radsurv_eval::time_roc(&score, &outcome, &[12.0, 24.0]).unwrap();
    for (found, expected) in e["markers"]["score"]["auc"].as_array().unwrap().iter().zip(&expected.at) {
        assert_eq!(found["time"], expected.time);
        assert_eq!(found["estimate"], expected.auc);
        assert_eq!(found["se"].as_f64(), expected.std_error);
        assert_eq!([found["lower"].as_f64(), found["upper"].as_f64()], [expected.lower, expected.upper]);
    }
    for marker in ["score", "age", "model"] {
        for measure in ["harrell", "uno"] {
            let c = &e["markers"][marker]["concordance"][measure];
            let [lower, estimate, upper] = ["lower", "estimate", "upper"].map(|key| c[key].as_f64().unwrap());
            assert!(lower < estimate && estimate < upper && c["se"].as_f64().unwrap() > 0.0, "{marker} {c}");
        }
    }
    // Without predicted survival these are null, with the reason.
    assert!(e["markers"]["score"]["brier"].is_null());
    assert!(e["markers"]["score"]["reasons"]["calibration"].as_str().unwrap().contains("no survival"));
    let model = &e["markers"]["model"];
    assert!(model["brier"][1]["estimate"].as_f64().unwrap() < model["brier"][1]["null"].as_f64().unwrap());
    assert!(model["calibration"][0]["ici"]["lower"].as_f64().is_some());
    assert_eq!(e["comparisons"].as_array().unwrap().len(), 3);
    assert_eq!((&e["comparisons"][0]["first"], &e["comparisons"][0]["second"]), (&"score".into(), &"age".into()));
    assert!(e["comparisons"][0]["auc"][0]["p_value"].as_f64().unwrap() < 0.05);
    assert_eq!(e["decision_curves"].as_array().unwrap().len(), 2);
    let html = folder.text("e.html");
    assert!(html.contains("<svg") && html.contains("AUC at 12 months") && !html.contains("NaN"));
    // A seed is a seed.
    let first = folder.text("e.json");
    folder.run(&run).expect(0);
    assert_eq!(folder.text("e.json"), first);
}

#[test]
fn some_cases_and_those_with_predictions_are_evaluated() {
    let folder = folder(120);
    folder.run(&format!("{EVALUATE} --risk score --only split=test --bootstrap 0")).expect(0).says(&["60 cases"]);
    let few: String = folder.text("p.csv").lines().take(101).map(|line| format!("{line}\n")).collect();
    folder.write("p.csv", few + "Q1,0.5,0.5,0.4\n");
    let run = format!("{EVALUATE} --risk score --predictions model=p.csv --bootstrap 0");
    folder.run(&run).expect(0).says(&["100 of 121 cases are in both", "1 only in p.csv: Q1", "100 cases with"]);
    assert_eq!(json(&folder, "e.json")["n"], 100);
}

#[test]
fn what_is_turned_round_or_cannot_be_is_said() {
    let folder = folder(200);
    let bad = |options: &str, status: i32, words: &[&str]| {
        folder.run(&format!("{EVALUATE} {options}")).expect(status).says(words);
    };
    bad("--risk score --risk score", 2, &["two markers are named score"]);
    bad("--risk stage", 1, &["stage is \"I\", which is no number"]);
    bad("--risk nothing", 1, &["there is no column nothing"]);
    bad("--predictions model=q.csv", 1, &["q.csv"]);
    folder.write("q.csv", "case_id,risk\nX1,1\n");
    bad("--predictions model=q.csv", 1, &["none of 201 cases is in both"]);
    let late = EVALUATE.replace("12,24", "12,95");
    folder.run(&format!("{late} --risk score")).expect(1).says(&["at the time 95", "usable times are from"]);
    assert!(!folder.has("e.json"));
    // The survival as the risk: areas below one half are explained.
    let turned: String = folder
        .text("p.csv")
        .lines()
        .enumerate()
        .map(|(i, line)| {
            let cells: Vec<&str> = line.split(',').collect();
            if i == 0 { "case_id,risk\n".to_string() } else { format!("{},{}\n", cells[0], cells[3]) }
        })
        .collect();
    folder.write("turned.csv", turned);
    bad("--predictions model=turned.csv --bootstrap 0", 0, &["clearly below 0.5", "1 - survival"]);
    folder.write("wrong.csv", "case_id,risk,surv_12\nP0,1,0.5\nP1,2,1.5\n");
    bad("--predictions model=wrong.csv", 1, &["wrong.csv", "0 to 1"]);
}

#[test]
fn a_cut_is_found_in_some_cases_and_applied_to_others() {
    let folder = folder(300);
    let fit = "cutpoint fit --table cases.csv --only split=train --time months --event dead --variable score --permutations 500 --out cut.json";
    folder.run(fit).expect(0).says(&["score is cut at 0.", "of 150 cases are low", "apply it to others"]);
    let apply = "cutpoint apply --model cut.json --table cases.csv --only split=test --out groups.csv";
    folder.run(apply).expect(0).says(&["150 cases"]);
    let groups = folder.table("groups.csv");
    assert_eq!(groups.columns(), ["case_id", "score", "group"]);
    let cut = json(&folder, "cut.json")["cut"].as_f64().unwrap();
    for (score, group) in numbers(&groups, "score").iter().zip(column(&groups, "group")) {
        assert_eq!(group, if *score <= cut { "low" } else { "high" });
    }
    let fare = format!("{apply} --time months --event dead --times 12,24 --groups fare.md --figure km.svg");
    folder.run(&fare).expect(0).says(&["log-rank p = ", "wrote fare.md", "wrote km.svg"]);
    assert!(folder.text("fare.md").contains("| low |") && folder.text("km.svg").starts_with("<svg"));
}

#[test]
fn a_table_one_is_written_in_every_format() {
    let folder = folder(120);
    let run = "table1 --table cases.csv --variables age,stage,dead --categories dead --group split --tests --out";
    for (name, has) in [("t.csv", "age, mean"), ("t.md", "| "), ("t.html", "<table>"), ("t.json", "\"variables\"")] {
        folder.run(&format!("{run} {name}")).expect(0).says(&["120 cases, 3 variables"]);
        assert!(folder.text(name).contains(has), "{name}");
    }
    assert!(folder.text("t.csv").contains("train (n = 60)"));
    folder.run(&format!("{run} t.csv --categories stag")).expect(2).says(&["stag is named as a category"]);
    let missing = "table1 --table cases.csv --variables wieght --out t.csv";
    folder.run(missing).expect(1).says(&["wieght"]);
}

#[test]
fn a_nomogram_is_made_drawn_and_read() {
    let folder = folder(300);
    let run = [
        "nomogram",
        "--table",
        "cases.csv",
        "--time",
        "months",
        "--event",
        "dead",
        "--terms",
        "score, rcs(age,3), cat(stage,II)",
        "--times",
        "12,24",
        "--out",
        "points.csv",
        "--figure",
        "n.svg",
        "--calculator",
        "n.html",
        "--patient",
        "P7",
    ];
    folder.run_args(&run).expect(0).says(&["300 cases", "P7: ", "survival at 12 0.", "wrote n.html"]);
    assert!(folder.text("points.csv").contains("score") && folder.text("n.svg").starts_with("<svg"));
    let html = folder.text("n.html");
    assert!(html.contains("<html") && !html.contains("src=") && !html.contains("https://"));
    let few = "nomogram --table cases.csv --time months --event dead --terms score,age*stage --times 12 --out n.json";
    folder.run(few).expect(2).says(&["age has no term of its own"]);
}

#[test]
fn hazard_ratios_are_written_and_drawn() {
    let folder = folder(300);
    let run = "cox --table cases.csv --time months --event dead --terms score,age,stage --per age=10 --out t.md --figure f.svg";
    folder.run(run).expect(0).says(&["wrote t.md: 300 cases", "wrote f.svg"]);
    assert!(folder.text("t.md").contains("per 10") && folder.text("f.svg").starts_with("<svg"));
    folder.run(&run.replace("age=10", "aeg=10")).expect(1).says(&["aeg"]);
}

#[test]
fn every_figure_is_drawn() {
    let folder = folder(300);
    let of = "--table cases.csv --time months --event dead";
    let model = format!("{of} --predictions model=p.csv");
    let train =
        "train --table cases.csv --time months --event dead --features ^(score|age)$ --model lasso --out lasso.json";
    folder.run(train).expect(0);
    let other: String = folder
        .text("p.csv")
        .lines()
        .enumerate()
        .map(|(i, line)| {
            if i == 0 {
                format!("{line}\n")
            } else {
                format!("{},0,0.8,0.{}\n", line.split(',').next().unwrap(), 50 + i % 20)
            }
        })
        .collect();
    folder.write("q.csv", other);
    for figure in [
        format!("kaplan-meier {of} --group stage"),
        format!("kaplan-meier {of}"),
        format!("roc {of} --risk score,age --times 12,24"),
        format!("auc {of} --risk score --times 12,24,36"),
        format!("calibration {model} --times 24"),
        format!("decision-curve {model} --times 24"),
        format!("clinical-impact {model} --times 24"),
        format!("idi {of} --predictions old=q.csv,new=p.csv --times 24"),
        "lasso-path --model lasso.json".to_string(),
        "lasso-cv --model lasso.json".to_string(),
        "importance --table lasso.features.csv".to_string(),
        "heat-map --table cases.csv --features ^(score|age)$".to_string(),
    ] {
        folder.run(&format!("plot {figure} --unit months --out f.svg")).expect(0).says(&["wrote f.svg"]);
        let svg = folder.text("f.svg");
        assert!(svg.starts_with("<svg") && !svg.contains("NaN"), "{figure}");
    }
    folder.run(&format!("plot roc {of} --risk score --times 12 --wide --out f.png")).expect(0);
    assert!(std::fs::read(folder.path("f.png")).unwrap().starts_with(b"\x89PNG"));
    folder.run(&format!("plot roc {of} --risk score --times 12")).expect(2).says(&["--out"]);
    folder.run(&format!("plot calibration {model} --times 12,24 --out f.svg")).expect(2).says(&["give one"]);
    folder.run(&format!("plot calibration {of} --risk score --times 24 --out f.svg")).expect(1).says(&["surv_24"]);
}

#[test]
fn questionnaires_are_scored() {
    let folder = Folder::new();
    let template = folder.run("quality template").expect(0).stdout;
    assert!(template.contains("[rqs]") && template.contains("[metrics]") && template.contains("[clear]"));
    folder.write("empty.toml", &template);
    for (name, says) in [("rqs", "of 36 points"), ("metrics", "METRICS"), ("clear", "CLEAR")] {
        let run = folder.run(&format!("quality {name} --answers empty.toml --out q.csv")).expect(0);
        assert!(run.stdout.contains(says), "{}", run.stdout);
    }
    folder.write("bad.toml", "[rqs]\nphantom_stdy = true\n");
    folder.run("quality rqs --answers bad.toml").expect(1).says(&["phantom_stdy"]);
}
