//! The neighbour offsets of the texture matrices.

/// The plane that `force2D` keeps: the offsets along one axis are dropped.
///
/// PyRadiomics counts axes as arrays do: its `force2Ddimension` 0 is z (axial slices), 1 is y, 2 is x.
pub type FixedAxis = Option<usize>;

/// The offsets (x, y, z) whose largest absolute component is one of `distances`, in PyRadiomics' order.
///
/// An offset as long as the region's bounding box (`size` along x, y, z) or longer reaches no neighbour and is left out;
/// so is any that moves along `fixed_axis` (0 = x, 1 = y, 2 = z). Only one of each pair of opposite offsets is given,
/// the one whose first component that is not 0, in the order z, y, x, is positive; [`both_ways`] gives both.
///
/// Source: PyRadiomics 3.0.1 `cmatrices.c`, `build_angles`.
///
/// # Example
/// ```
/// use radsurv_features::texture::angles::one_way;
/// assert_eq!(one_way([9, 9, 9], &[1], None).len(), 13);
/// assert_eq!(one_way([9, 9, 9], &[1], Some(2)), [[1, 1, 0], [0, 1, 0], [-1, 1, 0], [1, 0, 0]]);
/// ```
pub fn one_way(size: [usize; 3], distances: &[u32], fixed_axis: FixedAxis) -> Vec<[i32; 3]> {
    let reach = |axis: usize| {
        if fixed_axis == Some(axis) {
            return 0;
        }
        let longest = distances.iter().copied().max().unwrap_or(0);
        longest.min((size[axis] - 1).min(i32::MAX as usize) as u32) as i32
    };
    let (rx, ry, rz) = (reach(0), reach(1), reach(2));
    let mut offsets = Vec::new();
    for z in (0..=rz).rev() {
        for y in (-ry..=ry).rev() {
            for x in (-rx..=rx).rev() {
                let distance = x.abs().max(y.abs()).max(z).unsigned_abs();
                let forward = z > 0 || (z == 0 && (y > 0 || (y == 0 && x > 0)));
                if forward && distances.contains(&distance) {
                    offsets.push([x, y, z]);
                }
            }
        }
    }
    offsets
}

/// All offsets of [`one_way`] and their opposites.
pub fn both_ways(size: [usize; 3], distances: &[u32], fixed_axis: FixedAxis) -> Vec<[i32; 3]> {
    let half = one_way(size, distances, fixed_axis);
    half.iter().copied().chain(half.iter().map(|o| o.map(|c| -c))).collect()
}
