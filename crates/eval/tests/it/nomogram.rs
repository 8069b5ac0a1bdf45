//! Nomograms against rms: reference/nomogram.R; the page that computes against the same numbers, where node is there.

use std::process::Command;

use crate::support::tables::{column, golden};
use proptest::prelude::*;
use radsurv_data::saved::Saved;
use radsurv_data::{Covariate, Covariates, Groups, Survival};
use radsurv_eval::nomogram::{BaselineSurvival, Nomogram, NomogramModel, NomogramSettings};
use radsurv_stats::terms::{Coding, Knots, Terms, Value};
use radsurv_testkit::compare::{assert_close, relative_difference};
use radsurv_testkit::golden::{Golden, number};
use serde_json::Value as Json;

const LABELS: [&str; 3] = ["sex", "stage", "trt"];
const NUMBERS: [&str; 4] = ["age", "logbili", "albumin", "edema"];

fn words(value: &Json) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

fn data(golden: &Golden) -> (Covariates, Survival) {
    let row = golden.rows.iter().find(|row| row.get("data").is_some()).unwrap();
    let outcome =
        Survival::new(column(&row["time"]), column(&row["event"]).iter().map(|e| *e == 1.0).collect()).unwrap();
    let mut covariates = Covariates::new(outcome.len());
    for name in NUMBERS {
        covariates.add(name, Covariate::Number(column(&row[name]))).unwrap();
    }
    for name in LABELS {
        covariates.add(name, Covariate::Category(Groups::new(words(&row[name]).into_iter().map(Some)))).unwrap();
    }
    (covariates, outcome)
}

fn terms(name: &str) -> Terms {
    let new = Terms::new;
    // The first level of rms is that of the factor, and m of sex.
    let sex = |terms: Terms| terms.category("sex", Some("m"));
    let spline = |terms: Terms, name: &str, knots| terms.spline(name, Knots::Count(knots));
    match name {
        "linear" => sex(new().linear("age").linear("logbili")),
        "splines" => spline(spline(new(), "age", 4), "albumin", 3).category("stage", None).linear("edema"),
        "interaction" => sex(spline(new(), "age", 3)).linear("logbili").interaction("age", "sex"),
        "linear by category" => {
            new().linear("albumin").category("stage", None).linear("logbili").interaction("albumin", "stage")
        }
        "categories" => sex(new().linear("age")).category("stage", None).interaction("sex", "stage"),
        "chain" => sex(new().linear("logbili"))
            .category("trt", None)
            .linear("age")
            .interaction("logbili", "sex")
            .interaction("sex", "trt"),
        "few values" => sex(new().linear("edema")).linear("age").interaction("edema", "sex"),
        "one" => spline(new(), "logbili", 5),
        "maxscale" => sex(new().linear("age")),
        "edema by age" => new().linear("age").linear("edema").linear("logbili").interaction("age", "edema"),
        "numbers" => sex(spline(new(), "age", 3).linear("albumin")).interaction("age", "albumin"),
        other => panic!("{other}"),
    }
}

fn settings(name: &str) -> NomogramSettings {
    let max_points = if name == "maxscale" { 10.0 } else { 100.0 };
    let mut settings = NomogramSettings { max_points, ..NomogramSettings::default() };
    if name == "numbers" {
        settings.interact.insert("albumin".to_string(), vec![2.5, 3.5, 4.2]);
    }
    settings
}

fn one(value: &Json) -> f64 {
    number(value).unwrap()
}

/// The model of a golden row with the coefficients of rms.
fn model(row: &Json, covariates: &Covariates) -> NomogramModel {
    let fitted = terms(row["nomogram"].as_str().unwrap()).fit(covariates).unwrap();
    assert_eq!(fitted.names(), words(&row["names"]));
    let curves = row["curves"].as_array().unwrap();
    let baseline = curves.iter().map(|c| BaselineSurvival { time: one(&c["time"]), survival: one(&c["baseline"]) });
    let range = column(&row["range"]);
    NomogramModel::new(
        fitted,
        column(&row["coefficients"]),
        one(&row["center"]),
        baseline.collect(),
        [range[0], range[1]],
    )
    .unwrap()
}

#[track_caller]
fn close(ours: f64, theirs: f64, scale: f64, tolerance: f64, what: &str) {
    assert!(relative_difference(ours, theirs, scale) <= tolerance, "{what}: {ours} is not {theirs}");
}

