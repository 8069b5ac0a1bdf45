//! Cohorts of small phantoms on disk, and the program that is run on them.
#![allow(dead_code, reason = "each test program uses its part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use radsurv_data::Table;
use radsurv_image::{Geometry, Mask, Volume, io};
use radsurv_testkit::phantom::{Phantom, Recipe};

/// A folder with the files of a test; taken away at the end.
pub struct Folder(tempfile::TempDir);

/// What a run of the program came to.
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Fails the test unless the run ended with this status.
    #[track_caller]
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails the test unless all these words are on standard error.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in:\n{}", self.stderr);
        }
        self
    }
}

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    pub fn table(&self, name: &str) -> Table {
        Table::read_csv(self.path(name)).unwrap()
    }

    /// Runs the program in this folder. No run of it may ever panic.
    #[track_caller]
    pub fn run(&self, args: &str) -> Run {
        self.run_args(&args.split_whitespace().collect::<Vec<_>>())
    }

    #[track_caller]
    pub fn run_args(&self, args: &[&str]) -> Run {
        let output: Output = self.command().args(args).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        for word in ["panicked", "internal error", "RUST_BACKTRACE"] {
            assert!(!stderr.contains(word), "{stderr}");
        }
        Run {
            status: output.status.code().expect("ended by itself"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr,
        }
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_radsurv"));
        command.current_dir(self.0.path());
        command
    }

    /// Writes `ID_image.nii.gz` and `ID_mask.nii.gz` of a phantom: label 1 a tumour, label 2 a node.
    pub fn phantom(&self, id: &str, seed: u64) -> Phantom {
        let phantom = Recipe::small(seed).make();
        self.image(&format!("{id}_image.nii.gz"), phantom.size, phantom.spacing, phantom.rounded());
        self.mask(&format!("{id}_mask.nii.gz"), phantom.size, phantom.spacing, phantom.labels.clone());
        phantom
    }

    /// Writes an image.
    pub fn image(&self, name: &str, size: [usize; 3], spacing: [f64; 3], values: impl Into<radsurv_image::Voxels>) {
        let grid = Geometry::new(size, spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
        io::write(self.path(name), &Volume::new(grid, values).unwrap()).unwrap();
    }

    /// Writes a mask.
    pub fn mask(&self, name: &str, size: [usize; 3], spacing: [f64; 3], labels: Vec<u8>) {
        let grid = Geometry::new(size, spacing, [0.0; 3], Geometry::IDENTITY).unwrap();
        io::write_mask(self.path(name), &Mask::new(Volume::new(grid, labels).unwrap()).unwrap()).unwrap();
    }

    /// A folder with `count` phantoms P1, P2, ... and their `cases.csv`, which has a column Site.
    pub fn cohort(count: u64) -> Self {
        let folder = Self::new();
        let mut cases = "ID,Image,Site,Mask\n".to_string();
        for n in 1..=count {
            folder.phantom(&format!("P{n}"), n);
            cases.push_str(&format!("P{n},P{n}_image.nii.gz,\"Ward {n}, east\",P{n}_mask.nii.gz\n"));
        }
        folder.write("cases.csv", cases);
        folder
    }
}

/// The cells of a column.
#[track_caller]
pub fn column<'a>(table: &'a Table, name: &str) -> Vec<&'a str> {
    let place = table.column(name).unwrap();
    table.rows().iter().map(|r| r.cells[place].as_str()).collect()
}

/// The numbers of a column.
#[track_caller]
pub fn numbers(table: &Table, name: &str) -> Vec<f64> {
    column(table, name).iter().map(|c| c.parse().unwrap_or_else(|_| panic!("{name}: {c:?}"))).collect()
}

/// The files in a folder, sorted.
pub fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
