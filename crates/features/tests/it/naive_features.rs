//! The engine's texture and first-order features against the naive formulas, on random regions.

use crate::random::{Case, cases, config, same};
use proptest::prelude::*;
use radsurv_features::FirstOrderFeatures;
use radsurv_features::discretise::{bin_edges, digitise};
use radsurv_features::settings::Discretisation;
use radsurv_features::texture::Levels;
use radsurv_features::texture::glcm::Glcm;
use radsurv_features::texture::gldm::Gldm;
use radsurv_features::texture::glrlm::Glrlm;
use radsurv_features::texture::glszm::Glszm;
use radsurv_features::texture::ngtdm::Ngtdm;
use radsurv_testkit::compare::{Spread, natural_scale};
use radsurv_testkit::naive::{self, Named, glcm::Pairs};
use radsurv_testkit::splitmix::SplitMix64;

/// Compares a class's features, all of them, with the naive ones.
fn check(class: &str, found: &[Named], expected: &[Named], scale: impl Fn(&str) -> f64) {
    assert_eq!(found.len(), expected.len(), "{class}");
    for (name, value) in expected {
        let ours = found.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("{class} has no {name}")).1;
        assert!(same(ours, *value, scale(name)), "{class} {name}: {ours}, naive {value}");
    }
}

fn named(names: &'static [&'static str], values: Vec<f64>) -> Vec<Named> {
    names.iter().copied().zip(values).collect()
}

/// The natural scale of a texture feature.
fn scale_of<'a>(class: &'a str, case: &Case) -> impl Fn(&str) -> f64 + use<'a> {
    let levels: Vec<f64> = case.region_levels().into_iter().map(f64::from).collect();
    let n = levels.len() as f64;
    let mean = levels.iter().sum::<f64>() / n;
    let variance = levels.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / n;
    let spread = Spread { levels: variance.sqrt(), ..Spread::default() };
    move |name| natural_scale(class, name, &spread)
}

fn margin(p: &Pairs, of: fn(&(u32, u32)) -> u32) -> usize {
    p.keys().map(of).collect::<std::collections::BTreeSet<_>>().len()
}

fn check_glcm(case: &Case) {
    let weighting = case.engine_weighting();
    let found =
        Glcm::count(&case.grid(), &case.engine_levels(), &case.distances, case.plane, case.symmetric, weighting);
    let features = found.features();
    let naive = naive::glcm::matrix(case.size, &case.levels, &case.distances, case.plane);
    let mut expected = naive.features(case.symmetric, case.naive_weighting());
    let matrices = naive.probabilities(case.symmetric, case.naive_weighting());
    let angles: Vec<&Pairs> = matrices.iter().filter(|p| !p.is_empty()).collect();
    let n = angles.len() as f64;

    // Where the definition divides rounding noise by rounding noise, the engine has the value without noise: a constant
    // level correlates 1 with anything, and independent levels have Imc2 = 0. MCC and Imc2 are square roots, so that an
    // error of 1e-14 under the root is an error of 1e-14 / value, or of 1e-7 next to 0.
    let root_error = |v: f64| 1e-7_f64.min(1e-14 / v.max(1e-300));
    if angles.iter().any(|p| margin(p, |k| k.0) == 1 || margin(p, |k| k.1) == 1) {
        let one_by_one = |p: &&Pairs| {
            let constant = margin(p, |k| k.0) == 1 || margin(p, |k| k.1) == 1;
            if constant { 1.0 } else { correlation(p) }
        };
        set(&mut expected, "Correlation", angles.iter().map(one_by_one).sum::<f64>() / n);
    }
    let imc2: Vec<f64> =
        angles.iter().map(|p| naive::glcm::imc2(p)).map(|v| if v.is_nan() { 0.0 } else { v }).collect();
    let (value, bound) = (imc2.iter().sum::<f64>() / n, imc2.iter().map(|&v| root_error(v)).sum::<f64>() / n);
    let exact = take(&mut expected, "Imc2");
    assert!(
        n == 0.0 && exact.is_nan() || (features.imc2 - value).abs() <= bound + 1e-9 * value,
        "{} {value}",
        features.imc2
    );
    let exact = take(&mut expected, "MCC");
    if naive.levels.len() > 1 && n > 0.0 {
        let bound = angles.iter().map(|p| root_error(naive::glcm::mcc(p, &naive.levels))).sum::<f64>() / n;
        assert!((features.mcc - exact).abs() <= bound + 1e-9 * exact, "MCC {} {exact}", features.mcc);
    } else {
        assert!(same(features.mcc, exact, 0.0), "MCC {} {exact}", features.mcc);
    }

    let mut ours = named(radsurv_features::texture::glcm::GlcmFeatures::NAMES, features.values());
    ours.retain(|(name, _)| *name != "Imc2" && *name != "MCC");
    // Imc1 divides by the entropy of a margin, which weights can leave with next to no bits.
    let bits = angles.iter().map(|p| margin_bits(p)).fold(1.0, f64::min);
    let scale = scale_of("glcm", case);
    check("glcm", &ours, &expected, |name| if name == "Imc1" { 1.0 / bits.max(1e-12) } else { scale(name) });
}

