//! End-to-end tests: the real engine, real servers, real processes.
//!
//! This library is what the tests share. It must never know what they assert. Start with [`gateway`] (the engine
//! against our own server), [`node`] (the official server) and [`cli`] (the real program).

pub mod cli;
pub mod files;
pub mod gateway;
pub mod http;
#[cfg(target_os = "linux")]
pub mod keyring;
pub mod node;
pub mod process;
pub mod program;
