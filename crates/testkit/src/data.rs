//! Where the real images are that some tests need.

use std::path::PathBuf;

/// The folder of real images: the environment variable `RADSURV_DATA`, else `../shared/data` beside the workspace.
///
/// # Errors
/// If there is no such folder; the message says how to name one.
pub fn folder() -> Result<PathBuf, String> {
    let path = match std::env::var_os("RADSURV_DATA") {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    };
    if path.is_dir() {
        return Ok(path);
    }
    Err(format!("{} is not a folder; set RADSURV_DATA to the folder of the real images", path.display()))
}
