//! What comes from the system's packages: installed on Debian and its kin, told elsewhere.
//!
//! Adding a program: a row in [`TABLE`], with the Debian package that brings it.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::Need;
use crate::run::{aloud, is_installed, quietly};
use crate::workspace::Workspace;

/// How something is recognised.
enum Sign {
    /// A program on the path.
    Program(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// One of these files, which differ by architecture.
    File(&'static [&'static str]),
}

impl Sign {
    fn is_there(&self) -> bool {
        match self {
            Self::Program(name) => is_installed(name),
            Self::Library(name) => {
                quietly(Command::new("pkg-config").args(["--exists", name])).is_ok_and(|ran| ran.success)
            }
            Self::File(paths) => paths.iter().any(|path| Path::new(path).is_file()),
        }
    }
}

/// Where a row counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Linux,
    AnySystem,
}

/// Something that is needed.
struct Row {
    need: Need,
    on: Where,
    sign: Sign,
    /// What it is, for systems whose packages have other names.
    what: &'static str,
    /// The Debian package that has it.
    debian: &'static str,
}

const fn row(need: Need, on: Where, sign: Sign, what: &'static str, debian: &'static str) -> Row {
    Row {
        need,
        on,
        sign,
        what,
        debian,
    }
}

const TABLE: [Row; 15] = [
    row(
        Need::Compiler,
        Where::Linux,
        Sign::Program("cc"),
        "a C compiler",
        "build-essential",
    ),
    row(
        Need::Compiler,
        Where::AnySystem,
        Sign::Program("git"),
        "git",
        "git",
    ),
    row(
        Need::Compiler,
        Where::Linux,
        Sign::Program("pkg-config"),
        "pkg-config",
        "pkg-config",
    ),
    row(
        Need::Compiler,
        Where::Linux,
        Sign::File(&["/usr/include/openssl/ssl.h", "/usr/local/include/openssl/ssl.h"]),
        "OpenSSL's headers, for SQLCipher",
        "libssl-dev",
    ),
    row(
        Need::WebView,
        Where::Linux,
        Sign::Library("webkit2gtk-4.1"),
        "WebKitGTK 4.1 with its headers",
        "libwebkit2gtk-4.1-dev",
    ),
    // The tray loads it where it is; nothing is compiled against it.
    row(
        Need::WebView,
        Where::Linux,
        Sign::File(&[
            "/usr/lib/x86_64-linux-gnu/libayatana-appindicator3.so.1",
            "/usr/lib/aarch64-linux-gnu/libayatana-appindicator3.so.1",
            "/usr/lib64/libayatana-appindicator3.so.1",
            "/usr/lib/libayatana-appindicator3.so.1",
        ]),
        "the tray's library",
        "libayatana-appindicator3-1",
    ),
    row(
        Need::Bus,
        Where::Linux,
        Sign::Program("dbus-daemon"),
        "D-Bus",
        "dbus",
    ),
    row(
        Need::Keyring,
        Where::Linux,
        Sign::Program("dbus-launch"),
        "D-Bus for X11",
        "dbus-x11",
    ),
    row(
        Need::Keyring,
        Where::Linux,
        Sign::Program("gnome-keyring-daemon"),
        "GNOME Keyring",
        "gnome-keyring",
    ),
    row(
        Need::Keyring,
        Where::Linux,
        Sign::Program("secret-tool"),
        "secret-tool",
        "libsecret-tools",
    ),
    row(
        Need::Display,
        Where::Linux,
        Sign::Program("Xvfb"),
        "a display without a screen",
        "xvfb",
    ),
    row(
        Need::WebDriver,
        Where::Linux,
        Sign::Program("WebKitWebDriver"),
        "WebKitGTK's WebDriver",
        "webkit2gtk-driver",
    ),
    row(
        Need::Browser,
        Where::Linux,
        Sign::Program("chromium"),
        "Chromium",
        "chromium",
    ),
    row(
        Need::Node,
        Where::AnySystem,
        Sign::Program("node"),
        "Node",
        "nodejs",
    ),
    row(
        Need::Node,
        Where::AnySystem,
        Sign::Program(super::npm()),
        "npm",
        "npm",
    ),
];

/// Installs what is missing, or says exactly what to install and stops.
pub(super) fn provide(workspace: &Workspace, needs: &[Need]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        // What can't be looked for here is told each time, before the compiler asks for it.
        println!("{}", elsewhere());
    }
    let rows = missing(needs, Sign::is_there);
    if rows.is_empty() {
        println!("What is needed of the system is there.");
        return Ok(());
    }
    let said: Vec<String> = rows.iter().map(|row| row.what.to_owned()).collect();
    println!("Missing: {}.", said.join(", "));
    if is_installed("apt-get") {
        return debian(workspace, needs, &rows);
    }
    if cfg!(target_os = "linux") {
        println!("{}", elsewhere());
    }
    bail!("Install what is missing, then try again")
}

