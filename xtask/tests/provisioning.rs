//! What the demo command says and does where something is missing. Scripts stand in for the system's own programs; the
//! path holds nothing else.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// What a machine lacks that has no program: libraries and files may be there, since these tests run somewhere.
const PROGRAMS: [&str; 5] = ["build-essential", "git", "pkg-config", "nodejs", "npm"];

/// A machine with these programs alone.
struct Machine(TempDir);

/// What a run said, on both ways, and whether it succeeded.
struct Said {
    text: String,
    success: bool,
}

impl Machine {
    fn with(programs: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let machine = Self(folder);
        fs::create_dir(machine.bin()).unwrap();
        for (name, script) in programs {
            let path = machine.bin().join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        machine
    }

    fn bin(&self) -> PathBuf {
        self.0.path().join("bin")
    }

    /// Everything that apt-get was asked for.
    fn asked(&self) -> Vec<String> {
        let log = fs::read_to_string(self.0.path().join("asked")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    fn demo(&self) -> Said {
        let ran = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("demo")
            .env_clear()
            .env("PATH", self.bin())
            .env("LOG", self.0.path().join("asked"))
            .env("BIN", self.bin())
            // Nothing is opened: a display is only asked for.
            .env("DISPLAY", ":99")
            .env("CARILLON_CACHE", self.0.path().join("cache"))
            .output()
            .unwrap();
        Said {
            text: String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap(),
            success: ran.status.success(),
        }
    }
}

const APT: (&str, &str) = ("apt-get", r#"echo "$@" >>"$LOG""#);
const ROOT: (&str, &str) = ("id", "echo 0");
const PERSON: (&str, &str) = ("id", "echo 1000");

fn has_all(text: &str) -> bool {
    PROGRAMS.iter().all(|package| text.contains(package))
}

#[test]
fn root_has_installed_what_is_missing_after_it_was_told() {
    // Each program that is asked for is put there; npm then has nothing to give.
    let installs = r#"echo "$@" >>"$LOG"
case "$*" in install*)
    for program in cc git pkg-config; do
        printf '#!/bin/sh\nexit 0\n' >"$BIN/$program"; /bin/chmod +x "$BIN/$program"
    done
    printf '#!/bin/sh\necho v22.1.0\n' >"$BIN/node"; /bin/chmod +x "$BIN/node"
    printf '#!/bin/sh\necho npm was asked; exit 1\n' >"$BIN/npm"; /bin/chmod +x "$BIN/npm";;
esac"#;
    let machine = Machine::with(&[("apt-get", installs), ROOT]);
    let said = machine.demo();
    let told = said.text.find("Missing: a C compiler, git").unwrap();
    let installing = said
        .text
        .find("Installing with apt-get: build-essential git")
        .unwrap();
    assert!(told < installing, "{}", said.text);
    let asked = machine.asked();
    assert_eq!(asked.first().map(String::as_str), Some("update --quiet"));
    let install = asked.get(1).unwrap();
    assert!(
        install.starts_with("install --yes") && has_all(install),
        "{install}"
    );
    assert_eq!(asked.len(), 2, "{asked:?}");
    // It goes on to what comes next.
    assert!(said.text.contains("npm was asked"), "{}", said.text);
    assert!(!said.success);
}

#[test]
fn who_may_use_sudo_without_a_password_is_asked_for_none() {
    let sudo = r#"while case "$1" in --*) true;; *) false;; esac; do shift; done
case "$1" in true) exit 0;; esac
exec "$@""#;
    let machine = Machine::with(&[APT, PERSON, ("sudo", sudo)]);
    let said = machine.demo();
    assert!(
        machine
            .asked()
            .iter()
            .any(|line| line.starts_with("install") && has_all(line))
    );
    // This apt-get brings nothing, which is not taken for success.
    assert!(
        said.text.contains("yet what these packages bring is not there"),
        "{}",
        said.text
    );
    assert!(!said.success);
}

#[test]
fn whoever_may_not_install_is_told_the_line_that_does() {
    let machine = Machine::with(&[APT, PERSON, ("sudo", "exit 1")]);
    let said = machine.demo();
    assert_eq!(machine.asked(), Vec::<String>::new());
    let line = said
        .text
        .lines()
        .find(|line| line.contains("sudo apt-get update && sudo apt-get install"));
    assert!(has_all(line.unwrap()), "{}", said.text);
    assert!(!said.success);
}

#[test]
fn packages_that_can_not_be_installed_are_named_with_the_line_to_try() {
    let fails = r#"case "$1" in install) echo no such package; exit 100;; esac"#;
    let machine = Machine::with(&[("apt-get", fails), ROOT]);
    let said = machine.demo();
    assert!(
        said.text.contains("could not be installed: build-essential"),
        "{}",
        said.text
    );
    assert!(said.text.contains("sudo apt-get update && sudo"), "{}", said.text);
    assert!(said.text.contains("no such package") && !said.success);
}

#[test]
fn where_there_is_no_apt_get_it_is_said_what_is_missing_and_where_to_look() {
    let said = Machine::with(&[ROOT]).demo();
    assert!(
        said.text.contains("Missing: a C compiler, git, pkg-config"),
        "{}",
        said.text
    );
    assert!(
        said.text.contains("https://v2.tauri.app/start/prerequisites/"),
        "{}",
        said.text
    );
    assert!(!said.success);
}
