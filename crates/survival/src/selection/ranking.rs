//! Which of many models is best, by a rule that is stated.
//!
//! A [`Ranking`] is a table of models (rows, in blocks such as an endpoint or a set of features) by data sets (training, cross-validated,
//! test) and metrics (the AUC at one, three and five years). The rule, [`RankingRule`], names some of the sets and
//! metrics: the best model has the highest sum over them (the lowest of errors), of equal ones the one that was added first.
//!
//! The rule should name what models were not learned from, and if the winner is to be tested after, not the test set either: the best of many
//! on a set is too good there. [`RankingRule::sets`] is written beside the table, so that a reader sees what was chosen by.
//!
//! # Edge cases
//! - A model that lacks a value the rule needs is not ranked: a sum of fewer values is no sum of all. It is listed with how many it
//!   lacks and the first reason ([`Ranks::unranked`]). If no model is left there is no winner, which is an error.
//! - Metrics of which more is better and errors have no common sum: a rule with both is an error.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A metric of a ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankedMetric {
    /// Its name.
    pub name: String,
    /// Whether more is better; else less is.
    pub higher_is_better: bool,
}

/// What models are ranked by: the sum over these metrics on these sets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RankingRule {
    /// The sets. Default none, which stands for all.
    pub sets: Vec<String>,
    /// The metrics. Default none, which stands for all.
    pub metrics: Vec<String>,
}

/// A value and its limits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// The value.
    pub value: f64,
    /// The lower and the upper limit, if it has some.
    pub limits: Option<[f64; 2]>,
}

impl From<f64> for Score {
    fn from(value: f64) -> Self {
        Self { value, limits: None }
    }
}

/// A value, or why there is none.
pub type Scored = std::result::Result<Score, String>;

/// A model and its values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankedModel {
    /// The block that it is in: an endpoint, a set of features.
    pub block: String,
    /// The model.
    pub model: String,
    /// Its values, by set and metric.
    pub scores: Vec<Vec<Scored>>,
}

/// Models by sets and metrics; see the [module](self).
///
/// # Example
/// ```
/// use radsurv_survival::selection::ranking::{RankedMetric, Ranking, RankingRule, Score};
/// let auc = |year: u8| RankedMetric { name: format!("AUC {year}"), higher_is_better: true };
/// let sets = ["training", "cross-validated", "test"].map(String::from).to_vec();
/// let rule = RankingRule { sets: vec!["cross-validated".into()], metrics: vec![] };
/// let mut ranking = Ranking::new(sets, vec![auc(1), auc(3)], rule)?;
/// let scores = |values: [[f64; 2]; 3]| values.map(|set| set.map(|value| Ok(Score::from(value))).to_vec()).to_vec();
/// ranking.add("DFS", "lasso", scores([[0.81, 0.79], [0.75, 0.73], [0.78, 0.68]]))?;
/// ranking.add("DFS", "forest", scores([[0.99, 0.99], [0.77, 0.74], [0.83, 0.81]]))?;
/// ranking.add("DFS", "boosting", vec![vec![Err("no event until 1".to_string()); 2]; 3])?;
/// let ranks = ranking.ranks(&["DFS"])?;
/// assert_eq!(ranks.winner().unwrap().model, "forest");
/// assert_eq!(ranks.unranked[0].model, "boosting");
/// assert_eq!(ranking.rows(3)[1][..4], ["DFS", "lasso", "0.810", "0.790"]);
/// # Ok::<(), radsurv_survival::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranking {
    sets: Vec<String>,
    metrics: Vec<RankedMetric>,
    rule: RankingRule,
    models: Vec<RankedModel>,
    /// The places of the sets and metrics of the rule.
    #[serde(skip)]
    chosen: Vec<(usize, usize)>,
    #[serde(skip)]
    higher_is_better: bool,
}

/// Models in order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranks {
    /// The best first.
    pub ranked: Vec<Ranked>,
    /// Those that lack a value.
    pub unranked: Vec<Unranked>,
}

/// A model in its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranked {
    /// The block.
    pub block: String,
    /// The model.
    pub model: String,
    /// The sum of the values of the rule.
    pub sum: f64,
    /// Its rank, from 1. Models of equal sums have the same rank.
    pub rank: usize,
}

