//! `radsurv image`: what image files are.

use std::path::PathBuf;

use radsurv_image::io;

use crate::console::{Console, print};
use crate::error::{Result, Status};

/// Prints what the headers of files say.
pub fn info(files: &[PathBuf], console: &Console) -> Result<Status> {
    let mut failed = 0;
    for file in files {
        match io::read_info(file) {
            Ok(info) => print(&describe(&file.display().to_string(), &info))?,
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
