//! The surface of a region: marching cubes at one half, its area and its volume.
//!
//! Corner `c` of a cell (offsets z, y, x): 0 (0,0,0), 1 (0,0,1), 2 (0,1,1), 3 (0,1,0), 4 (1,0,0), 5 (1,0,1), 6 (1,1,1),
//! 7 (1,1,0). Edge `e` joins two of them; its surface point lies in its middle.
//!
//! Source: Lorensen and Cline 1987; PyRadiomics 3.0.1 `cshape.c`.

use super::bits::{BitVolume, for_each_bit};
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
/// and sums positions in whole numbers, and the triangles are visited once per code instead of once per cell. Cells that
/// are wholly inside or outside are passed 64 at a time. O(voxels / 64 + surface).
pub(super) fn mesh_size(volume: &BitVolume, spacing_mm: [f64; 3]) -> MeshSize {
    let codes = count_codes(volume);
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

fn count_codes(volume: &BitVolume) -> CellCodes {
    let [_, ny, nz] = volume.size();
    let mut codes = CellCodes { count: [0; 256], position: [[0; 3]; 256] };
    // The cell at (z, y, x) has its corners at rows y and y + 1, slices z and z + 1 and voxels x and x + 1, counted from
    // 1 for the first of the box. Bit x of a row is voxel x + 1; of the row moved up by one, voxel x.
    for z in 0..=nz {
        for y in 0..=ny {
            let rows = [volume.row(y, z), volume.row(y + 1, z), volume.row(y, z + 1), volume.row(y + 1, z + 1)];
            let mut carry = [0u64; 4];
            for k in 0..rows[0].len() {
                let right = [0, 1, 2, 3].map(|r| rows[r][k]);
                let left = [0, 1, 2, 3].map(|r| right[r] << 1 | carry[r]);
                carry = right.map(|w| w >> 63);
                let any = (0..4).fold(0, |w, r| w | right[r] | left[r]);
                let all = (0..4).fold(u64::MAX, |w, r| w & right[r] & left[r]);
                for_each_bit(std::iter::once(any & !all), |bit| {
                    let at = |w: u64, corner: usize| (w >> bit & 1) << corner;
                    let code = at(left[0], 0)
                        | at(right[0], 1)
                        | at(right[1], 2)
                        | at(left[1], 3)
                        | at(left[2], 4)
                        | at(right[2], 5)
                        | at(right[3], 6)
                        | at(left[3], 7);
                    codes.count[code as usize] += 1;
                    let sums = &mut codes.position[code as usize];
                    sums[0] += z as u64;
                    sums[1] += y as u64;
                    sums[2] += (64 * k + bit) as u64;
                });
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
    use radsurv_image::{Geometry, IndexBox, Region};

    #[test]
    fn one_voxel_is_an_octahedron() {
        let grid = Geometry::new([3, 3, 3], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let region = Region::new(grid, 1, IndexBox { start: [1; 3], size: [1; 3] }, &[true]).unwrap();
        let volume = BitVolume::new(&region);
        let mesh = mesh_size(&volume, [2.0, 3.0, 5.0]);
        // An octahedron with the half axes 1, 1.5 and 2.5: volume 4/3 abc.
        assert!((mesh.volume_mm3 - 4.0 / 3.0 * (1.0 * 1.5 * 2.5)).abs() < 1e-12, "{mesh:?}");
        let mesh = mesh_size(&volume, [1.0; 3]);
        assert!((mesh.area_mm2 - 8.0 * 3f64.sqrt() / 4.0 * 0.5).abs() < 1e-12, "{mesh:?}");
    }
}
