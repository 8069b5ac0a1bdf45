//! Images and masks made from a recipe of integers, the same on both sides.
//!
//! The reference scripts (`reference/volumes.py`) make the image that PyRadiomics sees from the same recipe, so golden
//! files keep recipes and values, not images. The [`Case::checksum`] in each golden row proves that both made the same.

use serde_json::Value;

use crate::splitmix::SplitMix64;

/// Voxels in one of the ten types, x fastest.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum CaseVoxels {
    U8(Vec<u8>),
    I8(Vec<i8>),
    U16(Vec<u16>),
    I16(Vec<i16>),
    U32(Vec<u32>),
    I32(Vec<i32>),
    U64(Vec<u64>),
    I64(Vec<i64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

/// A grid: what `Geometry::new` of the image crate takes.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseGrid {
    /// Voxels along x, y, z.
    pub size: [usize; 3],
    /// Distances between voxels along x, y, z in mm.
    pub spacing_mm: [f64; 3],
    /// Centre of the first voxel in mm.
    pub origin_mm: [f64; 3],
    /// Rows of the direction matrix.
    pub direction: [[f64; 3]; 3],
    /// Dimensions of the image, 2 or 3.
    pub dimension: usize,
}

/// An image and its mask.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The grid of the image.
    pub grid: CaseGrid,
    /// The voxels of the image.
    pub voxels: CaseVoxels,
    /// The grid of the mask.
    pub mask_grid: CaseGrid,
    /// The labels of the mask, x fastest.
    pub labels: Vec<u8>,
}

/// Direction matrices by their number in a recipe: identity, x and y mirrored, axes permuted, rotated by 3-4-5.
const DIRECTIONS: [[[f64; 3]; 3]; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
    [[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]],
];

/// Larger recipes are refused: they would be a mistake in a golden file.
const MAX_VOXELS: usize = 4_000_000;

impl Case {
    /// Makes image and mask from the recipe of a golden row.
    ///
    /// # Errors
    /// If the recipe lacks something or names a texture, mask or type that is not known.
    pub fn from_recipe(recipe: &Value) -> Result<Self, String> {
        let seed = recipe["seed"].as_u64().ok_or("recipe without seed")?;
        let dimension = recipe["dimension"].as_u64().unwrap_or(3) as usize;
        let direction = recipe["direction"].as_u64().unwrap_or(0) as usize;
        let direction = *DIRECTIONS.get(direction).ok_or("no such direction")?;
        let own = |key: &str| recipe.get(format!("mask_{key}")).unwrap_or(&recipe[key]);
        let grid = CaseGrid {
            size: sizes(&recipe["size"])?,
            spacing_mm: numbers(&recipe["spacing"])?,
            origin_mm: numbers(&recipe["origin"])?,
            direction,
            dimension,
        };
        let mask_grid = CaseGrid {
            size: sizes(own("size"))?,
            spacing_mm: numbers(own("spacing"))?,
            origin_mm: numbers(own("origin"))?,
            ..grid.clone()
        };
        let raw = texture(&recipe["texture"], grid.size, seed)?;
        let divisor = recipe["divisor"].as_i64().unwrap_or(1);
        let voxels = typed(recipe["dtype"].as_str().unwrap_or(""), &raw, divisor)?;
        let labels = paint_mask(&recipe["mask"], mask_grid.size, seed.wrapping_add(1))?;
        Ok(Self { grid, voxels, mask_grid, labels })
    }

    /// FNV-1a (64 bits) over the little-endian bytes of the voxels and the labels, as 16 hexadecimal digits.
    pub fn checksum(&self) -> String {
        macro_rules! bytes {
            ($v:expr) => {
                $v.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>()
            };
        }
        let mut bytes = match &self.voxels {
            CaseVoxels::U8(v) => bytes!(v),
            CaseVoxels::I8(v) => bytes!(v),
            CaseVoxels::U16(v) => bytes!(v),
            CaseVoxels::I16(v) => bytes!(v),
            CaseVoxels::U32(v) => bytes!(v),
            CaseVoxels::I32(v) => bytes!(v),
            CaseVoxels::U64(v) => bytes!(v),
            CaseVoxels::I64(v) => bytes!(v),
            CaseVoxels::F32(v) => bytes!(v),
            CaseVoxels::F64(v) => bytes!(v),
        };
        bytes.extend_from_slice(&self.labels);
        let hash = bytes
            .iter()
            .fold(0xCBF2_9CE4_8422_2325_u64, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3));
        format!("{hash:016x}")
    }
}

fn numbers(value: &Value) -> Result<[f64; 3], String> {
    let list: Vec<f64> = value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    list.try_into().map_err(|_| format!("three numbers expected, found {value}"))
}