/// A model that cannot be ranked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unranked {
    /// The block.
    pub block: String,
    /// The model.
    pub model: String,
    /// The number of values that it lacks of those of the rule.
    pub missing: usize,
    /// Why the first of them is not there.
    pub reason: String,
}

impl Ranks {
    /// The best model, of equal ones the one that was added first.
    pub fn winner(&self) -> Option<&Ranked> {
        self.ranked.first()
    }
}

impl Ranking {
    /// A ranking without models.
    ///
    /// # Errors
    /// [`Error::Setting`] without sets or metrics, at two of one name, at a name of the rule that is none of them, and if the metrics
    /// of the rule have no common direction.
    pub fn new(sets: Vec<String>, metrics: Vec<RankedMetric>, rule: RankingRule) -> Result<Self> {
        let names: Vec<String> = metrics.iter().map(|metric| metric.name.clone()).collect();
        let chosen_sets = places("the sets of a ranking", &sets, &rule.sets)?;
        let chosen_metrics = places("the metrics of a ranking", &names, &rule.metrics)?;
        let directions: Vec<bool> = chosen_metrics.iter().map(|&place| metrics[place].higher_is_better).collect();
        let higher_is_better = directions.contains(&true);
        if higher_is_better && directions.contains(&false) {
            let value = chosen_metrics.iter().map(|&place| names[place].as_str()).collect::<Vec<&str>>().join(", ");
            let what =
                "more is better of some and less of others, which have no common sum: choose metrics of one kind";
            return Err(Error::Setting { name: "the list of metrics to rank by", value, what });
        }
        let with_all = |&set: &usize| chosen_metrics.iter().map(move |&metric| (set, metric)).collect::<Vec<_>>();
        let chosen = chosen_sets.iter().flat_map(with_all).collect();
        Ok(Self { sets, metrics, rule, models: Vec::new(), chosen, higher_is_better })
    }

    /// Adds a model with its values, by set and metric.
    ///
    /// # Errors
    /// [`Error::Setting`] if the block has a model of that name, at another number of sets or metrics, and at a value that is not
    /// finite: give the reason in its place.
    pub fn add(&mut self, block: impl Into<String>, model: impl Into<String>, scores: Vec<Vec<Scored>>) -> Result<()> {
        let (block, model) = (block.into(), model.into());
        let bad = |value: String, what| Err(Error::Setting { name: "a row of a ranking", value, what });
        if self.models.iter().any(|other| other.block == block && other.model == model) {
            return bad(format!("{model} of {block} again"), "give each model of a block a name of its own");
        }
        if scores.len() != self.sets.len() || scores.iter().any(|set| set.len() != self.metrics.len()) {
            return bad(format!("of another shape ({model} of {block})"), "give a value per set and metric");
        }
        if let Some(score) = scores.iter().flatten().flatten().find(|score| !score.value.is_finite()) {
            return bad(format!("{} ({model} of {block})", score.value), "give the reason where there is no value");
        }
        self.models.push(RankedModel { block, model, scores });
        Ok(())
    }

    /// The models, in the order in which they were added.
    pub fn models(&self) -> &[RankedModel] {
        &self.models
    }

    /// What they are ranked by.
    pub fn rule(&self) -> &RankingRule {
        &self.rule
    }

