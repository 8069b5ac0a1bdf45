//! Features against references, definitions and what must hold. One program: each more would be linked on its own.

mod feature_names;
mod instruction_sets;
mod live;
mod naive_features;
mod naive_matrices;
mod naive_shape;
mod parameter_errors;
mod parameter_files;
mod parameter_properties;
mod parity_features;
mod parity_matrices;
mod parity_real;
mod parity_responses;
mod properties_extractor;
mod properties_invariance;
mod properties_sums;
mod random;
mod support;