fn sizes(value: &Value) -> Result<[usize; 3], String> {
    let list: Vec<usize> = value.as_array().into_iter().flatten().filter_map(|v| Some(v.as_u64()? as usize)).collect();
    let size: [usize; 3] = list.try_into().map_err(|_| format!("three sizes expected, found {value}"))?;
    let count = size.iter().try_fold(1usize, |n, &s| n.checked_mul(s)).unwrap_or(usize::MAX);
    if count == 0 || count > MAX_VOXELS {
        return Err(format!("size {size:?} is not that of a small case"));
    }
    Ok(size)
}

/// `[kind, integers...]` as its kind and exactly `N` integers.
fn parameters<const N: usize>(value: &Value) -> Result<[i64; N], String> {
    let list: Vec<i64> = value.as_array().into_iter().flatten().skip(1).filter_map(Value::as_i64).collect();
    list.try_into().map_err(|_| format!("{N} integers expected in {value}"))
}

fn texture(value: &Value, size: [usize; 3], seed: u64) -> Result<Vec<i64>, String> {
    let mut rng = SplitMix64::new(seed);
    let kind = value[0].as_str().unwrap_or("");
    let all = positions(size);
    Ok(match kind {
        "uniform" => {
            let [low, span] = parameters(value)?;
            all.map(|_| low + rng.below(span as u64) as i64).collect()
        }
        "levels" => {
            let [low, step, count] = parameters(value)?;
            all.map(|_| low + step * rng.below(count as u64) as i64).collect()
        }
        "flat" => {
            let [v] = parameters(value)?;
            all.map(|_| v).collect()
        }
        "sparse" => {
            let [low, high, percent] = parameters(value)?;
            all.map(|_| if rng.chance(percent as u64) { high } else { low }).collect()
        }
        "ramp" => {
            let [low, ax, ay, az, noise] = parameters(value)?;
            all.map(|[x, y, z]| low + ax * x + ay * y + az * z + rng.below(noise as u64) as i64).collect()
        }
        "patches" => {
            let [low, span, block] = parameters(value)?;
            let counts = size.map(|n| (n as i64 + block - 1) / block);
            let table: Vec<i64> =
                (0..counts.iter().product::<i64>()).map(|_| low + rng.below(span as u64) as i64).collect();
            all.map(|[x, y, z]| table[((z / block * counts[1] + y / block) * counts[0] + x / block) as usize]).collect()
        }
        "blobs" => {
            let [low, amplitude, number, noise] = parameters(value)?;
            let longest = size[0].max(size[1]).max(size[2]) as u64;
            let blobs: Vec<([i64; 3], i64, i64)> = (0..number)
                .map(|_| {
                    let centre = size.map(|n| rng.below(n as u64) as i64);
                    let radius = 1 + rng.below(longest) as i64;
                    (centre, radius * radius, 1 + rng.below(amplitude as u64) as i64)
                })
                .collect();
            all.map(|at| {
                let base = low + rng.below(noise as u64) as i64;
                let hill = |(centre, r2, height): &([i64; 3], i64, i64)| {
                    let d2 = distance2(at, *centre);
                    if d2 < *r2 { height * (r2 - d2) / r2 } else { 0 }
                };
                base + blobs.iter().map(hill).sum::<i64>()
            })
            .collect()
        }
        other => return Err(format!("texture {other:?} is not known")),
    })
}

