//! DICOM of real patients and samples of other projects against pydicom and SimpleITK: run with `--ignored`, and
//! RADSURV_DATA set to the folder of real images. The values are made by reference/make_dicom.py.

use std::path::PathBuf;

use crate::support::{golden, sha1, triple};
use radsurv_image::io::dicom::{self, DicomImage, Notice, Object, PetValues, ReadOptions, SeriesChoice};
use radsurv_image::{Volume, Voxels, with_voxels};
use radsurv_testkit::data;
use serde_json::Value;

fn path(name: &str) -> PathBuf {
    data::folder().unwrap().join(name)
}

fn rows(kind: &str) -> Vec<Value> {
    golden("dicom").rows.into_iter().filter(|row| row["kind"] == kind).collect()
}

fn read(name: &str) -> DicomImage {
    dicom::read(path(name), &SeriesChoice::Only, &ReadOptions::default()).unwrap()
}

/// Compares values with a row: type, number, sum, checksum.
fn same_values(voxels: &Voxels, row: &Value) {
    let name = row["path"].as_str().unwrap();
    assert_eq!(voxels.voxel_type().name(), row["type"].as_str().unwrap(), "{name}");
    assert_eq!(voxels.len() as u64, row["count"].as_u64().unwrap(), "{name}");
    for (at, value) in row["at"].as_array().unwrap().iter().zip(row["values"].as_array().unwrap()) {
        assert_eq!(voxels.get(at.as_u64().unwrap() as usize), value.as_f64().unwrap(), "{name} at {at}");
    }
    let found = with_voxels!(voxels, values => sha1(values.iter().flat_map(|v| v.to_le_bytes())));
    assert_eq!(found, row["sha1"].as_str().unwrap(), "{name}");
}

fn joined(frames: Vec<Voxels>) -> Voxels {
    let mut frames = frames.into_iter();
    let mut all = frames.next().unwrap();
    for frame in frames {
        match (&mut all, frame) {
            (Voxels::U8(a), Voxels::U8(b)) => a.extend(b),
            (Voxels::I8(a), Voxels::I8(b)) => a.extend(b),
            (Voxels::U16(a), Voxels::U16(b)) => a.extend(b),
            (Voxels::I16(a), Voxels::I16(b)) => a.extend(b),
            other => panic!("{other:?}"),
        }
    }
    all
}

#[test]
#[ignore = "needs real images"]
fn stored_pixels_are_those_of_pydicom() {
    let mut compared = 0;
    for row in rows("pixels") {
        let name = row["path"].as_str().unwrap();
        if row.get("error").is_some() {
            continue;
        }
        same_values(&joined(Object::open(path(name)).unwrap().frames().unwrap()), &row);
        compared += 1;
    }
    assert!(compared >= 70, "{compared}");
    // Three that pydicom has no decoder for, or takes for damaged, are copies of one that it reads.
    let samples = "dicom_samples/pydicom-data";
    let liver = joined(Object::open(path(&format!("{samples}/liver.dcm"))).unwrap().frames().unwrap());
    for name in ["liver_deflate", "liver_rle", "liver_j2k"] {
        let object = Object::open(path(&format!("{samples}/{name}.dcm"))).unwrap();
        assert_eq!(joined(object.frames().unwrap()), liver, "{name}");
    }
}

#[test]
#[ignore = "needs real images"]
fn series_are_those_of_simpleitk() {
    let mut compared = 0;
    for row in rows("series") {
        let image = read(row["path"].as_str().unwrap());
        same_geometry(&image.volume, &row);
        same_values(image.volume.voxels(), &row);
        compared += 1;
    }
    assert_eq!(compared, 7);
}

