//! Harmonisation against references, definitions and what must hold. One program: each more would be linked on its own.

mod combat_apply;
mod combat_data;
mod combat_errors;
mod combat_properties;
mod combat_python;
mod combat_sva;
mod covbat;
mod diagnostics;
mod icc_properties;
mod icc_reference;
mod redundancy_caret;
mod support;
mod zscore;
