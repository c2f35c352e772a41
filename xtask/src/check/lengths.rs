//! How long files are: past 400 lines look for the second subject, past 600 say why there is none.

use anyhow::Result;

use super::Outcome;
use crate::workspace::Workspace;

/// Lines from which a file is worth splitting.
const LONG: usize = 400;

/// Lines from which it needs a reason.
const TOO_LONG: usize = 600;

/// How a reason begins, in a comment among the first lines.
const REASON: &str = "Long because ";

/// In how many first lines the reason is looked for.
const TOP: usize = 10;

/// Files that people write and read as code. What is generated is as long as it is.
const KINDS: [&str; 7] = [".rs", ".ts", ".js", ".mjs", ".svelte", ".css", ".sh"];

#[derive(Debug, PartialEq, Eq)]
enum Length {
    Fine,
    Long(usize),
    Excused(usize),
    TooLong(usize),
}

pub(super) fn check(workspace: &Workspace) -> Result<Outcome> {
    let (mut remarks, mut complaints) = (Vec::new(), Vec::new());
    for file in workspace.files()? {
        if !KINDS.iter().any(|kind| file.ends_with(kind)) || file.contains(".gen.") {
            continue;
        }
        match length(&workspace.text(&file)?.unwrap_or_default()) {
            Length::Fine => {}
            Length::Long(lines) => remarks.push(format!("{file}: {lines} lines; is there a second subject?")),
            Length::Excused(lines) => remarks.push(format!("{file}: {lines} lines, with a reason")),
            Length::TooLong(lines) => complaints.push(format!(
                "{file}: {lines} lines; split it, or say at its top why not (\"//! {REASON}…\")"
            )),
        }
    }
    Ok(if complaints.is_empty() {
        Outcome::Passed(remarks)
    } else {
        Outcome::Failed(complaints)
    })
}

fn length(text: &str) -> Length {
    let lines = text.lines().count();
    let is_excused = || {
        text.lines().take(TOP).any(|line| {
            line.split_once(REASON).is_some_and(|(before, reason)| {
                matches!(before.trim(), "//!" | "//" | "/*" | "#" | "<!--") && !reason.trim().is_empty()
            })
        })
    };
    if lines <= LONG {
        Length::Fine
    } else if lines <= TOO_LONG {
        Length::Long(lines)
    } else if is_excused() {
        Length::Excused(lines)
    } else {
        Length::TooLong(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_warned_of_then_refused() {
        assert_eq!(length(&"x\n".repeat(400)), Length::Fine);
        assert_eq!(length(&"x\n".repeat(401)), Length::Long(401));
        assert_eq!(length(&"x\n".repeat(600)), Length::Long(600));
        assert_eq!(length(&"x\n".repeat(601)), Length::TooLong(601));
    }

    #[test]
    fn a_reason_at_the_top_excuses_and_one_below_does_not() {
        let body = "x\n".repeat(700);
        let reason = "//! Long because it is one table.\n";
        assert_eq!(
            length(&format!("//! A table.\n{reason}{body}")),
            Length::Excused(702)
        );
        assert_eq!(length(&format!("{body}{reason}")), Length::TooLong(701));
        assert_eq!(
            length(&format!("//! Long because \n{body}")),
            Length::TooLong(701)
        );
        assert_eq!(
            length(&format!("let it = \"Long because it is\";\n{body}")),
            Length::TooLong(701)
        );
    }
}
