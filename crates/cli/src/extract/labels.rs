//! Which labels of a mask to extract.

use std::fmt;

use radsurv_image::Mask;

/// One choice of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// One label.
    One(u32),
    /// Each label of the mask, ascending.
    All,
    /// All labels together as one region.
    Union,
}

/// A region to make of a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The voxels of one label.
    Label(u32),
    /// The voxels of any label.
    Union,
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => write!(f, "{label}"),
            Self::Union => f.write_str("union"),
        }
    }
}

/// The labels asked for, in order; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels(Vec<Choice>);

impl Labels {
    /// One label.
    pub fn one(label: u32) -> Self {
        Self(vec![Choice::One(label)])
    }

    /// Reads a list such as `1,2`, `all`, `union` or `all,union`. In a cohort file semicolons and spaces may stand for
    /// the commas.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut choices = Vec::new();
        for word in text.split([',', ';', ' ']).filter(|w| !w.is_empty()) {
            let choice = match word {
                "all" => Choice::All,
                "union" => Choice::Union,
                // Tables written by statistics programs have 1.0 for 1.
                number => match number.strip_suffix(".0").unwrap_or(number).parse() {
                    Ok(label) => Choice::One(label),
                    Err(_) => {
                        return Err(format!("{word:?} is no label: give whole numbers, \"all\" or \"union\""));
                    }
                },
            };
            if !choices.contains(&choice) {
                choices.push(choice);
            }
        }
        if choices.is_empty() {
            return Err("give at least one label, \"all\" or \"union\"".to_string());
        }
        Ok(Self(choices))
    }

    /// Whether a mask may give more than one region.
    pub fn several(&self) -> bool {
        self.0.len() > 1 || self.0 == [Choice::All]
    }

    /// Whether both may ask for the same region of a mask.
    pub fn overlaps(&self, other: &Self) -> bool {
        let numbers = |l: &Self| l.0.iter().any(|c| *c != Choice::Union);
        let all = |l: &Self| l.0.contains(&Choice::All);
        self.0.iter().any(|c| other.0.contains(c)) || (all(self) && numbers(other)) || (all(other) && numbers(self))
    }

    /// The regions to make of a mask; none if all labels are wanted and there are none.
    pub fn wanted(&self, mask: &Mask) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for choice in &self.0 {
            match choice {
                Choice::One(label) => wanted.push(Wanted::Label(*label)),
                Choice::Union => wanted.push(Wanted::Union),
                Choice::All => wanted.extend(mask.labels().into_keys().map(Wanted::Label)),
            }
        }
        let mut unique = Vec::with_capacity(wanted.len());
        for w in wanted {
            if !unique.contains(&w) {
                unique.push(w);
            }
        }
        unique
    }
}

impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, choice) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            match choice {
                Choice::One(label) => write!(f, "{label}")?,
                Choice::All => f.write_str("all")?,
                Choice::Union => f.write_str("union")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use radsurv_image::{Geometry, Volume};

    use super::*;

    #[test]
    fn lists_are_read() {
        let labels = |text: &str| Labels::parse(text).unwrap();
        assert_eq!(labels("2, 1;2").to_string(), "2,1");
        assert_eq!(labels("3.0"), Labels::one(3));
        assert!(labels("all").several() && !labels("union").several() && labels("1 2").several());
        for bad in ["", " , ", "1.5", "-1", "tumour", "4294967296"] {
            assert!(Labels::parse(bad).is_err(), "{bad}");
        }
        assert!(labels("all").overlaps(&labels("7")) && labels("1,union").overlaps(&labels("union")));
        assert!(!labels("all").overlaps(&labels("union")) && !labels("1").overlaps(&labels("2,3")));
    }

    #[test]
    fn regions_are_found_once() {
        let grid = Geometry::new([3, 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let mask = Mask::new(Volume::new(grid, vec![0u8, 5, 2]).unwrap()).unwrap();
        let wanted = Labels::parse("5,all,union").unwrap().wanted(&mask);
        assert_eq!(wanted, [Wanted::Label(5), Wanted::Label(2), Wanted::Union]);
    }
}
