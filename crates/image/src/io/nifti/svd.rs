//! Left singular vectors of a 3 x 3 matrix with the signs and the order that LINPACK's SSVDC gives them.
//!
//! ITK compares the singular vectors of sform and qform to tell whether both are the same, so the choice between them
//! depends on this algorithm: Householder reflections to bidiagonal form, then implicit QR steps, all in single
//! precision. Source: Dongarra, Moler, Bunch, Stewart, LINPACK Users' Guide (1979), chapter 11.

type Matrix = [[f32; 3]; 3];

/// Euclidean norm, scaled against overflow, as BLAS' SNRM2.
fn norm(values: impl IntoIterator<Item = f32>) -> f32 {
    let (mut scale, mut sum, mut n, mut last) = (0.0f32, 1.0f32, 0, 0.0f32);
    for v in values {
        (n, last) = (n + 1, v.abs());
        if last == 0.0 {
            continue;
        }
        if scale < last {
            let r = scale / last;
            sum = sum * (r * r) + 1.0;
            scale = last;
        } else {
            let r = last / scale;
            sum += r * r;
        }
    }
    if n == 1 { last } else { (f64::from(scale) * f64::from(sum).sqrt()) as f32 }
}

/// A plane rotation that turns (a, b) into (r, 0): (cosine, sine, r), as BLAS' SROTG.
fn rotate(a: f32, b: f32) -> (f32, f32, f32) {
    let larger = if a.abs() > b.abs() { a } else { b };
    let scale = a.abs() + b.abs();
    if scale == 0.0 {
        return (1.0, 0.0, 0.0);
    }
    let (x, y) = (a / scale, b / scale);
    let r = ((f64::from(scale) * f64::from(x * x + y * y).sqrt()) as f32) * 1f32.copysign(larger);
    (a / r, b / r, r)
}

/// Rotates two columns of a matrix.
fn rotate_columns(m: &mut Matrix, i: usize, j: usize, cosine: f32, sine: f32) {
    for row in m {
        let t = cosine * row[i] + sine * row[j];
        row[j] = cosine * row[j] - sine * row[i];
        row[i] = t;
    }
}

/// With the sign of the second, as Fortran's SIGN, but 0 leaves the first as it is.
fn signed(value: f32, sign: f32) -> f32 {
    if sign == 0.0 { value } else { value.copysign(sign) }
}

/// Left singular vectors as columns, and the singular values, descending. The matrix must be finite.
pub(super) fn left_singular(matrix: &Matrix) -> (Matrix, [f32; 3]) {
    let mut x = *matrix;
    let mut s = [0.0f32; 3];
    let mut e = [0.0f32; 3];
    // To bidiagonal form: reflections of columns 0 and 1, of row 0.
    for l in 0..2 {
        s[l] = norm((l..3).map(|i| x[i][l]));
        if s[l] != 0.0 {
            s[l] = signed(s[l], x[l][l]);
            let inverse = 1.0 / s[l];
            (l..3).for_each(|i| x[i][l] *= inverse);
            x[l][l] += 1.0;
        }
        s[l] = -s[l];
        for j in l + 1..3 {
            if s[l] != 0.0 {
                let t = -dot(&x, l, l, j) / x[l][l];
                (l..3).for_each(|i| x[i][j] += t * x[i][l]);
            }
            e[j] = x[l][j];
        }
        if l == 0 {
            reflect_row(&mut x, &mut e);
        }
    }
    s[2] = x[2][2];
    e[1] = x[1][2];
    e[2] = 0.0;
    let mut u = accumulate(&x, &s);
    iterate(&mut s, &mut e, &mut u);
    (u, s)
}

/// Product of columns `i` and `j` from row `from` on.
fn dot(m: &Matrix, from: usize, i: usize, j: usize) -> f32 {
    (from..3).fold(0.0, |sum, r| sum + m[r][i] * m[r][j])
}

/// The reflection that leaves the first row with two elements.
fn reflect_row(x: &mut Matrix, e: &mut [f32; 3]) {
    e[0] = norm([e[1], e[2]]);
    if e[0] != 0.0 {
        e[0] = signed(e[0], e[1]);
        let inverse = 1.0 / e[0];
        e[1] *= inverse;
        e[2] *= inverse;
        e[1] += 1.0;
    }
    e[0] = -e[0];
    if e[0] == 0.0 {
        return;
    }
    let mut work = [0.0f32; 3];
    for j in 1..3 {
        (1..3).for_each(|i| work[i] += e[j] * x[i][j]);
    }
    for j in 1..3 {
        let t = -e[j] / e[1];
        (1..3).for_each(|i| x[i][j] += t * work[i]);
    }
}

/// U from the reflections of the columns, which `x` holds below its diagonal.
fn accumulate(x: &Matrix, s: &[f32; 3]) -> Matrix {
    let mut u = [[0.0f32; 3]; 3];
    for l in 0..2 {
        (l..3).for_each(|i| u[i][l] = x[i][l]);
    }
    u[2][2] = 1.0;
    for l in [1, 0] {
        if s[l] == 0.0 {
            (0..3).for_each(|i| u[i][l] = 0.0);
            u[l][l] = 1.0;
            continue;
        }
        for j in l + 1..3 {
            let t = -dot(&u, l, l, j) / u[l][l];
            (l..3).for_each(|i| u[i][j] += t * u[i][l]);
        }
        (l..3).for_each(|i| u[i][l] = -u[i][l]);
        u[l][l] += 1.0;
        (0..l).for_each(|i| u[i][l] = 0.0);
    }
    u
}

