//! Factors of libraries: what is left when a few genes take many of the reads.

use radsurv_data::list;
use radsurv_stats::rank::average_ranks;
use radsurv_stats::summary::{mean, median, quantile_sorted};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Counts;
use crate::error::{Error, Result};

/// How factors are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NormalisationMethod {
    /// The trimmed mean of the log ratios of a sample to one of them, weighted by their precision. Robinson and Oshlack,
    /// *Genome Biology* 11 (2010) R25.
    #[default]
    Tmm,
    /// The same with genes that are zero in one of the two samples paired by size: for counts with many zeros.
    Tmmwsp,
    /// The median ratio to the geometric mean over samples. Anders and Huber, *Genome Biology* 11 (2010) R106.
    Rle,
    /// A quantile of the counts. Bullard et al., *BMC Bioinformatics* 11 (2010) 94.
    UpperQuartile,
    /// All are 1.
    None,
}

/// How libraries are made comparable; the defaults are edgeR's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Normalisation {
    /// The method, TMM.
    pub method: NormalisationMethod,
    /// The sample that others are compared with. If not given: for TMM that whose upper quartile, over the size of its
    /// library, is nearest to the mean of all; for TMMwsp that of the largest sum of roots of counts.
    pub reference: Option<String>,
    /// The share of genes left out at each end of the log ratios, 0.3.
    pub ratio_trim: f64,
    /// The share of genes left out at each end of the mean logarithms, 0.05.
    pub mean_trim: f64,
    /// Whether log ratios are weighted by their precision, true.
    pub weighted: bool,
    /// The quantile of [`UpperQuartile`](NormalisationMethod::UpperQuartile), 0.75.
    pub quantile: f64,
}

impl Default for Normalisation {
    fn default() -> Self {
        Self {
            method: NormalisationMethod::Tmm,
            reference: None,
            ratio_trim: 0.3,
            mean_trim: 0.05,
            weighted: true,
            quantile: 0.75,
        }
    }
}

impl Normalisation {
    /// A method with the settings of edgeR.
    pub fn by(method: NormalisationMethod) -> Self {
        Self { method, ..Self::default() }
    }

    /// The factor of each library: their product is 1. Genes without counts do not count. edgeR's `calcNormFactors`.
    ///
    /// # Errors
    /// [`Error::Counts`] if the reference is no sample; if a trim is not from 0 to below 0.5, or the quantile not from 0 to 1; if the upper quartile
    /// of a sample is 0, or no gene has counts in all samples (RLE): it names another method.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::Expression;
    /// use radsurv_genomics::expression::counts::{Counts, Normalisation};
    /// let genes = (0..40).map(|gene| format!("g{gene}")).collect();
    /// // The second sample has the same genes and one more, which takes half of its reads.
    /// let values = (0..40).flat_map(|gene| [100.0 + f64::from(gene), if gene == 39 { 4780.0 } else { 100.0 + f64::from(gene) }]);
    /// let counts = Counts::new(Expression::new(genes, vec!["P1".into(), "P2".into()], values.collect())?)?;
    /// let counts = counts.normalised(&Normalisation::default())?;
    /// let sizes = counts.effective_sizes();
    /// assert!((sizes[0] / sizes[1] - 1.0).abs() < 1e-9);
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn factors(&self, counts: &Counts) -> Result<Vec<f64>> {
        for (name, trim) in [("log ratios", self.ratio_trim), ("mean logarithms", self.mean_trim)] {
            if !(0.0..0.5).contains(&trim) {
                return Err(Error::Counts(format!(
                    "the trim of the {name} is {trim}: give a share from 0 to below 0.5"
                )));
            }
        }
        if !(0.0..=1.0).contains(&self.quantile) {
            return Err(Error::Counts(format!("the quantile is {}: give a number from 0 to 1", self.quantile)));
        }
        let reference = match &self.reference {
            None => None,
            Some(name) => Some(counts.table.samples().iter().position(|sample| sample == name).ok_or_else(|| {
                Error::Counts(format!("the reference {name} is none of the {} samples", counts.sizes.len()))
            })?),
        };
        let samples = counts.sizes.len();
        if samples == 1 || self.method == NormalisationMethod::None {
            return Ok(vec![1.0; samples]);
        }
        let mut columns = counts.table.columns();
        let counted: Vec<bool> = counts.table.rows().map(|row| row.iter().any(|v| *v > 0.0)).collect();
        for column in &mut columns {
            let mut gene = counted.iter();
            column.retain(|_| *gene.next().unwrap_or(&false));
        }
        let sizes = &counts.sizes;
        let factors: Vec<f64> = match self.method {
            NormalisationMethod::Tmm => {
                let quartiles = quantiles(&columns, 0.75);
                let scaled: Vec<f64> = quartiles.iter().zip(sizes).map(|(q, size)| q / size).collect();
                let reference = reference.unwrap_or_else(|| match median(&mut scaled.clone()) < 1e-20 {
                    true => largest_roots(&columns),
                    false => {
                        let middle = mean(&scaled);
                        first_largest(scaled.iter().map(|q| -(q - middle).abs()))
                    }
                });
                self.against(&columns, sizes, reference, |a, b| self.tmm(a, b))?
            }
            NormalisationMethod::Tmmwsp => {
                let reference = reference.unwrap_or_else(|| largest_roots(&columns));
                self.against(&columns, sizes, reference, |a, b| Ok(self.tmmwsp(a, b)))?
            }
            NormalisationMethod::Rle => relative_logs(&columns, sizes)?,
            NormalisationMethod::UpperQuartile => {
                let quartiles = quantiles(&columns, self.quantile);
                let zero: Vec<&String> =
                    counts.table.samples().iter().zip(&quartiles).filter(|(_, q)| **q <= 0.0).map(|(s, _)| s).collect();
                if !zero.is_empty() {
                    let what = format!(
                        "the quantile {} of the counts of {} samples is 0: {}; give a higher one, or take TMM",
                        self.quantile,
                        zero.len(),
                        list(&zero)
                    );
                    return Err(Error::Counts(what));
                }
                quartiles.iter().zip(sizes).map(|(q, size)| q / size).collect()
            }
            NormalisationMethod::None => vec![1.0; samples],
        };
        let logs: Vec<f64> = factors.iter().map(|f| f.ln()).collect();
        let centre = mean(&logs).exp();
        Ok(factors.iter().map(|f| f / centre).collect())
    }

