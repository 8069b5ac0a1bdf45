//! ComBat learned from one table and applied to another, with this crate and radsurv-data alone.
//!
//! `cargo run --release -p radsurv-harmonize --example only_combat [TRAINING.csv OTHERS.csv BATCH OUT.csv]`
//!
//! The first column of a table is the id, BATCH a column of text, the others are features. Without tables they are of numbers.

use radsurv_data::{Cohort, Covariates, FeatureTable, Fit, Table, Transform};
use radsurv_harmonize::CombatSettings;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (training, others, batch) = match arguments.as_slice() {
        [training, others, batch, _] => (Table::read_csv(training)?, Table::read_csv(others)?, batch.as_str()),
        _ => (made_up(0..40)?, made_up(40..60)?, "scanner"),
    };
    let combat = CombatSettings::new(batch).fit(&cohort(&training, batch)?)?;
    let harmonised = combat.transform(&cohort(&others, batch)?)?;
    match arguments.get(3) {
        Some(path) => harmonised.features().write_csv(path)?,
        None => harmonised.features().to_writer(std::io::stdout())?,
    }
    Ok(())
}

fn cohort(table: &Table, batch: &str) -> Result<Cohort> {
    let names: Vec<&String> = table.columns()[1..].iter().filter(|name| *name != batch).collect();
    let mut about = Covariates::new(table.rows().len());
    about.add_column(table, batch, Default::default())?;
    Ok(Cohort::new(FeatureTable::from_table(table, &names)?, about)?)
}

/// Two scanners, one of which adds to each feature and stretches it.
fn made_up(cases: std::ops::Range<usize>) -> Result<Table> {
    let mut text = "id,scanner,mean,entropy,contrast\n".to_string();
    for i in cases {
        let (scanner, shift, stretch) = if i % 2 == 0 { ("A", 0.0, 1.0) } else { ("B", 4.0, 1.5) };
        let value = |k: usize| shift + stretch * ((i * i * (k + 3) + 7 * i) % 23) as f64;
        text += &format!("P{i},{scanner},{},{},{}\n", value(0), value(1), value(2));
    }
    Ok(Table::from_reader(text.as_bytes(), "made-up table")?)
}
