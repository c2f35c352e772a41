//! The Socket.IO side that all platforms share: who may connect, and how a handler answers.

mod admit;
mod reply;

pub(crate) use admit::{TokenFrom, admit, connected, disconnected};
pub(crate) use reply::{Argument, Refusal, Reply};
