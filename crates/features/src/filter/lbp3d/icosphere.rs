//! Points on a sphere: the vertices of trimesh's icosphere, in its order and with its rounding.

// Coordinates of the icosahedron on the unit sphere, as trimesh stores them.
const A: f64 = 0.5257311121191336;
const B: f64 = 0.85065080835204;

const VERTICES: [[f64; 3]; 12] = [
    [-A, B, 0.0],
    [A, B, 0.0],
    [-A, -B, 0.0],
    [A, -B, 0.0],
    [0.0, -A, B],
    [0.0, A, B],
    [0.0, -A, -B],
    [0.0, A, -B],
    [B, 0.0, -A],
    [B, 0.0, A],
    [-B, 0.0, -A],
    [-B, 0.0, A],
];

#[rustfmt::skip]
const FACES: [[usize; 3]; 20] = [
    [0, 11, 5], [0, 5, 1], [0, 1, 7], [0, 7, 10], [0, 10, 11],
    [1, 5, 9], [5, 11, 4], [11, 10, 2], [10, 7, 6], [7, 1, 8],
    [3, 9, 4], [3, 4, 2], [3, 2, 6], [3, 6, 8], [3, 8, 9],
    [4, 9, 5], [2, 4, 11], [6, 2, 10], [8, 6, 7], [9, 8, 1],
];

/// The vertices (x, y, z): the 12 of the icosahedron, then for each subdivision the middles of the edges, which are
/// ordered by their larger and then by their smaller vertex. All are moved onto the sphere after each subdivision.
pub(super) fn icosphere(subdivisions: u32, radius: f64) -> Vec<[f64; 3]> {
    let mut vertices = VERTICES.to_vec();
    let mut faces = FACES.to_vec();
    for _ in 0..subdivisions {
        (vertices, faces) = subdivide(&vertices, &faces);
        project(&mut vertices, radius);
    }
    if subdivisions == 0 {
        project(&mut vertices, radius);
    }
    vertices
}

fn project(vertices: &mut [[f64; 3]], radius: f64) {
    for v in vertices {
        let length = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
        *v = v.map(|c| c + c / length * (radius - length));
    }
}

/// Each face becomes four.
fn subdivide(vertices: &[[f64; 3]], faces: &[[usize; 3]]) -> (Vec<[f64; 3]>, Vec<[usize; 3]>) {
    let key = |a: usize, b: usize| (a.max(b), a.min(b));
    let sides = |f: &[usize; 3]| [key(f[0], f[1]), key(f[1], f[2]), key(f[2], f[0])];
    let mut edges: Vec<(usize, usize)> = faces.iter().flat_map(sides).collect();
    edges.sort_unstable();
    edges.dedup();
    let middle = |&(a, b): &(usize, usize)| [0, 1, 2].map(|c| (vertices[b][c] + vertices[a][c]) / 2.0);
    let all = vertices.iter().copied().chain(edges.iter().map(middle)).collect();
    // Every side of a face is in the list by construction.
    let index = |edge: &(usize, usize)| vertices.len() + edges.partition_point(|e| e < edge);
    let split = |f: &[usize; 3]| {
        let [m0, m1, m2] = sides(f).map(|edge| index(&edge));
        [[f[0], m0, m2], [m0, f[1], m1], [m2, m1, f[2]], [m0, m1, m2]]
    };
    (all, faces.iter().flat_map(split).collect())
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{f64_bits, golden};
    use super::*;

    #[test]
    fn the_vertices_have_the_bits_of_trimesh() {
        for case in golden("icosphere") {
            let ours = icosphere(case.number("subdivision") as u32, case.number("radius"));
            assert_eq!(f64_bits(ours.as_flattened()), f64_bits(&case.f64s("vertices")), "{}", case.name());
        }
    }

    #[test]
    fn the_number_of_vertices_is_ten_times_a_power_of_four_plus_two() {
        for s in 0..4 {
            assert_eq!(icosphere(s, 2.0).len(), 10 * 4usize.pow(s) + 2);
        }
    }
}
