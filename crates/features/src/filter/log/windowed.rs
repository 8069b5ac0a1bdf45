//! The Laplacian of Gaussian inside a window, from the window and a margin.

use radsurv_image::{IndexBox, Volume, with_voxels};
use rayon::prelude::*;

use super::coefficients::Coefficients;
use super::sheets::{Instructions, Lines, Pass, Sheet, Voxel, Work};

/// Width of the margin in sigmas: how far from the window voxels are read, counted as the sum of the distances along the
/// axes (the response decays along each, so that corners are not needed).
///
/// The recursions forget as exp(-1.3732 t) at a distance of t sigmas, the slower of their two poles. Beyond 20 sigmas the
/// smoothing has 4e-13 of its weight on each side and the second derivative (gain 1) 1.4e-12: for a response that spans
/// the range of the image 5e-12 are cut off, against 3e-8 of half a `float32` step. So a bit changes only where a
/// rounding between the passes was as close as that: in none of the 321140 voxels of two real images (test in `real.rs`).
/// With 18 sigmas one changed, with 16 one in a thousand, with 14 one in eighty, with 8 half of them.
pub(super) const MARGIN: f64 = 20.0;

/// The response inside the window, x fastest.
pub(super) fn laplacian(
    image: &Volume,
    window: &IndexBox,
    sigma_mm: f64,
    margin: f64,
    instructions: Instructions,
) -> Vec<f32> {
    let geometry = image.geometry();
    let spacing = geometry.spacing_mm();
    let plan = Plan {
        size: geometry.size(),
        axes: geometry.dimension(),
        window: *window,
        sigma_voxels: spacing.map(|h| sigma_mm / h),
        margin,
        instructions,
        smoothing: spacing.map(|h| Coefficients::smoothing(sigma_mm, h)),
        second: spacing.map(|h| Coefficients::second_derivative(sigma_mm, h)),
        scale: spacing.map(|h| 1.0 / (h * h)),
    };
    with_voxels!(image.voxels(), values => plan.run(values))
}

struct Plan {
    size: [usize; 3],
    axes: usize,
    window: IndexBox,
    sigma_voxels: [f64; 3],
    margin: f64,
    instructions: Instructions,
    smoothing: [Coefficients; 3],
    second: [Coefficients; 3],
    /// 1 / spacing².
    scale: [f64; 3],
}

/// Working memory of a thread.
#[derive(Default)]
struct Buffers {
    work: Work,
    between: Vec<f32>,
}

fn sized(buffer: &mut Vec<f32>, length: usize) -> &mut [f32] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}

impl Plan {
    fn run<T: Voxel>(&self, values: &[T]) -> Vec<f32> {
        let [wx, wy, wz] = self.window.size;
        let (slice, rows) = (wx * wy, wx * wz);
        let deep = self.grown(0.0);
        let mut sum = vec![0.0f32; self.window.voxel_count()];
        // One array for what lies between the passes, with the margin along the axis of the last pass.
        let slices = deep.size[2];
        let mut between = vec![0.0f32; (slice * slices).max(if self.axes == 3 { rows * deep.size[1] } else { 0 })];
        for axis in 0..self.axes.min(2) {
            let between = &mut between[..slice * slices];
            between.par_chunks_mut(slice).enumerate().for_each_init(Buffers::default, |buffers, (i, out)| {
                self.in_slice(values, axis, deep.start[2] + i, out, buffers);
            });
            if self.axes == 2 {
                accumulate(&mut sum, between, self.scale[axis]);
                continue;
            }
            let between = &*between;
            let pass = self.pass(Lines::Down, (self.window.start[2] - deep.start[2], wz), &self.smoothing[2]);
            rows_by_y(&mut sum, wx, wy).into_par_iter().enumerate().for_each_init(
                Buffers::default,
                |buffers, (y, out)| {
                    let sheet = Sheet { values: &between[y * wx..], rows: slices, width: wx, stride: slice };
                    let smooth = sized(&mut buffers.between, rows);
                    pass.run(&sheet, smooth, &mut buffers.work);
                    for (out, smooth) in out.into_iter().zip(smooth.chunks_exact(wx)) {
                        accumulate(out, smooth, self.scale[axis]);
                    }
                },
            );
        }
        if self.axes == 2 {
            return sum;
        }
        let between = &mut between[..rows * deep.size[1]];
        between.par_chunks_mut(rows).enumerate().for_each_init(Buffers::default, |buffers, (i, out)| {
            self.across(values, deep.start[1] + i, out, buffers);
        });
        let between = &*between;
        let pass = self.pass(Lines::Down, (self.window.start[1] - deep.start[1], wy), &self.smoothing[1]);
        sum.par_chunks_mut(slice).enumerate().for_each_init(Buffers::default, |buffers, (z, out)| {
            let sheet = Sheet { values: &between[z * wx..], rows: deep.size[1], width: wx, stride: rows };
            let smooth = sized(&mut buffers.between, slice);
            pass.run(&sheet, smooth, &mut buffers.work);
            accumulate(out, smooth, self.scale[2]);
        });
        sum
    }

