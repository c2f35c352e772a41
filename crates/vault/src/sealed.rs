//! A file sealed with a passphrase, for systems without a keyring and for people who prefer it.
//!
//! Argon2id makes the key of the passphrase, once per opening; XChaCha20-Poly1305 seals all entries together. Each
//! change reads the file, changes it and puts the new one in its place under a lock, so programs that share a file
//! don't lose each other's writes.

mod file;
mod format;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use carillon_contract::Secret;

use crate::{Entry, TokenVault, VaultError, VaultState};
use file::Place;
use format::{Entries, Seal};

/// An opened sealed file.
///
/// It holds the derived key, never the passphrase. Entries are read from the file each time.
#[derive(Clone)]
pub struct SealedFile {
    inside: Arc<Inside>,
}

struct Inside {
    place: Place,
    seal: Seal,
}

impl SealedFile {
    /// Makes a new, empty sealed file that only its owner can read.
    ///
    /// # Errors
    ///
    /// [`VaultError::FileExists`] if there is a file of this name, [`VaultError::EmptyPassphrase`], or what kept the
    /// file from being written.
    pub async fn create(path: impl Into<PathBuf>, passphrase: Secret) -> Result<Self, VaultError> {
        let path = path.into();
        blocking(move || {
            let seal = Seal::new(&passphrase)?;
            let place = Place::create(&path, &seal.close(&Entries::default())?)?;
            Ok(Self {
                inside: Arc::new(Inside { place, seal }),
            })
        })
        .await
    }

    /// Opens a sealed file, which takes a fraction of a second by design.
    ///
    /// # Errors
    ///
    /// [`VaultError::NoFile`], [`VaultError::WrongPassphrase`] or [`VaultError::Damaged`]; the file is untouched.
    pub async fn open(path: impl Into<PathBuf>, passphrase: Secret) -> Result<Self, VaultError> {
        let path = path.into();
        blocking(move || {
            let place = Place::open(&path)?;
            let bytes = place.read()?;
            let seal = Seal::of(&bytes, &passphrase)?;
            seal.open(&bytes)?;
            Ok(Self {
                inside: Arc::new(Inside { place, seal }),
            })
        })
        .await
    }

    /// Tells where the file is.
    pub fn path(&self) -> &Path {
        self.inside.place.path()
    }

    async fn change(&self, change: impl FnOnce(&mut Entries) + Send + 'static) -> Result<(), VaultError> {
        let inside = Arc::clone(&self.inside);
        blocking(move || {
            let _held = inside.place.lock()?;
            let mut entries = inside.seal.open(&inside.place.read()?)?;
            change(&mut entries);
            inside.place.replace(&inside.seal.close(&entries)?)
        })
        .await
    }
}

#[async_trait]
impl TokenVault for SealedFile {
    async fn get(&self, entry: &Entry) -> Result<Option<Secret>, VaultError> {
        let (inside, name) = (Arc::clone(&self.inside), entry.to_string());
        // No lock: a file is replaced as a whole, so what is read is one state or the next.
        blocking(move || Ok(inside.seal.open(&inside.place.read()?)?.remove(&name))).await
    }

    async fn set(&self, entry: &Entry, secret: &Secret) -> Result<(), VaultError> {
        let (name, secret) = (entry.to_string(), secret.clone());
        self.change(move |entries| {
            entries.insert(name, secret);
        })
        .await
    }

    async fn delete(&self, entry: &Entry) -> Result<(), VaultError> {
        let name = entry.to_string();
        self.change(move |entries| {
            entries.remove(&name);
        })
        .await
    }

    async fn state(&self) -> VaultState {
        match self.change(|_| {}).await {
            Ok(()) => VaultState::Ready,
            Err(error) => {
                tracing::info!(error = error.as_dyn(), "The sealed file can't keep secrets now.");
                error.state()
            }
        }
    }

    fn backend(&self) -> &'static str {
        "sealed-file"
    }
}

/// Runs what computes long or waits for a disk away from the async threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| VaultError::Stopped)?
}

#[cfg(test)]
mod tests;
