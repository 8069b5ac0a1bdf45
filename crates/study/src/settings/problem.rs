//! What is wrong with a study file, with the line.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use toml::de::{DeTable, DeValue};

use super::StudySettings;
use crate::error::{Error, Result};

/// Something that keeps a study from running, or that its reader should know before it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The line of the file, from 1 on; none if it is not about a line.
    pub line: Option<usize>,
    /// What is wrong, and what to change.
    pub what: String,
    /// Whether the study runs all the same.
    pub runs: bool,
}

/// All that was found, of a file of this name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problems {
    /// The file.
    pub file: String,
    /// Each problem.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Problem { line, what, .. }) in self.problems.iter().enumerate() {
            let end = if place > 0 { "\n" } else { "" };
            match line {
                Some(line) => write!(f, "{end}{}, line {line}: {what}", self.file)?,
                None => write!(f, "{end}{}: {what}", self.file)?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// The text of a study file, which knows the line of every setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyFile {
    name: String,
    folder: PathBuf,
    text: String,
}

impl StudyFile {
    /// A text, and the name of its file.
    pub fn new(text: &str, name: &str) -> Self {
        Self { name: name.to_string(), folder: PathBuf::new(), text: text.to_string() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`radsurv_data::Error::Io`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|source| radsurv_data::Error::Io { path: path.to_path_buf(), source })?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(Self { name: path.display().to_string(), folder, text })
    }

    /// The settings, with paths relative to the folder of the file.
    ///
    /// # Errors
    /// [`Problems`] with the line of what it does not understand.
    pub fn settings(&self) -> std::result::Result<StudySettings, Problems> {
        let mut settings: StudySettings = toml::from_str(&self.text).map_err(|error| {
            let line = error.span().map(|span| self.line_of(span.start));
            self.problems(vec![Problem { line, what: error.message().to_string(), runs: false }])
        })?;
        let put = |path: &mut PathBuf| *path = self.folder.join(&path);
        put(&mut settings.patients.table);
        settings.quality.iter_mut().for_each(put);
        if let Some(images) = &mut settings.images {
            images.processing.extraction = std::mem::take(&mut images.processing.extraction).beside(&self.folder);
        }
        if let Some(features) = &mut settings.features {
            put(&mut features.table);
            features.readers.iter_mut().for_each(put);
        }
        if let Some(genomics) = &mut settings.genomics {
            put(&mut genomics.expression);
            genomics.gene_sets.iter_mut().chain(&mut genomics.signatures).for_each(put);
            genomics.lists.iter_mut().for_each(|list| put(&mut list.table));
        }
        Ok(settings)
    }

    /// Some problems, of this file.
    pub fn problems(&self, problems: Vec<Problem>) -> Problems {
        Problems { file: self.name.clone(), problems }
    }

    /// The line of a setting, by its path: `patients.table`, `endpoints.0.time`. That of the nearest part of the path that is there.
    pub fn line(&self, path: &str) -> Option<usize> {
        let table = DeTable::parse(&self.text).ok()?;
        let mut parts = path.split('.');
        let (key, mut value) = table.get_ref().get_key_value(parts.next()?)?;
        let mut start = key.span().start;
        for part in parts {
            let next = match value.get_ref() {
                DeValue::Table(inner) => inner.get_key_value(part).map(|(key, value)| (key.span().start, value)),
                DeValue::Array(inner) => {
                    part.parse::<usize>().ok().and_then(|i| inner.get(i)).map(|value| (value.span().start, value))
                }
                _ => None,
            };
            let Some((at, inner)) = next else { break };
            (start, value) = (at, inner);
        }
        Some(self.line_of(start))
    }

    fn line_of(&self, byte: usize) -> usize {
        self.text.bytes().take(byte).filter(|&b| b == b'\n').count() + 1
    }

    /// A problem with a setting.
    pub(crate) fn at(&self, path: &str, what: impl Into<String>) -> Problem {
        Problem { line: self.line(path), what: what.into(), runs: false }
    }
}

impl From<Problems> for Error {
    fn from(problems: Problems) -> Self {
        Self::Study(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name = \"x\"\ntimes = [1]\n\n[patients]\ntable = \"p.csv\"\n[[endpoints]]\nname = \"OS\"\ntime = \"t\"\nevent = \"e\"\n\
        [[endpoints]]\nname = \"DFS\"\ntime = \"t2\"\nevent = \"e2\"\n[split.random]\n[models]\nfolds = 5\n";

    #[test]
    fn settings_have_lines() {
        let file = StudyFile::new(TEXT, "s.toml");
        let line = |path: &str| file.line(path).unwrap();
        let paths = ["name", "patients.table", "endpoints.1.time", "split.random", "models.folds"];
        assert_eq!(paths.map(line), [1, 5, 12, 14, 16]);
        assert_eq!(line("patients.centre"), 4, "what is not there is where it would be");
        assert_eq!(file.line("images"), None);
    }

    #[test]
    fn mistakes_have_lines() {
        let message =
            |from: &str, to: &str| StudySettings::from_toml(&TEXT.replace(from, to), "s.toml").unwrap_err().to_string();
        assert!(message("folds = 5", "fold = 5").starts_with("s.toml, line 16: unknown field `fold`"));
        assert!(message("folds = 5", "folds = \"a\"").starts_with("s.toml, line 16: "));
        assert!(message("times = [1]\n", "").contains("missing field `times`"));
        assert!(message("[split.random]", "[split.rand]").starts_with("s.toml, line 14: unknown variant `rand`"));
        let settings = StudySettings::from_toml(TEXT, "s.toml").unwrap();
        assert_eq!(toml::from_str::<StudySettings>(&toml::to_string(&settings).unwrap()).unwrap(), settings);
    }
}
