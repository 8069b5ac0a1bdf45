//! A simulated cohort as files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use radsurv_data::fs::write_atomic;
use radsurv_features::settings::ExtractorSettings;
use radsurv_image::io;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::cohort::{FILES, Simulation, file, has};
use super::settings::SimulationSettings;
use crate::error::{Error, Result};

/// A patient whose files are there.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WriteProgress<'a> {
    /// Its id.
    pub id: &'a str,
    /// How many patients are done, this one included.
    pub done: usize,
    /// Of how many.
    pub patients: usize,
    /// Whether its images had to be made; they may have been there.
    pub made: bool,
}

/// The files of a cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WrittenCohort {
    /// `patients.csv`: see [`Simulation::table`].
    pub patients: PathBuf,
    /// `params.yaml`: how the study extracts its features, as a parameter file of PyRadiomics: 1037 per region.
    pub params: PathBuf,
    /// `truth.csv`: see [`Simulation::truth_table`].
    pub truth: PathBuf,
    /// How many patients' images had to be made.
    pub made: usize,
}

/// What is said of a cohort in its folder.
#[derive(PartialEq, Serialize, Deserialize)]
struct Manifest {
    format: String,
    version: u32,
    settings: SimulationSettings,
}

const MANIFEST: &str = "simulation.json";
/// Counts up whenever the same settings make other images.
const VERSION: u32 = 1;

impl Simulation {
    /// Writes the cohort into a folder, which is made if it is not there: `patients.csv`, `truth.csv`, `params.yaml`, and for each
    /// patient `images/P0001_t2.nii.gz`, `_mask`, `_b0`, `_b800` and, if it is contoured again, `_reader1` and `_reader2`.
    ///
    /// Images are made by the threads of the current pool, one patient each, so that memory is bounded. Files are written whole or
    /// not at all; those of the same cohort that are there already stay, so that a run that was stopped goes on where it was. `progress`
    /// is called after each patient, from several threads.
    ///
    /// # Errors
    /// [`Error::Cases`] if the folder has another cohort, or files of these names and unknown origin: nothing is overwritten;
    /// [`Error::Image`] and [`Error::Data`] if a file cannot be written.
    pub fn write(
        &self,
        folder: impl AsRef<Path>,
        progress: impl Fn(&WriteProgress<'_>) + Sync,
    ) -> Result<WrittenCohort> {
        let folder = folder.as_ref();
        self.claim(folder)?;
        let written = WrittenCohort {
            patients: folder.join("patients.csv"),
            params: folder.join("params.yaml"),
            truth: folder.join("truth.csv"),
            made: 0,
        };
        self.table()?.write_csv(&written.patients)?;
        self.truth_table()?.write_csv(&written.truth)?;
        let yaml = ExtractorSettings::cervical_study().to_yaml()?;
        write_text(&written.params, &yaml)?;
        let (done, made) = (AtomicUsize::new(0), AtomicUsize::new(0));
        (0..self.patients().len()).into_par_iter().try_for_each(|patient| {
            let new = self.write_images(folder, patient)?;
            made.fetch_add(usize::from(new), Ordering::Relaxed);
            progress(&WriteProgress {
                id: &self.patients()[patient].id,
                done: 1 + done.fetch_add(1, Ordering::Relaxed),
                patients: self.patients().len(),
                made: new,
            });
            Ok::<(), Error>(())
        })?;
        Ok(WrittenCohort { made: made.into_inner(), ..written })
    }

    /// Makes the folder this cohort's, if it is nobody's.
    fn claim(&self, folder: &Path) -> Result<()> {
        let images = folder.join("images");
        let manifest = folder.join(MANIFEST);
        let own = Manifest {
            format: "radsurv simulated cohort".to_string(),
            version: VERSION,
            settings: self.settings().clone(),
        };
        if manifest.exists() {
            let text = std::fs::read_to_string(&manifest).map_err(|e| at(&manifest, e))?;
            return match serde_json::from_str::<Manifest>(&text) {
                Ok(found) if found == own => std::fs::create_dir_all(&images).map_err(|e| at(&images, e)),
                _ => Err(Error::Cases(format!(
                    "{} is a simulated cohort of other settings; choose another folder, or delete it",
                    folder.display()
                ))),
            };
        }
        let there = ["images", "patients.csv", "params.yaml", "truth.csv"].map(|name| folder.join(name));
        if let Some(there) = there.iter().find(|path| path.exists()) {
            return Err(Error::Cases(format!(
                "{} is there, but no {MANIFEST} that says what it is; choose another folder",
                there.display()
            )));
        }
        std::fs::create_dir_all(folder).map_err(|e| at(folder, e))?;
        let text = serde_json::to_string_pretty(&own).map_err(|e| at(&manifest, e.into()))?;
        write_text(&manifest, &(text + "\n"))?;
        std::fs::create_dir_all(&images).map_err(|e| at(&images, e))
    }

    /// Whether the images of a patient had to be made.
    fn write_images(&self, folder: &Path, patient: usize) -> Result<bool> {
        let found = &self.patients()[patient];
        let paths = FILES.map(|(_, ending)| folder.join(file(&found.id, ending)));
        let mut needed = FILES.iter().zip(&paths).filter(|((column, _), _)| has(found, column));
        if needed.all(|(_, path)| path.is_file()) {
            return Ok(false);
        }
        let images = self.images(patient)?;
        let [t2, mask, reader_1, reader_2, b0, b800] = &paths;
        io::write(t2, &images.t2)?;
        io::write_mask(mask, &images.mask)?;
        if let Some([first, second]) = &images.readers {
            io::write_mask(reader_1, first)?;
            io::write_mask(reader_2, second)?;
        }
        io::write(b0, &images.diffusion[0])?;
        io::write(b800, &images.diffusion[1])?;
        Ok(true)
    }
}

fn write_text(path: &Path, text: &str) -> Result<()> {
    write_atomic(path, |out| out.write_all(text.as_bytes())).map_err(|e| at(path, e))
}

fn at(path: &Path, source: std::io::Error) -> Error {
    radsurv_data::Error::Io { path: path.to_path_buf(), source }.into()
}
