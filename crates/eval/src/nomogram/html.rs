//! A nomogram as a page that computes, in one file.

use radsurv_stats::spline::RestrictedCubicSpline;
use radsurv_stats::terms::{Coding, Observed};
use serde::Serialize;

use super::Nomogram;
use super::model::BaselineSurvival;
use crate::error::{Error, Result};

/// What the script of the page knows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    title: &'a str,
    variables: Vec<PageVariable<'a>>,
    interactions: Vec<PageInteraction<'a>>,
    components: Vec<PageComponent<'a>>,
    at_zero: f64,
    points_per_unit: f64,
    max_total: f64,
    baseline: &'a [BaselineSurvival],
}

#[derive(Serialize)]
struct PageVariable<'a> {
    name: &'a str,
    coefficients: &'a [f64],
    /// Of a spline.
    knots: Option<&'a RestrictedCubicSpline>,
    /// Of a number.
    observed: Option<&'a Observed>,
    /// Of a category.
    levels: Option<&'a [String]>,
    reference: Option<&'a str>,
}

#[derive(Serialize)]
struct PageInteraction<'a> {
    first: usize,
    second: usize,
    coefficients: &'a [f64],
}

#[derive(Serialize)]
struct PageComponent<'a> {
    variables: &'a [usize],
    lowest: f64,
}

impl Nomogram {
    /// A page of HTML with an input for each variable, that shows points, total points and survival as they are entered: in one
    /// file, without anything from the network, and computed as [`trace`](Self::trace) does. No data of patients are in it,
    /// but the lowest, middle and highest value of each number.
    ///
    /// # Errors
    /// [`Error::Nomogram`] if the model cannot be written as JSON, which does not happen.
    pub fn to_html(&self, title: &str) -> Result<String> {
        let json = serde_json::to_string(&self.page(title)).map_err(|e| Error::Nomogram { what: e.to_string() })?;
        // Nothing in a name may end the script or begin a comment in it.
        let json = json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        // What is put in is not searched for marks again.
        let page = include_str!("page.html");
        let (head, tail) = page.split_once("{{model}}").unwrap_or((page, ""));
        Ok(format!("{}{json}{tail}", head.replace("{{title}}", &title)))
    }

    fn page<'a>(&'a self, title: &'a str) -> Page<'a> {
        let terms = self.model.terms();
        let mut rest = self.model.coefficients();
        let mut take = |width: usize| {
            let (own, others) = rest.split_at(width.min(rest.len()));
            rest = others;
            own
        };
        let mut variables = Vec::new();
        for variable in terms.variables() {
            let mut page = PageVariable {
                name: &variable.name,
                coefficients: take(variable.width()),
                knots: None,
                observed: None,
                levels: None,
                reference: None,
            };
            match &variable.coding {
                Coding::Linear { observed } => page.observed = Some(observed),
                Coding::Spline { spline, observed } => (page.knots, page.observed) = (Some(spline), Some(observed)),
                Coding::Category { levels, reference } => {
                    (page.levels, page.reference) = (Some(levels.as_slice()), Some(reference.as_str()));
                }
            }
            variables.push(page);
        }
        let place = |name: &str| terms.variables().iter().position(|v| v.name == name);
        let mut interactions = Vec::new();
        for pair in terms.interactions() {
            if let (Some(first), Some(second)) = (place(&pair.first), place(&pair.second)) {
                let width = terms.variables()[first].width() * terms.variables()[second].width();
                interactions.push(PageInteraction { first, second, coefficients: take(width) });
            }
        }
        let components = self
            .components
            .iter()
            .map(|component| PageComponent { variables: &component.variables, lowest: component.lowest });
        Page {
            title,
            variables,
            interactions,
            components: components.collect(),
            at_zero: self.at_zero,
            points_per_unit: self.points_per_unit,
            max_total: self.total.last().copied().unwrap_or(self.max_points),
            baseline: self.model.baseline(),
        }
    }
}