fn missing(needs: &[Need], is_there: impl Fn(&Sign) -> bool) -> Vec<&'static Row> {
    let counts_here = |row: &Row| row.on == Where::AnySystem || cfg!(target_os = "linux");
    let needed = TABLE
        .iter()
        .filter(|row| needs.contains(&row.need) && counts_here(row) && !is_there(&row.sign));
    needed.collect()
}

fn names(rows: &[&Row]) -> Vec<&'static str> {
    rows.iter().map(|row| row.debian).collect()
}

/// What to do where the packages' names are not known here.
fn elsewhere() -> &'static str {
    if cfg!(target_os = "macos") {
        "Needed on macOS: the command line tools (`xcode-select --install`), and Node 20.19 or newer."
    } else if cfg!(windows) {
        "Needed on Windows: git, Node 20.19 or newer, the C++ build tools of Visual Studio, WebView2 (part of \
         Windows 11), and OpenSSL with OPENSSL_DIR saying where it is."
    } else {
        "How the packages are called on each distribution stands at https://v2.tauri.app/start/prerequisites/"
    }
}

fn debian(workspace: &Workspace, needs: &[Need], rows: &[&Row]) -> Result<()> {
    let packages = names(rows).join(" ");
    let line = format!("apt-get install --yes --quiet --no-install-recommends {packages}");
    let Some(become_root) = root(workspace) else {
        bail!(
            "Installing it needs a password. Run this line, then try again:\n  {}",
            by_hand(&line)
        );
    };
    println!("Installing with apt-get: {packages}.");
    for arguments in ["apt-get update --quiet", line.as_str()] {
        let mut words = become_root.iter().copied().chain(arguments.split(' '));
        let Some(program) = words.next() else { continue };
        let mut command: Command = workspace.command(program, &words.collect::<Vec<_>>());
        // apt-get's failure to update is not the end: the lists that are there may do.
        let ran = aloud(command.env("DEBIAN_FRONTEND", "noninteractive"))?;
        if !ran.success && arguments == line {
            bail!(
                "These Debian packages could not be installed: {packages}. Try:\n  {}",
                by_hand(&line)
            );
        }
    }
    match names(&missing(needs, Sign::is_there)).as_slice() {
        [] => Ok(()),
        left => bail!(
            "apt-get succeeded, yet what these packages bring is not there: {}",
            left.join(" ")
        ),
    }
}

/// The whole line for a person, who may never have fetched the lists of packages.
fn by_hand(line: &str) -> String {
    format!("sudo apt-get update && sudo {line}")
}

/// The words before a command that make it root's; `None` where that needs a password.
fn root(workspace: &Workspace) -> Option<&'static [&'static str]> {
    const AS_IT_IS: &[&str] = &[];
    const SUDO: &[&str] = &["sudo", "--non-interactive", "--preserve-env=DEBIAN_FRONTEND"];
    let is_root = quietly(&mut workspace.command("id", &["-u"])).is_ok_and(|ran| ran.output.trim() == "0");
    if is_root {
        return Some(AS_IT_IS);
    }
    let may =
        quietly(&mut workspace.command("sudo", &["--non-interactive", "true"])).is_ok_and(|ran| ran.success);
    may.then_some(SUDO)
}

#[cfg(test)]
mod tests {
    use super::super::EVERYTHING;
    use super::*;

    fn packages(needs: &[Need]) -> Vec<&'static str> {
        names(&missing(needs, |_| false))
    }

    #[test]
    fn a_task_asks_for_what_it_needs_and_no_more() {
        assert_eq!(
            packages(&[Need::Compiler]),
            ["build-essential", "git", "pkg-config", "libssl-dev"]
        );
        let keyring = packages(&[Need::Compiler, Need::Bus, Need::Keyring]);
        assert!(keyring.contains(&"gnome-keyring") && !keyring.contains(&"nodejs"));
        assert!(packages(&[Need::WebView]).contains(&"libwebkit2gtk-4.1-dev"));
        assert_eq!(packages(&EVERYTHING).len(), TABLE.len());
        assert!(missing(&EVERYTHING, |_| true).is_empty());
    }

    #[test]
    fn programs_libraries_and_files_are_recognised() {
        assert!(Sign::Program("sh").is_there());
        assert!(!Sign::Program("no-such-program").is_there());
        assert!(Sign::Library("openssl").is_there());
        assert!(!Sign::Library("no-such-library").is_there());
        assert!(Sign::File(&["/no/such/file", "Cargo.toml"]).is_there());
    }
}
