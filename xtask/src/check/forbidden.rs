//! Texts that must not stand in a kind of file, each with the reason.

use anyhow::Result;

use super::Outcome;
use crate::workspace::Workspace;

/// A text, the files that it may not stand in, and why.
struct Rule {
    text: &'static str,
    /// Where the files begin: a folder, or nothing for all of them.
    within: &'static [&'static str],
    why: &'static str,
}

/// Each text is put together from two, so that this file passes its own check.
const RULES: [Rule; 9] = [
    Rule {
        text: concat!("unsafe-", "inline"),
        within: &["src-tauri/", "ui/", "capabilities/"],
        why: "the content policy lets nothing run that the app did not bring",
    },
    Rule {
        text: concat!("unsafe-", "eval"),
        within: &["src-tauri/", "ui/", "capabilities/"],
        why: "the content policy lets nothing run that the app did not bring",
    },
    Rule {
        text: concat!("dangerous", "DisableAssetCspModification"),
        within: &["src-tauri/"],
        why: "the content policy is written by hand and added to by Tauri, never weakened",
    },
    Rule {
        text: concat!("{@", "html"),
        within: &["ui/"],
        why: "what a platform sends is text, never markup",
    },
    Rule {
        text: concat!("inner", "HTML"),
        within: &["ui/src/"],
        why: "what a platform sends is text, never markup",
    },
    Rule {
        text: concat!("\"withGlobal", "Tauri\": true"),
        within: &["src-tauri/"],
        why: "only the bridge talks to Tauri",
    },
    Rule {
        text: "\"resolved\":",
        within: &[
            "ui/package-lock.json",
            "tests/node/package-lock.json",
            "xtask/node/package-lock.json",
        ],
        why: "a lock file names packages and hashes; where they are fetched from is each machine's choice",
    },
    Rule {
        text: concat!("#[", "ignore"),
        within: &[""],
        why: "no test is skipped quietly: mend it, or remove it",
    },
    Rule {
        text: concat!("/wo", "rk/"),
        within: &[""],
        why: "a path of somebody's machine",
    },
];

pub(super) fn check(workspace: &Workspace) -> Result<Outcome> {
    let mut complaints = Vec::new();
    for file in workspace.files()? {
        let rules: Vec<&Rule> = RULES
            .iter()
            .filter(|rule| rule.within.iter().any(|folder| file.starts_with(folder)))
            .collect();
        let Some(text) = workspace.text(&file)? else {
            continue;
        };
        for (index, line) in text.lines().enumerate() {
            for rule in rules.iter().filter(|rule| line.contains(rule.text)) {
                let number = index.saturating_add(1);
                complaints.push(format!("{file}:{number}: {}: {}", rule.text, rule.why));
            }
        }
    }
    Ok(Outcome::of(complaints))
}
