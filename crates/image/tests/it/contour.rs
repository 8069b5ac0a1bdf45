//! Filling of contours against a naive point-in-polygon test, and what must hold for any contour.

use proptest::prelude::*;
use radsurv_image::contour::{Filled, fill};
use radsurv_image::{Geometry, IndexBox};
use radsurv_testkit::splitmix::SplitMix64;

type Polygon = Vec<[f64; 3]>;

fn grid(size: [usize; 3]) -> Geometry {
    Geometry::new(size, [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap()
}

fn count(filled: &Filled) -> usize {
    filled.inside.iter().filter(|&&inside| inside).count()
}

/// A box of x, y in the plane z.
fn square(low: [f64; 2], high: [f64; 2], z: f64) -> Polygon {
    vec![[low[0], low[1], z], [high[0], low[1], z], [high[0], high[1], z], [low[0], high[1], z]]
}

/// Even-odd by the crossings of a ray towards smaller x, edge by edge, with the rule for edges written out: an edge
/// belongs to the rows `low <= y < high`, and a crossing counts if it is at the point or left of it.
fn naive(polygons: &[Polygon], x: f64, y: f64) -> bool {
    let mut crossings = 0;
    for polygon in polygons {
        for i in 0..polygon.len() {
            let ([ax, ay, _], [bx, by, _]) = (polygon[i], polygon[(i + 1) % polygon.len()]);
            let ((lx, ly), (hx, hy)) = if ay < by { ((ax, ay), (bx, by)) } else { ((bx, by), (ax, ay)) };
            if ly <= y && y < hy && lx + (y - ly) * (hx - lx) / (hy - ly) <= x {
                crossings += 1;
            }
        }
    }
    crossings % 2 == 1
}

fn naive_slice(polygons: &[Polygon], size: [usize; 3], z: usize) -> Vec<bool> {
    let grid = grid(size);
    let slice = IndexBox { start: [0, 0, z], size: [size[0], size[1], 1] };
    let mut inside = vec![false; size.iter().product()];
    for index in slice.indices() {
        inside[grid.offset(index)] = naive(polygons, index[0] as f64, index[1] as f64);
    }
    inside
}

#[test]
fn squares_holes_islands_and_several_pieces() {
    let grid = grid([20, 20, 3]);
    let outer = square([1.5, 1.5], [15.5, 15.5], 1.0);
    let hole = square([3.5, 3.5], [12.5, 12.5], 1.0);
    let island = square([6.5, 6.5], [9.5, 9.5], 1.0);
    let piece = square([16.5, 16.5], [18.5, 18.5], 1.0);
    let filled = fill(&grid, std::slice::from_ref(&outer));
    assert_eq!((count(&filled), filled.used), (14 * 14, 1));
    let filled = fill(&grid, &[outer.clone(), hole.clone(), island.clone(), piece.clone()]);
    assert_eq!(count(&filled), 14 * 14 - 81 + 9 + 4);
    assert_eq!(filled.inside, naive_slice(&[outer, hole, island, piece], [20, 20, 3], 1));
    assert_eq!((filled.used, filled.outside, filled.clipped, filled.gaps), (4, 0, 0, 0));
}

#[test]
fn a_keyhole_is_a_hole() {
    // Outer border, a channel in, the hole the other way round, and the same channel out.
    let keyhole = |channel: f64| {
        vec![
            [1.5, 1.5, 0.0],
            [channel, 1.5, 0.0],
            [channel, 4.5, 0.0],
            [4.5, 4.5, 0.0],
            [4.5, 7.5, 0.0],
            [7.5, 7.5, 0.0],
            [7.5, 4.5, 0.0],
            [channel, 4.5, 0.0],
            [channel, 1.5, 0.0],
            [10.5, 1.5, 0.0],
            [10.5, 10.5, 0.0],
            [1.5, 10.5, 0.0],
        ]
    };
    let grid = grid([12, 12, 1]);
    let apart = fill(&grid, &[square([1.5, 1.5], [10.5, 10.5], 0.0), square([4.5, 4.5], [7.5, 7.5], 0.0)]);
    // Through pixel centres or between them.
    for channel in [6.0, 5.5, 5.75] {
        assert_eq!(fill(&grid, &[keyhole(channel)]).inside, apart.inside, "{channel}");
    }
    assert_eq!(count(&apart), 81 - 9);
}

#[test]
fn centres_on_an_edge_belong_to_the_low_side() {
    let grid = grid([8, 8, 1]);
    let filled = fill(&grid, &[square([2.0, 3.0], [5.0, 6.0], 0.0)]);
    for index in grid.full_box().indices() {
        let expected = (2..5).contains(&index[0]) && (3..6).contains(&index[1]);
        assert_eq!(filled.inside[grid.offset(index)], expected, "{index:?}");
    }
    // A diagonal through centres: neighbours share it, and each centre on it is in just one of them.
    let below = vec![[1.0, 1.0, 0.0], [6.0, 6.0, 0.0], [1.0, 6.0, 0.0]];
    let above = vec![[1.0, 1.0, 0.0], [6.0, 1.0, 0.0], [6.0, 6.0, 0.0]];
    let (below, above) = (fill(&grid, &[below]), fill(&grid, &[above]));
    let whole = fill(&grid, &[square([1.0, 1.0], [6.0, 6.0], 0.0)]);
    assert!(below.inside.iter().zip(&above.inside).all(|(a, b)| !(a & b)));
    assert_eq!(count(&below) + count(&above), count(&whole));
}

#[test]
fn oblique_slices_and_uneven_voxels() {
    // Direction cosines that are exact in binary would hide errors: a rotation about two axes.
    let (c, s, d, t) = (0.8f64, 0.6f64, 12.0 / 13.0, 5.0 / 13.0);
    let direction = [[c, -s * d, s * t], [s, c * d, -c * t], [0.0, t, d]];
    let oblique = Geometry::new([20, 16, 5], [0.7, 1.3, 4.0], [-31.7, 12.9, -803.1], direction).unwrap();
    let mut rng = SplitMix64::new(5);
    let (mut found, mut undecided) = (0, 0);
    for _ in 0..20 {
        let mut corner = || [rng.below(200) as f64 / 10.0 + 0.03, rng.below(160) as f64 / 10.0 + 0.03, 3.0];
        let polygon: Polygon = (0..9).map(|_| corner()).collect();
        // Written with three digits, as files have it.
        let in_mm: Polygon =
            polygon.iter().map(|&p| oblique.index_to_point(p).map(|x| (x * 1000.0).round() / 1000.0)).collect();
        let filled = fill(&oblique, &[in_mm]);
        found += count(&filled);
        // An edge that passes a centre by less than the rounding (0.0005 mm in voxels of 0.7 mm) may fall either way.
        let near = |x: f64, y: f64| {
            let polygon = std::slice::from_ref(&polygon);
            [[-0.002, 0.0], [0.002, 0.0], [0.0, -0.002], [0.0, 0.002]]
                .iter()
                .any(|[dx, dy]| naive(polygon, x + dx, y + dy) != naive(polygon, x, y))
        };
        for index in oblique.full_box().indices() {
            let [x, y, z] = index.map(|i| i as f64);
            let expected = index[2] == 3 && naive(std::slice::from_ref(&polygon), x, y);
            let inside = filled.inside[oblique.offset(index)];
            if inside != expected {
                assert!(z == 3.0 && near(x, y), "{index:?}");
                undecided += 1;
            }
        }
    }
    // Few are: on this raster of tenths, edges at 45 degrees pass through centres.
    assert!(undecided < 10, "{undecided}");
    assert!(found > 1000, "{found}");
}

#[test]
fn slices_are_found_by_position() {
    let grid = Geometry::new([6, 6, 4], [1.0, 1.0, 3.0], [0.0, 0.0, 10.0], Geometry::IDENTITY).unwrap();
    let at = |z: f64| square([0.5, 0.5], [3.5, 3.5], z);
    let slices = |filled: &Filled| -> Vec<usize> {
        (0..4).filter(|z| filled.inside[z * 36..(z + 1) * 36].contains(&true)).collect()
    };
    // Half a spacing either way; exactly half way goes up.
    for (z, expected) in [(10.0, 0), (11.4, 0), (11.5, 1), (14.4, 1), (14.5, 2), (8.5, 0), (20.4, 3)] {
        assert_eq!(slices(&fill(&grid, &[at(z)])), [expected], "{z}");
    }
    for z in [8.4, 20.5, 1e300, -1e300] {
        let filled = fill(&grid, &[at(z)]);
        assert_eq!((filled.outside, count(&filled)), (1, 0), "{z}");
    }
    // A stack three times as fine: only the contours nearest to each slice, and no even-odd between planes.
    let fine: Vec<Polygon> = (0..10).map(|i| at(10.0 + f64::from(i))).collect();
    let filled = fill(&grid, &fine);
    assert_eq!((filled.used, filled.between, count(&filled)), (4, 6, 36));
    // Rounded positions are one plane: a hole stays a hole.
    let filled = fill(&grid, &[at(13.0), square([1.5, 1.5], [2.5, 2.5], 13.001)]);
    assert_eq!((filled.between, count(&filled)), (0, 8));
    // Slices without contour, contours not in the plane, contours twice, contours of two points.
    let mut tilted = at(13.0);
    tilted[0][2] = 15.0;
    let mut turned = at(10.0);
    turned.reverse();
    turned.rotate_left(1);
    let filled = fill(&grid, &[at(10.0), turned, at(19.0), tilted, vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0; 3]]]);
    assert_eq!(
        (filled.used, filled.gaps, filled.tilted, filled.repeated, filled.degenerate),
        (2, 2, 1, 1, 1),
        "{filled:?}"
    );
    assert_eq!(count(&filled), 18);
}

