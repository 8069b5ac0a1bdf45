//! The inverse of a small matrix with ITK's rounding.
//!
//! ITK inverts the matrix that takes an index to a physical point through a singular value decomposition, that of
//! LINPACK (`dsvdc`: Dongarra, Bunch, Moler, Stewart: LINPACK Users' Guide, SIAM 1979, chapter 11; Householder
//! bidiagonalisation, then implicit QR steps). Its last bits matter: when a mask is resampled to half its resolution
//! every new voxel lies exactly between old ones, and rounding decides which neighbour is nearest. So the operations
//! here are those of `dsvdc` in the same order, for square matrices of up to 3 x 3.

/// A matrix by columns, as LINPACK stores it: `m[column][row]`.
type Columns = [[f64; 3]; 3];

/// The inverse of the leading `n` x `n` part of `m[row][column]` (`n` is 2 or 3); beyond it the identity.
///
/// `None` if the matrix is singular, not finite, or so nearly singular that the decomposition splits it.
pub(crate) fn invert(m: &[[f64; 3]; 3], n: usize) -> Option<[[f64; 3]; 3]> {
    if !(2..=3).contains(&n) || m.as_flattened().iter().any(|v| !v.is_finite()) {
        return None;
    }
    let mut x = [[0.0; 3]; 3];
    for row in 0..n {
        for column in 0..n {
            x[column][row] = m[row][column];
        }
    }
    let Svd { u, s, v } = decompose(x, n)?;
    if s[..n].iter().any(|&s| s == 0.0 || !s.is_finite()) {
        return None;
    }
    // V * W^-1, then times U transposed.
    let mut scaled = [[0.0; 3]; 3];
    for row in 0..n {
        for column in 0..n {
            scaled[row][column] =
                (0..n).fold(0.0, |sum, k| sum + v[k][row] * if k == column { 1.0 / s[k] } else { 0.0 });
        }
    }
    let mut inverse = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for row in 0..n {
        for column in 0..n {
            inverse[row][column] = (0..n).fold(0.0, |sum, k| sum + scaled[row][k] * u[k][column]);
        }
    }
    Some(inverse)
}

/// Left singular vectors (columns), singular values, right singular vectors (columns).
struct Svd {
    u: Columns,
    s: [f64; 3],
    v: Columns,
}

fn decompose(x: Columns, n: usize) -> Option<Svd> {
    let mut b = bidiagonalise(x, n);
    // More steps than any finite matrix needs; LINPACK's own limit.
    let mut left = 1000;
    let mut m = n;
    while m > 0 {
        // The last diagonal block that is not split by a negligible off-diagonal element starts at l.
        let mut l = m - 1;
        while l > 0 {
            let test = b.s[l - 1].abs() + b.s[l].abs();
            if test + b.e[l - 1].abs() == test {
                b.e[l - 1] = 0.0;
                break;
            }
            l -= 1;
        }
        if l == m - 1 {
            converged(&mut b, l, n);
            m -= 1;
            left = 1000;
            continue;
        }
        // A negligible diagonal element would need a deflation: the matrix is singular to working precision.
        let negligible = (l..m).rev().any(|k| {
            let mut test = 0.0;
            if k != m - 1 {
                test += b.e[k].abs();
            }
            if k != l {
                test += b.e[k - 1].abs();
            }
            test + b.s[k].abs() == test
        });
        if negligible || left == 0 {
            return None;
        }
        left -= 1;
        qr_step(&mut b, l, m - 1, n);
    }
    Some(Svd { u: b.u, s: b.s, v: b.v })
}

/// A bidiagonal matrix with its orthogonal factors: diagonal `s`, superdiagonal `e`.
struct Bidiagonal {
    u: Columns,
    s: [f64; 3],
    e: [f64; 3],
    v: Columns,
}

fn bidiagonalise(mut x: Columns, n: usize) -> Bidiagonal {
    let (mut s, mut e) = ([0.0; 3], [0.0; 3]);
    let (mut u, mut v) = ([[0.0; 3]; 3], [[0.0; 3]; 3]);
    let (columns, rows) = (n - 1, n.saturating_sub(2));
    for l in 0..columns {
        s[l] = norm(&x[l][l..n]);
        if s[l] != 0.0 {
            if x[l][l] != 0.0 {
                s[l] = sign(s[l], x[l][l]);
            }
            scale(1.0 / s[l], &mut x[l][l..n]);
            x[l][l] += 1.0;
        }
        s[l] = -s[l];
        for j in l + 1..n {
            if s[l] != 0.0 {
                let pivot = x[l];
                reflect(&pivot[l..n], &mut x[j][l..n]);
            }
            e[j] = x[j][l];
        }
        u[l][l..n].copy_from_slice(&x[l][l..n]);
        if l < rows {
            e[l] = norm(&e[l + 1..n]);
            if e[l] != 0.0 {
                if e[l + 1] != 0.0 {
                    e[l] = sign(e[l], e[l + 1]);
                }
                let factor = 1.0 / e[l];
                scale(factor, &mut e[l + 1..n]);
                e[l + 1] += 1.0;
            }
            e[l] = -e[l];
            if e[l] != 0.0 {
                let mut work = [0.0; 3];
                for j in l + 1..n {
                    add(e[j], &x[j][l + 1..n], &mut work[l + 1..n]);
                }
                for j in l + 1..n {
                    add(-e[j] / e[l + 1], &work[l + 1..n], &mut x[j][l + 1..n]);
                }
            }
            v[l][l + 1..n].copy_from_slice(&e[l + 1..n]);
        }
    }
    s[n - 1] = x[n - 1][n - 1];
    e[n - 2] = x[n - 1][n - 2];
    e[n - 1] = 0.0;

    // The left factor, from the reflections backwards.
    u[n - 1] = [0.0; 3];
    u[n - 1][n - 1] = 1.0;
    for l in (0..columns).rev() {
        if s[l] != 0.0 {
            for j in l + 1..n {
                let pivot = u[l];
                reflect(&pivot[l..n], &mut u[j][l..n]);
            }
            scale(-1.0, &mut u[l][l..n]);
            u[l][l] += 1.0;
            u[l][..l].fill(0.0);
        } else {
            u[l] = [0.0; 3];
            u[l][l] = 1.0;
        }
    }
    // The right factor.
    for l in (0..n).rev() {
        if l < rows && e[l] != 0.0 {
            for j in l + 1..n {
                let pivot = v[l];
                reflect(&pivot[l + 1..n], &mut v[j][l + 1..n]);
            }
        }
        v[l] = [0.0; 3];
        v[l][l] = 1.0;
    }
    Bidiagonal { u, s, e, v }
}