fn compare(nomogram: &Nomogram, row: &Json, tolerance: f64) {
    let name = row["nomogram"].as_str().unwrap();
    let axes = row["axes"].as_array().unwrap();
    assert_eq!(nomogram.axes.len(), axes.len(), "{name}");
    for (ours, theirs) in nomogram.axes.iter().zip(axes) {
        let what = format!("{name}: {}", ours.name);
        assert_eq!(ours.name, theirs["name"].as_str().unwrap(), "{name}");
        let values = theirs["values"].as_array().unwrap();
        assert_eq!(ours.ticks.len(), values.len(), "{what}");
        for ((tick, value), points) in ours.ticks.iter().zip(values).zip(column(&theirs["points"])) {
            match &tick.value {
                Value::Level(level) => assert_eq!(Some(level.as_str()), value.as_str()),
                Value::Number(x) => close(*x, one(value), 1.0, 1e-12, &what),
            }
            close(tick.points, points, 1.0, tolerance, &what);
        }
    }
    let all = |ours: Vec<f64>, theirs: Vec<f64>, scale: f64, tolerance: f64, what: &str| {
        assert_eq!(ours.len(), theirs.len(), "{name} {what}: {ours:?} {theirs:?}");
        ours.iter().zip(&theirs).for_each(|(a, b)| close(*a, *b, scale, tolerance, &format!("{name} {what}")));
    };
    all(nomogram.total.clone(), column(&row["total"]), 1.0, 1e-12, "total points");
    all(nomogram.linear_predictor.iter().map(|t| t.value).collect(), column(&row["lp"]), 1.0, 1e-12, "lp");
    all(nomogram.linear_predictor.iter().map(|t| t.points).collect(), column(&row["lp_points"]), 1.0, tolerance, "lp");
    assert_close(nomogram.points_per_unit, one(&row["scale"]), tolerance);
    for (ours, theirs) in nomogram.survival.iter().zip(row["curves"].as_array().unwrap()) {
        // rms lists them as pretty() does, by ascending survival.
        all(ours.ticks.iter().map(|t| t.survival).collect(), column(&theirs["survival"]), 1.0, 1e-12, "survival");
        // It interpolates between 1000 points, which curve: 1e-3 of a point is what that can be off.
        let off = ours.ticks.iter().zip(column(&theirs["points"])).map(|(t, p)| (t.points - p).abs());
        assert!(off.fold(0.0, f64::max) < 2e-3 * nomogram.max_points / 100.0, "{name}");
    }
}

