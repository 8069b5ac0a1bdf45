//! Folders of DICOM files: the series in them, their slices in order, and that the names of the files have no say in it.
#![no_main]

mod support;

use std::path::Path;

use radsurv_image::io::{self, dicom};

/// The files that the input describes: a byte, and if it is even two bytes of length and so many of a file; if it is odd,
/// changes to a copy of an earlier file: their number, and for each its place (two bytes) and the new byte.
fn files(mut data: &[u8]) -> Vec<Vec<u8>> {
    let mut files: Vec<Vec<u8>> = Vec::new();
    while let Some((&kind, rest)) = data.split_first()
        && files.len() < 12
    {
        data = rest;
        if kind % 2 == 0 {
            let Some((&length, rest)) = data.split_first_chunk() else { break };
            let (file, rest) = rest.split_at(usize::from(u16::from_le_bytes(length)).min(rest.len()));
            files.push(file.to_vec());
            data = rest;
        } else if !files.is_empty() {
            let mut file = files[usize::from(kind / 2) % files.len()].clone();
            let Some((&changes, rest)) = data.split_first() else { break };
            data = rest;
            for _ in 0..changes % 32 {
                let Some((&[low, high, new], rest)) = data.split_first_chunk() else { break };
                let length = file.len().max(1);
                if let Some(byte) = file.get_mut(usize::from(u16::from_le_bytes([low, high])) % length) {
                    *byte = new;
                }
                data = rest;
            }
            files.push(file);
        }
    }
    files
}

/// The series of a folder with these files, as images.
fn read(folder: &Path, files: &[Vec<u8>], options: &dicom::ReadOptions) -> Vec<Option<radsurv_image::Volume>> {
    std::fs::create_dir(folder).unwrap();
    for (i, file) in files.iter().enumerate() {
        std::fs::write(folder.join(format!("{i:02}")), file).unwrap();
    }
    let mut scan = dicom::scan(folder).unwrap();
    // Their numbers decide the order, which files of one series that disagree are free to change.
    scan.series.sort_by(|a, b| (&a.uid, &a.modality).cmp(&(&b.uid, &b.modality)));
    assert!(scan.not_dicom + scan.unreadable.len() <= files.len());
    let images = scan.series.iter().map(|series| {
        assert!(!series.to_string().is_empty());
        let geometry = dicom::read_series_geometry(series, options);
        match dicom::read_series(series, options) {
            Ok(image) => {
                let geometry = geometry.expect("a series that can be read has a geometry");
                assert_eq!(image.volume.geometry(), &geometry.geometry);
                assert_eq!(geometry.slices.len(), geometry.geometry.size()[2]);
                image.notices.iter().for_each(|notice| assert!(!notice.to_string().is_empty()));
                Some(image.volume)
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                None
            }
        }
    });
    let images = images.collect();
    if let Ok(volumes) = dicom::read_by_b_value(&scan.series.iter().collect::<Vec<_>>(), options) {
        assert!(!volumes.is_empty());
    }
    if let Err(error) = io::read_info(folder) {
        assert!(!error.to_string().is_empty());
    }
    std::fs::remove_dir_all(folder).unwrap();
    images
}

libfuzzer_sys::fuzz_target!(init: support::let_panics_be_caught(), |data: &[u8]| {
    let Some((&flags, data)) = data.split_first() else { return };
    let mut files = files(data);
    let mut options = dicom::ReadOptions::default();
    options.accept_uneven = flags & 1 == 1;
    options.duplicates = match flags >> 1 & 3 {
        0 | 1 => dicom::Duplicates::Refuse,
        2 => dicom::Duplicates::KeepFirst,
        _ => dicom::Duplicates::KeepLast,
    };
    if flags & 8 == 8 {
        options.pet = dicom::PetValues::SuvBodyWeight;
    }
    let folder = std::env::temp_dir().join(format!("radsurv-fuzz-series-{}", std::process::id()));
    let images = read(&folder, &files, &options);
    if images.iter().any(Option::is_some) && options.duplicates == dicom::Duplicates::Refuse {
        files.reverse();
        assert!(read(&folder, &files, &options) == images, "other file names give another image");
    }
});
