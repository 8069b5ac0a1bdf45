//! The journal of a cohort: finished cases on disk as they finish, so that an interrupted run can go on.
//!
//! A file of JSON lines beside the table. The first line says what was asked for; each list of feature names has a line
//! of its own, numbered in order; each finished case has a line that ends with its results. Lines are appended and
//! synchronised, so a killed run leaves whole lines and at most one half line at the end, which is cut off.
//!
//! A finished case is found again by what went into it: its files with size and time of change, labels and channel. If
//! any of these is different, it is computed again.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use radsurv_data::number;
use serde::{Deserialize, Serialize};

use super::cases::Case;
use super::outcome::{Kind, Names, Outcome, RegionResult};
use crate::error::{Error, Result};

/// What all results of a run have in common. Results under another header are never mixed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the program.
    pub radsurv: String,
    /// The width of the ring in mm.
    pub ring_mm: Option<f64>,
    /// How images are read and corrected, as options of the command line.
    pub input: String,
    /// The settings, as the text of a parameter file.
    pub settings: String,
}

impl Header {
    /// What differs from an older header, in a sentence; none if nothing does.
    fn difference(&self, older: &Self) -> Option<String> {
        if self.radsurv != older.radsurv {
            return Some(format!("it was begun with version {} of radsurv, this is {}", older.radsurv, self.radsurv));
        }
        if self.ring_mm != older.ring_mm {
            let ring = |mm: Option<f64>| mm.map_or("without a ring".to_string(), |mm| format!("with --ring {mm}"));
            return Some(format!("it was begun {}, now it runs {}", ring(older.ring_mm), ring(self.ring_mm)));
        }
        if self.input != older.input {
            let options = |text: &str| if text.is_empty() { "no options".to_string() } else { text.to_string() };
            return Some(format!(
                "it was begun with {} for its images, now it runs with {}",
                options(&older.input),
                options(&self.input)
            ));
        }
        if self.settings == older.settings {
            return None;
        }
        // The first lines with a value that only one of them has.
        let only = |a: &str, b: &str| {
            let lines = a.lines().filter(|line| !line.ends_with([':', '}']) && !b.lines().any(|other| other == *line));
            lines.map(str::trim).next().map_or("the default".to_string(), str::to_string)
        };
        let (before, now) = (only(&older.settings, &self.settings), only(&self.settings, &older.settings));
        Some(format!("the settings have changed ({before} before, {now} now)"))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Header(Header),
    Names(Vec<String>),
    Case { input: String, results: Vec<Stored> },
}

/// A [`RegionResult`] as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    label: String,
    region: String,
    names: usize,
    /// Separated by blanks. JSON has no NaN, and numbers must come back to the bit.
    values: String,
    undefined: Vec<(usize, String)>,
    diagnostics: Vec<(String, String)>,
    notices: Vec<String>,
}

/// The journal of a run.
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Lists of names that are in the file.
    names: Vec<Arc<[String]>>,
}

/// Finished cases by their [`input`].
pub type Finished = HashMap<String, Vec<RegionResult>>;

