//! What this side sees of a connection.

use std::time::Duration;

use carillon_socketio::{CloseReason, Connection, Event};
use tokio::time::timeout;

/// Longer than anything takes that works, on a busy machine too.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// How the connection ends.
pub(crate) async fn end(connection: &Connection) -> CloseReason {
    timeout(LIMIT, connection.socket.closed()).await.unwrap()
}

/// The next event.
pub(crate) async fn next(connection: &mut Connection) -> Event {
    timeout(LIMIT, connection.events.next()).await.unwrap().unwrap()
}

/// The names of all events up to the end.
pub(crate) async fn names(connection: &mut Connection) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(event) = timeout(LIMIT, connection.events.next()).await.unwrap() {
        names.push(event.name);
    }
    names
}
