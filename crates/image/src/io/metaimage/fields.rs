//! The text of a MetaImage header.

use std::path::Path;

use crate::error::Result;
use crate::volume::VoxelType;

use super::super::header::count;
use super::super::lines::{Lines, numbered_names, numbers};
use super::super::source::{format_error, unsupported};

/// Where the data are.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum DataFile {
    /// After the header.
    Local,
    One(String),
    /// Each with an equal part of the values.
    Many(Vec<String>),
}

/// The fields that matter here.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields {
    pub sizes: Vec<usize>,
    pub spacing: Option<Vec<f64>>,
    pub origin: Option<Vec<f64>>,
    /// Row by row; a row is the direction of an axis.
    pub matrix: Option<Vec<f64>>,
    pub stored: VoxelType,
    pub channels: usize,
    pub binary: bool,
    pub compressed: bool,
    pub big_endian: bool,
    /// Bytes before the data in their file, -1 if the data are at its end.
    pub header_size: i64,
    pub data: DataFile,
    /// Bytes of the header.
    pub header_length: u64,
}

/// The most axes MetaIO has room for.
const MOST_AXES: usize = 10;

impl Fields {
    /// Reads the header of a file.
    pub fn read(path: &Path) -> Result<Self> {
        let mut lines = Lines::open(path)?;
        let mut list: Vec<(String, String)> = Vec::new();
        let data = loop {
            let Some(line) = lines.next()? else {
                return Err(format_error(
                    path,
                    "the header ends without \"ElementDataFile\": the file is truncated; get it again",
                ));
            };
            let end = lines.cut && !(line.starts_with("ElementDataFile") && line.contains('='));
            if end || line.trim().is_empty() {
                continue;
            }
            let Some((key, value)) = line.split_once(['=', ':']) else {
                return Err(format_error(path, format!("the header's line {line:?} is not of the form key = value")));
            };
            let (key, value) = (key.trim().to_string(), value.trim().to_string());
            if key == "ElementDataFile" {
                break value;
            }
            list.push((key, value));
        };
        let header = Text { path, list };
        let sizes: Vec<usize> = header.array("DimSize")?.ok_or_else(|| header.missing("DimSize"))?;
        if sizes.contains(&0) {
            return Err(header.bad("DimSize", "a size is 0"));
        }
        let kind = header.get("ObjectType").unwrap_or("Image");
        if !kind.starts_with("Image") {
            return Err(unsupported(path, format!("it holds an object of type {kind:?}, not an image")));
        }
        let data = data_file(&header, &data, &sizes, &mut lines)?;
        Ok(Self {
            spacing: first(&header, &["ElementSpacing", "ElementSize"], 1)?,
            origin: first(&header, &["ImagePosition", "Origin", "Offset", "Position"], 1)?,
            matrix: first(&header, &["TransformMatrix", "Rotation", "Orientation"], sizes.len())?,
            stored: voxel_type(&header)?,
            channels: match header.get("ElementNumberOfChannels") {
                None => 1,
                Some(v) => v
                    .parse()
                    .ok()
                    .filter(|&n| n >= 1)
                    .ok_or_else(|| header.bad("ElementNumberOfChannels", "it must be a number from 1"))?,
            },
            binary: header.flag("BinaryData").unwrap_or(true),
            compressed: header.flag("CompressedData").unwrap_or(false),
            big_endian: header
                .flag("BinaryDataByteOrderMSB")
                .or_else(|| header.flag("ElementByteOrderMSB"))
                .unwrap_or(false),
            header_size: match header.get("HeaderSize") {
                None => 0,
                Some(v) => v
                    .parse()
                    .ok()
                    .filter(|&n| n >= -1)
                    .ok_or_else(|| header.bad("HeaderSize", "it must be a number from -1"))?,
            },
            data,
            sizes,
            header_length: lines.position,
        })
    }
}

/// The keys and values of a header.
struct Text<'a> {
    path: &'a Path,
    list: Vec<(String, String)>,
}

impl Text<'_> {
    /// The last value of a key.
    fn get(&self, key: &str) -> Option<&str> {
        self.list.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    fn missing(&self, key: &str) -> crate::Error {
        format_error(self.path, format!("the header has no {key:?}; get the file again"))
    }

    fn bad(&self, key: &str, what: &str) -> crate::Error {
        format_error(self.path, format!("the header's {key:?} is {:?}: {what}", self.get(key).unwrap_or_default()))
    }

    /// True, true, T, 1 and the like.
    fn flag(&self, key: &str) -> Option<bool> {
        self.get(key).map(|v| v.starts_with(['T', 't', '1']))
    }

    fn dimensions(&self) -> Result<usize> {
        let n = self.get("NDims").ok_or_else(|| self.missing("NDims"))?;
        n.parse().ok().filter(|n| (1..=MOST_AXES).contains(n)).ok_or_else(|| self.bad("NDims", "it must be 1 to 10"))
    }

    /// A number per axis. What follows them is ignored, as MetaIO does.
    fn array<T: std::str::FromStr>(&self, key: &str) -> Result<Option<Vec<T>>> {
        self.table(key, 1)
    }

    /// `rows` numbers per axis.
    fn table<T: std::str::FromStr>(&self, key: &str, rows: usize) -> Result<Option<Vec<T>>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let n = self.dimensions()? * rows;
        let words: Vec<&str> = value.split_ascii_whitespace().take(n).collect();
        if words.len() < n {
            return Err(self.bad(key, &format!("it must have {n} numbers")));
        }
        numbers(self.path, key, &words.join(" ")).map(Some)
    }
}

