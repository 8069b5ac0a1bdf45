//! The images and contours of a patient.

use radsurv_image::{Mask, Volume};

use super::anatomy::{Anatomy, TUMOUR};
use super::draw::{Draw, Part};
use super::field::Field;
use super::grid::Grid;
use super::patient::Patient;
use super::scanner::{Scanner, rician};
use super::settings::SimulationSettings;
use super::surface::{Reader, Surface};
use crate::error::Result;

/// The images of a simulated patient, in 16-bit whole numbers, and its contours (label 1).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SimulatedImages {
    /// The T2-weighted image.
    pub t2: Volume,
    /// The tumour, contoured by the first reader.
    pub mask: Mask,
    /// Of a patient who is contoured again: the first reader's contour four weeks later, and the second reader's.
    pub readers: Option<[Mask; 2]>,
    /// The diffusion-weighted images at b = 0 and 800 s/mm², on voxels twice as wide.
    pub diffusion: [Volume; 2],
}

/// b-value of the second diffusion-weighted image in s/mm².
const B_VALUE: f64 = 800.0;
/// ADC of what is not tumour in mm²/s, and how much that of the tumour varies with its texture.
const OTHER_ADC: f64 = 1.5e-3;
const ADC_VARIES: f64 = 0.12;
/// Signal of diffusion-weighted images relative to T2-weighted ones, and their noise.
const DIFFUSION_SIGNAL: f64 = 0.6;
const DIFFUSION_NOISE: f32 = 7.0;
/// What is around the largest tumour that can be, in mm.
const MARGIN: f64 = 3.0;

pub(super) fn images(settings: &SimulationSettings, number: usize, patient: &Patient) -> Result<SimulatedImages> {
    let mut draw = Draw::new(settings.seed, number, Part::Images);
    let grid = Grid::new(settings.size, settings.spacing_mm);
    let (diameter, tissue) = (10.0 * patient.clinical.diameter_cm, patient.truth.tissue);
    let field_mm = [0, 1, 2].map(|a| grid.size[a] as f64 * grid.spacing[a]);
    let anatomy = Anatomy::new(&mut draw, field_mm, diameter);
    // On a voxel, so that even a small tumour in thick slices has one.
    let centre = grid.nearest(anatomy.tumour);
    let surface = Surface::new(&mut draw, centre, diameter, tissue.irregularity);
    let inside = surface.inside(&grid, |_| 0.0);
    let around = |side: f64| centre.map(|c| c + side * (diameter + MARGIN));
    let tumour = Field::new(draw.noise(), around(-1.0), around(1.0), tissue.tumour_grain_mm);
    let ring = Field::new(draw.noise(), grid.first, grid.last(), tissue.ring_grain_mm);
    let ring = ring.on_grid(grid.first, grid.spacing, grid.size);
    let mut signal = anatomy.signal(&grid, &inside, &tissue, &ring, &tumour);
    let t2 = grid.image(Scanner::of(patient.period).acquire(&mut draw, &grid, &mut signal))?;
    let diffusion = diffusion(&mut draw, &grid, &signal, &inside, patient)?;

    let mut draw = Draw::new(settings.seed, number, Part::Readers);
    let [first, second] = [0; 2].map(|_| Reader::new(&mut draw));
    let mask = grid.mask(&first.contour(&mut draw, &surface, &grid))?;
    let readers = if patient.contoured_again {
        let again = grid.mask(&first.contour(&mut draw, &surface, &grid))?;
        Some([again, grid.mask(&second.contour(&mut draw, &surface, &grid))?])
    } else {
        None
    };
    Ok(SimulatedImages { t2, mask, readers, diffusion })
}

/// Images at two b-values of blocks of 2 x 2 voxels: `S(b) = S0 exp(-b ADC)` with Rician noise.
fn diffusion(draw: &mut Draw, grid: &Grid, signal: &[f32], inside: &[bool], patient: &Patient) -> Result<[Volume; 2]> {
    let half = grid.halved();
    let tumour_adc = 1e-3 * patient.truth.adc;
    let noise = [0; 4].map(|_| draw.noise());
    let mut images = [Vec::with_capacity(half.voxels()), Vec::with_capacity(half.voxels())];
    for z in 0..half.size[2] {
        for y in 0..half.size[1] {
            for x in 0..half.size[0] {
                let first = grid.offset([2 * x, 2 * y, z]);
                let block = [first, first + 1, first + grid.size[0], first + grid.size[0] + 1];
                let mean = block.iter().map(|&at| f64::from(signal[at])).sum::<f64>() / 4.0;
                let part = block.iter().filter(|&&at| inside[at]).count() as f64 / 4.0;
                // Brighter parts of a tumour have more water and diffuse more.
                let bright = (mean - f64::from(TUMOUR)) / patient.truth.tissue.tumour_contrast;
                let of_tumour = tumour_adc * (1.0 + ADC_VARIES * bright.clamp(-3.0, 3.0));
                let adc = part * of_tumour + (1.0 - part) * OTHER_ADC;
                let s0 = DIFFUSION_SIGNAL * mean;
                let at = images[0].len();
                for (k, b) in [0.0, B_VALUE].into_iter().enumerate() {
                    let clean = (s0 * (-b * adc).exp()) as f32;
                    images[k].push(rician(clean, DIFFUSION_NOISE, noise[2 * k], noise[2 * k + 1], at));
                }
            }
        }
    }
    let [b0, b800] = images;
    Ok([half.image(b0)?, half.image(b800)?])
}