/// QR steps until the superdiagonal `e` vanishes. `m` values are not finished yet; `l` is where the block begins that
/// is worked on.
fn iterate(s: &mut [f32; 3], e: &mut [f32; 3], u: &mut Matrix) {
    let mut m = 3;
    // LINPACK gives up after 1000 steps for one value; three times that bounds all of them.
    for _ in 0..3000 {
        if m == 0 {
            return;
        }
        let mut l = m - 1;
        while l > 0 {
            let test = s[l - 1].abs() + s[l].abs();
            if test + e[l - 1].abs() == test {
                e[l - 1] = 0.0;
                break;
            }
            l -= 1;
        }
        if l == m - 1 {
            order(s, u, l);
            m -= 1;
            continue;
        }
        match negligible(s, e, l, m) {
            Some(k) if k == m - 1 => deflate(s, e, l, m),
            Some(k) => split(s, e, u, k + 1, m),
            None => step(s, e, u, l, m),
        }
    }
}

/// A diagonal element of the block from `l` to `m` that is zero beside its neighbours.
fn negligible(s: &mut [f32; 3], e: &[f32; 3], l: usize, m: usize) -> Option<usize> {
    for k in (l..m).rev() {
        let mut test = 0.0;
        if k != m - 1 {
            test += e[k].abs();
        }
        if k != l {
            test += e[k - 1].abs();
        }
        if test + s[k].abs() == test {
            s[k] = 0.0;
            return Some(k);
        }
    }
    None
}

/// The last value of the block is zero.
fn deflate(s: &mut [f32; 3], e: &mut [f32; 3], l: usize, m: usize) {
    let mut f = e[m - 2];
    e[m - 2] = 0.0;
    for k in (l..m - 1).rev() {
        let (cosine, sine, r) = rotate(s[k], f);
        s[k] = r;
        if k != l {
            f = -sine * e[k - 1];
            e[k - 1] *= cosine;
        }
    }
}

/// The value before `l` is zero.
fn split(s: &mut [f32; 3], e: &mut [f32; 3], u: &mut Matrix, l: usize, m: usize) {
    let mut f = e[l - 1];
    e[l - 1] = 0.0;
    for k in l..m {
        let (cosine, sine, r) = rotate(s[k], f);
        s[k] = r;
        f = -sine * e[k];
        e[k] *= cosine;
        rotate_columns(u, k, l - 1, cosine, sine);
    }
}

/// One QR step on the block from `l` to `m`.
fn step(s: &mut [f32; 3], e: &mut [f32; 3], u: &mut Matrix, l: usize, m: usize) {
    let scale = [s[m - 1], s[m - 2], e[m - 2], s[l], e[l]].into_iter().fold(0.0f32, |a, v| a.max(v.abs()));
    let [sm, smm1, emm1, sl, el] = [s[m - 1], s[m - 2], e[m - 2], s[l], e[l]].map(|v| v / scale);
    let b = ((smm1 + sm) * (smm1 - sm) + emm1 * emm1) / 2.0;
    let c = (sm * emm1) * (sm * emm1);
    let mut shift = 0.0;
    if b != 0.0 || c != 0.0 {
        shift = (b * b + c).sqrt();
        if b < 0.0 {
            shift = -shift;
        }
        shift = c / (b + shift);
    }
    let mut f = (sl + sm) * (sl - sm) + shift;
    let mut g = sl * el;
    for k in l..m - 1 {
        let (cosine, sine, r) = rotate(f, g);
        if k != l {
            e[k - 1] = r;
        }
        f = cosine * s[k] + sine * e[k];
        e[k] = cosine * e[k] - sine * s[k];
        g = sine * s[k + 1];
        s[k + 1] *= cosine;
        let (cosine, sine, r) = rotate(f, g);
        s[k] = r;
        f = cosine * e[k] + sine * s[k + 1];
        s[k + 1] = -sine * e[k] + cosine * s[k + 1];
        g = sine * e[k + 1];
        e[k + 1] *= cosine;
        rotate_columns(u, k, k + 1, cosine, sine);
    }
    e[m - 2] = f;
}

/// Makes value `l` positive and moves it to its place among those that are finished.
fn order(s: &mut [f32; 3], u: &mut Matrix, mut l: usize) {
    s[l] = s[l].abs();
    while l < 2 && s[l] < s[l + 1] {
        s.swap(l, l + 1);
        u.iter_mut().for_each(|row| row.swap(l, l + 1));
        l += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_diagonalise() {
        // A rotation with scales 1, 2, 3.
        let (c, s) = (0.6f32, 0.8f32);
        let m = [[c, -2.0 * s, 0.0], [s, 2.0 * c, 0.0], [0.0, 0.0, 3.0]];
        let (u, w) = left_singular(&m);
        for (found, expected) in w.iter().zip([3.0, 2.0, 1.0]) {
            assert!((found - expected).abs() < 1e-6, "{w:?}");
        }
        // u^T m m^T u is diagonal.
        for i in 0..3 {
            for j in 0..3 {
                let mut sum = 0.0;
                for k in 0..3 {
                    let a: f32 = (0..3).map(|r| u[r][i] * m[r][k]).sum();
                    let b: f32 = (0..3).map(|r| u[r][j] * m[r][k]).sum();
                    sum += a * b;
                }
                let expected = if i == j { w[i] * w[i] } else { 0.0 };
                assert!((sum - expected).abs() < 1e-5, "{i} {j} {sum}");
            }
        }
    }

    #[test]
    fn any_finite_matrix_comes_to_an_end() {
        for m in [[[0.0; 3]; 3], [[f32::MIN_POSITIVE; 3]; 3], [[f32::MAX; 3]; 3], [[1.0, 0.0, 0.0]; 3]] {
            let _ = left_singular(&m);
        }
    }
}
