//! Whose address a rate limit counts (G093).

use std::net::IpAddr;

use axum::http::HeaderMap;

/// The client's address: the peer's, or behind trusted proxies the last one they did not add themselves.
///
/// Only what a trusted proxy appended is believed; anything further left was written by the client.
pub(crate) fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|hop| hop.trim().parse::<IpAddr>())
        .collect::<Vec<_>>();
    let mut address = peer;
    for hop in forwarded.into_iter().rev() {
        if !trusted.contains(&address.to_canonical()) {
            break;
        }
        match hop {
            Ok(hop) => address = hop,
            Err(_) => break,
        }
    }
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn forwarded(value: &str) -> HeaderMap {
        HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), value.parse().unwrap())])
    }

    #[test]
    fn a_stranger_cannot_choose_its_address() {
        assert_eq!(
            client_ip(ip("192.0.2.9"), &forwarded("198.51.100.1"), &[ip("10.0.0.1")]),
            ip("192.0.2.9")
        );
    }

    #[test]
    fn a_trusted_proxy_is_believed_for_the_hop_it_added() {
        let headers = forwarded("203.0.113.66, 198.51.100.1, 10.0.0.2");
        let trusted = [ip("10.0.0.1"), ip("10.0.0.2")];
        assert_eq!(client_ip(ip("10.0.0.1"), &headers, &trusted), ip("198.51.100.1"));
    }

    #[test]
    fn nonsense_in_the_header_leaves_the_proxys_own_address() {
        assert_eq!(
            client_ip(ip("10.0.0.1"), &forwarded("unknown"), &[ip("10.0.0.1")]),
            ip("10.0.0.1")
        );
    }

    #[test]
    fn a_mapped_address_counts_as_the_address_it_maps() {
        assert_eq!(
            client_ip(ip("::ffff:192.0.2.9"), &HeaderMap::new(), &[]),
            ip("192.0.2.9")
        );
    }
}
