//! The one door to every place that holds secrets.

use async_trait::async_trait;
use carillon_contract::Secret;

use crate::{Entry, VaultError, VaultState};

/// A place that holds tokens and keys.
///
/// Every implementation passes the same tests (`tests/conformance`). All of them can be called from any task:
/// what blocks does so on a thread of its own.
#[async_trait]
pub trait TokenVault: Send + Sync {
    /// Reads a secret; `None` means that the vault works and holds no such entry.
    ///
    /// A vault that can't be asked answers with an error instead, so `None` may be taken for "signed out".
    async fn get(&self, entry: &Entry) -> Result<Option<Secret>, VaultError>;

    /// Stores a secret in place of what the entry held; once it has returned, the secret survives a crash.
    ///
    /// After an error the entry holds the old secret or the new one, whole: a keyring that was waiting for its
    /// password may still finish a write that its caller gave up.
    async fn set(&self, entry: &Entry, secret: &Secret) -> Result<(), VaultError>;

    /// Forgets an entry; an entry that is not there is no error.
    async fn delete(&self, entry: &Entry) -> Result<(), VaultError>;

    /// Finds out, by writing, whether secrets can be kept here now.
    async fn state(&self) -> VaultState;

    /// Names the kind of place, for the diagnostics: `keyring`, `sealed-file` or `memory`.
    fn backend(&self) -> &'static str;

    /// Whether what is kept here is still there after this process. Accounts of a vault that forgets go with it.
    fn outlives_process(&self) -> bool {
        true
    }
}
