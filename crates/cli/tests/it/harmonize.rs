//! `radsurv harmonize`: what is learned from one table changes others, and says so.

use std::fmt::Write as _;

use crate::support::Folder;
use radsurv_data::FeatureTable;

/// A table of cases of two centres, the second of which measures twice as much and 100 more.
fn centres(folder: &Folder, name: &str, cases: std::ops::Range<usize>, centre: impl Fn(usize) -> &'static str) {
    let mut text = "case_id,image,centre,age,split,original_glcm_Contrast,original_glcm_Id,time\n".to_string();
    for i in cases {
        let age = 40 + i * 37 % 31;
        let own = (i * 7919 % 101) as f64 / 10.0 + age as f64 / 5.0;
        let here = centre(i);
        let value = if here == "2" { 2.0 * own + 100.0 } else { own };
        let split = if i % 4 == 3 { "test" } else { "train" };
        let _ = writeln!(text, "P{i},i{i}.nii,{here},{age},{split},{value},{},{}", (i * 31 % 17) as f64, i * 10);
    }
    folder.write(name, text);
}

fn mean(table: &FeatureTable, feature: &str, cases: impl Iterator<Item = usize>) -> f64 {
    let values: Vec<f64> = cases.map(|case| table.column(feature).unwrap()[case]).collect();
    values.iter().sum::<f64>() / values.len() as f64
}

fn features(folder: &Folder, name: &str) -> FeatureTable {
    let table = folder.table(name);
    FeatureTable::from_table(&table, &["original_glcm_Contrast", "original_glcm_Id", "time"]).unwrap()
}

#[test]
fn a_batch_effect_learned_from_training_cases_is_taken_out_of_others() {
    let folder = Folder::new();
    let centre = |i: usize| if i.is_multiple_of(2) { "1" } else { "2" };
    centres(&folder, "train.csv", 0..60, centre);
    centres(&folder, "test.csv", 60..100, centre);
    let fit = "harmonize fit --table train.csv --batch centre --covariates age --method combat-no-eb --out H.json";
    let run = folder.run(fit);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("learned from 60 cases and 2 features\ncentre (cases): 1 (30), 2 (30)\n"),
        "{}",
        run.stderr
    );
    let run = folder.run("harmonize apply --model H.json --table test.csv --out out.csv");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stderr.contains("40 cases adjusted"), "{}", run.stderr);

    let (before, after) = (features(&folder, "test.csv"), features(&folder, "out.csv"));
    let difference = |t: &FeatureTable| {
        let of = |odd| mean(t, "original_glcm_Contrast", (0..40).filter(move |i| i % 2 == odd));
        of(1) - of(0)
    };
    assert!(difference(&before) > 100.0);
    assert!(difference(&after).abs() < 5.0, "{}", difference(&after));
    // What is no feature is as it was.
    assert_eq!(after.column("time"), before.column("time"));
    let out = folder.table("out.csv");
    assert_eq!(out.columns()[..5], ["case_id", "image", "centre", "age", "split"]);
    assert_eq!(out.columns().last().unwrap(), "harmonisation");
    let per_feature = folder.text("H.features.csv");
    assert!(per_feature.starts_with("feature,adjusted,reason,mean,sd,shift_1,factor_1,shift_2,factor_2\n"));
    let model = folder.text("H.json");
    assert!(!model.contains("P3") && !model.contains("i3.nii"), "a model must not hold cases");
}

