//! Where words go: answers to the standard output, everything else to the standard error.

use std::io::Write as _;

use serde::Serialize;

use crate::failure::Failure;

/// Prints a line. A reader that has gone away (`| head`) is an error like any other.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(Failure::Output)
}

/// Prints a value as JSON on one line.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    line(&serde_json::to_string(value)?)
}

/// Says something beside the answer.
pub(crate) fn note(text: &str) {
    // Whoever closed the standard error does not want to know.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Says what went wrong.
pub(crate) fn complain(text: &str) {
    note(&format!("carillon-cli: {}", plain(text)));
}

/// What a terminal could take for a command must not come from a server.
pub(crate) fn plain(text: &str) -> String {
    // Marks that turn the direction of writing make a line read as another one.
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|c| if c.is_control() || turns(c) { ' ' } else { c })
        .collect()
}