    /// Ranks the models of these blocks together.
    ///
    /// # Errors
    /// [`Error::Setting`] at a block that has no model; [`Error::Unranked`] if no model has all values.
    pub fn ranks(&self, blocks: &[&str]) -> Result<Ranks> {
        if let Some(unknown) = blocks.iter().find(|block| !self.models.iter().any(|model| model.block == **block)) {
            let what = "give blocks that have models";
            return Err(Error::Setting { name: "a block to rank", value: unknown.to_string(), what });
        }
        let (mut ranked, mut unranked) = (Vec::new(), Vec::new());
        for model in self.models.iter().filter(|model| blocks.contains(&model.block.as_str())) {
            let (block, name) = (model.block.clone(), model.model.clone());
            match self.sum(model) {
                Ok(sum) => ranked.push(Ranked { block, model: name, sum, rank: 0 }),
                Err((missing, reason)) => unranked.push(Unranked { block, model: name, missing, reason }),
            }
        }
        if ranked.is_empty() {
            let why = unranked.first().map_or_else(String::new, |first| format!("{}: {}", first.model, first.reason));
            return Err(Error::Unranked { models: unranked.len(), why });
        }
        // Stable, so that equal ones stay in order.
        ranked.sort_by(|a, b| match self.higher_is_better {
            true => b.sum.total_cmp(&a.sum),
            false => a.sum.total_cmp(&b.sum),
        });
        for place in 0..ranked.len() {
            let tied = place > 0 && ranked[place - 1].sum == ranked[place].sum;
            ranked[place].rank = if tied { ranked[place - 1].rank } else { place + 1 };
        }
        Ok(Ranks { ranked, unranked })
    }

    /// The sum of the values of the rule, or how many are missing and why the first is.
    fn sum(&self, model: &RankedModel) -> std::result::Result<f64, (usize, String)> {
        let scores = || self.chosen.iter().map(|&(set, metric)| &model.scores[set][metric]);
        let missing = scores().filter(|score| score.is_err()).count();
        match self
            .chosen
            .iter()
            .find_map(|&(set, metric)| Some((set, metric, model.scores[set][metric].as_ref().err()?)))
        {
            Some((set, metric, why)) => {
                Err((missing, format!("{} on {}: {why}", self.metrics[metric].name, self.sets[set])))
            }
            None => Ok(scores().flatten().map(|score| score.value).sum()),
        }
    }

    /// The table as text: a row of heads, and a row per model with its values (and limits) by set and metric, the sum of the rule and
    /// the rank in its block. What is missing is empty.
    pub fn rows(&self, decimals: usize) -> Vec<Vec<String>> {
        let text = |score: &Scored| match score {
            Ok(Score { value, limits: None }) => format!("{value:.decimals$}"),
            Ok(Score { value, limits: Some([low, high]) }) => {
                format!("{value:.decimals$} ({low:.decimals$}, {high:.decimals$})")
            }
            Err(_) => String::new(),
        };
        let columns = self.sets.iter().flat_map(|set| self.metrics.iter().map(move |m| format!("{set} {}", m.name)));
        let ends = |first: [&str; 2], middle: Vec<String>, last: [String; 2]| {
            first.map(String::from).into_iter().chain(middle).chain(last).collect::<Vec<String>>()
        };
        let mut rows = vec![ends(["block", "model"], columns.collect(), ["sum", "rank"].map(String::from))];
        for model in &self.models {
            let ranks = self.ranks(&[&model.block]).ok();
            let place = ranks.iter().flat_map(|ranks| &ranks.ranked).find(|ranked| ranked.model == model.model);
            let last = place.map_or_else(Default::default, |r| [format!("{:.decimals$}", r.sum), r.rank.to_string()]);
            rows.push(ends([&model.block, &model.model], model.scores.iter().flatten().map(text).collect(), last));
        }
        rows
    }
}

