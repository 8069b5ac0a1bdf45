//! Cohorts: threads, interruption, failures.

use std::time::{Duration, Instant};

use crate::support::{Folder, column, numbers};

const RUN: &str = "extract --cases cases.csv --ring 8 --out t.csv";

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = Folder::cohort(4);
    for (layout, name) in [("long", "t.csv"), ("wide", "t.csv"), ("pyradiomics", "t.csv"), ("long", "t.json")] {
        let ring = if layout == "pyradiomics" { "" } else { "--ring 8" };
        let bytes = |jobs: u32| {
            folder
                .run(&format!(
                    "extract --cases cases.csv --layout {layout} {ring} --diagnostics --jobs {jobs} --out {name}"
                ))
                .expect(0);
            folder.text(name)
        };
        let one = bytes(1);
        assert!(one.contains("P4"));
        assert_eq!(one, bytes(2));
        assert_eq!(one, bytes(7));
    }
}

#[test]
fn an_interrupted_run_goes_on_and_ends_the_same() {
    let folder = Folder::cohort(4);
    folder.run(RUN).expect(0);
    let (table, journal) = (folder.text("t.csv"), folder.text("t.csv.journal"));
    // A header, a list of names, a line per case.
    let ends: Vec<usize> = journal.match_indices('\n').map(|(i, _)| i + 1).collect();
    assert_eq!(ends.len(), 6);
    for (length, finished) in [
        (journal.len(), 4),
        (journal.len() - 1, 3),
        (ends[4], 3),
        (ends[3] + 200, 2),
        (ends[1], 0),
        (ends[1] - 5, 0),
        (ends[0], 0),
        (ends[0] / 2, 0),
        (0, 0),
    ] {
        std::fs::remove_file(folder.path("t.csv")).unwrap();
        folder.write("t.csv.journal", &journal.as_bytes()[..length]);
        let run = folder.run(&format!("{RUN} --resume")).expect(0);
        if finished > 0 {
            assert!(run.stderr.contains(&format!("{finished} of 4 cases were finished before")), "{}", run.stderr);
        }
        assert_eq!(run.stderr.matches(" s\n").count(), 4 - finished, "{}", run.stderr);
        assert_eq!(folder.text("t.csv"), table, "cut at {length}");
        // The journal is whole again, and in other layouts nothing is computed anew.
        let wide = folder.run(&format!("{RUN} --resume --layout wide")).expect(0);
        assert!(wide.stderr.starts_with("4 of 4 cases were finished before\nwrote t.csv"), "{}", wide.stderr);
    }
    // Without a journal --resume begins.
    std::fs::remove_file(folder.path("t.csv.journal")).unwrap();
    folder.run(&format!("{RUN} --resume")).expect(0);
    assert_eq!(folder.text("t.csv"), table);
}

#[test]
fn what_is_finished_is_taken_from_the_journal() {
    let folder = Folder::cohort(2);
    folder.run(RUN).expect(0);
    let mean = column(&folder.table("t.csv"), "original_firstorder_Mean")[0].to_string();
    let journal = folder.text("t.csv.journal");
    assert!(journal.contains(&format!(" {mean} ")));
    folder.write("t.csv.journal", journal.replace(&format!(" {mean} "), " 12345.5 "));
    folder.run(&format!("{RUN} --resume")).expect(0);
    assert_eq!(numbers(&folder.table("t.csv"), "original_firstorder_Mean")[0], 12345.5);
    // Without --resume everything is computed.
    folder.run(RUN).expect(0);
    assert_eq!(column(&folder.table("t.csv"), "original_firstorder_Mean")[0], mean);
}

