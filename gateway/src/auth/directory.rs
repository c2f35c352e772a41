//! The accounts, and which wallet a user id stands for.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier},
};

use super::Identity;
use crate::{Account, Password, StartError};

/// An Argon2 hash in PHC form, ready to be compared with.
#[derive(Clone)]
pub(crate) struct Hashed(Arc<str>);

impl Hashed {
    /// Compares; slow on purpose, so call it where blocking is allowed.
    pub(crate) fn matches(&self, password: &str) -> bool {
        Argon2::default()
            .verify_password(password.as_bytes(), &*self.0)
            .is_ok()
    }
}

/// Hashes a password with fresh salt into PHC form, as [`Password::Hash`] takes it.
///
/// # Errors
/// If the system gives no random bytes, or the password is longer than Argon2 takes.
pub fn hash_password(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

struct Entry {
    identity: Identity,
    hash: Hashed,
}

/// Who can sign in, and where to find a user for whom an event is meant.
pub(crate) struct Directory {
    by_username: HashMap<String, Entry>,
    /// User id → identity. Grows by what verified tokens say, since a token may come from another issuer
    /// with the same secret; notifications are addressed by id while rooms are named by wallet (G073).
    by_user_id: RwLock<HashMap<String, Identity>>,
    /// Compared with when the name is unknown, so that both refusals take equally long.
    decoy: Hashed,
}

impl Directory {
    /// Hashes what is still plain and checks that names and ids are unique.
    pub(crate) fn new(accounts: &[Account]) -> Result<Self, StartError> {
        let mut by_username = HashMap::new();
        let mut by_user_id = HashMap::new();
        for account in accounts {
            let failed = |source| StartError::Password {
                username: account.username.clone(),
                source,
            };
            let hash = match &account.password {
                Password::Plain(secret) => hash_password(secret.expose()).map_err(failed)?,
                Password::Hash(hash) => {
                    argon2::PasswordHash::new(hash).map_err(|error| failed(error.into()))?;
                    hash.clone()
                }
            };
            let identity = Identity {
                user_id: account.user_id.clone(),
                username: account.username.clone(),
                wallet: account.wallet.clone(),
            };
            let twice = || StartError::DuplicateAccount(account.username.clone());
            if by_user_id
                .insert(account.user_id.clone(), identity.clone())
                .is_some()
            {
                return Err(twice());
            }
            let entry = Entry {
                identity,
                hash: Hashed(hash.into()),
            };
            if by_username.insert(account.username.clone(), entry).is_some() {
                return Err(twice());
            }
        }
        let decoy = hash_password("nobody has this password").map_err(|source| StartError::Password {
            username: String::new(),
            source,
        })?;
        Ok(Self {
            by_username,
            by_user_id: RwLock::new(by_user_id),
            decoy: Hashed(decoy.into()),
        })
    }

    /// The account of that name and its hash; for an unknown name a hash that nothing matches.
    pub(crate) fn credentials(&self, username: &str) -> (Option<Identity>, Hashed) {
        match self.by_username.get(username) {
            Some(entry) => (Some(entry.identity.clone()), entry.hash.clone()),
            None => (None, self.decoy.clone()),
        }
    }

    /// The account of that name.
    pub(crate) fn by_username(&self, username: &str) -> Option<Identity> {
        self.by_username.get(username).map(|entry| entry.identity.clone())
    }

    /// The account of that id, or what a verified token said about it.
    pub(crate) fn by_user_id(&self, user_id: &str) -> Option<Identity> {
        self.by_user_id
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(user_id)
            .cloned()
    }

    /// The accounts that can sign in, by name.
    pub(crate) fn accounts(&self) -> Vec<Identity> {
        let mut accounts: Vec<_> = self
            .by_username
            .values()
            .map(|entry| entry.identity.clone())
            .collect();
        accounts.sort_by(|a, b| a.username.cmp(&b.username));
        accounts
    }

    /// Remembers who a verified token belongs to; accounts of our own are not overwritten.
    pub(crate) fn learn(&self, identity: &Identity) {
        let mut known = self.by_user_id.write().unwrap_or_else(PoisonError::into_inner);
        known
            .entry(identity.user_id.clone())
            .or_insert_with(|| identity.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    fn account(user_id: &str, username: &str) -> Account {
        Account {
            user_id: user_id.to_owned(),
            username: username.to_owned(),
            wallet: "0xA".to_owned(),
            password: Password::Plain(Secret::new("right")),
        }
    }

    #[test]
    fn only_the_right_password_matches_and_an_unknown_name_matches_none() {
        let directory = Directory::new(&[account("u-1", "alice")]).unwrap();
        let (identity, hash) = directory.credentials("alice");
        assert_eq!(identity.unwrap().user_id, "u-1");
        assert!(hash.matches("right"));
        assert!(!hash.matches("wrong"));
        let (nobody, decoy) = directory.credentials("mallory");
        assert!(nobody.is_none());
        assert!(!decoy.matches("right"));
    }

    #[test]
    fn a_stored_hash_works_like_the_password_it_came_from() {
        let stored = Password::Hash(hash_password("kept").unwrap());
        let directory = Directory::new(&[Account {
            password: stored,
            ..account("u-1", "alice")
        }])
        .unwrap();
        assert!(directory.credentials("alice").1.matches("kept"));
    }

    #[test]
    fn a_broken_hash_or_a_name_used_twice_is_told_at_start() {
        let broken = Account {
            password: Password::Hash("plain".to_owned()),
            ..account("u-1", "alice")
        };
        assert!(matches!(
            Directory::new(&[broken]),
            Err(StartError::Password { .. })
        ));
        let twice = [account("u-1", "alice"), account("u-2", "alice")];
        assert!(matches!(
            Directory::new(&twice),
            Err(StartError::DuplicateAccount(_))
        ));
    }
}
