//! NRRD files.
#![no_main]

mod support;

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::as_file("nrrd", data, support::read_all));
