//! A perturbation as data, and its application.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::contour::{ContourShift, shift_contour};
use super::noise::{add_noise, noise_sd, to_float, to_type};
use super::rigid::{holding, move_image, move_region, rotated, translated};
use super::supervoxels::randomise_supervoxels;
use super::volume::{change_volume, move_surface};
use crate::error::{Error, Result};
use crate::geometry::Geometry;
use crate::mask::Region;
use crate::resample::Interpolator;
use crate::volume::Volume;

/// One change of image or region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Step {
    /// Gaussian noise: [`add_noise`].
    Noise {
        /// Standard deviation; if none is given, that of the image's own noise ([`noise_sd`] of the whole image).
        sd: Option<f64>,
        /// Seed.
        seed: u64,
    },
    /// Image and region turned in the slice plane about the centre of the region, from x towards y.
    Rotate {
        /// Angle in degrees.
        degrees: f64,
    },
    /// Image and region sampled on a grid moved along its axes.
    Translate {
        /// Fractions of the spacing along x, y, z.
        fraction: [f64; 3],
    },
    /// A larger or smaller region: [`change_volume`].
    Volume {
        /// Change of the number of voxels, as a fraction.
        fraction: f64,
        /// Seed.
        seed: u64,
    },
    /// The region's surface moved by a distance: [`move_surface`].
    Surface {
        /// Distance in mm, outwards if positive.
        mm: f64,
        /// Shrinking stops at this fraction of the voxels.
        keep: f64,
    },
    /// Another reader's contour: [`shift_contour`].
    Contour {
        /// How far and how smoothly.
        shift: ContourShift,
        /// Seed.
        seed: u64,
    },
    /// A contour along supervoxels: [`randomise_supervoxels`].
    Supervoxels {
        /// Seed.
        seed: u64,
    },
}

impl Step {
    /// Its name in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Noise { .. } => "noise",
            Self::Rotate { .. } => "rotation",
            Self::Translate { .. } => "translation",
            Self::Volume { .. } | Self::Surface { .. } => "volume",
            Self::Contour { .. } => "contour",
            Self::Supervoxels { .. } => "supervoxels",
        }
    }
}

/// Steps to be taken one after the other. It is data: saved, it says exactly what was done.
///
/// # Example
/// ```
/// use radsurv_image::perturb::{ImageGrid, Perturbation, Step};
/// use radsurv_image::{Geometry, Mask, Volume, resample::Interpolator};
/// let grid = Geometry::new([8, 8, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY)?;
/// let ramp = Volume::new(grid.clone(), (0..64).map(|i| f64::from(i % 8)).collect::<Vec<f64>>())?;
/// let inside: Vec<bool> = (0..64).map(|i| (2..6).contains(&(i % 8))).collect();
/// let region = Mask::from_bools(grid, &inside)?.region(1)?;
/// let shift = Perturbation::new(vec![Step::Translate { fraction: [0.25, 0.0, 0.0] }]);
/// let moved = shift.apply(&ramp, &region, ImageGrid::Moved(Interpolator::Linear))?;
/// assert_eq!(moved.image.get([3, 4, 0]), 3.25);
/// # Ok::<(), radsurv_image::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Perturbation {
    /// The steps.
    pub steps: Vec<Step>,
    /// A region of fewer voxels than this fraction of the original after a step is an error.
    pub least_volume: f64,
}

/// What becomes of the image when the grid is turned or moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ImageGrid {
    /// It is interpolated on the new grid, and goes on beyond its border with the value at the border.
    Moved(Interpolator),
    /// It stays on its own grid, and only the region is on the new one: for callers that resample both to another spacing
    /// anyway, which then interpolates the image once and not twice.
    Kept,
}

/// What a perturbation made.
#[derive(Debug, Clone, PartialEq)]
pub struct Perturbed<'a> {
    /// The image, in the type it had; borrowed if nothing changed it.
    pub image: Cow<'a, Volume>,
    /// The region.
    pub region: Region,
}

impl Perturbation {
    /// Steps, with half of the volume as the least.
    pub fn new(steps: Vec<Step>) -> Self {
        Self { steps, least_volume: 0.5 }
    }

    /// The same with a known standard deviation for noise that is to be estimated: so that repetitions of a case estimate
    /// it once.
    pub fn with_noise_sd(mut self, known: f64) -> Self {
        for step in &mut self.steps {
            if let Step::Noise { sd: sd @ None, .. } = step {
                *sd = Some(known);
            }
        }
        self
    }

