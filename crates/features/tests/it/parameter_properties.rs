//! The reader and writer of parameter files on random settings and on random text.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use radsurv_features::settings::{
    Discretisation, EnabledClass, EnabledImageType, ExtractorSettings, FeatureClass, Fix, ImageType, Lbp2dMethod,
    ResegmentMode, Settings, Sigma, WeightingNorm,
};
use radsurv_image::resample::Interpolator;

fn positive() -> impl Strategy<Value = f64> {
    prop_oneof![(1u32..5000).prop_map(f64::from), 1e-9..1e9f64, Just(1e-5), Just(1e22), Just(f64::MIN_POSITIVE)]
}

fn discretisation() -> impl Strategy<Value = Discretisation> {
    prop_oneof![positive().prop_map(Discretisation::Width), (1u32..1000).prop_map(Discretisation::Count)]
}

fn sigma() -> impl Strategy<Value = Sigma> {
    prop_oneof![(1u64..50).prop_map(Sigma::Whole), positive().prop_map(Sigma::Real)]
}

fn common() -> impl Strategy<Value = Settings> {
    let masks = (1u8..4, option::of(1u64..1000), option::of(positive()), any::<[bool; 7]>(), 1u32.., 0usize..9);
    let images = (option::of(vec(0.0..9.0f64, 3)), option::of(0..Interpolator::ALL.len()), 0usize..99, positive());
    let regions = (option::of(vec(-1e4..1e4f64, 1..3)), 0usize..3, option::of(positive()), 0usize..3);
    (masks, images, regions, per_image()).prop_map(|(masks, images, regions, own)| Settings {
        minimum_roi_dimensions: masks.0,
        minimum_roi_size: masks.1,
        geometry_tolerance: masks.2,
        correct_mask: masks.3[0],
        additional_info: masks.3[1],
        normalize: masks.3[2],
        resegment_shape: masks.3[3],
        pre_crop: masks.3[4],
        force_2d: masks.3[5],
        label: masks.4,
        label_channel: masks.5,
        resampled_pixel_spacing: images.0,
        interpolator: images.1.map(|i| Interpolator::ALL[i]),
        pad_distance: images.2,
        normalize_scale: images.3,
        resegment_range: regions.0,
        resegment_mode: [ResegmentMode::Absolute, ResegmentMode::Relative, ResegmentMode::Sigma][regions.1],
        remove_outliers: regions.2,
        force_2d_dimension: regions.3,
        ..own
    })
}

/// The settings that may be overridden for one image type.
fn per_image() -> impl Strategy<Value = Settings> {
    let filters = (vec(sigma(), 0..4), 0usize..4, 1usize..4, any::<bool>(), positive(), 1u32..30, 0usize..4);
    let spheres = (1u32..5, positive(), 0u32..4);
    let matrices = (vec(1u32..5, 1..3), -2000i32..2000, any::<bool>(), option::of(0usize..4), 0u32..5);
    let wavelet = prop_oneof![Just("coif1"), Just("haar"), Just("db1"), Just("bior3.9"), Just("dmey")];
    (discretisation(), filters, spheres, matrices, wavelet).prop_map(|(discretisation, f, s, m, wavelet)| {
        let methods = [Lbp2dMethod::Default, Lbp2dMethod::Ror, Lbp2dMethod::Uniform, Lbp2dMethod::Var];
        let norms =
            [WeightingNorm::Manhattan, WeightingNorm::Euclidean, WeightingNorm::Infinity, WeightingNorm::NoWeighting];
        Settings {
            discretisation,
            sigma: f.0,
            start_level: f.1,
            level: f.2,
            gradient_use_spacing: f.3,
            lbp2d_radius: f.4,
            lbp2d_samples: f.5,
            lbp2d_method: methods[f.6],
            lbp3d_levels: s.0,
            lbp3d_icosphere_radius: s.1,
            lbp3d_icosphere_subdivision: s.2,
            distances: m.0,
            voxel_array_shift: m.1.into(),
            symmetrical_glcm: m.2,
            weighting_norm: m.3.map(|i| norms[i]),
            gldm_a: m.4.into(),
            wavelet: wavelet.to_string(),
            ..Settings::default()
        }
    })
}

