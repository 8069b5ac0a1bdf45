//! The text of a NRRD header.

use std::path::Path;

use crate::error::Result;
use crate::volume::VoxelType;

use super::super::header::Encoding;
use super::super::lines::{Lines, is_pattern, numbered_names, numbers};
use super::super::source::{format_error, unsupported};

/// What an axis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A domain: space or time, or not said.
    Domain,
    /// Values of a voxel.
    Range,
    /// Values of a voxel of which the first is a mask.
    Masked,
}

impl Kind {
    pub fn is_domain(self) -> bool {
        self == Self::Domain
    }
}

/// Where the samples of an axis lie in their cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Center {
    Unknown,
    Node,
    Cell,
}

/// The fields that matter here. Lists have an element per axis, or none if the field is missing; a number that is
/// missing is NaN.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields {
    pub stored: Option<VoxelType>,
    pub sizes: Vec<usize>,
    pub kinds: Vec<Kind>,
    pub centers: Vec<Center>,
    pub spacings: Vec<f64>,
    pub mins: Vec<f64>,
    pub maxs: Vec<f64>,
    /// 0 without a space.
    pub space_dimension: usize,
    /// Signs that turn the space into LPS.
    pub to_lps: [f64; 3],
    pub space_directions: Vec<Option<Vec<f64>>>,
    pub space_origin: Vec<f64>,
    pub encoding: Option<Encoding>,
    pub big_endian: Option<bool>,
    pub line_skip: u64,
    /// -1: the data are at the end of the file.
    pub byte_skip: i64,
    /// None if the data follow the header.
    pub data_files: Option<Vec<String>>,
    /// Bytes of the header with the empty line after it.
    pub header_length: u64,
}

/// The most axes there can be.
const MOST_AXES: usize = 16;

impl Fields {
    pub fn kind(&self, axis: usize) -> Kind {
        self.kinds.get(axis).copied().unwrap_or(Kind::Domain)
    }

    pub fn direction(&self, axis: usize) -> Option<&[f64]> {
        self.space_directions.get(axis)?.as_deref()
    }

    /// Reads the header of a file.
    pub fn read(path: &Path) -> Result<Self> {
        let mut lines = Lines::open(path)?;
        let magic = lines.next()?.unwrap_or_default();
        if !matches!(magic.as_str(), "NRRD0001" | "NRRD0002" | "NRRD0003" | "NRRD0004" | "NRRD0005" | "NRRD00.01") {
            return Err(unsupported(path, format!("its first line is {magic:?}; NRRD0001 to NRRD0005 are read")));
        }
        let mut fields = Self {
            stored: None,
            sizes: Vec::new(),
            kinds: Vec::new(),
            centers: Vec::new(),
            spacings: Vec::new(),
            mins: Vec::new(),
            maxs: Vec::new(),
            space_dimension: 0,
            to_lps: [1.0; 3],
            space_directions: Vec::new(),
            space_origin: Vec::new(),
            encoding: None,
            big_endian: None,
            line_skip: 0,
            byte_skip: 0,
            data_files: None,
            header_length: 0,
        };
        let mut dimension = 0;
        loop {
            let next = lines.next()?;
            let detached = fields.data_files.is_some() || next.as_ref().is_some_and(|l| names_data_file(l));
            let Some(line) = next.filter(|_| detached || !lines.cut) else {
                if !detached {
                    return Err(format_error(path, "it ends within the header: the file is truncated; get it again"));
                }
                break;
            };
            if line.is_empty() {
                break;
            }
            if line.starts_with('#') {
                continue;
            }
            match line.split_once(": ") {
                Some((name, value)) => {
                    let list = fields.set(path, &name.to_ascii_lowercase(), value.trim(), &mut dimension, &line)?;
                    if list {
                        let mut names = Vec::new();
                        while let Some(name) = lines.next()?.filter(|l| !l.is_empty()) {
                            names.push(name);
                        }
                        fields.data_files = Some(names);
                        break;
                    }
                }
                None if line.contains(":=") => {}
                // A field without a value, "content:" for example.
                None if line.ends_with(':') => {}
                None => {
                    return Err(format_error(path, format!("the header's line {line:?} is neither a field nor a key")));
                }
            }
        }
        fields.header_length = lines.position;
        fields.check(path, dimension)?;
        Ok(fields)
    }

