//! The report of a study: one page, and the same as files.
//!
//! | part | |
//! |---|---|
//! | [`summary`] | what was found, in a paragraph and a table |
//! | [`patients`] | who was studied, and what happened to them |
//! | [`features`] | which features are reproducible, and what the steps left |
//! | [`models`] | all models of an endpoint, and what the protocols differ in |
//! | [`radscore`] | the best model |
//! | [`clinical`] | the clinical model and its nomogram |
//! | [`measures`] | all measures on patients who were held out |
//! | [`genomics`] | genes, pathways and features behind the groups of the best model |
//! | [`making`] | questionnaires, settings, times |
//! | [`json`] | all of it for programs |

mod clinical;
mod features;
mod genomics;
mod json;
mod making;
mod measures;
mod models;
mod names;
mod patients;
mod radscore;
mod summary;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use radsurv_data::fs::write_atomic;
use radsurv_eval::text_table::TextTable;
use radsurv_plot::Drawing;

use self::names::protocol_name;
use super::piece::{Piece, slug};
use super::{Labels, Page, PageTable};
use crate::analysis::{EndpointResult, ProtocolResult, Study};
use crate::error::Result;
use crate::settings::Protocol;

pub use summary::main_table;

/// Writes the report of a study into a folder, which is made if it is not there: `report.html`, one page that needs no network;
/// its tables as `tables/*.csv`, its figures as `figures/*.svg`, a calculator for each nomogram, `nomogram-*.html`; the best models,
/// `models/*.json`, which [`FittedModel`](crate::pipeline::FittedModel) reads; `features.csv`, the features of the patients before anything was done to
/// them; and `study.json`, all numbers but the points of curves, for programs.
///
/// The page has no ids of patients. `features.csv`, `tables/left-out.csv`, `tables/radscore-*.csv` and `tables/*-without-expression.csv` have them.
///
/// What cannot be drawn (a set without events) has the reason in its place.
///
/// # Errors
/// If a file cannot be written.
///
/// # Example
/// ```no_run
/// use radsurv_study::settings::StudySettings;
/// use radsurv_study::{RunOptions, Watch, report, run};
/// let settings = StudySettings::from_file("study.toml")?;
/// let study = run(&settings, &RunOptions::default(), &Watch::new(&mut |_| {}))?;
/// report::write_study(&study, "results".as_ref())?;
/// println!("{}", report::main_table(&study).to_markdown());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_study(study: &Study, folder: &Path) -> Result<()> {
    let mut report = Report::new(study);
    report.all()?;
    let Report { page, files, .. } = report;
    for (name, text) in &files {
        write_file(&folder.join(name), text)?;
    }
    for protocol in &study.protocols {
        for found in &protocol.endpoints {
            let name = format!("models/{}-{}.json", slug(&found.endpoint), protocol.protocol.name());
            let path = folder.join(name);
            make_folder(&path)?;
            found.model.save(path)?;
        }
    }
    study.cohort.features().write_csv(folder.join("features.csv"))?;
    write_file(&folder.join("study.json"), &json::of(study))?;
    write_file(&folder.join("report.html"), &page.to_html())
}

/// A file in a folder that may not be there.
fn write_file(path: &Path, text: &str) -> Result<()> {
    make_folder(path)?;
    let written = write_atomic(path, |out| out.write_all(text.as_bytes()));
    Ok(written.map_err(|source: std::io::Error| radsurv_data::Error::Io { path: path.to_path_buf(), source })?)
}

fn make_folder(path: &Path) -> Result<()> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    Ok(made.map_err(|source| radsurv_data::Error::Io { path: path.to_path_buf(), source })?)
}

/// A report that is being written.
struct Report<'a> {
    study: &'a Study,
    page: Page,
    /// Files beside the page, by their names in the folder.
    files: Vec<(PathBuf, String)>,
    labels: Labels,
}

impl<'a> Report<'a> {
    fn new(study: &'a Study) -> Self {
        let title = study.settings.name.clone();
        let labels = Labels { title: title.clone(), unit: study.settings.time_unit.clone() };
        Self { study, page: Page::new(&title), files: Vec::new(), labels }
    }

    fn all(&mut self) -> Result<()> {
        self.page.section("Summary");
        summary::write(self);
        self.page.section("Patients");
        patients::write(self)?;
        self.page.section("Features");
        features::write(self)?;
        for (place, endpoint) in self.study.settings.endpoints.iter().enumerate() {
            let of = Endpoint::new(self.study, place, &endpoint.name);
            self.page.section(&format!("{}: models", of.name));
            models::write(self, &of)?;
            let Some(shown) = of.shown else { continue };
            self.page.section(&format!("{}: Radscore", of.name));
            radscore::write(self, &of, shown)?;
            if shown.clinical.is_some() {
                self.page.section(&format!("{}: clinical model", of.name));
                clinical::write(self, &of, shown)?;
            }
            self.page.section(&format!("{}: evaluation", of.name));
            measures::write(self, &of, shown)?;
            genomics::write(self, &of)?;
        }
        self.page.section("Reporting standards");
        making::quality(self);
        self.page.section("How it was made");
        making::write(self)
    }

