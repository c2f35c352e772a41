//! Reading without owning: for the window, and for commands that run beside the owner of the data folder.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carillon_contract::history::HistoryLine;
use carillon_contract::settings::Settings;
use carillon_contract::view::NoticeFilter;
use carillon_contract::{Account, AccountId, ConnectionState, Notice};
use carillon_store::inbox::PageKey;
use carillon_store::registry::{Entry, EntryState};
use carillon_store::{AccountStore, DatabaseKey, Registry, StoreError};
use carillon_vault::{Entry as VaultEntry, TokenVault, VaultState};
use futures_util::future::join_all;
use tokio::sync::OnceCell;

use crate::error::EngineError;
use crate::home::Home;
use crate::mend::Mender;
use crate::status::{AccountStatus, OpenAccount, Status, VaultStatus};

/// Gaps that a status shows.
const GAPS: u32 = 20;

/// Lines of the connection's history that are shown.
const HISTORY: u32 = 50;

/// Reads the data folder.
pub struct Reader {
    home: Home,
    vault: Arc<dyn TokenVault>,
    /// Files that are open, or are being opened: each once, and none of them behind another. The lock is never held
    /// while anything is waited for.
    open: Mutex<BTreeMap<AccountId, Arc<Slot>>>,
    /// What opens files as their owner; without it they are read beside their owner.
    mender: Option<Mender>,
}

/// An account's file.
#[derive(Default)]
struct Slot {
    cell: OnceCell<AccountStore>,
    /// The file as it was open before it was found to be damaged. It is closed before the cell is filled.
    damaged: Option<AccountStore>,
}

impl Reader {
    /// Reads beside whoever owns the folder.
    pub fn beside(home: Home, vault: Arc<dyn TokenVault>) -> Self {
        Self {
            home,
            vault,
            open: Mutex::default(),
            mender: None,
        }
    }

    /// Reads through the files that the owner opens.
    pub(crate) fn of_owner(mender: Mender, vault: Arc<dyn TokenVault>) -> Self {
        Self {
            home: mender.home.clone(),
            vault,
            open: Mutex::default(),
            mender: Some(mender),
        }
    }

    /// Makes an open file available.
    pub(crate) fn add(&self, store: AccountStore) {
        let id = store.account().id.clone();
        let slot = Slot {
            cell: OnceCell::from(store),
            damaged: None,
        };
        self.open().insert(id, Arc::new(slot));
    }

    /// Lets go of an account's file. One that is just being opened is waited for.
    pub(crate) async fn remove(&self, id: &AccountId) -> Option<AccountStore> {
        let slot = self.open().remove(id)?;
        let open = slot.cell.get_or_try_init(|| std::future::ready(Err(()))).await;
        open.ok().or(slot.damaged.as_ref()).cloned()
    }

    /// The files that are open.
    pub(crate) fn opened(&self) -> Vec<AccountStore> {
        self.open()
            .values()
            .filter_map(|slot| slot.cell.get().cloned())
            .collect()
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<AccountId, Arc<Slot>>> {
        // Nothing panics while it is held.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The accounts that are complete, in their order.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn entries(&self) -> Result<Vec<Entry>, EngineError> {
        let Some(registry) = Registry::open_to_read(&self.home.registry()).await? else {
            return Ok(Vec::new());
        };
        let mut entries = registry.entries().await?;
        entries.retain(|entry| entry.state == EntryState::Ready);
        Ok(entries)
    }

    /// What the person chose; the defaults where there is no registry yet.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn settings(&self) -> Result<Settings, EngineError> {
        Ok(Registry::settings_of(&self.home.registry()).await?)
    }

    /// The account's file. One that was found to be damaged is closed, and what takes its place is opened.
    ///
    /// # Errors
    /// Where it can't be opened now; [`EngineError::KeyMissing`] where the vault has no key for it. The file stays
    /// as it is.
    pub async fn store(&self, id: &AccountId) -> Result<AccountStore, EngineError> {
        let slot = self.slot(id);
        let store = slot
            .cell
            .get_or_try_init(|| self.open_file(id, slot.damaged.as_ref()))
            .await?;
        Ok(store.clone())
    }

