//! `cargo xtask test`: installs what is needed, then runs every check and every test, and adds them up.
//!
//! Nothing is left out quietly. A program that is missing is installed, or named together with the line that installs
//! it, and the run ends there.

mod demo;
mod node;
mod rust;
mod tally;
mod targets;
mod ui;

use std::time::Instant;

use anyhow::Result;
use clap::ValueEnum;

use crate::check;
use crate::provision::{self, Need};
use crate::workspace::Workspace;
pub(crate) use tally::Tally;

/// A part of the run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Installs Debian packages and Node packages, and runs no test.
    Tools,
    /// All checks of `cargo xtask check`.
    Check,
    /// Unit and integration tests of the workspace, those that need a keyring among them.
    Workspace,
    /// Examples in the documentation.
    Doc,
    /// Tests that run on Node.
    Node,
    /// The UI by itself: types, lints, unit tests, and each screen in Chromium.
    Ui,
    /// The app's code for phones and other desktops, type-checked. It compiles all dependencies four times more, so a
    /// whole run leaves it out.
    Targets,
    /// What the crate `rust_socketio` does in the tests of a transport: its known failures are listed by name.
    Peer,
    /// The app's real window.
    Window,
    /// The demo command with what is built already.
    Demo,
    /// The demo command as someone runs it first: in a fresh clone with an empty cache. It builds everything anew, so a
    /// whole run does not repeat it while what it is built by stays the same.
    FreshDemo,
    /// Only those of the workspace's tests that need a keyring; a whole run has them in `workspace`.
    Keyring,
}

/// What a whole run consists of.
const WHOLE: [Part; 10] = [
    Part::Tools,
    Part::Check,
    Part::Workspace,
    Part::Doc,
    Part::Node,
    Part::Ui,
    Part::Peer,
    Part::Window,
    Part::Demo,
    Part::FreshDemo,
];

/// What it takes to compile the whole workspace: the app takes the built UI in.
const TO_COMPILE: [Need; 4] = [Need::Compiler, Need::WebView, Need::Node, Need::Ui];

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Check => "check",
            Self::Workspace => "workspace",
            Self::Doc => "doc",
            Self::Node => "node",
            Self::Ui => "ui",
            Self::Targets => "targets",
            Self::Peer => "peer",
            Self::Window => "window",
            Self::Demo => "demo",
            Self::FreshDemo => "fresh-demo",
            Self::Keyring => "keyring",
        }
    }

    /// What it needs beside what compiling takes, and whether anything is compiled.
    fn needs(self) -> Vec<Need> {
        let more: &[Need] = match self {
            Self::Tools => return provision::EVERYTHING.to_vec(),
            // What the command itself needs, it provides.
            Self::FreshDemo => return Vec::new(),
            Self::Node => return vec![Need::Node, Need::NodePackages],
            Self::Ui => return vec![Need::Node, Need::Ui, Need::Browser],
            Self::Check => &[Need::Lints],
            Self::Doc | Self::Targets => &[],
            Self::Peer => &[Need::NodePackages],
            Self::Workspace => &[Need::Bus, Need::Keyring, Need::NodePackages],
            Self::Window => &[Need::Bus, Need::Keyring, Need::Display, Need::WebDriver],
            Self::Keyring => &[Need::Bus, Need::Keyring],
            Self::Demo => &[Need::Bus, Need::Display, Need::WebDriver],
        };
        [&TO_COMPILE, more].concat()
    }

    fn run(self, workspace: &Workspace, asked_for: bool) -> Result<Tally> {
        match self {
            // Provisioning was done before any part was begun.
            Self::Tools => Ok(Tally::default()),
            Self::Check => Ok(check::run(workspace, |_| true)),
            Self::Workspace => rust::tests(workspace),
            Self::Doc => rust::doc_tests(workspace),
            Self::Node => node::tests(workspace),
            Self::Ui => ui::tests(workspace),
            Self::Targets => targets::tests(workspace),
            Self::Peer => rust::peer_tests(workspace),
            Self::Window => rust::window_tests(workspace),
            Self::Demo => demo::as_it_is(workspace),
            Self::FreshDemo if asked_for => demo::in_a_fresh_clone(workspace),
            Self::FreshDemo => demo::in_a_fresh_clone_once(workspace),
            Self::Keyring => rust::keyring_tests(workspace),
        }
    }
}

/// Runs one part or all of them, and prints the sum as the last line.
pub(crate) fn command(workspace: &Workspace, part: Option<Part>) -> Result<bool> {
    let asked_for = part.is_some();
    let parts = part.map_or_else(|| WHOLE.to_vec(), |part| vec![part]);
    let (mut sum, mut times) = (Tally::default(), Vec::new());

    let since = Instant::now();
    println!("== tools");
    provide(workspace, &parts)?;
    times.push(("tools", since.elapsed(), None));

    for part in parts.into_iter().filter(|part| *part != Part::Tools) {
        println!("== {}", part.name());
        let since = Instant::now();
        // A part that can't be run is one failure, and the others still tell what they have to.
        let tally = part.run(workspace, asked_for).unwrap_or_else(|error| {
            println!("{} could not be run: {error:#}", part.name());
            Tally {
                failed: 1,
                ..Tally::default()
            }
        });
        times.push((part.name(), since.elapsed(), Some(tally)));
        sum = sum.and(tally);
    }

    println!("== sum");
    for (name, time, tally) in times {
        let counted = tally.map_or_else(|| String::from("all there"), |tally| tally.to_string());
        println!("{name:<12}{:>8.1} s  {counted}", time.as_secs_f64());
    }
    println!("{sum}");
    Ok(sum.failed == 0)
}

/// Installs and builds what has to be there before some parts are begun.
fn provide(workspace: &Workspace, parts: &[Part]) -> Result<()> {
    let wanted: Vec<Need> = parts.iter().flat_map(|part| part.needs()).collect();
    let needs: Vec<Need> = provision::EVERYTHING
        .into_iter()
        .filter(|need| wanted.contains(need))
        .collect();
    provision::provide(workspace, &needs)?;
    if needs.contains(&Need::WebView) {
        crate::ui::build(workspace)?;
    }
    Ok(())
}

/// Runs the tests that are named soak, at their whole length.
pub(crate) fn soak(workspace: &Workspace, named: &str, variable: (&str, &str)) -> Result<Tally> {
    provide(workspace, &[Part::Workspace])?;
    rust::soak(workspace, named, variable)
}
