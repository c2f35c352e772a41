//! The client against the official server, `tests/node/echo.mjs`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

mod acknowledgements;
#[path = "../common/certificate.rs"]
mod certificate;
mod compression;
mod connecting;
mod ends;
mod events;
mod namespaces;
#[path = "../common/node.rs"]
mod node;
mod polling;
mod proxy;
#[path = "../common/reasons.rs"]
mod reasons;
mod recovery;
mod secure;
mod sticky;
#[path = "../common/talk.rs"]
mod talk;
mod upgrade;

pub(crate) use talk::{LIMIT, greeted, next, soon};
