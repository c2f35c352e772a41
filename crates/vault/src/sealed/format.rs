//! The bytes of a sealed file.
//!
//! ```text
//! offset  bytes  what (numbers are little-endian)
//!      0     16  "carillon-sealed\n"
//!     16      4  format version
//!     20     12  Argon2id: memory in KiB, passes, lanes; 4 bytes each
//!     32     32  salt
//!     64     32  key check: SHA-256 of a fixed text and the key
//!     96     32  SHA-256 of the 96 bytes before
//!    128     24  nonce, new with each write
//!    152      …  XChaCha20-Poly1305 of the entries, with bytes 0 to 128 authenticated beside them
//! ```
//!
//! The hash tells a damaged header from a wrong passphrase, and the key check tells a wrong passphrase from a damaged
//! body. Neither helps a guesser: trying a passphrase costs one Argon2id with or without them.

use std::collections::BTreeMap;

use argon2::{Algorithm, Argon2, Params, Version};
use carillon_contract::Secret;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::VaultError;

/// What a sealed file holds: secrets by the names of their entries.
pub(super) type Entries = BTreeMap<String, Secret>;

const MAGIC: [u8; 16] = *b"carillon-sealed\n";
const VERSION: u32 = 1;
const HEADER: usize = 128;

/// The second recommended set of RFC 9106: 64 MiB, three passes, four lanes.
const COST: Cost = Cost {
    memory: 65_536,
    passes: 3,
    lanes: 4,
};

/// The most that a header may ask for: a file from elsewhere must not take all memory or hours.
const LIMIT: Cost = Cost {
    memory: 1_048_576,
    passes: 32,
    lanes: 16,
};

#[derive(Clone, Copy)]
struct Cost {
    memory: u32,
    passes: u32,
    lanes: u32,
}

/// The key of one sealed file, with the header that tells how it was made.
pub(super) struct Seal {
    header: [u8; HEADER],
    key: Zeroizing<[u8; 32]>,
}

impl Seal {
    /// Makes the key of a new file, with a salt of its own.
    pub(super) fn new(passphrase: &Secret) -> Result<Self, VaultError> {
        if passphrase.is_empty() {
            return Err(VaultError::EmptyPassphrase);
        }
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).map_err(VaultError::Random)?;
        let key = derive(passphrase, &salt, COST)?;
        let header = Header {
            cost: COST,
            salt,
            check: check(&key),
        }
        .bytes();
        Ok(Self { header, key })
    }

    /// Makes the key of an existing file.
    pub(super) fn of(file: &[u8], passphrase: &Secret) -> Result<Self, VaultError> {
        let header = Header::read(file)?;
        let key = derive(passphrase, &header.salt, header.cost)?;
        if check(&key) != header.check {
            return Err(VaultError::WrongPassphrase);
        }
        Ok(Self {
            header: header.bytes(),
            key,
        })
    }

    /// Seals entries into the bytes of a file.
    pub(super) fn close(&self, entries: &Entries) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; 24];
        getrandom::fill(&mut nonce).map_err(VaultError::Random)?;
        let text = encode(entries)?;
        let payload = Payload {
            msg: &text,
            aad: &self.header,
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::Seal)?;
        Ok([self.header.as_slice(), &nonce, &sealed].concat())
    }

    /// Opens the bytes of a file.
    pub(super) fn open(&self, file: &[u8]) -> Result<Entries, VaultError> {
        if Header::read(file)?.bytes() != self.header {
            return Err(VaultError::Replaced);
        }
        let mut rest = file;
        let header: [u8; HEADER] = take(&mut rest)?;
        let nonce: [u8; 24] = take(&mut rest)?;
        let payload = Payload {
            msg: rest,
            aad: &header,
        };
        let text = self
            .cipher()
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::Damaged)?;
        decode(&Zeroizing::new(text))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.key).into())
    }
}

struct Header {
    cost: Cost,
    salt: [u8; 32],
    check: [u8; 32],
}

