//! The data folder: where each file is, and who owns it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carillon_contract::AccountId;

use crate::error::EngineError;

/// How often a lock that is taken is looked at again before it counts as taken.
const LOOKS: u32 = 4;
const BETWEEN_LOOKS: Duration = Duration::from_millis(25);

/// The data folder.
#[derive(Debug, Clone)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// Takes a folder, which need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The registry of accounts.
    pub fn registry(&self) -> PathBuf {
        self.folder.join("registry.db")
    }

    /// The encrypted file of an account.
    pub fn account(&self, id: &AccountId) -> PathBuf {
        self.accounts().join(format!("{id}.db"))
    }

    /// Damaged files of an account that were put aside.
    pub(crate) fn set_aside(&self, id: &AccountId) -> std::io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(self.accounts().join("damaged")) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let start = format!("{id}-");
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(start.as_bytes()) {
                found.push(entry.path());
            }
        }
        Ok(found)
    }

    fn accounts(&self) -> PathBuf {
        self.folder.join("accounts")
    }

    fn lock(&self) -> PathBuf {
        self.folder.join("carillon.lock")
    }

    /// The owner's process id. Apart from the lock, since a locked file can't be read on every system.
    fn pid(&self) -> PathBuf {
        self.folder.join("carillon.pid")
    }

    /// Tells whether an account was ever added here.
    pub fn is_made(&self) -> bool {
        self.registry().exists()
    }

    /// Makes the folder, readable by its owner only. One that was there before is somebody's choice, and stays as open
    /// as it is; what Carillon makes in it is for its owner all the same.
    ///
    /// # Errors
    /// Where it can't be made.
    pub fn create(&self) -> Result<(), EngineError> {
        for folder in [self.folder.clone(), self.accounts()] {
            if folder.is_dir() {
                continue;
            }
            fs::create_dir_all(&folder).map_err(|source| EngineError::Home {
                path: folder.clone(),
                source,
            })?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))
                    .map_err(|source| EngineError::Home { path: folder, source })?;
            }
        }
        Ok(())
    }

    /// Takes the folder for this process. It is free again when the answer is dropped, also by a crash.
    pub(crate) fn own(&self) -> Result<Ownership, EngineError> {
        self.create()?;
        let path = self.lock();
        let file = private(&path, false).map_err(|source| EngineError::Home {
            path: path.clone(),
            source,
        })?;
        for look in 1.. {
            match file.try_lock() {
                Ok(()) => break,
                // Somebody may just be looking (`owner`), which takes no time.
                Err(TryLockError::WouldBlock) if look < LOOKS => std::thread::sleep(BETWEEN_LOOKS),
                Err(TryLockError::WouldBlock) => return Err(EngineError::Owned { pid: self.read_pid() }),
                Err(TryLockError::Error(source)) => return Err(EngineError::Home { path, source }),
            }
        }
        let path = self.pid();
        private(&path, true)
            .and_then(|mut pid| write!(pid, "{}", std::process::id()))
            .map_err(|source| EngineError::Home { path, source })?;
        Ok(Ownership { _lock: file })
    }

    /// The process that owns the folder now, if one does.
    ///
    /// # Errors
    /// Where the folder can't be read.
    pub fn owner(&self) -> Result<Option<u32>, EngineError> {
        let path = self.lock();
        let file = match OpenOptions::new().write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(EngineError::Home { path, source }),
        };
        // A shared lock, and only for a moment: two that look at the same time don't see each other.
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(self.read_pid().unwrap_or(0))),
            Err(TryLockError::Error(source)) => Err(EngineError::Home { path, source }),
        }
    }

    fn read_pid(&self) -> Option<u32> {
        fs::read_to_string(self.pid()).ok()?.trim().parse().ok()
    }
}

/// Opens a file to write, made where there is none, that only its owner can read.
fn private(path: &Path, truncate: bool) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(truncate).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        let file = options.mode(0o600).open(path)?;
        // An older version made it readable.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        Ok(file)
    }
    #[cfg(not(unix))]
    options.open(path)
}

/// This process owns the data folder while this lives.
pub(crate) struct Ownership {
    _lock: File,
}
