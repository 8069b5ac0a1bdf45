//! The mean squares of complete readings.

/// Mean squares of `cases` x `readings` values; see the [module](super). They come from the values of complete readings
/// or from variance components.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanSquares {
    /// Between cases, *B*.
    pub between: f64,
    /// Within cases, *W*.
    pub within: f64,
    /// Between readings, *J*.
    pub readings: f64,
    /// Residual, *E*.
    pub residual: f64,
    /// The number of cases, *n*.
    pub case_count: usize,
    /// The number of readings of each, *k*.
    pub reading_count: usize,
}

impl MeanSquares {
    /// The mean squares of complete readings: `readings[j][i]` is reading `j` of case `i`. None if there are fewer than
    /// two readings or cases, if readings differ in their number of cases, or a value is missing or infinite.
    ///
    /// Every sum is of squared deviations, none is a difference of sums: readings that nearly agree lose no digits.
    /// What is equal gives exactly 0: *W*, *J* and *E* if all readings of each case are, *B* if all cases are, *J* if
    /// all readings are.
    ///
    /// # Example
    /// The data of Shrout and Fleiss (1979, Table 2), whose analysis of variance is their Table 3:
    /// ```
    /// use radsurv_harmonize::icc::MeanSquares;
    /// let judges: [&[f64]; 4] = [
    ///     &[9.0, 6.0, 8.0, 7.0, 10.0, 6.0], &[2.0, 1.0, 4.0, 1.0, 5.0, 2.0],
    ///     &[5.0, 3.0, 6.0, 2.0, 6.0, 4.0], &[8.0, 2.0, 8.0, 6.0, 9.0, 7.0],
    /// ];
    /// let squares = MeanSquares::of(&judges).unwrap();
    /// assert!((squares.between - 11.24).abs() < 0.005 && (squares.within - 6.26).abs() < 0.005);
    /// assert!((squares.readings - 32.49).abs() < 0.005 && (squares.residual - 1.02).abs() < 0.005);
    /// ```
    pub fn of<R: AsRef<[f64]>>(readings: &[R]) -> Option<Self> {
        let readings: Vec<&[f64]> = readings.iter().map(AsRef::as_ref).collect();
        let (k, n) = (readings.len(), readings.first()?.len());
        let usable = readings.iter().all(|r| r.len() == n && r.iter().all(|v| v.is_finite()));
        if k < 2 || n < 2 || !usable {
            return None;
        }
        let (nf, kf) = (n as f64, k as f64);
        let grand = mean(readings.iter().flat_map(|r| r.iter().copied()), nf * kf);
        let of_case = |i: usize| mean(readings.iter().map(|r| r[i] - grand), kf);
        let cases: Vec<f64> = (0..n).map(of_case).collect();
        // From deviations within cases, which are small where cases differ much.
        let within = |r: &&[f64]| mean(r.iter().zip(&cases).map(|(v, case)| v - grand - case), nf);
        let offsets: Vec<f64> = readings.iter().map(within).collect();

        let same_readings = readings.iter().all(|r| *r == readings[0]);
        let same_cases = readings.iter().all(|r| r.iter().all(|v| *v == r[0]));
        let mut squares = [0.0; 4];
        squares[0] = if same_cases { 0.0 } else { kf * sum(cases.iter().map(|m| m * m)) };
        if !same_readings {
            squares[2] = nf * sum(offsets.iter().map(|m| m * m));
            for (reading, offset) in readings.iter().zip(&offsets) {
                for (value, case) in reading.iter().zip(&cases) {
                    let (within, residual) = (value - grand - case, value - grand - case - offset);
                    squares[1] += within * within;
                    squares[3] += residual * residual;
                }
            }
        }
        if same_cases {
            // Each reading is constant: what is left is its rounding.
            squares[3] = 0.0;
        }
        Some(Self {
            between: squares[0] / (nf - 1.0),
            within: squares[1] / (nf * (kf - 1.0)),
            readings: squares[2] / (kf - 1.0),
            residual: squares[3] / ((nf - 1.0) * (kf - 1.0)),
            case_count: n,
            reading_count: k,
        })
    }

    /// Degrees of freedom of *B*, *W*, *J* and *E*.
    pub fn degrees_of_freedom(&self) -> [f64; 4] {
        let (n, k) = (self.case_count as f64, self.reading_count as f64);
        [n - 1.0, n * (k - 1.0), k - 1.0, (n - 1.0) * (k - 1.0)]
    }
}

/// The mean, with a second pass over the deviations from the first.
fn mean(values: impl Iterator<Item = f64> + Clone, count: f64) -> f64 {
    let first = sum(values.clone()) / count;
    first + sum(values.map(|v| v - first)) / count
}

fn sum(values: impl Iterator<Item = f64>) -> f64 {
    values.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_gives_exactly_zero() {
        let cases = [0.1, 0.7, 1e9 + 0.3];
        let same = MeanSquares::of(&[cases; 7]).unwrap();
        assert_eq!([same.within, same.readings, same.residual], [0.0; 3]);
        assert!(same.between > 0.0);
        let constant = MeanSquares::of(&[[0.1; 5], [0.3; 5], [0.7; 5]]).unwrap();
        assert_eq!([constant.between, constant.residual], [0.0; 2]);
        assert!(constant.readings > 0.0 && constant.within > 0.0);
    }

    #[test]
    fn what_is_not_complete_has_none() {
        assert_eq!(MeanSquares::of::<&[f64]>(&[]), None);
        assert_eq!(MeanSquares::of(&[[1.0, 2.0]]), None);
        assert_eq!(MeanSquares::of(&[[1.0], [2.0]]), None);
        assert_eq!(MeanSquares::of(&[vec![1.0, 2.0], vec![1.0]]), None);
        assert_eq!(MeanSquares::of(&[[1.0, f64::NAN], [1.0, 2.0]]), None);
        assert_eq!(MeanSquares::of(&[[1.0, f64::INFINITY], [1.0, 2.0]]), None);
    }
}
