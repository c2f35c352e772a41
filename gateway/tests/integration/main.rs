//! The gateway over real loopback: HTTP with an ordinary client, Socket.IO with a small one of its own.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets something unexpected must fail where it meets it"
)]

mod client;
mod dev;
mod events;
mod lagging;
mod limits;
mod market;
mod polling;
mod restart;
mod rooms;
mod sign_in;
mod support;
mod sync;
mod tokens;
