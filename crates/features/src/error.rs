//! What can go wrong between a parameter file, an image and its features.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// An error of this crate. The message says what, where and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An image or a mask that cannot be used.
    #[error(transparent)]
    Image(#[from] radsurv_image::Error),
    /// A parameter file that cannot be used, with everything that is wrong with it.
    #[error("{0}")]
    Settings(Box<SettingsError>),
    /// The operating system refused to read a parameter file.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A region without voxels.
    #[error("the region has no voxel; check the mask and its label")]
    EmptyRegion,
    /// A grey level of 0, which stands for the outside of a region.
    #[error("grey levels count from 1, but a voxel of the region has the level 0")]
    LevelZero,
    /// A discretisation with more bins than memory is worth.
    #[error(
        "a bin width of {width} gives more than 10 million grey levels between {min} and {max}; set a larger binWidth \
         or use binCount"
    )]
    TooManyBins {
        /// The region's lowest value.
        min: f64,
        /// The region's highest value.
        max: f64,
        /// The width of a bin.
        width: f64,
    },
    /// A region that is too small for the settings `minimumROIDimensions` or `minimumROISize`.
    #[error("{0}")]
    RegionTooSmall(String),
    /// A voxel that is not a number, where a feature needs it.
    #[error(
        "the image has the value {value} at voxel (x, y, z) = {index:?} ({count} of its voxels are NaN or infinite); \
         replace NaN and infinite voxels before the extraction"
    )]
    NotFinite {
        /// The first such voxel that a feature needs.
        index: [usize; 3],
        /// Its value.
        value: f64,
        /// How many voxels of the whole image are NaN or infinite.
        count: usize,
    },
    /// A filter that cannot be applied.
    #[error(transparent)]
    Filter(#[from] crate::filter::FilterError),
    /// A failure that concerns all regions of an image; the message is that of the error it stands for.
    #[error("{0}")]
    Preprocessing(String),
    /// A resegmentation that leaves nothing.
    #[error("resegmentation keeps {kept} of {of} voxels of the region; widen resegmentRange (at least 2 must stay)")]
    Resegmentation {
        /// Voxels left.
        kept: usize,
        /// Voxels before.
        of: usize,
    },
}

impl From<SettingsError> for Error {
    fn from(error: SettingsError) -> Self {
        Self::Settings(Box::new(error))
    }
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything that is wrong with a parameter file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// The file, or what stands for it in messages.
    pub source_name: String,
    /// The problems in the order of the file; never empty.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with a parameter file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it is, if it is at a place.
    pub position: Option<Position>,
    /// The key with its section, for example `imageType.LoG.binWidth`; empty for the file as a whole.
    pub key: String,
    /// What was found there and what is allowed.
    pub what: String,
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "{position}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.what)
    }
}

/// How many problems a message tells; the field has all.
const SHOWN: usize = 50;

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [one] => write!(f, "{}: {one}", self.source_name),
            many => {
                write!(f, "{}: {} problems", self.source_name, many.len())?;
                many.iter().take(SHOWN).try_for_each(|problem| write!(f, "\n  {problem}"))?;
                match many.len().saturating_sub(SHOWN) {
                    0 => Ok(()),
                    more => write!(f, "\n  and {more} more"),
                }
            }
        }
    }
}

impl std::error::Error for SettingsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_told() {
        let problem = |line, key: &str| Problem {
            position: Some(Position { line, column: 3 }),
            key: key.to_string(),
            what: "is not a setting".to_string(),
        };
        let one = SettingsError { source_name: "p.yaml".into(), problems: vec![problem(2, "setting.a")] };
        assert_eq!(one.to_string(), "p.yaml: line 2, column 3: setting.a: is not a setting");
        let two = SettingsError { source_name: "p.yaml".into(), problems: vec![problem(2, "a"), problem(5, "b")] };
        let many = SettingsError { source_name: "p".into(), problems: vec![problem(1, "a"); 52] };
        assert!(many.to_string().ends_with("\n  and 2 more"));
        assert_eq!(
            Error::from(two).to_string(),
            "p.yaml: 2 problems\n  line 2, column 3: a: is not a setting\n  line 5, column 3: b: is not a setting"
        );
    }
}
