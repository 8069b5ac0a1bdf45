//! The questionnaires: their sums as published, answers from files and runs, what is missing.

use radsurv_eval::Error;
use radsurv_eval::quality::metrics::{CONDITIONS, Condition, Quality};
use radsurv_eval::quality::rqs::Scoring;
use radsurv_eval::quality::{
    ClearAnswer, CutOff, FromRun, Metrics, Questionnaires, Rqs, RqsAnswer, Validation, clear, metrics, rqs, template,
};

fn parts(ids: &[&str]) -> RqsAnswer {
    RqsAnswer::Parts(ids.iter().map(|id| id.to_string()).collect())
}

fn answered(best: bool) -> Rqs {
    let mut rqs = Rqs::default();
    for found in &rqs::ITEMS {
        let answer = match (found.scoring, best) {
            (Scoring::YesNo { .. }, yes) => RqsAnswer::YesNo(yes),
            (Scoring::Sum(all) | Scoring::Best { parts: all, .. }, true) => {
                RqsAnswer::Parts(all.iter().map(|part| part.id.to_string()).collect())
            }
            (_, false) => parts(&[]),
        };
        rqs.set(found.item.id, answer, None).unwrap();
    }
    rqs
}

#[test]
fn rqs_is_from_minus_8_to_36() {
    let (best, worst) = (answered(true).result(), answered(false).result());
    assert_eq!((best.points, best.percent), (Some(36), Some(100.0)));
    assert_eq!((worst.points, worst.percent), (Some(-8), Some(0.0)));
    // The ranges of the items as published: European Radiology 34 (2024) 5802-5815, table 1.
    let most: Vec<i32> = rqs::ITEMS.iter().map(|found| *found.scoring.range().end()).collect();
    assert_eq!(most, [2, 1, 1, 1, 3, 1, 1, 1, 2, 2, 7, 5, 2, 2, 1, 4]);
    let least: Vec<i32> = rqs::ITEMS.iter().map(|found| *found.scoring.range().start()).collect();
    assert_eq!(least, [0, 0, 0, 0, -3, 0, 0, 0, 0, 0, 0, -5, 0, 0, 0, 0]);
    let numbers: Vec<u8> = rqs::ITEMS.iter().map(|found| found.item.number).collect();
    assert_eq!(numbers, (1..=16).collect::<Vec<u8>>());
    // Of validation the best counts, not the sum.
    let mut rqs = answered(false);
    rqs.set("validation", parts(&["same_institute", "two_institutes", "published_signature"]), None).unwrap();
    assert_eq!(rqs.result().points, Some(-8 + 5 + 4));
    // 22 points, as a retrospective study of three centres with an open code may have.
    let text = "[rqs]\nimage_protocol = [\"documented\"]\nmultiple_segmentations = true\nphantom_study = false\n\
        multiple_time_points = false\nfeature_reduction = true\nnon_radiomics_features = true\nbiological_correlates = true\n\
        cut_off = true\ndiscrimination = [\"reported\", \"resampled\"]\ncalibration = [\"reported\", \"resampled\"]\n\
        prospective = false\nvalidation = [\"two_institutes\"]\ngold_standard = true\nclinical_utility = true\n\
        cost_effectiveness = false\nopen_science = [\"code\", \"features\"]\n";
    let result = Questionnaires::from_toml(text, "q.toml").unwrap().rqs.result();
    assert_eq!((result.points, result.missing.len()), (Some(22), 0));
    assert_eq!(result.table().rows.len(), 17);
}

