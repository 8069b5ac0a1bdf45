//! The naive references against PyRadiomics 3.0.1 on the random cases of `reference/naive_check.py`.

use radsurv_testkit::golden::{Golden, number};
use radsurv_testkit::naive::{
    Named, Norm, angles::angles, discretise, first_order, glcm, gldm, glrlm, glszm, mesh, ngtdm, shape, shape2d,
};
use radsurv_testkit::splitmix::SplitMix64;
use serde_json::Value;

fn pick<T: Copy>(rng: &mut SplitMix64, from: &[T]) -> T {
    from[rng.below(from.len() as u64) as usize]
}

#[derive(Debug)]
enum Bins {
    Width(f64),
    Count(u32),
}

/// A case as `draw` of the script draws it; the order of draws matters.
#[derive(Debug)]
struct Case {
    size: [usize; 3],
    spacing: [f64; 3],
    values: Vec<f64>,
    mask: Vec<bool>,
    single: bool,
    bins: Bins,
    distances: Vec<u32>,
    plane: Option<usize>,
    symmetric: bool,
    weighting: Option<Norm>,
    alpha: u32,
    shift: f64,
}

fn draw(seed: u64) -> Case {
    let mut rng = SplitMix64::new(seed);
    let mut size = [0; 3].map(|_: usize| 1 + rng.below(9) as usize);
    let spacing = [0.0; 3].map(|_: f64| (1 + rng.below(12)) as f64 / 4.0);
    let span = pick(&mut rng, &[1, 2, 5, 40, 300, 2000]);
    let low = pick(&mut rng, &[0, -50, 20]);
    let kind = rng.below(4) as usize;
    let density = 2 + rng.below(7);
    let (mut whole, mut mask) = (Vec::new(), Vec::new());
    for _ in 0..size.iter().product() {
        whole.push(low + rng.below(span) as i64);
        mask.push(rng.below(8) < density);
    }
    if mask.iter().filter(|m| **m).count() < 2 {
        size = [2, 1, 1];
        (whole, mask) = (vec![low, low + span as i64], vec![true, true]);
    }
    let divisor = [1.0, 8.0, 10.0, 10.0][kind];
    let single = kind == 3;
    let values = whole.iter().map(|&w| w as f64 / divisor);
    let values = if single { values.map(|v| f64::from(v as f32)).collect() } else { values.collect() };
    let bins = if rng.below(3) == 0 {
        Bins::Count(1 + rng.below(40) as u32)
    } else {
        let width = pick(&mut rng, &[1.0, 2.5, 0.1, 25.0, 7.0]);
        Bins::Width(if span as f64 / divisor / width > 400.0 { 7.0 } else { width })
    };
    let distances = [vec![1], vec![2], vec![1, 2], vec![1, 3]][rng.below(4) as usize].clone();
    let in_plane = rng.below(3) == 0;
    let axis = rng.below(3) as usize;
    let symmetric = rng.below(3) > 0;
    let weighting = pick(
        &mut rng,
        &[None, None, Some(Norm::Infinity), Some(Norm::Euclidean), Some(Norm::Manhattan), Some(Norm::NoWeighting)],
    );
    let alpha = rng.below(3) as u32;
    let shift = 10.0 * rng.below(3) as f64;
    let plane = in_plane.then_some(axis);
    Case { size, spacing, values, mask, single, bins, distances, plane, symmetric, weighting, alpha, shift }
}

fn features(case: &Case) -> Vec<(String, f64)> {
    let Case { size, spacing, distances, plane, .. } = case;
    let (size, plane) = (*size, *plane);
    let inside = discretise::inside(&case.values, &case.mask);
    let edges = match case.bins {
        Bins::Width(width) => discretise::width_edges(&inside, width),
        Bins::Count(count) => discretise::count_edges(&inside, count, case.single),
    };
    let levels = discretise::levels(&case.values, &case.mask, &edges);
    let level_list: Vec<u32> = levels.iter().copied().filter(|&l| l > 0).collect();
    let weighting = case.weighting.map(|norm| (norm, *spacing));
    let glcm = glcm::matrix(size, &levels, distances, plane);
    let glrlm = glrlm::matrix(size, &levels, plane);
    let glszm = glszm::matrix(size, &levels, plane);
    let gldm = gldm::matrix(size, &levels, distances, plane, case.alpha);
    let ngtdm = ngtdm::matrix(size, &levels, distances, plane);
    let classes: [(&str, Vec<Named>); 7] = [
        ("firstorder", first_order::features(&inside, &level_list, case.shift, spacing.iter().product())),
        ("glcm", glcm.features(case.symmetric, weighting)),
        ("glrlm", glrlm::features(&glrlm, weighting)),
        ("glszm", glszm::features(&glszm)),
        ("gldm", gldm::features(&gldm)),
        ("ngtdm", ngtdm::features(&ngtdm)),
        ("shape", shape::features(size, &case.mask, *spacing)),
    ];
    classes.iter().flat_map(|(class, all)| all.iter().map(move |(f, v)| (format!("{class}_{f}"), *v))).collect()
}

