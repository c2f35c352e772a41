//! A Socket.IO v5 (Engine.IO v4) client: one connection to one namespace, from the first packet to the last.
//!
//! It knows nothing of reconnecting, tokens, accounts or what an event means: who opens the next connection,
//! and with which credentials, is the caller's business.
//!
//! Start reading at [`connect`]; behind it, `driver.rs` is the task that reads, writes and keeps time, and
//! `engine.rs` and `packet.rs` are the two protocols without any I/O.

mod acks;
mod args;
mod close;
mod connect;
mod driver;
mod engine;
mod error;
mod heartbeat;
mod options;
mod packet;
mod queue;
mod socket;
mod time;
mod transport;

pub use args::{ArgError, Args, Placeholder};
pub use close::{CloseReason, Closed};
pub use connect::connect;
pub use error::{AckError, AddressError, ConnectError, EmitError, ProtocolError, Refusal, Stage};
pub use options::{Limits, Options, Timeouts};
pub use socket::{Connection, Event, Events, Responder, Session, Socket};
pub use transport::{Transport, platform_tls};
