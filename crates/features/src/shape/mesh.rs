//! The surface of a region: marching cubes at one half, its area and its volume.
//!
//! Corner `c` of a cell (offsets z, y, x): 0 (0,0,0), 1 (0,0,1), 2 (0,1,1), 3 (0,1,0), 4 (1,0,0), 5 (1,0,1), 6 (1,1,1),
//! 7 (1,1,0). Edge `e` joins two of them; its surface point lies in its middle.
//!
//! Source: Lorensen and Cline 1987; PyRadiomics 3.0.1 `cshape.c`.

use radsurv_image::Region;

use super::table::TRIANGLES;

/// The corners that each edge joins.
const EDGES: [(usize, usize); 12] =
    [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)];

/// Offsets (z, y, x) of the corners.
const CORNERS: [[f64; 3]; 8] = [
    [0.0, 0.0, 0.0],
    [0.0, 0.0, 1.0],
    [0.0, 1.0, 1.0],
    [0.0, 1.0, 0.0],
    [1.0, 0.0, 0.0],
    [1.0, 0.0, 1.0],
    [1.0, 1.0, 1.0],
    [1.0, 1.0, 0.0],
];

/// Area and volume of a region's mesh.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeshSize {
    /// Sum of the triangles' areas in mm².
    pub area_mm2: f64,
    /// Sum of the signed volumes of the tetrahedra from the origin to each triangle, in mm³.
    pub volume_mm3: f64,
}

/// How often each code of inside corners occurs among the cells, and the sum of their positions (z, y, x).
struct CellCodes {
    count: [u64; 256],
    position: [[u64; 3]; 256],
}

/// Area and volume of the mesh of a region with this spacing (x, y, z) in mm.
///
/// Every cell with the same code adds the same area, and a volume that is linear in the cell's position: for a triangle
/// `a, b, c` moved by `p`, `det(a + p, b + p, c + p) = det(a, b, c) + p · (a×b + b×c + c×a)`. So one pass counts codes
/// and sums positions in whole numbers, and the triangles are visited once per code instead of once per cell. O(voxels).
pub(super) fn mesh_size(region: &Region, spacing_mm: [f64; 3]) -> MeshSize {
    let codes = count_codes(region);
    let spacing = [spacing_mm[2], spacing_mm[1], spacing_mm[0]];
    let (mut area, mut six_volumes) = (0.0, 0.0);
    for code in 1..255usize {
        let n = codes.count[code];
        if n == 0 {
            continue;
        }
        let (row, sign) = if code >= 128 { (255 - code, -1.0) } else { (code, 1.0) };
        let n = n as f64;
        let at = [0, 1, 2].map(|a| codes.position[code][a] as f64 * spacing[a]);
        for triangle in TRIANGLES[row].split_ascii_whitespace() {
            let [a, b, c] = corners_of(triangle, spacing);
            let (ab, bc, ca) = (cross(a, b), cross(b, c), cross(c, a));
            let normal = [0, 1, 2].map(|k| ab[k] + bc[k] + ca[k]);
            area += n * 0.5 * dot(normal, normal).sqrt();
            six_volumes += sign * (n * dot(ab, c) + dot(normal, at));
        }
    }
    MeshSize { area_mm2: area, volume_mm3: six_volumes / 6.0 }
}

/// The three points (z, y, x) in mm of a triangle of the table.
fn corners_of(triangle: &str, spacing: [f64; 3]) -> [[f64; 3]; 3] {
    let mut points = [[0.0; 3]; 3];
    for (point, digit) in points.iter_mut().zip(triangle.chars()) {
        let (a, b) = EDGES[digit.to_digit(16).unwrap_or(0) as usize];
        *point = [0, 1, 2].map(|k| (CORNERS[a][k] + CORNERS[b][k]) / 2.0 * spacing[k]);
    }
    points
}

fn count_codes(region: &Region) -> CellCodes {
    let [nx, ny, nz] = region.bounds().size;
    let inside = region.inside();
    let mut codes = CellCodes { count: [0; 256], position: [[0; 3]; 256] };
    // The cell at (z, y, x) of the box padded by one has its corners at (z - 1 .. z, y - 1 .. y, x - 1 .. x) of the box.
    let empty = vec![false; nx];
    let row = |z: usize, y: usize| -> &[bool] {
        if z == 0 || y == 0 || z > nz || y > ny {
            &empty
        } else {
            let from = ((z - 1) * ny + y - 1) * nx;
            &inside[from..from + nx]
        }
    };
    let mut count = [0u32; 256];
    let mut sum_x = [0u64; 256];
    for z in 0..=nz {
        for y in 0..=ny {
            let rows = [row(z, y), row(z, y + 1), row(z + 1, y), row(z + 1, y + 1)];
            if rows.iter().all(|r| !r.contains(&true)) {
                continue;
            }
            count.fill(0);
            sum_x.fill(0);
            // Bits of the four corners at a cell's right side; at its left they are those of the cell before.
            let mut left = 0usize;
            for x in 0..=nx {
                let right = if x < nx {
                    usize::from(rows[0][x]) << 1
                        | usize::from(rows[1][x]) << 2
                        | usize::from(rows[2][x]) << 5
                        | usize::from(rows[3][x]) << 6
                } else {
                    0
                };
                // Corner 1 becomes 0, 2 becomes 3, 5 becomes 4, 6 becomes 7.
                let code = left | right;
                count[code] += 1;
                sum_x[code] += x as u64;
                left = right >> 1 & 0b0001_0001 | right << 1 & 0b1000_1000;
            }
            for code in 1..255 {
                let n = u64::from(count[code]);
                codes.count[code] += n;
                codes.position[code][0] += n * z as u64;
                codes.position[code][1] += n * y as u64;
                codes.position[code][2] += sum_x[code];
            }
        }
    }
    codes
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - b[1] * a[2], a[2] * b[0] - b[2] * a[0], a[0] * b[1] - b[0] * a[1]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use radsurv_image::{Geometry, IndexBox};

    #[test]
    fn one_voxel_is_an_octahedron() {
        let grid = Geometry::new([3, 3, 3], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let region = Region::new(grid, 1, IndexBox { start: [1; 3], size: [1; 3] }, &[true]).unwrap();
        let mesh = mesh_size(&region, [2.0, 3.0, 5.0]);
        // An octahedron with the half axes 1, 1.5 and 2.5: volume 4/3 abc.
        assert!((mesh.volume_mm3 - 4.0 / 3.0 * (1.0 * 1.5 * 2.5)).abs() < 1e-12, "{mesh:?}");
        let mesh = mesh_size(&region, [1.0; 3]);
        assert!((mesh.area_mm2 - 8.0 * 3f64.sqrt() / 4.0 * 0.5).abs() < 1e-12, "{mesh:?}");
    }
}