    /// Shows parts, and keeps them as files whose names begin with this.
    fn add(&mut self, prefix: &str, pieces: impl IntoIterator<Item = Piece>) {
        for piece in pieces {
            match &piece {
                Piece::Table { name, table, .. } => {
                    self.files.push((table_path(prefix, name), one_line(table).to_csv()));
                }
                Piece::Figure { name, drawing, .. } => self.files.push((figure_path(prefix, name), drawing.to_svg())),
                Piece::Heading(_) | Piece::Text(_) | Piece::Note(_) => {}
            }
            self.page.add([piece]);
        }
    }

    fn table(&mut self, name: &str, table: TextTable, caption: &str) {
        self.add("", [Piece::table(name, table, caption)]);
    }

    fn table_with(&mut self, name: &str, table: TextTable, look: PageTable, caption: &str) {
        self.add("", [Piece::Table { name: name.to_string(), table, look, caption: caption.to_string() }]);
    }

    /// A figure, or why there is none.
    fn draw(&mut self, name: &str, drawing: radsurv_plot::Result<Drawing>, caption: &str) {
        match drawing {
            Ok(drawing) => self.add("", [Piece::figure(name, drawing, caption)]),
            Err(why) => self.page.text(&format!("Not drawn: {caption} {why}.")),
        }
    }

    /// A file of numbers beside the page.
    fn csv(&mut self, name: &str, table: &TextTable) {
        self.files.push((table_path("", name), table.to_csv()));
    }

    /// A part that is shown when its name is pressed.
    fn folded(&mut self, name: &str, part: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.page.fold(name);
        let done = part(self);
        self.page.unfold();
        done
    }
}

fn table_path(prefix: &str, name: &str) -> PathBuf {
    Path::new("tables").join(format!("{prefix}{name}.csv"))
}

fn figure_path(prefix: &str, name: &str) -> PathBuf {
    Path::new("figures").join(format!("{prefix}{name}.svg"))
}

/// A table whose cells have a line each, as files have it.
fn one_line(table: &TextTable) -> TextTable {
    let line = |cell: &String| match cell.split_once('\n') {
        None => cell.clone(),
        Some((first, rest)) => format!("{first} ({})", rest.replace('\n', " ")),
    };
    let rows = table.rows.iter().map(|row| row.iter().map(line).collect()).collect();
    TextTable { header: table.header.clone(), rows }
}

/// An endpoint in all protocols.
struct Endpoint<'a> {
    /// Its place in the settings.
    place: usize,
    name: &'a str,
    /// Its name in those of files.
    slug: String,
    /// What each protocol found.
    protocols: Vec<(&'a ProtocolResult, &'a EndpointResult)>,
    /// That of the protocol which is shown in full: `strict`, if it was run.
    shown: Option<&'a EndpointResult>,
}

impl<'a> Endpoint<'a> {
    fn new(study: &'a Study, place: usize, name: &'a str) -> Self {
        let of = |protocol: &'a ProtocolResult| {
            let found = protocol.endpoints.iter().find(|found| found.endpoint == name)?;
            Some((protocol, found))
        };
        let protocols: Vec<_> = study.protocols.iter().filter_map(of).collect();
        let strict = protocols.iter().find(|(protocol, _)| protocol.protocol == Protocol::Strict);
        let shown = strict.or(protocols.first()).map(|(_, found)| *found);
        Self { place, name, slug: slug(name), protocols, shown }
    }

    /// The name of the protocol that is shown in full.
    fn shown_name(&self) -> &'static str {
        protocol_name(if self.is_strict() { Protocol::Strict } else { Protocol::AsPublished })
    }

    /// Whether that is the strict one.
    fn is_strict(&self) -> bool {
        self.of(Protocol::Strict).is_some()
    }

    /// What a protocol found.
    fn of(&self, protocol: Protocol) -> Option<&'a EndpointResult> {
        self.protocols.iter().find(|(found, _)| found.protocol == protocol).map(|(_, found)| *found)
    }

    /// The name of a file of this endpoint.
    fn file(&self, what: &str) -> String {
        format!("{what}-{}", self.slug)
    }

    /// The name of a file of this endpoint under a protocol.
    fn file_of(&self, what: &str, protocol: Protocol) -> String {
        format!("{what}-{}-{}", self.slug, slug(protocol_name(protocol)))
    }
}
