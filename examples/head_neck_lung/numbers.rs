//! Numbers over seeds, and those that the reference tools found.

use radsurv::data::{Table, number};
use radsurv::stats::summary;

use super::{Result, TIMES};

/// Mean and standard deviation over runs.
#[derive(Clone, Copy)]
pub struct Value {
    pub mean: f64,
    pub sd: Option<f64>,
}

impl Value {
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.collect();
        let sd = (values.len() > 1).then(|| summary::variance(&values).sqrt());
        Self { mean: summary::mean(&values), sd }
    }

    pub fn text(self) -> String {
        let sd = self.sd.map_or(String::new(), |sd| format!(" ({sd:.3})"));
        format!("{:.3}{sd}", self.mean)
    }
}

/// What the reference tools found.
pub struct References(Vec<Table>);

impl References {
    pub fn read() -> Result<Self> {
        let r = include_str!("../../reference/head_neck_lung/r.csv");
        let python = include_str!("../../reference/head_neck_lung/python.csv");
        let read = |(text, name): (&str, &str)| Table::from_reader(text.as_bytes(), name);
        Ok(Self([(r, "r.csv"), (python, "python.csv")].into_iter().map(read).collect::<std::result::Result<_, _>>()?))
    }

    fn rows(&self, model: &str) -> impl Iterator<Item = &[String]> {
        self.0.iter().flat_map(Table::rows).map(|row| row.cells.as_slice()).filter(move |cells| cells[0] == model)
    }

    pub fn of(&self, model: &str, set: &str, measure: usize) -> Option<Value> {
        let name = if measure == 0 { "C".to_string() } else { format!("AUC{}", TIMES[measure - 1]) };
        let cells = self.rows(model).find(|cells| cells[3] == set && cells[4] == name)?;
        Some(Value { mean: number::parse(&cells[6])?, sd: number::parse(&cells[7]).filter(|sd| sd.is_finite()) })
    }

    pub fn tool(&self, model: &str) -> Option<String> {
        self.rows(model).next().map(|cells| format!("{} {}", cells[1], cells[2]))
    }
}
