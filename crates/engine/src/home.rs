//! The data folder: where each file is, and who owns it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carillon_contract::continuity::SetAside;
use carillon_contract::{AccountId, Timestamp};
use carillon_store::{StoreError, backup};

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

    fn accounts(&self) -> PathBuf {
        self.folder.join("accounts")
    }

    /// Where damaged files are set aside.
    fn damaged(&self) -> PathBuf {
        self.accounts().join("damaged")
    }

    /// The file that is to take the place of an account's damaged one, once it is complete.
    pub(crate) fn anew(&self, id: &AccountId) -> PathBuf {
        self.accounts().join(format!("{id}.anew"))
    }

    /// The same while it is being made.
    pub(crate) fn making(&self, id: &AccountId) -> PathBuf {
        self.accounts().join(format!("{id}.making"))
    }

    /// Sets an account's file aside with all that SQLite keeps beside it, and gives it the name of this time.
    pub(crate) fn set_aside(&self, id: &AccountId, at: Timestamp) -> Result<PathBuf, EngineError> {
        let folder = self.damaged();
        make_folder(&folder)?;
        let name = |at: i64| folder.join(format!("{id}-{at}.db"));
        // Nothing that was set aside is ever written over.
        let to = (at.0..)
            .map(name)
            .find(|path| !path.exists())
            .unwrap_or_else(|| name(at.0));
        backup::rename(&self.account(id), &to).map_err(at_home)?;
        Ok(to)
    }

    /// The damaged files of an account that were set aside, newest first. What can't be listed is not there.
    pub fn all_set_aside(&self, id: &AccountId) -> Vec<SetAside> {
        let mut found: Vec<SetAside> = self
            .aside(id)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|path| {
                let name = path.file_name()?.to_str()?;
                let at = name.strip_prefix(id.as_str())?.strip_prefix('-')?;
                let at = at.strip_suffix(".db")?.parse().ok()?;
                Some(SetAside {
                    at: Timestamp(at),
                    file: path.display().to_string(),
                })
            })
            .collect();
        found.sort_by_key(|set_aside| std::cmp::Reverse(set_aside.at));
        found
    }

    /// Damaged files of an account that were set aside, with what was kept beside them.
    pub(crate) fn aside(&self, id: &AccountId) -> std::io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(self.damaged()) {
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
        [self.folder.clone(), self.accounts()]
            .iter()
            .try_for_each(|folder| make_folder(folder))
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
                Err(TryLockError::WouldBlock) => {
                    return Err(EngineError::Owned {
                        pid: self.wait_for_pid(),
                    });
                }
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
        // To read: in a folder that may only be read this can be asked, too.
        let file = match OpenOptions::new().read(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(EngineError::Home { path, source }),
        };
        // A shared lock, and only for a moment: two that look at the same time don't see each other.
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(self.wait_for_pid().unwrap_or(0))),
            Err(TryLockError::Error(source)) => Err(EngineError::Home { path, source }),
        }
    }

    /// Who has taken the lock writes its number right after that, into a file that it empties first.
    fn wait_for_pid(&self) -> Option<u32> {
        for _ in 1..LOOKS {
            let pid = self.read_pid();
            if pid.is_some() {
                return pid;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
        self.read_pid()
    }

    fn read_pid(&self) -> Option<u32> {
        fs::read_to_string(self.pid()).ok()?.trim().parse().ok()
    }
}

/// Makes a folder that only its owner can read, unless it is there.
fn make_folder(folder: &Path) -> Result<(), EngineError> {
    if folder.is_dir() {
        return Ok(());
    }
    let failed = |source| EngineError::Home {
        path: folder.to_owned(),
        source,
    };
    fs::create_dir_all(folder).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
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

/// A file that can't be moved or deleted is a matter of the data folder.
pub(crate) fn at_home(error: StoreError) -> EngineError {
    match error {
        StoreError::Io { path, source } => EngineError::Home { path, source },
        other => other.into(),
    }
}
