//! Body masks, rings, dilation and erosion of real patients against SimpleITK (reference/morphology_real.py).

use crate::support::sha1;
use radsurv_image::morphology::{BodyMask, RingSettings, dilate, erode, peritumoural_ring};
use radsurv_image::{Region, io};

/// Voxels and digest of the region as bytes 0 and 1 over the whole image.
fn check(name: &str, found: &Region, (voxels, digest): (usize, &str)) {
    assert_eq!(found.voxel_count(), voxels, "{name}");
    let bytes = found.geometry().full_box();
    assert_eq!(sha1(bytes.indices().map(|at| u8::from(found.contains(at)))), digest, "{name}");
}

#[test]
#[ignore = "needs the shared data"]
fn regions_of_patients() {
    let patients = [
        (
            "STS_001",
            (271635, "9af0b41ad548184cf5e2c9ccbca541231d8ec02e"),
            (202394, "22bb7b588e682529b9a408cf34d9b0e1963645fe"),
            (217497, "57e6d7b4a5c832d32cba8192cfcb986ea3135ae4"),
            (98853, "8bcdb0b8a983a871dcdb8faad12462d080835c3c"),
        ),
        (
            "STS_002",
            (153134, "0ba927485cd1d10e88882fe828530620c467e66c"),
            (142513, "58a3b99c2009161485a421109cf8bf390be0ac74"),
            (49777, "8281e0efc2f815ac9d5733ab643422cbf18cf5da"),
            (12228, "546bdaf2c3d9a3cfe33c2fb8f50773a1bbdd56bd"),
        ),
        (
            "STS_003",
            (285724, "b19ba78bd83c879125cb241f8776c72b726af685"),
            (209272, "9fbdd2819247266ca2d04b607d87bf8b0f16e867"),
            (66799, "4b152836b3ab754815d874a9eda999d5288e5495"),
            (19139, "a5c778592af369fb45615211971a4a8030c5c476"),
        ),
    ];
    for (name, body, ring, dilated, eroded) in patients {
        let folder = radsurv_testkit::data::folder().unwrap().join("sts").join(name);
        let image = io::read(folder.join("MR_T1_image.nii.gz")).unwrap();
        let tumour = io::read_mask(folder.join("MR_T1_mask.nii.gz"), 0).unwrap().region(1).unwrap();
        check(name, &BodyMask::default().of(&image).unwrap(), body);
        let settings = RingSettings {
            inner_gap_mm: 2.0,
            width_mm: 50.0,
            body: Some(BodyMask::default()),
            ..RingSettings::default()
        };
        check(name, &peritumoural_ring(&tumour, Some(&image), &settings).unwrap().region, ring);
        check(name, &dilate(&tumour, 10.0).unwrap(), dilated);
        check(name, &erode(&tumour, 3.0).unwrap(), eroded);
    }
}
