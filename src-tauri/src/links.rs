//! Addresses that come from outside: links that ask for an account, pages that a notice names, and where the
//! window may go. All are checked here, and nothing is done with them yet.

use carillon_contract::view::AccountLink;
use carillon_contract::{ApiError, ErrorCode, PlatformId};
use carillon_engine::parts::{AddressError, Platforms, Server};
use url::Url;

/// Our own scheme.
pub(crate) const SCHEME: &str = "carillon";

/// The longest link that is read, in bytes: ten times what a believable one takes.
const LONGEST: usize = 2_048;

/// The longest user name that is taken from a link, in characters.
const LONGEST_NAME: usize = 254;

/// Why a link is not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not `carillon://account?…`.
    #[error("This is not a link that Carillon knows. One looks like carillon://account?platform=…&server=…")]
    NotALink,
    /// Nobody writes that by hand.
    #[error("The link is longer than {LONGEST} bytes")]
    TooLong,
    /// A part that is missing or empty.
    #[error("The link does not say which {0}")]
    Lacks(&'static str),
    /// A part that stands twice: which one would count?
    #[error("The link says twice which {0}")]
    Twice(&'static str),
    /// A part that no link has. A token or a password in a link would stand in histories and logs.
    #[error("The link holds something that Carillon takes from no link. Nothing was added")]
    Foreign,
    /// No platform of this name.
    #[error("The link is for a platform that Carillon does not know")]
    UnknownPlatform,
    /// The server's address can't be used.
    #[error("The link's server can't be used: {0}")]
    Server(#[from] AddressError),
    /// A user name that is too long, or holds what can't be seen.
    #[error("The link's user name can't be used")]
    UserName,
}

impl From<LinkError> for ApiError {
    fn from(error: LinkError) -> Self {
        Self {
            code: ErrorCode::Invalid,
            message: error.to_string(),
        }
    }
}

/// Reads a link that asks for an account of a platform that is built in.
///
/// # Errors
/// As [`read`].
pub fn read_account(link: &str) -> Result<AccountLink, LinkError> {
    let platforms = Platforms::built_in();
    read(link, |name| platforms.get(&PlatformId::new(name)).is_some())
}

/// Reads a link that asks for an account: `carillon://account?platform=…&server=…[&username=…]`.
///
/// # Errors
/// What is wrong with it. Links come from anywhere, so that what is not understood is refused as a whole.
fn read(link: &str, is_platform: impl Fn(&str) -> bool) -> Result<AccountLink, LinkError> {
    if link.len() > LONGEST {
        return Err(LinkError::TooLong);
    }
    let url = Url::parse(link.trim()).map_err(|_| LinkError::NotALink)?;
    let is_ours = url.scheme() == SCHEME
        && url.host_str() == Some("account")
        && matches!(url.path(), "" | "/")
        && url.port().is_none();
    if !is_ours {
        return Err(LinkError::NotALink);
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(LinkError::Foreign);
    }
    let (mut platform, mut server, mut username) = (None, None, None);
    for (name, value) in url.query_pairs() {
        let (slot, what) = match &*name {
            "platform" => (&mut platform, "platform"),
            "server" => (&mut server, "server"),
            "username" => (&mut username, "user name"),
            _ => return Err(LinkError::Foreign),
        };
        if slot.replace(value.into_owned()).is_some() {
            return Err(LinkError::Twice(what));
        }
    }
    let platform = platform
        .filter(|text| !text.is_empty())
        .ok_or(LinkError::Lacks("platform"))?;
    if !is_platform(&platform) {
        return Err(LinkError::UnknownPlatform);
    }
    let server = server
        .filter(|text| !text.is_empty())
        .ok_or(LinkError::Lacks("server"))?;
    // Whether clear text is wanted is asked when the account is added, not by whoever wrote the link.
    let server = Server::parse(&server, true)?.as_text();
    let username = username.filter(|text| !text.is_empty());
    if username.as_deref().is_some_and(|name| !is_name(name)) {
        return Err(LinkError::UserName);
    }
    Ok(AccountLink {
        platform: PlatformId::new(platform),
        server,
        username,
    })
}

fn is_name(name: &str) -> bool {
    name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control)
}

/// The page that a notice names, where it may be opened in the system's browser: whole, over https, and
/// without a user name or password in it. What a platform sends is never opened unchecked (E058).
pub fn page(action_url: &str) -> Option<Url> {
    let url = Url::parse(action_url).ok()?;
    let fits = url.scheme() == "https"
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none();
    fits.then_some(url)
}

/// Whether the window may go there: to the app's own pages, and while developing to the development server.
pub(crate) fn is_own_page(url: &Url, development: Option<&Url>) -> bool {
    // Windows and Android know no scheme of our own there, and use a host of theirs.
    let is_ours = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    is_ours || development.is_some_and(|server| server.origin() == url.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_known(link: &str) -> Result<AccountLink, LinkError> {
        read(link, |platform| platform == "bells")
    }

    #[test]
    fn a_link_says_platform_server_and_perhaps_the_user_name() {
        let link = read_known("carillon://account?platform=bells&server=https://example.com%2Fapi%2F");
        assert_eq!(
            link,
            Ok(AccountLink {
                platform: PlatformId::new("bells"),
                server: String::from("https://example.com/api"),
                username: None,
            })
        );
        let link =
            read_known(" carillon://account/?username=al%C3%ADce&server=wss://example.com&platform=bells\n")
                .unwrap();
        assert_eq!(link.server, "https://example.com");
        assert_eq!(link.username.as_deref(), Some("alíce"));
    }

    #[test]
    fn other_links_are_not_ours() {
        for link in [
            "",
            "account",
            "https://example.com/account?platform=bells&server=https://example.com",
            "carillon:account?platform=bells&server=https://example.com",
            "carillon://settings?platform=bells&server=https://example.com",
            "carillon://account/add?platform=bells&server=https://example.com",
            "carillon://account:80?platform=bells&server=https://example.com",
        ] {
            assert_eq!(read_known(link), Err(LinkError::NotALink), "{link}");
        }
        let long = format!("carillon://account?platform={}", "b".repeat(LONGEST));
        assert_eq!(read_known(&long), Err(LinkError::TooLong));
    }

    #[test]
    fn a_link_with_anything_else_in_it_is_refused_as_a_whole() {
        let base = "carillon://account?platform=bells&server=https://example.com";
        for more in ["&token=x", "&password=x", "&next=https://example.com", "#token"] {
            assert_eq!(
                read_known(&format!("{base}{more}")),
                Err(LinkError::Foreign),
                "{more}"
            );
        }
        let with_password = "carillon://me:pw@account?platform=bells&server=https://example.com";
        assert_eq!(read_known(with_password), Err(LinkError::Foreign));
    }

    #[test]
    fn what_is_missing_twice_or_unusable_is_named() {
        let cases = [
            ("server=https://example.com", LinkError::Lacks("platform")),
            (
                "platform=&server=https://example.com",
                LinkError::Lacks("platform"),
            ),
            ("platform=bells", LinkError::Lacks("server")),
            (
                "platform=drums&server=https://example.com",
                LinkError::UnknownPlatform,
            ),
            (
                "platform=bells&platform=drums&server=https://example.com",
                LinkError::Twice("platform"),
            ),
            (
                "platform=bells&server=https://me:pw@example.com",
                LinkError::Server(AddressError::Credentials),
            ),
            (
                "platform=bells&server=file:///etc/passwd",
                LinkError::Server(AddressError::Scheme(String::from("file"))),
            ),
            (
                "platform=bells&server=https://example.com&username=a%0Ab",
                LinkError::UserName,
            ),
        ];
        for (query, expected) in cases {
            let link = format!("carillon://account?{query}");
            assert_eq!(read_known(&link), Err(expected), "{query}");
        }
    }

    #[test]
    fn only_whole_https_addresses_are_opened() {
        assert!(page("https://example.com/markets/7?tab=trades#last").is_some());
        for text in [
            "http://example.com",
            "/markets/7",
            "//example.com",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://me:pw@example.com",
            "mailto:alice@example.com",
            "carillon://account",
            "",
        ] {
            assert!(page(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_window_stays_on_its_own_pages() {
        let url = |text: &str| Url::parse(text).unwrap();
        for text in [
            "tauri://localhost/index.html",
            "http://tauri.localhost/",
            "https://tauri.localhost/x",
        ] {
            assert!(is_own_page(&url(text), None), "{text}");
        }
        for text in [
            "https://example.com/",
            "http://localhost:5183/",
            "tauri://elsewhere/",
            "data:text/html,x",
            "about:blank",
            "file:///index.html",
        ] {
            assert!(!is_own_page(&url(text), None), "{text}");
        }
        let development = url("http://localhost:5183");
        assert!(is_own_page(
            &url("http://localhost:5183/inbox"),
            Some(&development)
        ));
        assert!(!is_own_page(&url("http://localhost:5184/"), Some(&development)));
    }
}