#[test]
fn axes_points_and_scales_are_those_of_rms() {
    let golden = golden("nomogram.jsonl.gz", "rms 6.5.0");
    let (covariates, _) = data(&golden);
    let mut seen = 0;
    for row in golden.rows.iter().filter(|row| row.get("nomogram").is_some()) {
        let name = row["nomogram"].as_str().unwrap();
        let nomogram = Nomogram::new(model(row, &covariates), &settings(name)).unwrap();
        compare(&nomogram, row, 1e-9);
        // Survival at total points, exactly.
        for (baseline, theirs) in nomogram.model.baseline().iter().zip(row["curves"].as_array().unwrap()) {
            for (points, survival) in column(&theirs["exact_points"]).iter().zip(column(&theirs["exact_survival"])) {
                let eta = nomogram.at_zero + points / nomogram.points_per_unit;
                close(baseline.survival.powf(eta.exp()), survival, 0.0, 1e-9, name);
            }
        }
        // Patients: their linear predictor, and survival.
        let survivals = column(&row["survivals"]);
        let rows = column(&row["rows"]);
        for (i, (case, lp)) in rows.iter().zip(column(&row["lps"])).enumerate() {
            let traced = nomogram.trace(&covariates.rows(&[*case as usize])).unwrap();
            close(traced.linear_predictor, lp, 1.0, 1e-9, name);
            assert!(traced.beyond.is_empty());
            for (k, at) in traced.survival.iter().enumerate() {
                close(at.survival, survivals[k * rows.len() + i], 0.0, 1e-9, name);
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 11);
}

#[test]
fn fitting_gives_the_nomograms_of_rms() {
    let golden = golden("nomogram.jsonl.gz", "rms 6.5.0");
    let (covariates, outcome) = data(&golden);
    for row in golden.rows.iter().filter(|row| row.get("nomogram").is_some()) {
        let name = row["nomogram"].as_str().unwrap();
        let times: Vec<f64> = row["curves"].as_array().unwrap().iter().map(|c| one(&c["time"])).collect();
        let nomogram = Nomogram::fit(&terms(name), &covariates, &outcome, &times, &settings(name)).unwrap();
        // Both are iterated.
        compare(&nomogram, row, 1e-6);
        for (ours, theirs) in nomogram.model.baseline().iter().zip(row["curves"].as_array().unwrap()) {
            close(ours.survival, one(&theirs["baseline"]), 0.0, 1e-6, name);
        }
    }
}

#[test]
fn points_of_ticks_are_those_of_patients_there() {
    let golden = golden("nomogram.jsonl.gz", "rms 6.5.0");
    let (covariates, _) = data(&golden);
    for row in golden.rows.iter().filter(|row| row.get("nomogram").is_some()) {
        let nomogram = Nomogram::new(model(row, &covariates), &settings(row["nomogram"].as_str().unwrap())).unwrap();
        let variables = nomogram.model.terms().variables();
        for (place, axis) in nomogram.axes.iter().enumerate() {
            for tick in &axis.ticks {
                let value = |name: &str, coding: &Coding| {
                    let given = axis.given.iter().find(|g| g.variable == name).map(|g| g.value.clone());
                    let any = match coding {
                        Coding::Category { levels, .. } => Value::Level(levels[0].clone()),
                        _ => Value::Number(1.0),
                    };
                    if name == axis.variable { tick.value.clone() } else { given.unwrap_or(any) }
                };
                let values: Vec<Value> = variables.iter().map(|v| value(&v.name, &v.coding)).collect();
                let traced = nomogram.trace_values(&values).unwrap();
                let on = traced.axes.iter().find(|a| a.axis == Some(place)).unwrap();
                close(on.points, tick.points, 1.0, 1e-12, &axis.name);
                assert_eq!(on.label, tick.label);
            }
        }
        let points = || nomogram.axes.iter().flat_map(|a| &a.ticks).map(|t| t.points);
        assert!(points().fold(f64::INFINITY, f64::min).abs() < 1e-12);
        close(points().fold(0.0, f64::max), nomogram.max_points, 0.0, 1e-12, "largest");
        let table = nomogram.to_table().unwrap();
        let ticks: usize = nomogram.axes.iter().map(|a| a.ticks.len()).sum();
        let curves: usize = nomogram.survival.iter().map(|s| s.ticks.len()).sum();
        assert_eq!(table.rows().len(), ticks + nomogram.total.len() + nomogram.linear_predictor.len() + curves);
    }
}

#[test]
fn round_numbers_are_those_of_r() {
    // Through the total points, which cover 0 to what is asked for, and the axis of a number.
    let golden = golden("nomogram.jsonl.gz", "rms 6.5.0");
    let mut seen = 0;
    for row in golden.rows.iter().filter(|row| row.get("pretty").is_some()) {
        let range = column(&row["range"]);
        let mut covariates = Covariates::new(12);
        let step = |i: usize| if i == 11 { range[1] } else { range[0] + (range[1] - range[0]) * i as f64 / 11.0 };
        if range[0] == range[1] {
            continue;
        }
        covariates.add("x", Covariate::Number((0..12).map(step).collect())).unwrap();
        let fitted = Terms::new().linear("x").fit(&covariates).unwrap();
        let baseline = vec![BaselineSurvival { time: 1.0, survival: 0.5 }];
        let model = NomogramModel::new(fitted, vec![1.0], 0.0, baseline, [range[0], range[1]]).unwrap();
        let settings =
            NomogramSettings { ticks: row["pretty"].as_u64().unwrap() as usize, ..NomogramSettings::default() };
        let nomogram = Nomogram::new(model, &settings).unwrap();
        let theirs = column(&row["ticks"]);
        let scale = range[1] - range[0];
        let lps: Vec<f64> = nomogram.linear_predictor.iter().map(|t| t.value).collect();
        assert_eq!(lps.len(), theirs.len(), "{range:?}: {lps:?} {theirs:?}");
        lps.iter().zip(&theirs).for_each(|(a, b)| close(*a, *b, scale, 1e-12, "ticks"));
        seen += 1;
    }
    assert!(seen >= 18);
}

#[test]
fn a_saved_model_gives_the_same_nomogram() {
    let golden = golden("nomogram.jsonl.gz", "rms 6.5.0");
    let (covariates, _) = data(&golden);
    let row = golden.rows.iter().find(|row| row["nomogram"] == "chain").unwrap();
    let model = model(row, &covariates);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nomogram.json");
    model.save(&path).unwrap();
    assert_eq!(NomogramModel::load(&path).unwrap(), model);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"centre\": 1.9", "\"other\": 1.9")).unwrap();
    assert!(NomogramModel::load(&path).is_err());
    // Also read without the format it is checked before it is drawn.
    let mut json = serde_json::to_value(&model).unwrap();
    json["coefficients"].as_array_mut().unwrap().pop();
    let short: NomogramModel = serde_json::from_value(json).unwrap();
    let message = Nomogram::new(short, &NomogramSettings::default()).unwrap_err().to_string();
    assert!(message.contains("coefficients for"), "{message}");
}

