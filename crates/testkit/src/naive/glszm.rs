//! Grey level size zone matrix (GLSZM).

use super::{Named, angles::angles, index, joint::Joint, neighbour, voxels};

/// Counts the zones by grey level and size in voxels: connected sets of one level, neighbours sharing a face, edge or
/// corner (26 neighbours, or 8 in a plane).
pub fn matrix(size: [usize; 3], levels: &[u32], plane: Option<usize>) -> Joint {
    let offsets = angles(size, &[1], plane, true);
    let mut rest = levels.to_vec();
    let mut zones = Joint::default();
    for seed in voxels(size) {
        let level = rest[index(size, seed)];
        if level == 0 {
            continue;
        }
        rest[index(size, seed)] = 0;
        let mut open = vec![seed];
        let mut count = 0;
        while let Some(at) = open.pop() {
            count += 1;
            for &offset in &offsets {
                let Some(to) = neighbour(size, at, offset) else { continue };
                if rest[index(size, to)] == level {
                    rest[index(size, to)] = 0;
                    open.push(to);
                }
            }
        }
        zones.add(level, count);
    }
    zones
}

/// The 16 features.
pub fn features(zones: &Joint) -> Vec<Named> {
    vec![
        ("SmallAreaEmphasis", zones.small()),
        ("LargeAreaEmphasis", zones.large()),
        ("GrayLevelNonUniformity", zones.level_non_uniformity()),
        ("GrayLevelNonUniformityNormalized", zones.level_non_uniformity_normalized()),
        ("SizeZoneNonUniformity", zones.property_non_uniformity()),
        ("SizeZoneNonUniformityNormalized", zones.property_non_uniformity_normalized()),
        ("ZonePercentage", zones.percentage()),
        ("GrayLevelVariance", zones.level_variance()),
        ("ZoneVariance", zones.property_variance()),
        ("ZoneEntropy", zones.entropy()),
        ("LowGrayLevelZoneEmphasis", zones.low()),
        ("HighGrayLevelZoneEmphasis", zones.high()),
        ("SmallAreaLowGrayLevelEmphasis", zones.small_low()),
        ("SmallAreaHighGrayLevelEmphasis", zones.small_high()),
        ("LargeAreaLowGrayLevelEmphasis", zones.large_low()),
        ("LargeAreaHighGrayLevelEmphasis", zones.large_high()),
    ]
}
