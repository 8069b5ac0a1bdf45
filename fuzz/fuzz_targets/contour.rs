//! Contours of any corners on a small grid: all are accounted for, and neither the order of the contours nor the corner at
//! which one starts nor its direction changes anything.
#![no_main]

use radsurv_image::{Geometry, contour};

/// A coordinate: one in four is any float at all, the others are on a grid of eighths near the image.
fn coordinate(bytes: &[u8; 8]) -> f64 {
    if bytes[7] % 4 == 0 {
        f64::from_bits(u64::from_le_bytes(*bytes))
    } else {
        f64::from(i16::from_le_bytes([bytes[0], bytes[1] % 2])) / 8.0 - 8.0
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&[x, y, z, tilt], rest)) = data.split_first_chunk() else { return };
    let size = [x, y, z].map(|n| usize::from(n % 12) + 1);
    let (cos, sin) = if tilt % 2 == 0 { (1.0, 0.0) } else { (0.8, 0.6) };
    let direction = [[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]];
    let grid = Geometry::new(size, [0.75, 1.0, 2.0], [-1.0, 0.5, 0.0], direction).unwrap();
    // A contour ends at a corner whose first byte is 255.
    let mut contours: Vec<Vec<[f64; 3]>> = vec![Vec::new()];
    for corner in rest.as_chunks::<24>().0 {
        if corner[0] == 255 {
            contours.push(Vec::new());
        }
        let point = [0, 1, 2].map(|a| coordinate(corner[8 * a..8 * a + 8].try_into().unwrap()));
        contours.last_mut().unwrap().push(point);
    }
    let filled = contour::fill(&grid, &contours);
    assert_eq!(filled.inside.len(), grid.voxel_count());
    let known = filled.used + filled.outside + filled.between + filled.tilted + filled.degenerate + filled.repeated;
    assert_eq!(known, contours.len(), "{filled:?}");
    contours.reverse();
    for corners in &mut contours {
        corners.reverse();
        let shift = usize::from(tilt / 2) % corners.len().max(1);
        corners.rotate_left(shift);
    }
    assert_eq!(contour::fill(&grid, &contours), filled);
});
