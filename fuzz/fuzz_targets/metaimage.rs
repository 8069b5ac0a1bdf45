//! MetaImage files.
#![no_main]

mod support;

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::as_file("mha", data, support::read_all));