#[test]
fn a_killed_run_loses_the_cases_in_flight_only() {
    let folder = Folder::cohort(6);
    let params = "imageType: {Original: {}, Wavelet: {}, LoG: {sigma: [3.0]}}\n";
    folder.write("p.yaml", params);
    let args = format!("{RUN} --params p.yaml --jobs 1");
    folder.run(&args).expect(0);
    let table = folder.text("t.csv");
    for file in ["t.csv", "t.csv.journal"] {
        std::fs::remove_file(folder.path(file)).unwrap();
    }
    let mut child = folder.command().args(args.split_whitespace()).arg("--quiet").spawn().unwrap();
    let begin = Instant::now();
    // Whole lines: the last one may be half written.
    let lines = || {
        let journal = std::fs::read(folder.path("t.csv.journal")).unwrap_or_default();
        journal.split_inclusive(|b| *b == b'\n').filter(|l| l.starts_with(b"{\"case\"") && l.ends_with(b"\n")).count()
    };
    while lines() < 2 && begin.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let finished = lines();
    assert!(finished >= 2);
    folder.run(&format!("{args} --resume")).expect(0).says(&[&format!("{finished} of 6 cases were finished before")]);
    assert_eq!(folder.text("t.csv"), table);
}

#[test]
fn other_settings_are_not_mixed_in() {
    let folder = Folder::cohort(2);
    folder.write("p.yaml", "setting: {binWidth: 10}\n");
    folder.run(RUN).expect(0);
    let before = (folder.text("t.csv"), folder.text("t.csv.journal"));
    for (change, words) in [
        (format!("{RUN} --params p.yaml"), vec!["t.csv.journal: cannot resume", "binWidth: 10", "without --resume"]),
        (RUN.replace("--ring 8", "--ring 9"), vec!["cannot resume", "begun with --ring 8, now it runs with --ring 9"]),
        (format!("{RUN} --diagnostics"), vec!["cannot resume", "additionalInfo"]),
    ] {
        folder.run(&format!("{change} --resume")).expect(1).says(&words);
        assert_eq!((folder.text("t.csv"), folder.text("t.csv.journal")), before);
    }
    folder.write("t.csv.journal", "ID,Age\nP1,63\n");
    folder.run(&format!("{RUN} --resume")).expect(1).says(&["t.csv.journal, line 1", "not a journal"]);
}

#[test]
fn changed_files_labels_and_rows_are_computed_again() {
    let folder = Folder::cohort(3);
    folder.run(RUN).expect(0);
    folder.phantom("P2", 77);
    folder.run(&format!("{RUN} --resume")).expect(0).says(&["2 of 3 cases were finished before"]);
    let resumed = folder.text("t.csv");
    folder.run(RUN).expect(0);
    assert_eq!(folder.text("t.csv"), resumed);

    // A label, an order, a new case, other text in a carried column.
    folder.phantom("P4", 4);
    let row = |n: u32, site: &str, label: &str| format!("P{n},P{n}_image.nii.gz,{site},P{n}_mask.nii.gz,{label}\n");
    let rows = [row(3, "new site", ""), row(4, "b", ""), row(1, "c", "2"), row(2, "d", "1")].concat();
    folder.write("cases.csv", format!("ID,Image,Site,Mask,Label\n{rows}"));
    folder.run(&format!("{RUN} --resume")).expect(0).says(&["2 of 4 cases were finished before"]);
    let resumed = folder.text("t.csv");
    folder.run(RUN).expect(0);
    assert_eq!(folder.text("t.csv"), resumed);
    let table = folder.table("t.csv");
    assert_eq!(column(&table, "case_id"), ["P3", "P3", "P4", "P4", "P1", "P1", "P2", "P2"]);
    assert_eq!(column(&table, "Site")[0], "new site");
}

#[test]
fn failed_cases_are_listed_and_tried_again() {
    let folder = Folder::cohort(3);
    folder.run(RUN).expect(0);
    let whole = folder.text("t.csv");
    let image = std::fs::read(folder.path("P2_image.nii.gz")).unwrap();
    folder.write("P2_image.nii.gz", &image[..1000]);
    folder.run(RUN).expect(3).says(&["P2: failed: ", "P2_image.nii.gz", "1 of 3 cases failed, see t.failed.csv"]);
    assert_eq!(column(&folder.table("t.csv"), "case_id"), ["P1", "P1", "P3", "P3"]);
    let failed = folder.table("t.failed.csv");
    assert_eq!(failed.columns(), ["case_id", "image", "mask", "label", "region", "reason"]);
    assert_eq!(failed.rows()[0].cells[..5], ["P2", "P2_image.nii.gz", "P2_mask.nii.gz", "1", ""]);

    folder.write("P2_image.nii.gz", &image);
    folder.run(&format!("{RUN} --resume")).expect(0).says(&["2 of 3 cases were finished before"]);
    assert_eq!(folder.text("t.csv"), whole);
    assert!(!folder.has("t.failed.csv"));
}

