//! Statistics against references, definitions and what must hold. One program: each more would be linked on its own.

mod bootstrap;
mod correlation;
mod cox;
mod cox_curves;
mod cox_firth;
mod cox_hard;
mod cox_residuals;
mod cox_univariable;
mod distributions;
mod hypergeometric;
mod hypothesis;
mod linear;
mod lowess;
mod max_selected;
mod nonparametric;
mod nonparametric_properties;
mod numerics;
mod support;
mod terms;
mod tests_of_tables;
