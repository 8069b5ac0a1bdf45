//! The filter on real images, against SimpleITK.

use sha1::{Digest, Sha1};

use super::super::testing::{f32_values, golden, ulps};
use super::*;

fn sha1(values: &[f32]) -> String {
    let mut hash = Sha1::new();
    values.iter().for_each(|v| hash.update(v.to_le_bytes()));
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
#[ignore = "needs the folder of real images"]
fn real_images_have_the_bits_of_simpleitk() {
    let data = radsurv_testkit::data::folder().unwrap().join("sts");
    for case in golden("log_real") {
        let folder = data.join(case.text("patient"));
        let image = radsurv_image::io::read(folder.join("MR_T1_image.nii.gz")).unwrap();
        let mask = radsurv_image::io::read_mask(folder.join("MR_T1_mask.nii.gz"), 0).unwrap();
        let region = mask.region(1).unwrap();
        let sigma = case.number("sigma");
        let whole = laplacian_of_gaussian(&image, &image.geometry().full_box(), sigma).unwrap();
        assert_eq!(sha1(f32_values(&whole)), case.text("whole_sha1"), "{}", case.name());
        // In the window too, where lines are cut off at the margin.
        let part = laplacian_of_gaussian(&image, region.bounds(), sigma).unwrap();
        let cropped = whole.crop(region.bounds()).unwrap();
        let sample: Vec<f32> = f32_values(&part).iter().step_by(997).copied().collect();
        println!(
            "{}: {:?} voxels differ from the whole image's (number, most ulps), {:?} of every 997th from SimpleITK's",
            case.name(),
            ulps(f32_values(&part), f32_values(&cropped)),
            ulps(&sample, &case.f32s("sample")),
        );
        assert_eq!(sha1(f32_values(&part)), case.text("window_sha1"), "{}", case.name());
    }
}
