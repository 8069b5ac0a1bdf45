//! The extractor as a whole on random images: against the naive references, alone and among other regions, and with any
//! number of threads.

use crate::random::{Case, cases, config, same};
use proptest::prelude::*;
use radsurv_features::settings::{
    Discretisation, EnabledClass, EnabledImageType, ExtractorSettings, FeatureClass, ImageType, Sigma,
};
use radsurv_features::{Extractor, FeatureVector};
use radsurv_image::{Geometry, Mask, Volume};
use radsurv_testkit::naive::{self, discretise};
use radsurv_testkit::phantom::Recipe;
use radsurv_testkit::splitmix::SplitMix64;

/// An image larger than the case's box, with the box at an offset.
#[derive(Debug, Clone)]
struct Scene {
    case: Case,
    size: [usize; 3],
    at: [usize; 3],
    /// Values of the whole image.
    values: Vec<f64>,
    kind: Kind,
    how: Discretisation,
    shift: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Short,
    Single,
    Double,
}

fn scenes() -> impl Strategy<Value = Scene> {
    let kind = prop::sample::select(vec![Kind::Short, Kind::Single, Kind::Double]);
    let how = prop_oneof![
        prop::sample::select(vec![0.5, 1.0, 3.0, 25.0]).prop_map(Discretisation::Width),
        (1..=32_u32).prop_map(Discretisation::Count),
    ];
    let scale = prop::sample::select(vec![1.0, 7.0, 0.3]);
    let several = cases(8, 1..=40).prop_filter("a single voxel is refused", |c| c.voxel_count() > 1);
    (several, any::<[bool; 6]>(), kind, how, scale, 0..=2_i32, any::<u64>()).prop_map(
        |(case, margin, kind, how, scale, shift, seed)| {
            let at = [0, 1, 2].map(|a| usize::from(margin[a]));
            let size = [0, 1, 2].map(|a| case.size[a] + at[a] + usize::from(margin[a + 3]));
            let mut rng = SplitMix64::new(seed);
            let mut value = |at_image: [usize; 3]| {
                let inside = (0..3).all(|a| (at[a]..at[a] + case.size[a]).contains(&at_image[a]));
                let level = match inside {
                    true => case.levels[naive::index(case.size, [0, 1, 2].map(|a| at_image[a] - at[a]))],
                    false => 0,
                };
                // Outside the region values are far off: they must not matter.
                let value = if level > 0 { f64::from(level) * scale } else { rng.below(10_000) as f64 - 5000.0 };
                match kind {
                    Kind::Short => value.floor(),
                    Kind::Single => f64::from(value as f32),
                    Kind::Double => value,
                }
            };
            let values = naive::voxels(size).map(&mut value).collect();
            Scene { case, size, at, values, kind, how, shift: f64::from(1000 * shift) }
        },
    )
}

impl Scene {
    fn geometry(&self) -> Geometry {
        Geometry::new(self.size, self.case.spacing, [3.0, -5.0, 100.0], Geometry::IDENTITY).unwrap()
    }

    fn image(&self) -> Volume {
        match self.kind {
            Kind::Short => Volume::new(self.geometry(), self.values.iter().map(|&v| v as i16).collect::<Vec<_>>()),
            Kind::Single => Volume::new(self.geometry(), self.values.iter().map(|&v| v as f32).collect::<Vec<_>>()),
            Kind::Double => Volume::new(self.geometry(), self.values.clone()),
        }
        .unwrap()
    }

    /// The region, label 3, and between its voxels a second one, label 1.
    fn mask(&self) -> Mask {
        let mut labels = vec![0u8; self.values.len()];
        for at in naive::voxels(self.case.size) {
            let to = naive::index(self.size, [0, 1, 2].map(|a| at[a] + self.at[a]));
            labels[to] = if self.case.levels[naive::index(self.case.size, at)] > 0 { 3 } else { 1 };
        }
        Mask::new(Volume::new(self.geometry(), labels).unwrap()).unwrap()
    }

    fn settings(&self) -> ExtractorSettings {
        let mut all = ExtractorSettings::default();
        all.change_settings(|s| {
            s.label = 3;
            s.minimum_roi_dimensions = 1;
            s.discretisation = self.how;
            s.distances = self.case.distances.clone();
            s.force_2d = self.case.plane.is_some();
            s.force_2d_dimension = self.case.plane.map_or(0, |axis| 2 - axis);
            s.symmetrical_glcm = self.case.symmetric;
            s.weighting_norm = self.case.weighting;
            s.gldm_a = f64::from(self.case.alpha);
            s.voxel_array_shift = self.shift;
        });
        all
    }

