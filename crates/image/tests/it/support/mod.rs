//! Inputs of the golden cases, made from integers alone; the other side is reference/image_cases.py.
#![allow(dead_code)] // each test file uses a part

#[cfg(feature = "dicom")]
pub mod dicom;

use std::path::Path;

use radsurv_image::{Geometry, Voxels};
use radsurv_testkit::golden::Golden;
pub use radsurv_testkit::splitmix::SplitMix64;
use serde_json::Value;
use sha1::{Digest, Sha1};

/// Draws beyond those of the generator itself.
pub trait Draw {
    fn between(&mut self, low: u64, high: u64) -> u64;
    fn pick<T: Copy>(&mut self, choices: &[T]) -> T;
}

impl Draw for SplitMix64 {
    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
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
pub fn golden(name: &str) -> Golden {
    Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.jsonl.gz"))).unwrap()
}

/// Bytes of a golden file.
pub fn bytes(value: &Value) -> Vec<u8> {
    radsurv_testkit::golden::base64(value.as_str().unwrap()).unwrap()
}

/// Three numbers of a golden file.
pub fn triple(value: &Value) -> [f64; 3] {
    let given: Vec<f64> = value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    [0, 1, 2].map(|a| given.get(a).copied().unwrap_or(0.0))
}

/// A grid of a golden file.
pub fn grid(value: &Value) -> Geometry {
    let direction = [0, 1, 2].map(|r| triple(&value["direction"][r]));
    let size = triple(&value["size"]).map(|n| n as usize);
    Geometry::new(size, triple(&value["spacing"]), triple(&value["origin"]), direction).unwrap()
}

/// A grid of two dimensions of a golden file.
pub fn plane(value: &Value) -> Geometry {
    let row = |r: usize| triple(&value["direction"][r]);
    let [size, mut spacing] = ["size", "spacing"].map(|key| triple(&value[key]));
    spacing[2] = 1.0;
    let direction = [row(0), row(1), [0.0, 0.0, 1.0]];
    let size = [size[0] as usize, size[1] as usize, 1];
    Geometry::new(size, spacing, triple(&value["origin"]), direction).unwrap().into_2d().unwrap()
}

/// Voxel values as reference/resample.py draws them.
pub fn values(rng: &mut SplitMix64, kind: &str, count: usize, labels: bool) -> Voxels {
    let style = rng.below(4);
    let drawn: Vec<f64> = (0..count)
        .map(|_| {
            let draw = rng.next_u64();
            match kind {
                _ if labels => (draw % 4) as f64,
                _ if style == 0 => 100.0,
                "uint8" => (draw % 256) as f64,
                "int8" => (draw % 256) as f64 - 128.0,
                "float32" | "float64" => ((draw % 1_000_000) as f64 - 300_000.0) / 1024.0,
                "uint16" | "uint32" => (draw % 4096) as f64,
                _ => (draw % 4096) as f64 - 1024.0,
            }
        })
        .collect();
    match kind {
        "uint8" => drawn.iter().map(|&v| v as u8).collect::<Vec<_>>().into(),
        "int8" => drawn.iter().map(|&v| v as i8).collect::<Vec<_>>().into(),
        "uint16" => drawn.iter().map(|&v| v as u16).collect::<Vec<_>>().into(),
        "int16" => drawn.iter().map(|&v| v as i16).collect::<Vec<_>>().into(),
        "uint32" => drawn.iter().map(|&v| v as u32).collect::<Vec<_>>().into(),
        "int32" => drawn.iter().map(|&v| v as i32).collect::<Vec<_>>().into(),
        "float32" => drawn.iter().map(|&v| v as f32).collect::<Vec<_>>().into(),
        "float64" => drawn.into(),
        other => panic!("unknown type {other}"),
    }
}

/// Voxels from little-endian bytes, as `f64`.
pub fn decode(kind: &str, bytes: &[u8]) -> Vec<f64> {
    macro_rules! read {
        ($type:ty) => {
            bytes
                .chunks_exact(std::mem::size_of::<$type>())
                .map(|b| <$type>::from_le_bytes(b.try_into().unwrap()) as f64)
                .collect()
        };
    }
    match kind {
        "uint8" => read!(u8),
        "int8" => read!(i8),
        "uint16" => read!(u16),
        "int16" => read!(i16),
        "uint32" => read!(u32),
        "int32" => read!(i32),
        "float32" => read!(f32),
        "float64" => read!(f64),
        other => panic!("unknown type {other}"),
    }
}
