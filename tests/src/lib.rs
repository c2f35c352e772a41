//! End-to-end tests: the real engine, real servers, real processes.

pub mod gateway;
pub mod node;
pub mod process;
