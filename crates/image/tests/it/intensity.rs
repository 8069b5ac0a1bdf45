//! Fitted intensity models against numpy, their files, and what must hold of any image.

use crate::support::{Draw, SplitMix64, boxes, golden};
use proptest::prelude::*;
use radsurv_image::intensity::{
    IntensityModel, Nyul, NyulSettings, PercentileClip, WhiteStripe, WhiteStripeSettings, ZScore,
};
use radsurv_image::{Error, Geometry, Mask, Region, Volume, VoxelType};
use serde_json::Value;

const ALL: Option<&Region> = None;

fn line(values: Vec<f64>) -> Volume {
    let grid = Geometry::new([values.len(), 1, 1], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    Volume::new(grid, values).unwrap()
}

/// Two classes of grey values, and a region.
fn image(rng: &mut SplitMix64) -> (Volume, Region) {
    let size = [(); 3].map(|()| rng.between(4, 9) as usize);
    let centres = [rng.between(0, 2000), rng.between(3000, 6000)];
    let (share, spread) = (rng.between(20, 80), rng.between(50, 800));
    let grid = Geometry::new(size, [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    let values: Vec<f64> = (0..grid.voxel_count())
        .map(|_| {
            let centre = centres[usize::from(rng.below(100) < share)];
            (centre + (0..4).map(|_| rng.below(spread)).sum::<u64>()) as f64 / 8.0
        })
        .collect();
    let mut inside = boxes(rng, size);
    for at in grid.full_box().indices().filter(|at| at.iter().all(|&i| i < 4)) {
        inside[grid.offset(at)] = true;
    }
    let region = Mask::from_bools(grid.clone(), &inside).unwrap().region(1).unwrap();
    (Volume::new(grid, values).unwrap(), region)
}

#[test]
fn golden_values() {
    let golden = golden("intensity");
    assert!(golden.rows.len() >= 60);
    let mut worst = 0.0f64;
    for case in &golden.rows {
        let seed = case["seed"].as_u64().unwrap();
        let mut rng = SplitMix64::new(seed);
        let training: Vec<_> = (0..rng.between(1, 4)).map(|_| image(&mut rng)).collect();
        let (test, test_region) = image(&mut rng);
        let masked = seed % 2 == 0;
        let training = || training.iter().map(|(image, region)| (image, masked.then_some(region)));
        let percents = [rng.below(20) as f64 / 2.0, 100.0 - rng.below(20) as f64 / 2.0];
        let tau = rng.between(1, 10) as f64 / 50.0;
        let count = test.voxels().len() as u64;
        let mut at: Vec<usize> = (0..12).map(|_| rng.below(count) as usize).collect();
        let values = test.to_f64();
        let first = |better: fn(f64, f64) -> bool| {
            (1..values.len()).fold(0, |b, i| if better(values[i], values[b]) { i } else { b })
        };
        at.extend([first(|a, b| a < b), first(|a, b| a > b)]);

        let mut check = |found: &[f64], expected: &Value, what: &str| {
            assert_eq!(found.len(), expected.as_array().unwrap().len());
            for (i, &found) in found.iter().enumerate() {
                let expected = expected[i].as_f64().unwrap();
                worst = worst.max((found - expected).abs() / expected.abs().max(1.0));
                assert!(
                    (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                    "{what} of {seed}: {found} {expected}"
                );
            }
        };
        let z = ZScore::fit(training()).unwrap();
        check(&[z.mean(), z.standard_deviation()], &case["zscore"], "z-score");
        let clip = PercentileClip::fit(training(), percents).unwrap();
        check(&[clip.lower(), clip.upper()], &case["clip"], "clip");
        let nyul = Nyul::fit(training(), &NyulSettings::default()).unwrap();
        check(nyul.standard(), &case["standard"], "standard landmarks");
        let matched = nyul.apply(&test, masked.then_some(&test_region)).unwrap();
        let matched: Vec<f64> = at.iter().map(|&i| matched.voxels().get(i)).collect();
        check(&matched, &case["matched"], "matched values");
        let settings = WhiteStripeSettings { tau, ..WhiteStripeSettings::default() };
        let stripe = WhiteStripe::fit(training(), &settings).unwrap();
        check(&[stripe.mode(), stripe.mean(), stripe.standard_deviation()], &case["stripe"], "stripe");
    }
    println!("worst difference: {worst:e}");
}

fn models() -> Vec<IntensityModel> {
    let (image, region) = image(&mut SplitMix64::new(5));
    let training = || [(&image, Some(&region))];
    vec![
        ZScore::fit(training()).unwrap().into(),
        PercentileClip::fit(training(), [1.0, 99.0]).unwrap().into(),
        Nyul::fit(training(), &NyulSettings::default()).unwrap().into(),
        WhiteStripe::fit(training(), &WhiteStripeSettings::default()).unwrap().into(),
    ]
}

#[test]
fn saved_models_do_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (image, region) = image(&mut SplitMix64::new(6));
    for model in models() {
        let path = folder.path().join("model.json");
        model.save(&path).unwrap();
        let loaded = IntensityModel::load(&path).unwrap();
        assert_eq!(loaded, model);
        let found = loaded.apply(&image, Some(&region)).unwrap();
        assert_eq!(found, model.apply(&image, Some(&region)).unwrap());
        assert_eq!((found.voxel_type(), found.geometry()), (VoxelType::F64, image.geometry()));
    }
    assert!(matches!(IntensityModel::load(folder.path().join("none.json")), Err(Error::Io { .. })));
}

#[test]
fn what_is_no_model_is_refused() {
    let text = models()[0].to_json().unwrap();
    let refused = |text: &str| IntensityModel::from_json(text).unwrap_err().to_string();
    assert!(refused(&text.replace("\"version\": 1", "\"version\": 2")).contains("version 2"));
    assert!(refused(&text.replace("radsurv-intensity", "other")).contains("format"));
    assert!(refused(&text.replace("z-score", "magic")).contains("magic"));
    assert!(refused("{").contains("the intensity model"));
    assert!(refused("[]").contains("format"));
    let head = "{\"format\": \"radsurv-intensity\", \"version\": 1, \"method\": ";
    for bad in [
        "\"z-score\", \"mean\": 1, \"standard_deviation\": 0}",
        "\"z-score\", \"mean\": 1}",
        "\"percentile-clip\", \"lower\": 2, \"upper\": 1}",
        "\"nyul\", \"percentiles\": [1, 99], \"standard\": [1]}",
        "\"nyul\", \"percentiles\": [], \"standard\": []}",
        "\"nyul\", \"percentiles\": [1, 101], \"standard\": [1, 2]}",
        "\"white-stripe\", \"mode\": 1, \"mean\": 2, \"standard_deviation\": -1}",
    ] {
        assert!(matches!(IntensityModel::from_json(&format!("{head}{bad}")), Err(Error::Setting(_))), "{bad}");
    }
    for model in models() {
        let text = model.to_json().unwrap();
        for cut in (0..text.len()).step_by(7) {
            assert!(IntensityModel::from_json(&text[..cut]).is_err());
        }
    }
}

#[test]
fn images_without_a_scale_are_refused() {
    let flat = line(vec![7.0; 50]);
    let nan = line(vec![1.0, 2.0, f64::NAN]);
    let nyul = NyulSettings::default();
    let stripe = WhiteStripeSettings::default();
    for bad in [&flat, &nan, &line(vec![3.0])] {
        assert!(matches!(ZScore::fit([(bad, ALL)]), Err(Error::Setting(_))));
        assert!(matches!(PercentileClip::fit([(bad, ALL)], [1.0, 99.0]), Err(Error::Setting(_))));
        assert!(matches!(Nyul::fit([(bad, ALL)], &nyul), Err(Error::Setting(_))));
        assert!(matches!(WhiteStripe::fit([(bad, ALL)], &stripe), Err(Error::Setting(_))));
    }
    // A third of background.
    let dark = line((0..90).map(|i| if i < 30 { 0.0 } else { f64::from(i) }).collect());
    let good = line((0..90).map(f64::from).collect());
    let error = Nyul::fit([(&good, ALL), (&dark, ALL)], &nyul).unwrap_err().to_string();
    assert!(error.contains("training image 2") && error.contains("both 0"), "{error}");
    assert!(Nyul::fit([(&good, ALL)], &nyul).unwrap().apply(&dark, None).is_err());
    assert!(
        ZScore::fit(Vec::<(&Volume, Option<&Region>)>::new()).unwrap_err().to_string().contains("a training image")
    );
    for percents in [[5.0, 5.0], [-1.0, 99.0], [1.0, 100.5], [f64::NAN, 99.0]] {
        assert!(PercentileClip::fit([(&good, ALL)], percents).is_err());
    }
    for percentiles in [vec![], vec![50.0], vec![1.0, 1.0], vec![1.0, f64::NAN], vec![-1.0, 50.0]] {
        assert!(Nyul::fit([(&good, ALL)], &NyulSettings { percentiles, ..nyul.clone() }).is_err());
    }
    assert!(Nyul::fit([(&good, ALL)], &NyulSettings { scale: [1.0, 1.0], ..nyul }).is_err());
    for (tau, bins) in [(0.0, 512), (0.6, 512), (f64::NAN, 512), (0.1, 1), (0.1, usize::MAX)] {
        assert!(WhiteStripe::fit([(&good, ALL)], &WhiteStripeSettings { tau, bins }).is_err());
    }
    for model in models() {
        assert!(model.apply(&nan, None).unwrap_err().to_string().contains("NaN"));
    }
    let (_, region) = image(&mut SplitMix64::new(1));
    assert!(matches!(ZScore::fit([(&good, Some(&region))]), Err(Error::Mismatch(_))));
}

proptest! {
    #[test]
    fn a_standardised_image_has_mean_0_and_deviation_1(values in proptest::collection::vec(-1e4f64..1e4, 2..200)) {
        prop_assume!(values.iter().any(|v| (v - values[0]).abs() > 1e-3));
        let image = line(values);
        let z = ZScore::fit([(&image, ALL)]).unwrap().apply(&image).unwrap();
        let again = ZScore::fit([(&z, ALL)]).unwrap();
        prop_assert!(again.mean().abs() < 1e-9 && (again.standard_deviation() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn training_images_count_together(values in proptest::collection::vec(-1e3f64..1e3, 3..60), cut in 1usize..59) {
        prop_assume!(cut < values.len() && values.iter().any(|v| (v - values[0]).abs() > 1e-3));
        let (a, b) = (line(values[..cut].to_vec()), line(values[cut..].to_vec()));
        let (one, two) = (ZScore::fit([(&line(values), ALL)]).unwrap(), ZScore::fit([(&a, ALL), (&b, ALL)]).unwrap());
        prop_assert!((one.mean() - two.mean()).abs() < 1e-9);
        prop_assert!((one.standard_deviation() / two.standard_deviation() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn matching_keeps_the_order_and_forgets_gain_and_offset(seed: u64, gain in 0.01f64..50.0, offset in -1e3f64..1e3) {
        let mut rng = SplitMix64::new(seed);
        let (training, region) = image(&mut rng);
        let (test, _) = image(&mut rng);
        prop_assume!(Nyul::fit([(&test, ALL)], &NyulSettings::default()).is_ok());
        let Ok(model) = Nyul::fit([(&training, Some(&region))], &NyulSettings::default()) else { return Ok(()) };
        let matched = model.apply(&test, None).unwrap();
        let (before, after) = (test.to_f64(), matched.to_f64());
        let mut order: Vec<usize> = (0..before.len()).collect();
        order.sort_by(|&a, &b| before[a].total_cmp(&before[b]));
        for pair in order.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            prop_assert!(after[a] <= after[b] && (before[a] == before[b] || after[a] < after[b]));
        }
        let other = Volume::new(test.geometry().clone(), before.iter().map(|v| gain * v + offset).collect::<Vec<f64>>());
        for (a, b) in model.apply(&other.unwrap(), None).unwrap().to_f64().iter().zip(after.iter()) {
            prop_assert!((a - b).abs() < 1e-6 * (1.0 + b.abs()), "{a} {b}");
        }
    }
}
