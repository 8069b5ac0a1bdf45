//! Names of columns in settings: none is written as `""`, so that a file of settings shows that there could be one.

use serde::{Deserialize, Deserializer, Serializer};

pub(crate) fn serialize<S: Serializer>(column: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(column.as_deref().unwrap_or(""))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(String::deserialize(from)?).filter(|name| !name.is_empty()))
}
