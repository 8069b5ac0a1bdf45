//! The simulated cohort: the marginals of the study's Table 1, and images that show what they should.

use radsurv_data::Survival;
use radsurv_features::Extractor;
use radsurv_features::settings::ExtractorSettings;
use radsurv_image::diffusion::{AdcSettings, adc_maps};
use radsurv_image::morphology::BodyMask;
use radsurv_image::resample::resample_mask;
use radsurv_image::{IntensityStatistics, Mask, io};
use radsurv_study::simulate::{Endpoint, Patient, Simulation, SimulationSettings};

fn cohort(patients: usize) -> Simulation {
    SimulationSettings { patients, ..Default::default() }.simulate().unwrap()
}

/// The same patients as at full size, in a sixteenth of the voxels.
fn coarse(patients: usize) -> SimulationSettings {
    SimulationSettings {
        patients,
        readers: Some(patients),
        size: [72, 72, 20],
        spacing_mm: [3.2, 3.2, 6.0],
        ..Default::default()
    }
}

fn mean_and_deviation(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    [mean, (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt()]
}

fn per_cent(centre: &[&Patient], is: impl Fn(&Patient) -> bool) -> f64 {
    100.0 * centre.iter().filter(|p| is(p)).count() as f64 / centre.len() as f64
}

#[test]
fn marginals_are_those_of_table_1() {
    let cohort = cohort(40_000);
    for (centre, expected) in [(1, &TABLE[0]), (2, &TABLE[1])] {
        let patients: Vec<&Patient> = cohort.patients().iter().filter(|p| p.centre == centre).collect();
        assert_eq!(patients.len(), [32_571, 7_429][usize::from(centre) - 1]);
        for (name, of, [mean, deviation], tolerance) in expected {
            let found = mean_and_deviation(patients.iter().map(|p| of(p)));
            // Means within the tolerance, which is a little more than five standard errors or what rounding and bounds
            // take away; standard deviations within an eighth of theirs.
            assert!((found[0] - mean).abs() < *tolerance, "centre {centre}, {name}: {found:?}");
            assert!((found[1] / deviation - 1.0).abs() < 0.125, "centre {centre}, {name}: {found:?}");
        }
        let rates: [Rate; 8] = [
            ("recurrence", |p| p.follow_up.dfs_event, [24.6, 27.7]),
            ("death", |p| p.follow_up.os_event, [21.9, 23.1]),
            ("nodes", |p| p.clinical.nodes, [46.3, 46.2]),
            ("squamous", |p| p.clinical.histology == "SCC", [85.1, 86.2]),
            ("IIB", |p| p.clinical.figo == "IIB", [28.2, 26.2]),
            ("IIIC1", |p| p.clinical.figo == "IIIC1", [37.4, 38.5]),
            ("IVA", |p| p.clinical.figo == "IVA", [8.9, 8.5]),
            ("radiosensitiser", |p| p.clinical.radiosensitiser, [12.1, 20.8]),
        ];
        for (name, is, expected) in rates {
            let (found, expected) = (per_cent(&patients, is), expected[usize::from(centre) - 1]);
            assert!((found - expected).abs() < 3.0, "centre {centre}, {name}: {found} for {expected}");
        }
    }
}

type Rate = (&'static str, fn(&Patient) -> bool, [f64; 2]);

type Row = (&'static str, fn(&Patient) -> f64, [f64; 2], f64);

const TABLE: [[Row; 8]; 2] = [
    [
        ("age", |p| p.clinical.age, [56.6, 10.16], 0.4),
        ("SCC-Ag", |p| p.clinical.scc_ag, [2.69, 8.82], 0.35),
        ("diameter", |p| p.clinical.diameter_cm, [4.34, 1.54], 0.1),
        ("EBRT", |p| p.clinical.ebrt_gy, [47.89, 2.55], 0.2),
        ("ICBT", |p| p.clinical.icbt_gy, [29.33, 2.56], 0.1),
        ("EQD2", |p| p.clinical.eqd2_gy, [86.1, 4.26], 0.5),
        ("chemotherapy", |p| p.clinical.chemotherapy_mg, [195.65, 45.75], 2.0),
        ("duration", |p| p.clinical.duration_days, [50.07, 2.59], 0.1),
    ],
    [
        ("age", |p| p.clinical.age, [55.52, 10.7], 0.7),
        ("SCC-Ag", |p| p.clinical.scc_ag, [2.73, 6.76], 0.45),
        ("diameter", |p| p.clinical.diameter_cm, [4.32, 1.53], 0.1),
        ("EBRT", |p| p.clinical.ebrt_gy, [47.93, 2.89], 0.2),
        ("ICBT", |p| p.clinical.icbt_gy, [29.24, 2.37], 0.15),
        ("EQD2", |p| p.clinical.eqd2_gy, [85.78, 4.39], 0.6),
        ("chemotherapy", |p| p.clinical.chemotherapy_mg, [193.26, 45.58], 3.0),
        ("duration", |p| p.clinical.duration_days, [50.08, 2.54], 0.2),
    ],
];

#[test]
fn follow_up_is_that_of_the_study() {
    let cohort = cohort(20_000);
    let (mut dfs_events, mut deaths) = (0, 0);
    let mut times: Vec<f64> = Vec::new();
    for patient in cohort.patients() {
        let f = patient.follow_up;
        assert!((2.0..=131.0).contains(&f.dfs_months) && f.dfs_months <= f.os_months, "{f:?}");
        assert!(!f.os_event || f.dfs_event, "a death ends disease-free survival: {f:?}");
        assert!(f.dfs_event || f.dfs_months == f.os_months, "nobody is followed for one endpoint only: {f:?}");
        dfs_events += usize::from(f.dfs_event);
        deaths += usize::from(f.os_event);
        times.push(f.os_months);
    }
    // 25.1 % and 22.1 % of 700; three standard errors of 20 000 are 0.9 %.
    assert!((dfs_events as f64 / 200.0 - 25.1).abs() < 1.2, "{dfs_events}");
    assert!((deaths as f64 / 200.0 - 22.1).abs() < 1.2, "{deaths}");
    times.sort_by(f64::total_cmp);
    assert!((times[10_000] - 49.0).abs() < 2.0, "{}", times[10_000]);
    assert!(times[0] < 4.0 && times[19_999] > 122.0);
    for period in ['A', 'B', 'C'] {
        let share = cohort.patients().iter().filter(|p| p.centre == 1 && p.period == period).count();
        assert!(share > 4_000, "{period}: {share}");
    }
}

/// Cases up to a time against those followed beyond it, the others left out.
fn auc(risk: &[f64], outcome: &Survival, time: f64) -> f64 {
    let cases = (0..risk.len()).filter(|&i| outcome.event()[i] && outcome.times()[i] <= time);
    let (mut higher, mut pairs) = (0.0, 0.0);
    for case in cases {
        for control in (0..risk.len()).filter(|&j| outcome.times()[j] > time) {
            pairs += 1.0;
            higher += if risk[case] > risk[control] { 1.0 } else { 0.0 };
        }
    }
    higher / pairs
}

#[test]
fn the_truth_predicts_as_well_as_it_should() {
    let cohort = cohort(6_000);
    let image: Vec<f64> = cohort.patients().iter().map(|p| p.truth.tumour_risk + p.truth.peritumour_risk).collect();
    for endpoint in Endpoint::ALL {
        let outcome = cohort.survival(endpoint).unwrap();
        for months in [12.0, 36.0, 60.0] {
            let of = |risk: &[f64]| auc(risk, &outcome, months);
            let (all, images) = (of(&cohort.true_risk(endpoint)), of(&image));
            assert!(
                (0.85..0.91).contains(&all) && (0.77..0.86).contains(&images),
                "{endpoint:?} {months} {all} {images}"
            );
        }
    }
}

#[test]
fn patients_depend_on_the_seed_and_on_nothing_else() {
    let settings = coarse(14);
    let with_threads = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let cohort = settings.simulate().unwrap();
            let images = cohort.images(3).unwrap();
            (cohort, images)
        })
    };
    let (one, two) = (with_threads(1), with_threads(2));
    assert!(one == two);
    // The first patients are in centre 1 in a larger cohort as well.
    let more = SimulationSettings { patients: 30, ..settings.clone() }.simulate().unwrap();
    assert_eq!(one.0.patients()[..5], more.patients()[..5]);
    let other = SimulationSettings { seed: 2, ..settings }.simulate().unwrap();
    assert!(one.0.patients()[0].truth != other.patients()[0].truth);
}

