//! Where the sealed bytes lie: read whole, replaced whole, changed under a lock.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::VaultError;

/// How long a change waits for another program's, each of which takes milliseconds.
const LOCK_LIMIT: Duration = Duration::from_secs(5);

/// How often a waiting change looks again.
const LOCK_RETRY: Duration = Duration::from_millis(5);

/// Longest file that is read, in bytes: hundreds of accounts' tokens, and a limit on what a stray file can cost.
const LONGEST: u64 = 16 * 1024 * 1024;

/// A sealed file's path, and the lock beside it.
///
/// The lock is a file of its own because the sealed one is replaced by each change.
pub(super) struct Place {
    path: PathBuf,
    lock: PathBuf,
}

/// Lets other programs change the file again when it is dropped.
pub(super) struct Held {
    _lock: File,
}

impl Place {
    /// Writes a file where none is.
    pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<Self, VaultError> {
        let new = written_beside(path, bytes)?;
        match new.persist_noclobber(path) {
            Ok(_) => {}
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(VaultError::FileExists);
            }
            Err(error) => return Err(failed("Put the sealed file in place", error.error)),
        }
        sync_directory(path)?;
        Self::open(path)
    }

    /// Finds a file.
    pub(super) fn open(path: &Path) -> Result<Self, VaultError> {
        // Links are followed once, here: a replacement goes to where the file is, not in place of the link.
        let path = fs::canonicalize(path).map_err(|error| absent_or("Find the sealed file", error))?;
        let mut lock = OsString::from(&path);
        lock.push(".lock");
        Ok(Self {
            lock: PathBuf::from(lock),
            path,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads all of the file.
    pub(super) fn read(&self) -> Result<Vec<u8>, VaultError> {
        let file = File::open(&self.path).map_err(|error| absent_or("Open the sealed file", error))?;
        let mut bytes = Vec::new();
        let read = file.take(LONGEST.saturating_add(1)).read_to_end(&mut bytes);
        let length = read.map_err(|error| failed("Read the sealed file", error))?;
        if u64::try_from(length).is_ok_and(|length| length <= LONGEST) {
            Ok(bytes)
        } else {
            Err(VaultError::Damaged)
        }
    }

    /// Puts new content in place of the old, as one step that a crash can't halve.
    pub(super) fn replace(&self, bytes: &[u8]) -> Result<(), VaultError> {
        let new = written_beside(&self.path, bytes)?;
        new.persist(&self.path)
            .map_err(|error| failed("Put the sealed file in place", error.error))?;
        sync_directory(&self.path)
    }

    /// Keeps other programs, and other handles of this one, from changing the file.
    ///
    /// # Errors
    ///
    /// [`VaultError::Busy`] when another held it all the time.
    pub(super) fn lock(&self) -> Result<Held, VaultError> {
        self.lock_within(LOCK_LIMIT)
    }

    pub(super) fn lock_within(&self, limit: Duration) -> Result<Held, VaultError> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options
            .open(&self.lock)
            .map_err(|error| failed("Open the sealed file's lock", error))?;
        let since = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Held { _lock: lock }),
                Err(TryLockError::WouldBlock) if since.elapsed() < limit => std::thread::sleep(LOCK_RETRY),
                Err(TryLockError::WouldBlock) => return Err(VaultError::Busy),
                Err(TryLockError::Error(error)) => return Err(failed("Lock the sealed file", error)),
            }
        }
    }
}

/// Writes a file next to `path`, readable by its owner only, and waits until the disk has it.
fn written_beside(path: &Path, bytes: &[u8]) -> Result<tempfile::NamedTempFile, VaultError> {
    let new = tempfile::Builder::new()
        .prefix(".carillon-")
        .tempfile_in(directory(path));
    let mut new = new.map_err(|error| failed("Make a file beside the sealed one", error))?;
    new.write_all(bytes)
        .map_err(|error| failed("Write the sealed file", error))?;
    new.as_file()
        .sync_all()
        .map_err(|error| failed("Flush the sealed file", error))?;
    Ok(new)
}

/// Waits until the disk has the new name, where a directory can be flushed.
#[cfg(unix)]
fn sync_directory(path: &Path) -> Result<(), VaultError> {
    let flush = || File::open(directory(path))?.sync_all();
    flush().map_err(|error| failed("Flush the sealed file's folder", error))
}

#[cfg(not(unix))]
fn sync_directory(_path: &Path) -> Result<(), VaultError> {
    Ok(())
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

fn absent_or(action: &'static str, error: io::Error) -> VaultError {
    if error.kind() == io::ErrorKind::NotFound {
        VaultError::NoFile
    } else {
        failed(action, error)
    }
}

fn failed(action: &'static str, source: io::Error) -> VaultError {
    VaultError::File { action, source }
}
