//! Parquet: what is written is read again, and what pandas and pyarrow write (golden files of reference/make_parquet.py).
#![cfg(feature = "parquet")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use radsurv_data::{CaseFile, FeatureTable};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.parquet"))
}

fn bits(columns: &[Vec<f64>]) -> Vec<Vec<u64>> {
    let same = |v: &f64| if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() };
    columns.iter().map(|c| c.iter().map(same).collect()).collect()
}

#[test]
fn a_file_of_pandas_with_its_index_as_case_ids() {
    let file = CaseFile::open(golden("pandas_index")).unwrap();
    assert_eq!(file.columns(), ["case_id", "f64", "f32", "i64", "u32", "i8", "u64", "site", "old"]);
    let (features, carried) = file.read(|name| !matches!(name, "site" | "old")).unwrap();
    assert_eq!(features.case_ids(), ["P1", "P2", "P3"]);
    let expected = [
        vec![0.1, f64::NAN, -1e300],
        vec![f64::from(0.1f32), 2.5, f64::NAN],
        vec![9007199254740992.0, -5.0, 0.0],
        vec![4294967295.0, 0.0, 1.0],
        vec![-128.0, 127.0, 0.0],
        vec![9.0, f64::NAN, 9007199254740992.0],
    ];
    assert_eq!(bits(features.columns()), bits(&expected));
    let cells: Vec<&[String]> = carried.table().rows().iter().map(|row| &row.cells[..]).collect();
    assert_eq!(cells, [["P1", "north", "true"], ["P2", "", "false"], ["P3", "süd, \"x\"", "true"]]);
    // Numbers that are carried come as text.
    let carried = CaseFile::open(golden("pandas_index")).unwrap().read(|_| false).unwrap().1;
    let first = &carried.table().rows()[0].cells[..];
    assert_eq!(first[..7], ["P1", "0.1", "0.10000000149011612", "9007199254740992", "4294967295", "-128", "9"]);
}

#[test]
fn row_groups_pages_and_whole_number_ids() {
    let table = FeatureTable::read(golden("row_groups")).unwrap();
    assert_eq!(table.case_ids()[9], "109");
    assert_eq!(table.columns()[0], (0..10).map(|i| f64::from(i) / 4.0).collect::<Vec<_>>());
    let b: Vec<f64> = (0..10).map(|i| if i % 3 > 0 { f64::NAN } else { f64::from(i) / 8.0 }).collect();
    assert_eq!(bits(&table.columns()[1..]), bits(&[b]));
}

#[test]
fn what_cannot_be_read_is_named() {
    let message = |name: &str| FeatureTable::read(golden(name)).unwrap_err().to_string();
    let large = message("large_integer");
    assert!(large.ends_with("serial is 9007199254740993 in row 2, a whole number beyond 2^53, which a double may not hold exactly; is it an id?"), "{large}");
    let time = message("timestamp");
    assert!(time.contains("the column date is of the type INT64 (Timestamp"), "{time}");
    assert!(message("nested").contains("the column list.list.element is nested"), "{}", message("nested"));
    assert!(message("pandas_index").ends_with("the column site is text, and a feature is a number"));
    assert!(message("zstd").contains("zstd"), "{}", message("zstd"));
    // As text the large number is what it is.
    let carried = CaseFile::open(golden("large_integer")).unwrap().read(|_| false).unwrap().1;
    assert_eq!(carried.table().rows()[1].cells, ["P2", "9007199254740993"]);

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.parquet");
    std::fs::write(&path, "case_id,a\nP1,1\n").unwrap();
    assert!(FeatureTable::read(&path).unwrap_err().to_string().contains("cannot be read as Parquet"));
    assert!(FeatureTable::read(dir.path().join("none.parquet")).unwrap_err().to_string().contains("none.parquet"));
}

#[test]
fn carried_columns_are_written_beside_features() {
    let dir = tempfile::tempdir().unwrap();
    let (csv, path) = (dir.path().join("t.csv"), dir.path().join("t.PARQUET"));
    let text = "ID,image,a,note\nP1,i1.nii,1,x\nP2,i2.nii,,\n";
    std::fs::write(&csv, text).unwrap();
    let (features, carried) = CaseFile::open(&csv).unwrap().read(|name| name == "a").unwrap();
    carried.write(&path, &features).unwrap();
    let (features, carried) = CaseFile::open(&path).unwrap().read(|name| name == "a").unwrap();
    carried.write(&csv, &features).unwrap();
    assert_eq!(std::fs::read_to_string(&csv).unwrap(), text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_table_is_read_as_it_was_written(columns in (0usize..300).prop_flat_map(|cases| {
        let value = prop_oneof![4 => any::<f64>(), 1 => Just(f64::NAN)];
        prop::collection::vec(prop::collection::vec(value, cases), 0..4)
    })) {
        let cases = columns.first().map_or(3, Vec::len);
        let ids = (0..cases).map(|i| format!("P {i}")).collect();
        let names = (0..columns.len()).map(|f| format!("f.{f}, \"x\"")).collect();
        let table = FeatureTable::new(ids, names, columns).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.parquet");
        table.write(&path).unwrap();
        let back = FeatureTable::read(&path).unwrap();
        prop_assert_eq!(back.case_ids(), table.case_ids());
        prop_assert_eq!(back.names(), table.names());
        prop_assert_eq!(bits(back.columns()), bits(table.columns()));
    }

    /// A damaged file is an error, or has other values; never a panic.
    #[test]
    fn damage_does_no_harm(at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), cut in prop::option::weighted(0.2, any::<prop::sample::Index>()), which in 0usize..2) {
        let mut bytes = std::fs::read(golden(["pandas_index", "row_groups"][which])).unwrap();
        for (place, byte) in at {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.parquet");
        std::fs::write(&path, bytes).unwrap();
        if let Ok(file) = CaseFile::open(&path) {
            let _ = file.read(|name| !matches!(name, "site" | "old"));
        }
    }
}
