//! `radsurv features`, `params` and `image`.

use crate::support::Folder;
use radsurv_features::settings::ExtractorSettings;

#[test]
fn features_are_listed_one_per_line() {
    let folder = Folder::new();
    let all = folder.run("features list").expect(0).stdout;
    let lines: Vec<&str> = all.lines().collect();
    assert!(lines[0].starts_with("class"));
    let find = |class: &str, name: &str| {
        let is = |l: &&&str| l.split_whitespace().take(2).eq([class, name]);
        *lines.iter().find(is).unwrap_or_else(|| panic!("{class} {name}"))
    };
    assert_eq!(find("firstorder", "Mean").split_whitespace().nth(2), Some("Q4LE"));
    assert!(find("glcm", "Dissimilarity").contains("use DifferenceAverage"));
    let glcm = folder.run("features list --class glcm").expect(0).stdout;
    assert_eq!(glcm.lines().count(), 1 + lines.iter().filter(|l| l.starts_with("glcm ")).count());
    // Each feature of an extraction is in the list, in its order.
    let names: Vec<&str> = glcm
        .lines()
        .skip(1)
        .filter(|l| !l.contains("deprecated"))
        .filter_map(|l| l.split_whitespace().nth(1))
        .collect();
    assert_eq!(names.len(), 24);
}

#[test]
fn params_check_counts_what_is_extracted() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    let study = ExtractorSettings::cervical_study().to_yaml().unwrap();
    for (text, stated) in [
        (study.as_str(), Some(1037)),
        ("{}", Some(107)),
        (
            "imageType: {Wavelet: {level: 2}, LBP3D: {}, LBP2D: {}}\nfeatureClass: {firstorder: , glcm: [Contrast, Idm]}\n",
            None,
        ),
        (
            "setting: {force2D: true}\nimageType: {Wavelet: {}, LBP3D: {lbp3DLevels: 1}, LoG: {sigma: [2, 3.5]}, Square: {}, SquareRoot: {}, Logarithm: {}, Exponential: {}, Gradient: {}}\nfeatureClass: {shape: , ngtdm: , gldm: }\n",
            None,
        ),
        (
            "imageType: {Original: {}, Wavelet: {start_level: 1, level: 1}}\nfeatureClass: {firstorder: [Mean, StandardDeviation], shape: [Sphericity], glrlm: []}\n",
            None,
        ),
    ] {
        folder.write("p.yaml", text);
        let out = folder.run("params check p.yaml").expect(0).stdout;
        let count: usize = out.lines().last().unwrap().split(' ').next().unwrap().parse().unwrap();
        assert_eq!(count, stated.unwrap_or(count), "{out}");
        folder.run("extract --image P1_image.nii.gz --mask P1_mask.nii.gz --params p.yaml --out t.csv").expect(0);
        assert_eq!(folder.table("t.csv").columns().len() - 5, count, "{text}\n{out}");
    }
    folder.write("p.yaml", "setting: {binWidth: 12.5}\nvoxelSetting: {kernelRadius: 2}\n");
    let out = folder.run("params check p.yaml").expect(0).stdout;
    assert!(out.contains("binWidth: 12.5") && out.contains("notice: "), "{out}");
}

#[test]
fn image_info_tells_what_a_header_says() {
    let folder = Folder::new();
    folder.phantom("P1", 1);
    let run = folder.run("image info P1_image.nii.gz P1_mask.nii.gz").expect(0);
    for word in
        ["P1_image.nii.gz\n", "NIfTI, 3 dimensions", "40 x 36 x 14 voxels", "1.5 x 1.5 x 4 mm", "int16", "uint8"]
    {
        assert!(run.stdout.contains(word), "{word}: {}", run.stdout);
    }
    let run = folder.run("image info P1_image.nii.gz none.nii").expect(3).says(&["error: none.nii"]);
    assert!(run.stdout.contains("int16"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    use std::io::Read;
    use std::process::Stdio;
    let folder = Folder::new();
    let mut child =
        folder.command().args(["features", "list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(!stderr.contains("panicked") && status.code() == Some(0), "{stderr}");
}
