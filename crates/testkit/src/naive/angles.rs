//! The offsets to neighbouring voxels.

/// Every offset whose largest component is one of `distances`, smaller than the grid along each axis, and zero along
/// the axis `plane`, if any. Ordered from large to small by z, then y, then x, so that the second half mirrors the
/// first: `both` false keeps the first half, one of each pair of opposite offsets.
pub fn angles(size: [usize; 3], distances: &[u32], plane: Option<usize>, both: bool) -> Vec<[i64; 3]> {
    let reach = distances.iter().copied().max().unwrap_or(0) as i64;
    let mut all = Vec::new();
    for z in (-reach..=reach).rev() {
        for y in (-reach..=reach).rev() {
            for x in (-reach..=reach).rev() {
                let offset = [x, y, z];
                let fits = (0..3).all(|a| offset[a].unsigned_abs() < size[a] as u64);
                let in_plane = plane.is_none_or(|axis| offset[axis] == 0);
                let distance = offset.iter().map(|o| o.unsigned_abs()).max().unwrap_or(0);
                if fits && in_plane && distance > 0 && distances.iter().any(|&d| u64::from(d) == distance) {
                    all.push(offset);
                }
            }
        }
    }
    if !both {
        all.truncate(all.len() / 2);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_angles() {
        let cube = [5, 5, 5];
        assert_eq!(angles(cube, &[1], None, false).len(), 13);
        assert_eq!(angles(cube, &[1], None, true).len(), 26);
        assert_eq!(angles(cube, &[2], None, true).len(), 98);
        assert_eq!(angles(cube, &[1, 2], None, false).len(), 62);
        assert_eq!(angles(cube, &[1], Some(2), false).len(), 4);
        assert_eq!(angles([5, 5, 1], &[1], None, false).len(), 4);
        assert_eq!(angles([5, 1, 1], &[1], None, false), vec![[1, 0, 0]]);
        assert!(angles([1, 1, 1], &[1], None, true).is_empty());
    }

    #[test]
    fn half_has_no_opposites() {
        let half = angles([4, 3, 2], &[1, 2], None, false);
        let both = angles([4, 3, 2], &[1, 2], None, true);
        assert_eq!(both.len(), 2 * half.len());
        for a in &half {
            assert!(!half.contains(&[-a[0], -a[1], -a[2]]) && both.contains(&[-a[0], -a[1], -a[2]]));
        }
    }
}
