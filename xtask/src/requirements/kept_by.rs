//! Whether the tests that a requirement is kept by exist.

use std::collections::HashMap;

use crate::check::is_check;
use crate::workspace::Workspace;

/// Kinds of files whose tests are functions.
const FUNCTIONS: &str = ".rs";

/// Kinds of files whose tests have titles.
const TITLES: [&str; 4] = [".ts", ".mts", ".js", ".mjs"];

/// The files looked into, each read once.
pub(super) struct Files<'a> {
    workspace: &'a Workspace,
    texts: HashMap<String, Option<String>>,
}

impl<'a> Files<'a> {
    pub(super) fn new(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            texts: HashMap::new(),
        }
    }

    /// What is wrong with the name of a test, written `path::name` or `check:name`.
    pub(super) fn complaint(&mut self, test: &str) -> Option<String> {
        if let Some(name) = test.strip_prefix("check:") {
            return (!is_check(name)).then(|| format!("There is no check {name}"));
        }
        let Some((path, name)) = test.split_once("::") else {
            return Some(format!("\"{test}\" is no test's name"));
        };
        let text = self
            .texts
            .entry(path.to_owned())
            .or_insert_with(|| self.workspace.text(path).ok().flatten());
        match text {
            None => Some(format!("There is no file {path}")),
            Some(text) if holds(path, text, name) => None,
            Some(_) => Some(format!("{path} has no test {name}")),
        }
    }
}

/// Whether a file's text holds a test of this name. Modules in the name are for the reader: `tests::name`.
fn holds(path: &str, text: &str, name: &str) -> bool {
    if path.ends_with(FUNCTIONS) {
        let function = name.rsplit("::").next().unwrap_or(name);
        return is_function_name(function) && has_test(text, function);
    }
    if TITLES.iter().any(|ending| path.ends_with(ending)) {
        return !name.is_empty()
            && ['\'', '"', '`']
                .into_iter()
                .any(|quote| has_title(text, name, quote));
    }
    false
}

/// Whether the text hands this title, between such quotes, to what makes a test of it: `test('…'`, `it('…'`, or a list of
/// cases, `it.each(…)('…'`.
fn has_title(text: &str, name: &str, quote: char) -> bool {
    text.match_indices(&format!("{quote}{name}{quote}"))
        .any(|(place, _)| {
            let before = text.get(..place).unwrap_or_default().trim_end();
            before.strip_suffix('(').is_some_and(|call| {
                let word = call.rsplit(|letter: char| !letter.is_ascii_alphanumeric()).next();
                call.ends_with(')') || word.is_some_and(|word| ["test", "it", "step"].contains(&word))
            })
        })
}

fn is_function_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
}

/// Whether the text holds a test function of this name: one with an attribute that ends in `test` above it.
fn has_test(text: &str, name: &str) -> bool {
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if let Some(attribute) = line.strip_prefix("#[") {
            is_test |= is_test_attribute(attribute);
            continue;
        }
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        let called = line.split_once("fn ").map(|(_, rest)| rest);
        let after = called.and_then(|rest| rest.strip_prefix(name));
        if is_test && after.is_some_and(|after| after.starts_with(['(', '<'])) {
            return true;
        }
        // An attribute of several lines belongs to what comes after its end.
        is_test &= called.is_none() && !line.ends_with(['{', '}', ';']);
    }
    false
}

/// `test]`, `tokio::test(start_paused = true)]`, and whatever else a crate calls so.
fn is_test_attribute(attribute: &str) -> bool {
    let path = attribute.split(['(', ']', ' ']).next().unwrap_or_default();
    path == "test" || path.ends_with("::test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rust_test_is_a_function_of_its_name() {
        let text = "#[test]\nfn one() {}\n#[tokio::test(start_paused = true)]\n#[should_panic]\n    async fn two<T>(x: T) {}\n\
             // fn three() {}\n#[test]\nfn four_more() {}\nfn helper() {}\n#[tests]\nfn five() {}\n";
        for name in ["one", "two", "tests::one"] {
            assert!(holds("a.rs", text, name), "{name}");
        }
        for name in ["three", "four", "five", "helper", "on", "", "one()", "tests::"] {
            assert!(!holds("a.rs", text, name), "{name}");
        }
    }

    #[test]
    fn a_typescript_test_is_a_title() {
        let text = "test('shows a, then b', () => {});\nit(\"says\\n\", f); it(`more`)";
        assert!(holds("ui/tests/a.test.ts", text, "shows a, then b"));
        assert!(holds("tests/node/a.mjs", text, "more"));
        let text = "const a = 'a text'; expect('no title'); it.each([\n1])(\n  'each of them', f); test.step('a step', g)";
        for name in ["each of them", "a step"] {
            assert!(holds("a.ts", text, name), "{name}");
        }
        for name in ["shows a", "f", "", "a text", "no title"] {
            assert!(!holds("a.ts", text, name), "{name}");
        }
        assert!(!holds("a.txt", text, "more"));
    }

    #[test]
    fn names_are_looked_up_in_the_checkout() {
        let workspace = Workspace::find().unwrap();
        let mut files = Files::new(&workspace);
        let here = "xtask/src/requirements/kept_by.rs";
        assert_eq!(
            files.complaint(&format!("{here}::tests::names_are_looked_up_in_the_checkout")),
            None
        );
        assert_eq!(files.complaint("check:arrows"), None);
        for wrong in [
            format!("{here}::no_such_test"),
            "no/such.rs::x".into(),
            "check:x".into(),
            "x".into(),
        ] {
            assert!(files.complaint(&wrong).is_some(), "{wrong}");
        }
    }
}
