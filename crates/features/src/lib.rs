//! PyRadiomics' radiomics features, number for number and many times faster.

pub mod settings;
