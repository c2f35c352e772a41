//! Which packages may depend on which: the arrows of ARCHITECTURE.md.

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use super::Outcome;
use crate::workspace::Workspace;

/// A package by its folder, and the folders of those that it may use.
///
/// Dependencies for tests are free: a test may put anything together.
const ARROWS: [(&str, &[&str]); 13] = [
    ("crates/contract", &[]),
    ("crates/platforms", &["crates/contract"]),
    ("crates/socketio", &[]),
    ("crates/vault", &["crates/contract"]),
    ("crates/store", &["crates/contract"]),
    ("crates/link", &["crates/contract", "crates/socketio"]),
    (
        "crates/engine",
        &[
            "crates/contract",
            "crates/platforms",
            "crates/socketio",
            "crates/vault",
            "crates/store",
            "crates/link",
        ],
    ),
    ("bench", &["crates/contract", "crates/socketio", "crates/link"]),
    ("cli", &["crates/contract", "crates/engine"]),
    ("gateway", &[]),
    ("tests", &[]),
    ("tests/window", &[]),
    ("xtask", &[]),
];

/// The app itself, whose rules differ: see [`complaints`].
const APP: &str = "src-tauri";

/// The package which is nothing but tests: like tests elsewhere, it may put anything together.
const TESTS: &str = "tests";

/// What the app may use; with the gateway for the demo.
const APP_USES: [&str; 2] = ["crates/contract", "crates/engine"];

/// Packages that may link the gateway, as an optional dependency, to run the demo.
const DEMO: [&str; 2] = ["cli", APP];

/// One dependency, as far as the rules look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Arrow {
    /// The folder of the package that depends.
    from: String,
    /// What it depends on: a folder of this workspace, or the name of a package from elsewhere.
    to: Target,
    is_for_tests: bool,
    is_optional: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Ours(String),
    Theirs(String),
}

pub(super) fn check(workspace: &Workspace) -> Result<Outcome> {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace.path("Cargo.toml"))
        .no_deps()
        .exec()
        .context("Ask cargo for the packages")?;
    let (folders, arrows) = read(&metadata);
    Ok(Outcome::of(complaints(&folders, &arrows)))
}

/// Takes what the rules look at out of cargo's answer.
fn read(metadata: &Metadata) -> (Vec<String>, Vec<Arrow>) {
    let relative = |path: &cargo_metadata::camino::Utf8Path| {
        path.strip_prefix(&metadata.workspace_root)
            .map_or_else(|_| path.to_string(), |path| path.to_string())
    };
    let (mut folders, mut arrows) = (Vec::new(), Vec::new());
    for package in &metadata.packages {
        let Some(from) = package.manifest_path.parent().map(relative) else {
            continue;
        };
        for dependency in &package.dependencies {
            let to = match &dependency.path {
                Some(path) => Target::Ours(relative(path)),
                None => Target::Theirs(dependency.name.clone()),
            };
            arrows.push(Arrow {
                from: from.clone(),
                to,
                is_for_tests: dependency.kind == DependencyKind::Development,
                is_optional: dependency.optional,
            });
        }
        folders.push(from);
    }
    (folders, arrows)
}

/// What is wrong with the packages and their dependencies.
fn complaints(folders: &[String], arrows: &[Arrow]) -> Vec<String> {
    let unknown = folders
        .iter()
        .filter(|folder| allowed(folder).is_none())
        .map(|folder| {
            format!("{folder} has no rule: say in xtask/src/check/arrows.rs what it may depend on")
        });
    let forbidden = arrows.iter().filter_map(complaint);
    unknown.chain(forbidden).collect()
}

fn allowed(folder: &str) -> Option<&'static [&'static str]> {
    if folder == APP {
        return Some(&APP_USES);
    }
    ARROWS
        .iter()
        .find(|(known, _)| *known == folder)
        .map(|(_, allowed)| *allowed)
}

