//! A network that comes, goes or is another one, as the system's addresses tell it.

use std::net::IpAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use if_watch::IfEvent;
use if_watch::tokio::IfWatcher;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Hint, TOGETHER, tell};

/// How long to wait before the system is asked again that did not go on telling.
const AGAIN: Duration = Duration::from_secs(30);

pub(super) async fn watch(told: mpsc::Sender<Hint>) {
    loop {
        match IfWatcher::new() {
            Ok(addresses) => follow(addresses, &told).await,
            // A system that does not tell will not later either.
            Err(error) => {
                tracing::warn!(%error, "Watch the network");
                return;
            }
        }
        sleep(AGAIN).await;
    }
}

/// Follows what the system tells, until it tells nothing more.
async fn follow(mut addresses: IfWatcher, told: &mpsc::Sender<Hint>) {
    // It begins with telling all that there are, which is no change.
    calm(&mut addresses).await;
    loop {
        match addresses.next().await {
            Some(Ok(event)) if !is_own(&event) => {
                calm(&mut addresses).await;
                tracing::info!("The network changed");
                tell(told, Hint::NetworkChanged);
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::warn!(%error, "Watch the network");
                return;
            }
            None => return,
        }
    }
}

/// Takes what belongs together.
async fn calm(addresses: &mut IfWatcher) {
    let until = Instant::now() + TOGETHER;
    // An error is left for who reads on: once there is one, it comes without end.
    while let Ok(Some(Ok(_))) = timeout_at(until, addresses.next()).await {}
}

/// Whether it is about this computer's way to itself, or to its neighbour: no server is reached by that.
fn is_own(event: &IfEvent) -> bool {
    let (IfEvent::Up(network) | IfEvent::Down(network)) = event;
    match network.addr() {
        IpAddr::V4(address) => address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unicast_link_local(),
    }
}
