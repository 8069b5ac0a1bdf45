//! What can go wrong.

use radsurv_data::list;

/// An error of this crate. The message says what, where, how many and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something is wrong with a table or file.
    #[error(transparent)]
    Data(#[from] radsurv_data::Error),
    /// A statistic cannot be computed.
    #[error(transparent)]
    Stats(#[from] radsurv_stats::Error),
    /// A file that cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line of a file that cannot be understood.
    #[error("{file}, line {line}: {what}")]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it and what to do.
        what: String,
    },
    /// Genes that are there twice.
    #[error(
        "{} of the genes of {table} are there more than once: {}; average them, keep the row that varies most, or correct the \
         table", .genes.len(), list(.genes)
    )]
    DuplicateGenes {
        /// The table.
        table: String,
        /// Their names.
        genes: Vec<String>,
    },
    /// Samples that are there twice.
    #[error("{} of the samples of {table} are there more than once: {}", .samples.len(), list(.samples))]
    DuplicateSamples {
        /// The table.
        table: String,
        /// Their names.
        samples: Vec<String>,
    },
    /// Samples that cannot be compared.
    #[error("{0}")]
    Samples(String),
    /// A list of genes that cannot be compared with others.
    #[error("the list {list} {what}")]
    GeneList {
        /// Its name.
        list: String,
        /// What is wrong with it and what to do.
        what: String,
    },
    /// Genes and features that cannot be associated.
    #[error("{0}")]
    Association(String),
    /// Values that do not fit the names.
    #[error("the table has {found} values, but {genes} genes of {samples} samples are {}", .genes * .samples)]
    Shape {
        /// Number of values.
        found: usize,
        /// Number of genes.
        genes: usize,
        /// Number of samples.
        samples: usize,
    },
    /// A value that is infinite.
    #[error("the value of the gene {gene} in the sample {sample} is infinite; correct it or leave it missing")]
    Infinite {
        /// The gene.
        gene: String,
        /// The sample.
        sample: String,
    },
    /// A map of probes that does not fit.
    #[error("{0}")]
    Probes(String),
    /// Values that cannot be transformed or filtered so.
    #[error("{0}")]
    Transform(String),
    /// Counts that are none, or cannot be normalised.
    #[error("{0}")]
    Counts(String),
    /// A design that cannot be.
    #[error("the design {0}")]
    Design(String),
    /// Columns of a design that depend on others.
    #[error(
        "the columns of the design depend on each other, {}: nothing can tell their effects apart; leave out a covariate, or \
         give groups and covariates that are not confounded", .0.join("; ")
    )]
    Collinear(Vec<String>),
    /// Groups too small to have a spread.
    #[error(
        "{} of the groups {} one sample alone: {}; a comparison needs two in each at least: join groups, or leave them out",
        .groups.len(), if .groups.len() == 1 { "has" } else { "have" }, list(.groups)
    )]
    GroupsOfOne {
        /// Their names.
        groups: Vec<String>,
    },
    /// Samples that lack what a design is made of.
    #[error("{} of the samples lack a value: {}; leave them out, or the covariate", .missing.len(), list(.missing))]
    MissingCovariates {
        /// The samples, each with what it lacks.
        missing: Vec<String>,
    },
    /// No sample is left to tell how much genes vary.
    #[error("{samples} samples and {columns} columns of the design ({}) leave no residual degree of freedom: give more samples, or fewer groups and covariates", list(.names))]
    NoResiduals {
        /// Number of samples.
        samples: usize,
        /// Number of columns.
        columns: usize,
        /// Their names.
        names: Vec<String>,
    },
    /// A contrast that cannot be understood.
    #[error("the contrast {text:?} {what}")]
    Contrast {
        /// It.
        text: String,
        /// What is wrong with it and what to do.
        what: String,
    },
    /// A coefficient that is asked for and not there.
    #[error("there is no coefficient {name:?}; there are {}", list(.known))]
    UnknownCoefficient {
        /// Its name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// Weights that cannot be.
    #[error("weights: {0}")]
    Weights(String),
    /// Variances that cannot learn from each other.
    #[error("variances of genes cannot be moderated: {0}")]
    Moderation(String),
    /// A network that cannot be built.
    #[error("{0}")]
    Network(String),
    /// Genes that are asked for and not there.
    #[error("{} of the genes are not in the table: {}", .genes.len(), list(.genes))]
    MissingGenes {
        /// Their names.
        genes: Vec<String>,
    },
    /// Settings that cannot be followed, or names and sets that are not what they have to be.
    #[error("{what}")]
    Settings {
        /// What is wrong and what to do.
        what: String,
    },
    /// A file without gene sets.
    #[error("{file} has no gene sets; a line is a name, a description and genes, with tabs between")]
    NoSets {
        /// The file.
        file: String,
    },
    /// Gene sets of the same name.
    #[error("{} gene sets have the name of another: {}; rename them", .sets.len(), list(.sets))]
    DuplicateSets {
        /// Their names.
        sets: Vec<String>,
    },
    /// Gene sets of which none is left.
    #[error(
        "none of the {sets} gene sets has from {min} to {max} genes among the {genes}; are both named by the same kind of symbols?"
    )]
    NoSetLeft {
        /// How many sets there were.
        sets: usize,
        /// Genes of the table or ranking.
        genes: usize,
        /// The least number of genes of a set.
        min: usize,
        /// The largest.
        max: usize,
    },
    /// A ranking that cannot be used.
    #[error("the ranking: {what}")]
    Ranking {
        /// What is wrong and what to do.
        what: String,
    },
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
