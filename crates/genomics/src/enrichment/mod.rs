//! Which sets of genes a list or a ranking of genes points to.
//!
//! | question | what |
//! |---|---|
//! | does a *list* of genes (up, down) have more of a set than by chance? | [`over_representation`] |
//! | are the genes of a set high or low in a *ranking* of all genes? | [`gsea`] |
//! | which of the sets found say the same? | [`redundancy`] |
//!
//! A list needs a threshold and a stated universe; a ranking needs neither, and is the better choice where genes change a
//! little and together.

pub mod gsea;
mod notice;
pub mod over_representation;
pub mod redundancy;

pub use notice::Notice;
