//! The I/O task against a server that keeps to no rules, with the clock paused.

mod acknowledgements;
mod early;
mod ends;
mod flow;
mod liveness;
mod namespaces;
mod order;
mod rest;