#[test]
fn the_page_is_whole_and_safe() {
    let mut covariates = Covariates::new(12);
    covariates.add("age</script><b>", Covariate::Number((0..12).map(f64::from).collect())).unwrap();
    let fitted = Terms::new().linear("age</script><b>").fit(&covariates).unwrap();
    let baseline = vec![BaselineSurvival { time: 60.0, survival: 0.7 }];
    let model = NomogramModel::new(fitted, vec![0.1], 0.5, baseline, [-0.5, 0.6]).unwrap();
    let page = Nomogram::new(model, &NomogramSettings::default()).unwrap().to_html("A & <b> {{model}}").unwrap();
    assert_eq!(page.matches("</script>").count(), 1);
    assert!(page.contains("<title>A &amp; &lt;b&gt; {{model}}</title>"));
    assert!(page.contains("<h1>A &amp; &lt;b&gt; {{model}}</h1>"));
    assert!(page.contains("default-src 'none'") && !page.contains("http://") && !page.contains("https://"));
    assert!(!page.contains("{{title}}") && page.contains("label.htmlFor"));
}

#[test]
fn the_page_computes_the_same() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("node is not there: the page is not computed");
        return;
    }
    let golden = golden("nomogram.jsonl.gz", "rms 6.5.0");
    let (covariates, _) = data(&golden);
    let folder = tempfile::tempdir().unwrap();
    for row in golden.rows.iter().filter(|row| row.get("nomogram").is_some()) {
        let nomogram = Nomogram::new(model(row, &covariates), &settings(row["nomogram"].as_str().unwrap())).unwrap();
        let page = nomogram.to_html("Test").unwrap();
        let script = page.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
        let cases: Vec<usize> = (0..covariates.cases()).step_by(17).collect();
        let value = |case: usize, name: &str| match covariates.get(name).unwrap() {
            Covariate::Number(x) => Value::Number(x[case]),
            Covariate::Category(groups) => Value::Level(groups.label(case).unwrap().to_string()),
        };
        let variables = nomogram.model.terms().variables();
        let patients: Vec<Vec<Value>> =
            cases.iter().map(|&i| variables.iter().map(|v| value(i, &v.name)).collect()).collect();
        let asked = serde_json::to_string(&patients).unwrap();
        let path = folder.path().join("page.js");
        std::fs::write(&path, format!("{script}\nconsole.log(JSON.stringify({asked}.map(compute)));")).unwrap();
        let done = Command::new("node").arg(&path).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let found: Vec<Json> = serde_json::from_slice(&done.stdout).unwrap();
        for (patient, found) in patients.iter().zip(&found) {
            let traced = nomogram.trace_values(patient).unwrap();
            close(one(&found["total"]), traced.total, 1.0, 1e-12, "total");
            close(one(&found["linearPredictor"]), traced.linear_predictor, 1.0, 1e-12, "linear predictor");
            let points = column(&found["points"]);
            assert_eq!(points.len(), traced.axes.len());
            points.iter().zip(&traced.axes).for_each(|(a, b)| close(*a, b.points, 1.0, 1e-12, "points"));
            let survival = column(&found["survival"]);
            survival.iter().zip(&traced.survival).for_each(|(a, b)| close(*a, b.survival, 1e-3, 1e-12, "survival"));
        }
    }
}

