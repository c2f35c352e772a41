//! The `keyring` crate's stores, and what their errors mean.

#[cfg(any(windows, target_os = "macos"))]
#[path = "builtin.rs"]
mod causes;
#[cfg(not(any(windows, target_os = "macos")))]
#[path = "secret_service.rs"]
mod causes;

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry as Item, Error};
use zeroize::Zeroizing;

use crate::VaultError;
use crate::chunks::Items;

/// Connects to the keyring that `keyring` chooses for this system.
///
/// `keyring` connects once in the life of a process and keeps the outcome. On a system with a bus that is too few: the
/// service may be started later, or restarted. So another try (`again`) makes a store of the same kind itself.
pub(super) fn connect(namespace: &str, again: bool) -> Result<Box<dyn Items>, VaultError> {
    let store = if again { reconnect() } else { first_connection() }.map_err(unreachable)?;
    Ok(Box::new(Keyring {
        store,
        namespace: namespace.to_owned(),
    }))
}

fn first_connection() -> keyring_core::Result<Arc<CredentialStore>> {
    match keyring::Entry::store_status() {
        Ok(()) => keyring_core::get_default_store().ok_or(Error::NoDefaultStore),
        // The outcome is kept by `keyring` and can't be moved out of it: ask anew for an error of our own.
        Err(_) => reconnect(),
    }
}

#[cfg(any(windows, target_os = "macos"))]
fn reconnect() -> keyring_core::Result<Arc<CredentialStore>> {
    // These stores hold no connection: there is nothing to make anew.
    keyring_core::get_default_store().ok_or(Error::NoDefaultStore)
}

#[cfg(not(any(windows, target_os = "macos")))]
fn reconnect() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

struct Keyring {
    store: Arc<CredentialStore>,
    namespace: String,
}

impl Keyring {
    fn item(&self, name: &str) -> Result<Item, VaultError> {
        self.store.build(&self.namespace, name, None).map_err(classify)
    }
}

impl Items for Keyring {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        match self.item(name)?.get_secret() {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(classify(error)),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
        self.item(name)?.set_secret(bytes).map_err(classify)
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        match self.item(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(classify(error)),
        }
    }
}

/// A connection that can't be made means no keyring, whatever the reason.
fn unreachable(error: Error) -> VaultError {
    VaultError::Missing { source: Some(error) }
}

/// Tells locked, missing and refused apart.
fn classify(error: Error) -> VaultError {
    match error {
        Error::NoStorageAccess(_) | Error::PlatformFailure(_) => causes::classify(error),
        Error::NoDefaultStore => VaultError::Missing {
            source: Some(Error::NoDefaultStore),
        },
        // These carry the bytes that were read, which may be part of a secret.
        Error::BadEncoding(_) => VaultError::Refused {
            source: Error::BadEncoding(Vec::new()),
        },
        Error::BadDataFormat(_, cause) => VaultError::Refused {
            source: Error::BadDataFormat(Vec::new(), cause),
        },
        other => VaultError::Refused { source: other },
    }
}
