//! Inputs of the golden cases, made from integers alone; the other side is reference/image_cases.py.
#![allow(dead_code)] // each test file uses a part

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha1::{Digest, Sha1};

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct SplitMix64(pub u64);

impl SplitMix64 {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }
}

pub const SPACINGS: [f64; 9] = [0.5, 0.7, 0.9765625, 1.0, 1.25, 2.0, 3.0, 3.3, 5.0];

/// A mask of up to three boxes with holes.
pub fn boxes(rng: &mut SplitMix64, size: [usize; 3]) -> Vec<bool> {
    let mut inside = vec![false; size.iter().product()];
    for _ in 0..rng.between(1, 3) {
        let low = size.map(|n| rng.below(n as u64) as usize);
        let high = [0, 1, 2].map(|a| rng.between(low[a] as u64, size[a] as u64 - 1) as usize);
        for z in low[2]..=high[2] {
            for y in low[1]..=high[1] {
                for x in low[0]..=high[0] {
                    if rng.below(16) != 0 {
                        inside[(z * size[1] + y) * size[0] + x] = true;
                    }
                }
            }
        }
    }
    inside
}

pub fn sha1(bytes: impl IntoIterator<Item = u8>) -> String {
    let bytes: Vec<u8> = bytes.into_iter().collect();
    Sha1::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The golden file of this name.
pub fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.json.gz"));
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The folder of real data for ignored tests.
pub fn data() -> PathBuf {
    std::env::var_os("RADSURV_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from)
}
