//! GMT files: a line per set, of its name, a description and its genes, with tabs between.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::{GeneSet, GeneSets};
use crate::error::{Error, Result};

/// How much is read, so that a file that is something else, or a small one that unpacks to a huge one, does not take the
/// memory of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GmtLimits {
    /// The most bytes of a line; 4 MiB unless told: the names of every gene there is, ten times over.
    pub line_bytes: usize,
    /// The most bytes of a file, unpacked; 1 GiB unless told. All of MSigDB has 50 MiB.
    pub file_bytes: u64,
}

impl Default for GmtLimits {
    fn default() -> Self {
        Self { line_bytes: 4 << 20, file_bytes: 1 << 30 }
    }
}

/// What was met in a file that is no error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GmtReport {
    /// The file.
    pub file: String,
    /// Number of sets.
    pub sets: usize,
    /// Number of different genes.
    pub genes: usize,
    /// Genes that a set had again and that were taken once.
    pub repeated_genes: usize,
    /// The sets these were in.
    pub sets_with_repeated_genes: Vec<String>,
    /// Empty places between tabs where a gene was expected.
    pub empty_genes: usize,
    /// Lines without anything.
    pub blank_lines: usize,
}

/// The sets of a GMT file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gmt {
    /// The sets.
    pub sets: GeneSets,
    /// What was met in the file.
    pub report: GmtReport,
}

/// Reads a GMT file (Broad Institute: "GMT: Gene Matrix Transposed file format"), plain or packed by gzip, whatever its name.
///
/// Blanks around a name or gene do not belong to it. A gene that a set has twice is taken once and counted in the report;
/// so are empty genes (tabs at the end of a line) and blank lines. Symbols are kept as they are.
///
/// # Errors
/// [`Error::Io`]; [`Error::Line`] with file and line if a line has no tab, no name, no gene, the name of an earlier set or bytes
/// that are not UTF-8, or if it or the file is longer than the [`GmtLimits`]; [`Error::NoSets`].
///
/// # Example
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("sets.gmt");
/// std::fs::write(&path, "HYPOXIA\tlow oxygen\tHK2\tCA9\tHK2\nCYCLE\t\tCDK1\n").unwrap();
/// let read = radsurv_genomics::gene_sets::read_gmt(&path)?;
/// assert_eq!(read.sets.sets[0].genes, ["HK2", "CA9"]);
/// assert_eq!((read.report.sets, read.report.repeated_genes), (2, 1));
/// # Ok::<(), radsurv_genomics::Error>(())
/// ```
pub fn read_gmt(path: impl AsRef<Path>) -> Result<Gmt> {
    let path = path.as_ref();
    let failed = |source| Error::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    // A folder can be opened, but not read: said here, with its path.
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; name a file in it")));
    }
    read_gmt_from(file, &path.display().to_string(), GmtLimits::default())
}

/// Reads several GMT files into one collection, with a report of each.
///
/// # Errors
/// As [`read_gmt`], and [`Error::DuplicateSets`] if sets of two files have the same name.
pub fn read_gmt_files<P: AsRef<Path>>(paths: &[P]) -> Result<(GeneSets, Vec<GmtReport>)> {
    let read = paths.iter().map(read_gmt).collect::<Result<Vec<_>>>()?;
    let (sets, reports): (Vec<_>, _) = read.into_iter().map(|gmt| (gmt.sets, gmt.report)).unzip();
    Ok((GeneSets::merge(sets)?, reports))
}

/// Reads GMT from anything; `name` is what messages call it.
///
/// # Errors
/// As [`read_gmt`].
pub fn read_gmt_from(source: impl Read, name: &str, limits: GmtLimits) -> Result<Gmt> {
    let failed = |source| Error::Io { path: name.into(), source };
    let mut source = BufReader::with_capacity(1 << 16, source);
    let packed = source.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    if packed { lines(BufReader::new(MultiGzDecoder::new(source)), name, limits) } else { lines(source, name, limits) }
}

