//! A Socket.IO v5 (Engine.IO v4) client: one connection, from the first packet to the last, over a WebSocket or by long
//! polling.
//!
//! It knows nothing of reconnecting, tokens, accounts or what an event means: who opens the next connection,
//! and with which credentials, is the caller's business.
//!
//! What a caller acts on ([`ConnectError`], [`CloseReason`], [`EmitError`], [`AckError`]) can be matched without a
//! wildcard, so that a new case is met everywhere; what only describes may grow.
//!
//! Start reading at [`connect`]; behind it, `driver.rs` is the task that reads, writes and keeps time, and
//! `engine.rs` and `packet.rs` are the two protocols without any I/O.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use carillon_socketio::{Args, Options, connect};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut options = Options::new("https://chat.example.invalid".parse()?);
//! options.auth = Args::json(serde_json::json!({ "token": "…" }))?.values.pop();
//! let mut connection = connect(options).await?;
//!
//! let question = Args::json(serde_json::json!({ "room": "lobby" }))?;
//! let answer = connection.socket.emit_with_ack("join", question, Duration::from_secs(2)).await?;
//! println!("The server says {:?}", answer.parse::<bool>(0));
//!
//! while let Some(event) = connection.events.next().await {
//!     println!("{} with {} arguments", event.name, event.args.values.len());
//!     if let Some(ack) = event.ack {
//!         ack.answer(Args::none()).await?;
//!     }
//! }
//! println!("{}", connection.socket.closed().await.as_str());
//! // What the next connection takes as `options.recovery`, to get what it missed.
//! println!("{:?}", connection.socket.recovery());
//! # Ok(())
//! # }
//! ```
//!
//! Further namespaces share the connection, each with its own events, acknowledgements and end:
//!
//! ```no_run
//! # async fn example(connection: carillon_socketio::Connection) -> Result<(), carillon_socketio::ConnectError> {
//! let mut prices = connection.socket.join("/prices", None, None).await?;
//! while let Some(event) = prices.events.next().await {
//!     println!("{}", event.name);
//! }
//! # Ok(())
//! # }
//! ```

mod acks;
mod args;
mod close;
mod connect;
mod driver;
mod engine;
mod error;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzz;
mod heartbeat;
mod join;
mod membership;
mod options;
mod packet;
mod queue;
mod recovery;
mod socket;
#[cfg(test)]
mod testing;
mod time;
mod transport;

pub use args::{ArgError, Args, Placeholder};
pub use close::{CloseReason, Closed};
pub use connect::{Admission, EngineSocket, connect};
pub use error::{AckError, AddressError, ConnectError, EmitError, ProtocolError, Refusal, Stage};
pub use options::{Limits, Options, Timeouts};
pub use recovery::Recovery;
pub use socket::{Connection, Event, Events, Responder, Session, Socket};
pub use transport::{Transport, platform_tls};
