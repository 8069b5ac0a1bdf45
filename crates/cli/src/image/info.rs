//! `radsurv image info`: what image files and folders are.

use std::path::{Path, PathBuf};

use radsurv_image::io;
use radsurv_image::io::dicom;

use crate::console::{Console, print};
use crate::error::{Error, Result, Status};

/// Prints what the headers of files say, and which series a folder has. Nothing that names a patient.
pub fn info(files: &[PathBuf], console: &Console) -> Result<Status> {
    let mut failed = 0;
    for file in files {
        let text = if file.is_dir() { folder(file, console) } else { self::file(file) };
        match text {
            Ok(text) => print(&text)?,
            Err(error) => {
                console.error(&error.to_string());
                failed += 1;
            }
        }
    }
    Ok(match failed {
        0 => Status::Done,
        n if n == files.len() => Status::Failed,
        _ => Status::SomeFailed,
    })
}

fn file(path: &Path) -> Result<String> {
    // Contours and segmentations are no images.
    if io::is_dicom(path)?
        && dicom::scan(path)?.series.iter().all(|s| matches!(s.modality.as_str(), "RTSTRUCT" | "SEG"))
    {
        return Ok(format!("{}\n{}", path.display(), regions(path, "  ")));
    }
    Ok(describe(&path.display().to_string(), &io::read_info(path)?))
}

fn folder(path: &Path, console: &Console) -> Result<String> {
    let scan = dicom::scan(path)?;
    for file in &scan.unreadable {
        console.error(&format!("{}: {}", file.path.display(), file.what));
    }
    let mut text = format!("{}\n", path.display());
    for series in &scan.series {
        text.push_str(&format!("  {series}\n"));
        if matches!(series.modality.as_str(), "RTSTRUCT" | "SEG") {
            for file in &series.files {
                text.push_str(&regions(file, "    "));
            }
        }
    }
    if scan.series.is_empty() {
        return Err(Error::Input(format!("{}: the folder has no DICOM series", path.display())));
    }
    if scan.not_dicom > 0 {
        text.push_str(&format!("  {} files that are not DICOM\n", scan.not_dicom));
    }
    Ok(text)
}

/// The regions of a structure set or segmentation, a line each; or why there are none.
fn regions(path: &Path, indent: &str) -> String {
    match dicom::RoiSet::open(path) {
        Ok(set) => set.rois().iter().map(|roi| format!("{indent}region {roi}\n")).collect(),
        Err(error) => format!("{indent}{error}\n"),
    }
}

fn describe(name: &str, info: &io::ImageInfo) -> String {
    let g = &info.geometry;
    let mut text = format!("{name}\n  format     {}, {} dimensions\n", info.format.name(), g.dimension());
    text.push_str(&format!("  size       {} voxels\n", join(&g.size(), " x ")));
    text.push_str(&format!("  spacing    {} mm\n", join(&g.spacing_mm(), " x ")));
    text.push_str(&format!("  origin     {} mm (LPS)\n", join(&g.origin_mm(), ", ")));
    let rows: Vec<String> = g.direction().iter().map(|row| join(row, " ")).collect();
    text.push_str(&format!("  direction  {}\n", rows.join(" / ")));
    text.push_str(&format!("  values     {}", info.voxel_type.name()));
    if info.stored_type != info.voxel_type {
        text.push_str(&format!(", stored as {}", info.stored_type.name()));
    }
    if info.channels > 1 {
        text.push_str(&format!(", {} per voxel", info.channels));
    }
    text.push('\n');
    text
}

fn join<T: ToString>(values: &[T], separator: &str) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(separator)
}
