//! Made-up MR images of a body with a textured tumour, the same on every machine.
//!
//! Values come from [`SplitMix64`] and from operations that IEEE 754 rounds the same everywhere (no sine, no logarithm),
//! so a recipe makes the same voxels on any machine. Arrays are plain, x fastest.

use crate::splitmix::SplitMix64;

/// What to make.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// Name of the case.
    pub id: String,
    /// Voxels along x, y, z.
    pub size: [usize; 3],
    /// mm between voxels along x, y, z.
    pub spacing: [f64; 3],
    /// The tumour's centre in mm from the first voxel.
    pub centre: [f64; 3],
    /// The tumour's half axes in mm; its surface is up to a sixth of them off the ellipsoid.
    pub radii: [f64; 3],
    /// How coarse its texture is: the distance in mm over which it changes.
    pub grain: f64,
    /// Strength of the bias field: the brightest corner is about this part brighter than the centre.
    pub bias: f64,
    /// Seed of noise and texture.
    pub seed: u64,
}

/// An image and its regions.
#[derive(Debug, Clone, PartialEq)]
pub struct Phantom {
    /// Voxels along x, y, z.
    pub size: [usize; 3],
    /// mm between voxels along x, y, z.
    pub spacing: [f64; 3],
    /// Intensities, as of a T2-weighted image: air near 0, tissue around 300, tumour around 450.
    pub values: Vec<f32>,
    /// 0 outside, 1 the tumour, 2 a node of about 1 cm beside it.
    pub labels: Vec<u8>,
}

impl Phantom {
    /// The intensities as a scanner stores them: whole numbers.
    pub fn rounded(&self) -> Vec<i16> {
        self.values.iter().map(|v| v.round() as i16).collect()
    }

    /// Number of voxels with a label.
    pub fn count(&self, label: u8) -> usize {
        self.labels.iter().filter(|&&l| l == label).count()
    }
}

impl Recipe {
    /// A phantom of some thousand voxels for tests: a tumour of 2 to 3 cm and a node in thick slices.
    pub fn small(seed: u64) -> Self {
        Self {
            id: format!("small_{seed}"),
            size: [40, 36, 14],
            spacing: [1.5, 1.5, 4.0],
            centre: [29.0, 26.0, 27.0],
            radii: [14.0, 11.0, 13.0],
            grain: 5.0,
            bias: 0.2,
            seed,
        }
    }

    /// `count` recipes named `case_001` and on, all different: fields of view of about 20 x 18 x 16 cm with voxels of 1.2
    /// to 1.8 mm in slices of 3 to 5 mm, tumours of 3 to 6 cm anywhere near the middle, so that a ring of 5 cm around
    /// them leaves the image on some sides.
    pub fn cohort(count: usize, seed: u64) -> Vec<Self> {
        (1..=count).map(|number| Self::member(number, &mut SplitMix64::new(seed ^ ((number as u64) << 32)))).collect()
    }

    fn member(number: usize, rng: &mut SplitMix64) -> Self {
        let mut between = |low: f64, high: f64| low + (high - low) * unit(rng.next_u64());
        // Spacings in hundredths of a mm, as scanners have them.
        let in_plane = (between(1.2, 1.8) * 100.0).round() / 100.0;
        let spacing = [in_plane, in_plane, (between(3.0, 5.0) * 10.0).round() / 10.0];
        let extent = [between(185.0, 215.0), between(165.0, 195.0), between(140.0, 170.0)];
        let radii = [0; 3].map(|_| between(16.0, 28.0));
        let centre = extent.map(|e| e / 2.0 + between(-20.0, 20.0));
        Self {
            id: format!("case_{number:03}"),
            size: [0, 1, 2].map(|a| (extent[a] / spacing[a]) as usize),
            spacing,
            centre,
            radii,
            grain: between(3.0, 9.0),
            bias: between(0.05, 0.4),
            seed: rng.next_u64(),
        }
    }

