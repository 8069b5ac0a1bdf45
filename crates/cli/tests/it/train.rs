//! `radsurv train` and `radsurv predict`: from tables to a model, and from a model to predictions.

use std::fmt::Write as _;

use crate::support::{Folder, column, numbers};

/// Cases whose time falls with their Contrast and rises with their Id; Noise says nothing.
fn cases(folder: &Folder, name: &str, cases: std::ops::Range<usize>) {
    let mut text =
        "case_id,image,months,dead,original_glcm_Contrast,original_glcm_Id,original_firstorder_Mean\n".to_string();
    for i in cases {
        let random = |by: usize| (i * by % 997) as f64 / 997.0;
        let (contrast, id, noise) = (random(7919), random(104_729), random(1_299_709));
        let months = 60.0 * (-2.0 * contrast + id).exp() * -(0.001 + 0.998 * random(15_485_863)).ln();
        let _ = writeln!(text, "P{i},i{i}.nii,{months:.3},{},{contrast},{id},{noise}", u8::from(i % 3 != 0));
    }
    folder.write(name, text);
}

fn trained(options: &str) -> Folder {
    let folder = Folder::new();
    cases(&folder, "train.csv", 0..120);
    cases(&folder, "test.csv", 120..160);
    let run = format!("train --table train.csv --time months --event dead --out m.json {options}");
    folder.run(&run).expect(0).says(&["trained on 120 cases with 80 events and 3 features", "wrote m.json"]);
    folder
}

/// Above each setting, or the table it begins, is what it means.
fn explained(settings: &str) {
    let lines: Vec<&str> = settings.lines().collect();
    for (above, line) in
        lines.iter().zip(&lines[1..]).filter(|(_, line)| line.contains(" = ") && !line.starts_with('#'))
    {
        assert!(above.starts_with("# ") || above.starts_with('['), "{line} is not explained in\n{settings}");
    }
}

#[test]
fn a_cox_model_is_trained_and_predicts() {
    let folder = trained("--model cox");
    let features = folder.table("m.features.csv");
    let expected = ["feature", "coefficient", "se", "hazard_ratio", "lower", "upper", "z", "p"];
    assert_eq!(features.columns(), expected);
    let (ratio, lower, upper) =
        (numbers(&features, "hazard_ratio"), numbers(&features, "lower"), numbers(&features, "upper"));
    assert!(ratio[0] > 1.0 && ratio[1] < 1.0);
    assert!((0..3).all(|i| lower[i] < ratio[i] && ratio[i] < upper[i]));
    folder.run("predict --model m.json --table test.csv --times 12,36.5 --out p.csv").expect(0).says(&["40 cases"]);
    let predicted = folder.table("p.csv");
    assert_eq!(predicted.columns(), ["case_id", "risk", "surv_12", "surv_36.5"]);
    assert_eq!(column(&predicted, "case_id")[0], "P120");
    let (risk, early, late) =
        (numbers(&predicted, "risk"), numbers(&predicted, "surv_12"), numbers(&predicted, "surv_36.5"));
    for i in 0..40 {
        assert!(late[i] <= early[i] && (0.0..=1.0).contains(&late[i]));
        for j in 0..40 {
            assert!(risk[i] <= risk[j] || early[i] <= early[j], "a higher risk survives longer");
        }
    }
    folder.run("predict --model m.json --table test.csv --out p.csv").expect(0);
    assert_eq!(folder.table("p.csv").columns(), ["case_id", "risk"]);
}

#[test]
fn a_lasso_is_trained_from_a_file_of_settings_and_a_seed() {
    let folder = trained("--model lasso --seed 7");
    let first = folder.text("m.json");
    let printed = folder.run("train --print-config lasso").expect(0).stdout;
    folder.write("lasso.toml", &printed);
    let again = "train --table train.csv --time months --event dead --model lasso --out m.json";
    folder.run(&format!("{again} --config lasso.toml --seed 7")).expect(0);
    assert_eq!(folder.text("m.json"), first, "the printed settings are the defaults");
    let features = folder.table("m.features.csv");
    assert_eq!(features.columns(), ["feature", "coefficient", "importance"]);
    assert_eq!(column(&features, "feature")[0], "original_glcm_Contrast");
    folder.run("predict --model m.json --table test.csv --times 12 --out p.csv").expect(0);
    folder.write("lasso.toml", "alpah = 1.0\n");
    folder.run(&format!("{again} --config lasso.toml")).expect(1).says(&["lasso.toml", "alpah"]);
    explained(&printed);
}

