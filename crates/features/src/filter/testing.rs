//! For the filters' tests: the images and golden files of `reference/filter_cases.py`.

use std::io::Read;
use std::path::Path;

use radsurv_image::{Geometry, IndexBox, Volume, VoxelType, Voxels};
use radsurv_testkit::splitmix::SplitMix64;
use serde_json::Value;

/// The first numbers of a generator.
pub fn splitmix(seed: u64, count: usize) -> Vec<u64> {
    let mut generator = SplitMix64::new(seed);
    (0..count).map(|_| generator.next_u64()).collect()
}

/// Noise on a slope.
pub fn image(seed: u64, size: [usize; 3], spacing_mm: [f64; 3], kind: VoxelType) -> Volume {
    patched_image(seed, size, spacing_mm, kind, 0)
}

/// Noise on a slope, 37 where the bits of the noise that are set in `flat` (from bit 40 on) are all 0.
pub fn patched_image(seed: u64, size: [usize; 3], spacing_mm: [f64; 3], kind: VoxelType, flat: u64) -> Volume {
    let grid = Geometry::new(size, spacing_mm, [0.0; 3], Geometry::IDENTITY).unwrap();
    let noise = splitmix(seed, grid.voxel_count());
    let slope =
        |i: usize| 7 * (i % size[0]) as i64 - 3 * (i / size[0] % size[1]) as i64 + 11 * (i / size[0] / size[1]) as i64;
    let is_flat = |n: u64| flat != 0 && (n >> 40) & flat == 0;
    let whole = noise.iter().enumerate().map(|(i, &n)| if is_flat(n) { 37 } else { (n % 201) as i64 + slope(i) });
    let real = noise.iter().enumerate().map(|(i, &n)| {
        let unit = (n >> 11) as f64 * 2f64.powi(-53);
        if is_flat(n) { 37.0 } else { unit * 200.0 + slope(i) as f64 }
    });
    let voxels: Voxels = match kind {
        VoxelType::U8 => whole.map(|v| v.rem_euclid(256) as u8).collect::<Vec<_>>().into(),
        VoxelType::I16 => whole.map(|v| v as i16).collect::<Vec<_>>().into(),
        VoxelType::U16 => whole.map(|v| v as u16).collect::<Vec<_>>().into(),
        VoxelType::I32 => whole.map(|v| v as i32).collect::<Vec<_>>().into(),
        VoxelType::F32 => real.map(|v| v as f32).collect::<Vec<_>>().into(),
        VoxelType::F64 => real.collect::<Vec<_>>().into(),
        other => panic!("no test image of type {}", other.name()),
    };
    Volume::new(grid, voxels).unwrap()
}

/// A case of a golden file.
pub struct Case(pub Value);

impl Case {
    pub fn number(&self, key: &str) -> f64 {
        self.0[key].as_f64().unwrap_or_else(|| panic!("no number {key} in {}", self.name()))
    }

    pub fn numbers(&self, key: &str) -> Vec<f64> {
        self.0[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
    }

    pub fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_else(|| panic!("no text {key} in {}", self.name()))
    }

    pub fn flag(&self, key: &str) -> bool {
        self.0[key].as_bool().unwrap()
    }

    /// Its parameters, for messages.
    pub fn name(&self) -> String {
        let mut shown = self.0.clone();
        for (_, value) in shown.as_object_mut().unwrap().iter_mut() {
            let text = value.to_string();
            if text.len() > 100 {
                *value = Value::from("...");
            }
        }
        shown.to_string()
    }

    pub fn image(&self) -> Volume {
        let (size, spacing) = (self.numbers("size"), self.numbers("spacing"));
        let axis = |a: usize| size.get(a).map_or(1, |&s| s as usize);
        let kind = match self.text("type") {
            "uint8" => VoxelType::U8,
            "int16" => VoxelType::I16,
            "uint16" => VoxelType::U16,
            "int32" => VoxelType::I32,
            "float32" => VoxelType::F32,
            "float64" => VoxelType::F64,
            other => panic!("type {other}"),
        };
        let spacing_mm = [0, 1, 2].map(|a| spacing.get(a).copied().unwrap_or(1.0));
        let flat = self.0["flat"].as_u64().unwrap_or(0);
        let volume = patched_image(self.number("seed") as u64, [0, 1, 2].map(axis), spacing_mm, kind, flat);
        if size.len() == 3 {
            return volume;
        }
        let (grid, voxels) = volume.into_parts();
        Volume::new(grid.into_2d().unwrap(), voxels).unwrap()
    }

    fn bytes(&self, key: &str) -> Vec<u8> {
        let text = self.text(key);
        (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
    }

    pub fn f32s(&self, key: &str) -> Vec<f32> {
        self.bytes(key).chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
    }

    pub fn f64s(&self, key: &str) -> Vec<f64> {
        self.bytes(key).chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect()
    }
}

/// The bits, with one NaN for all.
pub fn f64_bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() }).collect()
}

/// The cases of `tests/golden/NAME.json.gz`.
pub fn golden(name: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.json.gz"));
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let content: Value = serde_json::from_str(&text).unwrap();
    content["cases"].as_array().unwrap().iter().cloned().map(Case).collect()
}

/// The values of a `float32` response.
pub fn f32_values(volume: &Volume) -> &[f32] {
    let Voxels::F32(values) = volume.voxels() else { panic!("not float32 but {}", volume.voxel_type().name()) };
    values
}

/// How many values differ, and by how many float32 steps at most.
pub fn ulps(ours: &[f32], expected: &[f32]) -> (usize, u32) {
    assert_eq!(ours.len(), expected.len());
    let place = |v: f32| {
        assert!(!v.is_nan());
        let bits = v.to_bits() as i32;
        if bits < 0 { i32::MIN.wrapping_sub(bits) } else { bits }
    };
    let steps = ours.iter().zip(expected).map(|(&a, &b)| place(a).abs_diff(place(b)));
    steps.fold((0, 0), |(count, worst), s| (count + usize::from(s > 0), worst.max(s)))
}

/// Some window of an image, from a seed.
pub fn window(seed: u64, size: [usize; 3]) -> IndexBox {
    let draw = splitmix(seed, 6);
    let start = [0, 1, 2].map(|a| draw[a] as usize % size[a]);
    IndexBox { start, size: [0, 1, 2].map(|a| 1 + draw[a + 3] as usize % (size[a] - start[a])) }
}
