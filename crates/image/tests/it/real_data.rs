//! Resampling and rings on real images, which are not part of the repository: run with `--ignored`, and RADSURV_DATA
//! set to their folder.

use crate::support::{SplitMix64, bytes, decode, golden, sha1, triple};
use radsurv_image::io::{read, read_mask};
use radsurv_image::morphology::{component_count, ring};
use radsurv_image::resample::{Interpolator, resample_roi};
use radsurv_image::{Region, Volume, Voxels, with_voxels};
use radsurv_testkit::data;

fn bytes_of(region: &Region) -> Vec<u8> {
    let [nx, ny, nz] = region.geometry().size();
    (0..nx * ny * nz).map(|i| u8::from(region.contains([i % nx, i / nx % ny, i / nx / ny]))).collect()
}

fn checksum(image: &Volume) -> String {
    with_voxels!(image.voxels(), values => sha1(values.iter().flat_map(|v| v.to_le_bytes())))
}

#[test]
#[ignore = "needs real images"]
fn golden_rings_of_patients() {
    let golden = golden("distance");
    let patients = golden.header["patients"].as_array().unwrap();
    assert!(patients.len() >= 10);
    for patient in patients {
        let name = patient["patient"].as_str().unwrap();
        let path = data::folder().unwrap().join("sts").join(name).join("MR_T1_mask.nii.gz");
        let region = read_mask(path, 0).unwrap().region(1).unwrap();
        assert_eq!(component_count(&region) as u64, patient["components"].as_u64().unwrap(), "{name}");
        for expected in patient["rings"].as_array().unwrap() {
            let mm = expected["mm"].as_f64().unwrap();
            let start = std::time::Instant::now();
            let found = ring(&region, mm).unwrap();
            println!("{name} {mm} mm: {} voxels, {:?}", found.voxel_count(), start.elapsed());
            assert_eq!(found.voxel_count() as u64, expected["voxels"].as_u64().unwrap(), "{name} {mm}");
            assert_eq!(sha1(bytes_of(&found)), expected["sha1"].as_str().unwrap(), "{name} {mm}");
        }
    }
}

#[test]
#[ignore = "needs real images"]
fn golden_resampled_images() {
    let golden = golden("resample_real");
    assert!(golden.rows.len() >= 72);
    let folder = data::folder().unwrap();
    for case in &golden.rows {
        let text = |key: &str| case[key].as_str().unwrap();
        let image = read(folder.join(text("image"))).unwrap();
        let region = read_mask(folder.join(text("mask")), 0).unwrap().region(1).unwrap();
        let interpolator = Interpolator::from_name(text("interpolator")).unwrap();
        let start = std::time::Instant::now();
        let found = resample_roi(&image, &region, &triple(&case["spacing"]), interpolator, 5).unwrap();
        let elapsed = start.elapsed();
        let what = format!("{} {} {}", text("image"), case["spacing"], interpolator.name());
        assert_eq!(found.image.geometry().size().map(|n| n as f64), triple(&case["size"]), "{what}");
        assert_eq!(found.image.geometry().origin_mm(), triple(&case["origin"]), "{what}");
        assert_eq!(sha1(bytes_of(&found.region)), text("region_sha1"), "{what}");
        let values = found.image.to_f64();
        let mut rng = SplitMix64::new(1);
        let expected = decode(text("type"), &bytes(&case["samples"]));
        let deviation = case["deviation"].as_f64().unwrap();
        let worst = expected
            .iter()
            .map(|e| (values[rng.below(values.len() as u64) as usize] - e).abs() / deviation)
            .fold(0.0, f64::max);
        let same = checksum(&found.image) == text("sha1");
        println!("{what}: {} voxels, {elapsed:?}, worst of samples {worst:e} SD, to the bit: {same}", values.len());
        if let Voxels::F32(_) = found.image.voxels() {
            assert!(worst <= 1e-6, "{what}: {worst:e}");
        } else {
            assert!(same, "{what}: {worst:e}");
        }
    }
}
