//! The comparison of our feature vector with that of a golden row.

use std::collections::BTreeMap;

use radsurv_features::{Extractor, FeatureVector};
use radsurv_testkit::compare::{
    Difference, Spread, Table, family, natural_scale, relative_difference, split_name, spread_of,
};
use radsurv_testkit::golden::number;
use serde_json::Value;

use super::{image_and_mask, settings};

/// Errors of PyRadiomics that are not reproduced, and what is given in their place. Each is in `docs/differences.md`.
const NOT_REPRODUCED: [(&str, &str); 3] = [
    (
        "cannot compute 2D shape",
        "the upstream test of a slice's thickness is inverted, so shape2D is tried on a thick region and the whole \
         extraction fails; here shape2D alone is left out, with a notice",
    ),
    (
        "Error getting angle count",
        "no angle of the distances fits into the region; here the features of that matrix are undefined, with the reason",
    ),
    ("too many indices for array", "lbp3DLevels 1 trips over a scalar index upstream; here it gives its one level"),
];

/// What the comparison of many rows found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Values computed in double precision.
    pub double: Table,
    /// Values of single-precision images.
    pub single: Table,
    /// What must not be, a line each.
    pub failures: Vec<String>,
    /// Values of single-precision images that differ by more than 1e-3, by case and image.
    pub beyond: BTreeMap<(String, String), Vec<Difference>>,
    /// Rows where PyRadiomics raises and so do we.
    pub errors: usize,
    /// Rows where PyRadiomics raises and we do not, on purpose, by reason.
    pub not_reproduced: BTreeMap<&'static str, Vec<String>>,
}

impl Outcome {
    /// Compares a feature vector with golden features. `place` is the case, `single` says whether an image is of single
    /// precision.
    pub fn compare(&mut self, place: &str, ours: &FeatureVector, golden: &Value, single: impl Fn(&str) -> bool) {
        let Some(golden) = golden.as_object() else {
            self.failures.push(format!("{place}: no golden features"));
            return;
        };
        let mut mine = BTreeMap::new();
        for feature in &ours.features {
            if mine.insert(feature.name(), &feature.value).is_some() {
                self.failures.push(format!("{place}: {} twice", feature.name()));
            }
        }
        for name in mine.keys().filter(|name| !golden.contains_key(*name)) {
            self.failures.push(format!("{place}: {name} has no golden value"));
        }
        let order = ours.features.iter().map(|f| f.name()).ne(golden.keys().cloned());
        if order && mine.len() == golden.len() && mine.keys().all(|k| golden.contains_key(k)) {
            self.failures.push(format!("{place}: another order of features"));
        }
        let mut spreads: BTreeMap<&str, Spread> = BTreeMap::new();
        for (name, value) in golden {
            let full = format!("{place} {name}");
            let (Some((image, class, feature)), Some(value)) = (split_name(name), number(value)) else {
                self.failures.push(format!("{full}: cannot be read"));
                continue;
            };
            let Some(&found) = mine.get(name) else {
                self.failures.push(format!("{full}: golden value without a feature"));
                continue;
            };
            if !value.is_finite() {
                if found.reason().is_none_or(str::is_empty) {
                    self.failures.push(format!("{full}: golden is {value}, ours {} without a reason", found.number()));
                }
                continue;
            }
            let lookup = |n: &str| golden.get(n).and_then(number);
            let spread = *spreads.entry(image).or_insert_with(|| spread_of(image, lookup));
            let relative = relative_difference(found.number(), value, natural_scale(class, feature, &spread));
            let difference = Difference { place: full, ours: found.number(), golden: value, relative };
            if single(image) {
                if relative > 1e-3 {
                    self.beyond.entry((place.to_string(), image.to_string())).or_default().push(difference.clone());
                }
                self.single.add(family(image), class, difference);
            } else {
                if relative > 1e-6 {
                    self.failures.push(format!(
                        "{}: ours {:e}, golden {:e}, relative difference {relative:.1e}",
                        difference.place, difference.ours, difference.golden
                    ));
                }
                self.double.add(family(image), class, difference);
            }
        }
    }

    /// Extracts the features of a golden row and compares them.
    pub fn row(&mut self, row: &Value) {
        let id = row["id"].as_str().unwrap_or("?");
        let (image, mask) = image_and_mask(row);
        let ours = settings(row).and_then(|read| Extractor::new(read).extract(&image, &mask));
        match (ours, row["error"].as_str()) {
            (Ok(ours), None) => self.compare(id, &ours, &row["features"], |image| is_single(row, image)),
            (Err(_), Some(_)) => self.errors += 1,
            (Ok(ours), Some(error)) => match NOT_REPRODUCED.iter().find(|(part, _)| error.contains(part)) {
                Some((_, reason)) => self.not_reproduced.entry(reason).or_default().push(id.to_string()),
                None => self
                    .failures
                    .push(format!("{id}: PyRadiomics raises ({error}), we give {} values", ours.features.len())),
            },
            (Err(error), None) => self.failures.push(format!("{id}: PyRadiomics gives values, we fail: {error}")),
        }
    }

    /// Prints the tables and fails if anything was found that must not be.
    pub fn finish(self, what: &str) {
        println!("{what}: {} rows end in an error on both sides", self.errors);
        for (reason, rows) in &self.not_reproduced {
            println!("{} rows where PyRadiomics alone fails: {reason} ({})", rows.len(), rows.join(", "));
        }
        println!("double precision\n{}", self.double);
        if self.single.totals().0 > 0 {
            println!("single precision\n{}", self.single);
        }
        let shown: Vec<&String> = self.failures.iter().take(4000).collect();
        assert!(
            self.failures.is_empty(),
            "{what}: {} failures, the first of them\n  {}",
            self.failures.len(),
            shown.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n  ")
        );
    }
}

/// Whether the golden row says that this image is of single precision.
pub fn is_single(row: &Value, image: &str) -> bool {
    row["single"].get(image).is_some()
}
