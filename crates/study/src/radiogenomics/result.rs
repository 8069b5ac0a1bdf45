//! What was found of expression.

use radsurv_data::Groups;
use radsurv_genomics::Expression;
use radsurv_genomics::association::{Association, StrongRule};
use radsurv_genomics::differential::{Change, ChangeRule, TopTable};
use radsurv_genomics::enrichment::gsea::{RunningScore, SetScore};
use radsurv_genomics::enrichment::over_representation::SetOverlap;
use radsurv_genomics::enrichment::redundancy::Group;
use radsurv_genomics::gene_survival::GeneSurvivals;
use radsurv_genomics::overlap::DirectedOverlap;
use serde::Serialize;

/// From groups of patients to genes, pathways and image features.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Radiogenomics {
    /// The groups and their numbers of samples; the first is the one that the other is compared with.
    pub groups: [GroupCount; 2],
    /// Samples and patients that are not among them, and why. Not for pages that others read.
    #[serde(skip)]
    pub left_out: Vec<(String, String)>,
    /// How many genes were compared.
    pub genes: usize,
    /// Whether they are a choice that was made before.
    pub prefiltered: bool,
    /// What a reader must know: who was left out, which genes were not compared.
    pub notices: Vec<String>,
    /// Which genes are called changed.
    pub rule: ChangeRule,
    /// What each gene shows.
    pub table: TopTable,
    /// Genes that were asked for and are not in the table.
    pub missing: Vec<String>,
    /// Genes that were asked for and are there.
    pub named: Vec<String>,
    /// What changed genes and the ranking point to, by collection of sets.
    pub collections: Vec<Collection>,
    /// Changed genes beside those of other cohorts.
    pub lists: Option<DirectedOverlap>,
    /// Changed and named genes beside image features.
    pub associations: Option<GeneFeatures>,
    /// Named genes and those that differ most beside follow-up.
    pub survival: Option<GenesSurvival>,
    /// Signatures by group.
    pub signatures: Vec<SignatureDifference>,
    /// The expression of the genes that differ most, as it is drawn; none if no gene is called changed.
    #[serde(skip)]
    pub map: Option<ExpressionMap>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupCount {
    /// Its name.
    pub name: String,
    /// The number of its samples.
    pub samples: usize,
}

/// What a collection of sets shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Collection {
    /// Its name, that of the file.
    pub name: String,
    /// How many sets were tested, and how many were not for their size.
    pub sets: [usize; 2],
    /// Genes in the universe: those that were compared and are in any set.
    pub universe: usize,
    /// The sets of which there are more genes among those that are higher, and lower, than by chance. By p-value.
    pub over_representation: Vec<ChangedSets>,
    /// The sets that are high or low in the ranking by the moderated t. By p-value.
    pub gsea: Vec<SetScore>,
    /// The running scores of the first of them.
    #[serde(skip)]
    pub running: Vec<RunningScore>,
    /// What a reader must know.
    pub notices: Vec<String>,
}

/// The sets that genes changed in one way point to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangedSets {
    /// How they changed.
    pub change: Change,
    /// The sets.
    pub sets: Vec<SetOverlap>,
    /// The significant ones, those that share most genes together.
    pub groups: Vec<Group>,
}

/// Genes beside features.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GeneFeatures {
    /// Each pair.
    pub pairs: Vec<Association>,
    /// Which are called strong.
    pub strong: StrongRule,
    /// The largest |r| that chance gives in one of twenty, over all pairs.
    pub largest_by_chance: Option<f64>,
    /// The values of the pair of the largest |r|: feature, gene. As they are drawn.
    #[serde(skip)]
    pub largest: Option<(Association, [Vec<f64>; 2])>,
    /// What a reader must know.
    pub notices: Vec<String>,
}

/// Genes beside follow-up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GenesSurvival {
    /// The endpoint.
    pub endpoint: String,
    /// What was found.
    pub found: GeneSurvivals,
}

/// A signature in the two groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignatureDifference {
    /// The signature.
    pub signature: String,
    /// How many of its genes are in the table.
    pub genes: usize,
    /// Its mean score in each group, in the order of the groups.
    pub means: [f64; 2],
    /// The p-value of the rank sum test between them.
    pub p_value: f64,
    /// Adjusted for the number of signatures.
    pub adj_p_value: f64,
}

/// Expression of some genes, as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpressionMap {
    /// The genes and samples.
    pub expression: Expression,
    /// The group of each sample.
    pub groups: Groups,
}
