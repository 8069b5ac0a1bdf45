//! DICOM objects: their frames, and the image that a single file makes.
#![no_main]

mod support;

use radsurv_image::io::{self, dicom::Object};

libfuzzer_sys::fuzz_target!(init: support::let_panics_be_caught(), |data: &[u8]| {
    let Ok(object) = Object::from_bytes(data) else { return };
    let frames = object.frames();
    drop(frames);
    support::as_file("dcm", data, |path| {
        let info = io::read_info(path);
        if let Ok(image) = io::read(path) {
            assert_eq!(image.geometry(), &info.expect("what can be read has a header").geometry);
        }
    });
});
