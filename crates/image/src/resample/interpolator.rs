//! The interpolators of SimpleITK under the names and numbers that parameter files use.

use crate::error::{Error, Result};

macro_rules! interpolators {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $(| $alias:literal)*, $constant:literal;)+) => {
        /// An interpolator of SimpleITK 2.5.
        ///
        /// A parameter file names it (`interpolator: sitkBSpline`) or gives SimpleITK's number for it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Interpolator {
            $($(#[$doc])* $variant,)+
        }

        impl Interpolator {
            /// Every interpolator, in the order of SimpleITK's numbers.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its name in SimpleITK, which is the one parameter files use.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Its number in SimpleITK 2.5.
            pub fn constant(self) -> i64 {
                match self { $(Self::$variant => $constant,)+ }
            }

            fn find_name(name: &str) -> Option<Self> {
                match name { $($name $(| $alias)* => Some(Self::$variant),)+ _ => None }
            }

            fn find_constant(constant: i64) -> Option<Self> {
                match constant { $($constant => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

interpolators! {
    /// `sitkNearestNeighbor`: the value of the nearest voxel centre.
    NearestNeighbor = "sitkNearestNeighbor", 1;
    /// `sitkLinear`: trilinear.
    Linear = "sitkLinear", 2;
    /// `sitkGaussian`: mean weighted by a Gaussian of 0.8 voxels that is integrated over each voxel, cut off at four
    /// standard deviations.
    Gaussian = "sitkGaussian", 4;
    /// `sitkLabelGaussian`: the label with the largest Gaussian weight (1 voxel, cut off at 1).
    LabelGaussian = "sitkLabelGaussian", 5;
    /// `sitkHammingWindowedSinc`: sinc of radius 5 under a Hamming window.
    HammingWindowedSinc = "sitkHammingWindowedSinc", 6;
    /// `sitkCosineWindowedSinc`: sinc of radius 5 under a cosine window.
    CosineWindowedSinc = "sitkCosineWindowedSinc", 7;
    /// `sitkWelchWindowedSinc`: sinc of radius 5 under a Welch window.
    WelchWindowedSinc = "sitkWelchWindowedSinc", 8;
    /// `sitkLanczosWindowedSinc`: sinc of radius 5 under a Lanczos window.
    LanczosWindowedSinc = "sitkLanczosWindowedSinc", 9;
    /// `sitkBlackmanWindowedSinc`: sinc of radius 5 under a Blackman window.
    BlackmanWindowedSinc = "sitkBlackmanWindowedSinc", 10;
    /// `sitkBSplineResampler`: a cubic B-spline whose coefficients are the image's values themselves, so it smooths.
    BSplineResampler = "sitkBSplineResampler" | "sitkBSplineResamplerOrder3", 11;
    /// `sitkBSplineResamplerOrder1`: as [`Self::BSplineResampler`], of order 1.
    BSplineResamplerOrder1 = "sitkBSplineResamplerOrder1", 12;
    /// `sitkBSplineResamplerOrder2`: as [`Self::BSplineResampler`], of order 2.
    BSplineResamplerOrder2 = "sitkBSplineResamplerOrder2", 13;
    /// `sitkBSplineResamplerOrder4`: as [`Self::BSplineResampler`], of order 4.
    BSplineResamplerOrder4 = "sitkBSplineResamplerOrder4", 14;
    /// `sitkBSplineResamplerOrder5`: as [`Self::BSplineResampler`], of order 5.
    BSplineResamplerOrder5 = "sitkBSplineResamplerOrder5", 15;
    /// `sitkBSpline1`: interpolating B-spline of order 1.
    BSpline1 = "sitkBSpline1", 21;
    /// `sitkBSpline2`: interpolating B-spline of order 2.
    BSpline2 = "sitkBSpline2", 22;
    /// `sitkBSpline` (also `sitkBSpline3`): interpolating cubic B-spline, PyRadiomics' default.
    BSpline = "sitkBSpline" | "sitkBSpline3", 23;
    /// `sitkBSpline4`: interpolating B-spline of order 4.
    BSpline4 = "sitkBSpline4", 24;
    /// `sitkBSpline5`: interpolating B-spline of order 5.
    BSpline5 = "sitkBSpline5", 25;
    /// `sitkLabelLinear`: the label with the largest trilinear weight.
    LabelLinear = "sitkLabelLinear", 26;
}

impl Interpolator {
    /// The interpolator with this SimpleITK name.
    ///
    /// # Errors
    /// [`Error::Setting`] with the names that exist.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::resample::Interpolator;
    /// assert_eq!(Interpolator::from_name("sitkLinear")?, Interpolator::Linear);
    /// assert_eq!(Interpolator::from_name("sitkBSpline3")?.name(), "sitkBSpline");
    /// assert!(Interpolator::from_name("linear").is_err());
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn from_name(name: &str) -> Result<Self> {
        Self::find_name(name).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|i| i.name()).collect();
            Error::Setting(format!("interpolator {name:?} is not known; choose from {}", names.join(", ")))
        })
    }

    /// The interpolator with this SimpleITK number.
    ///
    /// PyRadiomics' documentation still lists `3` for `sitkBSpline`, its number in SimpleITK 1; SimpleITK 2.5 has no
    /// interpolator 3 and fails. It is accepted here as what the documentation says.
    ///
    /// # Errors
    /// [`Error::Setting`] with the numbers that exist.
    ///
    /// # Example
    /// ```
    /// use radsurv_image::resample::Interpolator;
    /// assert_eq!(Interpolator::from_constant(2)?, Interpolator::Linear);
    /// assert_eq!(Interpolator::from_constant(3)?, Interpolator::BSpline);
    /// assert!(Interpolator::from_constant(0).is_err());
    /// # Ok::<(), radsurv_image::Error>(())
    /// ```
    pub fn from_constant(constant: i64) -> Result<Self> {
        if constant == 3 {
            return Ok(Self::BSpline);
        }
        Self::find_constant(constant).ok_or_else(|| {
            let known: Vec<String> = Self::ALL.iter().map(|i| format!("{} ({})", i.constant(), i.name())).collect();
            Error::Setting(format!("interpolator {constant} is not known; choose from {}", known.join(", ")))
        })
    }

    /// Whether PyRadiomics' schema lets a parameter file name this interpolator: it knows SimpleITK's first ten.
    pub fn in_parameter_schema(self) -> bool {
        self.constant() <= 10 || self == Self::BSpline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_and_number_leads_back() {
        for &interpolator in Interpolator::ALL {
            assert_eq!(Interpolator::from_name(interpolator.name()).unwrap(), interpolator);
            assert_eq!(Interpolator::from_constant(interpolator.constant()).unwrap(), interpolator);
        }
        assert_eq!(Interpolator::from_name("sitkBSpline3").unwrap(), Interpolator::BSpline);
        assert_eq!(Interpolator::from_name("sitkBSplineResamplerOrder3").unwrap(), Interpolator::BSplineResampler);
        assert_eq!(Interpolator::ALL.iter().filter(|i| i.in_parameter_schema()).count(), 10);
    }

    #[test]
    fn unknown_ones_list_the_choices() {
        let text = Interpolator::from_name("sitkCubic").unwrap_err().to_string();
        assert!(text.contains("sitkCubic") && text.contains("sitkNearestNeighbor"), "{text}");
        for bad in [-1, 0, 16, 20, 27, i64::MAX] {
            assert!(Interpolator::from_constant(bad).unwrap_err().to_string().contains("2 (sitkLinear)"));
        }
    }
}