#[test]
fn a_cohort_is_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let cohort = SimulationSettings { readers: Some(1), ..coarse(3) }.simulate().unwrap();
    let written = cohort.write(folder.path(), |_| {}).unwrap();
    assert_eq!(written.made, 3);
    let table = radsurv_data::Table::read_csv(&written.patients).unwrap();
    assert_eq!(table.rows().len(), 3);
    let cell = |row: usize, name: &str| table.rows()[row].cells[table.column(name).unwrap()].clone();
    let path = |row: usize, name: &str| folder.path().join(cell(row, name));
    let images = cohort.images(0).unwrap();
    let same = |a: &radsurv_image::Volume, b: &radsurv_image::Volume| {
        a.voxels() == b.voxels() && a.geometry().check_same(b.geometry(), 1e-5).is_ok()
    };
    for (name, image) in [("image", &images.t2), ("b0", &images.diffusion[0]), ("b800", &images.diffusion[1])] {
        assert!(same(&io::read(path(0, name)).unwrap(), image), "{name}");
    }
    let [again, second] = images.readers.as_ref().unwrap();
    for (name, mask) in [("mask", &images.mask), ("reader1", again), ("reader2", second)] {
        assert!(same(io::read_mask(path(0, name), 0).unwrap().as_volume(), mask.as_volume()), "{name}");
    }
    assert_eq!((cell(1, "reader1"), cell(2, "centre")), (String::new(), "2".to_string()));
    let params =
        ExtractorSettings::from_yaml_str(&std::fs::read_to_string(&written.params).unwrap(), "params").unwrap();
    let features = Extractor::new(params).extract(&images.t2, &images.mask).unwrap();
    assert_eq!(features.features.len(), 1037);

    // A run that was stopped goes on; other settings do not mix with what is there.
    std::fs::remove_file(path(1, "image")).unwrap();
    assert_eq!(cohort.write(folder.path(), |_| {}).unwrap().made, 1);
    let other = SimulationSettings { seed: 5, ..cohort.settings().clone() }.simulate().unwrap();
    assert!(other.write(folder.path(), |_| {}).unwrap_err().to_string().contains("of other settings"));
    std::fs::remove_file(folder.path().join("simulation.json")).unwrap();
    assert!(cohort.write(folder.path(), |_| {}).unwrap_err().to_string().contains("choose another folder"));
}

