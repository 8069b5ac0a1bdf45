//! Distances, rings and component counts against SimpleITK, and distances against brute force.

use crate::support::{Draw, SPACINGS, SplitMix64, boxes, golden, sha1};
use proptest::prelude::*;
use radsurv_image::morphology::{component_count, ring, signed_distance_mm};
use radsurv_image::{Geometry, IndexBox, Mask, Region};

const WIDTHS: [f64; 8] = [0.5, 1.0, 2.0, 2.5, 3.3, 5.0, 7.0, 10.0];

fn region(size: [usize; 3], spacing: [f64; 3], inside: &[bool]) -> Region {
    let grid = Geometry::new(size, spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
    Mask::from_bools(grid, inside).unwrap().region(1).unwrap()
}

/// The region as bytes 0 and 1 over the whole image.
fn bytes(region: &Region) -> Vec<u8> {
    let [nx, ny, nz] = region.geometry().size();
    (0..nx * ny * nz).map(|i| u8::from(region.contains([i % nx, i / nx % ny, i / nx / ny]))).collect()
}

#[test]
fn golden_distances_rings_and_components() {
    let golden = golden("distance");
    let cases = &golden.rows;
    assert!(cases.len() >= 100);
    for case in cases {
        let seed = case["seed"].as_u64().unwrap();
        let mut rng = SplitMix64::new(seed);
        let size = [(); 3].map(|()| rng.between(1, 24) as usize);
        let spacing = [(); 3].map(|()| rng.pick(&SPACINGS));
        let mut inside = boxes(&mut rng, size);
        let mm = rng.pick(&WIDTHS);
        if !inside.contains(&true) {
            inside[0] = true;
        }
        assert_eq!(case["mm"].as_f64().unwrap(), mm, "case {seed}");
        let region = region(size, spacing, &inside);
        assert_eq!(region.voxel_count() as u64, case["voxels"].as_u64().unwrap(), "case {seed}");
        assert_eq!(component_count(&region) as u64, case["components"].as_u64().unwrap(), "case {seed}");
        let full = region.geometry().full_box();
        let distance = signed_distance_mm(&region, &full).unwrap();
        let digest = sha1(distance.iter().flat_map(|d| d.to_le_bytes()));
        assert_eq!(digest, case["distance_sha1"].as_str().unwrap(), "case {seed}: size {size:?} spacing {spacing:?}");

        // A part of the map is a part of the map.
        let low = size.map(|n| rng.below(n as u64) as usize);
        let part = IndexBox { start: low, size: [0, 1, 2].map(|a| 1 + rng.below((size[a] - low[a]) as u64) as usize) };
        let cut = signed_distance_mm(&region, &part).unwrap();
        for (i, d) in cut.iter().enumerate() {
            let [px, py, _] = part.size;
            let at = [low[0] + i % px, low[1] + i / px % py, low[2] + i / px / py];
            assert_eq!(d.to_bits(), distance[region.geometry().offset(at)].to_bits(), "case {seed} at {at:?}");
        }

        let expected = case["ring_voxels"].as_u64().unwrap();
        match ring(&region, mm) {
            Ok(ring) => {
                assert_eq!(ring.voxel_count() as u64, expected, "case {seed}");
                assert_eq!(sha1(bytes(&ring)), case["ring_sha1"].as_str().unwrap(), "case {seed}");
            }
            Err(e) => assert_eq!(expected, 0, "case {seed}: {e}"),
        }
    }
}

#[test]
fn voxels_at_exactly_the_width_are_in_the_ring() {
    // 3-4-5 triangles and steps of 1 mm: many voxels lie at exactly 5 mm.
    let size = [15, 15, 15];
    let mut inside = vec![false; 15 * 15 * 15];
    inside[(7 * 15 + 7) * 15 + 7] = true;
    let r = ring(&region(size, [1.0; 3], &inside), 5.0).unwrap();
    let square = |i: usize| (i as i64 - 7).pow(2);
    let count =
        (0..3375).filter(|i| (1..=25).contains(&(square(i % 15) + square(i / 15 % 15) + square(i / 225)))).count();
    assert_eq!(r.voxel_count(), count);
    assert!(r.contains([7 + 3, 7, 7 + 4]) && r.contains([7, 12, 7]) && !r.contains([7 + 4, 7 + 3, 8]));
}

#[test]
fn impossible_rings_are_refused() {
    let all = region([3, 3, 3], [1.0; 3], &[true; 27]);
    assert!(ring(&all, 5.0).unwrap_err().to_string().contains("fill the image"));
    let mut one = [false; 27];
    one[13] = true;
    let one = region([3, 3, 3], [1.0; 3], &one);
    assert!(ring(&one, 0.5).unwrap_err().to_string().contains("thinner than a voxel"));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(ring(&one, bad).is_err());
    }
    assert_eq!(ring(&one, 1e300).unwrap().voxel_count(), 26);
}

proptest! {
    #[test]
    fn distance_is_that_of_brute_force(
        seed: u64,
        size in [1usize..9, 1..9, 1..9],
        spacing in [0usize..9, 0..9, 0..9],
    ) {
        let mut inside = boxes(&mut SplitMix64::new(seed), size);
        inside[0] = true;
        let spacing = spacing.map(|i| SPACINGS[i]);
        let region = region(size, spacing, &inside);
        let at = |i: usize| [i % size[0], i / size[0] % size[1], i / size[0] / size[1]];
        let neighbours = |a: [usize; 3], b: [usize; 3]| (0..3).all(|i| a[i].abs_diff(b[i]) <= 1);
        let border: Vec<[usize; 3]> = (0..inside.len())
            .filter(|&i| inside[i] && (0..inside.len()).any(|j| !inside[j] && neighbours(at(i), at(j))))
            .map(at)
            .collect();
        prop_assume!(!border.is_empty());
        let distance = signed_distance_mm(&region, &region.geometry().full_box()).unwrap();
        for (i, &d) in distance.iter().enumerate() {
            let squared = |b: &[usize; 3]| -> f64 {
                (0..3).map(|a| ((at(i)[a] as f64 - b[a] as f64) * spacing[a]).powi(2)).sum()
            };
            let nearest = border.iter().map(squared).fold(f64::INFINITY, f64::min).sqrt();
            let expected = if inside[i] { -nearest } else { nearest };
            // Single precision coordinates of up to 40 mm.
            prop_assert!((f64::from(d) - expected).abs() <= 2e-5, "{:?}: {d} against {expected}", at(i));
        }
    }

    #[test]
    fn the_ring_of_a_union_is_the_union_of_rings(seed: u64, mm in 1usize..8) {
        // With spacings of whole mm every distance is exact, and a border is nearer than what it encloses.
        let size = [12, 10, 9];
        let mut rng = SplitMix64::new(seed);
        let (a, b) = (boxes(&mut rng, size), boxes(&mut rng, size));
        prop_assume!(a.contains(&true) && b.contains(&true));
        let union: Vec<bool> = a.iter().zip(&b).map(|(a, b)| a | b).collect();
        let near = |inside: &[bool]| {
            let region = region(size, [1.0, 2.0, 3.0], inside);
            let ring = ring(&region, mm as f64).map(|r| bytes(&r)).unwrap_or(vec![0; inside.len()]);
            ring.iter().zip(inside).map(|(&r, &i)| r == 1 || i).collect::<Vec<bool>>()
        };
        let expected: Vec<bool> = near(&a).iter().zip(near(&b)).map(|(a, b)| a | b).collect();
        prop_assert_eq!(near(&union), expected);
    }
}
