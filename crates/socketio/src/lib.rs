//! A Socket.IO v5 client: one connection, no policy.
