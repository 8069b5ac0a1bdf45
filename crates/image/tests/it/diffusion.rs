//! ADC maps against numpy and scipy, and on signals whose decay is known.

use crate::support::{Draw, SplitMix64, golden};
use proptest::prelude::*;
use radsurv_image::diffusion::{AdcMethod, AdcSettings, adc_maps, trace_weighted};
use radsurv_image::{Error, Geometry, IndexBox, Region, Volume};

const METHODS: [(&str, AdcMethod); 2] = [("linear", AdcMethod::LogLinear), ("weighted", AdcMethod::Weighted)];

fn line(values: Vec<f64>) -> Volume {
    let grid = Geometry::new([values.len(), 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    Volume::new(grid, values).unwrap()
}

fn settings(method: AdcMethod) -> AdcSettings {
    AdcSettings { method, ..AdcSettings::default() }
}

#[test]
fn golden_values() {
    const VOXELS: usize = 6;
    let golden = golden("diffusion");
    assert!(golden.rows.len() >= 60);
    let mut worst = [0.0f64; 3];
    for case in &golden.rows {
        let seed = case["seed"].as_u64().unwrap();
        let mut rng = SplitMix64::new(seed);
        let mut b = vec![if rng.below(100) < 80 { 0 } else { 50 }];
        b.extend((0..rng.between(1, 6)).map(|_| 50 * rng.between(2, 24)).collect::<Vec<u64>>());
        b.sort_unstable();
        b.dedup();
        let mut signals = vec![vec![0.0; VOXELS]; b.len()];
        for v in 0..VOXELS {
            let (s0, half) = (rng.between(200, 4000), rng.between(200, 2000));
            for (i, b) in b.iter().enumerate() {
                let noise = rng.between(0, 80) as f64 - 40.0;
                signals[i][v] = ((s0 * half / (half + b) * 4) as f64 + noise) / 4.0;
                if rng.below(100) < 8 {
                    signals[i][v] = -(rng.below(3) as f64);
                }
            }
        }
        let volumes: Vec<Volume> = signals.into_iter().map(line).collect();
        let images: Vec<(f64, &Volume)> = b.iter().map(|&b| b as f64).zip(&volumes).collect();
        for (name, method) in METHODS {
            let maps = adc_maps(&images, None, &settings(method)).unwrap();
            assert_eq!(serde_json::json!(maps.b_values), case["b"]);
            for v in 0..VOXELS {
                let expected = &case[name][v];
                assert_eq!(maps.fitted.contains([v, 0, 0]), !expected.is_null(), "case {seed} voxel {v}");
                let found = [&maps.adc, &maps.s0, &maps.r_squared].map(|map| map.get([v, 0, 0]));
                if expected.is_null() {
                    assert_eq!(found, [0.0; 3]);
                    continue;
                }
                for (i, found) in found.into_iter().enumerate() {
                    let expected = expected[i].as_f64().unwrap();
                    // A goodness of fit is a difference from 1; an ADC near 0 is one of logarithms, over b.
                    let scale = [expected.abs().max(1e-6), expected.abs(), 1.0][i];
                    worst[i] = worst[i].max((found - expected).abs() / scale);
                    assert!((found - expected).abs() <= 1e-9 * scale, "case {seed} {name} {v}: {found} and {expected}");
                }
            }
        }
    }
    println!("worst relative differences of ADC, S0, R²: {worst:?}");
}

#[test]
fn voxels_without_a_fit_are_told() {
    let b0 = line(vec![100.0, 100.0, 0.0, -5.0, f64::NAN, 50.0]);
    let b500 = line(vec![60.0, 0.0, 40.0, 3.0, 20.0, 60.0]);
    let b1000 = line(vec![36.0, 30.0, -1.0, f64::INFINITY, 10.0, 72.0]);
    let images = [(1000.0, &b1000), (0.0, &b0), (500.0, &b500)];
    let maps = adc_maps(&images, None, &AdcSettings::default()).unwrap();
    assert_eq!(maps.b_values, [0.0, 500.0, 1000.0]);
    let c = maps.counts;
    assert_eq!((c.voxels, c.fitted, c.fitted_partly, c.not_fitted, c.negative), (6, 4, 2, 2, 1));
    assert_eq!((maps.adc.get([2, 0, 0]), maps.s0.get([3, 0, 0])), (0.0, 0.0));
    assert!((maps.adc.get([1, 0, 0]) - (100.0f64 / 30.0).ln() / 1000.0).abs() < 1e-15);
    assert_eq!(maps.adc.non_finite_count() + maps.s0.non_finite_count() + maps.r_squared.non_finite_count(), 0);

    let grid = b0.geometry().clone();
    let part = IndexBox { start: [1, 0, 0], size: [2, 1, 1] };
    let region = Region::new(grid.clone(), 4, part, &[true, true]).unwrap();
    let statistics = maps.statistics(&region).unwrap();
    assert_eq!((statistics.count(), statistics.mean()), (1, maps.adc.get([1, 0, 0])));
    let only = adc_maps(&images, Some(&region), &AdcSettings::default()).unwrap();
    assert_eq!((only.counts.voxels, only.counts.fitted, only.fitted.label()), (2, 1, 4));
    assert_eq!((only.adc.get([0, 0, 0]), only.adc.get([1, 0, 0])), (0.0, maps.adc.get([1, 0, 0])));

    let floor = AdcSettings { noise_floor: 40.0, ..AdcSettings::default() };
    assert_eq!(adc_maps(&images, None, &floor).unwrap().counts.fitted, 2);
    let none = Region::new(grid, 1, IndexBox { start: [2, 0, 0], size: [1, 1, 1] }, &[true]).unwrap();
    assert!(matches!(adc_maps(&images, Some(&none), &floor), Err(Error::EmptyRegion(_))));
}

#[test]
fn impossible_b_values_are_refused() {
    let (a, b) = (line(vec![2.0; 3]), line(vec![1.0; 3]));
    let error =
        |images: &[(f64, &Volume)], settings: AdcSettings| adc_maps(images, None, &settings).unwrap_err().to_string();
    let plain = AdcSettings::default();
    assert!(error(&[], plain).contains("two b-values or more"));
    assert!(error(&[(0.0, &a)], plain).contains("there are 1 of 1"));
    assert!(error(&[(800.0, &a), (800.0, &b)], plain).contains("average repetitions"));
    assert!(error(&[(0.0, &a), (-0.0, &b)], plain).contains("average repetitions"));
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(error(&[(0.0, &a), (bad, &b)], plain).contains("no b-value"));
        assert!(error(&[(0.0, &a), (1.0, &b)], AdcSettings { noise_floor: bad, ..plain }).contains("noise floor"));
        assert!(error(&[(0.0, &a), (1.0, &b)], AdcSettings { lowest_b: bad, ..plain }).contains("lowest b-value"));
    }
    assert!(error(&[(0.0, &a), (1.0, &b)], AdcSettings { lowest_b: 0.5, ..plain }).contains("there are 1 of 2"));
    assert!(matches!(adc_maps(&[(0.0, &a), (1.0, &line(vec![1.0; 4]))], None, &plain), Err(Error::Mismatch(_))));
    assert!(trace_weighted(&[]).is_err());
    assert!(trace_weighted(&[&a, &line(vec![1.0; 4])]).is_err());
}

#[test]
fn the_mean_of_directions_is_geometric() {
    let mean = trace_weighted(&[&line(vec![2.0, 5.0, 1e300]), &line(vec![8.0, 0.0, 1e300])]).unwrap();
    let found = mean.to_f64();
    assert!((found[0] - 4.0).abs() < 1e-14 && found[1] == 0.0 && (found[2] / 1e300 - 1.0).abs() < 1e-12, "{found:?}");
}

proptest! {
    #[test]
    fn a_noise_free_decay_is_found(
        adc in proptest::collection::vec(1e-5f64..4e-3, 1..20),
        s0 in 1.0f64..1e5,
        b in proptest::collection::btree_set(0u32..1500, 2..8),
    ) {
        let b: Vec<f64> = b.into_iter().map(f64::from).collect();
        prop_assume!(b[b.len() - 1] - b[0] >= 50.0);
        let volumes: Vec<Volume> =
            b.iter().map(|b| line(adc.iter().map(|adc| s0 * (-b * adc).exp()).collect())).collect();
        let images: Vec<(f64, &Volume)> = b.iter().copied().zip(&volumes).collect();
        for (_, method) in METHODS {
            let maps = adc_maps(&images, None, &settings(method)).unwrap();
            for (i, &adc) in adc.iter().enumerate() {
                prop_assert!((maps.adc.get([i, 0, 0]) - adc).abs() <= 1e-9 * adc);
                prop_assert!((maps.s0.get([i, 0, 0]) - s0).abs() <= 1e-9 * s0);
                prop_assert!((maps.r_squared.get([i, 0, 0]) - 1.0).abs() <= 1e-9);
            }
        }
    }

    #[test]
    fn the_adc_does_not_depend_on_the_scale(seed: u64, scale in 1e-3f64..1e3) {
        let mut rng = SplitMix64::new(seed);
        let b = [0.0, 100.0, 600.0, 1000.0];
        let signals: Vec<Vec<f64>> = b.iter().map(|_| (0..8).map(|_| rng.between(1, 500) as f64).collect()).collect();
        let volumes: Vec<Volume> = signals.iter().map(|s| line(s.clone())).collect();
        let scaled: Vec<Volume> = signals.iter().map(|s| line(s.iter().map(|s| s * scale).collect())).collect();
        let pair = |volumes: &[Volume], method| {
            let images: Vec<(f64, &Volume)> = b.iter().copied().zip(volumes).collect();
            adc_maps(&images, None, &settings(method)).unwrap()
        };
        for (_, method) in METHODS {
            let (a, b) = (pair(&volumes, method), pair(&scaled, method));
            for i in 0..8 {
                let at = [i, 0, 0];
                prop_assert!((a.adc.get(at) - b.adc.get(at)).abs() <= 1e-11);
                prop_assert!((a.s0.get(at) * scale / b.s0.get(at) - 1.0).abs() <= 1e-9);
                prop_assert!((a.r_squared.get(at) - b.r_squared.get(at)).abs() <= 1e-9);
            }
        }
    }
}