fn same_geometry(volume: &Volume, row: &Value) {
    let name = row["path"].as_str().unwrap();
    let grid = volume.geometry();
    assert_eq!(grid.size().map(|n| n as f64), triple(&row["size"]), "{name}");
    assert_eq!(grid.spacing_mm(), triple(&row["spacing"]), "{name}");
    assert_eq!(grid.origin_mm(), triple(&row["origin"]), "{name}");
    let direction: Vec<f64> = row["direction"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    assert_eq!(grid.direction().as_flattened(), direction, "{name}");
}

#[test]
#[ignore = "needs real images"]
fn single_files_are_those_of_simpleitk() {
    for row in rows("file") {
        let name = row["path"].as_str().unwrap();
        let image = read(name);
        if name.ends_with("eCT_Supplemental.dcm") {
            // SimpleITK keeps the frames in the order of the file, against the direction that it gives: its second slice
            // is placed at z = -169 mm where the frame says -149 mm. Here the frames are sorted.
            assert_eq!(image.volume.geometry().origin_mm(), [99.5, -301.5, -149.0]);
            assert_eq!(image.volume.geometry().index_to_point([0.0, 0.0, 1.0]), [99.5, -301.5, -159.0]);
            continue;
        }
        if name.ends_with("693_J2KR.dcm") {
            // SimpleITK takes the 14 bits of the JPEG 2000 stream for the type, where the header says 16.
            assert_eq!((image.volume.voxel_type().name(), row["type"].as_str()), ("int32", Some("int16")));
            assert_eq!(image.volume.to_f64(), read("dicom_samples/pydicom-data/693_UNCR.dcm").volume.to_f64());
            continue;
        }
        same_values(image.volume.voxels(), &row);
        // SimpleITK has no spacing for a single slice without Spacing Between Slices, except that of its own making.
        let mut row = row.clone();
        if let Some(Notice::SingleSlice { spacing_mm, .. }) = image.notices.first() {
            println!("{name}: one slice, spacing {spacing_mm}, SimpleITK {}", row["spacing"][2]);
            row["spacing"][2] = Value::from(*spacing_mm);
        }
        same_geometry(&image.volume, &row);
    }
}

/// The NIfTI files hold the same voxels at the same place, up to the single precision in which NIfTI keeps spacing and
/// origin: these DICOM series are corrected, normalised and cropped already.
#[test]
#[ignore = "needs real images"]
fn series_lie_where_their_nifti_copies_lie() {
    for patient in ["STS_002", "STS_003"] {
        let series = read(&format!("sts_dicom/{patient}/MR_T1/image"));
        let nifti = radsurv_image::io::read(path(&format!("sts/{patient}/MR_T1_image.nii.gz"))).unwrap();
        let (a, b) = (series.volume.geometry(), nifti.geometry());
        let first = a.point_to_index(b.origin_mm());
        println!("{patient}: DICOM {:?} {:?}, NIfTI {:?} {:?}", a.size(), a.spacing_mm(), b.size(), b.spacing_mm());
        println!("  the NIfTI begins at voxel {first:?} of the DICOM");
        let at = first.map(|c| c.round());
        assert!((0..3).all(|k| (first[k] - at[k]).abs() < 1e-3), "{first:?}");
        let mut worst = 0.0f64;
        let mut n = 0;
        for index in b.full_box().indices() {
            let in_a = [0, 1, 2].map(|k| index[k] as i64 + at[k] as i64);
            if (0..3).all(|k| in_a[k] >= 0 && (in_a[k] as usize) < a.size()[k]) {
                let x = series.volume.get(in_a.map(|i| i as usize));
                let y = nifti.get(index);
                worst = worst.max((x - y).abs());
                n += 1;
            }
        }
        println!("  {n} voxels of {} in common, largest difference {worst}", b.voxel_count());
        assert_eq!((n, worst), (a.voxel_count(), 0.0), "{patient}");
        assert_eq!(a.size(), b.size());
    }
}

#[test]
#[ignore = "needs real images"]
fn the_pet_series_is_suv_already() {
    let options = ReadOptions { pet: PetValues::SuvBodyWeight, ..ReadOptions::default() };
    // Its units are GML, of type BW.
    let found = dicom::read(path("sts_dicom/STS_003/PET/image"), &SeriesChoice::Only, &options).unwrap();
    assert_eq!(found.volume, read("sts_dicom/STS_003/PET/image").volume);
}
