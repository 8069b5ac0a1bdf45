//! The features of one region in one image.

use std::borrow::Cow;

use radsurv_image::{IndexBox, Region, Volume, VoxelType, with_voxels};
use rayon::prelude::*;

use super::vector::{Feature, FeatureValue};
use crate::catalog::{self, FeatureInfo};
use crate::error::{Error, Result};
use crate::first_order::FirstOrderFeatures;
use crate::grid::RegionGrid;
use crate::settings::{Discretisation, EnabledClass, ExtractorSettings, FeatureClass, Fix, Settings};
use crate::shape::{Shape2dFeatures, ShapeFeatures};
use crate::texture::Levels;
use crate::texture::angles::FixedAxis;
use crate::texture::glcm::Glcm;
use crate::texture::gldm::Gldm;
use crate::texture::glrlm::Glrlm;
use crate::texture::glszm::Glszm;
use crate::texture::ngtdm::Ngtdm;

/// The axis (0 = x, 1 = y, 2 = z) that `force2D` leaves out. The setting counts axes as arrays do, slowest first.
pub(super) fn fixed_axis(settings: &Settings, dimension: usize) -> FixedAxis {
    if !settings.force_2d {
        return None;
    }
    dimension.checked_sub(1 + settings.force_2d_dimension)
}

/// A region's values in an image (or in the part of it in `window`), in array order. `grid` is the region's layout.
pub(super) fn region_values(image: &Volume, window: &IndexBox, region: &Region, grid: &RegionGrid) -> Result<Vec<f64>> {
    let part = region.bounds().relative_to(window);
    image.geometry().check_box(&part)?;
    Ok(with_voxels!(image.voxels(), v => grid.gather(v, image.geometry().size(), part.start, |x| x as f64)))
}

/// One image of a region: what its intensity and texture features are computed from.
pub(super) struct RegionImage<'a> {
    pub name: &'a str,
    pub values: Vec<f64>,
    pub voxel_type: VoxelType,
    pub region: &'a Region,
    pub grid: &'a RegionGrid,
    pub settings: &'a Settings,
}

impl RegionImage<'_> {
    /// The features of the enabled classes other than shape.
    pub fn features(&self, classes: &[EnabledClass]) -> Result<Vec<Feature>> {
        let classes = || classes.iter().filter(|c| !matches!(c.class, FeatureClass::Shape | FeatureClass::Shape2D));
        let mut features = Vec::new();
        let how = self.settings.discretisation;
        let single = self.voxel_type == VoxelType::F32;
        let mut numbers = Cow::Borrowed(&self.values);
        let levels = match self.values.iter().position(|v| !v.is_finite()) {
            None => Levels::new(&self.values, how, single)?,
            Some(bad) => {
                let (index, value) = (self.index_of(bad), self.values[bad]);
                if self.name == "original" {
                    // The extractor counts the others, which lie in the whole image.
                    return Err(Error::NotFinite { index, value, count: 1 });
                }
                // PyRadiomics looks for the range with Python's `min`, which skips NaN unless it comes first, and gives
                // NaN a grey level of its own. With a bin count, or NaN first, it fails.
                let skipped = matches!(how, Discretisation::Width(_)) && bad > 0;
                if !skipped || self.values.iter().any(|v| v.is_infinite()) {
                    let reason = format!("the filter gives {value} at voxel (x, y, z) = {index:?}");
                    classes().for_each(|class| collect(self.name, class, |_| Some(f64::NAN), &reason, &mut features));
                    return Ok(features);
                }
                numbers.to_mut().retain(|v| !v.is_nan());
                Levels::with_nan(&self.values, &numbers, how, single)?
            }
        };
        let classes: Vec<&EnabledClass> = classes().collect();
        let mut parts: Vec<(usize, Vec<Feature>)> = tasks(&classes)
            .into_par_iter()
            .flat_map_iter(|task| {
                let mut pairs = None;
                let mut parts = Vec::with_capacity(task.len());
                for i in task {
                    let mut out = Vec::new();
                    self.class_features(classes[i], &numbers, &levels, &mut pairs, &mut out);
                    parts.push((i, out));
                }
                parts
            })
            .collect();
        parts.sort_by_key(|(i, _)| *i);
        features.extend(parts.into_iter().flat_map(|(_, part)| part));
        Ok(features)
    }

    /// The index (x, y, z) in the image of a region voxel.
    fn index_of(&self, voxel: usize) -> [usize; 3] {
        let mut inside = self.region.bounds().indices().zip(self.region.inside()).filter(|(_, inside)| **inside);
        inside.nth(voxel).map_or([0; 3], |(index, _)| index)
    }

    /// Computes a class's matrix and from it the features. `pairs` keeps the co-occurrence matrix for the run lengths.
    /// `numbers` are the values that are not NaN.
    fn class_features(
        &self,
        class: &EnabledClass,
        numbers: &[f64],
        levels: &Levels,
        pairs: &mut Option<Glcm>,
        out: &mut Vec<Feature>,
    ) {
        let s = self.settings;
        let geometry = self.region.geometry();
        let spacing = geometry.spacing_mm();
        let axis = fixed_axis(s, geometry.dimension());
        let weighting = s.weighting_norm.map(|norm| (norm, spacing));
        let name = self.name;
        match class.class {
            FeatureClass::FirstOrder => {
                let volume = geometry.voxel_volume_mm3();
                let f = FirstOrderFeatures::new(numbers, levels, volume, s.voxel_array_shift);
                collect(name, class, |n| f.get(n), "the value overflows double precision", out);
            }
            FeatureClass::Glcm => {
                let matrix = Glcm::count(self.grid, levels, &s.distances, axis, s.symmetrical_glcm, weighting);
                let f = matrix.features();
                let reason =
                    "no two voxels of the region lie at any of the distances (or the weights of all angles are 0)";
                collect(name, class, |n| f.get(n), reason, out);
                *pairs = Some(matrix);
            }
            FeatureClass::Glrlm => {
                let f = Glrlm::count(self.grid, levels, axis, weighting, pairs.as_ref()).features();
                collect(name, class, |n| f.get(n), "no line along any angle has two voxels of the region", out);
            }
            FeatureClass::Glszm => {
                let f = Glszm::count(self.grid, levels, axis).features();
                collect(name, class, |n| f.get(n), "the value overflows double precision", out);
            }
            FeatureClass::Gldm => {
                // A level differs from another by a whole number, so the cut-off may be rounded down.
                let f = Gldm::count(self.grid, levels, &s.distances, axis, s.gldm_a as u32).features();
                collect(name, class, |n| f.get(n), "the value overflows double precision", out);
            }
            FeatureClass::Ngtdm => {
                let f = Ngtdm::count(self.grid, levels, &s.distances, axis).features();
                collect(name, class, |n| f.get(n), "the value overflows double precision", out);
            }
            FeatureClass::Shape | FeatureClass::Shape2D => {}
        }
    }
}