/// The larger entropy of the two margins.
fn margin_bits(p: &Pairs) -> f64 {
    let entropy = |of: fn(&(u32, u32)) -> u32| {
        let mut margin = std::collections::BTreeMap::new();
        p.iter().for_each(|(k, p)| *margin.entry(of(k)).or_insert(0.0) += p);
        -margin.values().map(|p: &f64| p * p.log2()).sum::<f64>()
    };
    entropy(|k| k.0).max(entropy(|k| k.1))
}

/// The definition, for an angle on which neither level is constant.
fn correlation(p: &Pairs) -> f64 {
    let mean =
        |of: &dyn Fn(f64, f64) -> f64| p.iter().map(|(&(i, j), p)| p * of(f64::from(i), f64::from(j))).sum::<f64>();
    let (ux, uy) = (mean(&|i, _| i), mean(&|_, j| j));
    let (vx, vy) = (mean(&|i, _| (i - ux).powi(2)), mean(&|_, j| (j - uy).powi(2)));
    mean(&|i, j| (i - ux) * (j - uy)) / ((vx * vy).sqrt() + naive::EPS)
}

fn take(features: &mut Vec<Named>, name: &str) -> f64 {
    let at = features.iter().position(|f| f.0 == name).unwrap();
    features.remove(at).1
}

fn set(features: &mut [Named], name: &str, value: f64) {
    features.iter_mut().find(|f| f.0 == name).unwrap().1 = value;
}

fn check_glrlm(case: &Case) {
    use radsurv_features::texture::glrlm::GlrlmFeatures;
    let found = Glrlm::count(&case.grid(), &case.engine_levels(), case.plane, case.engine_weighting(), None).features();
    let naive = naive::glrlm::matrix(case.size, &case.levels, case.plane);
    let expected = naive::glrlm::features(&naive, case.naive_weighting());
    check("glrlm", &named(GlrlmFeatures::NAMES, found.values()), &expected, scale_of("glrlm", case));
}

fn check_others(case: &Case) {
    use radsurv_features::texture::{gldm::GldmFeatures, glszm::GlszmFeatures, ngtdm::NgtdmFeatures};
    let (grid, levels) = (case.grid(), case.engine_levels());
    let zones = Glszm::count(&grid, &levels, case.plane).features();
    let expected = naive::glszm::features(&naive::glszm::matrix(case.size, &case.levels, case.plane));
    check("glszm", &named(GlszmFeatures::NAMES, zones.values()), &expected, scale_of("glszm", case));
    let dependence = Gldm::count(&grid, &levels, &case.distances, case.plane, case.alpha).features();
    let naive = naive::gldm::matrix(case.size, &case.levels, &case.distances, case.plane, case.alpha);
    check(
        "gldm",
        &named(GldmFeatures::NAMES, dependence.values()),
        &naive::gldm::features(&naive),
        scale_of("gldm", case),
    );
    let tones = Ngtdm::count(&grid, &levels, &case.distances, case.plane).features();
    let naive = naive::ngtdm::matrix(case.size, &case.levels, &case.distances, case.plane);
    check(
        "ngtdm",
        &named(NgtdmFeatures::NAMES, tones.values()),
        &naive::ngtdm::features(&naive),
        scale_of("ngtdm", case),
    );
}