fn golden() -> Golden {
    Golden::read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/naive.jsonl.gz")).unwrap()
}

fn rows<'a>(golden: &'a Golden, kind: &str) -> impl Iterator<Item = &'a Value> {
    golden.rows.iter().filter(move |row| row["kind"] == kind)
}

/// Whether a value equals the reference's to 1e-10 of it (of 0.01 if it is smaller), or neither is a number.
fn close(value: f64, reference: f64) -> bool {
    (value - reference).abs() <= 1e-10 * reference.abs().max(1e-2) || value.is_nan() && reference.is_nan()
}

#[test]
fn features_of_volumes() {
    let golden = golden();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for case in rows(&golden, "volume") {
        let seed = case["seed"].as_u64().unwrap();
        let drawn = draw(seed);
        let found = features(&drawn);
        let expected = case["features"].as_object().unwrap();
        for (name, value) in found {
            let class = name.split('_').next().unwrap();
            // PyRadiomics fails in a class whose distances leave no angle in the grid.
            let distances = if class == "glrlm" || class == "glszm" { &[1][..] } else { &drawn.distances };
            let defined = ["firstorder", "shape"].contains(&class)
                || !angles(drawn.size, distances, drawn.plane, true).is_empty();
            assert_eq!(expected.contains_key(&name), defined, "seed {seed} {name}");
            compared += usize::from(defined);
            // The extent of a flat region across its plane is the root of rounding noise in the covariance.
            let extent = ["AxisLength", "Elongation", "Flatness"].iter().any(|part| name.ends_with(part));
            let nothing = extent && value < 1e-6 && number(&expected[&name]).unwrap() < 1e-6;
            if defined && !nothing && !close(value, number(&expected[&name]).unwrap()) {
                wrong.push(format!("seed {seed} {name}: {value} {}", expected[&name]));
            }
        }
    }
    assert!(compared > 7000, "{compared}");
    assert!(wrong.is_empty(), "{}\n{} differ", wrong.join("\n"), wrong.len());
}

#[test]
fn features_of_planes() {
    let golden = golden();
    let mut compared = 0;
    for case in rows(&golden, "plane") {
        let mut rng = SplitMix64::new(case["seed"].as_u64().unwrap());
        let size = [0; 2].map(|_: usize| 1 + rng.below(12) as usize);
        let spacing = [0.0; 2].map(|_: f64| (1 + rng.below(12)) as f64 / 4.0);
        let density = 2 + rng.below(7);
        let mut mask: Vec<bool> = (0..size[0] * size[1]).map(|_| rng.below(8) < density).collect();
        mask[0] = true;
        let found = shape2d::Plane { size, mask: &mask, spacing }.features();
        assert_eq!(found.len(), case["features"].as_object().unwrap().len());
        for (name, value) in found {
            let reference = number(&case["features"][format!("shape2D_{name}")]).unwrap();
            compared += 1;
            assert!(close(value, reference), "{} {name}: {value} {reference}", case["seed"]);
        }
    }
    assert_eq!(compared, 320);
}

#[test]
fn every_cell_of_the_mesh() {
    let spacings = [[1.0, 1.0, 1.0], [2.25, 0.75, 1.5], [0.5, 1.75, 0.75]];
    let golden = golden();
    let cells = golden.header["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 256);
    for (corners, row) in cells.iter().enumerate() {
        for (k, spacing) in spacings.into_iter().enumerate() {
            let (triangles, inverse) = mesh::cell(corners as u8);
            let placed: Vec<_> = triangles.iter().map(|t| mesh::place(t, [0.0; 3], spacing)).collect();
            let area: f64 = placed.iter().map(mesh::area).sum();
            let volume: f64 = placed.iter().map(mesh::volume).sum::<f64>() * if inverse { -1.0 } else { 1.0 };
            assert!(close(area, number(&row[2 * k]).unwrap()), "{corners} {spacing:?} area {area} {}", row[2 * k]);
            assert!(
                close(volume, number(&row[2 * k + 1]).unwrap()),
                "{corners} {spacing:?} volume {volume} {}",
                row[2 * k + 1]
            );
        }
    }
}
