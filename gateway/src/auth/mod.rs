//! Who is who: accounts and passwords, access tokens, refresh tokens.

mod directory;
mod refresh;
mod token;

pub(crate) use directory::Directory;
pub use directory::hash_password;
pub(crate) use refresh::{RefreshError, RefreshStore};
pub(crate) use token::{TokenAuthority, TokenRefused};

/// What an access token says about its holder (G078).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) user_id: String,
    pub(crate) username: String,
    /// As the token or the account spells it; rooms use [`Identity::wallet_key`].
    pub(crate) wallet: String,
}

impl Identity {
    /// The spelling used in room names: addresses differ in case only by their checksum.
    pub(crate) fn wallet_key(&self) -> String {
        self.wallet.to_ascii_lowercase()
    }
}
