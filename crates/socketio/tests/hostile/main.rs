//! Opening a connection to what is no Socket.IO server, or none that means well.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "test code")]

mod opening;
mod polled;
mod polling;
mod server;
mod tls;
