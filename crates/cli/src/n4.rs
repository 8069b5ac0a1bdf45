//! N4 without a mask of the user's: what `image n4` and `extract --n4` do alike.

use std::path::Path;

use radsurv_image::intensity::n4::{N4Result, N4Settings, correct};
use radsurv_image::intensity::otsu_region;
use radsurv_image::{Result, Volume};

/// From this share of voxels on that are 0 or negative the user is told.
const MANY: f64 = 0.02;

/// A correction.
pub struct N4 {
    /// The settings.
    pub settings: N4Settings,
    /// Whether only voxels above Otsu's threshold take part; otherwise all do, as in SimpleITK.
    pub otsu: bool,
}

impl N4 {
    /// Corrects an image.
    ///
    /// # Errors
    /// As [`correct`].
    pub fn correct(&self, image: &Volume) -> Result<N4Result> {
        let region = match self.otsu {
            true => Some(otsu_region(image, self.settings.number_of_histogram_bins)?),
            false => None,
        };
        correct(image, region.as_ref(), &self.settings)
    }

    /// A background of 0 that takes part, as it does in SimpleITK, can leave an image worse than it was.
    pub fn notice(&self, image: &Volume, path: &Path) -> Option<String> {
        let n = image.voxels().len();
        let empty = (0..n).filter(|&i| image.voxels().get(i) <= 0.0).count();
        let share = empty as f64 / n as f64;
        (!self.otsu && share > MANY).then(|| {
            format!(
                "{}: {:.0} % of its voxels are 0 or negative and take part in N4, as in SimpleITK; --otsu leaves them out",
                path.display(),
                100.0 * share
            )
        })
    }
}