fn dice(a: &Mask, b: &Mask) -> f64 {
    let (a, b) = (a.region(1).unwrap(), b.region(1).unwrap());
    2.0 * a.intersection(&b).unwrap().voxel_count() as f64 / (a.voxel_count() + b.voxel_count()) as f64
}

#[test]
fn images_show_what_they_should() {
    let settings = SimulationSettings { size: [128, 128, 24], spacing_mm: [1.8, 1.8, 5.0], ..coarse(37) };
    let cohort = settings.simulate().unwrap();
    let (mut intra, mut inter) = (0.0, 0.0);
    let (mut volume, mut measured_adc, mut deviation) = (Vec::new(), Vec::new(), Vec::new());
    // The patients of centre 1.
    for number in 0..30 {
        let images = cohort.images(number).unwrap();
        let tumour = images.mask.region(1).unwrap();
        let body = BodyMask::default().of(&images.t2).unwrap();
        assert_eq!(tumour.intersection(&body).unwrap().voxel_count(), tumour.voxel_count());
        let [again, second] = images.readers.as_ref().unwrap();
        let [same, other] = [again, second].map(|mask| dice(&images.mask, mask));
        assert!(same > 0.8 && other > 0.75, "{number}: {same} {other}");
        intra += same / 30.0;
        inter += other / 30.0;
        volume.push((tumour.voxel_count() as f64).ln());
        deviation.push(IntensityStatistics::of(&images.t2, Some(&tumour)).unwrap().standard_deviation().unwrap());
        let [b0, b800] = &images.diffusion;
        let on_diffusion = resample_mask(&images.mask, b0.geometry()).unwrap().region(1).unwrap();
        let maps = adc_maps(&[(0.0, b0), (800.0, b800)], Some(&on_diffusion), &AdcSettings::default()).unwrap();
        measured_adc.push(1e3 * maps.statistics(&on_diffusion).unwrap().mean());
    }
    assert!(inter > 0.85 && intra > inter + 0.02, "{intra} {inter}");
    let of = |f: fn(&Patient) -> f64| cohort.patients()[..30].iter().map(f).collect::<Vec<f64>>();
    let size = correlation(&volume, &of(|p| p.clinical.diameter_cm.ln()));
    let adc = correlation(&measured_adc, &of(|p| p.truth.adc));
    let contrast = correlation(&deviation, &of(|p| p.truth.tissue.tumour_contrast));
    assert!(size > 0.95 && adc > 0.9 && contrast > 0.6, "{size} {adc} {contrast}");
    // What carries the risk carries some of it: 0.5 of size, 0.58 of contrast; a standard error is 0.16.
    let risk = of(|p| p.truth.tumour_risk);
    assert!(correlation(&volume, &risk) > 0.15 && correlation(&deviation, &risk) > 0.15);
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let ([mean_a, sd_a], [mean_b, sd_b]) =
        (mean_and_deviation(a.iter().copied()), mean_and_deviation(b.iter().copied()));
    let product: f64 = a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum();
    product / a.len() as f64 / sd_a / sd_b
}

#[test]
fn impossible_settings_are_refused() {
    let message = |settings: SimulationSettings| settings.simulate().unwrap_err().to_string();
    assert!(message(SimulationSettings { patients: 0, ..Default::default() }).contains("no patients"));
    assert!(
        message(SimulationSettings { spacing_mm: [0.5, 0.9, 5.0], ..Default::default() }).contains("field of view")
    );
    assert!(message(SimulationSettings { size: [4, 256, 24], ..Default::default() }).contains("8 voxels"));
    assert!(message(SimulationSettings { spacing_mm: [f64::NAN; 3], ..Default::default() }).contains("spacings"));
    assert!(cohort(5).images(5).unwrap_err().to_string().contains("none at 5"));
}
