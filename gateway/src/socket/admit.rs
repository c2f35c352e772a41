//! Who may connect (G075 to G078), and what is noted about whoever does.

use std::fmt;

use axum::{extract::ConnectInfo, http::header::AUTHORIZATION};
use serde_json::Value;
use socketioxide::{extract::SocketRef, socket::DisconnectReason};

use crate::{
    auth::{Identity, TokenRefused},
    clock,
    instance::Instance,
    limits::Direct,
    net::{Peer, SessionQuery},
    session::Session,
};

/// What a refused client is told: these words exactly, whatever the reason (G102).
#[derive(Debug)]
pub(crate) struct AuthenticationFailed;

impl fmt::Display for AuthenticationFailed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Authentication failed")
    }
}

/// Where a platform lets a client put its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenFrom {
    /// `auth.token` of the CONNECT packet, else the header `Authorization: Bearer` (G076).
    AuthOrHeader,
}

/// Checks the token of a socket that wants in and notes whose it is.
pub(crate) fn admit(
    instance: &Instance,
    from: TokenFrom,
    socket: &SocketRef,
    auth: Option<&Value>,
) -> Result<(), AuthenticationFailed> {
    match identify(instance, from, socket, auth) {
        Ok(identity) => {
            instance.directory.learn(&identity);
            let events = Direct::new(instance.limits.events_per_socket);
            socket.extensions.insert(Session::new(identity, events));
            Ok(())
        }
        Err(refused) => {
            instance.stats.refused_token();
            tracing::info!(sid = %socket.id, reason = %refused, "Refused a connection");
            Err(AuthenticationFailed)
        }
    }
}

fn identify(
    instance: &Instance,
    from: TokenFrom,
    socket: &SocketRef,
    auth: Option<&Value>,
) -> Result<Identity, TokenRefused> {
    let token = match from {
        TokenFrom::AuthOrHeader => match auth.and_then(|auth| auth.get("token")) {
            // A token that is there but is no text does not fall back to the header: the client meant this one.
            Some(Value::String(token)) => token.as_str(),
            Some(Value::Null) | None => bearer(socket).ok_or(TokenRefused::Missing)?,
            Some(_) => return Err(TokenRefused::Invalid),
        },
    };
    instance.tokens.verify(token, clock::now())
}

fn bearer(socket: &SocketRef) -> Option<&str> {
    let value = socket.req_parts().headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Counts a socket that was let in, and notes what carries it.
pub(crate) fn connected(instance: &Instance, socket: &SocketRef) {
    instance.stats.joined();
    let request = socket.req_parts();
    // A session that began as polling is noted when it upgrades: this request is not its WebSocket then.
    if SessionQuery::parse(request.uri.query().unwrap_or_default()).websocket
        && let Some(ConnectInfo(peer)) = request.extensions.get::<ConnectInfo<Peer>>()
    {
        instance.carriers.carry(socket.id.as_str(), peer);
    }
}

/// Counts a socket that has gone, and frees what a dead peer would hold.
pub(crate) fn disconnected(instance: &Instance, socket: &SocketRef, reason: DisconnectReason) {
    instance.stats.left();
    match reason {
        // The writer may be stuck on a connection that nobody reads; only cutting it ends the writer.
        DisconnectReason::HeartbeatTimeout => instance.carriers.end(socket.id.as_str()),
        DisconnectReason::TransportClose
        | DisconnectReason::MultipleHttpPollingError
        | DisconnectReason::PacketParsingError
        | DisconnectReason::TransportError
        | DisconnectReason::ClientNSDisconnect
        | DisconnectReason::ServerNSDisconnect
        | DisconnectReason::ClosingServer => {}
    }
    instance.carriers.forget(socket.id.as_str());
    tracing::debug!(sid = %socket.id, %reason, "A client has gone");
}
