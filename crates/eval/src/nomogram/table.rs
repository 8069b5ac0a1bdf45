//! A nomogram as a table.

use radsurv_data::{Table, number};

use super::Nomogram;
use super::axes::short;
use crate::error::Result;

impl Nomogram {
    /// A row for each tick, to be written as CSV: the axis, the value, its points. Points of the rows of `total points`, `linear
    /// predictor` and `survival at T` are total points.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) of the table, which does not happen: its columns differ, and rows have all of them.
    pub fn to_table(&self) -> Result<Table> {
        let columns = ["axis", "value", "points"].map(String::from).to_vec();
        let mut table = Table::new(columns, "the nomogram")?;
        let mut add =
            |axis: &str, value: String, points: f64| table.push(vec![axis.to_string(), value, number::format(points)]);
        for axis in &self.axes {
            axis.ticks.iter().try_for_each(|tick| add(&axis.name, tick.label.clone(), tick.points))?;
        }
        self.total.iter().try_for_each(|&total| add("total points", short(total), total))?;
        self.linear_predictor.iter().try_for_each(|tick| add("linear predictor", short(tick.value), tick.points))?;
        for axis in &self.survival {
            let name = format!("survival at {}", number::format(axis.time));
            axis.ticks.iter().try_for_each(|tick| add(&name, short(tick.survival), tick.points))?;
        }
        Ok(table)
    }
}
