//! What every conversation begins with.

use std::time::Duration;

use carillon_socketio::{Connection, Event, Options, connect};
use tokio::time::timeout;

/// Longer than anything takes that works, on a busy machine too.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Waits for what must come.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(LIMIT, what)
        .await
        .unwrap_or_else(|_| panic!("nothing came within {LIMIT:?}"))
}

/// A connection to the main namespace whose greeting has been taken.
pub(crate) async fn greeted(options: Options) -> Connection {
    let mut connection = soon(connect(options)).await.unwrap();
    assert_eq!(next(&mut connection).await.name, "hello");
    assert_eq!(next(&mut connection).await.name, "hello again");
    connection
}

/// The next event.
pub(crate) async fn next(connection: &mut Connection) -> Event {
    soon(connection.events.next())
        .await
        .unwrap_or_else(|| panic!("{:?}", connection.events.close_reason()))
}
