//! What an instance is started with: plain data, no behaviour beyond defaults.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    path::PathBuf,
    time::Duration,
};

use zeroize::Zeroizing;

use crate::{Platform, guesslyfe};

/// A text that must not be seen: a signing secret or a password.
///
/// It has neither `Debug` nor `Display` nor `Serialize`; [`Secret::expose`] is the one door.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Shows the text. Keep what it returns in the expression that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Where the event log and the refresh tokens are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// A fresh folder that is removed when the instance stops.
    Temporary,
    /// An SQLite file that outlives the instance; made when it is missing.
    File(PathBuf),
}

/// How a password is held.
#[derive(Clone)]
pub enum Password {
    /// As typed; hashed when the instance starts. For demo logins and tests.
    Plain(Secret),
    /// An Argon2 hash in PHC form (`$argon2id$v=19$...`).
    Hash(String),
}

/// Somebody who can sign in.
#[derive(Clone)]
pub struct Account {
    /// The id by which notifications address the user (G073).
    pub user_id: String,
    /// The name typed at sign-in.
    pub username: String,
    /// The wallet address; its lower-case form names the personal room (G085).
    pub wallet: String,
    /// The password.
    pub password: Password,
}

/// A token bucket: `burst` at once, refilled evenly over `period`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many are let through at once, and how many refill within `period`.
    pub burst: NonZeroU32,
    /// The time in which an empty bucket fills up.
    pub period: Duration,
}

impl Rate {
    /// `burst` per minute; zero is read as one.
    #[must_use]
    pub fn per_minute(burst: u32) -> Self {
        Self {
            burst: NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN),
            period: Duration::from_secs(60),
        }
    }

    /// `burst` per second; zero is read as one.
    #[must_use]
    pub fn per_second(burst: u32) -> Self {
        Self {
            burst: NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN),
            period: Duration::from_secs(1),
        }
    }
}

/// What one client, one address and the whole instance may use. A `None` rate is unlimited.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Sockets connected at the same time (G109).
    pub connections: usize,
    /// Rooms of one socket, the automatic ones included (G110).
    pub rooms_per_client: usize,
    /// New sessions from one address (G116).
    pub connections_per_ip: Option<Rate>,
    /// Sign-ins and refreshes from one address.
    pub logins_per_ip: Option<Rate>,
    /// Sign-ins for one user name, whoever asks.
    pub logins_per_user: Option<Rate>,
    /// Events that one socket may send.
    pub events_per_socket: Option<Rate>,
    /// The largest HTTP body of the sign-in and `/dev` routes, in bytes.
    pub http_body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            rooms_per_client: 100,
            // A hundred people behind one address who all reconnect after an outage still get in.
            connections_per_ip: Some(Rate::per_minute(600)),
            logins_per_ip: Some(Rate::per_minute(120)),
            // Argon2 costs an attacker time; this bounds the number of guesses as well.
            logins_per_user: Some(Rate::per_minute(30)),
            events_per_socket: Some(Rate::per_second(200)),
            http_body: 256 * 1024,
        }
    }
}

/// How long the event log remembers. What is older can no longer be caught up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The most events kept.
    pub count: u64,
    /// The age at which an event is dropped.
    pub age: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            count: 200_000,
            age: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}

/// The numbers of the Engine.IO and Socket.IO layers.
#[derive(Debug, Clone)]
pub struct SocketOptions {
    /// The pause between the server's pings (G111).
    pub ping_interval: Duration,
    /// How long a pong may take (G112).
    pub ping_timeout: Duration,
    /// How long a session may stay without joining a namespace.
    pub connect_timeout: Duration,
    /// Packets that wait for one slow client before it is closed as lagging.
    pub send_buffer: usize,
    /// The largest message a client may send, in bytes; told to it as Engine.IO's `maxPayload`.
    pub max_message: usize,
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(45),
            // The library's 128 overflows in an ordinary burst; 1024 envelopes are about half a megabyte.
            send_buffer: 1024,
            // The default of the official server: a client written against that never meets a smaller one.
            max_message: 1_000_000,
        }
    }
}

/// All that [`crate::start`] needs.
#[derive(Clone)]
pub struct Config {
    /// The address to listen on; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Where the log is kept.
    pub data: Data,
    /// Signs access tokens; `None` makes a random one, so that tokens end with the process.
    pub jwt_secret: Option<Secret>,
    /// Still accepted while clients hold tokens signed with it (G119).
    pub previous_jwt_secret: Option<Secret>,
    /// How long an access token is valid.
    pub access_lifetime: Duration,
    /// How long an unused refresh token is valid.
    pub refresh_lifetime: Duration,
    /// How long a refresh token that was already exchanged may be shown once more.
    pub refresh_reuse_grace: Duration,
    /// Who can sign in.
    pub accounts: Vec<Account>,
    /// Web origins that may call the HTTP routes and poll (G101); `*` allows any.
    pub cors_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed (G093).
    pub trusted_proxies: Vec<IpAddr>,
    /// Rates and sizes.
    pub limits: Limits,
    /// How long events are kept.
    pub retention: Retention,
    /// Heartbeat and buffers.
    pub socket: SocketOptions,
    /// Whether to offer what the guides do not know: `seq`, `sync`, `capabilities`.
    pub extensions: bool,
    /// Whether a client in two rooms of an event gets it twice, as the platform does (G014).
    pub double_delivery: bool,
    /// Whether `/dev/*` answers; `None` means only on a loopback address.
    pub dev: Option<bool>,
    /// Which platform's server this is.
    pub platform: Platform,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            bind: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), guesslyfe::DEFAULT_PORT),
            data: Data::Temporary,
            jwt_secret: None,
            previous_jwt_secret: None,
            access_lifetime: Duration::from_secs(15 * 60),
            refresh_lifetime: Duration::from_secs(30 * 24 * 60 * 60),
            refresh_reuse_grace: Duration::from_secs(30),
            accounts: Vec::new(),
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            limits: Limits::default(),
            retention: Retention::default(),
            socket: SocketOptions::default(),
            extensions: true,
            double_delivery: true,
            dev: None,
            platform: Platform::GuessLyfe(guesslyfe::Options::default()),
        }
    }
}

impl Config {
    /// A quiet instance for tests: a free loopback port, a temporary log, no mock market, the logins
    /// `alice`/`demo-alice` and `bob`/`demo-bob`, and no rate limits.
    #[must_use]
    pub fn for_tests() -> Self {
        Self {
            bind: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            accounts: guesslyfe::demo_accounts(),
            limits: Limits {
                connections_per_ip: None,
                logins_per_ip: None,
                logins_per_user: None,
                events_per_socket: None,
                ..Limits::default()
            },
            platform: Platform::GuessLyfe(guesslyfe::Options {
                market: None,
                ..guesslyfe::Options::default()
            }),
            ..Self::default()
        }
    }

    /// Whether `/dev/*` answers on the address this config binds.
    #[must_use]
    pub fn dev_enabled(&self) -> bool {
        self.dev.unwrap_or_else(|| self.bind.ip().is_loopback())
    }
}
