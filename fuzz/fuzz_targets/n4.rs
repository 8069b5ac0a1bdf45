//! N4 on small volumes of any values, with any mask, confidence and settings: what it accepts it corrects to finite values.
#![no_main]

use radsurv_image::intensity::n4::{Convergence, N4Settings, NonPositive, Precision, correct, correct_weighted};
use radsurv_image::{Geometry, Mask, Volume};

/// The next bytes; zeros at the end.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn up_to(&mut self, n: usize) -> usize {
        usize::from(self.next()) % (n + 1)
    }

    /// A setting: usually a good one, else anything.
    fn setting(&mut self, good: [f64; 4]) -> f64 {
        match usize::from(self.next()) {
            i @ 0..252 => good[i % 4],
            252 => 0.0,
            253 => f64::NAN,
            254 => f64::INFINITY,
            _ => f64::from_bits(u64::from_le_bytes(std::array::from_fn(|_| self.next()))),
        }
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let size = [0; 3].map(|_| bytes.up_to(7) + 1);
    let grid = Geometry::new(size, [0.75, 1.0, 2.0], [-1.0, 0.5, 0.0], Geometry::IDENTITY).unwrap();
    let [kind, flags] = [0; 2].map(|_| bytes.next());
    let spline_order = bytes.up_to(9);
    let spans = [0; 3].map(|_| bytes.up_to(4));
    let settings = N4Settings {
        convergence_threshold: bytes.setting([0.001, 0.0, 0.0001, 0.1]),
        convergence: if flags & 1 == 0 { Convergence::AsItk } else { Convergence::Exact },
        maximum_number_of_iterations: (0..bytes.up_to(3)).map(|_| bytes.up_to(20)).collect(),
        bias_field_full_width_at_half_maximum: bytes.setting([0.15, 0.01, 1.0, 30.0]),
        wiener_filter_noise: bytes.setting([0.01, 1e-6, 0.1, 10.0]),
        number_of_histogram_bins: usize::from(bytes.next()) + 1,
        number_of_control_points: spans.map(|n| n + spline_order),
        spline_order,
        shrink_factor: [0; 3].map(|_| bytes.up_to(15)).map(|n| if n < 12 { 1 } else { n - 12 }),
        non_positive: if flags & 2 == 0 { NonPositive::Keep } else { NonPositive::Exclude },
        precision: if flags & 4 == 0 { Precision::Single } else { Precision::Double },
    };
    let voxels = grid.voxel_count();
    let inside: Vec<bool> = (0..voxels)
        .map(|i| data[(i / 8) % data.len().max(1)..].first().is_some_and(|b| b >> (i % 8) & 1 == 1))
        .collect();
    let confidence: Vec<f32> =
        (0..voxels).map(|i| data.get(i % data.len().max(1)).map_or(1.0, |&b| f32::from(b) - 50.0)).collect();
    let values: Vec<f32> = (0..voxels)
        .map(|_| match kind % 4 {
            0 => f32::from_bits(u32::from_le_bytes([0; 4].map(|_| bytes.next()))),
            1 => f32::from_bits(u32::from_be_bytes([bytes.next(), bytes.next(), 0, 0])),
            2 => f32::from(bytes.next()),
            _ => f32::from(i16::from_le_bytes([bytes.next(), bytes.next()])) / 16.0,
        })
        .collect();
    let usual = values.iter().all(|v| (1.0..1e6).contains(v));
    let finite = values.iter().all(|v| v.is_finite());
    let image = if flags & 8 == 0 {
        Volume::new(grid.clone(), values)
    } else {
        Volume::new(grid.clone(), values.iter().map(|&v| f64::from(v)).collect::<Vec<_>>())
    }
    .unwrap();
    let region =
        if flags & 16 == 0 { None } else { Mask::from_bools(grid.clone(), &inside).and_then(|m| m.union()).ok() };
    let result = if flags & 32 == 0 {
        correct(&image, region.as_ref(), &settings)
    } else {
        correct_weighted(&image, region.as_ref(), &Volume::new(grid, confidence).unwrap(), &settings)
    };
    match result {
        Ok(result) => {
            assert!(finite, "values that are not finite were accepted");
            assert_eq!(result.corrected.first_non_finite(), None);
            assert_eq!(result.log_bias_field.first_non_finite(), None);
            assert_eq!(result.levels.len(), settings.maximum_number_of_iterations.len());
            for (level, &most) in result.levels.iter().zip(&settings.maximum_number_of_iterations) {
                assert!(level.iterations() <= most);
            }
        }
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty());
            assert!(
                !usual || !text.contains("the corrected image has"),
                "usual intensities and a field without bounds"
            );
        }
    }
});
