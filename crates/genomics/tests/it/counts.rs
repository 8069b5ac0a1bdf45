//! Counts against edgeR and limma's voom.

use proptest::prelude::*;
use radsurv_data::Groups;
use radsurv_genomics::Expression;
use radsurv_genomics::differential::{BayesSettings, Design, LinearModel, Weights};
use radsurv_genomics::expression::counts::{
    Counts, FilterByExpression, Normalisation, NormalisationMethod, Replicates, Voom, VoomSettings,
};
use serde_json::Value;

use crate::support::{assert_near, flags, golden, numbers, table, words};

fn columns(value: &Value, samples: usize) -> Vec<Vec<f64>> {
    numbers(value).chunks(samples).map(<[f64]>::to_vec).collect()
}

struct Case {
    name: String,
    counts: Counts,
    normalised: Counts,
    samples: usize,
    row: Value,
}

fn cases() -> Vec<Case> {
    let rows = golden("counts.jsonl.gz").rows;
    let cases = rows.into_iter().filter(|row| row["kind"] == "counts").map(|row| {
        let samples = row["samples"].as_u64().unwrap() as usize;
        let counts = Counts::new(table(numbers(&row["counts"]), samples)).unwrap();
        let normalised = counts.clone().normalised(&Normalisation::default()).unwrap();
        Case { name: row["name"].as_str().unwrap().to_string(), counts, normalised, samples, row }
    });
    let cases: Vec<Case> = cases.collect();
    assert_eq!(cases.len(), 4);
    cases
}

impl Case {
    /// Some genes' values.
    fn some(&self, values: &[f64]) -> Vec<f64> {
        numbers(&self.row["rows"])
            .iter()
            .flat_map(|&gene| &values[gene as usize * self.samples..][..self.samples])
            .copied()
            .collect()
    }
}

#[test]
fn factors_are_those_of_edger() {
    for Case { name, counts, row, .. } in cases() {
        assert_near(counts.sizes(), &numbers(&row["sizes"]), 1e-14, 0.0, &name);
        let by = Normalisation::by;
        let second = Normalisation {
            reference: Some("s1".to_string()),
            ratio_trim: 0.2,
            mean_trim: 0.1,
            ..Normalisation::default()
        };
        for (key, settings) in [
            ("tmm", Normalisation::default()),
            ("tmm_plain", Normalisation { weighted: false, ..Normalisation::default() }),
            ("tmm_second", second),
            ("tmmwsp", by(NormalisationMethod::Tmmwsp)),
            ("rle", by(NormalisationMethod::Rle)),
            ("upper_quartile", by(NormalisationMethod::UpperQuartile)),
            ("ninety", Normalisation { quantile: 0.9, ..by(NormalisationMethod::UpperQuartile) }),
        ] {
            let ours = settings.factors(&counts);
            match row[key].is_null() {
                true => assert!(ours.is_err(), "{name} {key}"),
                false => assert_near(&ours.unwrap(), &numbers(&row[key]), 1e-12, 0.0, &format!("{name} {key}")),
            }
        }
    }
}

#[test]
fn counts_per_million_are_those_of_edger() {
    for case in cases() {
        let Case { name, normalised, row, .. } = &case;
        assert_near(&case.some(normalised.cpm().values()), &numbers(&row["cpm"]), 1e-12, 0.0, name);
        for (key, prior) in [("log_cpm", 2.0), ("log_cpm_quarter", 0.25)] {
            let ours = normalised.log_cpm(prior).unwrap();
            assert_near(&case.some(ours.values()), &numbers(&row[key]), 1e-12, 1.0, name);
        }
    }
}

#[test]
fn filters_are_those_of_edger() {
    for Case { name, counts, normalised, samples, row } in cases() {
        let groups = Groups::new(words(&row["group"]).into_iter().map(Some));
        let design = columns(&row["design"], samples);
        let plain = FilterByExpression::default();
        assert_eq!(plain.keep(&counts, Replicates::Groups(&groups)).unwrap(), flags(&row["keep_group"]), "{name}");
        assert_eq!(plain.keep(&counts, Replicates::Design(&design)).unwrap(), flags(&row["keep_design"]), "{name}");
        assert_eq!(plain.keep(&counts, Replicates::One).unwrap(), flags(&row["keep_one"]), "{name}");
        let other = FilterByExpression { min_count: 5.0, min_total: 40.0, ..plain };
        let ours = other.keep(&normalised, Replicates::Groups(&groups)).unwrap();
        assert_eq!(ours, flags(&row["keep_normalised"]), "{name}");
        let kept = counts.filtered(&ours).unwrap();
        assert_eq!(kept.table().genes().len(), ours.iter().filter(|k| **k).count());
        assert!(kept.sizes().iter().zip(counts.sizes()).all(|(kept, all)| kept <= all));
    }
}

