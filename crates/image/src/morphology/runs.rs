//! Connected sets of voxels, as sets of runs along x in a union-find forest.

use std::ops::Range;

/// Which voxels are neighbours. In two dimensions faces and edges of pixels remain: 4 and 8 neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Connectivity {
    /// Voxels that share a face: 6 neighbours (SimpleITK's default, `fullyConnected=False`).
    #[default]
    Faces,
    /// Voxels that share a face or an edge: 18 neighbours.
    Edges,
    /// Voxels that share a face, an edge or a corner: 26 neighbours (`fullyConnected=True`).
    Corners,
}

/// How a row of voxels along x touches one of the rows before it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Link {
    /// Not at all.
    Apart,
    /// Voxels with the same x are neighbours.
    Straight,
    /// So are voxels whose x differs by 1.
    Diagonal,
}

/// How a row touches the row before it in y, and in the slice before it the rows with a y less by 1, equal and greater.
#[derive(Debug, Clone, Copy)]
pub(super) struct Links {
    before: Link,
    below: [Link; 3],
}

impl Links {
    /// Neighbours in space.
    pub fn volume(connectivity: Connectivity) -> Self {
        let (straight, diagonal) = match connectivity {
            Connectivity::Faces => (Link::Straight, Link::Apart),
            Connectivity::Edges => (Link::Diagonal, Link::Straight),
            Connectivity::Corners => (Link::Diagonal, Link::Diagonal),
        };
        Self { before: straight, below: [diagonal, straight, diagonal] }
    }

    /// Neighbours within a slice of x and y.
    pub fn slices(connectivity: Connectivity) -> Self {
        Self { below: [Link::Apart; 3], ..Self::volume(connectivity) }
    }
}

/// The runs along x of the voxels that have a value, and the connected set each belongs to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Runs {
    /// First voxel of the run along x, and one past its last.
    pub runs: Vec<Range<usize>>,
    /// The runs of each row, rows in the order (z, y).
    pub rows: Vec<Range<usize>>,
    /// The set of each run: 0, 1, ... in the order of the sets' first voxels.
    pub set: Vec<usize>,
    /// Number of voxels of each set.
    pub voxels: Vec<usize>,
}

impl Runs {
    /// The connected sets of the voxels of an array, x fastest, that are `value`. Linear in the size of the array.
    pub fn new(array: &[bool], [nx, ny, nz]: [usize; 3], value: bool, links: Links) -> Self {
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut rows: Vec<Range<usize>> = Vec::with_capacity(ny * nz);
        let mut parent: Vec<usize> = Vec::new();
        for (row, line) in array.chunks_exact(nx).enumerate() {
            let (y, z) = (row % ny, row / ny);
            let first = runs.len();
            let mut x = 0;
            while let Some(start) = line[x..].iter().position(|&b| b == value).map(|p| x + p) {
                x = line[start..].iter().position(|&b| b != value).map_or(nx, |p| start + p);
                parent.push(runs.len());
                runs.push(start..x);
            }
            rows.push(first..runs.len());
            let [less, equal, more] = links.below;
            let before = [
                (y > 0, 1, links.before),
                (z > 0 && y > 0, ny + 1, less),
                (z > 0, ny, equal),
                (z > 0 && y + 1 < ny, ny.saturating_sub(1), more),
            ];
            for (_, back, link) in before.into_iter().filter(|(exists, ..)| *exists) {
                join(&mut parent, &runs, rows[row].clone(), rows[row - back].clone(), link);
            }
        }
        Self::number(runs, rows, parent)
    }

    fn number(runs: Vec<Range<usize>>, rows: Vec<Range<usize>>, mut parent: Vec<usize>) -> Self {
        // A root is the first run of its set, so it is met before the others.
        let mut set = vec![0; runs.len()];
        let mut voxels = Vec::new();
        for (at, run) in runs.iter().enumerate() {
            let root = root(&mut parent, at);
            if root == at {
                set[at] = voxels.len();
                voxels.push(0);
            } else {
                set[at] = set[root];
            }
            voxels[set[at]] += run.len();
        }
        Self { runs, rows, set, voxels }
    }

    /// Calls `f` with the offset in the array of each run's first voxel, its length and its set.
    pub fn for_each(&self, nx: usize, mut f: impl FnMut(usize, usize, usize)) {
        for (row, own) in self.rows.iter().enumerate() {
            for at in own.clone() {
                f(row * nx + self.runs[at].start, self.runs[at].len(), self.set[at]);
            }
        }
    }
}

/// Joins the sets of the runs of a row with those of another row they touch: two sorted lists, walked together.
fn join(parent: &mut [usize], runs: &[Range<usize>], mut own: Range<usize>, mut other: Range<usize>, link: Link) {
    let reach = match link {
        Link::Apart => return,
        Link::Straight => 0,
        Link::Diagonal => 1,
    };
    while !own.is_empty() && !other.is_empty() {
        let (a, b) = (&runs[own.start], &runs[other.start]);
        if a.start < b.end + reach && b.start < a.end + reach {
            let (a, b) = (root(parent, own.start), root(parent, other.start));
            parent[a.max(b)] = a.min(b);
        }
        if a.end <= b.end {
            own.start += 1;
        } else {
            other.start += 1;
        }
    }
}

/// The root of a node, halving the path on the way.
fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}
