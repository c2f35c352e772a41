//! cargo xtask: everything that is done to Carillon's sources by more than one command.
//! It must never depend on the crates that it builds and checks, so that it works while they don't.
//! Start reading at [`Task`]; each subcommand is a module of its name.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "A command-line tool speaks by printing"
)]

mod bench;
mod check;
mod demo;
mod fuzz;
mod generated;
mod provision;
mod requirements;
mod run;
mod soak;
mod test;
mod ui;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use generated::Generated;
use workspace::Workspace;

/// Builds, checks and tests Carillon.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Opens the app on a server of its own, with two demo accounts whose markets move; installs and builds what that needs.
    Demo(demo::Demo),
    /// Shows the UI in a browser, on made-up data.
    Ui,
    /// Checks what can be seen without running anything: format, lints, dependency arrows, lists kept up to date.
    Check {
        /// Only these checks.
        #[arg(value_name = "CHECK")]
        names: Vec<String>,
    },
    /// Installs what the tests need, then runs all checks and all tests, but for what takes another hour: see the parts.
    Test {
        /// Only one part, and what it needs.
        #[arg(long, value_enum)]
        part: Option<test::Part>,
    },
    /// Measures beside others, on this machine and in one run, and writes docs/benchmarks.md.
    Bench {
        /// What is measured.
        #[arg(value_enum)]
        what: bench::What,
        /// How often each is measured.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Runs the tests that are named soak, at their whole length.
    Soak,
    /// Lets a fuzzer look for what the Socket.IO client can't bear; needs nightly and cargo-fuzz.
    Fuzz(fuzz::Fuzz),
    /// Writes the TypeScript bindings of the contract.
    Bindings {
        /// Only tells whether the committed file is up to date.
        #[arg(long)]
        check: bool,
    },
    /// Writes the description of the store's schema.
    Schema {
        /// Only tells whether the committed file is up to date.
        #[arg(long)]
        check: bool,
    },
    /// Counts the requirements by what became of them.
    Requirements,
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Does the task; `false` means that it was done and found something wrong.
fn run(task: Task) -> Result<bool> {
    let workspace = Workspace::find()?;
    match task {
        Task::Demo(demo) => demo::command(&workspace, &demo),
        Task::Ui => ui::command(&workspace),
        Task::Check { names } => check::command(&workspace, &names),
        Task::Test { part } => test::command(&workspace, part),
        Task::Bench { what, rounds } => bench::command(&workspace, what, rounds),
        Task::Soak => soak::command(&workspace),
        Task::Fuzz(fuzz) => fuzz::command(&workspace, &fuzz),
        Task::Bindings { check } => generated::command(&workspace, Generated::Bindings, check),
        Task::Schema { check } => generated::command(&workspace, Generated::Schema, check),
        Task::Requirements => requirements::command(&workspace),
    }
}