fn lines(mut source: impl BufRead, name: &str, limits: GmtLimits) -> Result<Gmt> {
    let mut out = Gmt { report: GmtReport { file: name.to_string(), ..Default::default() }, ..Default::default() };
    let (mut line, mut number, mut bytes) = (Vec::new(), 0, 0u64);
    let mut first: HashMap<String, u64> = HashMap::new();
    let mut genes: HashSet<String> = HashSet::new();
    loop {
        line.clear();
        number += 1;
        let wrong = |what: String| Error::Line { file: name.to_string(), line: number, what };
        let most = limits.line_bytes as u64 + 1;
        let read = source.by_ref().take(most).read_until(b'\n', &mut line);
        let read = read.map_err(|source| Error::Io { path: name.into(), source })?;
        if read == 0 {
            break;
        }
        if line.len() > limits.line_bytes && line.last() != Some(&b'\n') {
            return Err(wrong(format!("it has more than {} bytes; is this a GMT file?", limits.line_bytes)));
        }
        bytes += read as u64;
        if bytes > limits.file_bytes {
            return Err(wrong(format!("the file has more than {} bytes up to here; divide it", limits.file_bytes)));
        }
        let text = std::str::from_utf8(&line).map_err(|e| {
            wrong(format!("byte {} is not of a text in UTF-8; save the file as UTF-8", e.valid_up_to() + 1))
        })?;
        let text = if number == 1 { text.trim_start_matches('\u{feff}') } else { text };
        let text = text.trim_end_matches(['\n', '\r']);
        if text.trim().is_empty() {
            out.report.blank_lines += 1;
            continue;
        }
        let set = set_of(text, &mut out.report).map_err(wrong)?;
        if let Some(earlier) = first.insert(set.name.clone(), number) {
            return Err(wrong(format!("the set {} is in line {earlier} too; rename or remove one", set.name)));
        }
        for gene in &set.genes {
            // Most genes are in many sets: a lookup is cheaper than a copy.
            if !genes.contains(gene) {
                genes.insert(gene.clone());
            }
        }
        out.sets.sets.push(set);
    }
    if out.sets.sets.is_empty() {
        return Err(Error::NoSets { file: name.to_string() });
    }
    (out.report.sets, out.report.genes) = (out.sets.sets.len(), genes.len());
    Ok(out)
}

/// The set of a line.
fn set_of(text: &str, report: &mut GmtReport) -> std::result::Result<GeneSet, String> {
    let mut fields = text.split('\t').map(str::trim);
    let name = fields.next().unwrap_or_default();
    let Some(description) = fields.next() else {
        return Err("it has no tab; a line is a name, a description and genes, with tabs between".to_string());
    };
    if name.is_empty() {
        return Err("the set has no name; a line is a name, a description and genes, with tabs between".to_string());
    }
    let (mut seen, mut genes, mut repeated) = (HashSet::new(), Vec::new(), 0);
    for gene in fields {
        if gene.is_empty() {
            report.empty_genes += 1;
        } else if seen.insert(gene) {
            genes.push(gene.to_string());
        } else {
            repeated += 1;
        }
    }
    if genes.is_empty() {
        return Err(format!("the set {name} has no genes; they follow the description, with tabs between"));
    }
    if repeated > 0 {
        report.repeated_genes += repeated;
        report.sets_with_repeated_genes.push(name.to_string());
    }
    Ok(GeneSet { name: name.to_string(), description: description.to_string(), genes })
}

impl GeneSets {
    /// Writes a GMT file, packed by gzip if its name ends in `.gz`. The file is whole or absent.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Settings`] if a name, description or gene has a tab or line break or blanks around it, a gene is
    /// empty, or the sets are not a collection ([`GeneSets::new`]): it could not be read again.
    pub fn write_gmt(&self, path: impl AsRef<Path>) -> Result<()> {
        self.check()?;
        let path = path.as_ref();
        let kept = |text: &String| !text.contains(['\t', '\n', '\r', '\u{feff}']) && text.trim() == text;
        for set in &self.sets {
            let mut texts = [&set.name, &set.description].into_iter().chain(&set.genes);
            if let Some(text) = texts.find(|text| !kept(text)).or(set.genes.iter().find(|gene| gene.is_empty())) {
                let what = format!("{text:?} of the gene set {} cannot be written as GMT; rename it", set.name);
                return Err(Error::Settings { what });
            }
        }
        let lines = |out: &mut dyn Write| -> io::Result<()> {
            for set in &self.sets {
                writeln!(out, "{}\t{}\t{}", set.name, set.description, set.genes.join("\t"))?;
            }
            Ok(())
        };
        let packed = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
        let written = radsurv_data::fs::write_atomic(path, |out| {
            if !packed {
                return lines(out);
            }
            let mut packer = GzEncoder::new(out, Compression::default());
            lines(&mut packer)?;
            packer.finish().map(drop)
        });
        written.map_err(|source| Error::Io { path: path.to_owned(), source })
    }
}
