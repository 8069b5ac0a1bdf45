//! What expression says of groups of patients.

use std::collections::HashMap;

use radsurv_data::{Covariates, FeatureTable, Groups, Survival};
use radsurv_genomics::Expression;
use radsurv_genomics::association::{AssociationSettings, associate};
use radsurv_genomics::differential::{BayesSettings, Change, Compared, Comparison, GeneRow, TopTable, Weights};
use radsurv_genomics::enrichment::gsea::{Gsea, RankBy, Ranking, RunningScore, SetScore};
use radsurv_genomics::enrichment::over_representation::OverRepresentation;
use radsurv_genomics::enrichment::redundancy::Redundancy;
use radsurv_genomics::gene_sets::SizeLimits;
use radsurv_genomics::gene_survival::{Beside, GeneSurvivalSettings};
use radsurv_genomics::overlap::{ChangedGenes, DirectedOverlap, Universe, by_direction};
use radsurv_genomics::samples::Samples;
use radsurv_genomics::signature::Signatures;
use radsurv_stats::hypothesis::{RankSum, rank_sum};
use radsurv_stats::multiple::{Adjustment, adjust};
use radsurv_stats::summary::{mean, quantile_sorted};

use super::files::{GenomicsFiles, NamedSets};
use super::result::*;
use super::settings::GenomicsSettings;
use crate::error::{Error, Result};

/// What is known of patients; a value per id in each part.
#[derive(Debug, Clone, Copy)]
pub struct Patients<'a> {
    /// Their ids.
    pub ids: &'a [String],
    /// What stands for them in messages.
    pub name: &'a str,
    /// The group of each.
    pub groups: &'a Groups,
    /// The group that the other one is compared with.
    pub reference: &'a str,
    /// What they are compared given.
    pub covariates: &'a Covariates,
    /// The features that genes are correlated with, if there are any.
    pub features: Option<&'a FeatureTable>,
    /// The name of the endpoint, and follow-up.
    pub outcome: Option<(&'a str, &'a Survival)>,
    /// The seed of everything random.
    pub seed: u64,
}

/// How many of the genes that differ most are set beside follow-up, and how many are drawn.
const MOST: usize = 20;
const DRAWN: usize = 40;
/// How many of the genes that differ most are correlated with features, if no other cohort chooses, and how often features are permuted.
const ASSOCIATED: usize = 50;
const SHUFFLES: usize = 1000;
/// Adjusted p-values below this are called significant.
const SIGNIFICANT: f64 = 0.05;
/// How many running scores are drawn of a collection.
const RUNNING: usize = 3;

impl Patients<'_> {
    /// Whether features and follow-up are those of the ids.
    fn check(&self) -> Result<()> {
        if self.features.is_some_and(|features| features.case_ids() != self.ids) {
            return Err(Error::Cases("the features are of other patients, or in another order".to_string()));
        }
        match self.outcome {
            Some((endpoint, outcome)) if outcome.len() != self.ids.len() => {
                let (of, all) = (outcome.len(), self.ids.len());
                Err(Error::Cases(format!(
                    "{endpoint} is known of {of} patients, and there are {all}: give it for each"
                )))
            }
            _ => Ok(()),
        }
    }
}

