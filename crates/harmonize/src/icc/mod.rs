//! Intraclass correlation: how much of a feature's variance is between the cases and not between their readings.
//!
//! *n* cases (subjects) are read *k* times: by several readers, by one reader again, or on perturbed masks. Reading *j* of
//! case *i* is *x_ij*. With the means *x_i.* of the cases, *x_.j* of the readings and *x_..* of all, the mean squares are
//!
//! | | mean square | degrees of freedom |
//! |---|---|---|
//! | *B*, between cases | *k Σ_i (x_i. - x_..)² / (n - 1)* | *n - 1* |
//! | *W*, within cases | *Σ_ij (x_ij - x_i.)² / (n (k - 1))* | *n (k - 1)* |
//! | *J*, between readings | *n Σ_j (x_.j - x_..)² / (k - 1)* | *k - 1* |
//! | *E*, residual | *Σ_ij (x_ij - x_i. - x_.j + x_..)² / ((n - 1)(k - 1))* | *(n - 1)(k - 1)* |
//!
//! and the six forms, with the names of Shrout and Fleiss, of McGraw and Wong, and of R's psych:
//!
//! | [`IccForm`] | S & F | McG & W | ICC | *F* | question |
//! |---|---|---|---|---|---|
//! | `Icc1` | (1,1) | ICC(1) | *(B - W) / (B + (k-1) W)* | *B / W* | one reading; every case may have other readers |
//! | `Icc2` | (2,1) | ICC(A,1) | *(B - E) / (B + (k-1) E + k (J - E) / n)* | *B / E* | one reading, absolute agreement; readers are a sample |
//! | `Icc3` | (3,1) | ICC(C,1) | *(B - E) / (B + (k-1) E)* | *B / E* | one reading, consistency: offsets of readers do not count |
//! | `Icc1k` | (1,k) | ICC(k) | *(B - W) / B* | *B / W* | the mean of the *k* readings, as `Icc1` |
//! | `Icc2k` | (2,k) | ICC(A,k) | *(B - E) / (B + (J - E) / n)* | *B / E* | the mean of the *k* readings, absolute agreement |
//! | `Icc3k` | (3,k) | ICC(C,k) | *(B - E) / B* | *B / E* | the mean of the *k* readings, consistency (Cronbach's alpha) |
//!
//! For radiomics `Icc2` is the usual one and the default: a model will be used with one contour by a reader who had no
//! part in the study. The *F* test is of "no correlation".
//!
//! # Confidence limits
//! With *q(a, b)* the quantile of *F* at *1 - α/2* for *a* and *b* degrees of freedom, and *D* for *W* or *E* with its
//! degrees of freedom *d*, forms 1 and 3 have the exact limits *(B - q D) / (B + (k-1) q D)*, *q = q(n-1, d)*, and
//! *(q' B - D) / (q' B + (k-1) D)*, *q' = q(d, n-1)*; their *k* forms *1 - q D / B* and *1 - D / (q' B)*. Those of form 2
//! are approximate (Satterthwaite): with *ρ* the estimate, *a = k ρ J* and *b = (n (1 + (k-1) ρ) - k ρ) E*,
//!
//! *v = (k-1)(n-1)(a + b)² / ((n-1) a² + b²)*, *q = q(n-1, v)*, *q' = q(v, n-1)*,
//!
//! *lower = n (B - q E) / (q (k J + (k n - k - n) E) + n B)*, *upper = n (q' B - E) / (k J + (k n - k - n) E + n q' B)*,
//!
//! and those of its *k* form are *k ρ / (1 + (k-1) ρ)* (Spearman and Brown) of these.
//!
//! # Missing readings
//! [`Missing::Mixed`] estimates the variance components of cases, readings and residual by restricted maximum likelihood
//! ([`mixed`]), and takes *B = k σ²_cases + σ²*, *J = n σ²_readings + σ²*, *W = σ² + σ²_readings*, *E = σ²*, as psych
//! does. Then *F*, its degrees of freedom and the limits are approximations: they count all *n* and *k* as if nothing
//! were missing. [`Missing::Omit`] leaves out the cases with a missing reading. If nothing is missing, both are the
//! analysis of variance.
//!
//! # Edge cases
//! - Equal readings of every case, and cases that differ: the ICC is 1, *F* infinite, *p* 0, both limits 1.
//! - Readings that differ by offsets of the readers alone (*E = 0*): `Icc3` is 1, and `Icc2` has its limits with
//!   *v = k - 1*.
//! - All readings equal, or (forms 2 and 3) all cases equal: undefined, with the reason.
//! - Means that are estimated without variance (`Icc1k`, `Icc3k` with *B = 0*, `Icc2k` with *B + (J - E)/n <= 0*, where
//!   the formula may give more than 1): undefined, with the reason.
//! - Negative estimates stay: readings of a case are less alike than those of different cases.
//! - Fewer than two readings or two cases: an error.
//!
//! # Sources
//! Shrout and Fleiss: Intraclass correlations: uses in assessing rater reliability, *Psychological Bulletin* 86 (1979)
//! 420-428 (mean squares and forms p. 423; limits p. 424 and 426). McGraw and Wong: Forming inferences about some
//! intraclass correlation coefficients, *Psychological Methods* 1 (1996) 30-46 (forms Table 4, p. 34-35; limits Table 7,
//! p. 41), with their correction, 1 (1996) 390. Numbers are those of R's psych 2.2.9.

mod combine;
mod estimate;
mod feature;
mod form;
mod join;
mod mean_squares;
pub mod mixed;
mod table;

pub use combine::{CombinedIcc, CombinedRow};
pub use estimate::Icc;
pub use feature::{FeatureIcc, icc};
pub use form::IccForm;
pub use join::{IncompleteCase, Reading};
pub use mean_squares::MeanSquares;
pub use table::{Cases, IccRow, IccSettings, IccTable, KeepBy, Missing};
