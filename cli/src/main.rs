//! `carillon-cli`: the engine without a window, for servers, scripts and tests.
//!
//! It must never know more than a window would: everything goes through the engine. Start with [`args`] (what
//! can be asked) and `commands/` (one file for each).

mod args;
mod commands;
mod failure;
mod interrupt;
mod lines;
mod out;
mod setup;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    setup::logging(args.verbose);
    // One thread is enough for what a person's accounts bring, and SQLite has threads of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(commands::run(args)),
        Err(error) => Err(failure::Failure::Runtime(error)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the answer has seen enough of it (`| head`).
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            out::complain(&failure.to_string());
            failure.exit_code()
        }
    }
}
