//! What crosses between the window and the core, by Tauri's own way of calling: every command is let through, asks
//! the real engine, and answers; what no capability names is refused; and no secret crosses.

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
