//! The reference server of the five platforms.
