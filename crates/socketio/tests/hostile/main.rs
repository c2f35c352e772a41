//! Opening a connection to what is no Socket.IO server, or none that means well.

#![expect(clippy::unwrap_used, reason = "test code")]

mod opening;
mod server;
mod tls;
