//! Tokens and keys in the OS keyring, or in a sealed file.