#[test]
fn a_forest_is_trained_and_its_training_cases_are_scored_out_of_bag() {
    let folder = trained("--model rsf --seed 5 --held-out oob.csv");
    let features = folder.table("m.features.csv");
    assert_eq!(features.columns(), ["feature", "importance", "splits", "minimal_depth"]);
    assert_eq!(column(&features, "feature")[0], "original_glcm_Contrast");
    let scored = folder.table("oob.csv");
    assert_eq!(scored.columns(), ["case_id", "risk"]);
    assert_eq!(column(&scored, "case_id")[119], "P119");
    folder.run("predict --model m.json --table train.csv --times 12,36 --out seen.csv").expect(0);
    let (held_out, seen) = (numbers(&scored, "risk"), numbers(&folder.table("seen.csv"), "risk"));
    assert!(held_out.iter().zip(&seen).all(|(a, b)| (a - b).abs() > 1e-9), "trees that saw a case scored it");
    let first = folder.text("m.json");
    let printed = folder.run("train --print-config rsf").expect(0).stdout;
    folder.write("rsf.toml", &printed);
    let again =
        "train --table train.csv --time months --event dead --model rsf --config rsf.toml --seed 5 --out m.json";
    folder.run(again).expect(0).says(&["out-of-bag error (1 - C): Harrell 0."]);
    assert_eq!(folder.text("m.json"), first, "the printed settings are the defaults");
    explained(&printed);
}

#[test]
fn every_model_is_trained_by_the_settings_it_prints_and_predicts() {
    for model in ["cox", "lasso", "rsf", "gbm", "xgb", "svm-lin", "svm-add", "svm-poly", "svm-rbf"] {
        let folder = trained(&format!("--model {model} --seed 2 --held-out held.csv"));
        let (first, held_out) = (folder.text("m.json"), folder.text("held.csv"));
        let printed = folder.run(&format!("train --print-config {model}")).expect(0).stdout;
        explained(&printed);
        folder.write("m.toml", &printed);
        let again = "train --table train.csv --time months --event dead --seed 2 --held-out held.csv --out m.json";
        folder.run(&format!("{again} --model {model} --config m.toml")).expect(0);
        assert_eq!(folder.text("m.json"), first, "the settings {model} prints are its defaults");
        assert_eq!(folder.text("held.csv"), held_out);
        folder.run("predict --model m.json --table test.csv --times 12,36 --out p.csv").expect(0);
        let predicted = folder.table("p.csv");
        let (risk, early, late) =
            (numbers(&predicted, "risk"), numbers(&predicted, "surv_12"), numbers(&predicted, "surv_36"));
        assert!((0..40).all(|i| risk[i].is_finite() && 0.0 <= late[i] && late[i] <= early[i] && early[i] <= 1.0));
        let first = column(&folder.table("m.features.csv"), "feature")[0].to_string();
        assert_eq!(first, "original_glcm_Contrast", "{model}");
        folder.run("importance --model m.json --table test.csv --time months --event dead --out i.csv").expect(0);
        assert_eq!(column(&folder.table("i.csv"), "feature")[0], "original_glcm_Contrast", "{model}");
    }
}

#[test]
fn training_cases_of_any_model_are_scored_by_models_of_the_other_folds() {
    let folder = trained("--model cox --held-out held.csv --folds 5 --seed 3");
    let risk = numbers(&folder.table("held.csv"), "risk");
    folder.run("predict --model m.json --table train.csv --out seen.csv").expect(0);
    let seen = numbers(&folder.table("seen.csv"), "risk");
    assert_eq!(risk.len(), 120);
    assert!(risk.iter().zip(&seen).all(|(a, b)| a != b));
    let train = "train --table train.csv --time months --event dead --model cox --out m.json";
    folder.run(&format!("{train} --held-out held.csv --folds 200")).expect(1).says(&["folds"]);
    folder.run(&format!("{train} --folds 5")).expect(2);
    let forest = train.replace("cox", "rsf");
    folder.run(&format!("{forest} --held-out held.csv --folds 5")).expect(2).says(&["out of bag"]);
}

