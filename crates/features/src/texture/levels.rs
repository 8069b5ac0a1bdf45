//! The discretised region.

use crate::discretise::{bin_edges, digitise};
use crate::error::{Error, Result};
use crate::grid::RegionGrid;
use crate::settings::Discretisation;

/// The grey level of each voxel of a region.
///
/// Levels that no voxel has are closed up: `index` numbers the levels that occur, `values` has their grey levels. The
/// matrices then have a row for each level that occurs, which is PyRadiomics' removal of empty grey levels.
#[derive(Debug, Clone)]
pub struct Levels {
    /// For each voxel, in array order, which of `values` it has: 1 is the first.
    pub index: Vec<u32>,
    /// The grey levels that occur, ascending.
    pub values: Vec<u32>,
    /// Number of voxels of each.
    pub counts: Vec<u64>,
}

impl Levels {
    /// Discretises a region's values (in array order).
    ///
    /// # Errors
    /// As [`bin_edges`].
    pub fn new(values: &[f64], how: Discretisation, single_precision: bool) -> Result<Self> {
        let edges = bin_edges(values, how, single_precision)?;
        Self::from_bins(digitise(values, &edges))
    }

    /// Discretises values some of which are NaN: those have a grey level of their own, above all others, as
    /// `numpy.digitize` gives them; `numbers` are the values that are not NaN.
    ///
    /// # Errors
    /// As [`bin_edges`].
    pub(crate) fn with_nan(
        values: &[f64],
        numbers: &[f64],
        how: Discretisation,
        single_precision: bool,
    ) -> Result<Self> {
        let edges = bin_edges(numbers, how, single_precision)?;
        let mut bins = digitise(values, &edges);
        for (bin, _) in bins.iter_mut().zip(values).filter(|(_, v)| v.is_nan()) {
            *bin = edges.len() as u32;
        }
        Self::from_bins(bins)
    }

    /// From grey levels that are already whole numbers from 1.
    ///
    /// # Errors
    /// If there is no voxel, or one has the level 0.
    pub fn from_bins(mut bins: Vec<u32>) -> Result<Self> {
        let highest = bins.iter().copied().max().ok_or(Error::EmptyRegion)? as usize;
        if highest <= 4 * bins.len() + 1024 {
            let mut counts = vec![0u64; highest + 1];
            bins.iter().for_each(|&b| counts[b as usize] += 1);
            if counts[0] > 0 {
                return Err(Error::LevelZero);
            }
            let mut rank = vec![0u32; highest + 1];
            let mut values = Vec::new();
            for (level, &n) in counts.iter().enumerate() {
                if n > 0 {
                    values.push(level as u32);
                }
                rank[level] = values.len() as u32;
            }
            if values.len() < highest {
                bins.iter_mut().for_each(|b| *b = rank[*b as usize]);
            }
            counts.retain(|&n| n > 0);
            return Ok(Self { index: bins, values, counts });
        }
        // Few voxels over a vast range of levels: sort instead of a table of the range.
        let mut values = bins.clone();
        values.sort_unstable();
        values.dedup();
        if values.first() == Some(&0) {
            return Err(Error::LevelZero);
        }
        let mut counts = vec![0u64; values.len()];
        for b in &mut bins {
            let rank = values.partition_point(|v| v < b);
            counts[rank] += 1;
            *b = rank as u32 + 1;
        }
        Ok(Self { index: bins, values, counts })
    }

    /// Number of grey levels that occur.
    pub fn level_count(&self) -> usize {
        self.values.len()
    }

    /// The highest grey level, PyRadiomics' `Ng`.
    pub fn highest(&self) -> u32 {
        self.values.last().copied().unwrap_or(0)
    }

    /// The position, from 0, of a grey level among those that occur.
    pub(crate) fn ranks(&self) -> impl Fn(u32) -> usize + '_ {
        let closed = self.highest() as usize == self.level_count();
        move |level| if closed { level as usize - 1 } else { self.values.partition_point(|&v| v < level) }
    }

    /// The region as a padded array of level indices, 0 outside, in the smallest type that holds them.
    pub(crate) fn volume(&self, grid: &RegionGrid) -> LevelVolume {
        match self.level_count() {
            0..=0xff => LevelVolume::U8(grid.scatter(&self.index, |v| v as u8)),
            0x100..=0xffff => LevelVolume::U16(grid.scatter(&self.index, |v| v as u16)),
            _ => LevelVolume::U32(grid.scatter(&self.index, |v| v)),
        }
    }
}

/// A padded array of level indices. Bytes when possible: the kernels are bound by memory and by lanes per register.
pub(crate) enum LevelVolume {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

/// A type of level index.
pub(crate) trait Level: Copy + Eq + Default + Send + Sync {
    fn index(self) -> usize;
}

macro_rules! level {
    ($($t:ty),+) => {
        $(impl Level for $t {
            #[inline(always)]
            fn index(self) -> usize {
                self as usize
            }
        })+
    };
}
level!(u8, u16, u32);

/// Runs generic code on whichever type a [`LevelVolume`] has.
macro_rules! with_levels {
    ($volume:expr, $levels:ident => $body:expr) => {
        match $volume {
            $crate::texture::levels::LevelVolume::U8($levels) => $body,
            $crate::texture::levels::LevelVolume::U16($levels) => $body,
            $crate::texture::levels::LevelVolume::U32($levels) => $body,
        }
    };
}
pub(crate) use with_levels;