fn paint_mask(value: &Value, size: [usize; 3], seed: u64) -> Result<Vec<u8>, String> {
    let mut rng = SplitMix64::new(seed);
    let mut out = vec![0u8; size.iter().product()];
    let count = out.len() as u64;
    for step in value.as_array().into_iter().flatten() {
        let kind = step[0].as_str().unwrap_or("");
        let last = step.as_array().and_then(|list| list.last()?.as_u64()).unwrap_or(0);
        let label = u8::try_from(last).map_err(|_| format!("label {last} does not fit a byte"))?;
        let mut paint = |mut inside: Box<dyn FnMut([i64; 3]) -> bool + '_>| {
            for (voxel, at) in out.iter_mut().zip(positions(size)) {
                if inside(at) {
                    *voxel = label;
                }
            }
        };
        match kind {
            "full" => paint(Box::new(|_| true)),
            "box" => {
                let [x, y, z, sx, sy, sz, _] = parameters(step)?;
                let (start, extent) = ([x, y, z], [sx, sy, sz]);
                paint(Box::new(move |at| (0..3).all(|a| at[a] >= start[a] && at[a] < start[a] + extent[a])));
            }
            "blob" => {
                let [x, y, z, r2, _] = parameters(step)?;
                paint(Box::new(move |at| distance2(at, [x, y, z]) <= r2));
            }
            "shell" => {
                let [x, y, z, inner, outer, _] = parameters(step)?;
                paint(Box::new(move |at| {
                    let d2 = distance2(at, [x, y, z]);
                    inner < d2 && d2 <= outer
                }));
            }
            "slice" => {
                let [axis, index, _] = parameters(step)?;
                paint(Box::new(move |at| at[axis as usize % 3] == index));
            }
            "line" => {
                let [axis, first, second, _] = parameters(step)?;
                let others = [[1, 2], [0, 2], [0, 1]][axis as usize % 3];
                paint(Box::new(move |at| at[others[0]] == first && at[others[1]] == second));
            }
            "noise" => {
                let [percent, _] = parameters(step)?;
                paint(Box::new(|_| rng.chance(percent as u64)));
            }
            "slice_noise" => {
                let [axis, index, percent, _] = parameters(step)?;
                paint(Box::new(|at| at[axis as usize % 3] == index && rng.chance(percent as u64)));
            }
            "diagonal" => {
                for i in 0..size[0].max(size[1]).max(size[2]) {
                    out[((i % size[2]) * size[1] + i % size[1]) * size[0] + i % size[0]] = label;
                }
            }
            "points" => {
                let [number, _] = parameters(step)?;
                for _ in 0..number {
                    out[rng.below(count) as usize] = label;
                }
            }
            "labels" => {
                let [percent, kinds] = parameters(step)?;
                for voxel in &mut out {
                    if rng.chance(percent as u64) {
                        *voxel = 1 + rng.below(kinds as u64) as u8;
                    }
                }
            }
            other => return Err(format!("mask {other:?} is not known")),
        }
    }
    Ok(out)
}

fn positions(size: [usize; 3]) -> impl Iterator<Item = [i64; 3]> {
    let [nx, ny, nz] = size.map(|n| n as i64);
    (0..nz).flat_map(move |z| (0..ny).flat_map(move |y| (0..nx).map(move |x| [x, y, z])))
}

fn distance2(a: [i64; 3], b: [i64; 3]) -> i64 {
    (0..3).map(|i| (a[i] - b[i]) * (a[i] - b[i])).sum()
}

/// Integers clamped to an integer type, or divided for a float type (rounded to double, then to single).
fn typed(name: &str, raw: &[i64], divisor: i64) -> Result<CaseVoxels, String> {
    macro_rules! clamp {
        ($variant:ident, $t:ty) => {
            CaseVoxels::$variant(
                raw.iter().map(|&v| <$t>::try_from(v).unwrap_or(if v < 0 { <$t>::MIN } else { <$t>::MAX })).collect(),
            )
        };
    }
    let divided = raw.iter().map(|&v| v as f64 / divisor as f64);
    Ok(match name {
        "uint8" => clamp!(U8, u8),
        "int8" => clamp!(I8, i8),
        "uint16" => clamp!(U16, u16),
        "int16" => clamp!(I16, i16),
        "uint32" => clamp!(U32, u32),
        "int32" => clamp!(I32, i32),
        "uint64" => clamp!(U64, u64),
        "int64" => clamp!(I64, i64),
        "float32" => CaseVoxels::F32(divided.map(|v| v as f32).collect()),
        "float64" => CaseVoxels::F64(divided.collect()),
        other => return Err(format!("voxel type {other:?} is not known")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(texture: &str, mask: &str) -> Value {
        let text = format!(
            r#"{{"seed": 5, "dimension": 3, "size": [3, 2, 2], "spacing": [1, 0.7, 3], "origin": [0, 0, 1.5],
                "direction": 0, "dtype": "float32", "divisor": 10, "texture": {texture}, "mask": {mask}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn textures_and_masks_are_painted() {
        let case =
            Case::from_recipe(&recipe(r#"["ramp", 1, 1, 10, 100, 1]"#, r#"[["full", 1], ["line", 0, 1, 1, 4]]"#));
        let case = case.unwrap();
        let CaseVoxels::F32(values) = &case.voxels else { panic!("float32 was asked for") };
        assert_eq!(values[..4], [0.1, 0.2, 0.3, 1.1]);
        assert_eq!(case.labels, [1, 1, 1, 1, 1, 1, 1, 1, 1, 4, 4, 4]);
        assert_eq!(case.grid.spacing_mm, [1.0, 0.7, 3.0]);
    }

    #[test]
    fn unknown_words_are_errors() {
        assert!(Case::from_recipe(&recipe(r#"["marble", 1]"#, "[]")).unwrap_err().contains("marble"));
        assert!(Case::from_recipe(&recipe(r#"["flat", 1]"#, r#"[["star", 1]]"#)).unwrap_err().contains("star"));
        assert!(Case::from_recipe(&recipe(r#"["flat"]"#, "[]")).is_err());
    }
}
