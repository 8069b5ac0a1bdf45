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
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".radsurv-").suffix(".part");
    // A temporary file is private by default; results should get the permissions any new file gets.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    {
        let mut out = BufWriter::with_capacity(1 << 18, file.as_file_mut());
        write(&mut out)?;
        out.flush()?;
    }
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
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
