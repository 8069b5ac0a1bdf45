//! What the examples with real patients share: where the data is, and where reports go.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Runs an example; what went wrong is written as text.
pub fn run(study: impl FnOnce() -> Result<(), Box<dyn Error + Send + Sync>>) -> ExitCode {
    match study() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A folder of the real data: under the environment variable `RADSURV_DATA`, else under `../shared/data`.
///
/// # Errors
/// If it is not there; says what it should have and where that comes from.
pub fn folder(name: &str, source: &str) -> Result<PathBuf, String> {
    let data = match std::env::var_os("RADSURV_DATA") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
    };
    let folder = data.join(name);
    if folder.is_dir() {
        return Ok(folder);
    }
    Err(format!(
        "there is no folder {}.\nThe data of patients is not a part of radsurv. {source}\n\
         Then run this again with the environment variable RADSURV_DATA naming the folder that has {name}.",
        folder.display()
    ))
}

/// The folder named by an option such as `--out FOLDER` of the command line, made if it is not there.
///
/// # Errors
/// If nothing follows the option, or the folder cannot be made.
pub fn folder_of_option(option: &str) -> Result<Option<PathBuf>, String> {
    let mut arguments = std::env::args_os().skip_while(|argument| argument != option);
    if arguments.next().is_none() {
        return Ok(None);
    }
    let folder = PathBuf::from(arguments.next().ok_or(format!("{option} needs a folder"))?);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(Some(folder))
}
