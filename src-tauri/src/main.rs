//! The program `carillon`.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]
#![expect(
    clippy::print_stderr,
    reason = "what keeps the window from opening is said where it was started"
)]

#[cfg(target_os = "linux")]
mod renderer;

use std::process::ExitCode;

use carillon_app::setup::Setup;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    renderer::choose();
    match Setup::from_environment() {
        Ok(setup) => match carillon_app::run(setup) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error),
        },
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("carillon: {error}");
    ExitCode::FAILURE
}
