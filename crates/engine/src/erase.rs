//! Erasing accounts, and what is said of it. What a killed process leaves half done is finished at the next start.

use carillon_contract::receipt::{Keepable, Kept, Receipt, Removable, Removed};
use carillon_contract::{Account, AccountId, UiEvent};
use carillon_link::Server;
use carillon_store::registry::EntryState;
use carillon_store::{AccountStore, Registry, backup};
use carillon_vault::{Entry, TokenVault, VaultError};

use crate::engine::{Engine, Parts};
use crate::error::EngineError;
use crate::home::at_home;
use crate::tokens;

impl Engine {
    /// Erases an account: ends the server's session, then deletes the token, the key and the files. What the key
    /// encrypted can't be read any more, wherever a copy of it lies. Gives what is gone and what is not.
    ///
    /// # Errors
    /// Where something could not be deleted; it is tried again at the next start.
    pub async fn remove_account(&self, id: &AccountId) -> Result<Receipt, EngineError> {
        let _turn = self.turn(id).await;
        // Where they can't be looked at, nothing is touched yet.
        let secrets = Secrets::look(&*self.parts.vault, id).await?;
        self.end(id).await;
        let receipt = self.erase_ended(id, &secrets).await;
        // Also where something stayed: its connection did not.
        self.hub.send(UiEvent::AccountsChanged);
        receipt
    }

    async fn erase_ended(&self, id: &AccountId, secrets: &Secrets) -> Result<Receipt, EngineError> {
        let mut removed = Vec::new();
        let mut session_ended = false;
        // An account whose file can't be opened is removed all the same; the server is not told then.
        match self.reader.store(id).await {
            Ok(store) => {
                count(&store, &mut removed).await;
                session_ended = self.log_out(store.account()).await;
            }
            Err(error) => tracing::info!(%error, account = %id, "The server is not told of the sign-out"),
        }
        self.registry.set_state(id, EntryState::Removing).await?;
        if let Some(store) = self.reader.remove(id).await {
            store.close().await;
        }
        let gone = erase(&self.parts, &self.registry, id).await?;
        if gone.silence {
            let settings = self.registry.settings().await?;
            self.hub.send(UiEvent::Settings { settings });
        }
        let one = u64::from;
        removed.extend([
            entry(Removable::Session, one(session_ended)),
            entry(Removable::Token, one(secrets.token)),
            entry(Removable::Key, one(secrets.key)),
            entry(Removable::Files, gone.files.files),
            entry(Removable::Copies, gone.files.copies),
            entry(Removable::SetAside, gone.set_aside),
            entry(Removable::Silence, one(gone.silence)),
            entry(Removable::Entry, 1),
        ]);
        removed.retain(|removed| removed.count > 0);
        let mut kept = vec![Keepable::AtTheServer];
        kept.extend((!session_ended).then_some(Keepable::Session));
        kept.extend((!secrets.key).then_some(Keepable::Secrets));
        kept.extend([Keepable::Exports, Keepable::Backups]);
        Ok(Receipt {
            account: id.clone(),
            erased_at: self.parts.clock.now(),
            removed,
            kept: kept.into_iter().map(Kept::new).collect(),
        })
    }

    /// Ends the server's session, if it has one; tells whether it took that. That the server is away is no reason to
    /// keep the account.
    async fn log_out(&self, account: &Account) -> bool {
        let tokens = match tokens::read(&*self.parts.vault, &account.id).await {
            Ok(Some(tokens)) => tokens,
            Ok(None) | Err(_) => return false,
        };
        let Ok(platform) = self.platform(account.platform.as_str()) else {
            return false;
        };
        // The address was accepted when the account was added.
        let Ok(server) = Server::parse(&account.server, true) else {
            return false;
        };
        let Some(request) = platform.logout(&tokens) else {
            return false;
        };
        match self.http.call(server.url(), &request).await {
            Ok(response) => (200..300).contains(&response.status),
            Err(cause) => {
                tracing::info!(%cause, "The server was not told of the sign-out");
                false
            }
        }
    }
}