/// The first of several names that the header has.
fn first(header: &Text, keys: &[&str], rows: usize) -> Result<Option<Vec<f64>>> {
    for key in keys {
        if let Some(values) = header.table(key, rows)? {
            return Ok(Some(values));
        }
    }
    Ok(None)
}

fn voxel_type(header: &Text) -> Result<VoxelType> {
    let value = header.get("ElementType").ok_or_else(|| header.missing("ElementType"))?;
    Ok(match value.strip_suffix("_ARRAY").unwrap_or(value) {
        "MET_CHAR" | "MET_ASCII_CHAR" => VoxelType::I8,
        "MET_UCHAR" => VoxelType::U8,
        "MET_SHORT" => VoxelType::I16,
        "MET_USHORT" => VoxelType::U16,
        // MetaIO's long has four bytes.
        "MET_INT" | "MET_LONG" => VoxelType::I32,
        "MET_UINT" | "MET_ULONG" => VoxelType::U32,
        "MET_LONG_LONG" => VoxelType::I64,
        "MET_ULONG_LONG" => VoxelType::U64,
        "MET_FLOAT" => VoxelType::F32,
        "MET_DOUBLE" => VoxelType::F64,
        "MET_FLOAT_MATRIX" | "MET_STRING" | "MET_OTHER" | "MET_NONE" => {
            return Err(unsupported(header.path, format!("its voxels are {value}, which are no numbers of one kind")));
        }
        _ => return Err(header.bad("ElementType", "it is no type of MetaImage")),
    })
}

fn data_file(header: &Text, value: &str, sizes: &[usize], lines: &mut Lines) -> Result<DataFile> {
    if matches!(value, "LOCAL" | "Local" | "local") {
        return Ok(DataFile::Local);
    }
    if value.is_empty() {
        return Err(format_error(header.path, "the header's \"ElementDataFile\" is empty"));
    }
    if let Some(dimension) = value.strip_prefix("LIST") {
        // "LIST 2D": the dimension of each file; one less than the image's if it is not said.
        let digits: String = dimension.trim().chars().take_while(char::is_ascii_digit).collect();
        let each = digits.parse().ok().filter(|d| (1..=sizes.len()).contains(d)).unwrap_or(sizes.len() - 1);
        let number = count(header.path, &sizes[each..])?;
        let mut names = Vec::new();
        while names.len() < number {
            let Some(name) = lines.next()? else {
                return Err(format_error(
                    header.path,
                    format!("its list has {} data files, but its size asks for {number}", names.len()),
                ));
            };
            names.push(name.trim().to_string());
        }
        return Ok(DataFile::Many(names));
    }
    if value.contains('%') {
        return pattern(header, value, sizes[sizes.len() - 1]);
    }
    Ok(DataFile::One(value.to_string()))
}

/// `name%03d.raw [first [last [step]]]`: a file for each index along the last axis.
fn pattern(header: &Text, value: &str, slices: usize) -> Result<DataFile> {
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    // The name may hold spaces; the numbers are at the end.
    let numbers_at = words.iter().rposition(|w| w.parse::<i64>().is_err()).map_or(0, |i| i + 1);
    let n: Vec<i64> = words[numbers_at..].iter().filter_map(|w| w.parse().ok()).collect();
    let first = n.first().copied().unwrap_or(1);
    let last = n.get(1).copied();
    let step = match (n.get(2), last) {
        (Some(&step), _) => step,
        (None, Some(last)) => last.saturating_sub(first) / i64::try_from(slices).unwrap_or(i64::MAX),
        _ => 1,
    }
    .max(1);
    let bad = || format_error(header.path, format!("the header's \"ElementDataFile\" is {value:?}: it names no files"));
    let end = (slices as i64).checked_sub(1).and_then(|s| s.checked_mul(step)).and_then(|s| s.checked_add(first));
    let last = last.unwrap_or(i64::MAX).min(end.ok_or_else(bad)?);
    numbered_names(&words[..numbers_at].join(" "), first, last, step).map(DataFile::Many).ok_or_else(bad)
}