fn complaint(arrow: &Arrow) -> Option<String> {
    let from = arrow.from.as_str();
    match &arrow.to {
        // Even in tests: one manifest knows Tauri, so all others build without a web view.
        Target::Theirs(name) if name == "tauri" || name.starts_with("tauri-") => {
            (from != APP).then(|| format!("{from} → {name}: only {APP} may depend on Tauri"))
        }
        Target::Theirs(_) => None,
        Target::Ours(_) if arrow.is_for_tests || from == TESTS => None,
        Target::Ours(to) if to == "gateway" && DEMO.contains(&from) => (!arrow.is_optional)
            .then(|| format!("{from} → gateway: only as an optional dependency, for the feature `demo`")),
        Target::Ours(to) => {
            let allowed = allowed(from)?;
            if allowed.contains(&to.as_str()) {
                return None;
            }
            let may = if allowed.is_empty() {
                String::from("none of ours")
            } else {
                allowed.join(", ")
            };
            Some(format!(
                "{from} → {to}: forbidden; {from} may depend on {may} (ARCHITECTURE.md)"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrow(from: &str, to: &str) -> Arrow {
        Arrow {
            from: from.into(),
            to: Target::Ours(to.into()),
            is_for_tests: false,
            is_optional: false,
        }
    }

    fn is_forbidden(arrow: &Arrow) -> bool {
        complaint(arrow).is_some()
    }

    #[test]
    fn the_arrows_of_the_architecture_are_allowed() {
        for (from, to) in [
            ("crates/platforms", "crates/contract"),
            ("crates/link", "crates/socketio"),
            ("crates/engine", "crates/store"),
            ("cli", "crates/engine"),
            ("src-tauri", "crates/engine"),
        ] {
            assert_eq!(complaint(&arrow(from, to)), None);
        }
    }

    #[test]
    fn siblings_and_arrows_upwards_are_forbidden() {
        for (from, to) in [
            ("crates/contract", "crates/socketio"),
            ("crates/socketio", "crates/contract"),
            ("crates/platforms", "crates/store"),
            ("crates/store", "crates/vault"),
            ("crates/link", "crates/store"),
            ("crates/store", "crates/engine"),
            ("gateway", "crates/contract"),
            ("cli", "crates/store"),
            ("src-tauri", "crates/store"),
            ("xtask", "crates/contract"),
        ] {
            assert!(is_forbidden(&arrow(from, to)), "{from} → {to}");
        }
        let said = complaint(&arrow("crates/store", "crates/vault")).unwrap();
        assert!(said.starts_with("crates/store → crates/vault"), "{said}");
    }

    #[test]
    fn tests_may_put_anything_together() {
        let for_tests = |arrow: Arrow| Arrow {
            is_for_tests: true,
            ..arrow
        };
        assert!(!is_forbidden(&for_tests(arrow("crates/store", "crates/vault"))));
        assert!(!is_forbidden(&arrow("tests", "gateway")));
    }

    #[test]
    fn the_gateway_is_linked_for_the_demo_only() {
        let optional = |arrow: Arrow| Arrow {
            is_optional: true,
            ..arrow
        };
        for from in ["cli", "src-tauri"] {
            assert!(is_forbidden(&arrow(from, "gateway")));
            assert!(!is_forbidden(&optional(arrow(from, "gateway"))));
        }
        assert!(is_forbidden(&optional(arrow("crates/engine", "gateway"))));
    }

    #[test]
    fn one_package_knows_tauri_even_in_tests() {
        for name in ["tauri", "tauri-build", "tauri-plugin-notification"] {
            for is_for_tests in [false, true] {
                let to = Target::Theirs(name.into());
                let arrow = Arrow {
                    from: "crates/engine".into(),
                    to,
                    is_for_tests,
                    is_optional: false,
                };
                assert!(is_forbidden(&arrow));
                assert!(!is_forbidden(&Arrow {
                    from: "src-tauri".into(),
                    ..arrow
                }));
            }
        }
    }

    #[test]
    fn a_package_without_a_rule_is_named() {
        let said = complaints(&["crates/new".into(), "cli".into()], &[]);
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("crates/new"));
    }

    #[test]
    fn cargo_s_answer_is_read() {
        let metadata = MetadataCommand::new()
            .manifest_path("Cargo.toml")
            .no_deps()
            .exec()
            .unwrap();
        let (folders, arrows) = read(&metadata);
        assert!(folders.contains(&"xtask".to_owned()), "{folders:?}");
        assert!(arrows.contains(&arrow("crates/engine", "crates/contract")));
        let clap = Target::Theirs("clap".into());
        assert!(
            arrows
                .iter()
                .any(|arrow| arrow.from == "xtask" && arrow.to == clap)
        );
    }
}
