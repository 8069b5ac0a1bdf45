//! What is written is read back: every type, every format, oblique grids, two and three dimensions.

use proptest::prelude::*;
use radsurv_image::{Geometry, Mask, Volume, VoxelType, Voxels, io};
use radsurv_testkit::splitmix::SplitMix64;

const FORMATS: [&str; 6] = ["nii", "nii.gz", "nrrd", "nhdr", "mha", "mhd"];

const TYPES: [VoxelType; 10] = [
    VoxelType::U8,
    VoxelType::I8,
    VoxelType::U16,
    VoxelType::I16,
    VoxelType::U32,
    VoxelType::I32,
    VoxelType::U64,
    VoxelType::I64,
    VoxelType::F32,
    VoxelType::F64,
];

/// Any bits but those of NaN, which is not equal to itself, and of infinity.
fn voxels(voxel_type: VoxelType, count: usize, seed: u64) -> Voxels {
    let mut random = SplitMix64::new(seed);
    let mut bits = || random.next_u64();
    macro_rules! integers {
        ($type:ty) => {
            (0..count).map(|_| bits() as $type).collect::<Vec<_>>().into()
        };
    }
    match voxel_type {
        VoxelType::U8 => integers!(u8),
        VoxelType::I8 => integers!(i8),
        VoxelType::U16 => integers!(u16),
        VoxelType::I16 => integers!(i16),
        VoxelType::U32 => integers!(u32),
        VoxelType::I32 => integers!(i32),
        VoxelType::U64 => integers!(u64),
        VoxelType::I64 => integers!(i64),
        VoxelType::F32 => (0..count)
            .map(|_| f32::from_bits(bits() as u32))
            .map(|v| if v.is_finite() { v } else { -0.5 })
            .collect::<Vec<_>>()
            .into(),
        VoxelType::F64 => (0..count)
            .map(|_| f64::from_bits(bits()))
            .map(|v| if v.is_finite() { v } else { -0.5 })
            .collect::<Vec<_>>()
            .into(),
    }
}

/// The rotation of a quaternion, its third axis flipped if `flip`.
fn direction(q: [f64; 4], flip: bool) -> [[f64; 3]; 3] {
    let norm = q.iter().map(|v| v * v).sum::<f64>().sqrt();
    let [a, b, c, d] = q.map(|v| v / norm);
    let m = [
        [a * a + b * b - c * c - d * d, 2.0 * (b * c - a * d), 2.0 * (b * d + a * c)],
        [2.0 * (b * c + a * d), a * a + c * c - b * b - d * d, 2.0 * (c * d - a * b)],
        [2.0 * (b * d - a * c), 2.0 * (c * d + a * b), a * a + d * d - c * c - b * b],
    ];
    m.map(|row| [row[0], row[1], if flip { -row[2] } else { row[2] }])
}

prop_compose! {
    fn grids()(
        size in prop::array::uniform3(1usize..7),
        spacing in prop::array::uniform3(0.01f64..10.0),
        origin in prop::array::uniform3(-500.0f64..500.0),
        q in prop::array::uniform4(-1.0f64..1.0).prop_filter("a rotation", |q| q.iter().map(|v| v * v).sum::<f64>() > 0.01),
        flip in any::<bool>(),
        flat in prop::bool::weighted(0.2),
    ) -> Geometry {
        if flat {
            let angle = q[0] * 3.0;
            let turn = [[angle.cos(), -angle.sin(), 0.0], [angle.sin(), angle.cos(), 0.0], [0.0, 0.0, 1.0]];
            let size = [size[0] + 1, size[1] + 1, 1];
            Geometry::new(size, [spacing[0], spacing[1], 1.0], [origin[0], origin[1], 0.0], turn).unwrap().into_2d().unwrap()
        } else {
            Geometry::new(size, spacing, origin, direction(q, flip)).unwrap()
        }
    }
}