    fn against(
        &self,
        columns: &[Vec<f64>],
        sizes: &[f64],
        reference: usize,
        factor: impl Fn(Library, Library) -> Result<f64> + Sync,
    ) -> Result<Vec<f64>> {
        let library = |i: usize| Library { counts: &columns[i], size: sizes[i] };
        (0..columns.len()).into_par_iter().map(|i| factor(library(i), library(reference))).collect()
    }

    fn tmm(&self, of: Library, reference: Library) -> Result<f64> {
        let (mut ratios, mut means, mut variances) = (Vec::new(), Vec::new(), Vec::new());
        for (&o, &r) in of.counts.iter().zip(reference.counts).filter(|(o, r)| **o > 0.0 && **r > 0.0) {
            ratios.push(((o / of.size) / (r / reference.size)).log2());
            means.push(((o / of.size).log2() + (r / reference.size).log2()) / 2.0);
            variances.push((of.size - o) / of.size / o + (reference.size - r) / reference.size / r);
        }
        if ratios.iter().all(|ratio| ratio.abs() < 1e-6) {
            return Ok(1.0);
        }
        let n = ratios.len();
        let within = |ranks: Vec<f64>, trim: f64| {
            let low = (n as f64 * trim).floor() + 1.0;
            let high = n as f64 + 1.0 - low;
            ranks.into_iter().map(move |rank| rank >= low && rank <= high)
        };
        let kept = within(average_ranks(&ratios)?, self.ratio_trim).zip(within(average_ranks(&means)?, self.mean_trim));
        let kept: Vec<usize> = kept.enumerate().filter(|(_, (a, b))| *a && *b).map(|(at, _)| at).collect();
        let log = match self.weighted {
            true => {
                let sum: f64 = kept.iter().map(|&i| ratios[i] / variances[i]).sum();
                sum / kept.iter().map(|&i| 1.0 / variances[i]).sum::<f64>()
            }
            false => kept.iter().map(|&i| ratios[i]).sum::<f64>() / kept.len() as f64,
        };
        Ok(if log.is_nan() { 1.0 } else { log.exp2() })
    }

