//! What a client can say: connect, `subscribe`, `unsubscribe`, `getRooms`, `ping`, and our `sync`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socketioxide::{
    SocketIo,
    extract::{SocketRef, TryData},
    handler::ConnectHandler,
    socket::DisconnectReason,
};

use super::{KnownMarkets, rooms, rooms::Manual, sync};
use crate::{
    clock,
    instance::Instance,
    session::Session,
    socket::{self, Argument, Refusal, Reply, TokenFrom},
};

/// What the handlers work on.
#[derive(Clone)]
struct Context {
    instance: Arc<Instance>,
    markets: KnownMarkets,
    strict_markets: bool,
}

/// Registers the namespace `/`.
pub(super) fn register(io: &SocketIo, instance: Arc<Instance>, markets: KnownMarkets, strict_markets: bool) {
    let context = Context {
        instance,
        markets,
        strict_markets,
    };
    let admission = {
        let instance = Arc::clone(&context.instance);
        move |socket: SocketRef, TryData(auth): TryData<Value>| {
            let admitted = socket::admit(&instance, TokenFrom::AuthOrHeader, &socket, auth.ok().as_ref());
            std::future::ready(admitted)
        }
    };
    let welcome = move |socket: SocketRef| {
        context.welcome(&socket);
        std::future::ready(())
    };
    io.ns("/", welcome.with(admission));
}

/// The body of `subscribe` and `unsubscribe` (G050, G052).
#[derive(Deserialize)]
struct RoomRequest {
    room: Manual,
    id: String,
}

/// The answer to both.
#[derive(Serialize)]
struct RoomAnswer {
    success: bool,
    room: String,
    message: String,
}

impl Context {
    /// Joins the automatic rooms, says so (G038), and listens from then on.
    fn welcome(&self, socket: &SocketRef) {
        socket::connected(&self.instance, socket);
        self.listen(socket);
        let Some(session) = socket.extensions.get::<Session>() else {
            return;
        };
        let own = rooms::user(&session.identity().wallet_key());
        socket.join([own.clone(), rooms::GLOBAL.to_owned()]);
        let mut welcome = json!({ "message": "Connected to GuessLyfe", "rooms": [own, rooms::GLOBAL] });
        if self.instance.extensions
            && let Some(fields) = welcome.as_object_mut()
        {
            // Read after joining: whatever has a higher number will arrive live.
            let log = &self.instance.log;
            fields.insert("capabilities".to_owned(), json!(["sync", "idempotent"]));
            fields.insert("sync".to_owned(), json!({ "log": log.id(), "head": log.head() }));
        }
        self.instance.fanout.emit(socket, "connected", &welcome);
    }

    fn listen(&self, socket: &SocketRef) {
        let context = self.clone();
        socket.on("subscribe", move |reply: Reply, argument: Argument| {
            if let Some(reply) = context.guard(reply) {
                context.subscribe(reply, argument);
            }
            std::future::ready(())
        });
        let context = self.clone();
        socket.on("unsubscribe", move |reply: Reply, argument: Argument| {
            if let Some(reply) = context.guard(reply) {
                context.unsubscribe(reply, argument);
            }
            std::future::ready(())
        });
        let context = self.clone();
        socket.on("getRooms", move |reply: Reply| {
            if let Some(reply) = context.guard(reply) {
                let rooms = joined(&reply.socket);
                reply.send(&context.instance.fanout, &rooms);
            }
            std::future::ready(())
        });
        let context = self.clone();
        socket.on("ping", move |reply: Reply| {
            if let Some(reply) = context.guard(reply) {
                let pong = json!({ "pong": true, "timestamp": clock::iso(clock::now()) });
                reply.send(&context.instance.fanout, &pong);
            }
            std::future::ready(())
        });
        if self.instance.extensions {
            self.listen_for_extensions(socket);
        }
        let context = self.clone();
        socket.on_disconnect(move |socket: SocketRef, reason: DisconnectReason| {
            socket::disconnected(&context.instance, &socket, reason);
            std::future::ready(())
        });
    }

    /// What a server of the guide alone would leave unanswered.
    fn listen_for_extensions(&self, socket: &SocketRef) {
        let context = self.clone();
        socket.on("sync", move |reply: Reply, argument: Argument| {
            let context = context.clone();
            async move {
                if let Some(reply) = context.guard(reply) {
                    sync::answer(&context.instance, reply, argument).await;
                }
            }
        });
        let context = self.clone();
        socket.on_fallback(move |reply: Reply| {
            if let Some(reply) = context.guard(reply) {
                let refusal = Refusal::new("unknown_event", "There is no such event");
                reply.send(&context.instance.fanout, &refusal);
            }
            std::future::ready(())
        });
    }

    /// Lets an event through that the socket may send now; answers the others itself.
    fn guard(&self, reply: Reply) -> Option<Reply> {
        let session = reply.socket.extensions.get::<Session>()?;
        if session.is_lagging() {
            return None;
        }
        if !session.may_send() {
            self.instance.stats.limited();
            reply.refuse(
                &self.instance.fanout,
                &Refusal::new("rate_limited", "Too many requests, slow down"),
            );
            return None;
        }
        Some(reply)
    }

    fn subscribe(&self, reply: Reply, argument: Argument) {
        let fanout = &self.instance.fanout;
        let (request, room) = match read(argument) {
            Ok(read) => read,
            Err(refusal) => return reply.refuse(fanout, &refusal),
        };
        if self.strict_markets && request.room == Manual::Market && !self.markets.contains(&request.id) {
            let refusal = Refusal::new("unknown_market", format!("There is no market {}", request.id));
            return reply.refuse(fanout, &refusal.about(room));
        }
        let joined = joined(&reply.socket);
        let limit = self.instance.limits.rooms_per_client;
        if !joined.contains(&room) && joined.len() >= limit {
            let refusal = Refusal::new(
                "too_many_rooms",
                format!("A client may be in {limit} rooms at most"),
            );
            return reply.refuse(fanout, &refusal.about(room));
        }
        // Joining a room twice is joining it once.
        reply.socket.join(room.clone());
        let message = format!("Subscribed to {room}");
        reply.send(
            fanout,
            &RoomAnswer {
                success: true,
                room,
                message,
            },
        );
    }

    fn unsubscribe(&self, reply: Reply, argument: Argument) {
        let fanout = &self.instance.fanout;
        let room = match read(argument) {
            Ok((_, room)) => room,
            Err(refusal) => return reply.refuse(fanout, &refusal),
        };
        reply.socket.leave(room.clone());
        let message = format!("Unsubscribed from {room}");
        reply.send(
            fanout,
            &RoomAnswer {
                success: true,
                room,
                message,
            },
        );
    }
}

/// Reads a room request strictly; `user:` and `global:` rooms cannot be asked for (G085).
fn read(argument: Argument) -> Result<(RoomRequest, String), Refusal> {
    let malformed = || {
        Refusal::new(
            "invalid_request",
            "Expected {room: 'market' or 'creator', id: string}",
        )
    };
    let request: RoomRequest = argument.read().ok_or_else(malformed)?;
    let invalid = || {
        Refusal::new(
            "invalid_id",
            "An id has 1 to 128 letters, digits, '-', '_' or '.'",
        )
    };
    let room = request.room.room(&request.id).ok_or_else(invalid)?;
    Ok((request, room))
}

/// The rooms of a socket, sorted.
pub(super) fn joined(socket: &SocketRef) -> Vec<String> {
    let mut rooms: Vec<String> = socket.rooms().into_iter().map(String::from).collect();
    rooms.sort_unstable();
    rooms
}
