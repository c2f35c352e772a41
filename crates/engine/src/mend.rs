//! Opening an account's file as its owner: one that is damaged is set aside, and another takes its place.
//!
//! The new file is complete before the damaged one is moved, and is moved in last: whenever the process dies, the next
//! start finds one of the two, or the new one ready to be moved.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use carillon_contract::{Account, AccountId, Timestamp, UiEvent};
use carillon_store::inbox::PageKey;
use carillon_store::salvage::{Salvage, Told};
use carillon_store::{AccountStore, DatabaseKey, Registry, StoreError, backup};

use crate::clock::Clock;
use crate::error::EngineError;
use crate::home::Home;
use crate::notify::{Notifier, decide};
use crate::publish::Hub;

/// How long damage that was met and not found counts: two such meetings far apart have nothing to do with each other.
const REMEMBERED: Duration = Duration::from_hours(24);

/// Notices of a new file that are told: it has one.
const TOLD: u32 = 1;

/// Opens files, and replaces those that are damaged. Only the owner of the data folder has one.
pub(crate) struct Mender {
    pub(crate) home: Home,
    pub(crate) registry: Arc<Registry>,
    pub(crate) hub: Hub,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) notifier: Arc<dyn Notifier>,
    /// Accounts in whose file this process has met damage that a look at all of it did not find, and when.
    pub(crate) unfounded: Mutex<BTreeMap<AccountId, Timestamp>>,
}

impl Mender {
    /// Opens an account's file. With `doubt`, somebody has met damage in it.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] and others leave the file as it is; so does [`StoreError::Damaged`], where nobody can
    /// say any more whose file it was.
    pub(crate) async fn open(
        &self,
        id: &AccountId,
        key: &DatabaseKey,
        doubt: bool,
    ) -> Result<AccountStore, EngineError> {
        self.finish(id, key).await?;
        let error = match self.look(id, key, doubt).await {
            Ok(store) => {
                // Only what a day without a readable file needs: no reason to keep the account closed today.
                if let Err(error) = self.registry.keep_profile(store.account(), key).await {
                    tracing::warn!(%error, "Keep what outlives a damaged cache");
                }
                return Ok(store);
            }
            Err(error) => error,
        };
        let path = self.home.account(id);
        match (&error, self.registry.key_fits(id, key).await?) {
            (StoreError::Damaged, Some(true) | None) | (StoreError::WrongKey { .. }, Some(true)) => {}
            (StoreError::Damaged, Some(false)) => return Err(StoreError::WrongKey { path }.into()),
            _ => return Err(error.into()),
        }
        // An account from before this was kept has said nothing, and its file can't be trusted to.
        let Some(account) = self.registry.profile(id, key).await? else {
            return Err(StoreError::Damaged.into());
        };
        self.replace(&path, key, &account).await
    }

    async fn look(&self, id: &AccountId, key: &DatabaseKey, doubt: bool) -> Result<AccountStore, StoreError> {
        if doubt && self.was_doubted(id) {
            return Err(StoreError::Damaged);
        }
        let store = AccountStore::open(&self.home.account(id), key).await?;
        match store.examine(key, doubt).await {
            Ok(health) => {
                let explained = health.index_renewed || health.wrong_counts > 0;
                if doubt && !explained {
                    // Met once more soon, it is believed.
                    self.unfounded().insert(id.clone(), self.clock.now());
                }
                Ok(store)
            }
            Err(StoreError::Damaged) => {
                store.close().await;
                Err(StoreError::Damaged)
            }
            Err(error) => {
                // A full disk keeps nobody from reading what is there.
                tracing::warn!(%error, "Look whether the cache is as it was written");
                Ok(store)
            }
        }
    }

    async fn replace(
        &self,
        path: &Path,
        key: &DatabaseKey,
        account: &Account,
    ) -> Result<AccountStore, EngineError> {
        let (id, now) = (&account.id, self.clock.now());
        tracing::error!(account = %id, "The cache is damaged; it is set aside, and a new one takes its place");
        let salvage = Salvage::read(path, key).await?;
        let (making, anew) = (self.home.making(id), self.home.anew(id));
        backup::delete(&making)?;
        let made = salvage
            .make_anew(&making, key, account, &told(&salvage), now)
            .await;
        if let Err(error) = made {
            // Half a file is none, and takes the room that may be missing.
            let _ = backup::delete(&making);
            return Err(error.into());
        }
        rename(&making, &anew)?;
        let aside = self.home.set_aside(id, now)?;
        tracing::warn!(account = %id, file = %aside.display(), "The damaged cache was set aside");
        rename(&anew, path)?;
        self.unfounded().remove(id);
        let store = AccountStore::open(path, key).await?;
        self.tell(&store).await;
        Ok(store)
    }

    /// Goes on where a process was killed between making the new file and moving it to its place.
    async fn finish(&self, id: &AccountId, key: &DatabaseKey) -> Result<(), EngineError> {
        let anew = self.home.anew(id);
        // With another key nothing is moved.
        if !anew.exists() || self.registry.key_fits(id, key).await? == Some(false) {
            return Ok(());
        }
        let path = self.home.account(id);
        if path.exists() {
            self.home.set_aside(id, self.clock.now())?;
        }
        rename(&anew, &path)
    }

    async fn tell(&self, store: &AccountStore) {
        match store.must_see(PageKey::FIRST, TOLD).await {
            Ok(notices) => {
                for ring in decide(&notices) {
                    self.notifier.show(&ring);
                }
            }
            Err(error) => tracing::warn!(%error, "Read what is to be told of a damaged cache"),
        }
        // Everything of this account is otherwise now.
        self.hub.send(UiEvent::Resync);
    }

    /// Whether damage was met lately that was not found.
    fn was_doubted(&self, id: &AccountId) -> bool {
        let met = self.unfounded().get(id).copied();
        met.is_some_and(|met| self.clock.now().since(met) < REMEMBERED)
    }

    fn unfounded(&self) -> MutexGuard<'_, BTreeMap<AccountId, Timestamp>> {
        // Nothing panics while it is held.
        self.unfounded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn told(salvage: &Salvage) -> Told {
    let kept = if salvage.partly {
        "Not all of the topics, the connection's settings and what waits to be sent could be read: please look at \
         them."
    } else {
        "Topics, the connection's settings and what waits to be sent were kept."
    };
    Told {
        title: "This account's cache was damaged and began anew".to_owned(),
        body: format!(
            "The damaged file was set aside, and what the server still has is fetched again. {kept} If this \
             happens again, have the disk checked."
        ),
    }
}

fn rename(from: &PathBuf, to: &Path) -> Result<(), EngineError> {
    fs::rename(from, to).map_err(|source| EngineError::Home {
        path: from.clone(),
        source,
    })
}
