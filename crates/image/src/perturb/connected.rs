//! Makes labels connected: pieces that are too small join a neighbour, and those that are too large are cut.

/// The pieces of labels, numbered anew from 1 in the order of their first voxels; 0 stays 0. x is fastest.
///
/// A piece is what a breadth-first search through faces finds, up to `most` voxels; what is left of it is another piece. A
/// piece of fewer than `least` voxels takes the number of the piece that the search met last, if it met one. As in Achanta's
/// program and in scikit-image.
pub(super) fn connected(labels: &[u32], size: [usize; 3], least: usize, most: usize) -> Vec<u32> {
    let mut pieces = vec![0u32; labels.len()];
    let mut next = 1;
    let mut found = Vec::new();
    for first in 0..labels.len() {
        if labels[first] == 0 || pieces[first] != 0 {
            continue;
        }
        let mut neighbour = next;
        pieces[first] = next;
        found.clear();
        found.push(first);
        let mut visited = 0;
        while visited < found.len() && found.len() < most {
            for at in faces(found[visited], size).into_iter().flatten() {
                if labels[at] == labels[first] && pieces[at] == 0 {
                    pieces[at] = next;
                    found.push(at);
                    if found.len() >= most {
                        break;
                    }
                } else if pieces[at] != 0 && pieces[at] != next {
                    neighbour = pieces[at];
                }
            }
            visited += 1;
        }
        if found.len() < least {
            found.iter().for_each(|&at| pieces[at] = neighbour);
        } else {
            next += 1;
        }
    }
    pieces
}

/// The voxels beyond the six faces, in the order +x, -x, +y, -y, +z, -z; none beyond the border.
pub(super) fn faces(at: usize, size: [usize; 3]) -> [Option<usize>; 6] {
    let [nx, ny, nz] = size;
    let (x, y, z) = (at % nx, at / nx % ny, at / nx / ny);
    [
        (x + 1 < nx).then(|| at + 1),
        (x > 0).then(|| at - 1),
        (y + 1 < ny).then(|| at + nx),
        (y > 0).then(|| at - nx),
        (z + 1 < nz).then(|| at + nx * ny),
        (z > 0).then(|| at - nx * ny),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pieces_join_and_large_ones_are_cut() {
        let labels = [1, 1, 2, 1, 1, 1, 1, 3];
        assert_eq!(connected(&labels, [8, 1, 1], 2, 100), [1, 1, 1, 2, 2, 2, 2, 2]);
        assert_eq!(connected(&labels, [8, 1, 1], 0, 3), [1, 1, 2, 3, 3, 3, 4, 5]);
        assert_eq!(connected(&[0, 5, 0], [3, 1, 1], 0, 9), [0, 1, 0]);
        // Nothing to join.
        assert_eq!(connected(&[4, 4], [2, 1, 1], 5, 9), [1, 1]);
    }

    #[test]
    fn faces_stop_at_the_border() {
        assert_eq!(faces(0, [2, 2, 1]), [Some(1), None, Some(2), None, None, None]);
        assert_eq!(faces(13, [3, 3, 3]), [Some(14), Some(12), Some(16), Some(10), Some(22), Some(4)]);
    }
}
