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
    first: Vec<f32>,
    second: Vec<f32>,
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
        let slice = wx * wy;
        let deep = self.grown(0.0);
        // Second derivatives along x and y with the smoothing in the slice: all slices of the margin, for the smoothing
        // along z.
        let slices = if self.axes == 3 { deep.size[2] } else { 1 };
        let mut along_x = vec![0.0f32; slice * slices];
        let mut along_y = vec![0.0f32; slice * slices];
        along_x
            .par_chunks_mut(slice)
            .zip(along_y.par_chunks_mut(slice))
            .enumerate()
            .for_each_init(Buffers::default, |buffers, (i, (x, y))| {
                self.in_slice(values, deep.start[2] + i, x, y, buffers)
            });
        if self.axes == 2 {
            let mut sum = vec![0.0f32; slice];
            accumulate(&mut sum, &along_x, self.scale[0]);
            accumulate(&mut sum, &along_y, self.scale[1]);
            return sum;
        }
        // Rows (z, x) of the second derivative along z, smoothed along x: all y of the margin.
        let rows = wx * wz;
        let mut along_z = vec![0.0f32; rows * deep.size[1]];
        along_z
            .par_chunks_mut(rows)
            .enumerate()
            .for_each_init(Buffers::default, |buffers, (i, out)| self.across(values, deep.start[1] + i, out, buffers));
        // The sum of the first two, ordered y, z, x.
        let mut both = vec![0.0f32; rows * wy];
        both.par_chunks_mut(rows).enumerate().for_each_init(Buffers::default, |buffers, (y, out)| {
            let keep = (self.window.start[2] - deep.start[2], wz);
            let pass = self.pass(Lines::Down, keep, &self.smoothing[2]);
            for (part, scale) in [(&along_x, self.scale[0]), (&along_y, self.scale[1])] {
                let sheet = Sheet { values: &part[y * wx..], rows: deep.size[2], width: wx, stride: slice };
                let smooth = sized(&mut buffers.first, rows);
                pass.run(&sheet, smooth, &mut buffers.work);
                accumulate(out, smooth, scale);
            }
        });
        let mut sum = vec![0.0f32; self.window.voxel_count()];
        sum.par_chunks_mut(slice).enumerate().for_each_init(Buffers::default, |buffers, (z, out)| {
            let keep = (self.window.start[1] - deep.start[1], wy);
            let sheet = Sheet { values: &along_z[z * wx..], rows: deep.size[1], width: wx, stride: rows };
            let smooth = sized(&mut buffers.first, slice);
            self.pass(Lines::Down, keep, &self.smoothing[1]).run(&sheet, smooth, &mut buffers.work);
            for (y, row) in out.chunks_exact_mut(wx).enumerate() {
                row.copy_from_slice(&both[y * rows + z * wx..][..wx]);
            }
            accumulate(out, smooth, self.scale[2]);
        });
        sum
    }

    /// Slice z: second derivative along x smoothed along y, and along y smoothed along x.
    fn in_slice<T: Voxel>(&self, values: &[T], z: usize, along_x: &mut [f32], along_y: &mut [f32], b: &mut Buffers) {
        let [wx, wy, _] = self.window.size;
        let part = self.grown(self.distance(2, z));
        let [nx, ny, _] = part.size;
        let keep = |a: usize| (self.window.start[a] - part.start[a], self.window.size[a]);
        let start = self.offset([part.start[0], part.start[1], z]);
        let sheet = Sheet { values: &values[start..], rows: ny, width: nx, stride: self.size[0] };

        let derived = sized(&mut b.first, ny * wx);
        self.pass(Lines::Along, keep(0), &self.second[0]).run(&sheet, derived, &mut b.work);
        let derived = Sheet { values: &*derived, rows: ny, width: wx, stride: wx };
        self.pass(Lines::Down, keep(1), &self.smoothing[1]).run(&derived, along_x, &mut b.work);

        let derived = sized(&mut b.second, wy * nx);
        self.pass(Lines::Down, keep(1), &self.second[1]).run(&sheet, derived, &mut b.work);
        let derived = Sheet { values: &*derived, rows: wy, width: nx, stride: nx };
        self.pass(Lines::Along, keep(0), &self.smoothing[0]).run(&derived, along_y, &mut b.work);
    }

    /// The plane of one y: second derivative along z, smoothed along x.
    fn across<T: Voxel>(&self, values: &[T], y: usize, out: &mut [f32], b: &mut Buffers) {
        let part = self.grown(self.distance(1, y));
        let [nx, _, nz] = part.size;
        let keep = |a: usize| (self.window.start[a] - part.start[a], self.window.size[a]);
        let start = self.offset([part.start[0], y, part.start[2]]);
        let stride = self.size[0] * self.size[1];
        let sheet = Sheet { values: &values[start..], rows: nz, width: nx, stride };
        let derived = sized(&mut b.first, self.window.size[2] * nx);
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
