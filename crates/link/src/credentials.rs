//! Where a link's token comes from: a port, since vault and server are none of its business.

use std::time::Duration;

use async_trait::async_trait;
use carillon_contract::Secret;

use crate::cause::Cause;

/// Where the token comes from.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// The current token.
    ///
    /// # Errors
    /// [`TokenError::Expired`] has it renewed first.
    async fn token(&self) -> Result<Secret, TokenError>;

    /// Fetches a new token and keeps it.
    ///
    /// # Errors
    /// [`RefreshError::Refused`] asks the person to sign in again; the other is tried again later.
    async fn refresh(&self) -> Result<(), RefreshError>;

    /// The token that was given last is dead, and there is none to take its place: it must not be given again, by no
    /// later process either. A newer one, of a person who signed in meanwhile, is none of this.
    async fn discard(&self);

    /// Tells whether these words of a server mean that it does not accept the token.
    fn is_auth_error(&self, message: &str) -> bool;

    /// How long until the token is to be replaced, ahead of its end; `None` where nothing is known of its end, or there
    /// is nothing to replace it with. `dice`, a random number from 0 up to 1, keeps many from coming at once.
    async fn replace_in(&self, dice: f64) -> Option<Duration>;
}

/// Why there is no token to connect with.
#[derive(Debug)]
pub enum TokenError {
    /// It has run out, and there is something to renew it with.
    Expired,
    /// There is none: without a token nothing is connected.
    Missing,
    /// The vault did not give it.
    Failed(Cause),
}

/// Why there is no new token.
#[derive(Debug)]
pub enum RefreshError {
    /// The server refused, or there is nothing to renew with.
    Refused,
    /// The network or the server failed.
    Failed(Cause),
}