/// The classes that are computed one after the other, as places in the list: each alone, but run lengths after the
/// co-occurrence matrix that they make use of. Short tasks let the threads end together.
fn tasks(classes: &[&EnabledClass]) -> Vec<Vec<usize>> {
    let mut tasks: Vec<Vec<usize>> = Vec::new();
    for (i, class) in classes.iter().enumerate() {
        let is_glcm = |task: &&mut Vec<usize>| classes[task[0]].class == FeatureClass::Glcm;
        match tasks.iter_mut().find(is_glcm).filter(|_| class.class == FeatureClass::Glrlm) {
            Some(task) => task.push(i),
            None => tasks.push(vec![i]),
        }
    }
    tasks
}

/// The shape features of the enabled shape classes, 3-D before 2-D as in PyRadiomics, and what was skipped.
pub(super) fn shape_features(region: &Region, all: &ExtractorSettings, notices: &mut Vec<String>) -> Vec<Feature> {
    let dimension = region.geometry().dimension();
    let mut features = Vec::new();
    let find = |class| all.feature_classes.iter().find(|c| c.class == class);
    let undefined = "the region has no extent in a direction that the feature divides by";
    if let Some(class) = find(FeatureClass::Shape) {
        if dimension == 3 {
            let f = ShapeFeatures::new(region);
            collect("original", class, |n| f.get(n), undefined, &mut features);
        } else {
            notices.push("shape is skipped: the image is 2-D; use shape2D".to_string());
        }
    }
    if let Some(class) = find(FeatureClass::Shape2D) {
        match shape_2d(region, all, dimension) {
            Ok(f) => collect("original", class, |n| f.get(n), undefined, &mut features),
            Err(reason) => notices.push(format!("shape2D is skipped: {reason}")),
        }
    }
    features
}

fn shape_2d(
    region: &Region,
    all: &ExtractorSettings,
    dimension: usize,
) -> std::result::Result<Shape2dFeatures, String> {
    let settings = &all.settings;
    let size = region.bounds().size;
    let axis = if dimension == 2 {
        2
    } else if !settings.force_2d {
        return Err("set force2D: true for the shape of a single slice in a 3-D image".to_string());
    } else {
        // PyRadiomics asks for more than one voxel along the axis that it counts the other way round: a coronal slice
        // has no shape2D there.
        if !all.fixes(Fix::Shape2dDimension) && size[settings.force_2d_dimension] == 1 {
            return Err(format!(
                "as PyRadiomics, which skips a region one voxel thick along {} when force2Ddimension is {}; the fix {} \
                 computes it",
                ["x", "y", "z"][settings.force_2d_dimension],
                settings.force_2d_dimension,
                Fix::Shape2dDimension.name()
            ));
        }
        2 - settings.force_2d_dimension
    };
    Shape2dFeatures::new(region, axis).ok_or_else(|| {
        format!(
            "the region is {} voxels thick along {}, not 1; set force2Ddimension to the axis across its slice",
            size[axis],
            ["x", "y", "z"][axis]
        )
    })
}

/// Takes the wanted features of a class out of its values.
fn collect(
    image: &str,
    class: &EnabledClass,
    get: impl Fn(&str) -> Option<f64>,
    undefined: &str,
    out: &mut Vec<Feature>,
) {
    let mut push = |info: &'static FeatureInfo| {
        let Some(v) = get(info.name) else { return };
        let value =
            if v.is_finite() { FeatureValue::Number(v) } else { FeatureValue::Undefined(undefined.to_string()) };
        out.push(Feature { image: image.to_string(), class: class.class, info, value });
    };
    if class.features.is_empty() {
        catalog::enabled_by_default(class.class).for_each(&mut push);
    } else {
        class.features.iter().filter_map(|name| catalog::find(class.class, name)).for_each(push);
    }
}