proptest! {
    #![proptest_config(config(250))]

    #[test]
    fn co_occurrences(case in cases(12, 1..=40)) {
        check_glcm(&case);
    }

    #[test]
    fn runs_zones_dependences_and_tones(case in cases(12, 1..=40)) {
        check_glrlm(&case);
        check_others(&case);
    }

    /// Two voxels to a dozen: angles without pairs, lone matrices, constant levels.
    #[test]
    fn tiny_regions(case in cases(3, 1..=4)) {
        check_glcm(&case);
        check_glrlm(&case);
        check_others(&case);
    }
}

proptest! {
    // Naive eigenvalues of hundreds of levels are slow.
    #![proptest_config(config(6))]

    #[test]
    fn more_levels_than_a_byte_holds(case in cases(8, 256..=700)) {
        check_glcm(&case);
        check_glrlm(&case);
        check_others(&case);
    }
}

/// Values as images have them: whole numbers, fractions, single precision, constant ones, far from 0.
fn values() -> impl Strategy<Value = (Vec<f64>, bool)> {
    let divisor = prop::sample::select(vec![1.0, 8.0, 10.0, 3.0]);
    let low = prop::sample::select(vec![0_i64, -1000, -3, 7, 1_000_000]);
    let span = prop::sample::select(vec![1_u64, 2, 10, 400, 5000]);
    (1..=600_usize, any::<u64>(), low, span, divisor, any::<bool>()).prop_map(
        |(n, seed, low, span, divisor, single)| {
            let mut rng = SplitMix64::new(seed);
            let draw = |_| {
                let value = (low + rng.below(span) as i64) as f64 / divisor;
                if single { f64::from(value as f32) } else { value }
            };
            ((0..n).map(draw).collect(), single)
        },
    )
}

fn discretisations() -> impl Strategy<Value = Discretisation> {
    prop_oneof![
        prop::sample::select(vec![0.1, 0.3, 1.0, 2.5, 25.0, 1e5]).prop_map(Discretisation::Width),
        (1..=64_u32).prop_map(Discretisation::Count),
    ]
}

fn naive_edges(values: &[f64], how: Discretisation, single: bool) -> Vec<f64> {
    match how {
        Discretisation::Width(width) => naive::discretise::width_edges(values, width),
        Discretisation::Count(count) => naive::discretise::count_edges(values, count, single),
    }
}

proptest! {
    #![proptest_config(config(1000))]

    /// Edges to the bit, where there are two or more: of a single one only the level of the values matters, which is 1.
    #[test]
    fn discretisation((values, single) in values(), how in discretisations()) {
        let edges = bin_edges(&values, how, single).unwrap();
        let expected = naive_edges(&values, how, single);
        if expected.len() > 1 {
            prop_assert_eq!(&edges, &expected);
        }
        let naive: Vec<u32> = values.iter().map(|&v| naive::discretise::level(v, &expected)).collect();
        prop_assert_eq!(digitise(&values, &edges), naive);
    }

    #[test]
    fn first_order((values, single) in values(), how in discretisations(), shift in -100..=2000_i32, volume in 1..=40_u32) {
        let (shift, volume) = (f64::from(shift), f64::from(volume) / 8.0);
        let levels = Levels::new(&values, how, single).unwrap();
        let found = FirstOrderFeatures::new(&values, &levels, volume, shift);
        let edges = naive_edges(&values, how, single);
        let naive_levels: Vec<u32> = values.iter().map(|&v| naive::discretise::level(v, &edges)).collect();
        let mut expected = naive::first_order::features(&values, &naive_levels, shift, volume);
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Intensities far from 0 cancel in the moments: the mean is off by an ulp or two of the largest value, which shows
        // in what is divided by the spread. In a constant region the moments are nothing but rounding.
        let size = low.abs().max(high.abs());
        let variance = expected.iter().find(|f| f.0 == "Variance").unwrap().1;
        let scale = |name: &str| match name {
            "Skewness" | "Kurtosis" => 0.01 * size / variance.sqrt(),
            "Variance" => 0.01 * size * (high - low).max(1e-14 * size),
            "Entropy" | "Uniformity" => 1.0,
            "Energy" | "TotalEnergy" => 0.0,
            _ => 0.01 * size,
        };
        let mut ours = named(FirstOrderFeatures::NAMES, found.values());
        if low == high {
            ours.retain(|(n, _)| *n != "Skewness" && *n != "Kurtosis");
            expected.retain(|(n, _)| *n != "Skewness" && *n != "Kurtosis");
        }
        check("firstorder", &ours, &expected, scale);
    }
}
