//! The protocols of the platforms, sans I/O.
