//! Sets whose genes are high or low in a ranking: pre-ranked gene set enrichment analysis.
//!
//! Subramanian et al.: Gene set enrichment analysis, PNAS 102 (2005) 15545-15550. Of a ranking of *N* genes with values *r* and a
//! set of *k* of them the running score rises at each gene of the set by *|r|^p / Σ |r|^p* (the sum over the set) and falls at each
//! other one by *1 / (N - k)*. The enrichment score (ES) is its value that is furthest from 0; the leading edge are the genes
//! of the set up to there.
//!
//! # Chance
//! Sets of the same size drawn from the ranking. (Genes are correlated and chance draws them as if they were not: with enough
//! samples permuting their labels is better, which a ranking does not allow.)
//!
//! | what | how |
//! |---|---|
//! | NES | ES over the mean of the random scores of its sign, in size (page 15549) |
//! | p-value, [`Method::Permutation`] | (1 + those of its sign that are as extreme) / (1 + those of its sign): never 0 |
//! | p-value, [`Method::Multilevel`] | that, or where it is too coarse adaptive multilevel splitting, down to 1e-50 and below (Korotkevich et al., bioRxiv 060012, 2021; fgseaMultilevel) |
//! | adjusted p-value | Benjamini and Hochberg, as in fgsea |
//! | q-value, if asked for | false discovery rate by the normalised random scores of all sets, as in GSEA and gseapy (page 15549) |
//!
//! ES, leading edge and size are those of fgsea and gseapy to 1e-9; p-values and NES are theirs up to the error of random numbers.

mod multilevel;
mod permutation;
mod ranking;
mod ruler;
mod score;

use radsurv_stats::multiple::{Adjustment, adjust};
use serde::{Deserialize, Serialize};

pub use ranking::{RankBy, Ranking};
pub use score::ScoreType;

use super::Notice;
use crate::error::{Error, Result};
use crate::gene_sets::{GeneSet, GeneSets, LeftOut, LeftOutReason, SizeLimits};
use multilevel::{FEWEST, Multilevel};
use permutation::Tested;

/// What a ranking says of one set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetScore {
    /// The set.
    pub set: String,
    /// Its description.
    pub description: String,
    /// Genes of the set that are in the ranking.
    pub size: usize,
    /// The enrichment score.
    pub es: f64,
    /// The enrichment score over its mean under chance; none if chance never gave one of its sign.
    pub nes: Option<f64>,
    /// The probability of a score as large by chance, among those of its sign.
    pub p_value: f64,
    /// The p-value adjusted for the number of sets.
    pub adj_p_value: f64,
    /// The false discovery rate of GSEA, if it was asked for and there is an NES.
    #[serde(default)]
    pub q_value: Option<f64>,
    /// The standard error of the logarithm to base 2 of the p-value, where that is known.
    pub log2_error: Option<f64>,
    /// The genes that make the score, from the end of the ranking inwards.
    pub leading_edge: Vec<String>,
}

/// The running score of one set along a ranking, as it is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunningScore {
    /// The set.
    pub set: String,
    /// The places of its genes in the ranking, ascending, from 0.
    pub hits: Vec<usize>,
    /// The running score just before and at each hit: `[before, at]`.
    pub scores: Vec<[f64; 2]>,
    /// The enrichment score, the extreme of them.
    pub es: f64,
    /// The statistic of each ranked gene, descending.
    pub ranking: Vec<f64>,
}

/// How p-values are found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Method {
    /// By random sets alone: no p-value is below 1 / (1 + those of its sign), about 2 / `permutations`.
    Permutation {
        /// Number of random sets of each size.
        permutations: usize,
    },
    /// By random sets, and where these are too coarse by multilevel splitting.
    Multilevel {
        /// Number of random sets of each size.
        permutations: usize,
        /// Number of sets that are split, odd: the error of the logarithm of p falls with its root.
        samples: usize,
        /// Below this a p-value is given as this; 0 for no floor.
        floor: f64,
    },
}

impl Default for Method {
    /// That of fgsea: 1000 random sets, 101 that are split, a floor of 1e-50.
    fn default() -> Self {
        Self::Multilevel { permutations: 1000, samples: 101, floor: 1e-50 }
    }
}

