//! An account's tokens: read from the vault, renewed at the server, kept again.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use carillon_contract::{AccountId, Secret, Timestamp};
use carillon_link::http::Http;
use carillon_link::{Cause, Credentials, RefreshError, Server, TokenError};
use carillon_platforms::{Claims, Platform, SignInError, Tokens};
use carillon_vault::{Entry, TokenVault, VaultError};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;

/// Keeps tokens in the vault.
///
/// # Errors
/// Where the vault does not take them.
pub(crate) async fn keep(
    vault: &dyn TokenVault,
    account: &AccountId,
    tokens: &Tokens,
) -> Result<(), VaultError> {
    write(vault, account, tokens, false).await
}

async fn write(
    vault: &dyn TokenVault,
    account: &AccountId,
    tokens: &Tokens,
    refused: bool,
) -> Result<(), VaultError> {
    let text = json!({
        "access": tokens.access.expose(),
        "refresh": tokens.refresh.as_ref().map(Secret::expose),
        "refused": refused,
    });
    vault
        .set(&Entry::token(account.as_str()), &Secret::new(text.to_string()))
        .await
}

/// Reads tokens from the vault; `None` where there are none, or none of ours, or the server refused them for good.
///
/// # Errors
/// Where the vault can't be asked: that is not "signed out".
pub(crate) async fn read(vault: &dyn TokenVault, account: &AccountId) -> Result<Option<Tokens>, VaultError> {
    #[derive(Deserialize)]
    struct Kept {
        access: String,
        refresh: Option<String>,
        #[serde(default)]
        refused: bool,
    }
    let kept = vault.get(&Entry::token(account.as_str())).await?;
    Ok(kept.and_then(|text| {
        let kept: Kept = serde_json::from_str(text.expose()).ok()?;
        (!kept.refused).then(|| Tokens {
            access: Secret::new(kept.access),
            refresh: kept.refresh.map(Secret::new),
        })
    }))
}

/// The credentials of one account's link.
pub(crate) struct AccountTokens {
    pub(crate) shared: Arc<Shared>,
    /// The account's tasks, which are waited for when it stops.
    pub(crate) tasks: TaskTracker,
    /// Says that the account stops.
    pub(crate) stop: CancellationToken,
}

/// How long until a vault that did not take a renewed token is tried again; doubled with each further try.
const SAVE_AGAIN: Duration = Duration::from_secs(1);
/// The longest time between two of these.
const SAVE_AGAIN_AT_MOST: Duration = Duration::from_secs(60);

/// The longest time before its end at which a token is replaced, before it is spread.
const AHEAD_AT_MOST: Duration = Duration::from_secs(10 * 60);

/// What a refresh needs, also when whoever asked for it has gone.
pub(crate) struct Shared {
    pub(crate) account: AccountId,
    pub(crate) server: Server,
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) vault: Arc<dyn TokenVault>,
    pub(crate) http: Http,
    pub(crate) clock: Arc<dyn Clock>,
    /// What the vault holds, once it was read. The lock also makes refreshes come one after another.
    pub(crate) kept: Mutex<Option<Kept>>,
    /// The access token that was in use last.
    pub(crate) last: Mutex<Option<Secret>>,
}

/// Tokens in use.
#[derive(Clone)]
pub(crate) struct Kept {
    tokens: Tokens,
    /// When this process got them from the server, by the steady clock and by the time of day; `None` for those that
    /// were in the vault.
    fetched: Option<(Instant, Timestamp)>,
    /// The refresh token that the vault still holds instead: it did not take these.
    unsaved_over: Option<Secret>,
}

/// How long ago that was. While a computer sleeps some systems stop the steady clock, and anybody may set the other.
fn age((steady, day): (Instant, Timestamp), now: Timestamp) -> Duration {
    steady.elapsed().max(now.since(day))
}

impl Kept {
    /// Tells whether the access token has run out by its own claims.
    fn has_ended(&self, now: Timestamp) -> bool {
        let Some(claims) = Claims::read(&self.tokens.access) else {
            return false;
        };
        match self.fetched {
            // This computer's clock may be wrong; how long ago it was, and how long it lives, are not.
            Some(at) => claims.lifetime().is_some_and(|lifetime| age(at, now) >= lifetime),
            None => claims.expires_at().is_some_and(|at| at <= now),
        }
    }

