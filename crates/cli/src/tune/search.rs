//! What is searched: from options, or from a file.

use std::path::PathBuf;

use radsurv_harmonize::combat::Unseen;
use radsurv_harmonize::{CombatSettings, RedundancySettings, ZScoreSettings};
use radsurv_study::pipeline::StepSettings;
use radsurv_survival::coxnet::StabilitySettings;
use radsurv_survival::selection::screen::{BorutaSettings, MrmrSettings, UnivariableSettings};
use radsurv_survival::selection::{Candidate, ModelSearch, Space};
use radsurv_survival::{AnySettings, ModelKind};
use serde::{Deserialize, Serialize};

use super::{TuneArgs, beside};
use crate::error::{Error, Result};
use crate::train::settings;

/// The file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    steps: Vec<StepSettings>,
    models: Vec<FileModel>,
}

/// A model in the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileModel {
    model: ModelKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    config: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    candidates: Option<usize>,
    #[serde(default)]
    search: Option<Space>,
}

/// A model that competes.
struct Model {
    name: String,
    search: ModelSearch,
    /// How many are drawn; none: all combinations.
    candidates: Option<usize>,
}

/// What is searched.
pub struct Asked {
    /// What is done to features first.
    pub steps: Vec<StepSettings>,
    models: Vec<Model>,
}

impl Asked {
    /// What options and the file ask for.
    ///
    /// # Errors
    /// If the file cannot be read, names no model, or steps are in it and in the options.
    pub fn read(args: &TuneArgs) -> Result<Self> {
        let mut asked = Self::of_file_or_options(args)?;
        asked.steps.iter_mut().for_each(|step| step.set_seed(args.seed));
        Ok(asked)
    }

    fn of_file_or_options(args: &TuneArgs) -> Result<Self> {
        let own = options(args);
        let Some(path) = &args.config else {
            let model = |kind: &ModelKind| Model {
                name: kind.to_string(),
                search: kind.search(),
                candidates: Some(args.candidates),
            };
            return Ok(Self { steps: own, models: args.models.iter().map(model).collect() });
        };
        let at = |what: String| Error::Input(format!("{}: {}", path.display(), what.trim_end()));
        let text = std::fs::read_to_string(path).map_err(|e| at(e.to_string()))?;
        let file: File = toml::from_str(&text).map_err(|e| at(e.to_string()))?;
        if file.models.is_empty() {
            return Err(at("there is no model: give [[models]] with model = \"rsf\"".to_string()));
        }
        if !file.steps.is_empty() && !own.is_empty() {
            let what = "it has steps; leave out --zscore, --combat, --redundancy and --screen, or the steps";
            return Err(Error::Usage(format!("{}: {what}", path.display())));
        }
        let mut models: Vec<Model> = Vec::new();
        for asked in file.models {
            let mut search = asked.model.search();
            if let Some(config) = &asked.config {
                search.base = settings(asked.model, Some(&beside(path, config)))?;
            }
            if let Some(space) = asked.search {
                search.space = space;
            }
            let name = asked.name.unwrap_or_else(|| asked.model.to_string());
            if models.iter().any(|model| model.name == name) {
                return Err(at(format!("there are two models {name}: give each a name of its own")));
            }
            models.push(Model { name, search, candidates: asked.candidates });
        }
        let steps = if file.steps.is_empty() { own } else { file.steps };
        Ok(Self { steps, models })
    }

    /// Everyone who may win.
    ///
    /// # Errors
    /// If a setting cannot be searched as it is asked.
    pub fn candidates(&self, seed: u64) -> Result<Vec<Candidate<AnySettings>>> {
        let mut all = Vec::new();
        for model in &self.models {
            all.extend(match model.candidates {
                Some(count) => model.search.draw(&model.name, 0, count, seed)?,
                None => model.search.grid(&model.name, 0)?,
            });
        }
        all.iter_mut().for_each(|candidate| candidate.settings.set_seed(seed));
        Ok(all)
    }
}

/// The steps that options ask for.
fn options(args: &TuneArgs) -> Vec<StepSettings> {
    let zscore = args.zscore.then_some(StepSettings::Zscore(ZScoreSettings::Standard));
    let combat = args.combat.as_ref().map(|batch| {
        StepSettings::Combat(CombatSettings { unseen: Unseen::Pass, ..CombatSettings::new(batch.clone()) })
    });
    let redundancy = args
        .redundancy
        .map(|threshold| StepSettings::Redundancy(RedundancySettings { threshold, ..RedundancySettings::default() }));
    zscore.into_iter().chain(combat).chain(redundancy).chain(args.screen.clone()).collect()
}

/// The rule of `--screen`, and how many features it keeps.
///
/// # Errors
/// What is wrong with it.
pub fn screen(text: &str) -> std::result::Result<StepSettings, String> {
    let form = "give univariable, univariable:20, mrmr:20, boruta or stability";
    let (rule, count) = match text.split_once(':') {
        None => (text, None),
        Some((rule, count)) => {
            let count = count.parse::<usize>().ok().filter(|count| *count > 0);
            (rule, Some(count.ok_or_else(|| format!("{text}: the number of features is none; {form}"))?))
        }
    };
    Ok(match (rule, count) {
        ("univariable", None) => StepSettings::Univariable(UnivariableSettings::default()),
        ("univariable", best) => {
            StepSettings::Univariable(UnivariableSettings { threshold: None, best, ..UnivariableSettings::default() })
        }
        ("mrmr", Some(features)) => StepSettings::Mrmr(MrmrSettings { features, ..MrmrSettings::default() }),
        ("boruta", None) => StepSettings::Boruta(BorutaSettings::default()),
        ("stability", None) => StepSettings::Stability(StabilitySettings::default()),
        _ => return Err(form.to_string()),
    })
}

/// What is searched by default, as a file.
pub fn default_file(models: &[ModelKind], candidates: usize) -> Result<String> {
    let model = |kind: &ModelKind| FileModel {
        model: *kind,
        name: None,
        config: None,
        candidates: Some(candidates),
        search: Some(kind.search().space),
    };
    let file = File { steps: Vec::new(), models: models.iter().map(model).collect() };
    let text = toml::to_string(&file).map_err(|e| Error::Input(format!("the default search: {e}")))?;
    Ok(format!("{HEAD}{}", text.replacen("steps = []\n", "", 1)))
}

const HEAD: &str = "\
# radsurv tune --config THIS_FILE ...
#
# Steps come before all models, each learned anew without each fold:
# steps = [
#     { near-zero = {} },
#     { zscore = { method = \"standard\" } },
#     { combat = { batch = \"scanner\", unseen = \"pass\" } },
#     { redundancy = { threshold = 0.9 } },
#     { mrmr = { features = 20 } },                # or univariable, boruta, stability
# ]
#
# A model may have a name of its own, and settings that are not searched: config = \"rsf.toml\" (radsurv train --print-config rsf).
# What is searched has the names of that file. Values: list = [..], uniform, log-uniform (numbers), whole, log-whole (whole numbers),
# each from low to high. Without candidates all combinations of lists are tried, else so many: the settings as they are, and others
# drawn at random.
";