/// What is asked of a ranking.
///
/// # Example
/// ```
/// use radsurv_genomics::enrichment::gsea::{Gsea, Ranking};
/// use radsurv_genomics::{GeneSet, GeneSets};
/// let genes: Vec<String> = (0..200).map(|i| format!("G{i}")).collect();
/// let values = (0..200).map(|i| 2.0 - 0.02 * i as f64 + 0.001).collect();
/// let ranking = Ranking::new(genes.clone(), values)?;
/// let sets = GeneSets::new(vec![
///     GeneSet::new("TOP", genes[..20].to_vec()),
///     GeneSet::new("EVERYWHERE", genes.iter().step_by(10).cloned()),
/// ])?;
/// let found = Gsea::default().run(&ranking, &sets)?;
/// assert_eq!(found.rows[0].set, "TOP");
/// assert!(found.rows[0].es == 1.0 && found.rows[0].p_value < 1e-10 && found.rows[0].leading_edge.len() == 20);
/// assert!(found.rows[1].p_value > 0.05);
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gsea {
    /// The exponent *p* of the values; default 1. 0 counts genes alone, as a Kolmogorov-Smirnov statistic does; GSEA also has 1.5
    /// and 2.
    pub weight: f64,
    /// Which extreme is the score; default the one further from 0.
    pub score: ScoreType,
    /// How many genes of a set are in the ranking; default from 15 to 500, as in GSEA.
    pub sizes: SizeLimits,
    /// How p-values are found; default multilevel.
    pub method: Method,
    /// How they are adjusted; default Benjamini and Hochberg.
    pub adjustment: Adjustment,
    /// Whether the false discovery rate of GSEA is computed too; default no: it takes the random sets twice.
    pub q_values: bool,
    /// The seed of the random sets.
    pub seed: u64,
}

impl Default for Gsea {
    fn default() -> Self {
        Self {
            weight: 1.0,
            score: ScoreType::default(),
            sizes: SizeLimits { min: 15, max: 500 },
            method: Method::default(),
            adjustment: Adjustment::default(),
            q_values: false,
            seed: 0,
        }
    }
}

/// The sets, and what they were tested in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GseaResult {
    /// A row per set, the smallest p-value first; of equal ones the largest NES first, then by name.
    pub rows: Vec<SetScore>,
    /// Genes of the ranking.
    pub ranked: usize,
    /// Genes without a value, which were left out of it.
    pub missing: Vec<String>,
    /// Sets that were not tested because of their size.
    pub left_out: Vec<LeftOut>,
    /// What has to be known of the result.
    pub notices: Vec<Notice>,
}

impl Gsea {
    fn check(&self) -> Result<(usize, Option<Multilevel>)> {
        let wrong = |what: String| Err(Error::Settings { what });
        if !(self.weight >= 0.0 && self.weight <= 10.0) {
            return wrong(format!("`weight` is {}; it is from 0 to 10, usually 1", self.weight));
        }
        let (permutations, multilevel) = match self.method {
            Method::Permutation { permutations } => (permutations, None),
            Method::Multilevel { permutations, samples, floor } => {
                if samples < 3 || samples % 2 == 0 || samples > 100_001 {
                    return wrong(format!("`samples` is {samples}; it is an odd number from 3 to 100001, usually 101"));
                }
                if !(0.0..1.0).contains(&floor) {
                    return wrong(format!("`floor` is {floor}; it is a p-value below 1, usually 1e-50, or 0 for none"));
                }
                (permutations, Some(Multilevel { samples, permutations, floor, seed: self.seed }))
            }
        };
        if !(10..=100_000_000).contains(&permutations) {
            return wrong(format!(
                "`permutations` is {permutations}; it is from 10 to 100 million, usually 1000 or 10000"
            ));
        }
        Ok((permutations, multilevel))
    }

