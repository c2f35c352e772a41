//! Joining a namespace: what is made for it, and what becomes of it.

use std::{sync::Arc, time::Duration};

use serde_json::value::RawValue;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout},
};

use crate::{
    AddressError, ConnectError, Connection, Events, Recovery, Refusal, Session, Socket, Stage,
    driver::{Member, Welcome, Wish},
    membership::{Membership, Presence},
    packet::{self, MAIN, Outgoing},
    queue::{Outlet, queue},
    recovery,
    socket::Shared,
};

/// The handles' side of a namespace that is not joined yet. Dropped, it takes the wish back.
pub(crate) struct Entrance {
    presence: Arc<Presence>,
    outlet: Outlet,
}

/// The I/O task's side.
pub(crate) struct Entry {
    pub(crate) member: Member,
    pub(crate) hello: Outgoing,
}

/// What the server says to it.
pub(crate) type Answer = oneshot::Receiver<Result<Welcome, Refusal>>;

impl Entrance {
    pub(crate) fn new(
        shared: &Arc<Shared>,
        namespace: &str,
        auth: Option<&RawValue>,
        asked: Option<Recovery>,
    ) -> (Self, Entry, Answer) {
        let hello = packet::encode_connect(namespace, &recovery::payload(auth, asked.as_ref()));
        let membership = Arc::new(Membership::new(namespace.to_owned(), shared.acks.clone()));
        let (events, outlet) = queue(&shared.limits);
        let (answer, answered) = oneshot::channel();
        let member = Member::new(membership.clone(), events, &shared.limits, asked, answer);
        let presence = Arc::new(Presence {
            membership,
            shared: shared.clone(),
        });
        (Self { presence, outlet }, Entry { member, hello }, answered)
    }

    /// The handles, now that the server has let this side in.
    pub(crate) fn admit(
        self,
        welcome: Welcome,
        outgoing: mpsc::Sender<Outgoing>,
        opened_in: Duration,
    ) -> Connection {
        let Self { presence, outlet } = self;
        let (handshake, transport) = (&presence.shared.handshake, presence.shared.transport());
        Connection {
            session: Session {
                id: welcome.sid,
                ping_interval: handshake.ping_interval(),
                ping_timeout: handshake.ping_timeout(),
                max_payload: handshake.max_payload,
                engine_id: handshake.sid.clone(),
                transport,
                opened_in,
            },
            recovered: welcome.recovered,
            socket: Socket {
                outgoing: outgoing.clone(),
                presence: presence.clone(),
            },
            events: Events {
                outlet,
                presence,
                _outgoing: outgoing,
            },
        }
    }
}

impl Socket {
    /// Joins another namespace on the same connection: with its own events, its own acknowledgements and its own end.
    ///
    /// Who drops the future before it is ready takes the wish back. What the server has begun to look at can't be taken
    /// back before it has answered, though: until then another attempt at the same namespace waits.
    ///
    /// The connection ends with its last namespace. As it has one order, a reader of one namespace who stands still holds
    /// up the others too.
    ///
    /// # Errors
    /// [`ConnectError::Refused`] leaves the connection and its other namespaces as they are; it may be tried again, also
    /// with other credentials. So do [`ConnectError::TimedOut`] after [`Timeouts::connect`](crate::Timeouts::connect), and
    /// [`ConnectError::Address`] for a name that is none or is joined already. [`ConnectError::Closed`]: the connection
    /// ended.
    pub async fn join(
        &self,
        namespace: &str,
        auth: Option<&RawValue>,
        recovery: Option<&Recovery>,
    ) -> Result<Connection, ConnectError> {
        let namespace = name(namespace)?;
        let since = Instant::now();
        let Presence { membership, shared } = self.presence.as_ref();
        let (entrance, Entry { member, hello }, answer) =
            Entrance::new(shared, &namespace, auth, recovery.cloned());
        let joining = async {
            let wish = Wish::Join(Box::new(member), hello);
            shared.wishes.send(wish).await.map_err(|_| membership.closed())?;
            match answer.await {
                Ok(said) => said.map_err(ConnectError::Refused),
                Err(_) => Err(match entrance.presence.membership.ended() {
                    Some(reason) => crate::Closed(reason.clone()).into(),
                    None => AddressError::Joined.into(),
                }),
            }
        };
        let welcome = timeout(shared.connect, joining)
            .await
            .unwrap_or(Err(ConnectError::TimedOut(Stage::Connect)))?;
        Ok(entrance.admit(welcome, self.outgoing.clone(), since.elapsed()))
    }
}

/// The namespace as it stands in packets.
pub(crate) fn name(name: &str) -> Result<String, AddressError> {
    match name {
        "" => Ok(MAIN.to_owned()),
        name if name.starts_with(MAIN) && !name.contains([',', '\u{1e}']) => Ok(name.to_owned()),
        _ => Err(AddressError::Namespace),
    }
}
