//! What can go wrong when a secret is kept.

use crate::{Entry, VaultState};

/// Why a vault did not do what it was asked to.
///
/// No variant carries a secret, nor an underlying error which might: all of them may be logged.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The keyring is locked, or waits for the person's password longer than the caller could wait.
    #[error("The keyring is locked")]
    Locked {
        /// What the keyring said; none when it said nothing in time.
        source: Option<keyring_core::Error>,
    },
    /// There is no keyring: no session bus, no service, no default collection, or no support for this system.
    #[error("No keyring was found")]
    Missing {
        /// What the system said; none on a system without a supported keyring.
        source: Option<keyring_core::Error>,
    },
    /// The keyring is there and said no.
    #[error("The keyring refused")]
    Refused {
        /// What the keyring said.
        source: keyring_core::Error,
    },
    /// An entry's parts do not add up to what was stored: two programs wrote at once, or a part was removed by hand.
    #[error("The entry {entry} is torn")]
    Torn {
        /// The entry whose parts do not fit.
        entry: Entry,
    },
    /// A newer Carillon wrote this.
    #[error("Format version {version} is not known")]
    UnknownVersion {
        /// The version found.
        version: u32,
    },
    /// The secret is longer than a vault takes.
    #[error("A secret of {bytes} bytes is longer than {limit} bytes")]
    TooLong {
        /// The secret's length in bytes.
        bytes: usize,
        /// The longest that is taken, in bytes.
        limit: usize,
    },
    /// The keyring's thread could not be started, has ended, or met a panic in the library below it.
    #[error("The keyring's thread has stopped")]
    Stopped,

    /// The sealed file is not where it was said to be.
    #[error("The sealed file does not exist")]
    NoFile,
    /// A sealed file is there already, and is not overwritten.
    #[error("A file of this name exists")]
    FileExists,
    /// An empty passphrase seals nothing.
    #[error("The passphrase is empty")]
    EmptyPassphrase,
    /// The passphrase is not the one that the file was sealed with.
    #[error("The passphrase is wrong")]
    WrongPassphrase,
    /// The file was replaced by one with another passphrase or salt since it was opened.
    #[error("The sealed file was replaced since it was opened")]
    Replaced,
    /// The file was cut short or altered.
    #[error("The sealed file is damaged")]
    Damaged,
    /// Another program has held the file's lock for longer than a write takes.
    #[error("The sealed file is in use")]
    Busy,
    /// A step on the file failed.
    #[error("{action}")]
    File {
        /// The step, such as "Read the sealed file".
        action: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The key could not be derived from the passphrase.
    #[error("Derive the key")]
    Derive(#[source] argon2::Error),
    /// The system gave no random bytes.
    #[error("Draw random bytes")]
    Random(#[source] getrandom::Error),
    /// The cipher refused to seal, which only a text beyond its length limit makes it do.
    #[error("Seal the entries")]
    Seal,
}

impl VaultError {
    /// Tells which state of the vault the error speaks of; `state().sentence()` is what to show.
    pub fn state(&self) -> VaultState {
        match self {
            Self::Locked { .. } | Self::WrongPassphrase | Self::Replaced | Self::Busy => VaultState::Locked,
            Self::Missing { .. } | Self::NoFile => VaultState::Missing,
            Self::Refused { .. }
            | Self::Torn { .. }
            | Self::UnknownVersion { .. }
            | Self::TooLong { .. }
            | Self::Stopped
            | Self::FileExists
            | Self::EmptyPassphrase
            | Self::Damaged
            | Self::File { .. }
            | Self::Derive(_)
            | Self::Random(_)
            | Self::Seal => VaultState::Refused,
        }
    }

    /// The error in the form in which the log writes what caused it, too.
    pub(crate) fn as_dyn(&self) -> &(dyn std::error::Error + 'static) {
        self
    }
}