    fn naive(&self) -> Vec<(String, f64)> {
        let Case { size, levels, spacing, distances, plane, symmetric, alpha, .. } = &self.case;
        let (size, plane) = (*size, *plane);
        let mask: Vec<bool> = levels.iter().map(|&l| l > 0).collect();
        let boxed: Vec<f64> = naive::voxels(size)
            .map(|at| self.values[naive::index(self.size, [0, 1, 2].map(|a| at[a] + self.at[a]))])
            .collect();
        let inside = discretise::inside(&boxed, &mask);
        let edges = match self.how {
            Discretisation::Width(width) => discretise::width_edges(&inside, width),
            Discretisation::Count(count) => discretise::count_edges(&inside, count, self.kind == Kind::Single),
        };
        let levels = discretise::levels(&boxed, &mask, &edges);
        let list: Vec<u32> = levels.iter().copied().filter(|&l| l > 0).collect();
        let weighting = self.case.naive_weighting();
        let glcm = naive::glcm::matrix(size, &levels, distances, plane);
        let glrlm = naive::glrlm::matrix(size, &levels, plane);
        let classes = [
            ("firstorder", naive::first_order::features(&inside, &list, self.shift, spacing.iter().product())),
            ("glcm", glcm.features(*symmetric, weighting)),
            ("glrlm", naive::glrlm::features(&glrlm, weighting)),
            ("glszm", naive::glszm::features(&naive::glszm::matrix(size, &levels, plane))),
            ("gldm", naive::gldm::features(&naive::gldm::matrix(size, &levels, distances, plane, *alpha))),
            ("ngtdm", naive::ngtdm::features(&naive::ngtdm::matrix(size, &levels, distances, plane))),
            ("shape", naive::shape::features(size, &mask, *spacing)),
        ];
        classes.iter().flat_map(|(c, all)| all.iter().map(move |(f, v)| (format!("original_{c}_{f}"), *v))).collect()
    }
}

/// Names and values to the bit; reasons in place of values.
fn bits(vector: &FeatureVector) -> Vec<(String, Result<u64, String>)> {
    let value = |f: &radsurv_features::Feature| match f.value.reason() {
        Some(reason) => Err(reason.to_string()),
        None => Ok(f.value.number().to_bits()),
    };
    vector.features.iter().map(|f| (f.name(), value(f))).collect()
}

proptest! {
    #![proptest_config(config(200))]

    /// The settings reach the kernels as they are meant: everything agrees with the naive references. Features that are
    /// rounding noise in the definition are compared in naive_features.rs, with the care they need.
    #[test]
    fn extraction_is_the_naive_one(scene in scenes()) {
        let found = Extractor::new(scene.settings()).extract(&scene.image(), &scene.mask()).unwrap();
        let expected = scene.naive();
        let mut compared = 0;
        for feature in &found.features {
            let name = feature.name();
            let value = expected.iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("no naive {name}")).1;
            let ours = feature.value.number();
            let noisy = ["Correlation", "MCC", "Imc1", "Imc2", "Skewness", "Kurtosis", "Axis", "Elongation", "Flatness"];
            let scale = if name.contains("ClusterShade") { 1e6 } else if name.contains("shape") { 1.0 } else { 1e3 };
            if !noisy.iter().any(|n| name.contains(n)) {
                compared += 1;
                prop_assert!(same(ours, value, scale), "{name}: {ours}, naive {value}");
            }
        }
        prop_assert_eq!(compared, 18 - 2 + 24 - 4 + 16 + 16 + 14 + 5 + 14 - 5);
    }

    /// A region's features do not depend on the other regions of the same call, nor on being asked for twice.
    #[test]
    fn regions_do_not_disturb_each_other(scene in scenes()) {
        let (image, mask) = (scene.image(), scene.mask());
        let extractor = Extractor::new(scene.settings());
        let alone = extractor.extract(&image, &mask).unwrap();
        let own = extractor.region(&image, &mask, 3).unwrap();
        let mut regions = vec![own.clone(), own];
        regions.extend(extractor.region(&image, &mask, 1));
        let together = extractor.extract_regions(&image, &regions);
        prop_assert_eq!(bits(together[0].as_ref().unwrap()), bits(&alone));
        prop_assert_eq!(bits(together[1].as_ref().unwrap()), bits(&alone));
    }
}

/// All image types of the studies and the pointwise filters.
fn many_images() -> ExtractorSettings {
    let mut all = ExtractorSettings::default();
    all.change_settings(|s| s.discretisation = Discretisation::Width(10.0));
    let settings = all.settings.clone();
    all.image_types = vec![
        EnabledImageType::new(ImageType::Original, &settings),
        EnabledImageType::with(ImageType::LoG, &settings, |s| s.sigma = vec![Sigma::Real(3.0), Sigma::Whole(5)]),
        EnabledImageType::new(ImageType::Wavelet, &settings),
        EnabledImageType::new(ImageType::SquareRoot, &settings),
        EnabledImageType::new(ImageType::Gradient, &settings),
    ];
    all.feature_classes = FeatureClass::ALL.into_iter().map(EnabledClass::all).collect();
    all
}

/// One thread or several: the same bits, for single and double precision images and several regions at once.
#[test]
fn threads_do_not_matter() {
    let phantom = Recipe::small(3).make();
    let geometry = Geometry::new(phantom.size, phantom.spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
    let mask = Mask::new(Volume::new(geometry.clone(), phantom.labels.clone()).unwrap()).unwrap();
    let images = [
        Volume::new(geometry.clone(), phantom.rounded()).unwrap(),
        Volume::new(geometry, phantom.values.clone()).unwrap(),
    ];
    let extractor = Extractor::new(many_images());
    for image in &images {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let regions = [mask.region(1).unwrap(), mask.region(2).unwrap(), mask.union().unwrap()];
                let vectors = extractor.extract_regions(image, &regions);
                vectors.iter().map(|v| bits(v.as_ref().unwrap())).collect::<Vec<_>>()
            })
        };
        let one = run(1);
        assert!(one[0].len() > 1000, "{}", one[0].len());
        for threads in [2, 3, 8] {
            assert_eq!(run(threads), one, "{threads} threads");
        }
    }
}
