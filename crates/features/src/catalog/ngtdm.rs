//! Neighbouring grey tone difference matrix.

use super::FeatureInfo;

pub(super) const FEATURES: [FeatureInfo; 5] = [
    FeatureInfo::new("Busyness", "NQ30", "How fast grey levels change from a voxel to its neighbours"),
    FeatureInfo::new("Coarseness", "QCDE", "Inverse of the summed differences to the neighbourhood; 1e6 if flat"),
    FeatureInfo::new("Complexity", "HDEZ", "Many and rapid changes of grey level"),
    FeatureInfo::new("Contrast", "65HE", "Range of grey levels times their local change"),
    FeatureInfo::new("Strength", "1X9X", "Slow change between clearly different grey levels"),
];
