//! Choosing the widest vector instructions of the machine at run time: [`radsurv_data::simd`], tested here on N4.

pub use radsurv_data::simd::*;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intensity::n4::{N4Settings, Precision, correct};
    use crate::{Geometry, Volume};

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let size = [37, 26, 15];
        let grid = Geometry::new(size, [1.0; 3], [0.0; 3], Geometry::IDENTITY).unwrap();
        let value = |i: usize| (100.0 + (i % 37) as f64) * [1.0, 2.2][i / 37 / 9 % 2] + (i * 7919 % 23) as f64;
        let image = Volume::new(grid, (0..size.iter().product()).map(value).collect::<Vec<f64>>()).unwrap();
        for precision in [Precision::Single, Precision::Double] {
            let settings = N4Settings { precision, ..N4Settings::default() };
            let [baseline, avx2, avx512] = [Level::Baseline, Level::Avx2, Level::Avx512]
                .map(|level| up_to(level, || correct(&image, None, &settings).unwrap()));
            assert!(baseline.levels[0].iterations() > 3);
            assert!(avx2 == baseline && avx512 == baseline, "{precision:?}");
        }
    }
}
