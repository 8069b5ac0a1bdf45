//! Output files that are either whole or absent.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes a file through a temporary name in the same folder and renames it when `write` has succeeded,
/// so that a reader never sees half a file and a failure leaves an older file as it was.
///
/// # Errors
/// Whatever `write` returns, or the reason why the temporary file could not be made, flushed or renamed
/// (its folder is missing or not writable, the disk is full).
///
/// # Example
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let dir = tempfile::tempdir()?;
/// let path = dir.path().join("table.csv");
/// radsurv_data::fs::write_atomic(&path, |out| writeln!(out, "case_id,age"))?;
/// assert_eq!(std::fs::read_to_string(&path)?, "case_id,age\n");
/// # Ok(())
/// # }
/// # use std::io::Write;
/// ```
pub fn write_atomic<E: From<io::Error>>(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> Result<(), E>,
) -> Result<(), E> {
    let path = path.as_ref();
    let mut file = temporary(path)?;
    {
        let mut out = BufWriter::with_capacity(1 << 18, file.as_file_mut());
        write(&mut out)?;
        out.flush()?;
    }
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Finds out whether [`write_atomic`] could write a file, without touching it: worth asking before hours of work.
///
/// # Errors
/// Why it could not: the path is a folder, or no file can be made in its folder.
///
/// # Example
/// ```
/// # let dir = tempfile::tempdir().unwrap();
/// let missing = dir.path().join("no-such-folder/table.csv");
/// assert!(radsurv_data::fs::check_writable(missing).is_err());
/// ```
pub fn check_writable(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; name a file in it"));
    }
    temporary(path).map(drop).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::new(error.kind(), "its folder does not exist; create it first"),
        _ => error,
    })
}

/// A temporary file in the folder of a path.
fn temporary(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".radsurv-").suffix(".part");
    // A temporary file is private by default; results should get the permissions any new file gets.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // The error of `tempfile` names the temporary file, which nobody asked for.
    builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_keeps_the_old_file_and_leaves_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        std::fs::write(&path, "old").unwrap();
        let result = write_atomic(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("stopped"))
        });
        assert_eq!(result.unwrap_err().to_string(), "stopped");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