    /// Sets a field. True if a list of data files follows.
    fn set(&mut self, path: &Path, name: &str, value: &str, dimension: &mut usize, line: &str) -> Result<bool> {
        let bad = |what: &str| format_error(path, format!("the header's {name:?} is {value:?}: {what}"));
        match name {
            "dimension" => {
                *dimension = value
                    .parse()
                    .ok()
                    .filter(|n| (1..=MOST_AXES).contains(n))
                    .ok_or_else(|| bad("it must be 1 to 16"))?;
            }
            "type" => self.stored = Some(voxel_type(path, value)?),
            "sizes" => {
                self.sizes = numbers(path, name, value)?;
                if self.sizes.contains(&0) {
                    return Err(bad("a size is 0"));
                }
            }
            "encoding" => self.encoding = Some(encoding(path, value)?),
            "endian" => {
                self.big_endian = Some(match value.to_ascii_lowercase().as_str() {
                    "little" => false,
                    "big" => true,
                    _ => return Err(bad("it must be little or big")),
                });
            }
            "kinds" => {
                self.kinds = value
                    .split_ascii_whitespace()
                    .map(|k| kind(k).ok_or_else(|| bad("a kind is unknown")))
                    .collect::<Result<_>>()?
            }
            "centers" | "centerings" => {
                self.centers = value
                    .split_ascii_whitespace()
                    .map(|c| match c.to_ascii_lowercase().as_str() {
                        "node" => Ok(Center::Node),
                        "cell" => Ok(Center::Cell),
                        "???" | "none" => Ok(Center::Unknown),
                        _ => Err(bad("each must be node, cell or ???")),
                    })
                    .collect::<Result<_>>()?;
            }
            "spacings" => {
                self.spacings = numbers(path, name, value)?;
                if self.spacings.contains(&0.0) || self.spacings.iter().any(|s| s.is_infinite()) {
                    return Err(bad("a spacing is 0 or infinite"));
                }
            }
            "axis mins" | "axismins" => self.mins = numbers(path, name, value)?,
            "axis maxs" | "axismaxs" => self.maxs = numbers(path, name, value)?,
            "space" => {
                (self.space_dimension, self.to_lps) = space(value).ok_or_else(|| bad("the space is unknown"))?;
            }
            "space dimension" | "spacedimension" => {
                self.space_dimension =
                    value.parse().ok().filter(|n| (1..=8).contains(n)).ok_or_else(|| bad("it must be 1 to 8"))?;
            }
            "space directions" | "spacedirections" => {
                self.space_directions = vectors(value).ok_or_else(|| bad("each must be (a,b,c) or none"))?;
            }
            "space origin" | "spaceorigin" => {
                let mut origin = vectors(value).ok_or_else(|| bad("it must be (a,b,c)"))?;
                self.space_origin = origin.pop().flatten().unwrap_or_default();
            }
            "line skip" | "lineskip" => {
                self.line_skip = value.parse().map_err(|_| bad("it must be a number from 0"))?
            }
            "byte skip" | "byteskip" => {
                self.byte_skip =
                    value.parse().ok().filter(|n| *n >= -1).ok_or_else(|| bad("it must be a number from -1"))?;
            }
            "data file" | "datafile" => {
                if value.split_ascii_whitespace().next() == Some("LIST") {
                    return Ok(true);
                }
                self.data_files =
                    Some(data_files(value).ok_or_else(|| bad("after the pattern must come first, last and step"))?);
            }
            "content" | "number" | "block size" | "blocksize" | "thicknesses" | "labels" | "units" | "min" | "max"
            | "old min" | "oldmin" | "old max" | "oldmax" | "sample units" | "sampleunits" | "space units"
            | "spaceunits" | "measurement frame" | "measurementframe" => {}
            // A key may hold a colon.
            _ if line.contains(":=") => {}
            _ => return Err(format_error(path, format!("the header has the unknown field {name:?}"))),
        }
        Ok(false)
    }

    /// Checks that every list has an element per axis.
    fn check(&self, path: &Path, dimension: usize) -> Result<()> {
        let lengths = [
            ("sizes", self.sizes.len()),
            ("kinds", self.kinds.len()),
            ("centers", self.centers.len()),
            ("spacings", self.spacings.len()),
            ("axis mins", self.mins.len()),
            ("axis maxs", self.maxs.len()),
            ("space directions", self.space_directions.len()),
        ];
        for (name, length) in lengths {
            if length != 0 && length != dimension {
                return Err(format_error(
                    path,
                    format!("the header's {name:?} has {length} values, but its \"dimension\" is {dimension}"),
                ));
            }
        }
        let vectors = self.space_directions.iter().flatten().map(Vec::len);
        let origin = Some(self.space_origin.len()).filter(|&n| n > 0);
        if vectors.chain(origin).any(|n| n != self.space_dimension) {
            return Err(format_error(
                path,
                format!(
                    "the vectors of \"space directions\" and \"space origin\" do not have the {} elements of its space",
                    self.space_dimension
                ),
            ));
        }
        Ok(())
    }
}

fn voxel_type(path: &Path, value: &str) -> Result<VoxelType> {
    Ok(match value.to_ascii_lowercase().as_str() {
        "signed char" | "int8" | "int8_t" => VoxelType::I8,
        "uchar" | "unsigned char" | "uint8" | "uint8_t" => VoxelType::U8,
        "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => VoxelType::I16,
        "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => VoxelType::U16,
        "int" | "signed int" | "int32" | "int32_t" => VoxelType::I32,
        "uint" | "unsigned int" | "uint32" | "uint32_t" => VoxelType::U32,
        "longlong"
        | "long long"
        | "long long int"
        | "signed long long"
        | "signed long long int"
        | "int64"
        | "int64_t" => VoxelType::I64,
        "ulonglong" | "unsigned long long" | "unsigned long long int" | "uint64" | "uint64_t" => VoxelType::U64,
        "float" => VoxelType::F32,
        "double" => VoxelType::F64,
        "block" => return Err(unsupported(path, "its voxels are blocks of bytes, not numbers")),
        _ => return Err(format_error(path, format!("the header's \"type\" is {value:?}, which is no type of NRRD"))),
    })
}

