//! Keeps tokens and keys where the person's system keeps secrets, or in a file that they sealed with a passphrase.
//! It must never know what a token is good for, which platform it belongs to, or fall back to another place by
//! itself: where no keyring is, it says so and the person chooses.
//! Start reading at [`TokenVault`], then [`os`] for the keyring and [`SealedFile`] for the file.

mod chunks;
mod entry;
mod error;
mod memory;
mod os;
mod sealed;
mod state;
mod vault;

pub use entry::Entry;
pub use error::VaultError;
pub use memory::MemoryVault;
pub use os::{OsVault, os};
pub use sealed::SealedFile;
pub use state::VaultState;
pub use vault::TokenVault;
