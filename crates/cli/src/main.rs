//! The program `radsurv`.

mod args;
mod console;
mod cox;
mod cutpoint;
mod error;
mod evaluate;
mod extract;
mod features;
mod genomics;
mod harmonize;
mod icc;
mod image;
mod importance;
mod n4;
mod nomogram;
mod output;
mod params;
mod plot;
mod predict;
mod quality;
mod select;
mod source;
mod study;
mod table;
mod table1;
mod terms;
mod train;
mod tune;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, FeaturesCommand, ParamsCommand};
use console::Console;
use error::Status;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let console = Console::new(cli.quiet, cli.verbose);
    console::report_panics();
    let result = match cli.command {
        Command::Extract(args) => extract::run(&args, &console),
        Command::Features { command: FeaturesCommand::List { class } } => features::list(class),
        Command::Params { command: ParamsCommand::Check { file } } => params::check(&file),
        Command::Harmonize { command } => harmonize::run(&command, &console),
        Command::Select(args) => select::run(&args, &console),
        Command::Train(args) => train::run(&args, &console),
        Command::Tune(args) => tune::run(&args, &console),
        Command::Predict(args) => predict::run(&args, &console),
        Command::Evaluate(args) => evaluate::run(&args, &console),
        Command::Cutpoint { command } => cutpoint::run(&command, &console),
        Command::Cox(args) => cox::run(&args, &console),
        Command::Plot(args) => plot::run(&args, &console),
        Command::Quality(args) => quality::run(&args, &console),
        Command::Nomogram(args) => nomogram::run(&args, &console),
        Command::Table1(args) => table1::run(&args, &console),
        Command::Importance(args) => importance::run(&args, &console),
        Command::Study { command } => study::run(&command, &console),
        Command::Genomics { command } => genomics::run(&command, &console),
        Command::Icc(args) => icc::run(&args, &console),
        Command::Image { command } => image::run(&command, &console),
    };
    let status = result.unwrap_or_else(|error| {
        console.error(&error.to_string());
        error.status()
    });
    ExitCode::from(match status {
        Status::Done => 0,
        Status::Failed => 1,
        Status::WrongUsage => 2,
        Status::SomeFailed => 3,
    })
}
