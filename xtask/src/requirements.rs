//! `cargo xtask requirements`: what became of everything that the platforms' guides ask for.
//!
//! `docs/requirements.md` holds one table per platform. Each row ends with the tests that keep the requirement, or
//! `later`, or `refused: ` and why. This module sees to it that no row is missing, blank, or kept by a test that does
//! not exist.

mod kept_by;
mod table;

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::check::Outcome;
use crate::workspace::Workspace;
use table::{Fate, Row};

const LIST: &str = "docs/requirements.md";

/// The platforms: the letter of their ids, their name, and how many requirements their guide states.
const PLATFORMS: [(char, &str, usize); 5] = [
    ('P', "Partisipro", 82),
    ('E', "Construction ERP", 109),
    ('M', "MPI", 162),
    ('B', "bluechipfinmax", 90),
    ('G', "GuessLyfe", 121),
];

/// How many requirements met each fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    kept: usize,
    later: usize,
    refused: usize,
}

/// Prints the counts; `true` if the list is complete.
pub(crate) fn command(workspace: &Workspace) -> Result<bool> {
    let (rows, complaints) = read(workspace)?;
    let counts = count(&rows);
    println!(
        "{:<18}{:>8}{:>8}{:>8}{:>8}",
        "", "total", "tested", "later", "refused"
    );
    let mut sum = Count::default();
    for (letter, name, total) in PLATFORMS {
        let Count { kept, later, refused } = counts.get(&letter).copied().unwrap_or_default();
        println!("{name:<18}{total:>8}{kept:>8}{later:>8}{refused:>8}");
        sum.kept = sum.kept.saturating_add(kept);
        sum.later = sum.later.saturating_add(later);
        sum.refused = sum.refused.saturating_add(refused);
    }
    let total: usize = PLATFORMS.iter().map(|(_, _, total)| total).sum();
    println!(
        "{:<18}{total:>8}{:>8}{:>8}{:>8}",
        "all", sum.kept, sum.later, sum.refused
    );
    complaints.iter().for_each(|complaint| println!("{complaint}"));
    Ok(complaints.is_empty())
}

/// Checks that the list is complete and true.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome> {
    let (_, complaints) = read(workspace)?;
    Ok(if complaints.is_empty() {
        Outcome::Passed(Vec::new())
    } else {
        Outcome::Failed(complaints)
    })
}

fn read(workspace: &Workspace) -> Result<(Vec<Row>, Vec<String>)> {
    let text = std::fs::read_to_string(workspace.path(LIST)).with_context(|| format!("Read {LIST}"))?;
    let (rows, mut complaints) = table::read(&text);
    complaints.extend(incomplete(&rows));
    let mut files = kept_by::Files::new(workspace);
    for row in &rows {
        let Fate::Kept(tests) = &row.fate else { continue };
        let absent = tests.iter().filter_map(|test| files.complaint(test));
        complaints.extend(absent.map(|complaint| format!("{}:{}: {}: {complaint}", LIST, row.line, row.id)));
    }
    Ok((rows, complaints))
}

/// Which ids are missing, listed twice, or nobody's.
fn incomplete(rows: &[Row]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = PLATFORMS
        .iter()
        .flat_map(|(letter, _, total)| (1..=*total).map(move |number| (format!("{letter}{number:03}"), 0)))
        .collect();
    let mut complaints = Vec::new();
    for row in rows {
        match seen.get_mut(&row.id) {
            None => complaints.push(format!(
                "{LIST}:{}: {} is not a requirement's id",
                row.line, row.id
            )),
            Some(0) => {
                seen.insert(row.id.clone(), row.line);
            }
            Some(first) => {
                complaints.push(format!(
                    "{LIST}:{}: {} is listed on line {first} already",
                    row.line, row.id
                ));
            }
        }
    }
    let missing = seen.into_iter().filter(|(_, line)| *line == 0);
    complaints.extend(missing.map(|(id, _)| format!("{LIST}: {id} is missing")));
    complaints
}

fn count(rows: &[Row]) -> BTreeMap<char, Count> {
    let mut counts = BTreeMap::<char, Count>::new();
    for row in rows {
        let Some(letter) = row.id.chars().next() else {
            continue;
        };
        let count = counts.entry(letter).or_default();
        let of_this_fate = match row.fate {
            Fate::Kept(_) => &mut count.kept,
            Fate::Later => &mut count.later,
            Fate::Refused => &mut count.refused,
        };
        *of_this_fate = of_this_fate.saturating_add(1);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_but(skipped: &str) -> Vec<Row> {
        let ids = PLATFORMS
            .iter()
            .flat_map(|(letter, _, total)| (1..=*total).map(move |n| format!("{letter}{n:03}")));
        let rows = ids.filter(|id| id != skipped).enumerate();
        rows.map(|(index, id)| Row {
            line: index + 1,
            id,
            fate: Fate::Later,
        })
        .collect()
    }

    #[test]
    fn the_list_has_five_hundred_and_sixty_four_ids() {
        let rows = all_but("");
        assert_eq!(rows.len(), 564);
        assert!(incomplete(&rows).is_empty());
    }

    #[test]
    fn a_missing_a_double_and_a_strange_id_are_named() {
        assert_eq!(
            incomplete(&all_but("M162")),
            ["docs/requirements.md: M162 is missing"]
        );
        let mut rows = all_but("");
        rows.push(Row {
            line: 900,
            id: "P001".into(),
            fate: Fate::Later,
        });
        rows.push(Row {
            line: 901,
            id: "P083".into(),
            fate: Fate::Later,
        });
        let complaints = incomplete(&rows);
        assert_eq!(complaints.len(), 2);
        assert!(
            complaints[0].contains(":900: P001 is listed on line 1 already"),
            "{complaints:?}"
        );
        assert!(
            complaints[1].contains(":901: P083 is not a requirement's id"),
            "{complaints:?}"
        );
    }

    #[test]
    fn fates_are_counted_per_platform() {
        let row = |id: &str, fate| Row {
            line: 1,
            id: id.into(),
            fate,
        };
        let rows = [
            row("G001", Fate::Kept(vec![])),
            row("G002", Fate::Later),
            row("P001", Fate::Refused),
        ];
        let counts = count(&rows);
        assert_eq!(
            counts[&'G'],
            Count {
                kept: 1,
                later: 1,
                refused: 0
            }
        );
        assert_eq!(
            counts[&'P'],
            Count {
                kept: 0,
                later: 0,
                refused: 1
            }
        );
    }
}
