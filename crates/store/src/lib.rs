//! The encrypted cache: a small registry of accounts, and one SQLCipher file with its own key per account.
//!
//! It must never know a socket, a platform's protocol, a keyring or a window: keys are handed in, items come
//! ready decoded. Start with [`ingest`] (the write path that has to be fast) and [`account`] (how a file is
//! opened); each table has a module of its own with its row, its queries and their tests.

pub mod account;
pub mod activity;
pub mod backup;
mod changes;
pub mod connection;
pub mod continuity;
pub mod counters;
mod damage;
pub mod entities;
pub mod error;
pub mod events;
pub mod export;
mod file;
pub mod health;
pub mod history;
pub mod inbox;
pub mod ingest;
mod job;
pub mod key;
pub mod notices;
pub mod outbox;
pub mod outlive;
mod pages;
pub mod points;
pub mod profile;
pub mod prune;
mod readers;
pub mod registry;
pub mod retention;
pub mod salvage;
pub mod schema;
pub mod search;
pub mod storage;
#[cfg(feature = "testing")]
pub mod testing;
mod thinning;
pub mod topics;
pub mod totals;
pub mod tuning;
mod version;
mod writer;

pub use account::AccountStore;
pub use error::StoreError;
pub use key::DatabaseKey;
pub use registry::Registry;
