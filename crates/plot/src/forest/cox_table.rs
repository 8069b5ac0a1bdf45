//! Forest plots of Cox tables.

use radsurv_eval::cox_table::{CoxRow, CoxTable, CoxVariable};

use super::{Effect, Ratio, Row, Settings, figure};
use crate::drawing::Drawing;
use crate::error::{Error, Result};
use crate::scale::short;
use crate::style::Style;

/// Which model's ratios are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Model {
    /// Each variable alone.
    Univariable,
    /// All beside each other.
    #[default]
    Multivariable,
}

/// The rows of a Cox table: a variable of one row as it is, levels of a category below its name. Variables that did not enter
/// the multivariable model are not among its rows.
pub fn rows(table: &CoxTable, model: Model) -> Vec<Row> {
    let entered = |v: &&CoxVariable| match (&table.multivariable, model) {
        (_, Model::Univariable) => true,
        (None, Model::Multivariable) => false,
        (Some(fit), Model::Multivariable) => {
            fit.variables.contains(&v.name) || v.rows.iter().any(|row| row.multivariable.is_some())
        }
    };
    let mut rows = Vec::new();
    for variable in table.variables.iter().filter(entered) {
        // An interaction has rows of the multivariable model only.
        if model == Model::Univariable
            && variable.no_univariable.is_none()
            && variable.rows.iter().all(|row| row.univariable.is_none())
        {
            continue;
        }
        if let [only] = &variable.rows[..] {
            let name = [variable.name.as_str(), only.label.as_str()];
            let name = name.into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join(", ");
            rows.push(row(name, false, only, model));
            continue;
        }
        let heading = Row::heading(&variable.name);
        rows.push(heading);
        rows.extend(variable.rows.iter().map(|r| row(r.label.clone(), true, r, model)));
    }
    rows
}

fn row(name: String, indented: bool, of: &CoxRow, model: Model) -> Row {
    let ratio = match model {
        Model::Univariable => of.univariable,
        Model::Multivariable => of.multivariable,
    };
    let effect = match ratio {
        _ if of.reference => Effect::Reference,
        None => Effect::Unknown,
        Some(r) => Effect::Ratio(Ratio { estimate: r.estimate, lower: r.lower, upper: r.upper }),
    };
    // The numbers are of the univariable models: another model may have fewer cases.
    let cells = if model == Model::Univariable { vec![format!("{}/{}", of.events, of.cases)] } else { Vec::new() };
    Row { name, indented, cells, effect, p_value: ratio.filter(|_| !of.reference).map(|r| r.p_value) }
}

/// The forest plot of a Cox table. Rows have events and cases in the univariable one; in the other, which may have fewer cases,
/// these are those of the whole model, in the name of the axis.
///
/// # Errors
/// As [`figure`]; [`Error::Input`] with the reason if there is no multivariable model.
pub fn of_table(table: &CoxTable, model: Model, title: &str, style: &Style) -> Result<Drawing> {
    let ratio = format!("HR ({} % CI)", short(100.0 * table.confidence));
    let mut settings = Settings { title: title.into(), ratio, ..Settings::default() };
    let mut rows = rows(table, model);
    match (model, &table.multivariable) {
        (Model::Univariable, _) => {
            settings.columns = vec!["Events/n".into()];
            rows.iter_mut().filter(|r| r.effect == Effect::Heading).for_each(|r| r.cells = vec![String::new()]);
        }
        (Model::Multivariable, Some(fit)) => {
            settings.axis = format!("Hazard ratio ({} events of {})", fit.events, fit.cases);
        }
        (Model::Multivariable, None) => {
            let why = table.no_multivariable.as_deref().unwrap_or("it was not fitted");
            return Err(Error::Input(format!("there is no multivariable model to draw: {why}")));
        }
    }
    figure(&rows, &settings, style)
}
