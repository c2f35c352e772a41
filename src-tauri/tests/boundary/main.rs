//! What crosses between the window and the core, by Tauri's own way of calling: every command is let through, asks
//! the real engine, and answers; what no capability names is refused; and no secret crosses.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail, and so may what it is made of"
)]

mod capability;
mod channel;
mod commands;
#[cfg(feature = "demo")]
mod demo;
mod desk;
mod doubles;
mod secrets;
mod starting;
mod vaults;
