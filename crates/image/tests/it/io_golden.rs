//! What `io` reads against what SimpleITK reads, from golden files made by reference/image_io.py.

use std::path::Path;

use radsurv_image::{Volume, io, with_voxels};
use radsurv_testkit::golden::{Golden, base64};
use serde_json::Value;
use sha1::{Digest, Sha1};

fn golden() -> Golden {
    Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/image_io.jsonl.gz")).unwrap()
}

fn numbers(row: &Value, key: &str) -> Vec<f64> {
    row[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn sha1(image: &Volume) -> String {
    let mut bytes = Vec::new();
    with_voxels!(image.voxels(), values => values.iter().for_each(|v| bytes.extend_from_slice(&v.to_le_bytes())));
    Sha1::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Compares the image in a file with a golden row; the difference, if there is one.
fn compare(path: &Path, row: &Value) -> Result<(), String> {
    let info = io::read_info(path);
    if row.get("error").is_some() {
        return match info.and_then(|_| io::read(path).map(|_| ())) {
            Ok(()) => Err("SimpleITK refuses it".to_string()),
            Err(_) => Ok(()),
        };
    }
    let info = info.map_err(|e| e.to_string())?;
    let hashes: Vec<&str> = row["sha1"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    if info.channels != hashes.len() {
        return Err(format!("{} channels, not {}", info.channels, hashes.len()));
    }
    for (channel, hash) in hashes.iter().enumerate() {
        let image = if channel == 0 && info.channels == 1 { io::read(path) } else { io::read_channel(path, channel) };
        let image = image.map_err(|e| e.to_string())?;
        let g = image.geometry();
        if *g != info.geometry || image.voxel_type() != info.voxel_type {
            return Err("read and read_info differ".to_string());
        }
        if image.voxel_type().name() != row["type"].as_str().unwrap() {
            return Err(format!("type {}, not {}", image.voxel_type().name(), row["type"]));
        }
        let n = row["size"].as_array().unwrap().len();
        let size: Vec<f64> = g.size()[..n].iter().map(|&s| s as f64).collect();
        if g.dimension() != n || size != numbers(row, "size") {
            return Err(format!("size {size:?}, not {}", row["size"]));
        }
        let direction: Vec<f64> = (0..n).flat_map(|r| g.direction()[r][..n].to_vec()).collect();
        let ours = [
            ("spacing", g.spacing_mm()[..n].to_vec()),
            ("origin", g.origin_mm()[..n].to_vec()),
            ("direction", direction),
        ];
        for (key, ours) in ours {
            for (a, b) in ours.iter().zip(numbers(row, key)) {
                if (a - b).abs() > 1e-12 * b.abs().max(1.0) {
                    return Err(format!("{key} {ours:?}, not {}", row[key]));
                }
            }
        }
        // What SimpleITK reads as 0 in NIfTI, before scaling, stays what it is here, to be refused where it matters.
        let mut image = image;
        if info.format == io::Format::Nifti && image.non_finite_count() > 0 {
            let read_as = |zero: f64| {
                let mut other = image.clone();
                other.replace_non_finite(zero);
                other
            };
            // The intercepts that the script draws.
            image = [0.0, -3.0, 7.0, 5.0].map(read_as).into_iter().find(|i| sha1(i) == *hash).unwrap_or(image);
        }
        if sha1(&image) != *hash {
            return Err(format!("the values of channel {channel} differ"));
        }
    }
    Ok(())
}

#[test]
fn random_headers_read_as_simpleitk_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let golden = golden();
    let mut failures = Vec::new();
    let mut count = 0;
    for row in golden.rows.iter().filter(|row| row.get("read").is_some()) {
        count += 1;
        for (name, content) in row["files"].as_object().unwrap() {
            std::fs::write(folder.path().join(name), base64(content.as_str().unwrap()).unwrap()).unwrap();
        }
        let name = row["read"].as_str().unwrap();
        if let Err(what) = compare(&folder.path().join(name), row) {
            failures.push(format!("{name}: {what}"));
        }
    }
    assert_eq!(count, 360);
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
#[ignore = "needs the folder of real images"]
fn real_images_read_as_simpleitk_reads_them() {
    let data = radsurv_testkit::data::folder().unwrap();
    let golden = golden();
    let mut failures = Vec::new();
    let mut count = 0;
    for row in &golden.rows {
        let Some(name) = row.get("real").and_then(Value::as_str) else { continue };
        count += 1;
        if let Err(what) = compare(&data.join(name), row) {
            failures.push(format!("{name}: {what}"));
        }
    }
    assert!(count > 100);
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}
