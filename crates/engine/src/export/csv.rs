//! Rows as cells. What a spreadsheet would take for a formula is made a text.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::error::EngineError;

/// What a formula begins with, and what a spreadsheet passes over before it.
const BEGINS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The first line.
pub(super) fn heading(cells: &[&str]) -> Result<Vec<u8>, EngineError> {
    write(std::iter::once(
        cells.iter().map(|name| Cow::Borrowed(*name)).collect(),
    ))
}

/// Rows of JSON as lines of cells.
pub(super) fn rows(cells: &[&str], rows: &[String]) -> Result<Vec<u8>, EngineError> {
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let values: Map<String, Value> = serde_json::from_str(row).map_err(unreadable)?;
        lines.push(cells.iter().map(|name| cell(values.get(*name))).collect());
    }
    write(lines.into_iter())
}

fn write<'a>(lines: impl Iterator<Item = Vec<Cow<'a, str>>>) -> Result<Vec<u8>, EngineError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        let cells = line.iter().map(|cell| cell.as_bytes());
        writer.write_record(cells).map_err(unreadable)?;
    }
    writer.into_inner().map_err(unreadable)
}

fn cell(value: Option<&Value>) -> Cow<'static, str> {
    match value {
        None | Some(Value::Null) => Cow::Borrowed(""),
        Some(Value::String(text)) => Cow::Owned(harmless(text)),
        // A number is no formula, and nothing else has cells.
        Some(other) => Cow::Owned(other.to_string()),
    }
}

/// A text as a cell. What is nothing but a number, such as an amount below zero, stays one.
fn harmless(text: &str) -> String {
    if text.starts_with(BEGINS) && !is_number(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
}

/// Only a defect brings it about: the store has written these rows.
fn unreadable(error: impl std::error::Error) -> EngineError {
    tracing::error!(error = %error, "Write rows as cells");
    EngineError::Cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay_numbers() {
        for formula in [
            "=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "-1.", "+.5", "-1,5",
        ] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for text in ["-12.50", "+3", "12", "", "a=b", "it's"] {
            assert_eq!(harmless(text), text);
        }
    }

    #[test]
    fn a_row_is_one_line_whatever_is_in_it() {
        let row = r#"{"b":"two \"words\",\nand a line","a":-1,"c":null}"#.to_owned();
        let text = rows(&["a", "b", "c", "d"], &[row]).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, "-1,\"two \"\"words\"\",\nand a line\",,\n");
        let mut read = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(read.headers().unwrap().len(), 4);
        assert_eq!(heading(&["a", "b"]).unwrap(), b"a,b\n");
    }
}
