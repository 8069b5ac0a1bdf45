//! Files that are copies of each other: an export that was unpacked twice.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::frame::Frame;
use super::parse::{Extent, changed, parse_file};
use super::pixels::Pixels;
use crate::error::Result;
use crate::io::source::{format_error, io_error, open_file};

/// Frames without those that another file has as well.
pub(super) struct Distinct {
    pub frames: Vec<Frame>,
    /// The files of the frames that are left out and of those that are kept, with the number of the frame.
    copies: Vec<([Arc<Path>; 2], usize)>,
}

impl Distinct {
    /// Frames of different files that are the same frame of the same object, by their headers, are taken once.
    pub fn new(frames: &[Frame]) -> Self {
        let mut seen: BTreeMap<(&str, usize), &Frame> = BTreeMap::new();
        let (mut kept, mut copies) = (Vec::with_capacity(frames.len()), Vec::new());
        for frame in frames {
            let key = (&*frame.sop_instance_uid, frame.index);
            match seen.get(&key) {
                // Equal but for the file. An identifier that was given to different slices by mistake is no copy.
                Some(known) if !key.0.is_empty() && Frame { path: known.path.clone(), ..frame.clone() } == **known => {
                    copies.push(([frame.path.clone(), known.path.clone()], frame.index));
                }
                _ => {
                    seen.insert(key, frame);
                    kept.push(frame.clone());
                }
            }
        }
        Self { frames: kept, copies }
    }

    /// How many frames are left out.
    pub fn copies(&self) -> usize {
        self.copies.len()
    }

    /// Checks that the pixels are equal too: else the names of the files would decide which of them are read.
    ///
    /// # Errors
    /// [`Error::Format`](crate::Error::Format) with the names of two files that differ; as reading them.
    pub fn check_pixels(&self) -> Result<()> {
        let mut files: BTreeMap<&[Arc<Path>; 2], Vec<usize>> = BTreeMap::new();
        for (pair, frame) in &self.copies {
            files.entry(pair).or_default().push(*frame);
        }
        let files: Vec<_> = files.into_iter().collect();
        let checks: Vec<Result<()>> = files.into_par_iter().map(|(pair, frames)| same(pair, &frames)).collect();
        checks.into_iter().collect()
    }
}

fn same(pair: &[Arc<Path>; 2], frames: &[usize]) -> Result<()> {
    if same_bytes(pair)? {
        return Ok(());
    }
    let [a, b] = pair;
    let read = |path| parse_file(path, Extent::Whole)?.ok_or_else(|| changed(path));
    let parsed = [read(a)?, read(b)?];
    let pixels = [Pixels::new(a, &parsed[0])?, Pixels::new(b, &parsed[1])?];
    for &frame in frames {
        if pixels[0].frame(frame)? != pixels[1].frame(frame)? {
            return Err(format_error(
                a,
                format!(
                    "it says it is the same object as {} (SOP Instance UID 0008,0018) but has other pixels; find out which \
                     of them is right and remove the other",
                    b.display()
                ),
            ));
        }
    }
    Ok(())
}

fn same_bytes([a, b]: &[Arc<Path>; 2]) -> Result<bool> {
    if a == b {
        return Ok(true);
    }
    let ((mut first, length), (mut second, other)) = (open_file(a)?, open_file(b)?);
    if length != other {
        return Ok(false);
    }
    let mut part = [Vec::new(), Vec::new()];
    loop {
        part.iter_mut().for_each(Vec::clear);
        (&mut first).take(1 << 20).read_to_end(&mut part[0]).map_err(|e| io_error(a, e))?;
        (&mut second).take(1 << 20).read_to_end(&mut part[1]).map_err(|e| io_error(b, e))?;
        if part[0] != part[1] || part[0].is_empty() {
            return Ok(part[0] == part[1]);
        }
    }
}