    /// Whether the noise of the image has to be estimated.
    pub fn estimates_noise(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Noise { sd: None, .. }))
    }

    /// Takes the steps. Rotations and translations that follow each other are one interpolation.
    ///
    /// Between steps intensities are floating point numbers, so that an integer image is rounded once, at the end.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if image and region are not on the same grid; [`Error::Perturbation`] if a step leaves no voxel of
    /// the region, or less than the least volume: that concerns this perturbation, others of the case may do. Else as the
    /// steps.
    pub fn apply<'a>(&self, image: &'a Volume, region: &Region, grid: ImageGrid) -> Result<Perturbed<'a>> {
        image.geometry().check_same(region.geometry(), 1e-4)?;
        let mut state = State {
            image: Cow::Borrowed(image),
            region: region.clone(),
            pending: None,
            grid,
            least: self.least_volume * region.voxel_count() as f64,
            original: region.voxel_count(),
        };
        for step in &self.steps {
            state.take(step)?;
        }
        state.settle()?;
        let image = match state.image {
            Cow::Borrowed(image) => Cow::Borrowed(image),
            Cow::Owned(made) => Cow::Owned(to_type(made, image.voxel_type())?),
        };
        Ok(Perturbed { image, region: state.region })
    }
}

struct State<'a> {
    image: Cow<'a, Volume>,
    region: Region,
    /// The grid that image and region are to be sampled on, and the step that asked for it last.
    pending: Option<(Geometry, &'static str)>,
    grid: ImageGrid,
    least: f64,
    original: usize,
}

impl State<'_> {
    fn take(&mut self, step: &Step) -> Result<()> {
        let name = step.name();
        match step {
            // A step by nothing is none, to the bit.
            Step::Rotate { degrees } if *degrees != 0.0 => {
                self.pending = Some((rotated(&self.next_grid(), &self.region, *degrees)?, name));
                return Ok(());
            }
            Step::Translate { fraction } if *fraction != [0.0; 3] => {
                self.pending = Some((translated(&self.next_grid(), &self.region, *fraction)?, name));
                return Ok(());
            }
            Step::Rotate { .. } | Step::Translate { .. } => return Ok(()),
            _ => self.settle()?,
        }
        match step {
            Step::Noise { sd, seed } => {
                let sd = match sd {
                    Some(sd) => *sd,
                    None => noise_sd(&self.image, &self.image.geometry().full_box())?,
                };
                if sd != 0.0 {
                    self.image = Cow::Owned(add_noise(&to_float(&self.image)?, sd, *seed)?);
                }
            }
            Step::Volume { fraction, seed } => self.region = change_volume(&self.region, *fraction, *seed)?,
            Step::Surface { mm, keep } => self.region = move_surface(&self.region, *mm, *keep)?,
            Step::Contour { shift, seed } => self.region = shift_contour(&self.region, shift, *seed)?,
            Step::Supervoxels { seed } => self.region = self.supervoxels(*seed)?,
            Step::Rotate { .. } | Step::Translate { .. } => {}
        }
        self.check_volume(name)
    }

    fn next_grid(&self) -> Geometry {
        self.pending.as_ref().map_or(self.region.geometry(), |(grid, _)| grid).clone()
    }

    /// Puts image and region on the grid that is asked for.
    fn settle(&mut self) -> Result<()> {
        let Some((target, name)) = self.pending.take() else { return Ok(()) };
        let target = holding(&target, &self.region)?;
        if let ImageGrid::Moved(interpolator) = self.grid {
            self.image = Cow::Owned(move_image(&to_float(&self.image)?, &target, interpolator)?);
        }
        self.region = move_region(&self.region, &target, name)?;
        self.check_volume(name)
    }

    /// Supervoxels on the region's grid, wherever the image is.
    fn supervoxels(&self, seed: u64) -> Result<Region> {
        let grid = self.region.geometry();
        if self.image.geometry().check_same(grid, 1e-4).is_ok() {
            return randomise_supervoxels(&self.image, &self.region, seed);
        }
        let image = move_image(&to_float(&self.image)?, grid, Interpolator::Linear)?;
        randomise_supervoxels(&image, &self.region, seed)
    }

    fn check_volume(&self, step: &'static str) -> Result<()> {
        let count = self.region.voxel_count();
        if (count as f64) >= self.least {
            return Ok(());
        }
        let part = 100.0 * count as f64 / self.original as f64;
        Err(Error::Perturbation {
            step,
            what: format!(
                "{count} of {} voxels are left ({part:.0} %), fewer than the least volume of {:.0} %",
                self.original,
                100.0 * self.least / self.original as f64
            ),
        })
    }
}