/// As much of a browser as the page needs.
const BROWSER: &str = r#"
const make = tag => ({ tag, children: [], style: {}, listeners: {}, value: "", appendChild(c) { this.children.push(c); }, setAttribute() {},
  addEventListener(name, f) { this.listeners[name] = f; }, set textContent(t) { this.text = t; if (t === "") this.children = []; }, get textContent() { return this.text || ""; } });
const byId = {};
globalThis.document = { createElement: make, getElementById: id => byId[id] ??= make(id) };
"#;

#[test]
fn the_page_shows_what_it_computes() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("node is not there: the page is not shown");
        return;
    }
    let golden = golden("nomogram.jsonl.gz", "rms 6.5.0");
    let (covariates, _) = data(&golden);
    let row = golden.rows.iter().find(|row| row["nomogram"] == "interaction").unwrap();
    let nomogram = Nomogram::new(model(row, &covariates), &NomogramSettings::default()).unwrap();
    let page = nomogram.to_html("Test").unwrap();
    let script = page.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.js");
    let tell = "const told = () => byId.result.children.map(r => r.children[1].text).concat(byId.warning.text);";
    let change = "const rows = byId.inputs.children, age = rows[0].children[1], sex = rows[1].children[1];\n\
                  age.value = '90'; sex.value = 'f'; age.listeners.input(); const old = told();\n\
                  age.value = ''; age.listeners.input();";
    let text = format!("{BROWSER}{script}\n{tell}\n{change}\nconsole.log(JSON.stringify([old, told()]));");
    std::fs::write(&path, text).unwrap();
    let done = Command::new("node").arg(&path).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let [old, missing]: [Vec<String>; 2] = serde_json::from_slice(&done.stdout).unwrap();
    let Coding::Linear { observed } = &nomogram.model.terms().find("logbili").unwrap().coding else { panic!() };
    let values = [Value::Number(90.0), Value::Level("f".to_string()), Value::Number(observed.median)];
    let traced = nomogram.trace_values(&values).unwrap();
    let survival = format!("{:.1}%", 100.0 * traced.survival[0].survival);
    assert_eq!(old[..2], [format!("{:.1}", traced.total), survival]);
    assert_eq!(old[2], "Outside the range of the patients the model was fitted on: age");
    assert_eq!(missing, ["Enter a number: age"]);
}

