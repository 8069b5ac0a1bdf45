//! The surface of a tumour, and how readers see it.

use super::draw::Draw;
use super::field::Field;
use super::grid::Grid;

/// A star-shaped surface: an ellipsoid whose half axes are multiplied by a random function of the direction.
pub(super) struct Surface {
    centre: [f64; 3],
    half_axes: [f64; 3],
    /// Cosine and sine of the angle between the longest half axis and x.
    turn: [f64; 2],
    irregularity: f64,
    shape: Field,
}

/// Radii are kept between these parts of the ellipsoid's.
const BOUNDS: [f64; 2] = [0.5, 1.6];
/// Distance over which the surface and its contours change, on a sphere of radius 1.
const SHAPE_STEP: f64 = 0.45;
const CONTOUR_STEP: f64 = 0.4;

/// A field on the directions.
fn of_directions(draw: &mut Draw, step: f64) -> Field {
    Field::new(draw.noise(), [-1.0; 3], [1.0; 3], step)
}

impl Surface {
    pub fn new(draw: &mut Draw, centre: [f64; 3], diameter_mm: f64, irregularity: f64) -> Self {
        // Some direction is farther out than the ellipsoid, so that the largest diameter is that of the patient on the average.
        let longest = diameter_mm / 2.0 / (1.0 + 1.4 * irregularity);
        let half_axes = [longest, longest * draw.between(0.8, 0.95), longest * draw.between(0.75, 0.95)];
        let angle = draw.between(0.0, std::f64::consts::PI);
        Self {
            centre,
            half_axes,
            turn: [angle.cos(), angle.sin()],
            irregularity,
            shape: of_directions(draw, SHAPE_STEP),
        }
    }

    /// The voxels inside, with the surface moved out by as many mm as `contour` says for a direction.
    pub fn inside(&self, grid: &Grid, contour: impl Fn([f64; 3]) -> f64) -> Vec<bool> {
        let radius = self.half_axes.iter().sum::<f64>() / 3.0;
        let mut inside = vec![false; grid.voxels()];
        let reach = self.half_axes[0] * BOUNDS[1];
        let ranges = [0, 1, 2].map(|a| grid.range(a, self.centre[a] - reach, self.centre[a] + reach));
        for z in ranges[2].clone() {
            for y in ranges[1].clone() {
                for x in ranges[0].clone() {
                    let [dx, dy, dz] = grid.between(self.centre, [x, y, z]);
                    let [cos, sin] = self.turn;
                    let local = [cos * dx + sin * dy, cos * dy - sin * dx, dz];
                    let scaled = [0, 1, 2].map(|a| local[a] / self.half_axes[a]);
                    let distance = scaled.iter().map(|v| v * v).sum::<f64>().sqrt();
                    inside[grid.offset([x, y, z])] = distance < BOUNDS[0]
                        || distance < BOUNDS[1] && {
                            let direction = scaled.map(|v| v / distance);
                            let out = 1.0 + self.irregularity * self.shape.at(direction) + contour(direction) / radius;
                            distance < out.clamp(BOUNDS[0], BOUNDS[1])
                        };
                }
            }
        }
        inside
    }
}

/// How a reader sees a surface each time: a habit, and a slip. Both are smooth random functions of the direction.
pub(super) struct Reader {
    habit: Field,
}

/// Standard deviations in mm; two contours of a reader differ by √2 slips, those of two readers by √2 of both.
const HABIT_MM: f64 = 1.0;
const SLIP_MM: f64 = 0.8;
/// On tumours of a smaller radius in mm than this readers are more exact, in proportion.
const FULL_ERROR_MM: f64 = 20.0;

impl Reader {
    pub fn new(draw: &mut Draw) -> Self {
        Self { habit: of_directions(draw, CONTOUR_STEP) }
    }

    /// The voxels inside a contour; each call is another session.
    pub fn contour(&self, draw: &mut Draw, surface: &Surface, grid: &Grid) -> Vec<bool> {
        let slip = of_directions(draw, CONTOUR_STEP);
        let part = (surface.half_axes[0] / FULL_ERROR_MM).min(1.0);
        surface.inside(grid, |direction| part * (HABIT_MM * self.habit.at(direction) + SLIP_MM * slip.at(direction)))
    }
}
