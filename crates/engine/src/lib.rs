//! Carillon without a window: it wires the platforms' protocols, the links, the vault and the store into
//! accounts that receive, keep and tell.
//!
//! It must never know Tauri, a screen, or any platform by name. Start with [`engine`] (what can be done) and
//! [`account`] (the one task per account, through which every event goes); [`ingest`] and [`catch_up`] are
//! the two ways in.

pub mod account;
pub mod accounts;
pub mod catch_up;
pub mod clock;
pub mod engine;
mod erase;
pub mod error;
pub mod export;
pub mod home;
mod inbox;
pub mod ingest;
mod keeper;
mod latency;
mod mend;
pub mod notify;
mod outbox;
mod policy;
pub mod publish;
pub mod reader;
mod sending;
pub mod status;
mod storage;
mod things;
pub mod tokens;
pub mod topics;
mod turns;
pub mod views;
mod watching;

pub use engine::{Engine, Parts};
pub use error::EngineError;
pub use publish::{Hub, Subscriber};
pub use reader::Reader;

/// What a caller needs of the crates below, so that it depends on the engine alone.
pub mod parts {
    pub use carillon_link::{AddressError, Hint, Hints, Policy, Server, SocketIo, Transport};
    pub use carillon_platforms::Registry as Platforms;
    pub use carillon_vault::{
        Entry as VaultEntry, MemoryVault, SealedFile, TokenVault, VaultError, VaultState, os,
    };

    /// What an adapter of a platform is made of.
    pub mod platform {
        pub use carillon_platforms::platform::TopicError;
        pub use carillon_platforms::{
            Answer, Call, Claims, Platform, Profile, Request, SignInError, Tokens, Welcome,
        };
    }
    pub use carillon_store::StoreError;
    pub use carillon_store::activity::ActivityKey;
    pub use carillon_store::inbox::{Change, PageKey};
}
