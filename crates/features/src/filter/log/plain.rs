//! The Laplacian of Gaussian straight from its definition: whole lines, one after the other. The reference of the tests.

use radsurv_image::Volume;

use super::coefficients::Coefficients;

/// One pass along a line of at least four values.
pub fn filter_line(x: &[f64], c: &Coefficients) -> Vec<f64> {
    let dot = |v: [f64; 4], w: &[f64; 4]| v[0] * w[0] + v[1] * w[1] + v[2] * w[2] + v[3] * w[3];
    let last = x.len() - 1;
    let (first_value, last_value) = (x[0], x[last]);
    // Beyond the ends the input is constant, and the output is `bn / d` (`bm / d`) times that constant.
    let mut causal: Vec<f64> = Vec::new();
    for i in 0..x.len() {
        let input = [0, 1, 2, 3].map(|k| if i >= k { x[i - k] } else { first_value });
        let output = [1, 2, 3, 4].map(|k| if i >= k { causal[i - k] } else { first_value });
        let weights = [1, 2, 3, 4].map(|k| if i >= k { c.d[k - 1] } else { c.bn[k - 1] });
        causal.push(dot(input, &c.n) - dot(output, &weights));
    }
    let mut anticausal = vec![0.0; x.len()];
    for i in (0..x.len()).rev() {
        let inside = |k: usize| i + k <= last;
        let input = [1, 2, 3, 4].map(|k| if inside(k) { x[i + k] } else { last_value });
        let output = [1, 2, 3, 4].map(|k| if inside(k) { anticausal[i + k] } else { last_value });
        let weights = [1, 2, 3, 4].map(|k| if inside(k) { c.d[k - 1] } else { c.bm[k - 1] });
        anticausal[i] = dot(input, &c.m) - dot(output, &weights);
    }
    causal.iter().zip(&anticausal).map(|(c, a)| c + a).collect()
}

fn pass(values: &[f64], size: [usize; 3], axis: usize, c: &Coefficients) -> Vec<f32> {
    let stride = [1, size[0], size[0] * size[1]][axis];
    let mut out = vec![0.0; values.len()];
    for start in (0..values.len()).filter(|o| (o / stride).is_multiple_of(size[axis])) {
        let line: Vec<f64> = (0..size[axis]).map(|i| values[start + i * stride]).collect();
        for (i, v) in filter_line(&line, c).into_iter().enumerate() {
            out[start + i * stride] = v as f32;
        }
    }
    out
}

/// The response over the whole image, x fastest.
pub fn laplacian(image: &Volume, sigma_mm: f64) -> Vec<f32> {
    let (size, spacing) = (image.geometry().size(), image.geometry().spacing_mm());
    let axes = image.geometry().dimension();
    let mut sum = vec![0.0f32; image.voxels().len()];
    for axis in 0..axes {
        let mut part = pass(&image.to_f64(), size, axis, &Coefficients::second_derivative(sigma_mm, spacing[axis]));
        for other in (0..axes).filter(|&a| a != axis) {
            let values: Vec<f64> = part.iter().map(|&v| v as f64).collect();
            part = pass(&values, size, other, &Coefficients::smoothing(sigma_mm, spacing[other]));
        }
        let inverse = 1.0 / (spacing[axis] * spacing[axis]);
        for (s, &p) in sum.iter_mut().zip(&part) {
            *s = (*s as f64 + p as f64 * inverse) as f32;
        }
    }
    sum
}