fn entry(what: Removable, count: u64) -> Removed {
    Removed { what, count }
}

/// Counts what goes with a file. One that can't be read goes all the same.
async fn count(store: &AccountStore, removed: &mut Vec<Removed>) {
    let rows = |count: i64| u64::try_from(count).unwrap_or(0);
    match store.totals().await {
        Ok(totals) => removed.extend([
            entry(Removable::Notices, rows(totals.notices)),
            entry(Removable::Events, rows(totals.events)),
        ]),
        Err(error) => tracing::info!(%error, "Count what is erased"),
    }
    match store.outbox().await {
        Ok(outbox) => removed.push(entry(
            Removable::Outbox,
            u64::try_from(outbox.len()).unwrap_or(u64::MAX),
        )),
        Err(error) => tracing::info!(%error, "Count what is erased"),
    }
}

/// Which secrets of an account are where secrets are kept now.
struct Secrets {
    token: bool,
    key: bool,
}

impl Secrets {
    async fn look(vault: &dyn TokenVault, id: &AccountId) -> Result<Self, EngineError> {
        let is_there = async |entry: Entry| match vault.get(&entry).await {
            Ok(found) => Ok(found.is_some()),
            // Parts of it are there, and are deleted.
            Err(VaultError::Torn { .. }) => Ok(true),
            Err(error) => Err(error),
        };
        Ok(Self {
            token: is_there(Entry::token(id.as_str())).await?,
            key: is_there(Entry::database_key(id.as_str())).await?,
        })
    }
}

/// What was deleted of an account beside its secrets.
#[derive(Debug, Default)]
pub(crate) struct Gone {
    files: backup::Deleted,
    set_aside: u64,
    silence: bool,
}

/// Deletes everything of an account, the secrets first.
pub(crate) async fn erase(parts: &Parts, registry: &Registry, id: &AccountId) -> Result<Gone, EngineError> {
    parts.vault.delete(&Entry::token(id.as_str())).await?;
    parts.vault.delete(&Entry::database_key(id.as_str())).await?;
    forget(parts, registry, id).await
}

/// Takes away what is left of an account whose secrets are gone.
async fn forget(parts: &Parts, registry: &Registry, id: &AccountId) -> Result<Gone, EngineError> {
    let mut gone = Gone {
        files: backup::delete(&parts.home.account(id)).map_err(at_home)?,
        ..Gone::default()
    };
    // What was to take the place of a damaged file.
    for path in [parts.home.anew(id), parts.home.making(id)] {
        gone.files.files += backup::delete(&path).map_err(at_home)?.files;
    }
    let aside = parts.home.aside(id).map_err(|source| EngineError::Home {
        path: parts.home.account(id),
        source,
    })?;
    for file in aside {
        gone.set_aside += u64::from(backup::remove_if_there(file).map_err(at_home)?);
    }
    let mut settings = registry.settings().await?;
    if settings.notifications.silenced.remove(id) {
        registry.set_settings(&settings).await?;
        gone.silence = true;
    }
    registry.strike(id).await?;
    Ok(gone)
}

/// Finishes what a killed process left half done.
pub(crate) async fn finish(parts: &Parts, registry: &Registry) -> Result<(), EngineError> {
    for entry in registry.entries().await? {
        match entry.state {
            EntryState::Ready => {}
            EntryState::Adding | EntryState::Removing => {
                if let Err(error) = erase(parts, registry, &entry.id).await {
                    tracing::warn!(%error, "Finish removing an account; it is tried again at the next start");
                }
            }
        }
    }
    let passing = registry.passing().await?;
    let mut left = Vec::new();
    for id in &passing {
        let key = Entry::database_key(id.as_str());
        if matches!(parts.vault.get(&key).await, Ok(Some(_))) {
            // The process that added it is still this one.
            left.push(id.clone());
        } else {
            if let Err(error) = forget(parts, registry, id).await {
                tracing::warn!(%error, "Take away an account of a session that is over; it is tried again");
                left.push(id.clone());
            }
        }
    }
    if left != passing {
        registry.keep_passing(&left).await?;
    }
    Ok(())
}
