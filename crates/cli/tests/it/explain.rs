//! `radsurv importance` and `radsurv plot` of how a model comes to its risks.

use std::fmt::Write as _;

use crate::support::{Folder, column, numbers};

/// Cases whose time falls with their Contrast; Noise says nothing.
fn folder() -> Folder {
    let folder = Folder::new();
    for (name, cases) in [("train.csv", 0..120), ("test.csv", 120..180)] {
        let mut text = "case_id,months,dead,original_glcm_Contrast,original_firstorder_Mean\n".to_string();
        for i in cases {
            let random = |by: usize| (i * by % 997) as f64 / 997.0;
            let (contrast, noise) = (random(7919), random(1_299_709));
            let months = 60.0 * (-2.0 * contrast).exp() * -(0.001 + 0.998 * random(15_485_863)).ln();
            let _ = writeln!(text, "P{i},{months:.3},{},{contrast},{noise}", u8::from(i % 3 != 0));
        }
        folder.write(name, text);
    }
    folder.write("m.toml", "trees = 30\n");
    let train = "train --table train.csv --time months --event dead --model rsf --config m.toml --out m.json";
    folder.run(train).expect(0);
    folder
}

#[test]
fn importance_is_by_any_measure() {
    let folder = folder();
    let run = "importance --model m.json --table test.csv --time months --event dead --out i.csv";
    folder.run(run).expect(0);
    let concordance = folder.table("i.csv");
    assert!(numbers(&concordance, "c_loss")[0] > 0.02);
    for (metric, name) in [("uno", "uno"), ("auc --times 10,20", "auc"), ("brier --times 10", "brier")] {
        folder.run(&format!("{run} --metric {metric}")).expect(0);
        let table = folder.table("i.csv");
        assert_eq!(column(&table, "feature")[0], "original_glcm_Contrast");
        let loss = numbers(&table, &format!("{name}_loss"));
        assert!(loss[0] > 0.0 && loss[0] > loss[1], "{metric}: {loss:?}");
        assert!(numbers(&table, &format!("{name}_loss_sd"))[0] > 0.0);
    }
    folder.run(&format!("{run} --metric auc")).expect(1).says(&["give one at least"]);
    folder.run(&format!("{run} --metric c")).expect(2).says(&["give harrell"]);
    folder.run("importance --model m.json --metric uno --out i.csv").expect(2).says(&["--time"]);
}

#[test]
fn what_moves_risks_is_written_and_drawn() {
    let folder = folder();
    folder
        .run("importance --model m.json --table test.csv --shap s.csv --partial-dependence d.csv --out i.csv")
        .expect(0)
        .says(&["SHAP values of 60 cases", "partial dependence on 2 features"]);
    let table = folder.table("d.csv");
    assert_eq!((table.columns(), table.rows().len()), (&["feature", "value", "risk"].map(String::from)[..], 80));
    let risk = numbers(&table, "risk");
    assert!(risk[39] > risk[0], "{risk:?}");
    folder.write("f.csv", "feature,folds,frequency\na,5,1\nb,2,0.4\n");
    folder.write("t.csv", "candidate,model,chosen,harrell,se,folds,out,fold_1,fold_2\nx,cox,winner,0.7,0.1,2,,0.6,0.8\ny,rsf,,,,1,slow,0.6,\n");
    let shap = "--shap s.csv --table test.csv";
    let partial = "partial-dependence --model m.json --table test.csv --feature original_glcm_Contrast";
    for figure in [
        format!("shap {shap} --shown 1"),
        format!("shap-dependence {shap} --feature original_glcm_Contrast"),
        format!("shap-dependence {shap} --feature original_glcm_Contrast --colour none"),
        format!("shap-dependence {shap} --feature original_glcm_Contrast --colour months"),
        format!("shap-waterfall {shap} --case P130"),
        partial.to_string(),
        format!("{partial} --time 20 --centred"),
        format!("{partial} --time 20 --local-effects"),
        "selection-frequency --table f.csv --threshold 0.5".to_string(),
        "tuning --table t.csv".to_string(),
    ] {
        folder.run(&format!("plot {figure} --unit months --out f.svg")).expect(0).says(&["wrote f.svg"]);
        let svg = folder.text("f.svg");
        assert!(svg.starts_with("<svg") && !svg.contains("NaN"), "{figure}");
    }
    let wrong = |figure: &str, status: i32, says: &str| {
        folder.run(&format!("plot {figure} --out f.svg")).expect(status).says(&[says]);
    };
    wrong("shap --shap f.csv --table test.csv", 1, "radsurv importance --shap");
    wrong("shap --shap s.csv --table train.csv", 1, "no row for the case P120");
    wrong(&format!("shap-dependence {shap} --feature Contrast"), 1, "SHAP values are asked for is Contrast");
    wrong(&format!("shap-waterfall {shap} --case P1"), 1, "the case P1");
    wrong("partial-dependence --model m.json --table test.csv --feature dead", 1, "no column dead");
    wrong("selection-frequency --table f.csv --column feature", 1, "no number");
}
