//! A connection that stays alive.
