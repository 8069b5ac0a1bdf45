//! The features of one region in one image.

use radsurv_image::{IndexBox, Region, Volume, VoxelType};

use super::vector::{Feature, FeatureValue};
use crate::catalog::{self, FeatureInfo};
use crate::error::Result;
use crate::first_order::FirstOrderFeatures;
use crate::grid::RegionGrid;
use crate::settings::{EnabledClass, FeatureClass, Settings};
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

/// A region's values in an image (or in the part of it in `window`), in array order.
pub(super) fn region_values(image: &Volume, window: &IndexBox, region: &Region) -> Result<Vec<f64>> {
    let part = region.bounds().relative_to(window);
    let values = image.values_f64(&part)?;
    if region.voxel_count() == values.len() {
        return Ok(values);
    }
    Ok(values.into_iter().zip(region.inside()).filter_map(|(v, &inside)| inside.then_some(v)).collect())
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
        let single = self.voxel_type == VoxelType::F32;
        let levels = Levels::new(&self.values, self.settings.discretisation, single)?;
        let mut features = Vec::new();
        for class in classes {
            let values = self.class_values(class.class, &levels);
            if let Some((get, reason)) = values {
                collect(self.name, class, get, reason, &mut features);
            }
        }
        Ok(features)
    }

    /// The values of a class by name, and why they are undefined if they are.
    #[allow(clippy::type_complexity)]
    fn class_values(
        &self,
        class: FeatureClass,
        levels: &Levels,
    ) -> Option<(Box<dyn Fn(&str) -> Option<f64>>, &'static str)> {
        let s = self.settings;
        let geometry = self.region.geometry();
        let spacing = geometry.spacing_mm();
        let axis = fixed_axis(s, geometry.dimension());
        let weighting = s.weighting_norm.map(|norm| (norm, spacing));
        Some(match class {
            FeatureClass::FirstOrder => {
                let volume = geometry.voxel_volume_mm3();
                let f = FirstOrderFeatures::new(&self.values, levels, volume, s.voxel_array_shift);
                (Box::new(move |n| f.get(n)), "the values overflow double precision")
            }
            FeatureClass::Glcm => {
                let f = Glcm::count(self.grid, levels, &s.distances, axis, s.symmetrical_glcm, weighting).features();
                (
                    Box::new(move |n| f.get(n)),
                    "no two voxels of the region lie at any of the distances (or their weights are all 0)",
                )
            }
            FeatureClass::Glrlm => {
                let f = Glrlm::count(self.grid, levels, axis, weighting).features();
                (Box::new(move |n| f.get(n)), "no line of the region has two voxels along any angle")
            }
            FeatureClass::Glszm => {
                let f = Glszm::count(self.grid, levels, axis).features();
                (Box::new(move |n| f.get(n)), "the region has no zone")
            }
            FeatureClass::Gldm => {
                let f = Gldm::count(self.grid, levels, &s.distances, axis, s.gldm_a as u32).features();
                (Box::new(move |n| f.get(n)), "the region has no voxel")
            }
            FeatureClass::Ngtdm => {
                let f = Ngtdm::count(self.grid, levels, &s.distances, axis).features();
                (Box::new(move |n| f.get(n)), "the region has no voxel")
            }
            FeatureClass::Shape | FeatureClass::Shape2D => return None,
        })
    }
}

/// The shape features of the enabled shape classes, 3-D before 2-D as in PyRadiomics, and what was skipped.
pub(super) fn shape_features(
    region: &Region,
    settings: &Settings,
    classes: &[EnabledClass],
    notices: &mut Vec<String>,
) -> Vec<Feature> {
    let dimension = region.geometry().dimension();
    let mut features = Vec::new();
    let find = |class| classes.iter().find(|c| c.class == class);
    if let Some(class) = find(FeatureClass::Shape) {
        if dimension == 3 {
            let f = ShapeFeatures::new(region);
            collect("original", class, |n| f.get(n), "the region has no extent in a direction", &mut features);
        } else {
            notices.push("shape is skipped: the image is 2-D; use shape2D".to_string());
        }
    }
    if let Some(class) = find(FeatureClass::Shape2D) {
        match shape_2d(region, settings, dimension) {
            Ok(f) => collect("original", class, |n| f.get(n), "the region has no extent in a direction", &mut features),
            Err(reason) => notices.push(format!("shape2D is skipped: {reason}")),
        }
    }
    features
}

fn shape_2d(region: &Region, settings: &Settings, dimension: usize) -> std::result::Result<Shape2dFeatures, String> {
    let axis = if dimension == 2 {
        2
    } else if !settings.force_2d {
        return Err("set force2D: true for the shape of a single slice in a 3-D image".to_string());
    } else {
        2 - settings.force_2d_dimension
    };
    Shape2dFeatures::new(region, axis).ok_or_else(|| {
        format!(
            "the region is {} voxels thick along {}, not 1; set force2Ddimension to the axis across its slice",
            region.bounds().size[axis],
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
