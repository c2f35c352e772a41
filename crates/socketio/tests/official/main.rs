//! The client against the official server, `tests/node/echo.mjs`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

mod acknowledgements;
#[path = "../common/certificate.rs"]
mod certificate;
mod compression;
mod connecting;
mod ends;
mod events;
mod namespaces;
mod node;
mod polling;
mod proxy;
#[path = "../common/reasons.rs"]
mod reasons;
mod recovery;
mod secure;
mod soak;
mod sticky;
mod upgrade;

use std::time::Duration;

use carillon_socketio::{Connection, Event, Options, connect};
use tokio::time::timeout;

/// Longer than anything takes that works, on a busy machine too.
const LIMIT: Duration = Duration::from_secs(30);

/// Waits for what must come.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(LIMIT, what)
        .await
        .unwrap_or_else(|_| panic!("nothing came within {LIMIT:?}"))
}

/// A connection to the main namespace whose greeting has been taken.
async fn greeted(options: Options) -> Connection {
    let mut connection = soon(connect(options)).await.unwrap();
    assert_eq!(next(&mut connection).await.name, "hello");
    assert_eq!(next(&mut connection).await.name, "hello again");
    connection
}

async fn next(connection: &mut Connection) -> Event {
    soon(connection.events.next())
        .await
        .unwrap_or_else(|| panic!("{:?}", connection.events.close_reason()))
}
