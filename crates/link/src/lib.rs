//! A connection that stays alive: it decides when to connect, to renew the token, to wait and to ask.
//!
//! It must never know what an event means, nor store anything: it reports, and hands the events of each
//! session to whoever asked for the link. Start with [`phase`], where every decision is made without any
//! I/O; [`driver`] carries the decisions out, and [`handle`] is what others hold.

pub mod act;
pub mod address;
pub mod backoff;
pub mod cause;
mod counted;
pub mod credentials;
pub mod driver;
pub mod handle;
pub mod hints;
pub mod http;
pub mod phase;
pub mod policy;
pub mod report;
#[cfg(feature = "rust-socketio")]
mod rust_socketio;
mod socketio;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transport;

pub use act::Act;
pub use address::{AddressError, Server};
pub use cause::Cause;
pub use credentials::{Credentials, RefreshError, TokenError};
pub use driver::start;
pub use handle::Handle;
pub use hints::{Hint, Hints};
pub use phase::Phase;
pub use policy::Policy;
pub use report::{Report, Status};
#[cfg(feature = "rust-socketio")]
pub use rust_socketio::RustSocketIo;
pub use socketio::SocketIo;
pub use transport::{Received, Session, Target, TokenIn, Transport};
