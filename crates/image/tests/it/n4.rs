//! N4 against SimpleITK, and what must hold whatever the numbers are.

use crate::support::{SplitMix64, bytes, decode, golden, sha1};
use proptest::prelude::*;
use radsurv_image::intensity::n4::{
    Convergence, N4Result, N4Settings, NonPositive, Precision, correct, correct_weighted,
};
use radsurv_image::intensity::{otsu_region, otsu_threshold};
use radsurv_image::{Error, Geometry, Mask, Region, Volume, Voxels, io, with_voxels};
use radsurv_testkit::data;
use serde_json::Value;

/// A phantom of reference/make_n4.py.
struct Phantom {
    image: Volume,
    inside: Vec<bool>,
    field: Vec<f64>,
}

impl Phantom {
    fn region(&self) -> Region {
        let grid = self.image.geometry().clone();
        Mask::from_bools(grid, &self.inside).unwrap().region(1).unwrap()
    }

    /// What a log field leaves of the true one, as the deviation over the mask.
    fn left(&self, log_field: &Volume) -> f64 {
        let found = log_field.to_f64();
        let left: Vec<f64> =
            (0..found.len()).filter(|&i| self.inside[i]).map(|i| self.field[i].ln() - found[i]).collect();
        deviation(&left)
    }
}

fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

/// Draw `i` of SplitMix64 with this seed.
fn draw(seed: u64, i: usize) -> u64 {
    SplitMix64::new(seed.wrapping_add((i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))).next_u64()
}

