//! A case in files.

use std::path::{Path, PathBuf};

use radsurv_image::io;
use serde::{Deserialize, Serialize};

use super::read::is_dicom;
use super::result::Part;

/// An image with its masks, in any format that [`io`] reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageCase {
    /// The case.
    pub id: String,
    /// The image.
    pub image: PathBuf,
    /// The mask of the tumour.
    pub mask: PathBuf,
    /// The label of the tumour in all its masks. Default 1.
    #[serde(default = "one")]
    pub label: u32,
    /// Masks of the same tumour by other readers, or by the same at another time: the first is of the first reading, and so
    /// on. A case need not have them all. Default none.
    #[serde(default)]
    pub readers: Vec<Option<PathBuf>>,
    /// Where its diffusion comes from. Default [`AdcInput::None`].
    #[serde(default)]
    pub adc: AdcInput,
}

fn one() -> u32 {
    1
}

/// Where the apparent diffusion coefficient of a case comes from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdcInput {
    /// There is none.
    #[default]
    None,
    /// A map.
    Map(PathBuf),
    /// Images at two b-values or more; several of one b-value are averaged.
    Dwi(Vec<DwiImage>),
}

/// A diffusion-weighted image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DwiImage {
    /// Its b-value in s/mm².
    pub b_value: f64,
    /// The image.
    pub image: PathBuf,
}

impl ImageCase {
    /// A case with label 1 and neither readers nor diffusion.
    pub fn new(id: impl Into<String>, image: impl Into<PathBuf>, mask: impl Into<PathBuf>) -> Self {
        let (id, image, mask) = (id.into(), image.into(), mask.into());
        Self { id, image, mask, label: 1, readers: Vec::new(), adc: AdcInput::None }
    }

    /// All its masks, each with what its features are of.
    pub(super) fn masks(&self) -> impl Iterator<Item = (Part, &Path)> {
        let readers = self.readers.iter().enumerate();
        let readers = readers.filter_map(|(k, path)| Some((Part::Reader(k), path.as_deref()?)));
        std::iter::once((Part::Case, self.mask.as_path())).chain(readers)
    }

    /// All its files, each with what it is.
    fn files(&self) -> Vec<(String, &Path)> {
        let masks = self.masks().map(|(part, path)| match part {
            Part::Case => ("mask".to_string(), path),
            part => (format!("mask of {part}"), path),
        });
        let mut files = vec![("image".to_string(), self.image.as_path())];
        files.extend(masks);
        match &self.adc {
            AdcInput::None => {}
            AdcInput::Map(map) => files.push(("ADC map".to_string(), map)),
            AdcInput::Dwi(images) => {
                files.extend(images.iter().map(|dwi| (format!("image of b = {}", dwi.b_value), dwi.image.as_path())));
            }
        }
        files
    }
}

/// A file of a case that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileProblem {
    /// The case.
    pub case_id: String,
    /// What the file is to it: `image`, `mask`, `mask of reader 1`, `ADC map`, `image of b = 800`.
    pub what: String,
    /// What is wrong, with the file.
    pub reason: String,
}

/// The files that are missing or whose headers are not those of an image: worth asking before hours of work. Only headers are
/// read, of DICOM nothing.
///
/// # Example
/// ```
/// use radsurv_study::images::{ImageCase, check};
/// let problems = check(&[ImageCase::new("P1", "gone.nii.gz", "gone-too.nii.gz")]);
/// assert_eq!(problems.iter().map(|p| p.what.as_str()).collect::<Vec<_>>(), ["image", "mask"]);
/// assert!(problems[0].reason.starts_with("gone.nii.gz: "));
/// ```
pub fn check(cases: &[ImageCase]) -> Vec<FileProblem> {
    let mut problems = Vec::new();
    for case in cases {
        for (what, path) in case.files().into_iter().filter(|(_, path)| !is_dicom(path)) {
            if let Err(error) = io::read_info(path) {
                problems.push(FileProblem { case_id: case.id.clone(), what, reason: error.to_string() });
            }
        }
    }
    problems
}
