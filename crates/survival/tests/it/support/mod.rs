//! What tests share.

pub mod boosting;
pub mod centres;
pub mod contract;
pub mod coxnet;
pub mod says;
pub mod validation;
