//! The ADC of a real diffusion series against numpy (reference/diffusion_real.py).

use radsurv_image::diffusion::{AdcSettings, adc_maps, average_directions};
use radsurv_image::io::{
    self,
    dicom::{self, SeriesChoice},
};
use radsurv_image::{IntensityStatistics, Mask, Volume};

#[test]
#[ignore = "needs the shared data"]
fn mean_diffusivity_of_a_dti_series() {
    let folder = radsurv_testkit::data::folder().unwrap().join("dicom_samples/dwi");
    let mut files: Vec<_> = std::fs::read_dir(folder.join("uih_dti_AP")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    // The b-values are those of the DICOM headers. The pixels are mosaics, which the reader refuses: they come from the
    // NIfTI conversion that is part of the sample.
    let mut volumes: Vec<(f64, Volume)> = Vec::new();
    for (channel, file) in files.iter().enumerate() {
        let scan = dicom::scan(file).unwrap();
        let series = scan.choose(&SeriesChoice::Only).unwrap();
        let image = io::read_channel(folder.join("uih_dti_AP_ref.nii.gz"), channel).unwrap();
        volumes.push((series.b_values[0], image));
    }
    assert_eq!(volumes.len(), 17);
    let images: Vec<(f64, &Volume)> = volumes.iter().map(|(b, volume)| (*b, volume)).collect();
    let averaged = average_directions(&images).unwrap();
    assert_eq!(averaged.iter().map(|(b, _)| *b).collect::<Vec<_>>(), [1.2519398052526836, 928.2885599370205]);
    let images: Vec<(f64, &Volume)> = averaged.iter().map(|(b, volume)| (*b, volume)).collect();
    let maps = adc_maps(&images, None, &AdcSettings::default()).unwrap();
    let low = averaged[0].1.to_f64();
    let brain: Vec<bool> = low.iter().map(|&s| s > 300.0).collect();
    let brain = Mask::from_bools(maps.adc.geometry().clone(), &brain).unwrap().region(1).unwrap();
    let adc = maps.statistics(&brain).unwrap();
    let s0 = IntensityStatistics::of(&maps.s0, Some(&brain.intersection(&maps.fitted).unwrap())).unwrap();
    let close = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-9, "{found} and {expected}");
    assert_eq!(adc.count(), 13634);
    close(adc.mean(), 0.0011792348124584557);
    close(adc.median(), 0.0009347682133508553);
    close(s0.mean(), 435.63890642989526);
}
