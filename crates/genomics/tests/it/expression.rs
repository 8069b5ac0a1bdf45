//! Probes against limma and WGCNA, quantile normalisation against limma.

use proptest::prelude::*;
use radsurv_genomics::Expression;
use radsurv_genomics::expression::{Collapse, ExpressionRows, LowExpression, ProbeMap, ProbeSettings, Several};

use crate::support::{assert_near, golden, numbers, table, words};

#[test]
fn quantiles_are_those_of_limma() {
    let mut seen = 0;
    for row in golden("counts.jsonl.gz").rows.iter().filter(|row| row["kind"] == "quantiles") {
        seen += 1;
        let ours = table(numbers(&row["values"]), row["samples"].as_u64().unwrap() as usize);
        let ours = ours.quantile_normalised().unwrap();
        assert_near(ours.values(), &numbers(&row["normalised"]), 1e-13, 1.0, row["name"].as_str().unwrap());
    }
    assert_eq!(seen, 5);
}

#[test]
fn probes_are_those_of_limma_and_wgcna() {
    let mut seen = 0;
    for row in golden("counts.jsonl.gz").rows.iter().filter(|row| row["kind"] == "probes") {
        seen += 1;
        let (samples, genes) = (row["samples"].as_u64().unwrap() as usize, words(&row["gene"]));
        let names: Vec<String> = (1..=genes.len()).map(|i| format!("p{i:03}")).collect();
        let sample_names = (0..samples).map(|i| format!("s{i}")).collect();
        let probes = Expression::new(names.clone(), sample_names, numbers(&row["values"])).unwrap();
        let map = ProbeMap::new(names.into_iter().zip(genes));
        for (key, collapse) in [
            ("mean", Collapse::Mean),
            ("max_mean", Collapse::MaxMean),
            ("max_variance", Collapse::MaxVariance),
            ("sum", Collapse::Sum),
        ] {
            let found = ProbeSettings { collapse, ..ProbeSettings::default() }.apply(&probes, &map).unwrap();
            // rowsum does not leave missing values out.
            if !(key == "sum" && row["name"] == "missing") {
                assert_near(found.expression.values(), &numbers(&row[key]), 1e-14, 0.0, key);
            }
            if let Some(rows) = row.get(format!("{key}_row")) {
                let chosen: Vec<String> = found.report.chosen.into_iter().flatten().collect();
                assert_eq!(chosen, words(rows), "{key}");
            }
            assert_eq!((found.report.probes, found.report.genes, found.report.collapsed), (12, 7, 3));
        }
    }
    assert_eq!(seen, 2);
}

#[test]
fn no_probe_is_dropped_in_silence() {
    let probes = table((0..10).map(f64::from).collect(), 2);
    let map = ProbeMap::new([("g0", "A"), ("g1", "B"), ("g1", "A"), ("g1", "B"), ("g2", "B"), ("x", "C")]);
    let by = |several| ProbeSettings { several, ..ProbeSettings::default() }.apply(&probes, &map).unwrap();
    let dropped = by(Several::Drop);
    assert_eq!(
        (dropped.expression.genes(), &dropped.report.several[..]),
        (&["A".into(), "B".into()][..], &["g1".into()][..])
    );
    assert_eq!(dropped.report.unmapped, ["g3", "g4"]);
    assert_eq!(dropped.expression.values(), [0.0, 1.0, 4.0, 5.0]);
    assert_eq!(by(Several::First).expression.values(), [0.0, 1.0, 3.0, 4.0]);
    assert_eq!(by(Several::Each).expression.values(), [1.0, 2.0, 3.0, 4.0]);
    let other = ProbeMap::new([("1007_s_at", "DDR1")]);
    let error = ProbeSettings::default().apply(&probes, &other).unwrap_err().to_string();
    assert!(error.contains("none of the 5 probes") && error.contains("like g0"), "{error}");
}

#[test]
fn rows_of_one_gene_become_one() {
    let rows = ExpressionRows::from_reader("gene,P1,P2\nA,1,NA\nB,7,7\nA,3,4\n".as_bytes(), "e.csv").unwrap();
    let found = ProbeSettings::default().duplicates(&rows).unwrap();
    assert_eq!(found.expression.values(), [2.0, 4.0, 7.0, 7.0]);
    let settings = ProbeSettings { collapse: Collapse::MaxVariance, ..ProbeSettings::default() };
    let found = settings.duplicates(&rows).unwrap();
    assert_eq!(found.report.chosen, [Some("line 4".to_string()), Some("line 3".to_string())]);
    assert_eq!(found.expression.values(), [3.0, 4.0, 7.0, 7.0]);
}

#[test]
fn what_cannot_be_transformed_is_an_error() {
    let few = table(vec![1.0, f64::NAN, 2.0, 4.0], 2);
    assert!(few.quantile_normalised().unwrap_err().to_string().contains("s1"));
    let error = table(vec![1.0, -2.0, -0.5, 4.0], 2).log2(0.5).unwrap_err().to_string();
    assert!(error.starts_with("2 values plus 0.5") && error.contains("-2 of the gene g0 in the sample s1"), "{error}");
    assert!(few.log2(f64::NAN).is_err());
    assert!(few.filtered(&[true]).is_err());
    assert!(LowExpression { share: 2.0, ..LowExpression::default() }.keep(&few).is_err());
    assert_eq!(table(vec![f64::NAN, f64::NAN], 2).likely_scale(), None);
    let kept = few.filtered(&[false, true]).unwrap();
    assert_eq!((kept.expression.genes(), kept.dropped), (&["g1".to_string()][..], vec!["g0".to_string()]));
    // A constant gene never varies most.
    assert_eq!(table(vec![1.0, 1.0, 0.0, 5.0, 2.0, 3.0], 2).most_variable(9), [1, 2]);
}

proptest! {
    #[test]
    fn normalised_samples_have_one_distribution(values in prop::collection::vec(-9.0..9.0f64, 24)) {
        let before = table(values, 3);
        let after = before.quantile_normalised().unwrap();
        let sorted = |table: &Expression, sample: usize| {
            let mut column: Vec<f64> = table.rows().map(|row| row[sample]).collect();
            column.sort_by(f64::total_cmp);
            column
        };
        for sample in 1..3 {
            for (a, b) in sorted(&after, sample).iter().zip(sorted(&after, 0)) {
                prop_assert!((a - b).abs() < 1e-12);
            }
        }
        // The order of the genes within a sample stays.
        for gene in 1..8 {
            let [first, second] = [gene - 1, gene].map(|gene| (before.row(gene)[0], after.row(gene)[0]));
            prop_assert!(first.0 >= second.0 || first.1 <= second.1);
            prop_assert!(first.0 <= second.0 || first.1 >= second.1);
        }
    }
}