    /// Slice z: the second derivative along one of its axes, smoothed along the other.
    fn in_slice<T: Voxel>(&self, values: &[T], axis: usize, z: usize, out: &mut [f32], b: &mut Buffers) {
        let [wx, wy, _] = self.window.size;
        let part = self.grown(self.distance(2, z));
        let [nx, ny, _] = part.size;
        let keep = |a: usize| (self.window.start[a] - part.start[a], self.window.size[a]);
        let start = self.offset([part.start[0], part.start[1], z]);
        let sheet = Sheet { values: &values[start..], rows: ny, width: nx, stride: self.size[0] };
        if axis == 0 {
            let derived = sized(&mut b.between, ny * wx);
            self.pass(Lines::Along, keep(0), &self.second[0]).run(&sheet, derived, &mut b.work);
            let derived = Sheet { values: &*derived, rows: ny, width: wx, stride: wx };
            self.pass(Lines::Down, keep(1), &self.smoothing[1]).run(&derived, out, &mut b.work);
        } else {
            let derived = sized(&mut b.between, wy * nx);
            self.pass(Lines::Down, keep(1), &self.second[1]).run(&sheet, derived, &mut b.work);
            let derived = Sheet { values: &*derived, rows: wy, width: nx, stride: nx };
            self.pass(Lines::Along, keep(0), &self.smoothing[0]).run(&derived, out, &mut b.work);
        }
    }

    /// The plane of one y: the second derivative along z, smoothed along x.
    fn across<T: Voxel>(&self, values: &[T], y: usize, out: &mut [f32], b: &mut Buffers) {
        let part = self.grown(self.distance(1, y));
        let [nx, _, nz] = part.size;
        let keep = |a: usize| (self.window.start[a] - part.start[a], self.window.size[a]);
        let start = self.offset([part.start[0], y, part.start[2]]);
        let stride = self.size[0] * self.size[1];
        let sheet = Sheet { values: &values[start..], rows: nz, width: nx, stride };
        let derived = sized(&mut b.between, self.window.size[2] * nx);
        self.pass(Lines::Down, keep(2), &self.second[2]).run(&sheet, derived, &mut b.work);
        let derived = Sheet { values: &*derived, rows: self.window.size[2], width: nx, stride: nx };
        self.pass(Lines::Along, keep(0), &self.smoothing[0]).run(&derived, out, &mut b.work);
    }

    fn pass<'a>(&self, lines: Lines, keep: (usize, usize), coefficients: &'a Coefficients) -> Pass<'a> {
        Pass { lines, keep, coefficients, instructions: self.instructions }
    }

    fn offset(&self, index: [usize; 3]) -> usize {
        (index[2] * self.size[1] + index[1]) * self.size[0] + index[0]
    }

    /// How far outside the window an index lies along an axis, in sigmas.
    fn distance(&self, axis: usize, index: usize) -> f64 {
        let (start, last) = (self.window.start[axis], self.window.end()[axis] - 1);
        let voxels = start.saturating_sub(index).max(index.saturating_sub(last));
        voxels as f64 / self.sigma_voxels[axis]
    }

    /// The window with its margin, less a distance that was gone already; at least the four voxels that the recursion
    /// starts from.
    fn grown(&self, distance: f64) -> IndexBox {
        let sigmas = (self.margin - distance).max(0.0);
        let reach = [0, 1, 2].map(|a| match a < self.axes {
            true => ((sigmas * self.sigma_voxels[a]).ceil() as usize).max(4),
            false => 0,
        });
        self.window.grow(reach, self.size)
    }
}

/// Adds a part in ITK's precision: the sum is rounded to `float32` after each axis.
fn accumulate(sum: &mut [f32], part: &[f32], scale: f64) {
    for (s, &p) in sum.iter_mut().zip(part) {
        *s = (f64::from(*s) + f64::from(p) * scale) as f32;
    }
}

/// The rows of an array ordered z, y, x, grouped by y.
fn rows_by_y(values: &mut [f32], width: usize, height: usize) -> Vec<Vec<&mut [f32]>> {
    let mut groups: Vec<Vec<&mut [f32]>> = Vec::new();
    groups.resize_with(height, Vec::new);
    for (i, row) in values.chunks_exact_mut(width).enumerate() {
        groups[i % height].push(row);
    }
    groups
}
