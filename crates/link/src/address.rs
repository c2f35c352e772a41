//! Which servers may be connected to.

use std::net::IpAddr;

use url::{Host, Url};

/// A server's base URL that keeps the rules: `https`, or clear text to this computer, or with the person's
/// consent; no credentials, no query, no fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server(Url);

/// Why an address can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a URL.
    #[error("\"{0}\" is not an address. It should look like https://example.com")]
    NotAUrl(String),
    /// Neither http, https, ws nor wss.
    #[error("\"{0}:\" is not an address of a server. Use https://")]
    Scheme(String),
    /// A user name or password in the URL.
    #[error("The address holds a user name or a password. Leave them out and sign in instead")]
    Credentials,
    /// Clear text to another computer without consent.
    #[error("{0} would be reached without encryption: anybody on the way could read the token. Use https://")]
    ClearText(String),
}

impl Server {
    /// Reads an address as a person writes it. `clear_text` is the person's consent.
    ///
    /// # Errors
    /// What is wrong, and what to write instead.
    pub fn parse(text: &str, clear_text: bool) -> Result<Self, AddressError> {
        let text = text.trim();
        let mut url = Url::parse(text).map_err(|_| AddressError::NotAUrl(text.to_owned()))?;
        let scheme = match url.scheme() {
            "https" | "wss" => "https",
            "http" | "ws" => "http",
            other => return Err(AddressError::Scheme(other.to_owned())),
        };
        let Some(host) = url.host().map(|host| host.to_owned()) else {
            return Err(AddressError::NotAUrl(text.to_owned()));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Credentials);
        }
        if scheme == "http" && !clear_text && !is_loopback(&host) {
            return Err(AddressError::ClearText(host.to_string()));
        }
        url.set_query(None);
        url.set_fragment(None);
        // ws and http, wss and https are of one kind, between which a URL can be changed.
        if url.set_scheme(scheme).is_err() {
            return Err(AddressError::Scheme(scheme.to_owned()));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The URL, with `http` or `https`.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The URL as it is stored and shown, without a slash at the end.
    pub fn as_text(&self) -> String {
        self.0.as_str().trim_end_matches('/').to_owned()
    }
}

fn is_loopback(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => IpAddr::from(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::from(*address).is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, AddressError> {
        Server::parse(text, false).map(|server| server.as_text())
    }

    #[test]
    fn an_address_is_written_in_one_way() {
        assert_eq!(
            parse("wss://Example.COM:443/api/?x=1#y").unwrap(),
            "https://example.com/api"
        );
        assert_eq!(parse(" ws://localhost:3000 ").unwrap(), "http://localhost:3000");
        assert_eq!(parse("http://[::1]:3000/").unwrap(), "http://[::1]:3000");
        assert_eq!(parse("http://127.0.0.1:3000").unwrap(), "http://127.0.0.1:3000");
    }

    #[test]
    fn clear_text_leaves_this_computer_only_by_consent() {
        assert!(matches!(
            parse("http://example.com"),
            Err(AddressError::ClearText(_))
        ));
        assert!(matches!(
            parse("ws://192.168.1.4"),
            Err(AddressError::ClearText(_))
        ));
        assert!(matches!(
            parse("http://localhost.example.com"),
            Err(AddressError::ClearText(_))
        ));
        assert!(Server::parse("http://example.com", true).is_ok());
    }

    #[test]
    fn what_is_no_servers_address_is_refused_in_words() {
        assert!(matches!(parse("example.com"), Err(AddressError::NotAUrl(_))));
        assert!(matches!(
            parse("file:///etc/passwd"),
            Err(AddressError::Scheme(_))
        ));
        assert!(matches!(
            parse("https://user:pw@example.com"),
            Err(AddressError::Credentials)
        ));
        assert!(matches!(parse(""), Err(AddressError::NotAUrl(_))));
    }
}