    /// How long the access token is good for yet, and how long it is in all, by its own claims.
    fn left(&self, now: Timestamp) -> Option<(Duration, Duration)> {
        let claims = Claims::read(&self.tokens.access)?;
        let left = match self.fetched {
            Some(at) => claims.lifetime()?.saturating_sub(age(at, now)),
            None => claims.expires_at()?.since(now),
        };
        Some((left, claims.lifetime().unwrap_or(left)))
    }
}

impl Shared {
    async fn load(&self, kept: &mut Option<Kept>) -> Result<Option<Kept>, Cause> {
        if kept.is_none() {
            let read = read(&*self.vault, &self.account).await;
            let tokens = read.map_err(|error| Cause::Vault(error.to_string()))?;
            *kept = tokens.map(|tokens| Kept {
                tokens,
                fetched: None,
                unsaved_over: None,
            });
        }
        if let Some(kept) = kept {
            *self.last.lock().await = Some(kept.tokens.access.clone());
        }
        Ok(kept.clone())
    }

    /// Marks what the vault holds as refused, where it is what was in use last.
    async fn discard(&self) {
        let mut kept = self.kept.lock().await;
        *kept = None;
        let Some(last) = self.last.lock().await.take() else {
            return;
        };
        let marked = match read(&*self.vault, &self.account).await {
            Ok(Some(tokens)) if tokens.access.expose() == last.expose() => {
                write(&*self.vault, &self.account, &tokens, true).await
            }
            // Somebody signed in anew meanwhile, or out.
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = marked {
            // The next process tries it once, and is refused.
            tracing::warn!(%error, account = %self.account, "Mark a token as refused");
        }
    }

    async fn refresh(&self) -> Result<(), RefreshError> {
        let mut kept = self.kept.lock().await;
        let renewed = self.renew(&mut kept).await;
        if matches!(renewed, Err(RefreshError::Refused)) {
            // What the person signs in with next is in the vault, not here.
            *kept = None;
        }
        renewed
    }

    async fn renew(&self, kept: &mut Option<Kept>) -> Result<(), RefreshError> {
        let now = self.load(kept).await.map_err(RefreshError::Failed)?;
        let Some(now) = now else {
            return Err(RefreshError::Refused);
        };
        let Some(refresh) = now.tokens.refresh else {
            return Err(RefreshError::Refused);
        };
        let request = self.platform.refresh(&refresh);
        let response = self
            .http
            .call(self.server.url(), &request)
            .await
            .map_err(RefreshError::Failed)?;
        let mut fresh = self
            .platform
            .read_tokens(&response)
            .map_err(|error| match error {
                SignInError::Refused(_) | SignInError::Incomplete(_) => RefreshError::Refused,
                SignInError::TryLater { after_s } => RefreshError::Failed(Cause::Busy {
                    after: after_s.map(Duration::from_secs),
                }),
                SignInError::ServerTrouble(_) => RefreshError::Failed(Cause::Unreachable),
                SignInError::NotThisPlatform(_) => RefreshError::Failed(Cause::NotSocketIo),
            })?;
        // A server that does not rotate sends none: the old one stays good.
        let in_vault = now.unsaved_over.unwrap_or_else(|| refresh.clone());
        fresh.refresh = fresh.refresh.or(Some(refresh));
        let mut unsaved_over = None;
        if let Err(error) = keep(&*self.vault, &self.account, &fresh).await {
            // The server has taken the old one back, so this one is used though it may not outlive this process.
            tracing::warn!(%error, account = %self.account, "Keep the renewed token; it is tried again");
            unsaved_over = Some(in_vault);
        }
        *self.last.lock().await = Some(fresh.access.clone());
        *kept = Some(Kept {
            tokens: fresh,
            fetched: Some((Instant::now(), self.clock.now())),
            unsaved_over,
        });
        Ok(())
    }

    /// Tries to keep what the vault did not take; tells whether nothing is left to be kept.
    async fn save(&self) -> bool {
        let mut kept = self.kept.lock().await;
        let Some(unsaved) = kept.as_mut() else { return true };
        let Some(over) = &unsaved.unsaved_over else {
            return true;
        };
        let written = match read(&*self.vault, &self.account).await {
            // Somebody signed in anew meanwhile: what is there now is newer.
            Ok(Some(Tokens { refresh, .. }))
                if refresh.as_ref().map(Secret::expose) != Some(over.expose()) =>
            {
                Ok(())
            }
            Ok(_) => keep(&*self.vault, &self.account, &unsaved.tokens).await,
            Err(error) => Err(error),
        };
        match written {
            Ok(()) => {
                unsaved.unsaved_over = None;
                true
            }
            Err(error) => {
                tracing::warn!(%error, account = %self.account, "Keep the renewed token; it is tried again");
                false
            }
        }
    }

    /// Goes on trying to keep what the vault did not take, and once more when the account stops.
    async fn save_at_last(&self, stop: &CancellationToken) {
        let mut pause = SAVE_AGAIN;
        loop {
            tokio::select! {
                () = stop.cancelled() => {
                    self.save().await;
                    return;
                }
                () = sleep(pause) => if self.save().await {
                    return;
                },
            }
            pause = (pause * 2).min(SAVE_AGAIN_AT_MOST);
        }
    }

    async fn is_saved(&self) -> bool {
        let kept = self.kept.lock().await;
        kept.as_ref().is_none_or(|kept| kept.unsaved_over.is_none())
    }
}

/// How long before its end a token is replaced: a fifth of its life, and not more than ten minutes. `dice`, from 0 up
/// to 1, spreads that by as much again, so that accounts and installations do not all come at once.
fn ahead(lifetime: Duration, dice: f64) -> Duration {
    (lifetime / 5).min(AHEAD_AT_MOST).mul_f64(1.0 + dice)
}

#[async_trait]
impl Credentials for AccountTokens {
    async fn token(&self) -> Result<Secret, TokenError> {
        let shared = &self.shared;
        let kept = shared
            .load(&mut *shared.kept.lock().await)
            .await
            .map_err(TokenError::Failed)?;
        let Some(kept) = kept else {
            return Err(TokenError::Missing);
        };
        // This only spares a refusal that is sure to come where the token can be renewed. Without a refresh
        // token the server has the last word.
        if kept.tokens.refresh.is_some() && kept.has_ended(shared.clock.now()) {
            return Err(TokenError::Expired);
        }
        Ok(kept.tokens.access)
    }