impl Header {
    fn read(file: &[u8]) -> Result<Self, VaultError> {
        let mut rest = file;
        let magic: [u8; 16] = take(&mut rest)?;
        let version = number(&mut rest)?;
        if magic != MAGIC {
            return Err(VaultError::Damaged);
        }
        if version != VERSION {
            return Err(VaultError::UnknownVersion { version });
        }
        let cost = Cost {
            memory: number(&mut rest)?,
            passes: number(&mut rest)?,
            lanes: number(&mut rest)?,
        };
        let header = Self {
            cost,
            salt: take(&mut rest)?,
            check: take(&mut rest)?,
        };
        let hash: [u8; 32] = take(&mut rest)?;
        let is_affordable =
            cost.memory <= LIMIT.memory && cost.passes <= LIMIT.passes && cost.lanes <= LIMIT.lanes;
        if header.hash() != hash || !is_affordable {
            return Err(VaultError::Damaged);
        }
        Ok(header)
    }

    fn bytes(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        let all = self.hashed_part().into_iter().chain(self.hash());
        bytes.iter_mut().zip(all).for_each(|(to, from)| *to = from);
        bytes
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.hashed_part()).into()
    }

    fn hashed_part(&self) -> Vec<u8> {
        let Cost {
            memory,
            passes,
            lanes,
        } = self.cost;
        let numbers = [VERSION, memory, passes, lanes].map(u32::to_le_bytes);
        [&MAGIC, numbers.as_flattened(), &self.salt, &self.check].concat()
    }
}

fn derive(passphrase: &Secret, salt: &[u8; 32], cost: Cost) -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(32)).map_err(VaultError::Derive)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut_slice())
        .map_err(VaultError::Derive)?;
    Ok(key)
}

fn check(key: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"carillon sealed file: key check")
        .chain_update(key)
        .finalize()
        .into()
}

/// Writes the number of entries, then name and secret of each, every text after its length.
///
/// Not JSON: its writer would leave copies of the secrets in memory that nobody wipes.
fn encode(entries: &Entries) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let length = entries.iter().fold(4_usize, |sum, (name, secret)| {
        sum.saturating_add(8)
            .saturating_add(name.len())
            .saturating_add(secret.expose().len())
    });
    // The whole length at once, for the same reason.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    bytes.extend(length_of(entries.len())?);
    for (name, secret) in entries {
        for text in [name.as_str(), secret.expose()] {
            bytes.extend(length_of(text.len())?);
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    Ok(bytes)
}

fn decode(bytes: &[u8]) -> Result<Entries, VaultError> {
    let mut rest = bytes;
    let count = number(&mut rest)?;
    let mut entries = Entries::new();
    for _ in 0..count {
        let name = text(&mut rest)?;
        entries.insert(name.to_owned(), Secret::new(text(&mut rest)?.to_owned()));
    }
    if rest.is_empty() {
        Ok(entries)
    } else {
        Err(VaultError::Damaged)
    }
}

fn length_of(length: usize) -> Result<[u8; 4], VaultError> {
    u32::try_from(length)
        .map(u32::to_le_bytes)
        .map_err(|_| VaultError::Seal)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], VaultError> {
    let (taken, left) = rest.split_first_chunk::<N>().ok_or(VaultError::Damaged)?;
    *rest = left;
    Ok(*taken)
}

fn number(rest: &mut &[u8]) -> Result<u32, VaultError> {
    take(rest).map(u32::from_le_bytes)
}

fn text<'a>(rest: &mut &'a [u8]) -> Result<&'a str, VaultError> {
    let length = usize::try_from(number(rest)?).map_err(|_| VaultError::Damaged)?;
    let (taken, left) = rest.split_at_checked(length).ok_or(VaultError::Damaged)?;
    *rest = left;
    std::str::from_utf8(taken).map_err(|_| VaultError::Damaged)
}