/// The arithmetic of the authors' tool.
#[test]
fn metrics_is_the_weight_of_what_applies() {
    let total: u32 = metrics::ITEMS.iter().map(|found| found.weight).sum();
    assert_eq!((total, metrics::ITEMS.len()), (10_000, 30));
    // The categories by descending weight, as the abstract has them.
    let mut categories: Vec<(&str, u32)> = Vec::new();
    for found in &metrics::ITEMS {
        match categories.iter_mut().find(|(name, _)| *name == found.category) {
            Some((_, weight)) => *weight += found.weight,
            None => categories.push((found.category, found.weight)),
        }
    }
    categories.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    let order = [
        "Study design",
        "Imaging data",
        "Image processing and feature extraction",
        "Metrics and comparison",
        "Testing",
        "Feature processing",
        "Preparation for modelling",
        "Segmentation",
        "Open science",
    ];
    assert_eq!(categories.iter().map(|(name, _)| *name).collect::<Vec<&str>>(), order);
    let mut filled = Metrics::default();
    for (condition, item) in &CONDITIONS {
        let holds = !matches!(condition, Condition::AutomaticSegmentation | Condition::EndToEnd);
        filled.set(item.id, holds, None).unwrap();
    }
    let no =
        ["interval", "confounding", "single_imaging", "internal_testing", "open_data", "open_model", "eligibility"];
    for found in metrics::ITEMS
        .iter()
        .filter(|found| !matches!(found.condition, Some(Condition::AutomaticSegmentation | Condition::EndToEnd)))
    {
        filled.set(found.item.id, !no.contains(&found.item.id), None).unwrap();
    }
    let result = filled.result();
    // 1 - (0.0292 + 0.0300 + 0.0117 + 0.0375 + 0.0075 + 0.0075 + 0.0735) / (1 - 0.0225 - 0.0200)
    let expected = 100.0 * (1.0 - 0.1969 / 0.9575);
    assert!((result.score.unwrap() - expected).abs() < 1e-10 && result.missing.is_empty());
    assert_eq!((result.quality, result.lowest, result.highest), (Some(Quality::Good), expected, expected));
    filled.set("eligibility", true, None).unwrap();
    filled.set("internal_testing", true, None).unwrap();
    assert_eq!(filled.result().quality, Some(Quality::Excellent));
    // Answers to what does not apply do not count.
    filled.set("automatic_evaluation", false, None).unwrap();
    assert_eq!(filled.result().ignored, ["automatic_evaluation"]);
    assert!(filled.result().score > Some(expected));
    for (score, quality) in
        [(19.94, "very low"), (19.96, "low"), (40.0, "moderate"), (79.9, "good"), (80.3, "excellent")]
    {
        assert_eq!(Quality::of(score).name(), quality, "{score}");
    }
}

#[test]
fn without_segmentation_nothing_of_it_applies() {
    let mut filled = Metrics::default();
    filled.set("segmentation", false, None).unwrap();
    filled.set("automatic_segmentation", true, None).unwrap();
    assert_eq!(filled.holds(Condition::AutomaticSegmentation), Some(false));
    let result = filled.result();
    assert!(result.rows[7..10].iter().all(|row| row.applies == Some(false)));
    assert!(!result.missing.contains(&"segmentation_method") && result.missing.contains(&"tabular"));
    assert_eq!((result.score, result.lowest, result.highest), (None, 0.0, 100.0));
    // An unanswered condition makes a range of the scores with and without its items.
    for (_, item) in CONDITIONS.iter().filter(|(c, _)| !matches!(c, Condition::EndToEnd)) {
        filled.set(item.id, item.id == "tabular" || item.id == "hand_crafted", None).unwrap();
    }
    for found in &metrics::ITEMS {
        filled.set(found.item.id, true, None).unwrap();
    }
    filled.set("deep_robustness", false, None).unwrap();
    let result = filled.result();
    assert_eq!((result.missing, result.highest), (vec!["end_to_end"], 100.0));
    let most = 1.0 - 0.0337 - 0.0225 - 0.0112;
    assert!((result.lowest - 100.0 * (most - 0.02) / most).abs() < 1e-10);
}

#[test]
fn clear_counts() {
    assert_eq!(clear::ITEMS.map(|found| usize::from(found.item.number)).to_vec(), (1..=58).collect::<Vec<usize>>());
    assert_eq!(clear::ITEMS.iter().filter(|found| !found.essential).count(), 2);
    let text = "[clear]\ntitle = \"yes\"\nkeywords = { answer = \"no\", note = \"page 2\" }\nopen_system = \"no\"\nethics = \"n/a\"\n";
    let filled = Questionnaires::from_toml(text, "q.toml").unwrap().clear;
    let result = filled.result();
    assert_eq!((result.yes, result.no, result.not_applicable, result.missing.len()), (1, 2, 1, 54));
    assert_eq!(result.to_do, ["keywords"]);
    assert!(result.table().to_markdown().contains("| 3 | Keywords | Keywords | no | file | page 2 |"));
    assert!(filled.text().contains("1 of 58 items reported"));
}

