//! Opening a connection to what is no Socket.IO server, or none that means well.

#![expect(clippy::unwrap_used, reason = "test code")]

mod bodies;
#[path = "../common/certificate.rs"]
mod certificate;
mod compression;
mod opening;
mod polled;
mod polling;
#[path = "../common/reasons.rs"]
mod reasons;
mod server;
mod session;
mod tls;
mod watch;