/// The largest difference between two grids of the same size, relative to the larger of 1 and the value.
fn difference(a: &Geometry, b: &Geometry) -> f64 {
    let all = |g: &Geometry| [&g.spacing_mm()[..], &g.origin_mm()[..], g.direction().as_flattened()].concat();
    all(a).iter().zip(all(b)).map(|(x, y)| (x - y).abs() / x.abs().max(1.0)).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn images_come_back(grid in grids(), seed in any::<u64>()) {
        let folder = tempfile::tempdir().unwrap();
        for voxel_type in TYPES {
            let image = Volume::new(grid.clone(), voxels(voxel_type, grid.voxel_count(), seed)).unwrap();
            for format in FORMATS {
                let path = folder.path().join(format!("{}.{format}", voxel_type.name()));
                io::write(&path, &image).unwrap();
                let back = io::read(&path).unwrap();
                prop_assert_eq!(back.voxels(), image.voxels(), "{}", path.display());
                prop_assert_eq!(back.geometry().size(), grid.size());
                prop_assert_eq!(back.geometry().dimension(), grid.dimension());
                // NIfTI-1 holds single precision, NRRD the product of spacing and direction, MetaImage everything.
                let tolerance = match format { "nii" | "nii.gz" => 1e-6, "nrrd" | "nhdr" => 1e-14, _ => 0.0 };
                let found = difference(&grid, back.geometry());
                prop_assert!(found <= tolerance, "{}: {:e}", path.display(), found);
                // What was read once is written and read without any further change.
                io::write(&path, &back).unwrap();
                let again = io::read(&path).unwrap();
                let found = difference(back.geometry(), again.geometry());
                prop_assert!(found <= if format.starts_with("ni") { 1e-7 } else { tolerance }, "{}: {:e}", path.display(), found);
            }
        }
    }

    #[test]
    fn masks_come_back(grid in grids(), seed in any::<u64>()) {
        let folder = tempfile::tempdir().unwrap();
        for voxel_type in [VoxelType::U8, VoxelType::U16, VoxelType::U32] {
            let mask = Mask::new(Volume::new(grid.clone(), voxels(voxel_type, grid.voxel_count(), seed)).unwrap()).unwrap();
            for format in FORMATS {
                let path = folder.path().join(format!("mask.{format}"));
                io::write_mask(&path, &mask).unwrap();
                let back = io::read_mask(&path, 0).unwrap();
                prop_assert_eq!(back.labels(), mask.labels());
                prop_assert_eq!(back.as_volume().voxels(), mask.as_volume().voxels());
            }
        }
    }
}

#[test]
fn a_long_axis_is_written_as_nifti_2_in_double_precision() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.nii.gz");
    let grid =
        Geometry::new([40_000, 2, 1], [0.1, 1.0 / 3.0, 1.0], [0.7, 0.0, -1e3], direction([0.9, 0.1, 0.2, 0.3], true))
            .unwrap();
    let image = Volume::new(grid.clone(), vec![3u8; 80_000]).unwrap();
    io::write(&path, &image).unwrap();
    let back = io::read(&path).unwrap();
    assert_eq!(back.voxels(), image.voxels());
    assert!(difference(&grid, back.geometry()) < 1e-15);
}

#[test]
fn a_large_image_passes_through_every_buffer() {
    let folder = tempfile::tempdir().unwrap();
    let grid = Geometry::new([130, 70, 60], [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
    let image = Volume::new(grid.clone(), voxels(VoxelType::I32, grid.voxel_count(), 5)).unwrap();
    for format in FORMATS {
        let path = folder.path().join(format!("large.{format}"));
        io::write(&path, &image).unwrap();
        assert!(io::read(&path).unwrap() == image, "{format}");
    }
}

#[test]
fn images_that_cannot_be_written_leave_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let sheared = [[1.0, 0.6, 0.0], [0.0, 0.8, 0.0], [0.0, 0.0, 1.0]];
    let grid = Geometry::new([2, 2, 2], [1.0; 3], [0.0; 3], sheared).unwrap();
    let image = Volume::new(grid, vec![0u8; 8]).unwrap();
    let text = |name: &str| io::write(folder.path().join(name), &image).unwrap_err().to_string();
    assert!(text("a.nii").contains("a.nii") && text("a.nii").contains("write .nrrd or .mha"));
    assert!(text("a.png").contains("use .nii.gz"));
    assert!(text(".nii").contains("use .nii.gz"));
    assert!(text("missing/a.nrrd").contains("does not exist; create it first"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    io::write(folder.path().join("a.nrrd"), &image).unwrap();
    assert_eq!(io::read(folder.path().join("a.nrrd")).unwrap().geometry().direction(), &sheared);
}