fn phantom(recipe: &Value) -> Phantom {
    let whole =
        |key: &str| -> Vec<i64> { recipe[key].as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect() };
    let size: [usize; 3] = [0, 1, 2].map(|a| whole("size")[a] as usize);
    let a: Vec<f64> = whole("field").iter().map(|&c| c as f64 / 100.0).collect();
    let number = |key: &str| recipe[key].as_f64().unwrap();
    let seed = recipe["seed"].as_u64().unwrap();
    let cells = size.map(|n| n.div_ceil(5));
    let (mut values, mut inside, mut field) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..size.iter().product() {
        let at = [i % size[0], i / size[0] % size[1], i / size[0] / size[1]];
        let [p, q, r] =
            [0, 1, 2].map(|d| (2.0 * at[d] as f64 - (size[d] as f64 - 1.0)) / (size[d] as f64 - 1.0).max(1.0));
        let b = 1.0 + a[0] * p + a[1] * q + a[2] * r + a[3] * p * q + a[4] * (p * p) + a[5] * (q * r);
        let cell = (at[2] / 5 * cells[1] + at[1] / 5) * cells[0] + at[0] / 5;
        let tissue = [180.0, 300.0, 300.0, 420.0][(draw(seed ^ 0xAB_CDEF, cell) % 4) as usize];
        let noise = ((draw(seed, i) % 61) as f64 - 30.0) * (number("noise") / 30.0);
        let within = p * p + q * q + (if size[2] > 1 { r * r } else { 0.0 }) < 0.9;
        values.push(if within { tissue * b + noise } else { number("background") });
        inside.push(within);
        field.push(b);
    }
    let spacing = [0, 1, 2].map(|d| recipe["spacing"][d].as_f64().unwrap());
    let mut grid = Geometry::new(size, spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
    if size[2] == 1 {
        grid = grid.into_2d().unwrap();
    }
    let voxels: Voxels = match recipe["type"].as_str().unwrap() {
        "float32" => values.iter().map(|&v| v as f32).collect::<Vec<_>>().into(),
        "int16" => values.iter().map(|&v: &f64| v.floor() as i16).collect::<Vec<_>>().into(),
        other => panic!("unknown type {other}"),
    };
    Phantom { image: Volume::new(grid, voxels).unwrap(), inside, field }
}

fn settings(given: &Value) -> N4Settings {
    let mut out = N4Settings::default();
    let whole = |v: &Value| v.as_u64().unwrap() as usize;
    for (key, value) in given.as_object().unwrap() {
        match key.as_str() {
            "iterations" => out.maximum_number_of_iterations = value.as_array().unwrap().iter().map(whole).collect(),
            "threshold" => out.convergence_threshold = value.as_f64().unwrap(),
            "fwhm" => out.bias_field_full_width_at_half_maximum = value.as_f64().unwrap(),
            "noise" => out.wiener_filter_noise = value.as_f64().unwrap(),
            "bins" => out.number_of_histogram_bins = whole(value),
            "points" => out.number_of_control_points = [0, 1, 2].map(|a| whole(&value[a])),
            "order" => out.spline_order = whole(value),
            "shrink" => out.shrink_factor = [whole(value); 3],
            other => panic!("unknown setting {other}"),
        }
    }
    out
}

/// How far a result is from SimpleITK's at the golden voxels.
#[derive(Debug)]
#[allow(dead_code)] // all of it is printed
struct Difference {
    correlation: f64,
    worst_log_field: f64,
    rms_log_field: f64,
    /// Root mean square of the difference of corrected intensities, relative to that of the intensities.
    corrected: f64,
    ours: Vec<usize>,
    golden: Vec<usize>,
    /// Largest relative difference of the measures of convergence.
    convergence: f64,
}

fn compare(result: &N4Result, case: &Value) -> Difference {
    let sampled = |image: &Volume, key: &str| -> Vec<(f64, f64)> {
        let mut rng = SplitMix64::new(7);
        let expected = decode("float32", &bytes(&case[key]));
        let count = image.voxels().len() as u64;
        expected.iter().map(|&e| (image.voxels().get(rng.below(count) as usize), e)).collect()
    };
    let field = sampled(&result.log_bias_field, "field");
    let corrected = sampled(&result.corrected, "corrected");
    assert!(field.len() >= 400 && corrected.len() == field.len());
    let n = field.len() as f64;
    let mean = |f: &dyn Fn(&(f64, f64)) -> f64, v: &[(f64, f64)]| v.iter().map(f).sum::<f64>() / n;
    let (a, b) = (mean(&|p| p.0, &field), mean(&|p| p.1, &field));
    let covariance = mean(&|p| (p.0 - a) * (p.1 - b), &field);
    let spread = (mean(&|p| (p.0 - a).powi(2), &field) * mean(&|p| (p.1 - b).powi(2), &field)).sqrt();
    let golden: Vec<Vec<f64>> = case["convergence"].as_array().unwrap().iter().map(decode_numbers).collect();
    let convergence = result.levels.iter().zip(&golden).flat_map(|(ours, theirs)| {
        ours.convergence.iter().zip(theirs).map(|(o, t)| (o - t).abs() / t).collect::<Vec<_>>()
    });
    Difference {
        correlation: covariance / spread,
        worst_log_field: field.iter().map(|p| (p.0 - p.1).abs()).fold(0.0, f64::max),
        rms_log_field: mean(&|p| (p.0 - p.1).powi(2), &field).sqrt(),
        corrected: (mean(&|p| (p.0 - p.1).powi(2), &corrected) / mean(&|p| p.1 * p.1, &corrected)).sqrt(),
        convergence: convergence.fold(0.0, f64::max),
        ours: result.levels.iter().map(|level| level.iterations()).collect(),
        golden: golden.iter().map(Vec::len).collect(),
    }
}

fn decode_numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

impl Difference {
    /// The bounds of agreement with SimpleITK for as many iterations as it takes.
    fn check(&self, name: &str) {
        // ITK adds up all voxels in single precision, which leaves about 1e-6 per iteration, mostly as a common factor.
        assert!(self.correlation > 0.999_999, "{name}: {self:?}");
        assert!(self.worst_log_field < 1e-3 && self.corrected < 5e-4, "{name}: {self:?}");
    }
}

#[test]
fn golden_phantoms() {
    let golden = golden("n4");
    assert!(golden.rows.len() >= 13);
    for case in &golden.rows {
        let phantom = phantom(&case["recipe"]);
        let name = format!("phantom {}", case["recipe"]["seed"]);
        let sum = with_voxels!(phantom.image.voxels(), v => sha1(v.iter().flat_map(|v| v.to_le_bytes())));
        assert_eq!(sum, case["sha1"].as_str().unwrap(), "{name}");
        assert_eq!(otsu_threshold(&phantom.image, 200).unwrap(), case["otsu"].as_f64().unwrap(), "{name}");
        let region = case["masked"].as_bool().unwrap().then(|| phantom.region());
        let settings = settings(&case["settings"]);
        let result = correct(&phantom.image, region.as_ref(), &settings).unwrap();
        let difference = compare(&result, case);
        let left = phantom.left(&result.log_bias_field);
        println!("{name}: left {left:.5} against {}, {difference:?}", case["error"]);
        assert_eq!(difference.ours, difference.golden, "{name}");
        difference.check(&name);
        assert!(left < case["error"].as_f64().unwrap() * 1.001 + 1e-5, "{name}: {left}");
        // Measured exactly, a level may end an iteration earlier or later.
        let exact = N4Settings { convergence: Convergence::Exact, ..settings.clone() };
        let exact = correct(&phantom.image, region.as_ref(), &exact).unwrap();
        let exactly = phantom.left(&exact.log_bias_field);
        assert!((exactly - left).abs() < 0.02 * left + 2e-5, "{name}: {exactly} {left}");
        // Single precision of ours against double: what the precision of the voxels amounts to.
        let settings = N4Settings { precision: Precision::Double, ..settings };
        let double = correct(&phantom.image, region.as_ref(), &settings).unwrap();
        assert_eq!(iterations(&double), iterations(&result), "{name}");
        let worst = worst(&double.log_bias_field, &result.log_bias_field);
        assert!(worst < 2e-6, "{name}: {worst:e}");
    }
}

fn iterations(result: &N4Result) -> Vec<usize> {
    result.levels.iter().map(|level| level.iterations()).collect()
}

fn worst(a: &Volume, b: &Volume) -> f64 {
    a.to_f64().iter().zip(b.to_f64().iter()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
#[ignore = "needs real images"]
fn golden_real_images() {
    let golden = golden("n4_real");
    assert!(golden.rows.len() >= 12);
    for case in &golden.rows {
        let name = format!("{} {}", case["image"].as_str().unwrap(), case["settings"]);
        let image = io::read(data::folder().unwrap().join(case["image"].as_str().unwrap())).unwrap();
        let region = case["otsu"].as_bool().unwrap().then(|| otsu_region(&image, 200).unwrap());
        let start = std::time::Instant::now();
        let result = correct(&image, region.as_ref(), &settings(&case["settings"])).unwrap();
        let difference = compare(&result, case);
        println!("{name}: {:?} {difference:?}", start.elapsed());
        assert_eq!(difference.ours, difference.golden, "{name}");
        // Two small images, of which 89 and 116 voxels take part in 120 iterations that do not converge: there rounding grows. ITK's
        // own fields change by 9e-3 and 3e-4 with the number of its threads.
        let (correlation, corrected) = match name.as_str() {
            n if n.starts_with("pyradiomics/breast1") && n.contains("shrink") => (0.999, 1e-2),
            n if n.starts_with("pyradiomics/prostate") && n.contains("shrink") => (0.999_999, 2e-3),
            _ => (0.999_999, 5e-4),
        };
        assert!(difference.correlation > correlation && difference.corrected < corrected, "{name}: {difference:?}");
    }
}

/// A phantom of two tissues with a field, positive everywhere.
fn small(size: [usize; 3], seed: u64) -> Phantom {
    let recipe = serde_json::json!({
        "seed": seed, "size": size, "spacing": [1.0, 1.1, 2.5], "field": [20, -15, 10, 8, 5, -4],
        "noise": 5.0, "background": 90.0, "type": "float32"
    });
    phantom(&recipe)
}

fn short() -> N4Settings {
    N4Settings { maximum_number_of_iterations: vec![12, 6], ..N4Settings::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_brighter_image_has_the_same_field(seed in 0u64..1000, power in -3i32..6, double in any::<bool>()) {
        let phantom = small([18, 15, 6], seed);
        let factor = 2f64.powi(power) * 1.37;
        let brighter = |f: f64| {
            let values: Vec<f64> = phantom.image.to_f64().iter().map(|v| v * f).collect();
            Volume::new(phantom.image.geometry().clone(), values).unwrap()
        };
        let precision = if double { Precision::Double } else { Precision::Single };
        let settings = N4Settings { precision, ..short() };
        let settings = N4Settings { convergence: Convergence::Exact, ..settings };
        let one = correct(&brighter(1.0), None, &settings).unwrap();
        let other = correct(&brighter(factor), None, &settings).unwrap();
        // Single precision rounds logarithms around 5 to 5e-7.
        let tolerance = if double { 1e-9 } else { 2e-5 };
        if iterations(&one) == iterations(&other) {
            prop_assert!(worst(&one.log_bias_field, &other.log_bias_field) < tolerance);
            for (a, b) in one.corrected.to_f64().iter().zip(other.corrected.to_f64().iter()) {
                prop_assert!((a * factor / b - 1.0).abs() < tolerance);
            }
        } else {
            // A measure at the threshold to the last bit.
            prop_assert!(!double);
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_image_is_corrected_or_refused(
        seed in any::<u64>(),
        size in prop::array::uniform3(1usize..9),
        levels in prop::collection::vec(0usize..4, 0..4),
        points in prop::array::uniform3(0usize..7),
        order in 0usize..5,
        shrink in prop::array::uniform3(0usize..4),
        bins in prop::sample::select(vec![0usize, 2, 3, 17, 200]),
        fwhm in prop::sample::select(vec![1e-6, 0.15, 30.0]),
        noise in prop::sample::select(vec![1e-90, 0.01, 1e90]),
        style in 0u64..7,
        masked in any::<bool>(),
        double in any::<bool>(),
    ) {
        let mut rng = SplitMix64::new(seed);
        let grid = Geometry::new(size, [1.0, 2.0, 3.0], [-7.0, 5.0, 100.0], Geometry::IDENTITY).unwrap();
        let values: Vec<f64> = (0..grid.voxel_count()).map(|_| match (style, rng.next_u64()) {
            (0, _) => 0.0,
            (1, d) => (d % 2) as f64,
            (2, d) => (d % 1000) as f64 - 500.0,
            (3, d) => f64::from_bits(d % (1 << 52)),
            (4, d) => [1e300, 1e-300, -1e300, 5.0][(d % 4) as usize],
            (5, d) => 1e-30 * (d % 7) as f64,
            (_, d) => 100.0 + (d % 50) as f64,
        }).collect();
        let inside: Vec<bool> = (0..grid.voxel_count()).map(|_| rng.below(3) > 0).collect();
        let mask = Mask::from_bools(grid.clone(), &inside).unwrap();
        let region = if masked { mask.union().ok() } else { None };
        let settings = N4Settings {
            maximum_number_of_iterations: levels,
            number_of_control_points: points,
            spline_order: order,
            shrink_factor: shrink,
            number_of_histogram_bins: bins,
            bias_field_full_width_at_half_maximum: fwhm,
            wiener_filter_noise: noise,
            non_positive: if seed % 2 == 0 { NonPositive::Keep } else { NonPositive::Exclude },
            precision: if double { Precision::Double } else { Precision::Single },
            ..N4Settings::default()
        };
        let image = Volume::new(grid, values).unwrap();
        match correct(&image, region.as_ref(), &settings) {
            Err(Error::Setting(message)) => prop_assert!(!message.is_empty()),
            Err(other) => prop_assert!(false, "{other}"),
            Ok(result) => {
                prop_assert!(result.log_bias_field.first_non_finite().is_none());
                prop_assert!(result.corrected.first_non_finite().is_none());
                for level in &result.levels {
                    prop_assert!(level.convergence.iter().all(|c| !c.is_nan()));
                }
            }
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same() {
    for (size, seed) in [([40, 37, 21], 5), ([130, 125, 1], 6)] {
        let phantom = small(size, seed);
        let confidence = (0..phantom.inside.len()).map(|i| (draw(9, i) % 4) as f32).collect::<Vec<_>>();
        let confidence = Volume::new(phantom.image.geometry().clone(), confidence).unwrap();
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let settings = N4Settings { shrink_factor: [2, 2, 1], ..N4Settings::default() };
                let plain = correct(&phantom.image, None, &N4Settings::default()).unwrap();
                let masked = correct(&phantom.image, Some(&phantom.region()), &settings).unwrap();
                let weighted = correct_weighted(&phantom.image, None, &confidence, &short()).unwrap();
                (plain, masked, weighted)
            })
        };
        let one = run(1);
        for threads in [2, 3, 8] {
            assert!(run(threads) == one, "{threads} threads");
        }
    }
}

#[test]
fn weights_of_one_change_nothing_and_of_zero_leave_out() {
    let phantom = small([20, 18, 7], 3);
    let grid = phantom.image.geometry();
    let ones = Volume::new(grid.clone(), vec![1.0f32; grid.voxel_count()]).unwrap();
    let plain = correct(&phantom.image, None, &short()).unwrap();
    assert_eq!(correct_weighted(&phantom.image, None, &ones, &short()).unwrap(), plain);
    let weights: Vec<f32> = phantom.inside.iter().map(|&b| f32::from(u8::from(b))).collect();
    let weights = Volume::new(grid.clone(), weights).unwrap();
    let masked = correct(&phantom.image, Some(&phantom.region()), &short()).unwrap();
    assert_eq!(correct_weighted(&phantom.image, None, &weights, &short()).unwrap(), masked);
    assert!(masked != plain);
}

#[test]
fn a_slice_is_a_plane() {
    // An image of one slice, marked as 2-D or not, is fitted in its plane.
    let flat = small([40, 36, 1], 4);
    let solid = Geometry::new([40, 36, 1], [1.0, 1.1, 2.5], [0.0; 3], Geometry::IDENTITY).unwrap();
    let solid = Volume::new(solid, flat.image.voxels().clone()).unwrap();
    let a = correct(&flat.image, None, &short()).unwrap();
    let b = correct(&solid, None, &short()).unwrap();
    assert_eq!(a.log_bias_field.voxels(), b.log_bias_field.voxels());
    assert_eq!(a.levels[1].control_points, [5, 5, 1]);
}

#[test]
fn excluded_voxels_are_those_of_a_mask() {
    let mut phantom = small([24, 22, 8], 11);
    let values: Vec<f32> =
        phantom.image.to_f64().iter().zip(&phantom.inside).map(|(&v, &b)| if b { v as f32 } else { 0.0 }).collect();
    phantom.image = Volume::new(phantom.image.geometry().clone(), values).unwrap();
    let exclude = N4Settings { non_positive: NonPositive::Exclude, ..short() };
    let excluded = correct(&phantom.image, None, &exclude).unwrap();
    assert_eq!(excluded, correct(&phantom.image, Some(&phantom.region()), &short()).unwrap());
    assert!(excluded.corrected.get([0, 0, 0]) == 0.0);
}

#[test]
fn what_cannot_be_corrected_is_refused_with_a_reason() {
    let grid = Geometry::new([8, 8, 8], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    let image = |f: &dyn Fn(usize) -> f64| Volume::new(grid.clone(), (0..512).map(f).collect::<Vec<f64>>()).unwrap();
    let good = image(&|i| 100.0 + (i % 9) as f64);
    let settings = N4Settings::default();
    let refused = |image: &Volume, settings: &N4Settings| correct(image, None, settings).unwrap_err().to_string();
    for (bad, reason) in [
        (image(&|_| 0.0), "positive"),
        (image(&|_| -3.0), "positive"),
        (image(&|_| 7.0), "same value"),
        (image(&|i| [1.0, -1e300][i % 2]), "too far"),
        (image(&|i| if i == 73 { f64::NAN } else { 1.0 }), "[1, 1, 1]"),
        (image(&|i| if i == 0 { f64::INFINITY } else { 1.0 }), "[0, 0, 0]"),
    ] {
        let message = refused(&bad, &settings);
        assert!(message.contains(reason), "{message}");
    }
    let exclude = N4Settings { non_positive: NonPositive::Exclude, ..settings.clone() };
    assert!(refused(&image(&|i| -(i as f64)), &exclude).contains("no voxel"));
    assert!(refused(&good, &N4Settings { shrink_factor: [5; 3], ..settings.clone() }).contains("at most 4"));
    assert!(
        refused(&good, &N4Settings { number_of_control_points: [3, 4, 4], ..settings.clone() }).contains("at least 4")
    );
    assert!(refused(&good, &N4Settings { number_of_control_points: [500; 3], ..settings.clone() }).contains("fewer"));
    assert!(
        refused(&good, &N4Settings { maximum_number_of_iterations: vec![0], ..settings.clone() })
            .contains("iterations")
    );

    let elsewhere = Geometry::new([8, 8, 8], [1.0; 3], [1.0; 3], Geometry::IDENTITY).unwrap();
    let region = Mask::from_bools(elsewhere.clone(), &[true; 512]).unwrap().region(1).unwrap();
    assert!(matches!(correct(&good, Some(&region), &settings), Err(Error::Mismatch(_))));
    let weights = Volume::new(elsewhere, vec![1u8; 512]).unwrap();
    assert!(matches!(correct_weighted(&good, None, &weights, &settings), Err(Error::Mismatch(_))));
    let none = Volume::new(grid.clone(), vec![0u8; 512]).unwrap();
    assert!(correct_weighted(&good, None, &none, &settings).unwrap_err().to_string().contains("no voxel"));
    // A mask that no voxel of the shrunk image hits.
    let corner: Vec<bool> = (0..512).map(|i| i == 0).collect();
    let corner = Mask::from_bools(grid, &corner).unwrap().region(1).unwrap();
    let shrunk = N4Settings { shrink_factor: [4; 3], ..settings };
    assert!(correct(&good, Some(&corner), &shrunk).unwrap_err().to_string().contains("no voxel"));
}

#[test]
fn integers_become_float_and_double_stays_double() {
    let phantom = small([12, 12, 5], 2);
    let grid = phantom.image.geometry().clone();
    let ints = Volume::new(grid.clone(), phantom.image.to_f64().iter().map(|&v| v as u16).collect::<Vec<_>>()).unwrap();
    let doubles = Volume::new(grid, phantom.image.to_f64().into_owned()).unwrap();
    for (image, precision, corrected, field) in [
        (&ints, Precision::Single, "float32", "float32"),
        (&ints, Precision::Double, "float32", "float64"),
        (&doubles, Precision::Single, "float64", "float32"),
        (&doubles, Precision::Double, "float64", "float64"),
    ] {
        let result = correct(image, None, &N4Settings { precision, ..short() }).unwrap();
        let found = (result.corrected.voxel_type().name(), result.log_bias_field.voxel_type().name());
        assert_eq!(found, (corrected, field));
        for (i, (c, b)) in result.corrected.to_f64().iter().zip(result.log_bias_field.to_f64().iter()).enumerate() {
            assert!((c * b.exp() / image.voxels().get(i) - 1.0).abs() < 1e-6);
        }
    }
}
