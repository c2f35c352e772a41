//! Opening a connection to what is no Socket.IO server, or none that means well.

#![expect(clippy::unwrap_used, reason = "test code")]

#[path = "../common/certificate.rs"]
mod certificate;
mod compression;
mod opening;
mod polled;
mod polling;
mod server;
mod tls;
