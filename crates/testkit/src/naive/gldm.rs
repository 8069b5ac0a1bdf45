//! Grey level dependence matrix (GLDM).

use super::{Named, angles::angles, index, joint::Joint, neighbour, voxels};

/// Counts the voxels by grey level and dependence: 1 + the number of neighbours in the region (at the given distances,
/// both directions) whose level differs by at most `alpha`.
pub fn matrix(size: [usize; 3], levels: &[u32], distances: &[u32], plane: Option<usize>, alpha: u32) -> Joint {
    let offsets = angles(size, distances, plane, true);
    let mut dependence = Joint::default();
    for at in voxels(size) {
        let own = levels[index(size, at)];
        if own == 0 {
            continue;
        }
        let depends = |offset: &[i64; 3]| {
            let other = neighbour(size, at, *offset).map_or(0, |to| levels[index(size, to)]);
            other > 0 && own.abs_diff(other) <= alpha
        };
        dependence.add(own, 1 + offsets.iter().filter(|o| depends(o)).count() as u32);
    }
    dependence
}

/// The 14 features.
pub fn features(dependence: &Joint) -> Vec<Named> {
    vec![
        ("SmallDependenceEmphasis", dependence.small()),
        ("LargeDependenceEmphasis", dependence.large()),
        ("GrayLevelNonUniformity", dependence.level_non_uniformity()),
        ("DependenceNonUniformity", dependence.property_non_uniformity()),
        ("DependenceNonUniformityNormalized", dependence.property_non_uniformity_normalized()),
        ("GrayLevelVariance", dependence.level_variance()),
        ("DependenceVariance", dependence.property_variance()),
        ("DependenceEntropy", dependence.entropy()),
        ("LowGrayLevelEmphasis", dependence.low()),
        ("HighGrayLevelEmphasis", dependence.high()),
        ("SmallDependenceLowGrayLevelEmphasis", dependence.small_low()),
        ("SmallDependenceHighGrayLevelEmphasis", dependence.small_high()),
        ("LargeDependenceLowGrayLevelEmphasis", dependence.large_low()),
        ("LargeDependenceHighGrayLevelEmphasis", dependence.large_high()),
    ]
}