    fn slot(&self, id: &AccountId) -> Arc<Slot> {
        let mut open = self.open();
        let slot = open.entry(id.clone()).or_default();
        if let Some(store) = slot.cell.get()
            && self.mender.is_some()
            && store.is_damaged()
        {
            *slot = Arc::new(Slot {
                damaged: Some(store.clone()),
                cell: OnceCell::new(),
            });
        }
        Arc::clone(slot)
    }

    async fn open_file(
        &self,
        id: &AccountId,
        damaged: Option<&AccountStore>,
    ) -> Result<AccountStore, EngineError> {
        if self.mender.is_some() && !self.entries().await?.iter().any(|entry| entry.id == *id) {
            return Err(EngineError::UnknownAccount(id.to_string()));
        }
        let key = database_key(&*self.vault, id).await?;
        let Some(mender) = &self.mender else {
            return Ok(AccountStore::open_to_read(&self.home.account(id), &key).await?);
        };
        if let Some(damaged) = damaged {
            damaged.clone().close().await;
        }
        mender.open(id, &key, damaged.is_some()).await
    }

    /// Finds the account that a person means: by id, the beginning of it, the user's name or id; with no word
    /// the only one there is.
    ///
    /// # Errors
    /// Where none or several fit, or its file can't be opened.
    pub async fn account(&self, word: Option<&str>) -> Result<Account, EngineError> {
        let id = self.find(word).await?;
        Ok(self.store(&id).await?.account().clone())
    }

    /// As [`Reader::account`]; an account whose file can't be opened is found by its id.
    ///
    /// # Errors
    /// Where none or several fit.
    pub async fn find(&self, word: Option<&str>) -> Result<AccountId, EngineError> {
        let (mut found, mut closed) = (Vec::new(), None);
        for entry in self.entries().await? {
            let fits = match word {
                None => true,
                Some(word) if entry.id.as_str().starts_with(word) => true,
                Some(word) => match self.store(&entry.id).await {
                    Ok(store) => {
                        let identity = &store.account().identity;
                        identity.user_id == word || identity.name.as_deref() == Some(word)
                    }
                    // It may be the one that is meant.
                    Err(error) => {
                        closed.get_or_insert(error);
                        false
                    }
                },
            };
            if fits {
                found.push(entry.id);
            }
        }
        if found.is_empty()
            && let Some(error) = closed
        {
            return Err(error);
        }
        match (found.pop(), found.is_empty(), word) {
            (Some(only), true, _) => Ok(only),
            (Some(_), false, _) => Err(EngineError::WhichAccount),
            (None, _, Some(word)) => Err(EngineError::UnknownAccount(word.to_owned())),
            (None, _, None) => Err(EngineError::NoAccount),
        }
    }

