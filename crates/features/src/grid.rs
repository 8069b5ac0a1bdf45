//! The layout of a region that the texture kernels run on.

use std::borrow::Cow;

use radsurv_image::Region;

/// A run of region voxels along x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Position of its first voxel in the padded array.
    pub at: usize,
    /// Number of voxels.
    pub len: usize,
    /// Position of its first voxel among the region's voxels.
    pub first: usize,
}

/// Positions per piece: a cache line of bytes, two registers of AVX2. The compiler vectorises a loop of known length.
pub(crate) const BLOCK: usize = 64;

/// A region's bounding box as a flat padded array, x fastest.
///
/// Between two rows, and between two slices, lies one padding that both share: an offset that leaves a row on one side
/// lands in the same zeros as one that leaves its neighbour on the other. So a kernel reads any neighbour within `pad`
/// voxels without a branch, and the array is only a little larger than the box.
#[derive(Debug, Clone)]
pub struct RegionGrid {
    /// Size of the bounding box along x, y, z.
    pub size: [usize; 3],
    /// Distance in the array between neighbours along x, y, z.
    pub stride: [usize; 3],
    /// Number of voxels of padding.
    pub pad: usize,
    /// Length of the array, padding at both ends included.
    pub len: usize,
    /// The region's voxels as runs along x, in array order.
    pub spans: Vec<Span>,
    /// Starts of pieces of [`BLOCK`] positions that cover every span and do not overlap: what vector kernels run over.
    /// The positions of a piece that are outside the region have the value 0 like any padding.
    pub(crate) blocks: Vec<usize>,
    /// Number of region voxels.
    pub voxel_count: usize,
}

impl RegionGrid {
    /// The layout of a region for neighbours up to the largest of `distances` voxels away along an axis (1 if empty).
    ///
    /// Distances beyond the bounding box reach nothing and need no padding.
    pub fn new(region: &Region, distances: &[u32]) -> Self {
        let size = region.bounds().size;
        let mut grid = Self::empty(size, needed_pad(size, distances), region.voxel_count());
        let lead = grid.pad * grid.stride.iter().sum::<usize>();
        let mut first = 0;
        for (row, line) in region.inside().chunks_exact(size[0]).enumerate() {
            let at = lead + (row / size[1]) * grid.stride[2] + (row % size[1]) * grid.stride[1];
            let mut x = 0;
            for run in line.chunk_by(|a, b| a == b) {
                if run[0] {
                    grid.spans.push(Span { at: at + x, len: run.len(), first });
                    first += run.len();
                }
                x += run.len();
            }
        }
        grid.cover();
        grid
    }

    /// Lays the blocks over the spans.
    fn cover(&mut self) {
        self.blocks.clear();
        let mut covered = 0;
        for span in &self.spans {
            let mut at = covered.max(span.at);
            while at < span.at + span.len {
                self.blocks.push(at);
                at += BLOCK;
                covered = at;
            }
        }
    }

    /// This layout, or one with enough padding for these distances.
    pub(crate) fn reaching(&self, distances: &[u32]) -> Cow<'_, Self> {
        let reach = needed_pad(self.size, distances);
        if reach <= self.pad {
            return Cow::Borrowed(self);
        }
        let lead = self.pad * self.stride.iter().sum::<usize>();
        let mut wider = Self::empty(self.size, reach, self.voxel_count);
        let wider_lead = wider.pad * wider.stride.iter().sum::<usize>();
        wider.spans = self.spans.clone();
        for span in &mut wider.spans {
            let at = span.at - lead;
            let (z, y, x) = (at / self.stride[2], at % self.stride[2] / self.stride[1], at % self.stride[1]);
            span.at = wider_lead + z * wider.stride[2] + y * wider.stride[1] + x;
        }
        wider.cover();
        Cow::Owned(wider)
    }

    fn empty(size: [usize; 3], pad: usize, voxel_count: usize) -> Self {
        let stride = [1, size[0] + pad, (size[0] + pad) * (size[1] + pad)];
        let lead = pad * (stride[0] + stride[1] + stride[2]);
        Self {
            size,
            stride,
            pad,
            len: stride[2] * size[2] + 2 * lead + BLOCK,
            spans: Vec::new(),
            blocks: Vec::new(),
            voxel_count,
        }
    }

    /// Distance in the array of a neighbour at an offset (x, y, z).
    pub fn offset(&self, step: [i32; 3]) -> isize {
        (0..3).map(|a| step[a] as isize * self.stride[a] as isize).sum()
    }

    /// The region's values, in array order, from an image of a size (x, y, z) in which the bounding box begins at `start`.
    /// Only they are converted: the box can hold ten times as many.
    ///
    /// # Panics
    /// If the box does not lie in the image.
    pub fn gather<S: Copy, T>(
        &self,
        image: &[S],
        size: [usize; 3],
        start: [usize; 3],
        convert: impl Fn(S) -> T,
    ) -> Vec<T> {
        let lead = self.pad * self.stride.iter().sum::<usize>();
        let mut out = Vec::with_capacity(self.voxel_count);
        for span in &self.spans {
            let at = span.at - lead;
            let (z, y, x) = (at / self.stride[2], at % self.stride[2] / self.stride[1], at % self.stride[1]);
            let from = ((start[2] + z) * size[1] + start[1] + y) * size[0] + start[0] + x;
            out.extend(image[from..from + span.len].iter().map(|&v| convert(v)));
        }
        out
    }

    /// Spreads a value per region voxel over a padded array that is `T::default()` elsewhere.
    pub fn scatter<S: Copy, T: Copy + Default>(&self, values: &[S], convert: impl Fn(S) -> T) -> Vec<T> {
        let mut out = vec![T::default(); self.len];
        for span in &self.spans {
            let source = &values[span.first..span.first + span.len];
            for (to, &from) in out[span.at..span.at + span.len].iter_mut().zip(source) {
                *to = convert(from);
            }
        }
        out
    }
}

/// Padding for neighbours up to the largest of these distances; beyond the box there are none.
fn needed_pad(size: [usize; 3], distances: &[u32]) -> usize {
    let longest = distances.iter().copied().max().unwrap_or(1).max(1) as usize;
    longest.min(size.into_iter().max().unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use radsurv_image::{Geometry, IndexBox};

    #[test]
    fn a_wider_layout_is_the_one_laid_out_for_it() {
        let size = [5, 4, 3];
        let grid = Geometry::new(size, [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let inside: Vec<bool> = (0..60).map(|i| i * 7 % 5 < 3).collect();
        let region = Region::new(grid, 1, IndexBox { start: [0; 3], size }, &inside).unwrap();
        let narrow = RegionGrid::new(&region, &[1]);
        let wide = RegionGrid::new(&region, &[1, 3]);
        let made = narrow.reaching(&[3]);
        assert_eq!((made.spans.as_slice(), made.len), (wide.spans.as_slice(), wide.len));
        assert_eq!(wide.spans.iter().map(|s| s.len).sum::<usize>(), region.voxel_count());
    }
}