#[test]
fn importance_is_that_of_the_model_and_of_cases_it_has_not_seen() {
    let folder = trained("--model cox");
    folder.run("importance --model m.json --out i.csv").expect(0);
    assert_eq!(folder.text("i.csv"), folder.text("m.features.csv"));
    let run = "importance --model m.json --table test.csv --time months --event dead --out i.csv";
    folder.run(run).expect(0).says(&["40 cases"]);
    let table = folder.table("i.csv");
    assert_eq!(table.columns()[..2], ["feature", "coefficient"]);
    assert_eq!(column(&table, "feature")[0], "original_glcm_Contrast");
    let loss = numbers(&table, "c_loss");
    assert!(loss[0] > 0.1 && loss[0] > loss[1] && loss[1] >= loss[2] && loss[2] < 0.03, "{loss:?}");
    assert!(numbers(&table, "c_loss_sd")[0] > 0.0);
    folder
        .run("importance --model m.json --table test.csv --shap s.csv --out i.csv")
        .expect(0)
        .says(&["SHAP values of 40"]);
    folder.run("predict --model m.json --table test.csv --out p.csv").expect(0);
    let (shap, risk) = (folder.table("s.csv"), numbers(&folder.table("p.csv"), "risk"));
    let columns: Vec<Vec<f64>> = shap.columns()[1..].iter().map(|name| numbers(&shap, name)).collect();
    for (case, risk) in risk.iter().enumerate() {
        let sum: f64 = columns.iter().map(|column| column[case]).sum();
        assert!((sum - risk).abs() < 1e-9 * (1.0 + risk.abs()), "{sum} {risk}");
    }
    folder.run("importance --model m.json --table test.csv --out i.csv").expect(2);
    folder.run("importance --model m.json --repeats 3 --out i.csv").expect(2);
    folder.run(&format!("{run} --repeats 0")).expect(1).says(&["repeats"]);
}

#[test]
fn the_outcome_may_be_in_another_table() {
    let folder = trained("--model cox");
    let whole = folder.text("m.json");
    let mut clinical = "patient,months,dead,note\n".to_string();
    let table = folder.table("train.csv");
    for (i, row) in table.rows().iter().enumerate().rev() {
        let cells = &row.cells;
        let _ = writeln!(clinical, "{},{},{},{i}", cells[0], cells[2], if cells[3] == "1" { "true" } else { "false" });
    }
    clinical.push_str("Q1,1,1,0\n");
    folder.write("clinical.csv", clinical);
    let run = "train --table train.csv --outcomes clinical.csv --time months --event dead --model cox --out m.json";
    folder.run(run).expect(0).says(&["120 of 121 cases are in both; 1 only in clinical.csv: Q1"]);
    assert_eq!(folder.text("m.json"), whole);
}

#[test]
fn what_cannot_be_trained_or_predicted_is_explained() {
    let folder = trained("--model cox");
    let train = "--time months --event dead --model cox --out m.json";
    let good = folder.text("train.csv");
    let fails = |text: String, words: &[&str]| {
        folder.write("bad.csv", text);
        folder.run(&format!("train --table bad.csv {train}")).expect(1).says(words);
    };
    fails(good.replace(",dead,", ",status,"), &["no column dead"]);
    let line = |n: usize, change: &dyn Fn(Vec<String>) -> Vec<String>| {
        let cut = |line: &str| line.split(',').map(String::from).collect::<Vec<_>>();
        let lines = good.lines().enumerate();
        lines.map(|(i, l)| if i == n { change(cut(l)).join(",") } else { l.to_string() } + "\n").collect::<String>()
    };
    let with = |place: usize, value: &'static str| {
        line(2, &move |mut cells| {
            cells[place] = value.to_string();
            cells
        })
    };
    fails(with(2, "-1"), &["P1", "negative time"]);
    fails(with(2, ""), &["P1", "no time"]);
    fails(with(3, "2"), &["recode 2 as 1 and 1 as 0"]);
    fails(with(4, ""), &["P1", "original_glcm_Contrast"]);
    fails(with(4, "high"), &["line 3", "original_glcm_Contrast is \"high\""]);
    let no_events = good.lines().map(|l| l.replacen(",1,0.", ",0,0.", 1) + "\n").collect::<String>();
    fails(no_events, &["event"]);
    let constant = good.lines().enumerate().map(|(i, l)| {
        let (front, _) = l.rsplit_once(',').unwrap();
        format!("{front},{}\n", if i == 0 { "original_firstorder_Mean" } else { "1" })
    });
    fails(constant.collect(), &["original_firstorder_Mean"]);

    folder.write("other.csv", folder.text("test.csv").replace("original_glcm_Id", "original_glcm_Idm"));
    let predict = "predict --model m.json --out p.csv --table";
    folder.run(&format!("{predict} other.csv")).expect(1).says(&["1 missing (original_glcm_Id)"]);
    folder.run(&format!("{predict} test.csv --times 36,12")).expect(1).says(&["ascending order"]);
    let text = folder.text("m.json");
    folder.write("m.json", &text[..text.len() / 2]);
    folder.run(&format!("{predict} test.csv")).expect(1).says(&["m.json"]);
    folder.write("m.json", text.replacen("\"version\": ", "\"version\": 99", 1));
    folder.run(&format!("{predict} test.csv")).expect(1).says(&["version 99"]);
    assert!(!folder.has("p.csv"));
    folder.run("train --table train.csv").expect(2);
    folder.run(&format!("train --table none.csv {train}")).expect(1).says(&["none.csv"]);
}

