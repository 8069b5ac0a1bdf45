//! A region as one bit per voxel, so that its surface is found by comparing words instead of voxels.

use radsurv_image::Region;

/// The bounding box of a region, a bit per voxel, x fastest; each row starts a word and has a spare bit at its end.
pub(super) struct BitVolume {
    size: [usize; 3],
    words: usize,
    bits: Vec<u64>,
    empty: Vec<u64>,
}

impl BitVolume {
    pub fn new(region: &Region) -> Self {
        let size = region.bounds().size;
        let words = size[0] / 64 + 1;
        let mut bits = vec![0; words * size[1] * size[2]];
        for (line, row) in region.inside().chunks_exact(size[0]).zip(bits.chunks_exact_mut(words)) {
            for (word, part) in row.iter_mut().zip(line.chunks(64)) {
                for (k, eight) in part.chunks(8).enumerate() {
                    let mut bytes = [0u8; 8];
                    for (byte, &inside) in bytes.iter_mut().zip(eight) {
                        *byte = u8::from(inside);
                    }
                    // The product moves the lowest bits of the eight bytes beside each other into the highest byte.
                    let packed = u64::from_le_bytes(bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
                    *word |= packed << (8 * k);
                }
            }
        }
        Self { size, words, bits, empty: vec![0; words] }
    }

    /// Size of the box along x, y, z.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// The row at (y, z), where 1 is the first and 0 and beyond the last are empty.
    pub fn row(&self, y: usize, z: usize) -> &[u64] {
        if y == 0 || z == 0 || y > self.size[1] || z > self.size[2] {
            return &self.empty;
        }
        let from = ((z - 1) * self.size[1] + y - 1) * self.words;
        &self.bits[from..from + self.words]
    }
}

/// Calls `visit` with the position of each bit that is set.
#[inline]
pub(super) fn for_each_bit(words: impl Iterator<Item = u64>, mut visit: impl FnMut(usize)) {
    for (k, mut word) in words.enumerate() {
        while word != 0 {
            visit(64 * k + word.trailing_zeros() as usize);
            word &= word - 1;
        }
    }
}
