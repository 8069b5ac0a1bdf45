//! Samples joined to their groups and covariates.
