//! The correlations of all pairs of many columns.

use std::collections::HashMap;

use rayon::prelude::*;

use super::kendall::{Ranked, Room, tau};
use super::product::Gram;
use super::{Centred, Method, Missing, check, complete, correlation_of, is_constant};
use crate::error::{Error, Result};

/// The correlations of all pairs of columns.
///
/// # Example
/// ```
/// use radsurv_stats::correlation::{CorrelationMatrix, Method, Missing};
/// let columns = [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [1.0, 3.0, 2.0]];
/// let rho = CorrelationMatrix::new(&columns, Method::Spearman, Missing::Refuse)?;
/// assert_eq!(rho.row(0), [1.0, -1.0, 0.5]);
/// # Ok::<(), radsurv_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelationMatrix {
    size: usize,
    /// Row by row; symmetric.
    values: Vec<f64>,
}

impl CorrelationMatrix {
    /// The correlations of columns of the same length. Each is the same to the bit as that of the two columns alone
    /// ([`correlation`](super::correlation)), and whatever the number of threads.
    ///
    /// A pair without a correlation is NaN: one of the columns is constant over the cases where both have a value, or
    /// there are fewer than two such cases. The diagonal of other columns is 1.
    ///
    /// Pearson and Spearman take O(cases x columns²), in a blocked product with the machine's vector instructions, for
    /// columns that miss the same cases; other pairs are taken one by one. Kendall takes O(columns² cases log cases).
    ///
    /// # Errors
    /// [`Error::Length`] if a column differs in length from the first; [`Error::Missing`] with [`Missing::Refuse`];
    /// [`Error::Infinite`] for Pearson. All name column and row, counting from 0.
    pub fn new<C: AsRef<[f64]> + Sync>(columns: &[C], method: Method, missing: Missing) -> Result<Self> {
        let size = columns.len();
        let cases = columns.first().map_or(0, |c| c.as_ref().len());
        columns.par_iter().enumerate().try_for_each(|(column, values)| {
            let values = values.as_ref();
            if values.len() != cases {
                return Err(Error::Length { column, found: values.len(), expected: cases });
            }
            Ok(())
        })?;
        // The first in the order of columns, whichever thread finds one first.
        let bad: Option<Error> =
            columns.par_iter().enumerate().find_map_first(|(i, c)| check(c.as_ref(), i, method, missing).err());
        if let Some(bad) = bad {
            return Err(bad);
        }
        let mut out = Self { size, values: vec![f64::NAN; size * size] };
        let groups = same_cases(columns);
        for group in &groups {
            out.fill_group(columns, group, method);
        }
        if groups.len() > 1 {
            out.fill_across(columns, &groups, method);
        }
        Ok(out)
    }

    /// A matrix of `size` rows and columns, row by row.
    ///
    /// # Errors
    /// [`Error::Length`] if there are not `size²` values; [`Error::NotSymmetric`] with the first pair whose two values
    /// differ.
    pub fn from_values(size: usize, values: Vec<f64>) -> Result<Self> {
        if size.checked_mul(size) != Some(values.len()) {
            let expected = size.saturating_mul(size);
            return Err(Error::Length { column: 0, found: values.len(), expected });
        }
        for i in 0..size {
            for j in 0..i {
                let (a, b) = (values[i * size + j], values[j * size + i]);
                if a != b && !(a.is_nan() && b.is_nan()) {
                    return Err(Error::NotSymmetric { row: i, column: j, value: a, mirrored: b });
                }
            }
        }
        Ok(Self { size, values })
    }

