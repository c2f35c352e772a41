//! No platform's name in the engine or the UI: they are made for kinds of things, not for platforms.

use anyhow::Result;

use super::Outcome;
use crate::workspace::Workspace;

/// Folders in which no platform is named.
const FOLDERS: [&str; 2] = ["crates/engine/src/", "ui/src/"];

/// The names; the bool tells whether it counts within a longer word, too.
const NAMES: [(&str, bool); 6] = [
    ("partisipro", true),
    ("construction_erp", true),
    ("construction-erp", true),
    ("bluechip", true),
    ("guesslyfe", true),
    // Three letters that other words contain.
    ("mpi", false),
];

pub(super) fn check(workspace: &Workspace) -> Result<Outcome> {
    let mut complaints = Vec::new();
    for file in workspace.files()? {
        // What is generated repeats the contract, comments included, and decides nothing.
        if !FOLDERS.iter().any(|folder| file.starts_with(folder)) || file.contains(".gen.") {
            continue;
        }
        if let Some(name) = named(&file) {
            complaints.push(format!("{file}: the file's name names {name}"));
        }
        for (index, line) in workspace.text(&file)?.unwrap_or_default().lines().enumerate() {
            if let Some(name) = named(line) {
                complaints.push(format!("{file}:{}: names {name}", index.saturating_add(1)));
            }
        }
    }
    Ok(Outcome::of(complaints))
}

/// The platform that a line names, if it does.
fn named(line: &str) -> Option<&'static str> {
    let lower = line.to_ascii_lowercase();
    let found = NAMES.iter().find(|(name, anywhere)| {
        lower
            .match_indices(name)
            .any(|(start, _)| *anywhere || is_word(line, start, name.len()))
    });
    found.map(|(name, _)| *name)
}

/// Whether a stretch of a line is a word, in any of the ways in which words are joined in code.
fn is_word(line: &str, start: usize, length: usize) -> bool {
    let end = start.saturating_add(length);
    let (Some(before), Some(word), Some(after)) = (line.get(..start), line.get(start..end), line.get(end..))
    else {
        return false;
    };
    let (first, last) = (word.chars().next(), word.chars().next_back());
    let starts_here = match before.chars().next_back() {
        Some(letter) if letter.is_alphabetic() => {
            letter.is_lowercase() && first.is_some_and(char::is_uppercase)
        }
        Some(_) | None => true,
    };
    let ends_here = match after.chars().next() {
        Some(letter) if letter.is_alphabetic() => {
            letter.is_uppercase() && last.is_some_and(char::is_lowercase)
        }
        Some(_) | None => true,
    };
    starts_here && ends_here
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn names_are_found_in_any_case_and_joined_in_any_way() {
        for line in [
            "GuessLyfe",
            "use guesslyfe::x;",
            "BLUECHIPFINMAX",
            "PartisiproCard",
            "construction-erp",
        ] {
            assert!(named(line).is_some(), "{line}");
        }
        for line in [
            "mpi",
            "MPI chat",
            "mpi_chat",
            "MpiChat",
            "openMpi()",
            "the mpi.",
            "\"mpi\"",
            "mpi2",
        ] {
            assert_eq!(named(line), Some("mpi"), "{line}");
        }
    }

    #[test]
    fn other_words_are_left_alone() {
        for line in [
            "compile",
            "simpipe",
            "empire",
            "IMPI",
            "a platform",
            "construction",
        ] {
            assert_eq!(named(line), None, "{line}");
        }
    }
}