    /// Scores every set in a ranking. The result is the same with any number of threads.
    ///
    /// A p-value is never missing: with few random scores of its sign it is large rather than exact, and the sets of which
    /// chance gave fewer than ten are counted in a [notice](Notice::NoneOfSign) (fgsea gives none for these).
    ///
    /// # Errors
    /// [`Error::Settings`] if a setting is out of range or the sets are no collection ([`GeneSets::new`]); [`Error::NoSetLeft`].
    pub fn run(&self, ranking: &Ranking, sets: &GeneSets) -> Result<GseaResult> {
        let (permutations, multilevel) = self.check()?;
        sets.check()?;
        let genes = ranking.genes();
        let mut within = sets.within(genes.iter().map(String::as_str), self.sizes)?;
        let all = |set: &GeneSet| set.genes.len() == genes.len();
        for set in within.sets.sets.iter().filter(|set| all(set)) {
            within.left_out.push(LeftOut { set: set.name.clone(), size: genes.len(), reason: LeftOutReason::AllGenes });
        }
        within.sets.sets.retain(|set| !all(set));
        if within.sets.sets.is_empty() {
            let SizeLimits { min, max } = self.sizes;
            return Err(Error::NoSetLeft { sets: sets.sets.len(), genes: genes.len(), min, max });
        }
        let places = within.sets.places(&ranking.places());
        let weights = ranking.weights(self.weight);
        let extremes: Vec<_> = places.iter().map(|hits| score::extremes(&weights, hits)).collect();
        let scores: Vec<f64> = extremes.iter().map(|e| self.score.of(e.top, e.bottom)).collect();

        let sizes: Vec<usize> = places.iter().map(Vec::len).collect();
        let tested = Tested::new(&sizes, scores);
        let chance = permutation::chance(&weights, &tested, self.score, permutations, self.seed);
        let side = |set: usize| {
            let size = tested.sizes.partition_point(|&size| size < sizes[set]);
            let positive = self.score.upper(tested.scores[set]);
            if positive { chance.positive[size] } else { chance.negative[size] }
        };
        let sides: Vec<_> = (0..sizes.len()).map(side).collect();
        let of_sign: Vec<u64> = sides.iter().map(|side| side.count).collect();
        // Scores as extreme as 0 are more than those of its sign, if rounding made some of them.
        let simple: Vec<f64> = (chance.more.iter().zip(&of_sign))
            .map(|(&more, &all)| ((more + 1) as f64 / (all + 1) as f64).min(1.0))
            .collect();
        let nes: Vec<Option<f64>> =
            sides.iter().zip(&tested.scores).map(|(side, es)| side.mean().map(|mean| es / mean.abs())).collect();
        let refined = match &multilevel {
            Some(multilevel) => multilevel.refine(&weights, &tested, self.score, &chance, &simple, &of_sign)?,
            None => vec![None; sizes.len()],
        };
        let q_values = match self.q_values {
            true => permutation::false_discovery(&weights, &tested, self.score, permutations, self.seed, &chance, &nes),
            false => vec![None; sizes.len()],
        };
        let p_values: Vec<f64> = refined.iter().zip(&simple).map(|(refined, &p)| refined.map_or(p, |r| r.p)).collect();
        let adjusted = adjust(&p_values, self.adjustment)?;

        let mut notices = notices(ranking, self.score);
        let count = |of: &dyn Fn(usize) -> bool| (0..sizes.len()).filter(|&set| of(set)).count();
        let few = count(&|set| of_sign[set] < FEWEST);
        if few > 0 {
            notices.push(Notice::NoneOfSign { sets: few });
        }
        let at_floor = count(&|set| refined[set].is_some_and(|r| r.at_floor));
        if let Some(Multilevel { floor, .. }) = multilevel.filter(|_| at_floor > 0) {
            notices.push(Notice::AtFloor { sets: at_floor, floor });
        }
        let doubtful = count(&|set| refined[set].is_some_and(|r| r.log2_error.is_none() && !r.at_floor));
        if doubtful > 0 {
            notices.push(Notice::LikelyTooLarge { sets: doubtful });
        }

        let row = |(set, of): (usize, GeneSet)| {
            let edge = score::leading_edge(self.score, &extremes[set], &places[set]);
            SetScore {
                set: of.name,
                description: of.description,
                size: sizes[set],
                es: tested.scores[set],
                nes: nes[set],
                p_value: p_values[set],
                adj_p_value: adjusted[set],
                q_value: q_values[set],
                log2_error: refined[set].and_then(|r| r.log2_error),
                leading_edge: edge.into_iter().map(|place| genes[place as usize].clone()).collect(),
            }
        };
        let mut rows: Vec<SetScore> = within.sets.sets.into_iter().enumerate().map(row).collect();
        let size = |row: &SetScore| row.nes.map_or(0.0, f64::abs);
        rows.sort_by(|a, b| {
            a.p_value.total_cmp(&b.p_value).then(size(b).total_cmp(&size(a))).then_with(|| a.set.cmp(&b.set))
        });
        Ok(GseaResult {
            rows,
            ranked: genes.len(),
            missing: ranking.missing().to_vec(),
            left_out: within.left_out,
            notices,
        })
    }

    /// The running score of one set, to be drawn.
    ///
    /// # Errors
    /// [`Error::Settings`] if `weight` is out of range; [`Error::Ranking`] if the ranking has none of the genes of the set, or no
    /// other ones.
    pub fn running_score(&self, ranking: &Ranking, set: &GeneSet) -> Result<RunningScore> {
        self.check()?;
        let one = GeneSets { sets: vec![set.clone()] };
        let hits = one.places(&ranking.places()).swap_remove(0);
        if hits.is_empty() || hits.len() == ranking.genes().len() {
            let has = if hits.is_empty() { "none of the genes" } else { "only genes" };
            return Err(Error::Ranking { what: format!("it has {has} of the set {}: there is no score", set.name) });
        }
        let weights = ranking.weights(self.weight);
        let mut scores = Vec::with_capacity(hits.len());
        score::walk(&weights, &hits, |_, before, at| scores.push([before, at]));
        let extremes = score::extremes(&weights, &hits);
        Ok(RunningScore {
            set: set.name.clone(),
            hits: hits.iter().map(|&hit| hit as usize).collect(),
            scores,
            es: self.score.of(extremes.top, extremes.bottom),
            ranking: ranking.values().to_vec(),
        })
    }
}

fn notices(ranking: &Ranking, score: ScoreType) -> Vec<Notice> {
    let (ranked, mut out) = (ranking.genes().len(), Vec::new());
    if !ranking.missing().is_empty() {
        let genes = ranking.missing().len();
        out.push(Notice::Missing { genes, of: ranked + genes });
    }
    if ranking.tied() > 0 {
        out.push(Notice::Ties { genes: ranking.tied(), ranked });
    }
    let (first, last) = (ranking.values()[0], ranking.values()[ranked - 1]);
    if score == ScoreType::Both && (last > 0.0 || first < 0.0) {
        out.push(Notice::OneSign);
    }
    out
}
