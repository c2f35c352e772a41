//! A TCP connection to one of a host's addresses.

use std::{collections::VecDeque, io, net::SocketAddr, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::{TcpStream, lookup_host},
    time::sleep,
};
use url::Host;

/// How long an address may keep the next one waiting (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// Without traffic for this long the system asks whether the peer is there. It backs up the heartbeat while
/// reading stands still.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(30);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);

/// Connects to the first address of `host` that answers.
pub(super) async fn dial(host: &Host<String>, port: u16) -> io::Result<TcpStream> {
    let addresses = match host {
        Host::Domain(name) => lookup_host((name.as_str(), port)).await?.collect(),
        Host::Ipv4(address) => vec![SocketAddr::from((*address, port))],
        Host::Ipv6(address) => vec![SocketAddr::from((*address, port))],
    };
    let stream = first_to_answer(alternate(addresses)).await?;
    // An event must not wait for the acknowledgement of the one before it.
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_AFTER)
        .with_interval(KEEPALIVE_EVERY);
    SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
    Ok(stream)
}

/// Takes turns between IPv6 and IPv4, the resolver's first choice first, so that one broken family costs one
/// head start.
fn alternate(addresses: Vec<SocketAddr>) -> VecDeque<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut these, mut others): (VecDeque<_>, VecDeque<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let mut turns = VecDeque::with_capacity(these.len() + others.len());
    while let Some(address) = these.pop_front() {
        turns.push_back(address);
        turns.extend(others.pop_front());
    }
    turns.extend(others);
    turns
}

async fn first_to_answer(mut addresses: VecDeque<SocketAddr>) -> io::Result<TcpStream> {
    let mut error = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    let mut attempts = FuturesUnordered::new();
    loop {
        attempts.extend(addresses.pop_front().map(TcpStream::connect));
        tokio::select! {
            answer = attempts.next() => match answer {
                Some(Ok(stream)) => return Ok(stream),
                Some(Err(failed)) => error = failed,
                None => return Err(error),
            },
            () = sleep(HEAD_START), if !addresses.is_empty() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn families_take_turns() {
        let mixed = addresses(&["[::1]:1", "[::2]:1", "[::3]:1", "127.0.0.1:1"]);
        assert_eq!(
            alternate(mixed),
            addresses(&["[::1]:1", "127.0.0.1:1", "[::2]:1", "[::3]:1"])
        );
        let v4_first = addresses(&["127.0.0.1:1", "[::1]:1"]);
        assert_eq!(alternate(v4_first.clone()), v4_first);
        assert!(alternate(Vec::new()).is_empty());
    }

    #[tokio::test]
    async fn a_dead_address_gives_way_to_the_next() {
        let gone = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let stream = first_to_answer([gone, here].into()).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), here);
    }

    #[tokio::test]
    async fn the_last_error_is_told() {
        let gone = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap();
        assert_eq!(
            first_to_answer([gone].into()).await.unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );
        assert_eq!(
            first_to_answer([].into()).await.unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }

    #[tokio::test]
    async fn the_connection_sends_at_once_and_is_kept_alive() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let stream = dial(&Host::Ipv4([127, 0, 0, 1].into()), port).await.unwrap();
        assert!(stream.nodelay().unwrap());
        assert!(SockRef::from(&stream).keepalive().unwrap());
    }
}