fn extraction() -> impl Strategy<Value = ExtractorSettings> {
    let image_types = proptest::sample::subsequence(ImageType::ALL.to_vec(), 1..=10).prop_shuffle();
    let classes = proptest::sample::subsequence(FeatureClass::ALL.to_vec(), 1..=8).prop_shuffle();
    let fixes = proptest::sample::subsequence(Fix::ALL.to_vec(), 0..=Fix::ALL.len());
    (common(), image_types, vec(option::of(per_image()), 10), classes, any::<bool>(), fixes).prop_map(
        |(settings, image_types, own, classes, some, fixes)| {
            let image_types = image_types.into_iter().zip(own).map(|(image_type, own)| match own {
                None => EnabledImageType::new(image_type, &settings),
                Some(own) => EnabledImageType::with(image_type, &settings, |s| {
                    // What belongs to the preprocessing stays common.
                    s.discretisation = own.discretisation;
                    s.sigma = own.sigma;
                    s.weighting_norm = own.weighting_norm;
                    s.distances = own.distances;
                    s.wavelet = own.wavelet;
                }),
            });
            let features = |class| {
                let all = radsurv_features::catalog::features(class);
                if some { all.iter().rev().step_by(3).map(|f| f.name.to_string()).collect() } else { Vec::new() }
            };
            ExtractorSettings {
                image_types: image_types.collect(),
                feature_classes: classes
                    .into_iter()
                    .map(|class| EnabledClass { class, features: features(class) })
                    .collect(),
                fixes: fixes.into_iter().collect(),
                settings,
                ..ExtractorSettings::default()
            }
        },
    )
}

/// The parts that decide what is computed.
fn meaning(s: &ExtractorSettings) -> impl PartialEq + std::fmt::Debug + use<> {
    let image_types: Vec<_> = s.image_types.iter().map(|e| (e.image_type, e.settings.clone())).collect();
    (s.settings.clone(), image_types, s.feature_classes.clone(), s.fixes.clone())
}

/// Pieces that parameter files are made of, and some that break them.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "setting",
        "imageType",
        "featureClass",
        "voxelSetting",
        "radsurv",
        "fixes",
        "binWidth",
        "sigma",
        "LoG",
        "Original",
        "glcm",
        "Mean",
        ": ",
        ":",
        "\n",
        "\n  ",
        "\n\t",
        "\n    ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "&a ",
        "*a",
        "<<: ",
        "!!str ",
        "!x ",
        "'",
        "\"",
        "\\u00e9",
        "#",
        " #",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "? ",
        "| ",
        ">-\n",
        "25",
        "1e-3",
        "-1",
        "null",
        "~",
        "true",
        "yes",
        ".nan",
        ".inf",
        "\u{feff}",
        "\u{0}",
        "\u{85}",
        "é",
        "\r\n",
        "@",
        "`",
        "%",
    ];
    prop_oneof![8 => proptest::sample::select(pieces.to_vec()).prop_map(str::to_string), 1 => ".{0,8}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_written_reads_back(extraction in extraction()) {
        let yaml = extraction.to_yaml().unwrap();
        let read = ExtractorSettings::from_yaml_str(&yaml, "text").unwrap();
        prop_assert_eq!(meaning(&read), meaning(&extraction), "{}", yaml);
        // A second time nothing moves.
        prop_assert_eq!(read.to_yaml().unwrap(), yaml);
        let json = ExtractorSettings::from_json_str(&extraction.to_json().unwrap(), "text").unwrap();
        prop_assert_eq!(meaning(&json), meaning(&extraction));
        let value = serde_json::to_value(&extraction).unwrap();
        let deserialised: ExtractorSettings = serde_json::from_value(value).unwrap();
        prop_assert_eq!(meaning(&deserialised), meaning(&extraction));
    }

    #[test]
    fn common_changes_reach_what_is_not_overridden(extraction in extraction(), own in per_image()) {
        let mut changed = extraction.clone();
        changed.change_settings(|s| {
            s.wavelet.clone_from(&own.wavelet);
            s.lbp2d_samples = own.lbp2d_samples;
        });
        for (before, after) in extraction.image_types.iter().zip(&changed.image_types) {
            prop_assert_eq!(after.settings.lbp2d_samples, own.lbp2d_samples);
            let overridden = before.settings.wavelet != extraction.settings.wavelet;
            let expected = if overridden { &before.settings.wavelet } else { &own.wavelet };
            prop_assert_eq!(&after.settings.wavelet, expected);
            prop_assert_eq!(after.settings.discretisation, before.settings.discretisation);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn no_text_stops_the_reader(pieces in vec(piece(), 0..40)) {
        let text = pieces.concat();
        for read in [ExtractorSettings::from_yaml_str(&text, "text"), ExtractorSettings::from_json_str(&text, "text")] {
            match read {
                Ok(read) => drop(read.to_yaml().unwrap()),
                Err(error) => prop_assert!(error.to_string().starts_with("text: "), "{}", error),
            }
        }
    }

    #[test]
    fn no_damage_stops_the_reader(at in 0usize..400, removed in 0usize..20, piece in piece()) {
        let mut text: Vec<char> = include_str!("../inputs/every_setting.yaml").chars().collect();
        let at = at.min(text.len());
        let end = (at + removed).min(text.len());
        text.splice(at..end, piece.chars());
        let _ = ExtractorSettings::from_yaml_str(&text.iter().collect::<String>(), "text");
    }
}
