//! The reference server: Socket.IO, sign-in, a durable event log and believable traffic for one platform.
//!
//! It must never know the client: what both share is the facts of the guides, not code, so that an error in
//! a client's adapter is not mirrored in the server that tests it.
//! Start reading at [`start`], then `publish.rs` (how an event leaves) and `guesslyfe/` (one platform).

mod auth;
mod clock;
mod config;
mod control;
mod database;
mod error;
mod fanout;
pub mod guesslyfe;
mod handle;
mod http;
mod instance;
mod limits;
mod log;
mod net;
mod platform;
mod publish;
mod sanitize;
mod serve;
mod session;
mod socket;
mod stats;

pub use auth::hash_password;
pub use config::{Account, Config, Data, Limits, Password, Rate, Retention, Secret, SocketOptions};
pub use control::To;
pub use error::{EmitError, StartError};
pub use handle::Handle;
pub use platform::Platform;
pub use serve::start;
pub use stats::Snapshot;