#[test]
fn the_best_of_several_models_is_found_and_judged_outside_of_the_search() {
    let folder = Folder::new();
    cases(&folder, "train.csv", 0..120);
    cases(&folder, "test.csv", 120..160);
    let run = "tune --table train.csv --time months --event dead --models cox,gbm,svm-lin --candidates 3 --folds 3 --inner-folds 3 \
               --zscore --redundancy 0.9 --times 12,36 --out best.json --held-out h.csv";
    folder.run(run).expect(0).says(&["7 candidates", "the winner: ", "expect of such a search", "wrote best.json"]);
    let models = folder.table("best.models.csv");
    let expected = ["model", "settings", "apparent", "search", "harrell", "harrell_sd", "harrell_pooled", "auc_12"];
    assert_eq!(models.columns()[..8], expected);
    assert_eq!(column(&models, "model"), ["cox", "gbm", "svm-lin", "best of all"]);
    assert!(numbers(&models, "harrell").iter().all(|c| (0.55..0.9).contains(c)));
    let trials = folder.table("best.trials.csv");
    assert_eq!(trials.rows().len(), 7);
    assert_eq!(column(&trials, "chosen").iter().filter(|c| !c.is_empty()).count(), 3);
    assert_eq!(folder.table("best.frequency.csv").rows().len(), 3);
    let pairs = folder.table("best.comparison.csv");
    assert_eq!(column(&pairs, "second"), ["gbm", "svm-lin", "svm-lin"]);
    assert!(numbers(&pairs, "p").iter().zip(numbers(&pairs, "p_adjusted")).all(|(p, adjusted)| adjusted >= *p));
    assert_eq!(folder.table("h.csv").rows().len(), 120);
    folder.run("predict --model best.json --table test.csv --times 12,36 --out p.csv").expect(0).says(&["40 cases"]);
    let predicted = folder.table("p.csv");
    assert!(numbers(&predicted, "surv_12").iter().all(|s| (0.0..=1.0).contains(s)));
    // The same whenever it is run.
    let first = std::fs::read_to_string(folder.path("best.json")).unwrap();
    folder.run(run).expect(0);
    assert_eq!(std::fs::read_to_string(folder.path("best.json")).unwrap(), first);
}

#[test]
fn a_search_can_be_written_down() {
    let folder = Folder::new();
    cases(&folder, "train.csv", 0..90);
    let printed = folder.run("tune --print-config rsf,svm-lin").expect(0).stdout;
    assert!(
        printed.contains("min_leaf.log-whole") || printed.contains("[models.search.min_leaf.log-whole]"),
        "{printed}"
    );
    let small = printed.replace("candidates = 20", "candidates = 2");
    folder.write("tune.toml", small);
    let run = "tune --table train.csv --time months --event dead --folds 0 --inner-folds 3 --metric auc --times 24 --out best.json";
    folder.run(&format!("{run} --config tune.toml")).expect(0).says(&["4 candidates", "auc_24"]);
    let of = |text: &str| {
        folder.write("bad.toml", text);
        folder.run(&format!("{run} --config bad.toml"))
    };
    of("[[models]]\nmodel = \"rsf\"\n[models.search]\nleaves = { list = [3] }\n")
        .expect(1)
        .says(&["leaves: it cannot be 3"]);
    of("[[models]]\nmodel = \"gbm\"\n[models.search]\nlearning_rate = { list = [-1.0] }\n")
        .expect(1)
        .says(&["the candidate gbm: learning_rate = -1: the learning rate is -1"]);
    of("[[models]]\nmodel = \"forest\"\n").expect(1).says(&["forest", "rsf"]);
    of("").expect(1).says(&["there is no model"]);
    let turned = run.replace("--metric auc --times 24", "--metric brier --times 24,12,24");
    folder.run(&format!("{turned} --models cox")).expect(0).says(&["brier_12_24"]);
    folder.run(&run.replace("--times 24 ", "")).expect(1).says(&["give one at least"]);
    folder.run(&format!("{run} --groups patient")).expect(1).says(&["patient"]);
    folder.run(&format!("{run} --held-out h.csv")).expect(2).says(&["--held-out needs --folds"]);
    folder.run(&run.replace("--folds 0", "--folds 1")).expect(2);
}
