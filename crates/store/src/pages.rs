//! Whether a key has written a file, told by the file's pages alone.
//!
//! SQLCipher says the same of a wrong key and of a damaged first page. Each page has its own check under the key,
//! so that one good page anywhere shows that the key is the right one.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Sha256, Sha512};

use crate::key::DatabaseKey;

/// The length of a page in bytes: SQLCipher's default, and part of the file's format.
const PAGE: usize = 4096;
/// The file begins with so many bytes that are no part of page 1 but salt the keys.
const SALT: usize = 16;
/// At the end of each page: its check, in bytes.
const CHECK: usize = 32;
/// How many pages are looked at. Where this many in a row are bad, the file is beyond telling.
const LOOKS: u32 = 16;

/// What the pages say of a file that the key does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The key is the right one, or no key could be: the file is damaged.
    Damaged,
    /// No page that was looked at was written with the key.
    Unknown,
}

/// Looks at a file whose first page the key does not open.
///
/// Not while this process has the file open: closing it here would let go of SQLite's locks on it.
pub(crate) fn judge(path: &Path, key: &DatabaseKey) -> io::Result<Verdict> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    // SQLite writes whole pages and cuts off whole pages.
    if length == 0 || !length.is_multiple_of(PAGE as u64) {
        return Ok(Verdict::Damaged);
    }
    let mut salt = [0u8; SALT];
    file.read_exact(&mut salt)?;
    let Some(check) = check_key(key, salt) else {
        return Ok(Verdict::Unknown);
    };
    let mut page = vec![0u8; PAGE];
    for number in 2..2 + LOOKS {
        let at = u64::from(number - 1) * PAGE as u64;
        if at >= length {
            break;
        }
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut page)?;
        if is_whole(&page, number, &check) {
            return Ok(Verdict::Damaged);
        }
    }
    Ok(Verdict::Unknown)
}

/// The key of the pages' checks: two rounds of PBKDF2 over the file's key with a salt of its own. The first block
/// is longer than the key that is wanted, so that there is no second one.
fn check_key(key: &DatabaseKey, salt: [u8; SALT]) -> Option<[u8; 32]> {
    let key = hex::decode(key.as_secret().expose()).ok()?;
    let round = |input: &[&[u8]]| {
        let mut mac = Hmac::<Sha512>::new_from_slice(&key).ok()?;
        for part in input {
            mac.update(part);
        }
        Some(mac.finalize().into_bytes())
    };
    let first = round(&[&salt.map(|byte| byte ^ 0x3a), &1u32.to_be_bytes()])?;
    let second = round(&[&first])?;
    let mut check = [0u8; 32];
    for (byte, (one, two)) in check.iter_mut().zip(first.iter().zip(second.iter())) {
        *byte = one ^ two;
    }
    Some(check)
}

/// Tells whether a page is as it was written: its check covers all before it, and the page's number.
fn is_whole(page: &[u8], number: u32, key: &[u8; 32]) -> bool {
    let Some((content, check)) = page.split_at_checked(PAGE - CHECK) else {
        return false;
    };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return false;
    };
    mac.update(content);
    mac.update(&number.to_le_bytes());
    mac.verify_slice(check).is_ok()
}
