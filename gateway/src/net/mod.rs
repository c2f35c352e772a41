//! Below HTTP: accepted connections that can be cut, and which session runs over which of them.

mod carriers;
mod client_ip;
mod listener;

pub(crate) use carriers::{Carriers, SessionQuery};
pub(crate) use client_ip::client_ip;
pub(crate) use listener::{Listener, Peer};
