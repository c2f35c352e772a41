//! The words that Carillon's Rust and TypeScript share, and that the crates use between each other.
//!
//! It must never know a platform, a socket, a file or a clock: values only, no I/O. Start with [`frame`] and
//! [`item`] (what comes in), [`topic`] and [`rest`] (what goes out), then [`events`] (what the UI is told) and [`commands`] (what it can ask).

pub mod account;
pub mod commands;
pub mod connection;
pub mod continuity;
pub mod counts;
pub mod entity;
pub mod error;
pub mod events;
pub mod frame;
pub mod history;
pub mod ids;
pub mod item;
pub mod notice;
pub mod outbox;
pub mod receipt;
pub mod rest;
pub mod secret;
pub mod settings;
pub mod storage;
pub mod time;
pub mod topic;
pub mod tuning;
pub mod typescript;
pub mod view;

pub use account::{Account, Identity};
pub use connection::{ConnectionState, ConnectionStatus};
pub use error::{ApiError, ErrorCode};
pub use events::UiEvent;
pub use frame::Frame;
pub use ids::{AccountId, LocalId, PlatformId};
pub use notice::{Level, Notice};
pub use secret::Secret;
pub use time::Timestamp;
pub use topic::Topic;
