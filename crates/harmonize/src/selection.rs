//! Features that are kept, and why the others are not: the types of [`radsurv_data`], which all steps that select features give.

pub use radsurv_data::{Decision, Selection};
