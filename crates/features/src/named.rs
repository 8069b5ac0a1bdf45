//! Structs of features whose fields carry PyRadiomics' names.

/// Declares a struct of `f64` features with the name of each, in PyRadiomics' order.
macro_rules! named_features {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name { $($(#[$field_meta])* pub $field: f64,)+ }

        #[allow(dead_code)]
        impl $name {
            /// PyRadiomics' names of the features, in its order.
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            /// The values in the order of [`Self::NAMES`].
            pub fn values(&self) -> Vec<f64> {
                vec![$(self.$field),+]
            }

            /// The value of a feature by PyRadiomics' name.
            pub fn get(&self, name: &str) -> Option<f64> {
                match name { $($text => Some(self.$field),)+ _ => None }
            }

            pub(crate) fn zero() -> Self {
                Self { $($field: 0.0),+ }
            }

            pub(crate) fn undefined() -> Self {
                Self { $($field: f64::NAN),+ }
            }

            pub(crate) fn add(&mut self, other: &Self) {
                $(self.$field += other.$field;)+
            }

            pub(crate) fn divide(&mut self, by: f64) {
                $(self.$field /= by;)+
            }
        }
    };
}
pub(crate) use named_features;
