//! A vault that forgets: for tests and for a session that keeps nothing.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use carillon_contract::Secret;

use crate::{Entry, TokenVault, VaultError, VaultState};

/// Holds secrets for as long as it lives.
///
/// [`MemoryVault::turn`] makes it answer as a locked or missing keyring would.
pub struct MemoryVault {
    inside: Mutex<Inside>,
    outlives_process: bool,
}

struct Inside {
    state: VaultState,
    entries: BTreeMap<Entry, Secret>,
}

impl MemoryVault {
    /// Makes an empty vault that is ready.
    pub fn new() -> Self {
        Self {
            inside: Mutex::new(Inside {
                state: VaultState::Ready,
                entries: BTreeMap::new(),
            }),
            outlives_process: true,
        }
    }

    /// Makes one that says of itself that it forgets: what "for this session only" chooses. Another one stands for a
    /// keyring.
    pub fn for_session() -> Self {
        Self {
            outlives_process: false,
            ..Self::new()
        }
    }

    /// Changes how the vault answers from now on; what it holds stays.
    pub fn turn(&self, state: VaultState) {
        self.with(|inside| inside.state = state);
    }

    fn with<T>(&self, act: impl FnOnce(&mut Inside) -> T) -> T {
        // A panic elsewhere can't leave a map of whole secrets half changed.
        act(&mut self.inside.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn when_ready<T>(&self, act: impl FnOnce(&mut BTreeMap<Entry, Secret>) -> T) -> Result<T, VaultError> {
        self.with(|inside| match inside.state {
            VaultState::Ready => Ok(act(&mut inside.entries)),
            VaultState::Locked => Err(VaultError::Locked { source: None }),
            VaultState::Missing => Err(VaultError::Missing { source: None }),
            VaultState::Refused => {
                let reason = String::from("The vault was told to refuse");
                Err(VaultError::Refused {
                    source: keyring_core::Error::NotSupportedByStore(reason),
                })
            }
        })
    }
}

impl Default for MemoryVault {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl TokenVault for MemoryVault {
    async fn get(&self, entry: &Entry) -> Result<Option<Secret>, VaultError> {
        self.when_ready(|entries| entries.get(entry).cloned())
    }

    async fn set(&self, entry: &Entry, secret: &Secret) -> Result<(), VaultError> {
        self.when_ready(|entries| {
            entries.insert(entry.clone(), secret.clone());
        })
    }

    async fn delete(&self, entry: &Entry) -> Result<(), VaultError> {
        self.when_ready(|entries| {
            entries.remove(entry);
        })
    }

    async fn state(&self) -> VaultState {
        self.with(|inside| inside.state)
    }

    fn backend(&self) -> &'static str {
        "memory"
    }

    fn outlives_process(&self) -> bool {
        self.outlives_process
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_vault_that_is_turned_away_never_answers_none() {
        let vault = MemoryVault::new();
        let entry = Entry::token("alice");
        for state in [VaultState::Locked, VaultState::Missing, VaultState::Refused] {
            vault.turn(state);
            assert_eq!(
                vault.get(&entry).await.err().map(|error| error.state()),
                Some(state)
            );
            assert_eq!(vault.state().await, state);
        }
        vault.turn(VaultState::Ready);
        assert!(vault.get(&entry).await.unwrap().is_none());
    }
}