    /// All accounts, or those whose files can be read with why the others can't.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn accounts(&self) -> Result<Vec<(Entry, Result<Account, EngineError>)>, EngineError> {
        let entries = self.entries().await?;
        let accounts = entries.iter().map(async |entry| {
            let store = self.store(&entry.id).await?;
            Ok(store.account().clone())
        });
        let accounts = join_all(accounts).await;
        Ok(entries.into_iter().zip(accounts).collect())
    }

    /// How everything stands.
    ///
    /// # Errors
    /// Where the registry can't be read. An account's file that can't be read is part of the answer.
    pub async fn status(&self) -> Result<Status, EngineError> {
        let owner = match &self.mender {
            None => self.home.owner()?,
            Some(_) => Some(std::process::id()),
        };
        let state = self.vault.state().await;
        let accounts = self.entries().await?.into_iter().map(async |entry| {
            match self.content(&entry.id, owner.is_some()).await {
                Ok(open) => AccountStatus::Open(Box::new(open)),
                Err(error) => AccountStatus::Closed {
                    id: entry.id,
                    platform: entry.platform,
                    error: (&error).into(),
                },
            }
        });
        let accounts = join_all(accounts).await;
        Ok(Status {
            home: self.home.folder().display().to_string(),
            owner,
            vault: VaultStatus {
                backend: self.vault.backend(),
                state: format!("{state:?}").to_lowercase(),
                sentence: match (self.vault.backend(), state) {
                    // The general words speak of keyrings.
                    ("sealed-file", VaultState::Missing) => {
                        "The sealed file is made when the first account is added."
                    }
                    _ => state.sentence(),
                },
            },
            accounts,
        })
    }

    async fn content(&self, id: &AccountId, owned: bool) -> Result<OpenAccount, EngineError> {
        let store = self.store(id).await?;
        let seen = store.last_seen().await?;
        let complete_until = seen.as_ref().and_then(|seen| seen.complete_until);
        let mut connection = seen.map(|seen| seen.status);
        if let Some(status) = connection.as_mut()
            && !owned
        {
            // A process that was killed could not say that it is gone.
            status.state = ConnectionState::Disconnected;
            status.socket_id = None;
        }
        let socket = connection.as_ref().and_then(|status| status.socket_id.clone());
        Ok(OpenAccount {
            account: store.account().clone(),
            complete_until,
            rooms: store.topics(socket.as_deref()).await?,
            counts: store.counts().await?,
            kept: store.event_counts().await?.0,
            storage: store.storage().await?,
            unread: store.unread().await?,
            gaps: store.gaps(GAPS).await?,
            history: store.history(HISTORY).await?,
            tuning: store.tuning().await?,
            set_aside: self.home.all_set_aside(id),
            cursor: store.cursor().await?.map(|cursor| cursor.number),
            connection,
        })
    }

    /// What an account's connection did, newest first: the last 50 lines.
    ///
    /// # Errors
    /// Where the account's file can't be read.
    pub async fn history(&self, id: &AccountId) -> Result<Vec<HistoryLine>, EngineError> {
        Ok(self.store(id).await?.history(HISTORY).await?)
    }

    /// A page of the inbox over these accounts, newest first, behind a notice of one of them.
    ///
    /// # Errors
    /// Where an account's file can't be read.
    pub async fn inbox(
        &self,
        accounts: &[AccountId],
        filter: NoticeFilter,
        behind: Option<&Notice>,
        limit: u32,
    ) -> Result<Vec<Notice>, EngineError> {
        let mut notices = Vec::new();
        for id in accounts {
            let from = behind.map_or(PageKey::FIRST, |notice| page_key(id, notice));
            notices.extend(self.store(id).await?.inbox(filter, from, limit).await?);
        }
        Ok(newest(notices, limit))
    }

    /// Notices that hold every word, over these accounts, newest first; with `unread` only those that are.
    ///
    /// # Errors
    /// Where an account's file can't be read.
    pub async fn search(
        &self,
        accounts: &[AccountId],
        text: &str,
        unread: bool,
        limit: u32,
    ) -> Result<Vec<Notice>, EngineError> {
        let mut notices = Vec::new();
        for id in accounts {
            notices.extend(self.store(id).await?.search(text, unread, limit).await?);
        }
        Ok(newest(notices, limit))
    }
}

/// Where an account's part of a page begins. Notices of the same millisecond stand in the order of their accounts
/// and numbers, so that no page repeats or leaves out one of them.
fn page_key(account: &AccountId, behind: &Notice) -> PageKey {
    let id = match account.cmp(&behind.account) {
        Ordering::Less => i64::MAX,
        Ordering::Equal => behind.id,
        Ordering::Greater => i64::MIN,
    };
    PageKey {
        occurred_at: behind.occurred_at,
        id,
    }
}

/// Merges the accounts' pages: by the time of the event, newest first.
fn newest(mut notices: Vec<Notice>, limit: u32) -> Vec<Notice> {
    notices.sort_by(|one, two| {
        let by_time = two.occurred_at.cmp(&one.occurred_at);
        by_time
            .then_with(|| two.account.cmp(&one.account))
            .then_with(|| two.id.cmp(&one.id))
    });
    notices.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    notices
}

/// The key of an account's file. A key that is missing is never made anew: the file would be lost.
pub(crate) async fn database_key(vault: &dyn TokenVault, id: &AccountId) -> Result<DatabaseKey, EngineError> {
    let secret = vault.get(&VaultEntry::database_key(id.as_str())).await?;
    let secret = secret.ok_or(EngineError::KeyMissing {
        backend: vault.backend(),
    })?;
    Ok(DatabaseKey::from_secret(secret).map_err(|_| StoreError::MalformedKey)?)
}
