//! What is in a folder, to the byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

/// The content of each file below a folder. Sockets and pipes hold none.
///
/// # Errors
/// Where something can't be read.
pub fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("Read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.append(&mut contents(&path)?);
        } else if path.is_file() {
            let content = fs::read(&path).with_context(|| format!("Read {}", path.display()))?;
            found.insert(path, content);
        }
    }
    Ok(found)
}

/// Sees to it that none of the texts is in any file below a folder, and that there are files.
///
/// # Errors
/// Names the file and the text's place in the list.
pub fn hold_none_of(folder: &Path, texts: &[&str]) -> Result<()> {
    let files = contents(folder)?;
    ensure!(!files.is_empty(), "{} is empty", folder.display());
    for (path, content) in files {
        for (number, text) in texts.iter().enumerate() {
            ensure!(!text.is_empty(), "Text {number} is empty, and so in every file");
            let found = content
                .windows(text.len())
                .any(|window| window == text.as_bytes());
            ensure!(!found, "{} holds text {number}", path.display());
        }
    }
    Ok(())
}

/// The sources in a dependency file as cargo writes it: one line, `program: source source …`, in which a blank
/// of a name follows a backslash.
pub fn dependencies(text: &str) -> Vec<PathBuf> {
    let Some((_, sources)) = text.lines().next().and_then(|line| line.split_once(": ")) else {
        return Vec::new();
    };
    let whole = sources.replace("\\ ", "\0");
    whole
        .split(' ')
        .filter(|source| !source.is_empty())
        .map(|source| PathBuf::from(source.replace('\0', " ")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_blanks_are_read_from_a_dependency_file() {
        let text = "/a b/program: /src/one.rs /my\\ src/two.rs\n";
        assert_eq!(
            dependencies(text),
            [PathBuf::from("/src/one.rs"), PathBuf::from("/my src/two.rs")]
        );
    }

    #[test]
    fn a_text_is_found_wherever_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::write(folder.path().join("inner/file"), b"\xffabc secret").unwrap();
        assert!(hold_none_of(folder.path(), &["other"]).is_ok());
        assert!(hold_none_of(folder.path(), &["other", "secret"]).is_err());
        assert!(hold_none_of(folder.path(), &[""]).is_err());
    }
}