#[test]
fn beside_and_across_the_border() {
    let grid = grid([6, 6, 1]);
    let filled = fill(&grid, &[square([-9.0, -9.0], [2.5, 30.0], 0.0), square([7.0, 0.0], [9.0, 5.0], 0.0)]);
    assert_eq!((filled.clipped, filled.outside, count(&filled)), (1, 1, 18));
    let filled = fill(&grid, &[square([-1e6, -1e6], [1e6, 1e6], 0.0)]);
    assert_eq!((filled.clipped, count(&filled)), (1, 36));
}

#[test]
fn slices_of_a_mirrored_and_turned_image() {
    // The same voxels in another order: index axes x, y, z along -y, z, x of the patient.
    let direction = [[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    let turned = Geometry::new([7, 5, 9], [1.0; 3], [0.0, 6.0, 0.0], direction).unwrap();
    let plain = grid([9, 7, 5]);
    let polygon = vec![[0.7, 0.8, 2.0], [7.9, 1.1, 2.0], [5.2, 5.6, 2.0], [1.3, 4.4, 2.0]];
    let (a, b) = (fill(&turned, std::slice::from_ref(&polygon)), fill(&plain, &[polygon]));
    assert!(count(&a) > 10 && count(&a) == count(&b));
    for [x, y, z] in plain.full_box().indices() {
        assert_eq!(a.inside[turned.offset([6 - y, z, x])], b.inside[plain.offset([x, y, z])]);
    }
}

/// A polygon with corners on a raster of eighths, so that many of them, and of the crossings, lie on pixel centres.
fn polygon() -> impl Strategy<Value = Polygon> {
    let corner = (-16i32..144, -16i32..120).prop_map(|(x, y)| [f64::from(x) / 8.0, f64::from(y) / 8.0, 1.0]);
    prop::collection::vec(corner, 3..9)
}

/// Polygons without those that enclose nothing or repeat another one, about which the naive reference does not care.
fn distinct(polygons: Vec<Polygon>) -> Vec<Polygon> {
    let mut kept: Vec<Polygon> = Vec::new();
    for p in polygons {
        let mut sorted = p.clone();
        sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let fresh = kept.iter().all(|k| {
            let mut other = k.clone();
            other.sort_by(|a, b| a.partial_cmp(b).unwrap());
            other != sorted
        });
        if fresh {
            kept.push(p);
        }
    }
    kept
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn as_the_naive_reference(polygons in prop::collection::vec(polygon(), 1..4)) {
        let polygons = distinct(polygons);
        let size = [16, 13, 3];
        let filled = fill(&grid(size), &polygons);
        prop_assert!(filled.inside == naive_slice(&polygons, size, 1));
    }

    #[test]
    fn order_start_and_direction_have_no_effect(
        polygons in prop::collection::vec(polygon(), 1..4), turn in 0usize..9, back in any::<bool>(),
    ) {
        let size = [16, 13, 3];
        let expected = fill(&grid(size), &polygons);
        let mut changed = polygons;
        changed.reverse();
        for p in &mut changed {
            let length = p.len();
            p.rotate_left(turn % length);
            if back {
                p.reverse();
            }
            // Closed explicitly, and with a corner given twice.
            p.insert(1, p[0]);
            p.push(p[0]);
        }
        prop_assert_eq!(fill(&grid(size), &changed), expected);
    }

    #[test]
    fn moved_by_whole_voxels_it_stays_the_same(p in polygon(), x in -3i32..4, y in -3i32..4, z in -1i32..2) {
        let size = [16, 13, 3];
        let grid = grid(size);
        let moved: Polygon = p.iter().map(|q| [q[0] + f64::from(x), q[1] + f64::from(y), q[2] + f64::from(z)]).collect();
        let (a, b) = (fill(&grid, &[p]), fill(&grid, &[moved]));
        for index in grid.full_box().indices() {
            let to = [(index[0] as i32 + x), (index[1] as i32 + y), (index[2] as i32 + z)];
            if (0..3).all(|i| to[i] >= 0 && (to[i] as usize) < size[i]) {
                let to = to.map(|i| i as usize);
                prop_assert_eq!(a.inside[grid.offset(index)], b.inside[grid.offset(to)]);
            }
        }
    }

    /// A convex polygon cut in two along any line between two of its corners: every voxel of the whole is in just one.
    #[test]
    fn halves_partition_a_polygon(
        turns in prop::collection::btree_set(0u32..3600, 4..12), radius in 2.0f64..9.0, at in [3.0f64..13.0, 3.0f64..10.0],
        cut in 0usize..9,
    ) {
        let whole: Polygon = turns.iter().map(|&t| {
            let (s, c) = (f64::from(t) / 1800.0 * std::f64::consts::PI).sin_cos();
            [at[0] + radius * c, at[1] + radius * s, 1.0]
        }).collect();
        let other = 2 + cut % (whole.len() - 3);
        let first = whole[..=other].to_vec();
        let second = [&whole[other..], &whole[..1]].concat();
        let grid = grid([16, 13, 3]);
        let [whole, first, second] = [whole, first, second].map(|p| fill(&grid, &[p]).inside);
        for at in 0..whole.len() {
            prop_assert!(!(first[at] && second[at]));
            prop_assert_eq!(whole[at], first[at] || second[at]);
        }
    }

    #[test]
    fn any_numbers_are_harmless(
        corners in prop::collection::vec(prop::collection::vec(prop::array::uniform3(any::<f64>()), 0..6), 0..5),
    ) {
        let filled = fill(&grid([4, 4, 2]), &corners);
        let known = filled.used + filled.outside + filled.between + filled.tilted + filled.degenerate + filled.repeated;
        prop_assert_eq!(known, corners.len());
    }
}
