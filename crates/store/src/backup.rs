//! The copy of a file that is made before a migration changes it, and deleted once it opened well after that.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Stands between the file's name and the version that the file was brought to.
const MARK: &str = ".before-";

/// What SQLite keeps beside a file while it is open.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Copies a file that nobody has open, before it is brought to `version`. There is never more than one copy.
///
/// # Errors
/// [`StoreError::NoCopy`], and then there is no copy, or the one of before.
pub(crate) async fn make(path: &Path, version: i64) -> Result<(), StoreError> {
    let original = path.to_owned();
    // A large file takes its time.
    let copied = tokio::task::spawn_blocking(move || copy(&original, version)).await;
    copied
        .unwrap_or_else(|panicked| Err(io::Error::other(panicked)))
        .map_err(|source| StoreError::NoCopy {
            path: path.to_owned(),
            source,
        })
}

fn copy(path: &Path, version: i64) -> io::Result<()> {
    let kept = beside(path, &format!("{MARK}{version}"));
    let half = beside(path, &format!("{MARK}{version}.tmp"));
    let copied = fs::copy(path, &half)
        .and_then(|_| File::options().write(true).open(&half)?.sync_all())
        .and_then(|()| fs::rename(&half, &kept));
    if let Err(error) = copied {
        // Half a copy is none, and takes the room that is missing.
        let _ = fs::remove_file(&half);
        return Err(error);
    }
    for other in copies(path)? {
        if other.file_name() != kept.file_name() {
            // It only takes room, and is tried again.
            let _ = fs::remove_file(other);
        }
    }
    Ok(())
}

/// The copies of a file, whole or half.
fn copies(path: &Path) -> io::Result<Vec<PathBuf>> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(Vec::new());
    };
    // A file that is named without its folder is in the one where the process runs.
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut start = name.to_owned();
    start.push(MARK);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(start.as_encoded_bytes()) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// How much room a file takes with what is kept beside it, in bytes.
///
/// # Errors
/// [`StoreError::Io`].
pub(crate) fn room(path: &Path) -> Result<u64, StoreError> {
    let beside = BESIDE.into_iter().map(|suffix| beside(path, suffix));
    let copies = copies(path).map_err(|source| io_error(path, source))?;
    // By its name alone: whoever opened and closed it would let go of SQLite's locks.
    let length = |path: PathBuf| match fs::metadata(&path) {
        Ok(file) => Ok(file.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(source) => Err(io_error(&path, source)),
    };
    let all = [path.to_owned()].into_iter().chain(beside).chain(copies);
    all.map(length).sum()
}

fn io_error(path: &Path, source: io::Error) -> StoreError {
    StoreError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Deletes the copies of a file that has opened well. One that somebody holds just now keeps nothing from opening: it
/// is tried again the next time.
pub(crate) fn tidy(path: &Path) {
    if let Err(error) = remove(path) {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "Delete the copy of a file"
        );
    }
}

/// Deletes the copies of a file; gives how many there were.
///
/// # Errors
/// [`StoreError::Io`].
pub(crate) fn remove(path: &Path) -> Result<u64, StoreError> {
    let mut count = 0;
    for copy in copies(path).map_err(|source| io_error(path, source))? {
        count += u64::from(remove_if_there(copy)?);
    }
    Ok(count)
}

/// What was deleted of an account's files.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// Files: the cache, and what SQLite keeps beside it.
    pub files: u64,
    /// Copies that were made before it was changed.
    pub copies: u64,
}

/// Deletes a file with what SQLite keeps beside it and the copies that were made of it. What is not there is no
/// error.
///
/// # Errors
/// [`StoreError::Io`] with the file that could not be deleted; the others may be gone or not.
pub fn delete(path: &Path) -> Result<Deleted, StoreError> {
    let mut deleted = Deleted::default();
    let beside = BESIDE.into_iter().map(|suffix| beside(path, suffix));
    for file in [path.to_owned()].into_iter().chain(beside) {
        deleted.files += u64::from(remove_if_there(file)?);
    }
    deleted.copies = match remove(path) {
        Err(StoreError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => 0,
        removed => removed?,
    };
    Ok(deleted)
}

/// Moves a file with what SQLite keeps beside it and the copies that were made of it. What is not there is no error. The
/// file comes last: its log must never be found beside another file, and the copies would be deleted as soon as another
/// file of its name opens well.
///
/// # Errors
/// [`StoreError::Io`] with what could not be moved; the others may be moved or not.
pub fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    let name = from.as_os_str().as_encoded_bytes();
    let copies = copies(from).map_err(|source| io_error(from, source))?;
    let copies = copies.into_iter().filter_map(|copy| {
        let suffix = copy.as_os_str().as_encoded_bytes().strip_prefix(name)?;
        Some(String::from_utf8_lossy(suffix).into_owned())
    });
    let kept = BESIDE.into_iter().chain([""]).map(str::to_owned);
    for suffix in copies.chain(kept) {
        let path = beside(from, &suffix);
        match fs::rename(&path, beside(to, &suffix)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(io_error(&path, source));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Deletes a file; tells whether it was there.
///
/// # Errors
/// [`StoreError::Io`].
pub fn remove_if_there(path: PathBuf) -> Result<bool, StoreError> {
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(StoreError::Io { path, source }),
    }
}

/// The file's name with something behind it.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