    /// Makes the phantom. Work and memory are proportional to the number of voxels.
    ///
    /// # Example
    /// ```
    /// use radsurv_testkit::phantom::Recipe;
    /// let phantom = Recipe::small(1).make();
    /// assert_eq!(phantom.values.len(), 40 * 36 * 14);
    /// assert!(phantom.count(1) > 500 && phantom.count(2) > 20);
    /// assert_eq!(phantom, Recipe::small(1).make());
    /// ```
    pub fn make(&self) -> Phantom {
        let mut noise = SplitMix64::new(self.seed);
        let [texture, patches, surface] = [0; 3].map(|_| noise.next_u64());
        let extent = [0, 1, 2].map(|a| self.size[a] as f64 * self.spacing[a]);
        let middle = extent.map(|e| e / 2.0);
        let body = [0.48 * extent[0], 0.46 * extent[1], f64::INFINITY];
        // The node touches neither the tumour nor, for the recipes here, the border.
        let node_radii = [6.0, 5.0, 6.0];
        let side = if self.centre[0] > middle[0] { -1.0 } else { 1.0 };
        let node_at = [self.centre[0] + side * (1.2 * self.radii[0] + 9.0), self.centre[1], self.centre[2]];

        let count = self.size.iter().product();
        let (mut values, mut labels) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for z in 0..self.size[2] {
            for y in 0..self.size[1] {
                for x in 0..self.size[0] {
                    let at = [x as f64 * self.spacing[0], y as f64 * self.spacing[1], z as f64 * self.spacing[2]];
                    let wobble = 1.0 + 0.16 * smooth(surface, at, 12.0);
                    let label = if distance(at, self.centre, self.radii) < wobble {
                        1
                    } else if distance(at, node_at, node_radii) < 1.0 {
                        2
                    } else {
                        0
                    };
                    let tissue = match label {
                        1 => {
                            450.0
                                + 90.0 * smooth(texture, at, self.grain)
                                + 60.0 * smooth(patches, at, 3.0 * self.grain)
                        }
                        2 => 420.0 + 40.0 * smooth(texture, at, 3.0),
                        _ if distance(at, middle, body) < 1.0 => {
                            300.0 + 50.0 * smooth(patches, at, 15.0) + 25.0 * smooth(texture, at, 6.0)
                        }
                        _ => 0.0,
                    };
                    // Off-centre the field brightens on one side and fades on the other.
                    let [u, v, w] = [0, 1, 2].map(|a| (at[a] - middle[a]) / extent[a] * 2.0);
                    let field = 1.0 + self.bias * (0.4 * u - 0.2 * v + 0.25 * u * u + 0.3 * v * v - 0.15 * w * w);
                    let (real, imaginary) = (tissue * field + 12.0 * gauss(&mut noise), 12.0 * gauss(&mut noise));
                    // The magnitude of a complex signal: noise is never negative, as in MR.
                    values.push((real * real + imaginary * imaginary).sqrt() as f32);
                    labels.push(label);
                }
            }
        }
        Phantom { size: self.size, spacing: self.spacing, values, labels }
    }
}

/// 0 to 1 from 53 bits.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// About normal, mean 0 and variance 1: the sum of four uniform numbers.
fn gauss(rng: &mut SplitMix64) -> f64 {
    let bits = rng.next_u64();
    let sum: u64 = (0..4).map(|k| (bits >> (16 * k)) & 0xffff).sum();
    // Four uniform numbers over a width of 65536 have variance 4 * 65536^2 / 12.
    (sum as f64 - 2.0 * 65535.0) / (65536.0 / 3f64.sqrt())
}

/// Distance from the centre of an ellipsoid in units of its half axes: 1 on its surface.
fn distance(at: [f64; 3], centre: [f64; 3], radii: [f64; 3]) -> f64 {
    (0..3).map(|a| ((at[a] - centre[a]) / radii[a]) * ((at[a] - centre[a]) / radii[a])).sum::<f64>().sqrt()
}

/// Smooth noise from -1 to 1 that changes over `grain` mm: random values on a lattice, blended between its points.
fn smooth(seed: u64, at: [f64; 3], grain: f64) -> f64 {
    let cell = at.map(|c| (c / grain).floor());
    let blend = [0, 1, 2].map(|a| {
        let t = at[a] / grain - cell[a];
        t * t * (3.0 - 2.0 * t)
    });
    let mut sum = 0.0;
    for corner in 0..8_u64 {
        let mut key = seed;
        let mut weight = 1.0;
        for a in 0..3 {
            let upper = (corner >> a) & 1;
            let lattice = cell[a] as i64 as u64;
            key = SplitMix64::new(key ^ lattice.wrapping_add(upper)).next_u64();
            weight *= if upper == 1 { blend[a] } else { 1.0 - blend[a] };
        }
        sum += weight * (2.0 * unit(key) - 1.0);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_voxels_everywhere() {
        let phantom = Recipe::small(7).make();
        let hash = phantom
            .values
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, v| (h ^ u64::from(v.to_bits())).wrapping_mul(0x100_0000_01b3));
        assert_eq!((hash, phantom.count(1), phantom.count(2)), (17_509_815_872_120_743_638, 880, 80));
    }

    #[test]
    fn a_cohort_is_varied_and_realistic() {
        let cohort = Recipe::cohort(12, 1);
        for recipe in &cohort {
            let phantom = recipe.make();
            let voxel = recipe.spacing.iter().product::<f64>();
            let volume = phantom.count(1) as f64 * voxel;
            // Spheres of 3 and 6 cm have 14 and 113 cm^3.
            assert!((14_000.0..113_000.0).contains(&volume), "{recipe:?} {volume}");
            assert!((500.0..2500.0).contains(&(phantom.count(2) as f64 * voxel)), "{recipe:?}");
            assert!(phantom.rounded().iter().all(|v| (0..2000).contains(v)));
            let mean = |label| {
                let inside = phantom.values.iter().zip(&phantom.labels).filter(|(_, l)| **l == label);
                inside.map(|(v, _)| f64::from(*v)).sum::<f64>() / phantom.count(label) as f64
            };
            assert!((330.0..600.0).contains(&mean(1)) && (100.0..300.0).contains(&mean(0)), "{} {}", mean(1), mean(0));
        }
        assert!(cohort.windows(2).all(|w| w[0].size != w[1].size && w[0].seed != w[1].seed));
    }

    #[test]
    fn noise_is_about_normal() {
        let mut rng = SplitMix64::new(3);
        let draws: Vec<f64> = (0..100_000).map(|_| gauss(&mut rng)).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|d| d * d).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.01 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }
}
