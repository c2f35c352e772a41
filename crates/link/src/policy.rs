//! How patient a link is. Values come from the platform and may be overridden for an account.

use std::time::Duration;

/// The numbers behind the decisions of [`crate::phase`].
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Fast tries; after them it goes on slowly and never gives up by itself.
    pub attempts: u32,
    /// The first delay.
    pub delay: Duration,
    /// What each further delay is multiplied by.
    pub factor: f64,
    /// The longest delay of the fast tries.
    pub cap: Duration,
    /// The delay of the slow tries, and of a server that closes or refuses on purpose.
    pub slow: Duration,
    /// How far a delay may be off, as a share of it.
    pub jitter: f64,
    /// How long a server may take from accepting the connection to saying that it is signed in.
    pub sign_in: Duration,
    /// How long a connection has to hold until the count of failed tries starts anew: a server that accepts
    /// and then drops is not hammered.
    pub stable: Duration,
    /// How long a connection may take to show that it outlived a sleep or a change of the network.
    pub verify: Duration,
    /// How long a check may take that a connection brings anything.
    pub check: Duration,
    /// The shortest time between two hints that are acted on; of those in between the last one counts.
    pub hint_pause: Duration,
    /// How often a connection is checked while it is online, where the platform's guide wants that.
    pub health_check: Option<Duration>,
    /// Whether a server that ends the connection on purpose means the token: it is renewed once, and the next try
    /// follows at once.
    pub refresh_after_server_disconnect: bool,
    /// Whether a token that was replaced before it ran out is shown to the server by connecting anew.
    pub reconnect_with_new_token: bool,
    /// The shortest time between two tokens that are fetched ahead.
    pub replace_pause: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: 5,
            delay: Duration::from_secs(1),
            factor: 2.0,
            cap: Duration::from_secs(5),
            slow: Duration::from_secs(30),
            jitter: 0.5,
            sign_in: Duration::from_secs(10),
            stable: Duration::from_secs(10),
            verify: Duration::from_secs(3),
            check: Duration::from_secs(10),
            hint_pause: Duration::from_secs(10),
            health_check: None,
            refresh_after_server_disconnect: false,
            reconnect_with_new_token: false,
            replace_pause: Duration::from_secs(30),
        }
    }
}
