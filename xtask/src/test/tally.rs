//! How many tests passed and failed, read from what the test programs print.

use std::fmt;
use std::time::Instant;

use anyhow::Result;

/// A count of tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// Not run, because they are marked so.
    pub(crate) ignored: usize,
}

impl Tally {
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed.saturating_add(other.passed),
            failed: self.failed.saturating_add(other.failed),
            ignored: self.ignored.saturating_add(other.ignored),
        }
    }

    /// Counts a run that failed without a failed test, because something did not compile or crashed, as one failure.
    pub(crate) fn after(self, success: bool) -> Self {
        if success || self.failed > 0 {
            self
        } else {
            Self { failed: 1, ..self }
        }
    }

    /// How many tests were run.
    pub(crate) fn ran(self) -> usize {
        self.passed.saturating_add(self.failed)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.ignored > 0 {
            write!(f, ", {} ignored", self.ignored)?;
        }
        Ok(())
    }
}

/// Runs one test of a part that cargo, npm and the like know nothing of, and says what became of it.
pub(super) fn one(part: &str, name: &str, body: impl FnOnce() -> Result<()>) -> Tally {
    let since = Instant::now();
    let outcome = body();
    let time = since.elapsed().as_secs_f64();
    match outcome {
        Ok(()) => {
            println!("{part}: {name} ... ok ({time:.1} s)");
            Tally {
                passed: 1,
                ..Tally::default()
            }
        }
        Err(error) => {
            println!("{part}: {name} ... FAILED ({time:.1} s): {error:#}");
            Tally {
                failed: 1,
                ..Tally::default()
            }
        }
    }
}

/// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …`, of which there is one a test program.
pub(super) fn of_libtest(output: &str) -> Tally {
    let results = output
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("test result: "));
    results
        .map(|line| numbers(line, [';', '.']))
        .fold(Tally::default(), Tally::and)
}

/// Reads the last `Summary [ 4.2s] 66 tests run: 65 passed (1 slow), 1 failed, 0 skipped`.
pub(super) fn of_nextest(output: &str) -> Tally {
    let summary = output
        .lines()
        .rev()
        .find_map(|line| line.trim_start().strip_prefix("Summary ["));
    let counts = summary
        .and_then(|line| line.split_once("run: "))
        .map(|(_, counts)| counts);
    counts.map_or_else(Tally::default, |counts| numbers(counts, [',', '(']))
}

/// Reads Node's `# pass 3` or `ℹ pass 3`, of which there is one a run.
pub(super) fn of_node(output: &str) -> Tally {
    let mut tally = Tally::default();
    for line in output.lines() {
        let Some(counted) = line.strip_prefix("# ").or_else(|| line.strip_prefix("\u{2139} ")) else {
            continue;
        };
        let Some((what, number)) = counted.split_once(' ') else {
            continue;
        };
        let Ok(number) = number.trim().parse() else {
            continue;
        };
        tally = tally.and(of_word(what, number));
    }
    tally
}

/// Reads Vitest's `Tests  1 failed | 24 passed (25)`.
pub(super) fn of_vitest(output: &str) -> Tally {
    let counts = output
        .lines()
        .rev()
        .find_map(|line| line.trim_start().strip_prefix("Tests "));
    counts.map_or_else(Tally::default, |counts| numbers(counts, ['|', '(']))
}

/// Reads the lines that Playwright ends with: `  1 failed`, `  24 passed (5.1s)`.
pub(super) fn of_playwright(output: &str) -> Tally {
    output
        .lines()
        .map(|line| numbers(line, ['\n', '(']))
        .fold(Tally::default(), Tally::and)
}

/// Adds up `<number> <word>`, with one of the separators between.
fn numbers(counts: &str, separators: [char; 2]) -> Tally {
    let pairs = counts.split(separators).filter_map(|pair| {
        let (number, word) = pair.trim().split_once(' ')?;
        Some(of_word(word.trim(), number.parse().ok()?))
    });
    pairs.fold(Tally::default(), Tally::and)
}

fn of_word(word: &str, number: usize) -> Tally {
    let none = Tally::default();
    match word {
        "passed" | "pass" => Tally {
            passed: number,
            ..none
        },
        "failed" | "fail" | "timed out" | "exec failed" | "cancelled" | "flaky" | "did not run" => Tally {
            failed: number,
            ..none
        },
        "ignored" | "skipped" | "todo" => Tally {
            ignored: number,
            ..none
        },
        _ => none,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: usize, failed: usize, ignored: usize) -> Tally {
        Tally {
            passed,
            failed,
            ignored,
        }
    }

    #[test]
    fn cargo_s_test_programs_are_added_up() {
        let output = "running 3 tests\ntest a ... ok\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
            test result: FAILED. 16 passed; 2 failed; 0 ignored; 0 measured; 5 filtered out; finished in 1.46s\n";
        assert_eq!(of_libtest(output), tally(19, 2, 1));
        assert_eq!(of_libtest("error: could not compile"), Tally::default());
    }

    #[test]
    fn nextest_s_summary_is_read() {
        let line = |counts: &str| {
            format!("    PASS [ 0.1s] x\n     Summary [   4.221s] 66 tests run: {counts}\n   FAIL y")
        };
        assert_eq!(of_nextest(&line("66 passed, 0 skipped")), tally(66, 0, 0));
        assert_eq!(
            of_nextest(&line("64 passed (3 slow, 1 leaky), 2 failed, 1 skipped")),
            tally(64, 2, 1)
        );
        assert_eq!(
            of_nextest(&line(
                "60 passed, 4 failed, 1 timed out, 1 exec failed, 0 skipped"
            )),
            tally(60, 6, 0)
        );
        assert_eq!(of_nextest("error: could not compile"), Tally::default());
    }

    #[test]
    fn node_s_counts_are_read_in_both_of_its_styles() {
        let tap = "# tests 4\n# suites 0\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 0\n# todo 0\n";
        assert_eq!(of_node(tap), tally(3, 1, 0));
        assert_eq!(of_node(&tap.replace("# ", "\u{2139} ")), tally(3, 1, 0));
    }

    #[test]
    fn vitest_s_line_is_read() {
        let output = " Test Files  2 passed (2)\n      Tests  1 failed | 24 passed | 2 skipped (27)\n   Start at  1:00\n";
        assert_eq!(of_vitest(output), tally(24, 1, 2));
        assert_eq!(of_vitest("Error: no"), Tally::default());
    }

    #[test]
    fn playwright_s_last_lines_are_read() {
        let output = "  ok 1 [desktop] › a.spec.ts:3:1 › 5 passed tests\n\n  2 failed\n    [desktop] › a.spec.ts\n    \
                      [phone] › b.spec.ts\n  1 did not run\n  4 skipped\n  24 passed (5.1s)\n";
        assert_eq!(of_playwright(output), tally(24, 3, 4));
    }

    #[test]
    fn a_run_that_fails_without_a_failed_test_is_a_failure() {
        assert_eq!(tally(3, 0, 0).after(false), tally(3, 1, 0));
        assert_eq!(tally(3, 2, 0).after(false), tally(3, 2, 0));
        assert_eq!(tally(3, 0, 0).after(true), tally(3, 0, 0));
    }

    #[test]
    fn the_last_line_has_the_agreed_form() {
        assert_eq!(tally(3, 1, 0).to_string(), "3 passed, 1 failed");
        assert_eq!(tally(3, 1, 2).to_string(), "3 passed, 1 failed, 2 ignored");
    }
}
