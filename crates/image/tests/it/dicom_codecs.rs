//! Compressed pixels against the codecs that reference/make_dicom.py ran: OpenJPEG, CharLS, libjpeg.

use crate::support::dicom::{PIXELS, Set, encapsulated};
use crate::support::{bytes, golden};
use radsurv_image::Voxels;
use radsurv_image::io::dicom::Object;
use serde_json::Value;

fn object(row: &Value, size: [u16; 2]) -> Set {
    let stored = row["stored"].as_u64().unwrap() as u16;
    Set::default()
        .short((0x28, 0x02), 1)
        .text((0x28, 0x04), "CS", "MONOCHROME2")
        .short((0x28, 0x10), size[1])
        .short((0x28, 0x11), size[0])
        .short((0x28, 0x100), if stored <= 8 { 8 } else { 16 })
        .short((0x28, 0x101), stored)
        .short((0x28, 0x102), stored - 1)
        .short((0x28, 0x103), u16::from(row["signed"].as_bool().unwrap()))
}

fn rows() -> Vec<Value> {
    golden("dicom").rows.into_iter().filter(|row| row["kind"] == "codec").collect()
}

fn decode(set: &Set, row: &Value, fragments: &[&[u8]]) -> radsurv_image::Result<Vec<Voxels>> {
    Object::from_bytes(&set.file_with(row["syntax"].as_str().unwrap(), &encapsulated(fragments)))?.frames()
}

