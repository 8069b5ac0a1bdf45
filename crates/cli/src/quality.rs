//! `radsurv quality`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use radsurv_eval::quality::{Questionnaires, template};

use crate::console::{self, Console};
use crate::error::{Error, Result, Status};
use crate::output::write_table;

/// `radsurv quality`
#[derive(Debug, Args)]
pub struct QualityArgs {
    /// The questionnaire; `template` prints a file with every question, to be answered.
    #[arg(value_enum)]
    questionnaire: Questionnaire,
    /// The answers, TOML; one file may have those of all questionnaires.
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Also write every item with its answer: .csv, .md, .html or .json.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Questionnaire {
    /// The Radiomics Quality Score (Lambin 2017): 36 points.
    Rqs,
    /// METRICS (Kocak 2024): a percentage.
    Metrics,
    /// The CLEAR checklist (Kocak 2023): what is reported.
    Clear,
    /// A file with every question of all three.
    Template,
}

/// Scores a questionnaire, and says what is missing.
pub fn run(args: &QualityArgs, console: &Console) -> Result<Status> {
    if args.questionnaire == Questionnaire::Template {
        console::print(&template())?;
        return Ok(Status::Done);
    }
    let answers = match &args.answers {
        None => Questionnaires::default(),
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| Error::Input(format!("{}: {error}", path.display())))?;
            Questionnaires::from_toml(&text, &path.display().to_string())?
        }
    };
    let (text, table) = match args.questionnaire {
        Questionnaire::Metrics => (answers.metrics.text(), answers.metrics.result().table()),
        Questionnaire::Clear => (answers.clear.text(), answers.clear.result().table()),
        _ => (answers.rqs.text(), answers.rqs.result().table()),
    };
    console::print(&text)?;
    if let Some(path) = &args.out {
        match args.questionnaire {
            Questionnaire::Metrics => write_table(path, &table, &answers.metrics.result())?,
            Questionnaire::Clear => write_table(path, &table, &answers.clear.result())?,
            _ => write_table(path, &table, &answers.rqs.result())?,
        }
        console.line(&format!("wrote {}", path.display()));
    }
    Ok(Status::Done)
}
