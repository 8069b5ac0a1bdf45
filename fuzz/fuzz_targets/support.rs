//! What the targets have in common.
#![allow(dead_code)] // each target uses a part

use std::path::{Path, PathBuf};

use radsurv_image::{Mask, io};

/// Gives bytes to `read` as a file; the file is one per process, in the folder for temporary files.
pub fn as_file(extension: &str, bytes: &[u8], read: impl FnOnce(&Path)) {
    let path: PathBuf = std::env::temp_dir().join(format!("radsurv-fuzz-{}.{extension}", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    read(&path);
    std::fs::remove_file(&path).unwrap();
}

/// Reads a file in every way there is; what is read must agree with what the header is said to be.
pub fn read_all(path: &Path) {
    let info = io::read_info(path);
    let image = io::read(path);
    let mask = io::read_mask(path, 0);
    let last = info.as_ref().map_or(0, |i| i.channels.saturating_sub(1));
    let channel = io::read_channel(path, last);
    for volume in [image.as_ref().ok(), channel.as_ref().ok(), mask.as_ref().ok().map(Mask::as_volume)] {
        let Some(volume) = volume else { continue };
        let info = info.as_ref().expect("what can be read has a header");
        assert_eq!(volume.geometry(), &info.geometry);
        assert_eq!(volume.voxels().len(), volume.geometry().voxel_count());
    }
    for error in [info.err(), image.err(), mask.err(), channel.err()].into_iter().flatten() {
        assert!(!error.to_string().is_empty());
    }
}

/// Decoders of other crates may panic: the reader catches that and gives an error. libFuzzer's hook would end the process
/// before that; a panic that is not caught still does, and says nothing unless `RADSURV_PANICS` is set.
pub fn let_panics_be_caught() {
    let told = std::env::var_os("RADSURV_PANICS").is_some();
    std::panic::set_hook(Box::new(move |panic| {
        if told {
            eprintln!("{panic}");
        }
    }));
}
