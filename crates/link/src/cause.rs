//! Why there is no connection, in words for the person.

use std::time::Duration;

/// Why a connection was lost or not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// Name not found, refused, no route.
    #[error("The server can't be reached.")]
    Unreachable,
    /// The certificate was not accepted, or TLS failed otherwise.
    #[error("No secure connection: the server's certificate was not accepted.")]
    Tls,
    /// Something answers there, but it does not speak Socket.IO.
    #[error("What answers at this address is not a Socket.IO server.")]
    NotSocketIo,
    /// A step of connecting took too long.
    #[error("The server took too long to answer.")]
    TimedOut,
    /// The server refused the connection for another reason than the token; its words.
    #[error("The server refused the connection: {0}")]
    Refused(String),
    /// The server asks to be left alone for a while.
    #[error("The server asks to wait.")]
    Busy {
        /// How long, where it said so.
        after: Option<Duration>,
    },
    /// The connection stood, but the server never said that it is signed in.
    #[error("The server accepted the connection but did not sign in.")]
    SignInTimedOut,
    /// What the server gave as a new token has run out already.
    #[error("The server's new token has run out already. It is tried again later.")]
    TokenOutdated,
    /// Nothing was heard for too long.
    #[error("The connection went silent.")]
    Silent,
    /// The connection was closed or broke.
    #[error("The connection dropped.")]
    TransportClosed,
    /// The server sent this client away.
    #[error("The server closed the connection.")]
    ServerDisconnect,
    /// The app did not keep up.
    #[error("Events came faster than they could be stored.")]
    Overrun,
    /// An event was larger than the limit, in bytes.
    #[error("The server sent an event larger than the limit of {limit} bytes; it was refused.")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// What came is not Socket.IO.
    #[error("The server broke the Socket.IO protocol.")]
    Protocol,
    /// The address or the options can't be used.
    #[error("The address can't be used.")]
    Address,
    /// The keyring did not give the token.
    #[error("The token can't be read: {0}")]
    Vault(String),
    /// What was missed could not be fetched.
    #[error("Catching up failed.")]
    CatchUp,
    /// A defect of the app.
    #[error("Something in Carillon itself failed; it goes on by itself.")]
    Internal,
    /// The cache can't be written.
    #[error("{0}.")]
    Store(String),
    /// The cache is damaged, and is repaired or begins anew.
    #[error("The cache was damaged; Carillon is putting that right.")]
    CacheDamaged,
}

impl Cause {
    /// How long the server asked to be left alone.
    pub fn asks_to_wait(&self) -> Option<Duration> {
        if let Self::Busy { after } = self {
            *after
        } else {
            None
        }
    }

    /// Tells whether the server itself wants to be left alone, whatever the network does.
    pub fn is_the_server_s_wish(&self) -> bool {
        matches!(
            self,
            Self::Refused(_)
                | Self::Busy { .. }
                | Self::ServerDisconnect
                | Self::TokenOutdated
                | Self::TooLarge { .. }
                | Self::Protocol
        )
    }

    /// Tells whether trying again soon would be wrong: the server did this on purpose, or it would come out
    /// the same. What can't be stored is not asked for again and again.
    pub fn wants_slow_retry(&self) -> bool {
        match self {
            Self::Refused(_)
            | Self::Busy { .. }
            | Self::ServerDisconnect
            | Self::TokenOutdated
            | Self::TooLarge { .. }
            | Self::Protocol
            | Self::NotSocketIo
            | Self::Tls
            | Self::Address
            | Self::Store(_) => true,
            Self::Unreachable
            | Self::TimedOut
            | Self::SignInTimedOut
            | Self::Silent
            | Self::TransportClosed
            | Self::Overrun
            | Self::Vault(_)
            | Self::CatchUp
            | Self::Internal
            | Self::CacheDamaged => false,
        }
    }
}