impl Journal {
    /// Begins a journal, in place of any older one.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn create(path: &Path, header: &Header) -> Result<Self> {
        let write = |source| Error::Write { path: path.to_path_buf(), source };
        let file = File::create(path).map_err(write)?;
        let mut journal = Self { path: path.to_path_buf(), file, names: Vec::new() };
        journal.write(&[Line::Header(header.clone())]).map_err(write)?;
        Ok(journal)
    }

    /// Opens the journal of an earlier run, with what it finished; begins one if there is none.
    ///
    /// # Errors
    /// If the journal is of other settings or damaged, or cannot be read or written.
    pub fn resume(path: &Path, header: &Header, names: &Names) -> Result<(Self, Finished)> {
        let write = |source| Error::Write { path: path.to_path_buf(), source };
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok((Self::create(path, header)?, Finished::new()));
            }
            Err(source) => return Err(write(source)),
        };
        let mut journal = Self { path: path.to_path_buf(), file, names: Vec::new() };
        let mut finished = Finished::new();
        let mut reader = BufReader::new(journal.file.try_clone().map_err(write)?);
        let (mut good, mut number) = (0u64, 0usize);
        let mut text = Vec::new();
        loop {
            text.clear();
            let read = reader.read_until(b'\n', &mut text).map_err(write)?;
            // Without its line break the last line was being written when the run was killed.
            if read == 0 || text.last() != Some(&b'\n') {
                break;
            }
            number += 1;
            let damaged = || {
                Error::Input(format!(
                    "{}, line {number}: not a journal of radsurv, or damaged; delete it, or run without --resume",
                    path.display()
                ))
            };
            let line: Line = serde_json::from_slice(&text).map_err(|_| damaged())?;
            match line {
                Line::Header(older) if number == 1 => {
                    if let Some(difference) = header.difference(&older) {
                        return Err(Error::Input(format!(
                            "{}: cannot resume, {difference}; run without --resume to begin anew, or write to another \
                             --out",
                            path.display()
                        )));
                    }
                }
                Line::Names(list) if number > 1 => journal.names.push(names.share(list)),
                Line::Case { input, results } if number > 1 => {
                    let results = results.into_iter().map(|s| s.restore(&journal.names)).collect::<Option<Vec<_>>>();
                    finished.insert(input, results.ok_or_else(damaged)?);
                }
                _ => return Err(damaged()),
            }
            good += read as u64;
        }
        drop(reader);
        if number == 0 {
            return Ok((Self::create(path, header)?, Finished::new()));
        }
        journal.file.set_len(good).map_err(write)?;
        journal.file.seek(io::SeekFrom::End(0)).map_err(write)?;
        Ok((journal, finished))
    }

    /// Writes finished cases down, each under its input. Cases with failures are left out, so that they are tried again.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn append(&mut self, cases: &[(&str, &Outcome)]) -> Result<()> {
        let mut lines = Vec::new();
        for (input, outcome) in cases.iter().filter(|(_, o)| o.failures.is_empty()) {
            let mut results = Vec::with_capacity(outcome.results.len());
            for result in &outcome.results {
                let known = self.names.iter().position(|n| *n == result.names);
                let names = known.unwrap_or_else(|| {
                    lines.push(Line::Names(result.names.to_vec()));
                    self.names.push(result.names.clone());
                    self.names.len() - 1
                });
                results.push(Stored::new(result, names));
            }
            lines.push(Line::Case { input: input.to_string(), results });
        }
        self.write(&lines).map_err(|source| Error::Write { path: self.path.clone(), source })
    }

    fn write(&mut self, lines: &[Line]) -> io::Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        self.file.write_all(&text)?;
        self.file.sync_data()
    }
}

impl Stored {
    fn new(result: &RegionResult, names: usize) -> Self {
        Self {
            label: result.label.clone(),
            region: result.kind.to_string(),
            names,
            values: result.values.iter().map(|v| number::format(*v)).collect::<Vec<_>>().join(" "),
            undefined: result.undefined.clone(),
            diagnostics: result.diagnostics.clone(),
            notices: result.notices.clone(),
        }
    }

    fn restore(self, names: &[Arc<[String]>]) -> Option<RegionResult> {
        let names = names.get(self.names)?.clone();
        let values = self.values.split_whitespace().map(number::parse).collect::<Option<Vec<f64>>>()?;
        let inside = self.undefined.iter().all(|(place, _)| *place < values.len());
        (values.len() == names.len() && inside).then_some(RegionResult {
            label: self.label,
            kind: Kind::parse(&self.region)?,
            names,
            values,
            undefined: self.undefined,
            diagnostics: self.diagnostics,
            notices: self.notices,
        })
    }
}

/// Everything of a case that its results depend on, beside the header.
pub fn input(case: &Case) -> String {
    format!(
        "{} {}; {} {}; channel {}; labels {}",
        case.image,
        stamps(&case.image_path),
        case.mask,
        stamps(&case.mask_path),
        case.channel,
        case.labels
    )
}

/// Size and time of change of a file; for a header with its data in another file, of all files with its name before
/// the extension; for a folder, the number of files in it, their size and the latest change.
fn stamps(path: &Path) -> String {
    if path.is_dir() {
        return folder_stamp(path);
    }
    let detached = path
        .extension()
        .is_some_and(|e| ["nhdr", "mhd", "hdr", "img"].iter().any(|header| e.eq_ignore_ascii_case(header)));
    let mut files = vec![path.to_path_buf()];
    if detached && let (Some(folder), Some(stem)) = (path.parent(), path.file_stem()) {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let beside = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        // A data file may have two extensions (`ct.img.gz`).
        let belongs =
            |p: &PathBuf| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&*stem.to_string_lossy()));
        files.extend(beside.filter(belongs));
        files.sort();
        files.dedup();
    }
    let stamp = |path: &PathBuf| -> Option<String> {
        let data = std::fs::metadata(path).ok()?;
        let changed = data.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(format!("{} bytes at {}.{:09}", data.len(), changed.as_secs(), changed.subsec_nanos()))
    };
    files.iter().map(|f| stamp(f).unwrap_or_else(|| "missing".to_string())).collect::<Vec<_>>().join(", ")
}