#[test]
fn one_region_may_fail_and_the_others_stay() {
    let folder = Folder::cohort(2);
    // The node of P1 becomes one voxel.
    let mut phantom = folder.phantom("P1", 1);
    let node = phantom.labels.iter().position(|&l| l == 2).unwrap();
    phantom.labels.iter_mut().for_each(|l| *l = u8::from(*l == 1));
    phantom.labels[node] = 2;
    folder.mask("P1_mask.nii.gz", phantom.size, phantom.spacing, phantom.labels);
    folder.run("extract --cases cases.csv --labels 1,2,5 --out t.csv").expect(3);
    let table = folder.table("t.csv");
    assert_eq!(column(&table, "case_id"), ["P1", "P2", "P2"]);
    let failed = folder.table("t.failed.csv");
    assert_eq!(column(&failed, "case_id"), ["P1", "P1", "P2"]);
    assert_eq!(column(&failed, "label"), ["5", "2", "5"]);
    let reasons = column(&failed, "reason");
    assert!(reasons[0].contains("P1_mask.nii.gz: label 5 is not in the mask; choose from 1, 2"), "{}", reasons[0]);
    assert!(reasons[1].contains("single voxel"), "{}", reasons[1]);

    folder.run("extract --image P1_image.nii.gz --mask P1_mask.nii.gz --labels 1,5 --out one.csv").expect(3);
    assert_eq!(folder.table("one.csv").rows().len(), 1);
    assert_eq!(column(&folder.table("one.failed.csv"), "label"), ["5"]);
}

#[test]
fn all_cases_may_fail() {
    let folder = Folder::cohort(2);
    folder.run("extract --cases cases.csv --label 9 --out t.csv").expect(3).says(&["2 of 2 cases failed"]);
    assert_eq!(folder.table("t.csv").columns(), ["case_id", "image", "mask", "label", "region", "Site"]);
    assert_eq!(folder.table("t.failed.csv").rows().len(), 2);
    folder.run("extract --cases cases.csv --label 9 --layout wide --out t.csv").expect(3);
    folder.run("extract --cases cases.csv --label 9 --out t.json").expect(3);
    assert!(folder.text("t.json").contains("label 9 is not in the mask"));
}

#[test]
fn rows_of_one_image_are_told_apart() {
    let folder = Folder::cohort(2);
    folder.write(
        "cases.csv",
        "ID,Image,Mask,Label\na,P1_image.nii.gz,P1_mask.nii.gz,1\nb,P2_image.nii.gz,P2_mask.nii.gz,1\n\
         c,P1_image.nii.gz,none.nii.gz,1\nd,P1_image.nii.gz,P1_mask.nii.gz,2\ne,P1_image.nii.gz,P2_mask.nii.gz,1\n",
    );
    folder.run("extract --cases cases.csv --out t.csv").expect(3);
    let table = folder.table("t.csv");
    assert_eq!(column(&table, "case_id"), ["a", "b", "d", "e"]);
    assert_eq!(column(&folder.table("t.failed.csv"), "case_id"), ["c"]);
    for (row, args) in [(0, "P1 --label 1"), (2, "P1 --label 2"), (3, "P2 --label 1")] {
        let (mask, label) = args.split_once(' ').unwrap();
        folder
            .run(&format!("extract --image P1_image.nii.gz --mask {mask}_mask.nii.gz {label} --out one.csv"))
            .expect(0);
        assert_eq!(folder.table("one.csv").rows()[0].cells[5..], table.rows()[row].cells[5..]);
    }
}

#[test]
fn paths_are_relative_to_the_cohort_file() {
    let folder = Folder::cohort(1);
    std::fs::create_dir(folder.path("elsewhere")).unwrap();
    std::fs::create_dir(folder.path("results")).unwrap();
    folder.write("elsewhere/c.csv", "ID,Image,Mask\nP1,../P1_image.nii.gz,../P1_mask.nii.gz\n");
    folder.run("extract --cases elsewhere/c.csv --out results/t.csv").expect(0);
    assert_eq!(column(&folder.table("results/t.csv"), "image"), ["../P1_image.nii.gz"]);
}