#[test]
fn keys_are_unique_and_the_template_asks_everything() {
    let mut ids: Vec<&str> = clear::ITEMS.iter().map(|found| found.item.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 58);
    let template = template();
    // As it is, nothing is answered; without the signs before answers, everything.
    let empty = Questionnaires::from_toml(&template, "template").unwrap();
    assert_eq!(empty.clear.result().missing.len(), 58);
    let line = |line: &str| match line.strip_prefix("# ") {
        Some(answer)
            if answer
                .split_once(" = ")
                .is_some_and(|(key, _)| key.chars().all(|c| c.is_alphanumeric() || c == '_')) =>
        {
            format!("{answer}\n")
        }
        _ => format!("{line}\n"),
    };
    let filled = Questionnaires::from_toml(&template.lines().map(line).collect::<String>(), "template").unwrap();
    assert_eq!(filled.rqs.result().points, Some(36));
    assert_eq!(filled.metrics.result().score, Some(100.0));
    assert_eq!(filled.clear.result().yes, 58);
}

#[test]
fn a_run_answers_what_it_knows_and_a_file_counts() {
    let run = FromRun {
        segmentation: Some(true),
        hand_crafted: Some(true),
        features_reduced: Some(true),
        segmentations_compared: Some(false),
        cut_off: Some(CutOff::Selected),
        discrimination: Some(true),
        discrimination_resampled: Some(true),
        calibration: Some(true),
        validation: Some(Validation::AnotherInstitute),
        decision_curves: Some(false),
        centres: Some(2),
        ..FromRun::default()
    };
    let text = "[rqs]\nvalidation = [\"two_institutes\"]\n[clear]\ndimension_reduction = \"no\"\n";
    let mut filled = Questionnaires::from_toml(text, "q.toml").unwrap();
    filled.fill(&run);
    let points = |id: &str| filled.rqs.result().rows.iter().find(|row| row.item.id == id).unwrap().points;
    assert_eq!(points("feature_reduction"), Some(3));
    assert_eq!(points("multiple_segmentations"), Some(0));
    assert_eq!(points("discrimination"), Some(2));
    // What a run does not know stays open: other evidence may be in the paper.
    assert_eq!((points("cut_off"), points("clinical_utility"), points("calibration")), (None, None, None));
    assert_eq!(points("validation"), Some(4), "the file");
    assert_eq!(filled.rqs.answers().contradictions(), ["validation"]);
    assert!(filled.rqs.text().contains("The run says otherwise than the file, which counts: validation."));
    assert_eq!(filled.clear.answers().get("dimension_reduction").unwrap().answer, ClearAnswer::No);
    let metric = |id: &str| filled.metrics.answers().get(id).map(|given| given.answer);
    assert_eq!((metric("external_testing"), metric("internal_testing")), (Some(true), None));
    assert_eq!((metric("multi_centre"), metric("robust_features")), (Some(true), Some(false)));
    assert_eq!(filled.metrics.holds(Condition::Tabular), Some(true));
    // Filling twice changes nothing but what the run learned.
    let before = filled.rqs.result();
    filled.fill(&FromRun::default());
    assert_eq!(filled.rqs.result(), before);
    assert!(serde_json::to_string(&filled).unwrap().contains("\"source\":\"run\""));
}

#[test]
fn mistakes_in_files_are_named() {
    let error = |text: &str| Questionnaires::from_toml(text, "q.toml").unwrap_err();
    assert!(matches!(error("[rsq]\n"), Error::Unknown { .. }));
    assert!(matches!(error("[rqs]\nphantom = true\n"), Error::Unknown { .. }));
    assert!(error("[rqs]\nphantom_study = \"yes\"\n").to_string().contains("true or false"));
    assert!(error("[rqs]\nphantom_study = [\"yes\"]\n").to_string().contains("true or false"));
    assert!(error("[rqs]\nvalidation = true\n").to_string().contains("[] for nothing"));
    assert!(matches!(error("[rqs]\nvalidation = [\"mars\"]\n"), Error::Unknown { .. }));
    assert!(matches!(error("[rqs]\nvalidation = { answer = [], remark = \"x\" }\n"), Error::Unknown { .. }));
    assert!(error("[rqs]\nvalidation = { note = \"x\" }\n").to_string().contains("answer = ..."));
    assert!(matches!(error("[metrics]\nsegmentation = true\n"), Error::Unknown { .. }), "it is a condition");
    assert!(matches!(error("[metrics.conditions]\nopen_data = true\n"), Error::Unknown { .. }));
    assert!(error("[clear]\ntitle = true\n").to_string().contains("\"n/a\""));
    assert!(error("rqs = 1\n").to_string().contains("[rqs]"));
    assert!(error("[rqs\n").to_string().starts_with("q.toml: "));
}
