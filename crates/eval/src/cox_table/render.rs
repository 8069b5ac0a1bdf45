//! Cox tables as papers print them.

use radsurv_data::list;

use super::{CoxTable, CoxVariable, VariableTests};
use crate::risk_groups::HazardRatio;
use crate::text_table::{TextTable, p_value, percent, with_limits};

impl CoxTable {
    /// The table as text: a row per number and level, with the variable as a whole above its levels.
    pub fn text(&self) -> TextTable {
        let limits = format!("({} % CI)", percent(self.confidence));
        let hazard = |kind: &str| format!("{kind} hazard ratio {limits}");
        let mut header = vec!["variable".to_string(), "n".to_string(), "events".to_string()];
        header.extend([hazard("univariable"), "p".to_string()]);
        if self.multivariable.is_some() {
            header.extend([hazard("multivariable"), "p".to_string()]);
        }
        let mut table = TextTable::new(header);
        for variable in &self.variables {
            self.add(variable, &mut table);
        }
        table
    }

    fn add(&self, variable: &CoxVariable, table: &mut TextTable) {
        let several = variable.rows.len() != 1;
        let entered = self.multivariable.as_ref().is_some_and(|model| {
            // Interactions are there only if they were entered.
            model.variables.contains(&variable.name) || variable.multivariable.is_some()
        });
        if several {
            let whole = |tests: &Option<VariableTests>| {
                [String::new(), tests.map_or(String::new(), |t| p_value(t.likelihood_ratio.p_value))]
            };
            let mut row = vec![variable.name.clone(), String::new(), String::new()];
            match &variable.no_univariable {
                Some(_) if variable.rows.is_empty() => row.extend(["not estimable".to_string(), String::new()]),
                _ => row.extend(whole(&variable.univariable)),
            }
            row.extend(whole(&variable.multivariable));
            table.push(row);
        }
        for row in &variable.rows {
            let name = match (several, row.label.as_str()) {
                (true, label) => format!("  {label}"),
                (false, "") => variable.name.clone(),
                (false, label) => format!("{}, {label}", variable.name),
            };
            let effect = |ratio: &Option<HazardRatio>, there: bool| match ratio {
                _ if !there => [String::new(), String::new()],
                _ if row.reference => ["reference".to_string(), String::new()],
                Some(hr) => [with_limits(hr.estimate, hr.lower, hr.upper, 2), p_value(hr.p_value)],
                None => ["not estimable".to_string(), String::new()],
            };
            let mut cells = vec![name, row.cases.to_string(), row.events.to_string()];
            // Interactions have no univariable model.
            cells.extend(effect(&row.univariable, variable.univariable.is_some() || variable.no_univariable.is_some()));
            cells.extend(effect(&row.multivariable, entered));
            table.push(cells);
        }
    }

    /// What the table does not show: the multivariable model, and why numbers are missing.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self
            .multivariable
            .iter()
            .map(|model| {
                format!(
                    "Multivariable model: {} cases, {} events; likelihood ratio test p {}.",
                    model.cases,
                    model.events,
                    p_value(model.likelihood_ratio.p_value)
                )
            })
            .collect();
        let endless = self.multivariable.iter().map(|model| &model.not_finite).filter(|names| !names.is_empty());
        notes.extend(endless.map(|names| {
            format!(
                "No finite multivariable hazard ratio of {}: it separates cases with events from others.",
                list(names)
            )
        }));
        notes.extend(self.no_multivariable.iter().map(|why| format!("No multivariable model: {why}.")));
        for variable in &self.variables {
            notes.extend(variable.no_univariable.iter().map(|why| format!("{}: {why}.", variable.name)));
        }
        notes
    }
}
