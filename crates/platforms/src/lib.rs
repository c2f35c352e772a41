//! The protocols of the platforms, sans I/O: a frame goes in and items come out, a request goes in and a
//! frame or an HTTP call comes out.
//!
//! It must never know a socket, a file, a clock or a window, and one platform must never know another.
//! Start with [`platform`], which says how a platform is added; [`guesslyfe`] is the first one.

pub mod claims;
mod decode;
pub mod guesslyfe;
pub mod platform;
pub mod registry;
pub mod sign_in;

pub use claims::Claims;
pub use platform::{Answer, Call, EmitFrame, Platform, Profile, Request, Stream, SyncPage, Welcome};
pub use registry::Registry;
pub use sign_in::{SignInError, Tokens};
