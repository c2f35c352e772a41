//! How one secret lies in a keyring whose items are short.
//!
//! Windows takes 2,560 bytes an item, so a secret is cut into parts of at most [`PART`] bytes, on every system
//! alike. Parts lie in one of two banks, `a` and `b`. A write fills the bank that is not in use and then writes the
//! header, which names the bank, the number of parts and their hash; only then are the parts of the other bank
//! removed. A crash at any point leaves the old secret or the new one. The hash finds what is left: two programs that
//! wrote one entry at the same time, or a part removed by hand.
//!
//! Parts are written upwards and removed downwards, so those of a bank are always numbered without a gap and can
//! be swept by counting up to the first that is missing.

use carillon_contract::Secret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{Entry, VaultError};

/// Longest part in bytes: below the 2,560 that Windows takes, with room for what a store adds.
pub(crate) const PART: usize = 2_048;

/// Most parts of one secret: 128 KiB, thirty times the longest token seen.
pub(crate) const MOST_PARTS: usize = 64;

/// The header layout written by this version.
const VERSION: u32 = 1;

/// How often a reader starts again because the header changed under it.
const READ_TRIES: usize = 3;

/// Named items of at most [`PART`] bytes: what a keyring offers, and all that this module asks of it.
pub(crate) trait Items {
    /// Reads an item; `None` when there is none of this name.
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError>;
    /// Writes an item, in place of one of the same name.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), VaultError>;
    /// Removes an item; one that is not there is no error.
    fn remove(&self, name: &str) -> Result<(), VaultError>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Bank {
    A,
    B,
}

impl Bank {
    fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// Kinds of entries have names of their own, so no entry is ever called like a part of another.
    fn part(self, entry: &Entry, index: usize) -> String {
        match self {
            Self::A => format!("part-a-{index}/{entry}"),
            Self::B => format!("part-b-{index}/{entry}"),
        }
    }
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    version: u32,
    bank: Bank,
    parts: usize,
    sha256: [u8; 32],
}

/// What the header's version is read with, whatever else a later version holds.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Reads a secret.
///
/// A header that is missing says nothing yet: a keyring without a collection answers "no such item" to everything.
/// So a write has to go through before the answer is `None`.
pub(crate) fn get(items: &dyn Items, entry: &Entry) -> Result<Option<Secret>, VaultError> {
    let Some(mut header) = read_header(items, entry)? else {
        prove(items)?;
        return Ok(None);
    };
    for _ in 0..READ_TRIES {
        if let Some(secret) = read_parts(items, entry, &header)? {
            return Ok(Some(secret));
        }
        // Another program may have replaced the secret between our reading the header and its parts.
        match read_header(items, entry)? {
            Some(now) if now != header => header = now,
            Some(_) | None => break,
        }
    }
    Err(VaultError::Torn { entry: entry.clone() })
}

/// Stores a secret and sweeps the parts of the one before.
pub(crate) fn set(items: &dyn Items, entry: &Entry, secret: &Secret) -> Result<(), VaultError> {
    let bytes = secret.expose().as_bytes();
    let limit = PART.saturating_mul(MOST_PARTS);
    if bytes.len() > limit {
        return Err(VaultError::TooLong {
            bytes: bytes.len(),
            limit,
        });
    }
    let bank = match read_header(items, entry) {
        Ok(Some(old)) => old.bank.other(),
        Ok(None) | Err(VaultError::Torn { .. }) => Bank::A,
        Err(error) => return Err(error),
    };
    let parts = bytes.chunks(PART);
    let header = Header {
        version: VERSION,
        bank,
        parts: parts.len(),
        sha256: Sha256::digest(bytes).into(),
    };
    for (index, part) in parts.enumerate() {
        items.write(&bank.part(entry, index), part)?;
    }
    write_header(items, entry, &header)?;

    // The secret is stored: what fails from here on leaves rubbish for the next write to sweep, and no more.
    let swept = sweep(items, entry, bank, header.parts).and_then(|()| sweep(items, entry, bank.other(), 0));
    if let Err(error) = swept {
        tracing::warn!(
            error = error.as_dyn(),
            "Parts of a replaced secret are still in the keyring."
        );
    }
    Ok(())
}

/// Forgets a secret: its header first, so that nothing half removed is ever read.
pub(crate) fn delete(items: &dyn Items, entry: &Entry) -> Result<(), VaultError> {
    prove(items)?;
    items.remove(&entry.to_string())?;
    sweep(items, entry, Bank::A, 0)?;
    sweep(items, entry, Bank::B, 0)
}

/// Writes an item and removes it: the one proof that a keyring can keep something.
pub(crate) fn prove(items: &dyn Items) -> Result<(), VaultError> {
    let name = Entry::probe().to_string();
    items.write(&name, b"carillon")?;
    items.remove(&name)
}

fn read_header(items: &dyn Items, entry: &Entry) -> Result<Option<Header>, VaultError> {
    let torn = |_| VaultError::Torn { entry: entry.clone() };
    let Some(bytes) = items.read(&entry.to_string())? else {
        return Ok(None);
    };
    let Versioned { version } = serde_json::from_slice(&bytes).map_err(torn)?;
    if version != VERSION {
        return Err(VaultError::UnknownVersion { version });
    }
    serde_json::from_slice(&bytes).map(Some).map_err(torn)
}

fn write_header(items: &dyn Items, entry: &Entry, header: &Header) -> Result<(), VaultError> {
    let bytes = serde_json::to_vec(header).map_err(|_| VaultError::Torn { entry: entry.clone() })?;
    items.write(&entry.to_string(), &bytes)
}

/// Reads the parts that a header names; `None` when they do not add up to its hash.
fn read_parts(items: &dyn Items, entry: &Entry, header: &Header) -> Result<Option<Secret>, VaultError> {
    if header.parts > MOST_PARTS {
        return Ok(None);
    }
    // Reserved at once: a buffer that grows leaves copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(header.parts.saturating_mul(PART)));
    for index in 0..header.parts {
        match items.read(&header.bank.part(entry, index))? {
            Some(part) if part.len() <= PART => bytes.extend_from_slice(&part),
            Some(_) | None => return Ok(None),
        }
    }
    let hash: [u8; 32] = Sha256::digest(&*bytes).into();
    if hash != header.sha256 {
        return Ok(None);
    }
    Ok(std::str::from_utf8(&bytes)
        .ok()
        .map(|text| Secret::new(text.to_owned())))
}

/// Removes the parts of a bank from number `from` on.
fn sweep(items: &dyn Items, entry: &Entry, bank: Bank, from: usize) -> Result<(), VaultError> {
    let mut end = from;
    while end < MOST_PARTS && items.read(&bank.part(entry, end))?.is_some() {
        end = end.saturating_add(1);
    }
    for index in (from..end).rev() {
        items.remove(&bank.part(entry, index))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
