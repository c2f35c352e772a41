//! The words that Carillon's Rust and TypeScript share.

pub mod secret;

pub use secret::Secret;