impl GenomicsSettings {
    /// What the files say of two groups of patients. Patients without expression are left out and listed, as are samples that are no patients.
    ///
    /// # Errors
    /// [`Error::Genomics`](crate::Error::Genomics): no patient has expression, a group has one patient alone, covariates that depend on
    /// each other. [`Error::Cases`] if features or follow-up are of other patients.
    ///
    /// # Example
    /// ```no_run
    /// use radsurv_data::{Covariates, Groups};
    /// use radsurv_study::radiogenomics::{GenomicsFiles, GenomicsSettings, Patients};
    /// let settings: GenomicsSettings = toml::from_str("expression = 'expression.csv'")?;
    /// let ids = ["P1", "P2", "P3", "P4"].map(String::from);
    /// let found = settings.run(
    ///     &GenomicsFiles::read(&settings)?,
    ///     &Patients {
    ///         ids: &ids,
    ///         name: "the patients",
    ///         groups: &Groups::new(["low", "high", "low", "high"].map(Some)),
    ///         reference: "low",
    ///         covariates: &Covariates::new(4),
    ///         features: None,
    ///         outcome: None,
    ///         seed: 1,
    ///     },
    /// )?;
    /// println!("{} genes, the first {}", found.genes, found.table.rows[0].gene);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run(&self, files: &GenomicsFiles, patients: &Patients) -> Result<Radiogenomics> {
        patients.check()?;
        let samples =
            Samples::join(&files.expression, patients.ids, patients.name, patients.groups, patients.covariates)?;
        let ready = self.values.prepare(&samples.expression, &samples.groups, &samples.covariates)?;
        let comparison = Comparison {
            reference: Some(patients.reference.to_string()),
            bayes: BayesSettings { trend: self.trend, robust: self.robust, ..BayesSettings::default() },
            ..Comparison::default()
        };
        let weights = ready.weights.as_deref().map(Weights::Values);
        let compared = comparison.run_weighted(&ready.expression, &samples.groups, &samples.covariates, weights)?;

        let mut notices = files.notices.clone();
        notices.push(samples.summary());
        notices.extend(ready.notices.iter().cloned());
        notices.extend(compared.model.notices().iter().map(ToString::to_string));
        let there = ready.expression.places();
        let (named, missing): (Vec<String>, Vec<String>) =
            self.genes.iter().cloned().partition(|gene| there.contains_key(gene.as_str()));
        let work = Work {
            settings: self,
            patients,
            samples: &samples,
            expression: &ready.expression,
            compared: &compared,
            named: &named,
        };
        let lists = work.lists(files)?;
        let signatures = work.signatures(&files.signatures, &mut notices)?;
        Ok(Radiogenomics {
            groups: [&compared.reference, &compared.group]
                .map(|name| GroupCount { name: name.clone(), samples: work.of(name).len() }),
            genes: compared.table.rows.len(),
            left_out: samples.left_out(),
            prefiltered: self.prefiltered,
            notices,
            rule: self.rule,
            collections: files.collections.iter().map(|sets| work.collection_or_why(sets)).collect(),
            associations: work.associations(lists.as_ref())?,
            survival: work.survival()?,
            signatures,
            map: work.map(),
            lists,
            missing,
            table: compared.table.clone(),
            named,
        })
    }
}

/// What all parts look at.
struct Work<'a> {
    settings: &'a GenomicsSettings,
    patients: &'a Patients<'a>,
    samples: &'a Samples,
    expression: &'a Expression,
    compared: &'a Compared,
    named: &'a [String],
}

