//! `radsurv image`: each command does what the library does, and says what is wrong.

use crate::support::Folder;
use radsurv_image::intensity::n4::{N4Settings, correct};
use radsurv_image::{io, morphology};

#[test]
fn convert_keeps_voxels_and_grid() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    let before = io::read(folder.path("P1_image.nii.gz")).unwrap();
    for name in ["a.nrrd", "a.mha", "a.nii"] {
        folder.run(&format!("image convert P1_image.nii.gz --out {name}")).expect(0);
        let after = io::read(folder.path(name)).unwrap();
        assert_eq!(after.voxels(), before.voxels(), "{name}");
        after.geometry().check_same(before.geometry(), 1e-6).unwrap();
    }
    folder.run("image convert P1_image.nii.gz --out a.jpg").expect(1).says(&["a.jpg", ".nrrd"]);
    folder.run("image convert none.nii --out a.nii").expect(1).says(&["none.nii"]);
    assert!(!folder.has("a.jpg"));
}

#[test]
fn resample_to_a_spacing_and_to_another_grid() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    let grid = io::read(folder.path("P1_image.nii.gz")).unwrap().geometry().clone();
    let [sx, sy, sz] = grid.spacing_mm();
    folder
        .run(&format!("image resample P1_image.nii.gz --spacing {},{},0 --out half.nrrd", sx / 2.0, sy / 2.0))
        .expect(0);
    let half = io::read(folder.path("half.nrrd")).unwrap();
    let [nx, ny, nz] = grid.size();
    assert_eq!((half.geometry().size(), half.geometry().spacing_mm()[2]), ([2 * nx, 2 * ny, nz], sz));
    folder.run("image resample P1_mask.nii.gz --labels --like half.nrrd --out mask.nrrd").expect(0);
    let (mask, coarse) =
        (io::read_mask(folder.path("mask.nrrd"), 0).unwrap(), io::read_mask(folder.path("P1_mask.nii.gz"), 0).unwrap());
    assert_eq!(mask.geometry(), half.geometry());
    // Each voxel became four.
    let four: Vec<(u32, usize)> = coarse.labels().into_iter().map(|(label, n)| (label, 4 * n)).collect();
    assert_eq!(mask.labels().into_iter().collect::<Vec<_>>(), four);
    folder
        .run("image resample P1_image.nii.gz --spacing 1 --interpolator sitkNone --out a.nii")
        .expect(1)
        .says(&["sitkNone"]);
    folder.run("image resample P1_image.nii.gz --spacing 0.00001 --out a.nii").expect(1).says(&["too large"]);
    folder.run("image resample P1_image.nii.gz --out a.nii").expect(2);
}

#[test]
fn n4_is_that_of_the_library_alone_and_before_an_extraction() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    folder.run("image n4 P1_image.nii.gz --shrink 2 --iterations 10x5 --out c.nrrd --field f.nrrd -v").expect(0);
    let image = io::read(folder.path("P1_image.nii.gz")).unwrap();
    let settings =
        N4Settings { shrink_factor: [2; 3], maximum_number_of_iterations: vec![10, 5], ..N4Settings::default() };
    let expected = correct(&image, None, &settings).unwrap();
    assert_eq!(io::read(folder.path("c.nrrd")).unwrap().voxels(), expected.corrected.voxels());
    assert_eq!(io::read(folder.path("f.nrrd")).unwrap().voxels(), expected.log_bias_field.voxels());
    folder.run("image n4 P1_image.nii.gz --mask P1_mask.nii.gz --iterations 3 --shrink 2,2,1 --out m.nrrd").expect(0);
    folder.run("image n4 P1_image.nii.gz --iterations 0x0 --out no.nrrd").expect(1).says(&["iterations"]);
    folder.run("image n4 P1_image.nii.gz --iterations many --out no.nrrd").expect(2);
    assert!(!folder.has("no.nrrd"));

    folder.run("image n4 P1_image.nii.gz --shrink 4 --out whole.nrrd").expect(0);
    folder.run("extract --image whole.nrrd --mask P1_mask.nii.gz --id A --out by-hand.csv").expect(0);
    folder.run("extract --image P1_image.nii.gz --n4 4 --mask P1_mask.nii.gz --id A --out at-once.csv").expect(0);
    let (by_hand, at_once) = (folder.table("by-hand.csv"), folder.table("at-once.csv"));
    assert_eq!(by_hand.rows()[0].cells[3..], at_once.rows()[0].cells[3..]);
}

