//! The engine with a scripted transport and a clock that stands still: each step happens when the test says.
//!
//! The store, the vault, the link and everything of the engine are the real ones; only the server, the wire and
//! the platform are played.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod by_http;
mod damage;
mod flows;
mod keeping;
mod leaving;
mod outbox;
mod platform;
mod rig;
mod topics;
mod vaults;
mod website;
