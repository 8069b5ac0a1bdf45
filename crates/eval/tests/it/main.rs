//! Evaluation against references, definitions and what must hold. One program: each more would be linked on its own.

mod bootstrap;
mod brier;
mod calibration;
mod cox_table;
mod decision_curve;
mod decision_curve_properties;
mod hostile;
mod nomogram;
mod quality;
mod real_data;
mod reclassification;
mod risk_groups;
mod support;
mod table_one;
mod time_roc;
mod time_roc_properties;