#[test]
fn pictures_are_those_of_the_reference_codecs() {
    let rows = rows();
    assert!(rows.len() >= 25, "{}", rows.len());
    for row in &rows {
        let found = decode(&object(row, [33, 32]), row, &[&bytes(&row["data"])]).unwrap();
        let expected: Vec<f64> = row["values"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        assert_eq!(found[0].len(), expected.len());
        let worst = expected.iter().enumerate().map(|(i, v)| (found[0].get(i) - v).abs()).fold(0.0, f64::max);
        // Lossless pictures and JPEG-LS are defined to the bit; the transforms of lossy JPEG and JPEG 2000 are not, and
        // round to the neighbouring grey in single pixels.
        let allowed = if row["exact"].as_bool().unwrap() { 0.0 } else { 1.0 };
        let what = format!("{} {} bits signed {}", row["syntax"], row["stored"], row["signed"]);
        println!("{what}: worst {worst}");
        assert!(worst <= allowed, "{what}: {worst}");
    }
}

#[test]
fn frames_in_several_fragments_are_put_together() {
    for row in rows().iter().filter(|r| r["syntax"].as_str().unwrap().ends_with(".90")).take(1) {
        let data = bytes(&row["data"]);
        let set = object(row, [33, 32]).text((0x28, 0x08), "IS", 2);
        let half = data.len() / 4 * 2;
        let frames = decode(&set, row, &[&data, &data[..half], &data[half..]]).unwrap();
        assert_eq!(frames[0], frames[1]);
    }
}

/// Cut or changed data give an error or another picture, never a panic or a wrong size.
#[test]
fn damaged_pictures_do_no_harm() {
    for row in rows() {
        let data = bytes(&row["data"]);
        let set = object(&row, [33, 32]);
        assert!(decode(&object(&row, [33, 31]), &row, &[&data]).is_err());
        assert!(decode(&object(&row, [65535, 65535]), &row, &[&data]).is_err());
        for at in (0..data.len()).step_by(data.len() / 16 + 1) {
            let _ = decode(&set, &row, &[&data[..at]]);
            let mut changed = data.clone();
            changed[at] ^= 0x55;
            if let Ok(frames) = decode(&set, &row, &[&changed]) {
                assert_eq!(frames[0].len(), 33 * 32);
            }
        }
    }
}

#[test]
fn run_length_and_deflated_frames() {
    use std::io::Write;

    let row = serde_json::json!({"stored": 16, "signed": true, "syntax": "1.2.840.10008.1.2.5"});
    let set = object(&row, [3, 1]);
    let mut rle = vec![2, 0, 0, 0, 64, 0, 0, 0, 68, 0, 0, 0];
    rle.resize(64, 0);
    rle.extend([0xff, 0x7f, 0, 0xff]); // high bytes 7f 7f ff
    rle.extend([2, 1, 2, 3]);
    assert_eq!(decode(&set, &row, &[&rle]).unwrap(), [Voxels::I16(vec![0x7f01, 0x7f02, -253])]);

    let deflated = |bytes: &[u8]| {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), Default::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let row = serde_json::json!({"stored": 16, "signed": false, "syntax": "1.2.840.10008.1.2.8.1"});
    let frame = deflated(&[1, 0, 2, 0, 3, 1]);
    assert_eq!(decode(&object(&row, [3, 1]), &row, &[&frame]).unwrap(), [Voxels::U16(vec![1, 2, 259])]);
    assert!(decode(&object(&row, [4, 1]), &row, &[&frame]).is_err());

    // A whole data set that is deflated.
    let set = object(&row, [3, 1]).raw(PIXELS, "OW", [5, 0, 6, 0, 7, 0]);
    let file = Set::default().file_with("1.2.840.10008.1.2.1.99", &deflated(&set.bytes()));
    assert_eq!(Object::from_bytes(&file).unwrap().frames().unwrap(), [Voxels::U16(vec![5, 6, 7])]);
}

/// Headers of a few hundred bytes that ask the JPEG 2000 decoder for gigabytes: tiles, components or precincts beyond what
/// the bytes can hold are told before it allocates for them.
#[test]
fn jpeg_2000_headers_cannot_ask_for_more_than_their_bytes_can_hold() {
    const SIDE: u32 = 4096;
    let rows = rows();
    let row = rows.iter().find(|r| r["syntax"].as_str().unwrap().ends_with(".90")).unwrap();
    let set = object(row, [SIDE as u16, SIDE as u16]);
    // Behind SOC and SIZ: the size of the picture at 8, of the tiles at 24, the components at 40.
    let sized = |tile: u32| {
        let mut data = bytes(&row["data"]);
        data[8..16].copy_from_slice(&[SIDE.to_be_bytes(), SIDE.to_be_bytes()].concat());
        data[24..32].copy_from_slice(&[tile.to_be_bytes(), tile.to_be_bytes()].concat());
        data
    };
    let tiles = sized(1);
    let mut components = sized(SIDE);
    let one = components[42..45].to_vec();
    components[4..6].copy_from_slice(&(38 + 3 * 200u16).to_be_bytes());
    components[40..42].copy_from_slice(&200u16.to_be_bytes());
    components.splice(45..45, one.repeat(199));
    let mut precincts = sized(SIDE);
    let cod = precincts.windows(2).position(|w| w == [0xff, 0x52]).unwrap();
    let levels = precincts[cod + 9];
    precincts[cod + 3] += levels + 1;
    precincts[cod + 4] |= 1;
    precincts.splice(cod + 14..cod + 14, [vec![0], vec![0x11; levels.into()]].concat());
    for (data, word) in [(tiles, "tiles"), (components, "200 components"), (precincts, "precincts")] {
        let mut data = data;
        data.resize(data.len().next_multiple_of(2), 0);
        let error = decode(&set, row, &[&data]).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

/// Every frame is plausible by itself: 2048 x 2048 pixels without anything in them take JPEG-LS a bit per line. Hundreds of
/// them would be gigabytes from some kilobytes.
#[test]
fn many_tiny_frames_cannot_ask_for_any_amount_of_memory() {
    const SIDE: u16 = 2048;
    const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";
    let [high, low] = SIDE.to_be_bytes();
    let mut picture = vec![0xff, 0xd8, 0xff, 0xf7, 0, 11, 8, high, low, high, low, 1, 1, 0x11, 0];
    picture.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0]);
    // Runs to the end of the line, all bits 1: behind such a byte one has seven bits.
    picture.extend([0xff, 0x7f].repeat(160));
    picture.extend([0xff, 0xd9]);
    let slice = |z: usize| {
        let set = crate::support::dicom::slice("1.2.3.4", z as i64, [0.0, 0.0, z as f64], &[]).without(PIXELS);
        let set = set.short((0x28, 0x10), SIDE).short((0x28, 0x11), SIDE).short((0x28, 0x100), 8);
        set.short((0x28, 0x101), 8).short((0x28, 0x102), 7).short((0x28, 0x103), 0)
    };
    let object = |frames: usize| {
        let set = slice(0).text((0x28, 0x08), "IS", frames);
        Object::from_bytes(&set.file_with(JPEG_LS, &encapsulated(&vec![picture.as_slice(); frames]))).unwrap().frames()
    };
    let few = object(2).unwrap();
    assert_eq!(few.len(), 2);
    assert!(few.iter().all(|frame| *frame == Voxels::from(vec![0u8; usize::from(SIDE) * usize::from(SIDE)])));
    let message = object(200).unwrap_err().to_string();
    assert!(message.contains("too few for 200 frames of 2048 x 2048"), "{message}");
    // The same in as many files.
    let folder = tempfile::tempdir().unwrap();
    for z in 0..200 {
        let file = slice(z).file_with(JPEG_LS, &encapsulated(&[&picture]));
        std::fs::write(folder.path().join(format!("{z}.dcm")), file).unwrap();
    }
    let message = radsurv_image::io::read(folder.path()).unwrap_err().to_string();
    assert!(message.contains("too few for 200 frames of 2048 x 2048"), "{message}");
}