fn encoding(path: &Path, value: &str) -> Result<Encoding> {
    Ok(match value.to_ascii_lowercase().as_str() {
        "raw" => Encoding::Raw,
        "gz" | "gzip" => Encoding::Deflate,
        "txt" | "text" | "ascii" => Encoding::Text,
        "hex" => Encoding::Hex,
        "bz2" | "bzip2" => {
            return Err(unsupported(path, "its data are compressed with bzip2: save it with gzip instead"));
        }
        _ => {
            return Err(format_error(
                path,
                format!("the header's \"encoding\" is {value:?}, which is no encoding of NRRD"),
            ));
        }
    })
}

/// The dimension of a space and its signs against LPS.
fn space(value: &str) -> Option<(usize, [f64; 3])> {
    let value = value.to_ascii_lowercase().replace(['-', ' '], "");
    let as_is = [1.0; 3];
    Some(match value.as_str() {
        "rightanteriorsuperior" | "ras" => (3, [-1.0, -1.0, 1.0]),
        "leftanteriorsuperior" | "las" => (3, [1.0, -1.0, 1.0]),
        "leftposteriorsuperior" | "lps" | "scannerxyz" | "3drighthanded" | "3dlefthanded" => (3, as_is),
        "rightanteriorsuperiortime"
        | "rast"
        | "leftanteriorsuperiortime"
        | "last"
        | "leftposteriorsuperiortime"
        | "lpst"
        | "scannerxyztime"
        | "scannerxyzt"
        | "3drighthandedtime"
        | "3dlefthandedtime" => (4, as_is),
        _ => return None,
    })
}

fn kind(value: &str) -> Option<Kind> {
    let value = value.to_ascii_lowercase();
    Some(match value.as_str() {
        "domain" | "space" | "time" | "???" | "none" => Kind::Domain,
        "list"
        | "point"
        | "vector"
        | "contravariant-vector"
        | "covariant-vector"
        | "normal"
        | "stub"
        | "scalar"
        | "complex"
        | "2-vector"
        | "3-color"
        | "rgb-color"
        | "rgbcolor"
        | "rgb"
        | "hsv-color"
        | "hsvcolor"
        | "hsv"
        | "xyz-color"
        | "4-color"
        | "rgba-color"
        | "rgbacolor"
        | "rgba"
        | "3-vector"
        | "3-gradient"
        | "3-normal"
        | "4-vector"
        | "quaternion" => Kind::Range,
        v if v.ends_with("-matrix") || v.ends_with("-tensor") => {
            if v.contains("masked") {
                Kind::Masked
            } else {
                Kind::Range
            }
        }
        _ => return None,
    })
}

/// `(a,b,c) none (d,e,f)`
fn vectors(text: &str) -> Option<Vec<Option<Vec<f64>>>> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("none") {
            out.push(None);
            rest = after.trim_start();
        } else {
            let (inside, after) = rest.strip_prefix('(')?.split_once(')')?;
            let vector: Vec<f64> = inside.split(',').map(|v| v.trim().parse().ok()).collect::<Option<_>>()?;
            if vector.iter().any(|v| v.is_infinite()) || vector.iter().any(|v| v.is_nan() != vector[0].is_nan()) {
                return None;
            }
            out.push((!vector[0].is_nan()).then_some(vector));
            rest = after.trim_start();
        }
    }
    Some(out)
}

/// Whether a header's line says that the data are in another file.
fn names_data_file(line: &str) -> bool {
    line.get(..9).is_some_and(|l| l.eq_ignore_ascii_case("data file") || l.eq_ignore_ascii_case("datafile:"))
}

/// The files of `name`, or of `pattern%03d.raw first last step [dimension]`.
fn data_files(value: &str) -> Option<Vec<String>> {
    let mut words = value.split_ascii_whitespace();
    let template = words.next()?;
    if !is_pattern(template) {
        return Some(vec![value.to_string()]);
    }
    let n: Vec<i64> = words.map(|w| w.parse().ok()).collect::<Option<_>>()?;
    let &[first, last, step, ..] = n.as_slice() else { return None };
    numbered_names(template, first, last, step)
}

/// Bytes of a number of lines of a file after a position.
pub(super) fn length_of_lines(path: &Path, begin: u64, number: u64) -> Result<u64> {
    if number == 0 {
        return Ok(0);
    }
    let mut lines = Lines::open_at(path, begin)?;
    for _ in 0..number {
        if lines.next()?.is_none() {
            return Err(format_error(path, format!("it has fewer lines than the {number} to skip")));
        }
    }
    Ok(lines.position)
}
