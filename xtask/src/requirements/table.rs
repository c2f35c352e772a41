//! The tables of `docs/requirements.md`.
//!
//! A row is `| id | who | what | kept by |`; a bar inside a cell is written `\|`. Everything that is not a row of
//! such a table is prose, and left alone.

/// Who a requirement asks something of.
const WHO: [&str; 4] = ["both", "client", "server", "process"];

/// What the last cell begins with when a requirement is refused.
const REFUSED: &str = "refused:";

/// What the last cell says when nothing keeps the requirement yet.
const LATER: &str = "later";

/// The same, where the guide itself calls it future work.
const LATER_BY_GUIDE: &str = "later (planned by the guide)";

/// One requirement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The line of the list, from 1.
    pub(super) line: usize,
    /// Such as `G014`.
    pub(super) id: String,
    /// What became of it.
    pub(super) fate: Fate,
}

/// What became of a requirement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// These tests or checks keep it.
    Kept(Vec<String>),
    /// Not yet.
    Later,
    /// Never, for the reason that the list gives.
    Refused,
}

/// Reads all rows, and says what is wrong with those that can't be read.
pub(super) fn read(text: &str) -> (Vec<Row>, Vec<String>) {
    let (mut rows, mut complaints) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        let number = index.saturating_add(1);
        let Some(cells) = cells(line) else { continue };
        let is_head = cells
            .first()
            .is_some_and(|cell| cell == "id" || cell.starts_with('-') || cell.starts_with(':'));
        if is_head {
            continue;
        }
        match row(number, &cells) {
            Ok(row) => rows.push(row),
            Err(complaint) => complaints.push(format!("{}:{number}: {complaint}", super::LIST)),
        }
    }
    (rows, complaints)
}

fn row(line: usize, cells: &[String]) -> Result<Row, String> {
    let [id, who, what, fate] = cells else {
        return Err(format!("A row has four cells, this one {}", cells.len()));
    };
    if !WHO.contains(&who.as_str()) {
        return Err(format!("{id}: \"{who}\" is none of {}", WHO.join(", ")));
    }
    if what.is_empty() {
        return Err(format!("{id}: It says nothing"));
    }
    let fate = read_fate(fate).map_err(|complaint| format!("{id}: {complaint}"))?;
    Ok(Row {
        line,
        id: id.clone(),
        fate,
    })
}

fn read_fate(cell: &str) -> Result<Fate, String> {
    if let Some(reason) = cell.strip_prefix(REFUSED) {
        return if reason.trim().is_empty() {
            Err(String::from("Refused without a reason"))
        } else {
            Ok(Fate::Refused)
        };
    }
    match cell {
        "" => Err(String::from("What keeps it is blank")),
        LATER | LATER_BY_GUIDE => Ok(Fate::Later),
        tests => read_tests(tests).map(Fate::Kept),
    }
}

/// Reads the names of tests, each between backquotes, with commas between them.
fn read_tests(cell: &str) -> Result<Vec<String>, String> {
    let mut tests = Vec::new();
    for (index, piece) in cell.split('`').enumerate() {
        let is_name = index % 2 == 1;
        if is_name && (piece.contains("::") || piece.starts_with("check:")) {
            tests.push(piece.to_owned());
        } else if is_name || !matches!(piece.trim(), "" | ",") {
            return Err(format!(
                "\"{}\" is no test; write `path::name` or `check:name`, with commas between, or {LATER}, or \
                 {REFUSED} and why",
                piece.trim()
            ));
        }
    }
    let are_closed = cell.matches('`').count().is_multiple_of(2);
    match (are_closed, tests.is_empty()) {
        (true, false) => Ok(tests),
        (true, true) => Err(String::from("Between the commas is nothing")),
        (false, _) => Err(String::from("A backquote is not closed")),
    }
}

/// The cells of a table's row, or `None` if the line is none.
fn cells(line: &str) -> Option<Vec<String>> {
    let inside = line.trim().strip_prefix('|')?;
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '|' => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            '\\' => match letters.next() {
                Some('|') => cell.push('|'),
                Some(other) => cell.extend(['\\', other]),
                None => cell.push('\\'),
            },
            other => cell.push(other),
        }
    }
    Some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate_of(cell: &str) -> Result<Fate, String> {
        let (rows, mut complaints) = read(&format!("| G001 | both | Something | {cell} |"));
        rows.into_iter()
            .next()
            .map(|row| row.fate)
            .ok_or_else(|| complaints.remove(0))
    }

    #[test]
    fn heads_rulers_and_prose_are_no_rows() {
        let text = "# Title\n\nProse with a | bar.\n\n| id | who | what | kept by |\n|---|:--|--:|---|\n";
        assert_eq!(read(text), (vec![], vec![]));
    }

    #[test]
    fn a_row_is_read_with_its_line() {
        let (rows, complaints) = read("\n| G028 | server | 0 \\| 1 | later |\n");
        assert_eq!(
            rows,
            [Row {
                line: 2,
                id: "G028".into(),
                fate: Fate::Later
            }]
        );
        assert!(complaints.is_empty());
    }

    #[test]
    fn the_fates_are_told_apart() {
        assert_eq!(fate_of("later"), Ok(Fate::Later));
        assert_eq!(fate_of("later (planned by the guide)"), Ok(Fate::Later));
        assert_eq!(
            fate_of("refused: the operating system does it"),
            Ok(Fate::Refused)
        );
        let kept = |tests: &[&str]| Ok(Fate::Kept(tests.iter().map(|&test| test.to_owned()).collect()));
        assert_eq!(fate_of("`a.rs::b`"), kept(&["a.rs::b"]));
        assert_eq!(
            fate_of("`a.rs::b`, `check:arrows`"),
            kept(&["a.rs::b", "check:arrows"])
        );
        assert_eq!(
            fate_of("`x.test.ts::shows a, then b`"),
            kept(&["x.test.ts::shows a, then b"])
        );
    }

    #[test]
    fn a_blank_a_guess_and_a_refusal_without_reason_are_wrong() {
        for cell in [
            "",
            "refused:",
            "refused: ",
            "done",
            "later, perhaps",
            "a.rs::b",
            "`a`",
            "`a.rs::b",
            "`a::b` c",
            ",",
            ", ,",
        ] {
            assert!(fate_of(cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn rows_of_another_shape_are_wrong() {
        for row in [
            "| G001 | both | x |",
            "| G001 | all | x | later |",
            "| G001 | both |  | later |",
        ] {
            let (rows, complaints) = read(row);
            assert!(rows.is_empty() && complaints.len() == 1, "{row}");
            assert!(
                complaints[0].starts_with("docs/requirements.md:1: "),
                "{complaints:?}"
            );
        }
    }
}