#[test]
fn weights_are_those_of_voom() {
    for case in cases() {
        let Case { name, counts, normalised, samples, row } = &case;
        let design = columns(&row["design"], *samples);
        let check = |voom: &Voom, logs: Option<&str>, weights: &str| {
            if let Some(logs) = logs {
                assert_near(&case.some(voom.expression.values()), &numbers(&row[logs]), 1e-12, 1.0, name);
            }
            assert_near(&case.some(&voom.weights), &numbers(&row[weights]), 1e-9, 0.0, &format!("{name} {weights}"));
        };
        check(&VoomSettings::default().fit(normalised, &design).unwrap(), Some("voom"), "weights");
        let quantile = VoomSettings { span: 0.3, quantile: true };
        check(&quantile.fit(normalised, &design).unwrap(), Some("quantile"), "quantile_weights");
        check(&VoomSettings::default().fit(counts, &[vec![1.0; *samples]]).unwrap(), None, "plain_weights");
        if !row["aliased"].is_null() {
            let aliased = columns(&row["aliased"], *samples);
            check(&VoomSettings::default().fit(normalised, &aliased).unwrap(), None, "aliased_weights");
        }
    }
}

#[test]
fn differential_genes_of_counts_are_those_of_limma() {
    for Case { name, normalised, samples, row, .. } in cases() {
        let columns = columns(&row["design"], samples);
        let voom = VoomSettings::default().fit(&normalised, &columns).unwrap();
        let names = (0..columns.len()).map(|column| format!("c{column}")).collect();
        let design = Design::new(voom.expression.samples().to_vec(), names, columns).unwrap();
        let model = LinearModel::new(&design).with_weights(Weights::Values(&voom.weights));
        let moderated = BayesSettings::default().moderate(&model.fit(&voom.expression).unwrap()).unwrap();
        let count = design.names().len();
        let second = |values: &[f64]| values.iter().skip(1).step_by(count).copied().collect::<Vec<f64>>();
        assert_near(&second(moderated.t()), &numbers(&row["t"]), 1e-8, 1.0, &name);
        assert_near(&second(moderated.p_value()), &numbers(&row["p"]), 1e-8, 0.0, &name);
    }
}

#[test]
fn what_is_no_count_is_an_error() {
    let message = |values: Vec<f64>| Counts::new(table(values, 2)).unwrap_err().to_string();
    assert!(
        message(vec![1.0, 2.0, f64::NAN, 4.0])
            .contains("1 counts are missing, the first of the gene g1 in the sample s0")
    );
    assert!(
        message(vec![1.0, -2.0, -1.0, 4.0])
            .contains("2 counts are negative, the first of the gene g0 in the sample s1 (-2)")
    );
    assert!(message(vec![1.0, 0.0, 3.0, 0.0]).contains("1 of the samples have no counts: s1"));
    let none = Expression::new(vec![], vec!["P".into()], vec![]).unwrap();
    assert!(Counts::new(none).unwrap_err().to_string().contains("0 genes"));
    let counts = Counts::new(table(vec![1.5, 0.0, 3.0, 2.0], 2)).unwrap();
    assert_eq!(counts.fractional(), 1);
    assert!(counts.log_cpm(0.0).is_err());
    let voom = VoomSettings::default();
    assert!(voom.fit(&counts, &[vec![1.0; 2], vec![0.0, 1.0]]).unwrap_err().to_string().contains("no replicates"));
    assert!(voom.fit(&counts, &[vec![1.0; 3]]).is_err());
    let groups = Groups::new([Some("a")]);
    let filter = FilterByExpression::default();
    assert!(
        filter.keep(&counts, Replicates::Groups(&groups)).unwrap_err().to_string().contains("1 groups for 2 samples")
    );
    assert!(filter.keep(&counts, Replicates::Groups(&Groups::new([None::<&str>; 2]))).is_err());
    let other = Normalisation { reference: Some("P9".into()), ..Normalisation::default() };
    assert!(other.factors(&counts).unwrap_err().to_string().contains("P9"));
    assert!(Normalisation { ratio_trim: 0.5, ..Normalisation::default() }.factors(&counts).is_err());
    let one = Counts::new(table(vec![1.0, 2.0], 1)).unwrap();
    assert_eq!(Normalisation::default().factors(&one).unwrap(), [1.0]);
}

proptest! {
    #[test]
    fn a_deeper_library_changes_no_factor(values in prop::collection::vec(1u32..2000, 120), times in 2u32..9) {
        // Ratios to the reference, not weights, are what depth leaves: an unweighted mean.
        let settings = Normalisation { weighted: false, reference: Some("s0".into()), ..Normalisation::default() };
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let deeper = values.iter().enumerate().map(|(i, v)| if i % 4 == 2 { v * f64::from(times) } else { *v }).collect();
        let before = settings.factors(&Counts::new(table(values, 4)).unwrap()).unwrap();
        let after = settings.factors(&Counts::new(table(deeper, 4)).unwrap()).unwrap();
        for (a, b) in before.iter().zip(&after) {
            prop_assert!((a / b - 1.0).abs() < 1e-9);
        }
        prop_assert!((after.iter().map(|f| f.ln()).sum::<f64>()).abs() < 1e-9);
    }
}
