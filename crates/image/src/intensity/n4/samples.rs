//! The voxels that take part: packed row by row, in blocks of rows that are worked on at the same time.

use std::ops::Range;

use super::real::Real;

/// A stretch of neighbouring voxels of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Run {
    /// Where it starts along x.
    pub x: usize,
    /// Its number of voxels.
    pub len: usize,
}

/// A row with voxels that take part.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub y: usize,
    /// Its runs, in [`Samples::runs`].
    pub runs: Range<usize>,
    /// Where its values start in those of its block.
    pub start: usize,
}

/// Some rows of a slice. How an image is divided depends on its size alone, so that sums do not depend on threads.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub z: usize,
    /// Its rows, in [`Samples::rows`].
    pub rows: Range<usize>,
    /// The rows y that these span.
    pub y: Range<usize>,
    /// Its values, in the packed arrays.
    pub values: Range<usize>,
}

/// Which voxels take part, and what is kept of them.
#[derive(Debug, Clone)]
pub(super) struct Samples<T> {
    pub size: [usize; 3],
    pub blocks: Vec<Block>,
    pub rows: Vec<Row>,
    pub runs: Vec<Run>,
    /// Logarithms of the intensities.
    pub log_image: Vec<T>,
    /// Confidence weights; `None` if all are 1.
    pub weights: Option<Vec<T>>,
}

impl<T: Real> Samples<T> {
    /// Packs an image of this size, x fastest. `log(offset)` is the logarithm of a voxel that takes part, `None` of others.
    pub fn pack(size: [usize; 3], log: impl Fn(usize) -> Option<f64>, weight: Option<&dyn Fn(usize) -> f64>) -> Self {
        let [nx, ny, nz] = size;
        // At least about 64 blocks where there are as many rows, so that many threads find work.
        let height = ny.div_ceil(64usize.div_ceil(nz)).max(1);
        let mut samples = Self {
            size,
            blocks: Vec::new(),
            rows: Vec::new(),
            runs: Vec::new(),
            log_image: Vec::new(),
            weights: weight.map(|_| Vec::new()),
        };
        for z in 0..nz {
            for from in (0..ny).step_by(height) {
                let (first_row, first_value) = (samples.rows.len(), samples.log_image.len());
                for y in from..(from + height).min(ny) {
                    let (first_run, start) = (samples.runs.len(), samples.log_image.len() - first_value);
                    let mut open = false;
                    for x in 0..nx {
                        let offset = (z * ny + y) * nx + x;
                        let Some(value) = log(offset) else {
                            open = false;
                            continue;
                        };
                        samples.log_image.push(T::of(value));
                        if let (Some(weights), Some(weight)) = (&mut samples.weights, weight) {
                            weights.push(T::of(weight(offset)));
                        }
                        match samples.runs.last_mut() {
                            Some(run) if open => run.len += 1,
                            _ => samples.runs.push(Run { x, len: 1 }),
                        }
                        open = true;
                    }
                    if samples.runs.len() > first_run {
                        samples.rows.push(Row { y, runs: first_run..samples.runs.len(), start });
                    }
                }
                let rows = first_row..samples.rows.len();
                let (Some(first), Some(last)) = (samples.rows.get(first_row), samples.rows.last()) else { continue };
                let y = first.y..last.y + 1;
                samples.blocks.push(Block { z, rows, y, values: first_value..samples.log_image.len() });
            }
        }
        samples
    }

    /// A packed array divided into that of each block.
    pub fn split<'a, U>(&self, mut values: &'a mut [U]) -> Vec<&'a mut [U]> {
        let mut parts = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let (part, rest) = std::mem::take(&mut values).split_at_mut(block.values.len());
            parts.push(part);
            values = rest;
        }
        parts
    }

    /// The rows of a block, each with its runs.
    pub fn rows_of(&self, block: &Block) -> impl Iterator<Item = (&Row, &[Run])> {
        self.rows[block.rows.clone()].iter().map(|row| (row, &self.runs[row.runs.clone()]))
    }
}