#[test]
fn the_effect_is_measured_and_drawn_and_other_harmonisations_are_applied_as_they_say() {
    let folder = Folder::new();
    centres(&folder, "t.csv", 0..60, |i| if i.is_multiple_of(2) { "1" } else { "2" });
    for (method, columns) in [("--batch centre --method covbat", 1), ("--batch centre,split --method combat-no-eb", 2)]
    {
        folder.run(&format!("harmonize fit --table t.csv {method} --out H.json")).expect(0);
        folder.run("harmonize apply --model H.json --table t.csv --out out.csv").expect(0);
        let added = folder.table("out.csv").columns().iter().filter(|c| c.starts_with("harmonisation")).count();
        assert_eq!(added, columns, "{method}");
    }
    let run = folder
        .run("harmonize effect --before t.csv --after out.csv --batch centre --out effect.csv --figure effect.svg")
        .expect(0)
        .says(&["before: 1 of 2 features differ", "after: 0 of 2 features differ"]);
    assert!(run.stderr.contains("drew effect.svg"));
    assert!(folder.text("effect.svg").starts_with("<svg "));
    assert!(folder.text("effect.csv").starts_with("feature,F_before,F_p_before"));
    folder.run("harmonize fit --table t.csv --batch centre,split --reference 1 --out N.json").expect(2);
}

#[test]
fn cases_of_an_unseen_batch_are_refused_passed_or_estimated_as_asked() {
    let folder = Folder::new();
    centres(&folder, "train.csv", 0..40, |i| if i.is_multiple_of(2) { "1" } else { "2" });
    centres(&folder, "other.csv", 40..60, |i| if i.is_multiple_of(2) { "1" } else { "3" });
    let outcome = |unseen: &str| {
        let fit = format!(
            "harmonize fit --table train.csv --batch centre --unseen {unseen} --method combat-no-eb --out H.json"
        );
        assert_eq!(folder.run(&fit).status, 0);
        let _ = std::fs::remove_file(folder.path("out.csv"));
        folder.run("harmonize apply --model H.json --table other.csv --out out.csv")
    };
    let refused = outcome("error");
    assert_eq!(refused.status, 1);
    assert!(refused.stderr.contains("centre 3") && refused.stderr.contains("P41"), "{}", refused.stderr);
    assert!(!folder.has("out.csv"));

    let passed = outcome("pass");
    assert!(passed.stderr.contains("10 cases passed: unseen batch 3"), "{}", passed.stderr);
    let out = folder.table("out.csv");
    assert_eq!(out.rows()[1].cells.last().unwrap(), "passed: unseen batch 3");
    let name = "original_glcm_Contrast";
    assert_eq!(
        features(&folder, "out.csv").column(name).unwrap()[1],
        features(&folder, "other.csv").column(name).unwrap()[1]
    );

    let estimated = outcome("estimate");
    assert_eq!(estimated.status, 0, "{}", estimated.stderr);
    assert!(estimated.stderr.contains("transductive"), "{}", estimated.stderr);
}

#[test]
fn a_z_score_is_learned_from_the_training_rows_of_a_table() {
    let folder = Folder::new();
    centres(&folder, "all.csv", 0..40, |_| "1");
    let run = folder.run("harmonize zscore fit --table all.csv --only split=train --out Z.json");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stderr.contains("2 features from 30 cases"), "{}", run.stderr);
    let run = folder.run("harmonize zscore apply --model Z.json --table all.csv --out out.csv");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let out = features(&folder, "out.csv");
    assert!(mean(&out, "original_glcm_Id", (0..40).filter(|i| i % 4 != 3)).abs() < 1e-12);
    assert!(mean(&out, "original_glcm_Id", 0..40).abs() > 1e-3);
}

