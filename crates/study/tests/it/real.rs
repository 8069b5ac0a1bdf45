//! Perturbed readings of real tumours. Run with `--ignored`; the data is looked for in RADSURV_DATA, else ../shared/data.

use radsurv_features::Extractor;
use radsurv_features::settings::ExtractorSettings;
use radsurv_harmonize::icc::{IccForm, IccSettings, Reading};
use radsurv_image::perturb::{ContourModel, PerturbSettings};
use radsurv_study::reproducibility::{FileCase, ReproducibilitySettings, reproducibility};
use radsurv_testkit::data;

const PARAMS: &str = "\
imageType: {Original: {}, LoG: {sigma: [3.0]}}
setting: {binCount: 32, resampledPixelSpacing: [1.5, 1.5, 1.5], normalize: true}
";

/// Eight sarcomas (T1). Sizes differ a lot, so that size hardly depends on the reading; the finest textures do.
#[test]
#[ignore = "needs the shared data"]
fn features_of_sarcomas() {
    let ids: Vec<String> = (1..=8).map(|n| format!("STS_{n:03}")).collect();
    let files = |i: usize| {
        let folder = data::folder().unwrap().join("sts").join(&ids[i]);
        FileCase { image: folder.join("MR_T1_image.nii.gz"), mask: folder.join("MR_T1_mask.nii.gz"), label: 1 }
    };
    let extraction = ExtractorSettings::from_yaml_str(PARAMS, "test").unwrap();
    let extractor = Extractor::new(extraction.clone());
    for contour in [PerturbSettings::default().contour, ContourModel::Supervoxels] {
        let settings = ReproducibilitySettings {
            perturb: PerturbSettings { count: 5, contour, ..PerturbSettings::default() },
            extraction: extraction.clone(),
            ring: None,
            prefix: false,
            threads: 0,
        };
        let result = reproducibility(
            &ids,
            |i| files(i).load(&extractor),
            &settings,
            |case| {
                println!("{} {} {:?}", case.case_id, case.repetitions, case.time);
            },
        )
        .unwrap();
        assert!(result.failures.is_empty(), "{:?}", result.failures);
        let names: Vec<String> = (1..=5).map(|k| k.to_string()).collect();
        let readings: Vec<Reading<'_>> =
            names.iter().zip(&result.tables).map(|(name, table)| Reading { name, table }).collect();
        let icc = IccSettings { form: IccForm::Icc1, ..IccSettings::default() }.analyse(&readings).unwrap();
        let mut rows: Vec<(&str, f64)> = icc.rows().iter().map(|r| (r.feature.as_str(), r.icc.icc)).collect();
        rows.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (feature, icc) in &rows {
            println!("{icc:8.4} {feature}");
        }
        let of = |name: &str| rows.iter().find(|(f, _)| *f == name).unwrap().1;
        for size in ["MeshVolume", "VoxelVolume", "Maximum3DDiameter", "MajorAxisLength", "SurfaceArea"] {
            let icc = of(&format!("original_shape_{size}"));
            assert!(icc > 0.95, "{size}: {icc}");
        }
        assert!(of("original_firstorder_Mean") > 0.9);
        let kept = rows.iter().filter(|(_, icc)| *icc > 0.75).count();
        assert!(kept * 2 > rows.len() && kept < rows.len(), "{kept} of {}", rows.len());
    }
}