    fn tmmwsp(&self, of: Library, reference: Library) -> f64 {
        let (mut pairs, mut only, mut only_reference) = (Vec::new(), Vec::new(), Vec::new());
        for (&o, &r) in of.counts.iter().zip(reference.counts) {
            match (o > 1e-14, r > 1e-14) {
                (true, true) => pairs.push((o, r)),
                (true, false) => only.push(o),
                (false, true) => only_reference.push(r),
                (false, false) => (),
            }
        }
        // Genes of one sample alone, the largest with the largest.
        for singles in [&mut only, &mut only_reference] {
            singles.sort_unstable_by(|a, b| b.total_cmp(a));
        }
        pairs.extend(only.into_iter().zip(only_reference));
        let n = pairs.len();
        let ratio = |&(o, r): &(f64, f64)| ((o / of.size) / (r / reference.size)).log2();
        let ratios: Vec<f64> = pairs.iter().map(ratio).collect();
        if ratios.iter().all(|ratio| ratio.abs() < 1e-6) {
            return 1.0;
        }
        let means: Vec<f64> = pairs.iter().map(|(o, r)| 0.5 * ((o / of.size) * (r / reference.size)).log2()).collect();
        let shrunk =
            |&(o, r): &(f64, f64)| (((o + 0.5) / (of.size + 0.5)) / ((r + 0.5) / (reference.size + 0.5))).log2();
        let shrunk: Vec<f64> = pairs.iter().map(shrunk).collect();
        let mut kept = vec![0u8; n];
        let mut trim = |order: Vec<usize>, share: f64| {
            let low = (n as f64 * share) as usize;
            order[low..n - low].iter().for_each(|&at| kept[at] += 1);
        };
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| ratios[a].total_cmp(&ratios[b]).then(shrunk[a].total_cmp(&shrunk[b])));
        trim(order, self.ratio_trim);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| means[a].total_cmp(&means[b]));
        trim(order, self.mean_trim);
        let kept: Vec<usize> = (0..n).filter(|&at| kept[at] == 2).collect();
        let weight = |at: usize| {
            let (o, r) = (pairs[at].0 / of.size, pairs[at].1 / reference.size);
            let variance = (1.0 - o) / o / of.size + (1.0 - r) / r / reference.size;
            if self.weighted { (1.0 + 1e-6) / (variance + 1e-6) } else { 1.0 }
        };
        let sum: f64 = kept.iter().map(|&at| weight(at) * ratios[at]).sum();
        let log = sum / kept.iter().map(|&at| weight(at)).sum::<f64>();
        if log.is_nan() { 1.0 } else { log.exp2() }
    }
}

/// The counts of a sample and the size of its library.
#[derive(Clone, Copy)]
struct Library<'a> {
    counts: &'a [f64],
    size: f64,
}

fn quantiles(columns: &[Vec<f64>], p: f64) -> Vec<f64> {
    let of = |column: &Vec<f64>| {
        let mut sorted = column.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        quantile_sorted(&sorted, p)
    };
    columns.par_iter().map(of).collect()
}

/// The sample of the largest sum of roots.
fn largest_roots(columns: &[Vec<f64>]) -> usize {
    first_largest(columns.iter().map(|column| column.iter().map(|v| v.sqrt()).sum()))
}

fn first_largest(values: impl Iterator<Item = f64>) -> usize {
    let largest = values.enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
    largest.map_or(0, |(place, _)| place)
}

fn relative_logs(columns: &[Vec<f64>], sizes: &[f64]) -> Result<Vec<f64>> {
    let genes = columns[0].len();
    let centre = |gene: usize| {
        let logs: Vec<f64> = columns.iter().map(|column| column[gene].ln()).collect();
        mean(&logs).exp()
    };
    let centres: Vec<(usize, f64)> = (0..genes)
        .filter(|&gene| columns.iter().all(|column| column[gene] > 0.0))
        .map(|gene| (gene, centre(gene)))
        .collect();
    if centres.is_empty() {
        let what =
            "no gene has counts in all samples, so there is no geometric mean to compare with; take TMM or TMMwsp";
        return Err(Error::Counts(what.to_string()));
    }
    let of = |column: &Vec<f64>| {
        median(&mut centres.iter().map(|&(gene, centre)| column[gene] / centre).collect::<Vec<_>>())
    };
    Ok(columns.par_iter().map(of).collect::<Vec<f64>>().iter().zip(sizes).map(|(f, size)| f / size).collect())
}
