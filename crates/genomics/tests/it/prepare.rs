//! Values of any scale before they are compared, and tables of genes as files.

use proptest::prelude::*;
use radsurv_data::{Covariates, Groups};
use radsurv_genomics::Expression;
use radsurv_genomics::differential::{Comparison, GeneRow, TopTable, ValueScale, Weights};
use radsurv_genomics::expression::counts::{Counts, FilterByExpression, Normalisation, Replicates, VoomSettings};

fn table(values: impl Fn(usize, usize) -> f64) -> Expression {
    let names = |n: usize, of: &str| (0..n).map(|i| format!("{of}{i}")).collect();
    let values = (0..60).flat_map(|g| (0..8).map(move |s| (g, s))).map(|(g, s)| values(g, s)).collect();
    Expression::new(names(60, "g"), names(8, "P"), values).unwrap()
}

fn groups() -> Groups {
    Groups::new((0..8).map(|s| Some(if s % 2 == 0 { "low" } else { "high" })))
}

#[test]
fn counts_are_filtered_normalised_and_weighted() {
    let counts = table(|g, s| if g == 0 { 0.0 } else { ((g * g * 31 + s * 7 * g) % 97 + 3 * g + 20) as f64 });
    let ready = ValueScale::Counts.prepare(&counts, &groups(), &Covariates::new(8)).unwrap();
    assert_eq!(ready.notices, ["1 of 60 genes have too few counts and are left out"]);
    assert!(!ready.expression.genes().contains(&"g0".to_string()));

    let by_hand = Counts::new(counts).unwrap();
    let keep = FilterByExpression::default().keep(&by_hand, Replicates::Groups(&groups())).unwrap();
    let by_hand = by_hand.filtered(&keep).unwrap().normalised(&Normalisation::default()).unwrap();
    let low: Vec<f64> = (0..8).map(|s| f64::from(u8::from(s % 2 == 0))).collect();
    let high: Vec<f64> = low.iter().map(|v| 1.0 - v).collect();
    let voom = VoomSettings::default().fit(&by_hand, &[high, low]).unwrap();
    assert_eq!((&ready.expression, ready.weights.as_ref()), (&voom.expression, Some(&voom.weights)));
    let found = Comparison::default().run_weighted(
        &ready.expression,
        &groups(),
        &Covariates::new(8),
        ready.weights.as_deref().map(Weights::Values),
    );
    assert_eq!(found.unwrap().table.rows.len(), 59);
}

#[test]
fn scales_that_are_none_are_told() {
    let prepare = |scale: ValueScale, values: &dyn Fn(usize, usize) -> f64| {
        scale.prepare(&table(values), &groups(), &Covariates::new(8))
    };
    let said = prepare(ValueScale::Log2, &|g, s| (g * 500 + s * 13) as f64).unwrap().notices;
    assert!(said[0].starts_with("the values do not look like logarithms"), "{said:?}");
    assert!(prepare(ValueScale::Log2, &|g, s| 4.0 + (g * 7 + s) as f64 % 9.0).unwrap().notices.is_empty());
    assert!(prepare(ValueScale::Counts, &|_, _| -1.0).is_err());
    assert!(prepare(ValueScale::Counts, &|_, _| 0.0).is_err());
    assert!(prepare(ValueScale::Linear, &|_, _| -2.0).is_err());
}

#[test]
fn a_table_without_what_is_needed_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let read = |text: &str| {
        let path = dir.path().join("de.csv");
        std::fs::write(&path, text).unwrap();
        TopTable::read_csv(&path).map_err(|error| error.to_string())
    };
    assert!(read("gene,log_fc,p_value\nA,1,0.1\n").unwrap_err().contains("no column t"));
    assert!(read("gene,log_fc,t,p_value\nA,1,x,0.1\n").unwrap_err().contains("line 2: t is \"x\""));
    assert!(read("gene,log_fc,t,p_value\nA,1,2,0.1\nA,1,2,0.1\n").unwrap_err().contains("more than once: A"));
    assert!(read("gene,log_fc,t,p_value\nA,1,2,0.1\n").unwrap().rows[0].adj_p_value.is_nan());
}

proptest! {
    /// What is written is read as the same numbers.
    #[test]
    fn tables_of_genes_are_read_as_they_were(
        numbers in prop::collection::vec((any::<f64>(), any::<f64>(), 0.0..1.0f64, prop::option::of(-1e9..1e9f64)), 1..20)
    ) {
        prop_assume!(numbers.iter().all(|(a, b, ..)| a.is_finite() && b.is_finite()));
        let rows: Vec<GeneRow> = numbers.iter().enumerate().map(|(i, (log_fc, t, p, b))| GeneRow {
            gene: format!("g,{i}"), log_fc: *log_fc, ave_expr: 1.0, t: *t, p_value: *p, adj_p_value: *p, b: *b,
        }).collect();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("high - low.csv");
        let table = TopTable { coefficient: "high - low".into(), rows };
        table.write_csv(&path).unwrap();
        prop_assert_eq!(TopTable::read_csv(&path).unwrap(), table);
    }
}