/// The places of chosen names among all; all if none is chosen.
fn places(what: &'static str, all: &[String], chosen: &[String]) -> Result<Vec<usize>> {
    let bad = |value: String, what_to_do| Err(Error::Setting { name: what, value, what: what_to_do });
    if all.is_empty() {
        return bad("none".to_string(), "give one at least");
    }
    for names in [all, chosen] {
        if let Some((_, twice)) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
            return bad(format!("{twice} twice"), "give each once");
        }
    }
    if let Some(unknown) = chosen.iter().find(|name| !all.contains(name)) {
        return bad(format!("{} without {unknown}", all.join(", ")), "rank by what the table has");
    }
    Ok((0..all.len()).filter(|&place| chosen.is_empty() || chosen.contains(&all[place])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(name: &str, higher_is_better: bool) -> RankedMetric {
        RankedMetric { name: name.to_string(), higher_is_better }
    }

    fn row(values: &[f64]) -> Vec<Vec<Scored>> {
        values.iter().map(|value| vec![Ok(Score::from(*value))]).collect()
    }

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn equal_sums_share_a_rank_and_the_first_wins() {
        let rule = RankingRule { sets: names(&["test"]), metrics: vec![] };
        let mut ranking = Ranking::new(names(&["training", "test"]), vec![metric("C", true)], rule.clone()).unwrap();
        for (model, values) in [("a", [0.9, 0.6]), ("b", [0.7, 0.7]), ("c", [0.8, 0.7])] {
            ranking.add("OS", model, row(&values)).unwrap();
        }
        ranking.add("DFS", "a", row(&[0.9, 0.9])).unwrap();
        let found = ranking.ranks(&["OS"]).unwrap();
        let order: Vec<(&str, usize)> = found.ranked.iter().map(|r| (r.model.as_str(), r.rank)).collect();
        assert_eq!(order, [("b", 1), ("c", 1), ("a", 3)]);
        assert_eq!(ranking.ranks(&["OS", "DFS"]).unwrap().winner().unwrap().block, "DFS");
        // Of errors the lowest sum.
        let mut errors = Ranking::new(names(&["training", "test"]), vec![metric("Brier", false)], rule).unwrap();
        errors.add("", "a", row(&[0.1, 0.3])).unwrap();
        errors.add("", "b", row(&[0.2, 0.2])).unwrap();
        assert_eq!(errors.ranks(&[""]).unwrap().winner().unwrap().model, "b");
    }

    #[test]
    fn a_model_without_a_value_is_not_ranked() {
        let mut ranking =
            Ranking::new(names(&["cv", "test"]), vec![metric("C", true)], RankingRule::default()).unwrap();
        ranking.add("", "a", vec![vec![Ok(0.9.into())], vec![Err("no events".into())]]).unwrap();
        let error = ranking.ranks(&[""]).unwrap_err().to_string();
        assert!(error.contains("none of 1 models has all values") && error.contains("C on test: no events"), "{error}");
        ranking.add("", "b", row(&[0.6, 0.6])).unwrap();
        let found = ranking.ranks(&[""]).unwrap();
        assert_eq!((found.winner().unwrap().model.as_str(), found.unranked[0].missing), ("b", 1));
        let limits = vec![vec![Ok(Score { value: 0.61, limits: Some([0.5, 0.7]) })], vec![Ok(0.5.into())]];
        ranking.add("", "c", limits).unwrap();
        let rows = ranking.rows(2);
        assert_eq!(rows[0], ["block", "model", "cv C", "test C", "sum", "rank"]);
        assert_eq!(rows[1], ["", "a", "0.90", "", "", ""]);
        assert_eq!(rows[3], ["", "c", "0.61 (0.50, 0.70)", "0.50", "1.11", "2"]);
    }

    #[test]
    fn impossible_rankings_are_named() {
        let new = |sets: &[&str], metrics: Vec<RankedMetric>, rule: &[&str]| {
            let rule = RankingRule { sets: vec![], metrics: names(rule) };
            Ranking::new(names(sets), metrics, rule).map_err(|e| e.to_string())
        };
        let both = || vec![metric("C", true), metric("Brier", false)];
        assert!(new(&[], both(), &[]).unwrap_err().contains("give one at least"));
        assert!(new(&["a", "a"], both(), &[]).unwrap_err().contains("a twice"));
        assert!(new(&["a"], both(), &["AUC"]).unwrap_err().contains("without AUC"));
        assert!(new(&["a"], both(), &[]).unwrap_err().contains("no common sum"));
        let mut ranking = new(&["a"], both(), &["C"]).unwrap();
        assert!(ranking.ranks(&["x"]).is_err());
        assert!(ranking.add("", "m", row(&[0.5])).unwrap_err().to_string().contains("a value per set and metric"));
        let nan = vec![vec![Ok(f64::NAN.into()), Ok(0.5.into())]];
        assert!(ranking.add("", "m", nan).unwrap_err().to_string().contains("give the reason"));
        ranking.add("", "m", vec![vec![Ok(0.5.into()), Ok(0.5.into())]]).unwrap();
        assert!(ranking.add("", "m", vec![]).unwrap_err().to_string().contains("a name of its own"));
    }
}