    async fn refresh(&self) -> Result<(), RefreshError> {
        // A refresh that has begun runs to its end, whoever stops waiting for it: once the server has
        // answered, the old token is spent, and the new one has to be kept.
        let shared = Arc::clone(&self.shared);
        let (tasks, stop) = (self.tasks.clone(), self.stop.clone());
        let running = self.tasks.spawn(async move {
            let renewed = shared.refresh().await;
            if !shared.is_saved().await {
                tasks.spawn(async move { shared.save_at_last(&stop).await });
            }
            renewed
        });
        running
            .await
            .unwrap_or(Err(RefreshError::Failed(Cause::Internal)))
    }

    async fn discard(&self) {
        // Whoever stops waiting for it: the token stays dead.
        let shared = Arc::clone(&self.shared);
        let running = self.tasks.spawn(async move { shared.discard().await });
        if running.await.is_err() {
            tracing::error!("Marking a token as refused panicked");
        }
    }

    fn is_auth_error(&self, message: &str) -> bool {
        self.shared.platform.is_auth_error(message)
    }

    async fn replace_in(&self, dice: f64) -> Option<Duration> {
        let kept = self.shared.kept.lock().await.clone()?;
        kept.tokens.refresh.as_ref()?;
        let (left, lifetime) = kept.left(self.shared.clock.now())?;
        Some(left.saturating_sub(ahead(lifetime, dice)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_replaced_ahead_of_its_end_by_a_share_of_its_life() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        assert_eq!(ahead(minutes(15), 0.0), minutes(3));
        assert_eq!(ahead(minutes(15), 0.5), minutes(4) + Duration::from_secs(30));
        assert_eq!(ahead(minutes(24 * 60), 0.0), minutes(10));
        assert!(ahead(minutes(24 * 60), 1.0) <= minutes(20));
        assert_eq!(ahead(Duration::ZERO, 1.0), Duration::ZERO);
    }
}
