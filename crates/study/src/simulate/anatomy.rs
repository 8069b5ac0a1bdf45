//! The tissue of a pelvis with a tumour: the signal a perfect scanner would see.

use super::draw::Draw;
use super::field::Field;
use super::grid::Grid;
use super::patient::Tissue;

/// Mean T2-weighted signals.
const FAT: f32 = 780.0;
const MUSCLE: f32 = 220.0;
const MARROW: f32 = 540.0;
const CORTEX: f32 = 60.0;
const PELVIC: f32 = 430.0;
const BLADDER: f32 = 950.0;
const RECTUM: f32 = 300.0;
pub(super) const TUMOUR: f32 = 620.0;

/// What of the texture around the tumour is seen in fat and muscle; in bone and in water there is none.
const IN_FAT: f32 = 0.6;
const IN_MUSCLE: f32 = 0.6;

/// Where a patient's organs are. Lengths in mm from the middle of the field of view, x to the left, y to the back.
pub(super) struct Anatomy {
    body: [f64; 2],
    fat: f64,
    muscle: f64,
    /// The tumour's middle, before it is put on a voxel.
    pub tumour: [f64; 3],
    bladder: Ball,
    rectum: Ball,
    bones: [Ball; 2],
}

/// An ellipsoid with axes along the image's; half axes of infinity make a cylinder.
struct Ball {
    centre: [f64; 3],
    half_axes: [f64; 3],
}

impl Ball {
    /// The part of the distance to the surface, squared, that z uses up, and so on.
    fn at(&self, axis: usize, at: f64) -> f64 {
        let part = (at - self.centre[axis]) / self.half_axes[axis];
        part * part
    }

    fn inside(&self, x: f64, y: f64, z_part: f64) -> f64 {
        self.at(0, x) + self.at(1, y) + z_part
    }
}

impl Anatomy {
    /// Organs for a tumour of this diameter, which the bladder lies in front of and the rectum behind.
    pub fn new(draw: &mut Draw, field_mm: [f64; 3], diameter_mm: f64) -> Self {
        let body = [0.465 * field_mm[0] * draw.between(0.97, 1.0), 0.40 * field_mm[1] * draw.between(0.95, 1.05)];
        let tumour = [draw.between(-6.0, 6.0), draw.between(-6.0, 6.0), draw.between(-4.0, 4.0)];
        let radius = diameter_mm / 2.0;
        let [front, behind] = [draw.between(14.0, 20.0), draw.between(10.0, 14.0)];
        let near = |side: f64, organ: f64| tumour[1] + side * (radius + organ + 6.0).min(body[1] - 30.0);
        let bladder = Ball {
            centre: [tumour[0] / 2.0, near(-1.0, front), draw.between(5.0, 15.0)],
            half_axes: [1.4 * front, front, 22.0],
        };
        let rectum = Ball {
            centre: [draw.between(-5.0, 5.0), near(1.0, behind), 0.0],
            half_axes: [1.2 * behind, behind, f64::INFINITY],
        };
        let height = draw.between(-5.0, 5.0);
        let bone = |side: f64| Ball {
            centre: [side * 0.74 * body[0], height, draw.between(-10.0, 10.0)],
            half_axes: [15.0, 22.0, 75.0],
        };
        let bones = [-1.0, 1.0].map(bone);
        Self { body, fat: draw.between(9.0, 15.0), muscle: draw.between(12.0, 16.0), tumour, bladder, rectum, bones }
    }

    /// The signal of each voxel. `ring` is the texture around the tumour on the grid, `tumour` that inside it.
    pub fn signal(&self, grid: &Grid, inside: &[bool], tissue: &Tissue, ring: &[f32], tumour: &Field) -> Vec<f32> {
        let ellipse = |less: f64| self.body.map(|half| 1.0 / (half - less));
        let [skin, fat, muscle] = [0.0, self.fat, self.fat + self.muscle].map(ellipse);
        let (ring_contrast, tumour_contrast) = (tissue.ring_contrast as f32, tissue.tumour_contrast as f32);
        let mut signal = Vec::with_capacity(grid.voxels());
        for z in 0..grid.size[2] {
            let depth = grid.at(2, z);
            let [bladder, rectum, left, right] =
                [&self.bladder, &self.rectum, &self.bones[0], &self.bones[1]].map(|ball| (ball, ball.at(2, depth)));
            for y in 0..grid.size[1] {
                let height = grid.at(1, y);
                for x in 0..grid.size[0] {
                    let across = grid.at(0, x);
                    let at = signal.len();
                    let within = |[a, b]: [f64; 2]| (across * a).powi(2) + (height * b).powi(2) < 1.0;
                    let texture = ring_contrast * ring[at];
                    let in_ball = |(ball, z_part): (&Ball, f64)| ball.inside(across, height, z_part);
                    signal.push(if inside[at] {
                        TUMOUR + tumour_contrast * tumour.at([across, height, depth]) as f32
                    } else if !within(skin) {
                        0.0
                    } else if !within(fat) {
                        FAT + IN_FAT * texture
                    } else if in_ball(left).min(in_ball(right)) < 1.0 {
                        if in_ball(left).min(in_ball(right)) < 0.75 { MARROW } else { CORTEX }
                    } else if !within(muscle) {
                        MUSCLE + IN_MUSCLE * texture
                    } else if in_ball(bladder) < 1.0 {
                        BLADDER
                    } else if in_ball(rectum) < 1.0 {
                        RECTUM
                    } else {
                        PELVIC + texture
                    });
                }
            }
        }
        signal
    }
}