    /// The number of columns.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The correlations of column `i` with all.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.size..(i + 1) * self.size]
    }

    /// The correlation of two columns.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.row(i)[j]
    }

    /// All values, row by row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All values, row by row, without a copy.
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// The columns that have no correlation with any other: constant ones, and ones without values.
    pub fn undefined(&self) -> Vec<usize> {
        (0..self.size).filter(|&i| self.get(i, i).is_nan()).collect()
    }

    /// Pairs of columns that miss the same cases.
    fn fill_group<C: AsRef<[f64]> + Sync>(&mut self, columns: &[C], group: &Group, method: Method) {
        if group.cases.len() < 2 {
            return;
        }
        let dense = |&c: &usize| group.values(columns[c].as_ref());
        if method == Method::Kendall {
            let ranked: Vec<Ranked> = group.columns.par_iter().map(|c| Ranked::new(&dense(c))).collect();
            self.fill_rows(&group.columns, &ranked, |row, i, ranked| {
                let mut room = Room::default();
                for (to, j) in row.iter_mut().zip(0..i) {
                    *to = tau_of(&ranked[i], &ranked[j], &mut room);
                }
                row[i] = if ranked[i].is_constant() { f64::NAN } else { 1.0 };
            });
            return;
        }
        let centred: Vec<Centred> = group.columns.par_iter().map(|c| Centred::new(&dense(c), method)).collect();
        let gram = Gram::new(&centred);
        let n = group.cases.len();
        self.fill_rows(&group.columns, &(gram, centred), |row, i, (gram, centred)| {
            for j in 0..i {
                row[j] = correlation_of(gram.get(i, j), n, centred[i].sd, centred[j].sd);
            }
            row[i] = if centred[i].sd > 0.0 { 1.0 } else { f64::NAN };
        });
    }

    /// Fills the rows of some columns, given what computes the part of a row up to the diagonal, among these columns.
    fn fill_rows<T: Sync>(&mut self, among: &[usize], of: &T, row: impl Fn(&mut [f64], usize, &T) + Sync) {
        let rows: Vec<Vec<f64>> = (0..among.len())
            .into_par_iter()
            .map(|i| {
                let mut values = vec![f64::NAN; i + 1];
                row(&mut values, i, of);
                values
            })
            .collect();
        let size = self.size;
        self.values.par_chunks_mut(size).enumerate().for_each(|(at, to)| {
            let Ok(i) = among.binary_search(&at) else { return };
            for (j, &column) in among.iter().enumerate() {
                to[column] = if j <= i { rows[i][j] } else { rows[j][i] };
            }
        });
    }

    /// Pairs of columns that miss different cases.
    fn fill_across<C: AsRef<[f64]> + Sync>(&mut self, columns: &[C], groups: &[Group], method: Method) {
        let mut group_of = vec![0; self.size];
        for (number, group) in groups.iter().enumerate() {
            group.columns.iter().for_each(|&c| group_of[c] = number);
        }
        let rows: Vec<Vec<f64>> = (0..self.size)
            .into_par_iter()
            .map(|i| {
                (0..i)
                    .map(|j| match group_of[i] == group_of[j] {
                        true => self.get(i, j),
                        false => of_complete(columns[i].as_ref(), columns[j].as_ref(), method),
                    })
                    .collect()
            })
            .collect();
        let size = self.size;
        self.values.par_chunks_mut(size).enumerate().for_each(|(i, to)| {
            for j in (0..size).filter(|&j| j != i) {
                to[j] = if j < i { rows[i][j] } else { rows[j][i] };
            }
        });
    }
}

/// Columns that have values in the same cases.
struct Group {
    /// Ascending.
    columns: Vec<usize>,
    cases: Vec<u32>,
}

impl Group {
    fn values(&self, column: &[f64]) -> Vec<f64> {
        self.cases.iter().map(|&case| column[case as usize]).collect()
    }
}

/// Columns by the cases they have values in, each group where its first column is.
fn same_cases<C: AsRef<[f64]> + Sync>(columns: &[C]) -> Vec<Group> {
    let bits = |values: &[f64]| -> Vec<u64> {
        values.chunks(64).map(|c| c.iter().rev().fold(0, |bits, v| bits << 1 | u64::from(v.is_nan()))).collect()
    };
    let patterns: Vec<Vec<u64>> = columns.par_iter().map(|c| bits(c.as_ref())).collect();
    let mut groups: Vec<Group> = Vec::new();
    let mut known: HashMap<&[u64], usize> = HashMap::new();
    for (column, pattern) in patterns.iter().enumerate() {
        let number = *known.entry(pattern).or_insert(groups.len());
        if number == groups.len() {
            let values = columns[column].as_ref();
            let cases = (0..).zip(values).filter(|(_, v)| !v.is_nan()).map(|(case, _)| case).collect();
            groups.push(Group { columns: Vec::new(), cases });
        }
        groups[number].columns.push(column);
    }
    groups
}

fn tau_of(x: &Ranked, y: &Ranked, room: &mut Room) -> f64 {
    if x.is_constant() || y.is_constant() { f64::NAN } else { tau(x, y, room).1 }
}

/// The correlation over the cases where both have a value.
fn of_complete(x: &[f64], y: &[f64], method: Method) -> f64 {
    let (x, y) = complete(x, y);
    if x.len() < 2 || is_constant(&x) || is_constant(&y) {
        return f64::NAN;
    }
    match method {
        Method::Kendall => tau(&Ranked::new(&x), &Ranked::new(&y), &mut Room::default()).1,
        _ => Centred::new(&x, method).correlation(&Centred::new(&y, method)),
    }
}
