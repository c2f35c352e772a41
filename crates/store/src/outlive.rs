//! What the registry keeps for the day on which an account's file is damaged: whether a key is the one of the file,
//! and, sealed under that key, who the account is and where.

use carillon_contract::{Account, AccountId};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::key::DatabaseKey;
use crate::registry::Registry;

/// Sets the hash of the key apart from everything else that is derived from it.
const CHECK: &[u8] = b"carillon registry: key check";
/// The same for the key that seals the profile.
const SEAL: &[u8] = b"carillon registry: profile";
/// The length of what is kept of the hash, in bytes: enough that no other key fits by chance.
const CHECK_LENGTH: usize = 16;
/// The length of the nonce before what is sealed, in bytes.
const NONCE: usize = 24;

fn derive(key: &DatabaseKey, what: &[u8], id: &AccountId) -> Option<Zeroizing<[u8; 32]>> {
    // A key of any length is taken; this one is 64 hexadecimal digits.
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_secret().expose().as_bytes()).ok()?;
    mac.update(what);
    mac.update(id.as_str().as_bytes());
    Some(Zeroizing::new(mac.finalize().into_bytes().into()))
}

fn check_of(key: &DatabaseKey, id: &AccountId) -> Option<Vec<u8>> {
    let hash = derive(key, CHECK, id)?;
    hash.get(..CHECK_LENGTH).map(<[u8]>::to_vec)
}

fn seal(key: &DatabaseKey, account: &Account) -> Result<Vec<u8>, StoreError> {
    let plain = Zeroizing::new(serde_json::to_vec(account)?);
    let mut nonce = [0u8; NONCE];
    getrandom::fill(&mut nonce).map_err(StoreError::Random)?;
    let key = derive(key, SEAL, &account.id).ok_or(StoreError::MalformedKey)?;
    let payload = Payload {
        msg: &plain,
        aad: account.id.as_str().as_bytes(),
    };
    let sealed = XChaCha20Poly1305::new(&(*key).into())
        .encrypt(&XNonce::from(nonce), payload)
        // It fails for more than 256 GiB alone.
        .map_err(|_| StoreError::Defect)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// `None` where the key is another one, or what is kept is not as it was written.
fn unseal(key: &DatabaseKey, id: &AccountId, sealed: &[u8]) -> Option<Account> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    let key = derive(key, SEAL, id)?;
    let payload = Payload {
        msg: sealed,
        aad: id.as_str().as_bytes(),
    };
    let plain = XChaCha20Poly1305::new(&(*key).into())
        .decrypt(&XNonce::from(nonce), payload)
        .ok()?;
    let account: Account = serde_json::from_slice(&Zeroizing::new(plain)).ok()?;
    (account.id == *id).then_some(account)
}

impl Registry {
    /// Whether this is the key of the account's file; `None` where that was never noted.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn key_fits(&self, id: &AccountId, key: &DatabaseKey) -> Result<Option<bool>, StoreError> {
        let (kept, _) = self.outliving(id).await?;
        Ok(kept.map(|kept| Some(kept) == check_of(key, id)))
    }

    /// Who an account is and where, without its file; `None` where that was never noted, or the key is another one.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn profile(&self, id: &AccountId, key: &DatabaseKey) -> Result<Option<Account>, StoreError> {
        let (_, sealed) = self.outliving(id).await?;
        Ok(sealed.and_then(|sealed| unseal(key, id, &sealed)))
    }

    /// Notes who an account is and where, and which key its file has; nothing is written where that is known. The
    /// key has to be the one that opens the file.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn keep_profile(&self, account: &Account, key: &DatabaseKey) -> Result<(), StoreError> {
        let check = check_of(key, &account.id);
        let (kept, sealed) = self.outliving(&account.id).await?;
        let profile = sealed.and_then(|sealed| unseal(key, &account.id, &sealed));
        if kept == check && profile.as_ref() == Some(account) {
            return Ok(());
        }
        sqlx::query("UPDATE accounts SET key_check = ?2, profile = ?3 WHERE id = ?1")
            .bind(account.id.as_str())
            .bind(check)
            .bind(seal(key, account)?)
            .execute(self.connection.lock().await.get()?)
            .await?;
        Ok(())
    }

    async fn outliving(&self, id: &AccountId) -> Result<(Option<Vec<u8>>, Option<Vec<u8>>), StoreError> {
        let kept = sqlx::query_as("SELECT key_check, profile FROM accounts WHERE id = ?1")
            .bind(id.as_str())
            .fetch_optional(self.connection.lock().await.get()?)
            .await?;
        Ok(kept.unwrap_or_default())
    }
}
