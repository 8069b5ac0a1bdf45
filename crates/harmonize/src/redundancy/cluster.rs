//! One feature for each cluster of redundant ones.
//!
//! Agglomerative clustering with the distance 1 - |correlation|, by the crate kodama in O(p²); the tree is cut at the height
//! 1 - threshold, so that with complete linkage every two features of a cluster have a correlation of at least the
//! threshold. A pair without a correlation (NaN) has the distance 1.
//!
//! The clusters are those of R's `hclust` and `cutree(h = )`; where distances are tied, of which there are many if features
//! are copies of others, the two may merge in another order, and with linkages other than single differ.

use kodama::{Method, linkage};
use radsurv_stats::correlation::CorrelationMatrix;
use serde::{Deserialize, Serialize};

use super::{Removed, mean_absolute};

/// The distance of two clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Linkage {
    /// That of their most distant features.
    #[default]
    Complete,
    /// The mean over all pairs.
    Average,
    /// That of their nearest features.
    Single,
}

/// Of each column, why it goes: the one that stands for its cluster.
pub(super) fn remove(
    matrix: &CorrelationMatrix,
    threshold: f64,
    by: Linkage,
    scores: Option<&[f64]>,
) -> Vec<Option<Removed>> {
    let size = matrix.size();
    let mut removed = vec![None; size];
    for cluster in clusters(matrix, threshold, by) {
        let likeness = |i: usize| mean_absolute(cluster.iter().filter(|&&j| j != i).map(|&j| matrix.get(i, j)));
        let worth = |i: usize| scores.map_or_else(|| likeness(i), |scores| scores[i]);
        // Of several that are as good the first one stays.
        let Some(stays) = cluster.iter().copied().reduce(|a, b| if worth(b) > worth(a) { b } else { a }) else {
            continue;
        };
        for &i in cluster.iter().filter(|&&i| i != stays) {
            removed[i] = Some(Removed { because_of: stays, correlation: matrix.get(i, stays) });
        }
    }
    removed
}

fn clusters(matrix: &CorrelationMatrix, threshold: f64, by: Linkage) -> Vec<Vec<usize>> {
    let size = matrix.size();
    let mut distances: Vec<f64> = Vec::with_capacity(size * size.saturating_sub(1) / 2);
    for i in 0..size {
        distances.extend(matrix.row(i)[i + 1..].iter().map(|r| if r.is_nan() { 1.0 } else { 1.0 - r.abs() }));
    }
    let method = match by {
        Linkage::Complete => Method::Complete,
        Linkage::Average => Method::Average,
        Linkage::Single => Method::Single,
    };
    let tree = linkage(&mut distances, size, method);
    let mut clusters: Vec<Vec<usize>> = (0..size).map(|i| vec![i]).collect();
    for step in tree.steps() {
        // A step that is not taken leaves an empty cluster, which its parents, higher up, join with as well; with these
        // linkages heights never fall.
        let merged = match step.dissimilarity <= 1.0 - threshold {
            true => {
                let mut merged = std::mem::take(&mut clusters[step.cluster1]);
                merged.append(&mut clusters[step.cluster2]);
                merged.sort_unstable();
                merged
            }
            false => Vec::new(),
        };
        clusters.push(merged);
    }
    clusters.retain(|c| !c.is_empty());
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 - 1 - 2 are a chain: neighbours are redundant, the ends are not. 3 is alone.
    fn chain() -> CorrelationMatrix {
        let mut values = vec![0.0; 16];
        for (i, j, r) in [(0, 1, 0.95), (1, 2, -0.92), (0, 2, 0.8), (0, 3, 0.1), (1, 3, 0.2), (2, 3, f64::NAN)] {
            values[i * 4 + j] = r;
            values[j * 4 + i] = r;
        }
        (0..4).for_each(|i| values[i * 5] = 1.0);
        CorrelationMatrix::from_values(4, values).unwrap()
    }

    #[test]
    fn linkages_treat_a_chain_as_they_should() {
        assert_eq!(clusters(&chain(), 0.9, Linkage::Single), [vec![3], vec![0, 1, 2]]);
        assert_eq!(clusters(&chain(), 0.9, Linkage::Complete), [vec![2], vec![3], vec![0, 1]]);
        assert_eq!(clusters(&chain(), 0.86, Linkage::Average), [vec![3], vec![0, 1, 2]]);
        assert_eq!(clusters(&chain(), 0.0, Linkage::Complete).len(), 1);
        assert_eq!(clusters(&chain(), 1.0, Linkage::Single).len(), 4);
    }

    #[test]
    fn the_middle_or_the_best_of_a_cluster_stays() {
        let stays = |scores: Option<&[f64]>| {
            let removed = remove(&chain(), 0.9, Linkage::Single, scores);
            (0..4).filter(|&i| removed[i].is_none()).collect::<Vec<_>>()
        };
        assert_eq!(stays(None), [1, 3]);
        assert_eq!(stays(Some(&[0.1, 0.2, 0.3, 0.0])), [2, 3]);
        assert_eq!(stays(Some(&[0.1, 0.1, 0.1, 0.0])), [0, 3]);
    }
}
