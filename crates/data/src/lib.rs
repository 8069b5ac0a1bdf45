//! The vocabulary the radsurv crates share. No algorithms live here.

pub mod fs;
