//! Grey level run length matrix (GLRLM).

use super::{Named, Norm, angles::angles, index, joint::Joint, nan_mean, neighbour, voxels};

/// Counts, for every angle, the runs by grey level and length: voxels of one level in a row, as long as possible.
/// An angle along which no line of the grid has two voxels of the region has no runs.
pub fn matrix(size: [usize; 3], levels: &[u32], plane: Option<usize>) -> Vec<([i64; 3], Joint)> {
    let mut found = Vec::new();
    for angle in angles(size, &[1], plane, false) {
        let back = [-angle[0], -angle[1], -angle[2]];
        let mut runs = Joint::default();
        let mut most_in_line = 0;
        for start in voxels(size) {
            if neighbour(size, start, back).is_some() {
                continue;
            }
            let mut line = Vec::new();
            let mut at = Some(start);
            while let Some(here) = at {
                line.push(levels[index(size, here)]);
                at = neighbour(size, here, angle);
            }
            for run in line.chunk_by(|a, b| a == b) {
                if run[0] > 0 {
                    runs.add(run[0], run.len() as u32);
                }
            }
            most_in_line = most_in_line.max(line.iter().filter(|&&l| l > 0).count());
        }
        if most_in_line < 2 {
            runs = Joint::default();
        }
        found.push((angle, runs));
    }
    found
}

/// The matrices that features are computed from: one per angle with runs, or one in all with a weighting, by the length
/// of the step in mm. The matrix of a grid with a single angle stays even without runs.
pub fn merge(angles: &[([i64; 3], Joint)], weighting: Option<(Norm, [f64; 3])>) -> Vec<Joint> {
    let mut merged = Joint::default();
    if let Some((norm, spacing)) = weighting {
        for (angle, runs) in angles {
            for (&key, n) in &runs.counts {
                *merged.counts.entry(key).or_insert(0.0) += n * norm.length(*angle, spacing).unwrap_or(1.0);
            }
        }
        return vec![merged];
    }
    let keep = |runs: &Joint| angles.len() == 1 || !runs.counts.is_empty();
    angles.iter().map(|(_, runs)| runs.clone()).filter(keep).collect()
}

/// The 16 features: means over [`merge`]'s matrices.
pub fn features(angles: &[([i64; 3], Joint)], weighting: Option<(Norm, [f64; 3])>) -> Vec<Named> {
    let matrices = merge(angles, weighting);
    let mean = |f: fn(&Joint) -> f64| nan_mean(matrices.iter().map(f));
    vec![
        ("ShortRunEmphasis", mean(Joint::small)),
        ("LongRunEmphasis", mean(Joint::large)),
        ("GrayLevelNonUniformity", mean(Joint::level_non_uniformity)),
        ("GrayLevelNonUniformityNormalized", mean(Joint::level_non_uniformity_normalized)),
        ("RunLengthNonUniformity", mean(Joint::property_non_uniformity)),
        ("RunLengthNonUniformityNormalized", mean(Joint::property_non_uniformity_normalized)),
        ("RunPercentage", mean(Joint::percentage)),
        ("GrayLevelVariance", mean(Joint::level_variance)),
        ("RunVariance", mean(Joint::property_variance)),
        ("RunEntropy", mean(Joint::entropy)),
        ("LowGrayLevelRunEmphasis", mean(Joint::low)),
        ("HighGrayLevelRunEmphasis", mean(Joint::high)),
        ("ShortRunLowGrayLevelEmphasis", mean(Joint::small_low)),
        ("ShortRunHighGrayLevelEmphasis", mean(Joint::small_high)),
        ("LongRunLowGrayLevelEmphasis", mean(Joint::large_low)),
        ("LongRunHighGrayLevelEmphasis", mean(Joint::large_high)),
    ]
}