#[test]
fn what_cannot_be_learned_is_explained_and_nothing_is_written() {
    let folder = Folder::new();
    centres(&folder, "t.csv", 0..20, |i| if i.is_multiple_of(2) { "1" } else { "2" });
    centres(&folder, "one.csv", 0..20, |_| "1");
    folder.write("text.csv", "case_id,centre,original_glcm_Id\nP1,1,0.5\nP2,2,high\n");
    folder.write("few.csv", "case_id,centre,original_glcm_Contrast\nP1,1,0.5\n");
    for (arguments, status, expected) in [
        ("fit --table one.csv --batch centre --out H.json", 1, "all training cases are in one batch"),
        ("fit --table t.csv --batch center --out H.json", 1, "has no column center"),
        ("fit --table t.csv --batch centre --covariates centre --out H.json", 1, "centre"),
        ("fit --table t.csv --batch centre --categories age --out H.json", 2, "covariates"),
        ("fit --table t.csv --batch centre --reference 9 --out H.json", 1, "is to be the reference"),
        ("fit --table text.csv --batch centre --out H.json", 1, "line 3: original_glcm_Id is \"high\""),
        ("fit --table t.csv --batch centre --only split=validation --out H.json", 1, "no case has \"validation\""),
        ("fit --table t.csv --batch centre --features ^nothing --out H.json", 1, "no column matches"),
    ] {
        let run = folder.run(&format!("harmonize {arguments}"));
        assert_eq!(run.status, status, "{arguments}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{arguments}: {}", run.stderr);
        assert!(!folder.has("H.json") && !folder.has("H.features.csv"), "{arguments}");
    }
    assert_eq!(folder.run("harmonize fit --table t.csv --batch centre --out H.json").status, 0);
    let run = folder.run("harmonize apply --model H.json --table few.csv --out out.csv");
    assert!(run.stderr.contains("1 missing (original_glcm_Id)"), "{}", run.stderr);
    let run = folder.run("harmonize zscore apply --model H.json --table t.csv --out out.csv");
    assert!(run.stderr.contains("radsurv-combat where radsurv-zscore is expected"), "{}", run.stderr);
    assert!(!folder.has("out.csv"));
}

#[test]
fn features_are_selected_on_one_table_and_taken_from_another() {
    let folder = Folder::new();
    let table = |cases: std::ops::Range<usize>| {
        let mut text =
            "case_id,centre,original_glcm_Contrast,original_glcm_Id,original_glcm_Idm,original_glcm_Idn\n".to_string();
        for i in cases {
            let (a, b) = (i * 7919 % 101, i * 31 % 17);
            let _ = writeln!(text, "P{i},1,{a},{},{b},{}", a * a + 3, u8::from(i == 3));
        }
        text
    };
    folder.write("train.csv", table(0..60));
    folder.write("test.csv", table(60..70));
    let run = folder.run("select --table train.csv --near-zero --out kept.csv").expect(0);
    assert!(
        run.stderr.contains("2 of 4 features are kept; 1 went for other reasons than redundancy"),
        "{}",
        run.stderr
    );
    let kept = folder.text("kept.csv");
    assert!(kept.starts_with("feature,keep,reason\n"), "{kept}");
    assert!(kept.contains("false,spearman 1 with original_glcm_"), "{kept}");
    assert!(kept.contains("original_glcm_Idn,false,\"nearly constant: 2 values"), "{kept}");
    folder.run("select --apply kept.csv --table test.csv --out small.csv").expect(0);
    assert_eq!(folder.table("small.csv").columns().len(), 4);

    // The better of two stays, among those that an earlier decision has kept.
    folder.write("icc.csv", "feature,icc,keep\noriginal_glcm_Contrast,0.8,true\noriginal_glcm_Id,0.9,true\noriginal_glcm_Idm,0.2,false\noriginal_glcm_Idn,0.9,true\n");
    folder.run("select --table train.csv --rule prefer --scores icc.csv:icc --among icc.csv --out kept.csv").expect(0);
    let kept = folder.text("kept.csv");
    assert!(kept.contains("original_glcm_Contrast,false,spearman 1 with original_glcm_Id\n"), "{kept}");
    assert!(kept.contains("original_glcm_Idm,false,not kept in icc.csv\n"), "{kept}");

    for (arguments, status, words) in [
        ("--table train.csv --rule prefer", 2, "--scores FILE:COLUMN"),
        ("--table train.csv --threshold 1.5", 1, "give 0 to 1"),
        ("--table train.csv --among kept2.csv", 1, "kept2.csv"),
        ("--table train.csv --scores icc.csv:icc", 2, "--rule prefer"),
        ("--table train.csv --apply kept.csv --threshold 0.5", 2, "cannot be used with"),
        ("--table train.csv --rule prefer --scores icc.csv:keep", 1, "keep is \"true\", which is no number"),
    ] {
        folder.run(&format!("select {arguments} --out no.csv")).expect(status).says(&[words]);
        assert!(!folder.has("no.csv"), "{arguments}");
    }
}
