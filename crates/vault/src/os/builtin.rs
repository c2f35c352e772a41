//! What the errors of the Keychain and of the Credential Manager mean.

use keyring_core::Error;

use crate::VaultError;

/// Tells locked, missing and refused apart.
///
/// macOS answers "no access" for a keychain that is locked or read-only, Windows for a session without a logon and so
/// without a store.
pub(super) fn classify(error: Error) -> VaultError {
    match error {
        Error::NoStorageAccess(_) if cfg!(windows) => VaultError::Missing { source: Some(error) },
        Error::NoStorageAccess(_) => VaultError::Locked { source: Some(error) },
        other => VaultError::Refused { source: other },
    }
}
