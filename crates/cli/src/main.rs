//! The program `radsurv`.
fn main() {}