impl Work<'_> {
    /// The samples of a group.
    fn of(&self, group: &str) -> Vec<usize> {
        let groups = &self.samples.groups;
        (0..groups.len()).filter(|&sample| groups.label(sample) == Some(group)).collect()
    }

    /// The rows of the samples among the patients.
    fn rows(&self) -> Vec<usize> {
        let places: HashMap<&str, usize> = self.patients.ids.iter().map(String::as_str).zip(0..).collect();
        self.samples.expression.samples().iter().filter_map(|id| places.get(id.as_str()).copied()).collect()
    }

    fn table(&self) -> &TopTable {
        &self.compared.table
    }

    /// What a collection shows, or why nothing: one that has no set of these genes does not stop the others.
    fn collection_or_why(&self, of: &NamedSets) -> Collection {
        self.collection(of).unwrap_or_else(|why| Collection {
            name: of.name.clone(),
            sets: [0, of.sets.sets.len()],
            universe: 0,
            over_representation: Vec::new(),
            gsea: Vec::new(),
            running: Vec::new(),
            notices: vec![why.to_string()],
        })
    }

    fn collection(&self, of: &NamedSets) -> Result<Collection> {
        let tested: Vec<&str> = self.table().rows.iter().map(|row| row.gene.as_str()).collect();
        let asked = OverRepresentation { pre_filtered: self.settings.prefiltered, ..OverRepresentation::default() };
        let mut notices: Vec<String> = Vec::new();
        let mut sets = [0, 0];
        let mut universe = 0;
        let mut over_representation = Vec::new();
        for change in [Change::Up, Change::Down] {
            let genes = self.table().changed(&self.settings.rule, change);
            let found = asked.test(&genes, &tested, &of.sets)?;
            for notice in found.notices.iter().map(ToString::to_string) {
                if !notices.contains(&notice) {
                    notices.push(notice);
                }
            }
            sets = [of.sets.sets.len() - found.left_out.len(), found.left_out.len()];
            universe = found.universe;
            let groups = Redundancy::default().of_list(&found, SIGNIFICANT)?;
            over_representation.push(ChangedSets { change, sets: found.rows, groups });
        }
        let ranked = self.ranked(of, &mut notices)?;
        let (gsea, running) = ranked;
        Ok(Collection { name: of.name.clone(), sets, universe, over_representation, gsea, running, notices })
    }

    fn lists(&self, files: &GenomicsFiles) -> Result<Option<DirectedOverlap>> {
        if files.lists.is_empty() {
            return Ok(None);
        }
        let all: Vec<String> = self.table().rows.iter().map(|row| row.gene.clone()).collect();
        let mut cohorts = vec![ChangedGenes::of_table("this study", self.table(), &self.settings.rule)];
        let mut tested = vec![all.clone()];
        for (list, known) in &files.lists {
            cohorts.push(list.clone());
            // Of a list alone it is not known what was tested there: what was here.
            tested.push(known.clone().unwrap_or_else(|| all.clone()));
        }
        Ok(Some(by_direction(&cohorts, &Universe::Each(tested))?))
    }

    /// Changed genes that other cohorts share, or if there are none those that differ most; and the named ones.
    fn chosen(&self, lists: Option<&DirectedOverlap>, most: usize) -> Vec<String> {
        let mut genes: Vec<String> = match lists {
            Some(lists) => lists.up.in_all().iter().chain(lists.down.in_all()).cloned().collect(),
            None => Vec::new(),
        };
        if genes.is_empty() {
            let changed = |row: &&GeneRow| self.settings.rule.of(row) != Change::Unchanged;
            genes = self.table().rows.iter().filter(changed).take(most).map(|row| row.gene.clone()).collect();
        }
        let others: Vec<String> = self.named.iter().filter(|gene| !genes.contains(gene)).cloned().collect();
        genes.extend(others);
        genes
    }

    fn associations(&self, lists: Option<&DirectedOverlap>) -> Result<Option<GeneFeatures>> {
        let Some(features) = self.patients.features else { return Ok(None) };
        let genes = self.chosen(lists, ASSOCIATED);
        if genes.is_empty() || features.names().is_empty() {
            return Ok(None);
        }
        let asked =
            AssociationSettings { permutations: SHUFFLES, seed: self.patients.seed, ..AssociationSettings::default() };
        let features = features.rows(&self.rows());
        let found = associate(self.expression, &genes, &features, features.names(), None, &asked)?;
        let mut notices: Vec<String> = Vec::new();
        for pair in &found.skipped {
            notices.push(format!("{} and {}: {}", pair.gene, pair.feature, pair.reason));
        }
        let largest_by_chance = found.maximum.as_ref().map(|maximum| {
            let mut null = maximum.null.clone();
            null.sort_unstable_by(f64::total_cmp);
            quantile_sorted(&null, 0.95)
        });
        let first = found.pairs.iter().max_by(|a, b| a.r.abs().total_cmp(&b.r.abs()));
        let largest = first.and_then(|pair| {
            let values = [features.column(&pair.feature)?.to_vec(), self.expression.gene(&pair.gene)?.to_vec()];
            Some((pair.clone(), values))
        });
        Ok(Some(GeneFeatures { pairs: found.pairs, strong: asked.strong, largest_by_chance, largest, notices }))
    }

    fn survival(&self) -> Result<Option<GenesSurvival>> {
        let Some((endpoint, outcome)) = self.patients.outcome else { return Ok(None) };
        let genes = self.chosen(None, MOST);
        if genes.is_empty() {
            return Ok(None);
        }
        let outcome = outcome.rows(&self.rows());
        if outcome.events() == 0 {
            return Ok(None);
        }
        let found = GeneSurvivalSettings::default().fit(self.expression, &outcome, Some(&genes), &Beside::default())?;
        Ok(Some(GenesSurvival { endpoint: endpoint.to_string(), found }))
    }

    /// The scores of signatures, by group.
    fn signatures(&self, of: &[NamedSets], notices: &mut Vec<String>) -> Result<Vec<SignatureDifference>> {
        let groups = [&self.compared.reference, &self.compared.group].map(|name| self.of(name));
        let mut rows = Vec::new();
        for collection in of {
            // Genes with missing values have no rank in every sample.
            let whole = |gene: &usize| !self.expression.row(*gene).iter().any(|value| value.is_nan());
            let places: Vec<usize> = (0..self.expression.genes().len()).filter(whole).collect();
            let scores = match Signatures::default().score(&self.expression.select_genes(&places), &collection.sets) {
                Ok(scores) => scores,
                Err(why) => {
                    notices.push(format!("no scores of the signatures {}: {why}", collection.name));
                    continue;
                }
            };
            for out in &scores.left_out {
                notices.push(format!(
                    "the signature {} has no score: {} of its genes are in the table",
                    out.set, out.size
                ));
            }
            for ((set, genes), values) in scores.sets.iter().zip(&scores.sizes).zip(&scores.scores) {
                let [reference, other]: [Vec<f64>; 2] =
                    [0, 1].map(|at: usize| groups[at].iter().map(|&sample| values[sample]).collect());
                rows.push(SignatureDifference {
                    signature: set.clone(),
                    genes: *genes,
                    means: [mean(&reference), mean(&other)],
                    // Scores that are all the same do not differ.
                    p_value: rank_sum(&reference, &other, RankSum::Automatic).map_or(f64::NAN, |test| test.p_value),
                    adj_p_value: f64::NAN,
                });
            }
        }
        let p_values: Vec<f64> = rows.iter().map(|row| row.p_value).collect();
        let adjusted = adjust(&p_values, Adjustment::BenjaminiHochberg)?;
        rows.iter_mut().zip(adjusted).for_each(|(row, p)| row.adj_p_value = p);
        rows.sort_by(|a, b| a.p_value.total_cmp(&b.p_value));
        Ok(rows)
    }

    fn map(&self) -> Option<ExpressionMap> {
        let there = self.expression.places();
        let changed = |row: &&GeneRow| self.settings.rule.of(row) != Change::Unchanged;
        let rows = self.table().rows.iter().filter(changed).take(DRAWN);
        let places: Vec<usize> = rows.filter_map(|row| there.get(row.gene.as_str()).copied()).collect();
        let expression = self.expression.select_genes(&places);
        (!places.is_empty()).then(|| ExpressionMap { expression, groups: self.samples.groups.clone() })
    }

    /// Sets in the ranking by the moderated t, and the running scores of the first.
    fn ranked(&self, of: &NamedSets, notices: &mut Vec<String>) -> Result<(Vec<SetScore>, Vec<RunningScore>)> {
        let ranking = Ranking::of_table(self.table(), RankBy::T)?;
        let asked = Gsea { seed: self.patients.seed, sizes: SizeLimits::default(), ..Gsea::default() };
        let found = asked.run(&ranking, &of.sets)?;
        notices.extend(found.notices.iter().map(ToString::to_string));
        let first = found.rows.iter().filter(|row| row.adj_p_value < SIGNIFICANT).take(RUNNING);
        let sets = first.filter_map(|row| of.sets.get(&row.set));
        let running = sets.map(|set| asked.running_score(&ranking, set)).collect::<std::result::Result<_, _>>()?;
        Ok((found.rows, running))
    }
}