#[test]
fn what_cannot_be_drawn_is_explained() {
    let golden = golden("nomogram.jsonl.gz", "rms 6.5.0");
    let (covariates, outcome) = data(&golden);
    let new = Terms::new;
    let draw = |terms: Terms, times: &[f64], settings: &NomogramSettings| {
        Nomogram::fit(&terms, &covariates, &outcome, times, settings).map_err(|e| e.to_string())
    };
    let plain = NomogramSettings::default();
    let both = new().linear("age").linear("albumin").interaction("age", "albumin");
    let message = draw(both.clone(), &[1000.0], &plain).unwrap_err();
    assert!(message.contains("age and albumin interact, and both are numbers"), "{message}");
    let at = |name: &str| [(name.to_string(), vec![2.5, 4.0])].into_iter().collect();
    let given = NomogramSettings { interact: at("albumin"), ..plain.clone() };
    let drawn = draw(both, &[1000.0], &given).unwrap();
    assert_eq!(
        drawn.axes.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(),
        ["age (albumin=2.5)", "age (albumin=4)"]
    );
    let between = drawn.trace(&covariates.rows(&[0])).unwrap();
    assert_eq!(between.axes[0].axis, None);
    assert!(draw(new().linear("age"), &[1e9], &plain).unwrap_err().contains("usable times are"));
    let unknown = NomogramSettings { values: at("sex"), ..plain.clone() };
    assert!(draw(new().linear("age"), &[1000.0], &unknown).unwrap_err().contains("not known: sex"));
    for bad in [
        NomogramSettings { max_points: 0.0, ..plain.clone() },
        NomogramSettings { ticks: 0, ..plain.clone() },
        NomogramSettings { survival_ticks: Some(vec![1.5]), ..plain.clone() },
    ] {
        assert!(draw(new().linear("age"), &[1000.0], &bad).is_err());
    }
    let mut twice = covariates.clone();
    let Covariate::Number(age) = covariates.get("age").unwrap() else { panic!() };
    twice.add("months", Covariate::Number(age.iter().map(|a| 12.0 * a).collect())).unwrap();
    let dependent = Nomogram::fit(&new().linear("age").linear("months"), &twice, &outcome, &[1000.0], &plain);
    assert!(dependent.unwrap_err().to_string().contains("months is a linear combination of age"));
    let nomogram = draw(new().linear("age").category("sex", None), &[1000.0], &plain).unwrap();
    assert!(nomogram.trace(&covariates).is_err());
    let value = |sex: &str, age: f64| {
        let mut one = Covariates::new(1);
        one.add("sex", Covariate::Category(Groups::new([Some(sex)]))).unwrap();
        one.add("age", Covariate::Number(vec![age])).unwrap();
        nomogram.trace(&one).map_err(|e| e.to_string())
    };
    assert!(value("x", 50.0).unwrap_err().contains("the level \"x\""));
    assert!(value("f", f64::NAN).unwrap_err().contains("age is missing"));
    let old = value("f", 120.0).unwrap();
    assert_eq!(old.beyond, ["age"]);
    let fitted = new().linear("age").fit(&covariates).unwrap();
    let with = |coefficients: Vec<f64>, survival: f64| {
        let baseline = vec![BaselineSurvival { time: 1.0, survival }];
        NomogramModel::new(fitted.clone(), coefficients, 0.0, baseline, [0.0, 1.0]).map_err(|e| e.to_string())
    };
    assert!(with(vec![1.0, 2.0], 0.5).unwrap_err().contains("2 coefficients for 1 columns"));
    assert!(with(vec![1.0], 1.0).unwrap_err().contains("must be between 0 and 1"));
    let none = Nomogram::new(with(vec![0.0], 0.5).unwrap(), &plain).unwrap_err().to_string();
    assert!(none.contains("no variable changes the linear predictor"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn totals_are_the_linear_predictor(
        coefficients in prop::collection::vec(-2.0..2.0f64, 9), x in -3.0..3.0f64, y in -3.0..3.0f64, level in 0usize..3,
        survival in 0.05..0.95f64, centre in -1.0..1.0f64,
    ) {
        let mut covariates = Covariates::new(30);
        covariates.add("x", Covariate::Number((0..30).map(|i| f64::from(i) / 5.0 - 3.0).collect())).unwrap();
        covariates.add("y", Covariate::Number((0..30).map(|i| f64::from(i * 7 % 30) / 5.0 - 3.0).collect())).unwrap();
        let levels = ["a", "b", "c"];
        covariates.add("g", Covariate::Category(Groups::new((0..30).map(|i| Some(levels[i % 3]))))).unwrap();
        let terms = Terms::new().linear("y").spline("x", Knots::Count(4)).category("g", Some("b")).interaction("x", "g");
        let fitted = terms.fit(&covariates).unwrap();
        let mut coefficients = coefficients;
        coefficients.extend([0.3, -0.2, 0.1]);
        prop_assert_eq!(fitted.names().len(), 12);
        let baseline = vec![BaselineSurvival { time: 5.0, survival }];
        let model = NomogramModel::new(fitted, coefficients.clone(), centre, baseline, [-1.0, 2.0]).unwrap();
        let nomogram = Nomogram::new(model, &NomogramSettings::default()).unwrap();
        let mut one = Covariates::new(1);
        one.add("x", Covariate::Number(vec![x])).unwrap();
        one.add("y", Covariate::Number(vec![y])).unwrap();
        one.add("g", Covariate::Category(Groups::new([Some(levels[level])]))).unwrap();
        let columns = nomogram.model.terms().columns(&one).unwrap();
        let eta = columns.iter().zip(&coefficients).map(|(c, b)| c[0] * b).sum::<f64>() - centre;
        let traced = nomogram.trace(&one).unwrap();
        let scale = columns.iter().map(|c| c[0].abs()).fold(10.0, f64::max);
        prop_assert!((traced.linear_predictor - eta).abs() < 1e-10 * scale);
        prop_assert!((traced.survival[0].survival - survival.powf(eta.exp())).abs() < 1e-8 * scale);
    }
}
