//! Adding accounts. How they are erased stands in [`crate::erase`].

use carillon_contract::{Account, AccountId, Secret};
use carillon_link::Server;
use carillon_platforms::{Claims, Platform, Tokens};
use carillon_store::registry::EntryState;
use carillon_store::{AccountStore, DatabaseKey};
use carillon_vault::{Entry, VaultError, VaultState};
use uuid::Uuid;

use crate::engine::Engine;
use crate::erase::erase;
use crate::error::EngineError;
use crate::tokens;

/// How a person proves who they are.
pub enum SignIn {
    /// With a name and a password, at the server.
    Password {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// With a token that the platform gave them elsewhere.
    Token(Secret),
}

/// What adding an account came to.
pub struct Added {
    /// The account.
    pub account: Account,
    /// Whether it was there already and only its token is new: the same person on the same server is one
    /// account.
    pub renewed: bool,
    /// What it was signed in with before, where it was there already.
    before: Option<Tokens>,
}

impl Engine {
    /// Adds an account. No socket is opened: who it is, the token says.
    ///
    /// # Errors
    /// What was wrong; nothing is kept then.
    pub async fn add_account(
        &self,
        platform: &str,
        server: &Server,
        sign_in: SignIn,
    ) -> Result<Added, EngineError> {
        let platform = self.platform(platform)?;
        // Before a password is sent anywhere: is there a place for what it gives?
        match self.parts.vault.state().await {
            VaultState::Ready => {}
            state => return Err(EngineError::VaultState(state)),
        }
        let tokens =
            match sign_in {
                SignIn::Password { username, password } => {
                    let request = platform.login(&username, &password);
                    let response = self.http.call(server.url(), &request).await.map_err(|cause| {
                        EngineError::Server {
                            cause,
                            server: server.as_text(),
                        }
                    })?;
                    platform.read_tokens(&response)?
                }
                SignIn::Token(token) => Tokens {
                    access: trimmed(&token),
                    refresh: None,
                },
            };
        let claims = Claims::read(&tokens.access).ok_or(EngineError::NotAToken)?;
        let identity = platform.identity(&claims)?;
        let platform_id = platform.profile().platform_id();
        let sameness = self
            .registry
            .sameness(&platform_id, &server.as_text(), &identity.user_id);
        // One at a time: two who add the same person would both find that there is none.
        let _adding = self.adding.lock().await;
        if let Some(id) = self.registry.unfinished(&sameness).await? {
            // A removal that the vault broke off stands in the way.
            let _turn = self.turn(&id).await;
            erase(&self.parts, &self.registry, &id).await?;
        }
        if let Some(id) = self.registry.find(&sameness).await? {
            // A cache that nobody can open now is not thrown away unasked: its key may be in another vault.
            let store = self.reader.store(&id).await?;
            let before = match tokens::read(&*self.parts.vault, &id).await {
                // What does not hold together is made whole by writing it anew.
                Err(VaultError::Torn { .. }) => None,
                read => read?,
            };
            self.renew_sign_in(&id, &tokens).await?;
            return Ok(Added {
                account: store.account().clone(),
                renewed: true,
                before,
            });
        }
        let account = Account {
            id: AccountId::new(Uuid::now_v7().to_string()),
            platform: platform_id,
            server: server.as_text(),
            identity,
            created_at: self.parts.clock.now(),
        };
        self.registry
            .begin(&account.id, &account.platform, &sameness, account.created_at)
            .await?;
        if !self.parts.vault.outlives_process() {
            self.registry.set_passing(&account.id).await?;
        }
        match self.make(&account, &tokens).await {
            Ok(store) => self.reader.add(store),
            Err(error) => {
                // Best effort: what stays behind is taken away at the next start.
                if let Err(error) = erase(&self.parts, &self.registry, &account.id).await {
                    tracing::warn!(%error, "Take back an account that could not be added");
                }
                return Err(error);
            }
        }
        self.hub.send(carillon_contract::UiEvent::AccountsChanged);
        Ok(Added {
            account,
            renewed: false,
            before: None,
        })
    }

    /// Takes back what [`Engine::add_account`] did: a new account is removed, another one is signed in as before.
    ///
    /// # Errors
    /// Where that could not be done.
    pub async fn take_back(&self, added: Added) -> Result<(), EngineError> {
        if !added.renewed {
            return self.remove_account(&added.account.id).await.map(drop);
        }
        match added.before {
            Some(before) => self.renew_sign_in(&added.account.id, &before).await,
            // It was signed out: the new token is no worse than none.
            None => Ok(()),
        }
    }

    /// Keeps what a person signed in with once more. An account that runs has read the old tokens, so it begins anew:
    /// else its next refresh would write over the new ones.
    async fn renew_sign_in(&self, id: &AccountId, tokens: &Tokens) -> Result<(), EngineError> {
        let was_running = {
            let _turn = self.turn(id).await;
            let was_running = self.end(id).await;
            tokens::keep(&*self.parts.vault, id, tokens).await?;
            was_running
        };
        if was_running {
            self.start_account(id).await?;
        }
        Ok(())
    }

    async fn make(&self, account: &Account, tokens: &Tokens) -> Result<AccountStore, EngineError> {
        let vault = &*self.parts.vault;
        let key = DatabaseKey::generate()?;
        // The key first: a file whose key was lost could never be read.
        vault
            .set(&Entry::database_key(account.id.as_str()), key.as_secret())
            .await?;
        let store = AccountStore::create(&self.parts.home.account(&account.id), &key, account).await?;
        tokens::keep(vault, &account.id, tokens).await?;
        self.registry.keep_profile(account, &key).await?;
        self.registry.set_state(&account.id, EntryState::Ready).await?;
        Ok(store)
    }

    /// Notes that an account is one of the demo's, so that it can be told.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn mark_demo(&self, id: &AccountId) -> Result<(), EngineError> {
        self.registry.set_demo(id).await?;
        self.hub.send(carillon_contract::UiEvent::AccountsChanged);
        Ok(())
    }

    /// Notes another address of an account's server, and disconnects the account if it is another. It is the same
    /// account on the same server: nothing else of it changes.
    ///
    /// # Errors
    /// Where its file or the registry can't be written.
    pub async fn move_account(&self, id: &AccountId, server: &Server) -> Result<(), EngineError> {
        let store = self.reader.store(id).await?;
        let account = store.account().clone();
        if account.server == server.as_text() {
            return Ok(());
        }
        let _turn = self.turn(id).await;
        self.end(id).await;
        store.set_server(server.as_text()).await?;
        let sameness =
            self.registry
                .sameness(&account.platform, &server.as_text(), &account.identity.user_id);
        self.registry.set_sameness(id, &sameness).await?;
        // It is opened anew, with what it says now, by whoever asks for it next.
        if let Some(store) = self.reader.remove(id).await {
            store.close().await;
        }
        self.hub.send(carillon_contract::UiEvent::AccountsChanged);
        Ok(())
    }

    /// The adapter of a platform.
    pub(crate) fn platform(&self, name: &str) -> Result<std::sync::Arc<dyn Platform>, EngineError> {
        let id = carillon_contract::PlatformId::new(name);
        self.parts
            .platforms
            .get(&id)
            .ok_or_else(|| EngineError::unknown_platform(name, &self.parts.platforms))
    }
}

/// A token as it was pasted, without the line break behind it.
fn trimmed(token: &Secret) -> Secret {
    Secret::new(token.expose().trim().to_owned())
}