/// Folders within a folder of a series.
const DEEPEST: usize = 32;

fn folder_stamp(path: &Path) -> String {
    let (mut files, mut bytes, mut latest) = (0u64, 0u64, UNIX_EPOCH);
    let mut folders = vec![(path.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(data) = std::fs::metadata(entry.path()) else { continue };
            if data.is_dir() {
                if depth < DEEPEST {
                    folders.push((entry.path(), depth + 1));
                }
                continue;
            }
            (files, bytes) = (files + 1, bytes + data.len());
            latest = latest.max(data.modified().unwrap_or(UNIX_EPOCH));
        }
    }
    let changed = latest.duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{files} files, {bytes} bytes, the latest at {}.{:09}", changed.as_secs(), changed.subsec_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::outcome::Failure;

    #[test]
    fn a_folder_is_stamped_by_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        std::fs::write(folder.path().join("a/1.dcm"), "12345").unwrap();
        let before = stamps(folder.path());
        assert!(before.starts_with("1 files, 5 bytes"), "{before}");
        std::fs::write(folder.path().join("a/1.dcm"), "123456").unwrap();
        assert!(stamps(folder.path()).starts_with("1 files, 6 bytes"));
    }

    fn header() -> Header {
        Header {
            radsurv: "1".into(),
            ring_mm: Some(50.0),
            input: String::new(),
            settings: "setting:\n  binWidth: 25\n".into(),
        }
    }

    fn outcome(names: &Names, values: &[f64]) -> Outcome {
        let list = (0..values.len()).map(|i| format!("f{i}")).collect();
        let result = RegionResult {
            label: "union".into(),
            kind: Kind::Ring,
            names: names.share(list),
            values: values.to_vec(),
            undefined: vec![(0, "flat".into())],
            diagnostics: vec![("diagnostics_a".into(), "(1, 2)".into())],
            notices: vec!["skipped".into()],
        };
        Outcome { results: vec![result], failures: Vec::new() }
    }

    #[test]
    fn finished_cases_come_back_to_the_bit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.csv.journal");
        let names = Names::default();
        let a = outcome(&names, &[f64::NAN, 0.1 + 0.2, -0.0, 5e-324, f64::INFINITY, f64::NEG_INFINITY]);
        let b = outcome(&names, &[1.0, 2.0]);
        let mut failed = b.clone();
        failed.failures.push(Failure::new(1, None, "why"));
        let mut journal = Journal::create(&path, &header()).unwrap();
        journal.append(&[("a", &a), ("failed", &failed)]).unwrap();
        journal.append(&[("b", &b)]).unwrap();
        let (mut journal, finished) = Journal::resume(&path, &header(), &Names::default()).unwrap();
        assert_eq!(finished.len(), 2);
        assert_eq!(finished["a"], a.results);
        journal.append(&[("c", &a)]).unwrap();

        // A line that was being written when the run was killed is cut off, and the journal goes on behind the last.
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 10]).unwrap();
        let (mut journal, finished) = Journal::resume(&path, &header(), &Names::default()).unwrap();
        assert_eq!(finished.len(), 2);
        journal.append(&[("c", &a)]).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }

    #[test]
    fn other_journals_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.csv.journal");
        drop(Journal::create(&path, &header()).unwrap());
        let refuse = |header: &Header| Journal::resume(&path, header, &Names::default()).err().unwrap().to_string();
        let settings = "setting:\n  binWidth: 10\n".to_string();
        assert!(refuse(&Header { settings, ..header() }).contains("(binWidth: 25 before, binWidth: 10 now)"));
        assert!(refuse(&Header { ring_mm: None, ..header() }).contains("begun with --ring 50, now it runs without"));
        assert!(refuse(&Header { radsurv: "2".into(), ..header() }).contains("begun with version 1"));
        for text in ["{\"case\":1}\n", "hello\n", "{\"names\":[]}\n"] {
            std::fs::write(&path, text).unwrap();
            assert!(refuse(&header()).contains("line 1: not a journal"), "{text}");
        }
        for empty in ["", "{\"hea"] {
            std::fs::write(&path, empty).unwrap();
            assert!(Journal::resume(&path, &header(), &Names::default()).unwrap().1.is_empty());
        }
    }
}
