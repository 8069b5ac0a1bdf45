//! NIfTI files. The first byte says whether the rest is compressed, since no mutation makes a valid checksum.
#![no_main]

mod support;

use std::io::Write;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&first, bytes)) = data.split_first() else { return };
    if first % 2 == 0 {
        support::as_file("nii", bytes, support::read_all);
    } else {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).unwrap();
        support::as_file("nii.gz", &packed.finish().unwrap(), support::read_all);
    }
});
