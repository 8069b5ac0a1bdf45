//! Results as files, whole or not there.

use std::io::{self, Write as _};
use std::path::Path;

use radsurv_data::fs::write_atomic;
use radsurv_eval::TextTable;
use radsurv_plot::Drawing;
use radsurv_study::report::Page;
use serde::Serialize;

use crate::error::{Error, Result};

/// Writes text.
///
/// # Errors
/// [`Error::Write`].
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    write_atomic(path, |file| file.write_all(text.as_bytes()))
        .map_err(|source: io::Error| Error::Write { path: path.to_path_buf(), source })
}

/// Writes a value as JSON.
///
/// # Errors
/// [`Error::Write`].
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::Input(format!("cannot write {}: {error}", path.display())))?;
    write_text(path, &(text + "\n"))
}

/// Writes a table by the name of the file: `.md` as Markdown, `.html` as a page, `.json` as every number it was made of, else as CSV.
///
/// # Errors
/// [`Error::Write`].
pub fn write_table(path: &Path, table: &TextTable, numbers: &impl Serialize) -> Result<()> {
    match extension(path).as_str() {
        "json" => write_json(path, numbers),
        "md" => write_text(path, &table.to_markdown()),
        "html" | "htm" => {
            let title = path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().to_string());
            let mut page = Page::new(&title);
            page.table(table, "");
            Ok(page.write(path)?)
        }
        _ => write_text(path, &table.to_csv()),
    }
}

/// Writes a figure by the name of the file: `.svg`, or `.png` at 300 dots per inch.
///
/// # Errors
/// [`Error::Plot`].
pub fn write_figure(path: &Path, drawing: &Drawing) -> Result<()> {
    Ok(drawing.save(path)?)
}

/// Whether a file is to be JSON by its name.
pub fn is_json(path: &Path) -> bool {
    extension(path) == "json"
}

fn extension(path: &Path) -> String {
    path.extension().map_or_else(String::new, |e| e.to_string_lossy().to_lowercase())
}
