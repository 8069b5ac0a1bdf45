//! Genes that differ between groups: linear models of each gene, whose variances learn from each other.
//!
//! The numbers are those of limma 3.54 to 1e-8. [`Comparison`] does the common case, two groups beside covariates, in one.
//! Step by step:
//!
//! | step | what | limma |
//! |---|---|---|
//! | [`ValueScale::prepare`] | linear values and counts made ready | `voom` |
//! | [`Design`] | columns of groups and covariates | `model.matrix` |
//! | [`duplicate_correlation`] | how samples of a block go together | `duplicateCorrelation` |
//! | [`LinearModel::fit`] | coefficients and residual variances of each gene; weights, blocks | `lmFit` |
//! | [`LinearFit::contrasts`] | combinations of coefficients | `makeContrasts`, `contrasts.fit` |
//! | [`BayesSettings::moderate`] | moderated variances, t, p-values, log odds | `eBayes` |
//! | [`TreatSettings::moderate`] | the same against a least change | `treat` |
//! | [`Moderated::top_table`], [`Moderated::f_table`] | adjusted p-values, in order | `topTable` |
//! | [`ChangeRule`] | which genes are called up or down | `decideTests` |

mod bayes;
mod blocks;
mod checks;
mod comparison;
mod contrast;
mod design;
mod fit;
mod linear_fit;
mod prepare;
mod products;
mod read;
mod table;
mod variance_components;
mod whitening;

pub use bayes::{BayesSettings, FStatistics, Limits, Moderated, TreatSettings};
pub use blocks::{DuplicateCorrelation, duplicate_correlation};
pub use comparison::{Compared, Comparison};
pub use contrast::Contrast;
pub use design::{Design, GroupCoding};
pub use fit::{LinearModel, Weights};
pub use linear_fit::{LinearFit, Notice};
pub use prepare::{Prepared, ValueScale};
pub use table::{Change, ChangeRule, FRow, FTable, GeneRow, Order, TopTable};