#[test]
fn rings_and_pictures() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    folder.phantom("P2", 2);
    folder.run("image ring P1_mask.nii.gz --mm 12.5 --label 1 --image P1_image.nii.gz --out ring.nii.gz").expect(0);
    let mask = io::read_mask(folder.path("P1_mask.nii.gz"), 0).unwrap();
    let expected = morphology::ring(&mask.region(1).unwrap(), 12.5).unwrap();
    let ring = io::read_mask(folder.path("ring.nii.gz"), 0).unwrap().region(1).unwrap();
    assert_eq!((ring.bounds(), ring.inside()), (expected.bounds(), expected.inside()));
    folder.run("image ring P1_mask.nii.gz --mm -1 --out no.nii").expect(2);
    folder.run("image ring P1_mask.nii.gz --mm 5 --label 77 --out no.nii").expect(1).says(&["P1_mask.nii.gz", "77"]);
    assert!(!folder.has("no.nii"));

    folder
        .run("image overlay P1_image.nii.gz --mask P1_mask.nii.gz,ring.nii.gz --ring 5 --slices 4 --out o.png")
        .expect(0);
    assert!(std::fs::read(folder.path("o.png")).unwrap().starts_with(b"\x89PNG\r\n"));
    folder.run("image overlay P1_image.nii.gz --axis y --window -10,200 --out y.png").expect(0);
    folder.run("image overlay P1_image.nii.gz --window 5,5 --out no.png").expect(1).says(&["no width"]);
    folder.run("image overlay P1_image.nii.gz --out o.jpg").expect(2).says(&["o.jpg", ".png"]);
    folder.run("image resample P1_mask.nii.gz --labels --spacing 4 --out other.nrrd").expect(0);
    folder
        .run("image overlay P1_image.nii.gz --mask other.nrrd --out no.png")
        .expect(1)
        .says(&["other.nrrd is not on the grid of P1_image.nii.gz", "--like"]);
    assert!(!folder.has("no.png"));
}

#[test]
fn adc_of_a_known_decay() {
    let folder = Folder::new();
    let size = [5, 4, 3];
    let decay =
        |b: f64| (0..60).map(|i| (900.0 + i as f64) * (-b * 1e-5 * (50.0 + i as f64)).exp()).collect::<Vec<f64>>();
    for b in [0, 400, 1000] {
        folder.image(&format!("b{b}.nrrd"), size, [2.0; 3], decay(f64::from(b)));
    }
    let command = "image adc b400.nrrd b0.nrrd b1000.nrrd --b 400,0,1000 --s0 s0.nrrd --r2 r2.nrrd --out adc.nrrd";
    for method in ["log-linear", "weighted"] {
        folder.run(&format!("{command} --method {method}")).expect(0).says(&["60 of 60"]);
        let (adc, s0) = (io::read(folder.path("adc.nrrd")).unwrap(), io::read(folder.path("s0.nrrd")).unwrap());
        for i in 0..60 {
            let at = [i % 5, i / 5 % 4, i / 20];
            assert!((adc.get(at) - 1e-5 * (50.0 + i as f64)).abs() < 1e-12, "{at:?}");
            assert!((s0.get(at) - (900.0 + i as f64)).abs() < 1e-8, "{at:?}");
        }
    }
    folder.mask("m.nrrd", size, [2.0; 3], (0..60).map(|i| u8::from(i < 2)).collect());
    folder.run(&format!("{command} --mask m.nrrd")).expect(0).says(&["2 of 2", "mean 5.05", "median"]);
    folder.run("image adc b0.nrrd b400.nrrd --b 0 --out no.nrrd").expect(2).says(&["--b has 1", "2 images"]);
    folder.run("image adc b0.nrrd b400.nrrd --out no.nrrd").expect(2).says(&["b0.nrrd", "--b"]);
    folder.run("image adc b0.nrrd b400.nrrd --b 5,5 --out no.nrrd").expect(1);
    assert!(!folder.has("no.nrrd"));
}

#[test]
fn rings_with_a_gap_in_the_body_without_bright_voxels() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    let ring = |options: &str| {
        let run = folder.run(&format!(
            "image ring P1_mask.nii.gz --label 1 --mm 40 --image P1_image.nii.gz {options} --out r.nrrd"
        ));
        let run = run.expect(0);
        (io::read_mask(folder.path("r.nrrd"), 0).unwrap().region(1).unwrap(), run.stderr)
    };
    let image = io::read(folder.path("P1_image.nii.gz")).unwrap();
    let count = |region: &radsurv_image::Region, wanted: &dyn Fn(f64) -> bool| {
        let inside = region.bounds().indices().zip(region.inside()).filter(|(_, inside)| **inside);
        inside.filter(|(index, _)| wanted(image.get(*index))).count()
    };
    let (plain, _) = ring("");
    let (gap, _) = ring("--gap 6");
    assert!(gap.voxel_count() > 0 && gap.bounds().size >= plain.bounds().size);
    let (body, said) = ring("--body");
    assert!(body.voxel_count() < plain.voxel_count() && said.contains("outside of the body"), "{said}");
    let (dark, _) = ring("--exclude 320: --exclude :-1");
    assert_eq!((count(&dark, &|v| v >= 320.0), count(&dark, &|v| v < 0.0)), (0, 0));
    assert_eq!(dark.voxel_count(), count(&plain, &|v| v < 320.0 && v > -1.0));
    folder.run("image ring P1_mask.nii.gz --mm 5 --body --out no.nrrd").expect(2);
    folder.run("image ring P1_mask.nii.gz --mm 5 --image P1_image.nii.gz --exclude 5 --out no.nrrd").expect(2);
}