/// One implicit QR step on the block from `l` to `m`, with the shift of the last 2 x 2 block.
fn qr_step(b: &mut Bidiagonal, l: usize, m: usize, n: usize) {
    let largest = b.s[m].abs().max(b.s[m - 1].abs()).max(b.e[m - 1].abs()).max(b.s[l].abs()).max(b.e[l].abs());
    let (sm, smm1, emm1) = (b.s[m] / largest, b.s[m - 1] / largest, b.e[m - 1] / largest);
    let (sl, el) = (b.s[l] / largest, b.e[l] / largest);
    let half = ((smm1 + sm) * (smm1 - sm) + emm1 * emm1) / 2.0;
    let product = sm * emm1 * (sm * emm1);
    let mut shift = 0.0;
    if half != 0.0 || product != 0.0 {
        shift = (half * half + product).sqrt();
        if half < 0.0 {
            shift = -shift;
        }
        shift = product / (half + shift);
    }
    let mut f = (sl + sm) * (sl - sm) + shift;
    let mut g = sl * el;
    for k in l..m {
        let (r, c, sn) = rotation(f, g);
        if k != l {
            b.e[k - 1] = r;
        }
        f = c * b.s[k] + sn * b.e[k];
        b.e[k] = c * b.e[k] - sn * b.s[k];
        g = sn * b.s[k + 1];
        b.s[k + 1] *= c;
        rotate(&mut b.v, k, c, sn, n);
        let (r, c, sn) = rotation(f, g);
        b.s[k] = r;
        f = c * b.e[k] + sn * b.s[k + 1];
        b.s[k + 1] = -sn * b.e[k] + c * b.s[k + 1];
        g = sn * b.e[k + 1];
        b.e[k + 1] *= c;
        rotate(&mut b.u, k, c, sn, n);
    }
    b.e[m - 1] = f;
}

/// Makes the singular value `l` positive and moves it to its place in descending order.
fn converged(b: &mut Bidiagonal, mut l: usize, n: usize) {
    if b.s[l] < 0.0 {
        b.s[l] = -b.s[l];
        scale(-1.0, &mut b.v[l][..n]);
    }
    while l + 1 < n && b.s[l] < b.s[l + 1] {
        b.s.swap(l, l + 1);
        b.v.swap(l, l + 1);
        b.u.swap(l, l + 1);
        l += 1;
    }
}

/// Euclidean norm without overflow, as BLAS `dnrm2` of 1990 computes it.
fn norm(x: &[f64]) -> f64 {
    if let [single] = x {
        return single.abs();
    }
    let (mut scale, mut sum) = (0.0, 1.0);
    for value in x.iter().filter(|&&v| v != 0.0).map(|v| v.abs()) {
        if scale < value {
            let ratio: f64 = scale / value;
            sum = sum * (ratio * ratio) + 1.0;
            scale = value;
        } else {
            let ratio: f64 = value / scale;
            sum += ratio * ratio;
        }
    }
    scale * sum.sqrt()
}

/// The magnitude of one number with the sign of another; the sign of a zero is plus.
fn sign(magnitude: f64, of: f64) -> f64 {
    if of >= 0.0 { magnitude.abs() } else { -magnitude.abs() }
}

fn scale(factor: f64, x: &mut [f64]) {
    x.iter_mut().for_each(|v| *v *= factor);
}

/// `y += a x`.
fn add(a: f64, x: &[f64], y: &mut [f64]) {
    if a != 0.0 {
        y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
    }
}

/// Applies the Householder reflection kept in `pivot` to `x`.
fn reflect(pivot: &[f64], x: &mut [f64]) {
    let dot = pivot.iter().zip(x.iter()).fold(0.0, |sum, (p, x)| sum + p * x);
    add(-dot / pivot[0], pivot, x);
}

/// The plane rotation that turns `(f, g)` into `(r, 0)`: `r`, cosine, sine.
fn rotation(f: f64, g: f64) -> (f64, f64, f64) {
    let scale = f.abs() + g.abs();
    if scale == 0.0 {
        return (0.0, 1.0, 0.0);
    }
    let (a, b) = (f / scale, g / scale);
    let larger = if f.abs() > g.abs() { f } else { g };
    let r = sign(1.0, larger) * (scale * (a * a + b * b).sqrt());
    (r, f / r, g / r)
}

/// Rotates the columns `k` and `k + 1`.
fn rotate(columns: &mut Columns, k: usize, cosine: f64, sine: f64, n: usize) {
    for row in 0..n {
        let (x, y) = (columns[k][row], columns[k + 1][row]);
        columns[k][row] = cosine * x + sine * y;
        columns[k + 1][row] = cosine * y - sine * x;
    }
}
