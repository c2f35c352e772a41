//! What the command line takes.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use carillon_gateway::{
    Data, Limits, Retention,
    guesslyfe::{DEFAULT_PORT, MarketOptions},
};
use clap::{Parser, Subcommand};

const ENVIRONMENT: &str = "\
Environment:
  JWT_SECRET           Signs the access tokens (HS256). Without it a random one is made, and every token
                       ends with the process. Use at least 32 random bytes.
  JWT_SECRET_PREVIOUS  Still accepted, while clients hold tokens that were signed with it.
  RUST_LOG             What is logged, such as `debug` or `carillon_gateway=debug`. [default: info]

Users file (--users):
  A JSON list. The hash comes from `carillon-gateway hash-password`.
  [{\"userId\": \"...\", \"username\": \"...\", \"walletAddress\": \"0x...\", \"passwordHash\": \"$argon2id$...\"}]

Durations are written 250ms, 1s, 15m, 12h or 30d.";

/// The reference server of GuessLyfe: Socket.IO at /socket.io, sign-in at /auth, a durable event log, a mock market.
#[derive(Parser)]
#[command(version, after_long_help = ENVIRONMENT, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// The address to listen on; 0.0.0.0 lets the network in
    #[arg(long, env = "BIND", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) bind: IpAddr,

    /// The port to listen on; 0 takes a free one
    #[arg(long, env = "PORT", default_value_t = DEFAULT_PORT)]
    pub(crate) port: u16,

    /// Where the event log and the refresh tokens are kept [default: guesslyfe.db in this user's data folder]
    #[arg(long, env = "DATA", value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,

    /// Keep nothing: the event log and the refresh tokens end with the process
    #[arg(long, conflicts_with = "data")]
    pub(crate) in_memory: bool,

    /// Who can sign in
    #[arg(long, env = "USERS", value_name = "FILE")]
    pub(crate) users: Option<PathBuf>,

    /// Also let the demo logins in; the default on a loopback address without a users file
    #[arg(long, overrides_with = "no_demo")]
    pub(crate) demo: bool,

    /// Let no demo logins in
    #[arg(long)]
    pub(crate) no_demo: bool,

    /// How long an access token is valid
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "15m")]
    pub(crate) access_lifetime: Duration,

    /// How long an unused refresh token is valid
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30d")]
    pub(crate) refresh_lifetime: Duration,

    /// The pause between two trades of the mock market
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "1s")]
    pub(crate) market_interval: Duration,

    /// Chooses what happens in the mock market
    #[arg(long, value_name = "NUMBER", default_value_t = MarketOptions::default().seed)]
    pub(crate) market_seed: u64,

    /// How far back the mock market begins on a fresh log
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "26h")]
    pub(crate) market_history: Duration,

    /// No mock market: silent until something is emitted
    #[arg(long)]
    pub(crate) no_market: bool,

    /// Refuse to subscribe to markets that were never announced
    #[arg(long)]
    pub(crate) strict_markets: bool,

    /// Only what the platform's guide knows: no `seq`, no `sync`, no `capabilities`
    #[arg(long)]
    pub(crate) plain: bool,

    /// Send an event once to a client that is in two of its rooms, where the platform sends it twice
    #[arg(long)]
    pub(crate) single_delivery: bool,

    /// Answer /dev/*; the default on a loopback address. Whoever reaches it can emit anything
    #[arg(long, overrides_with = "no_dev")]
    pub(crate) dev: bool,

    /// Do not answer /dev/*
    #[arg(long)]
    pub(crate) no_dev: bool,

    /// A web origin whose pages may call; repeatable, `*` allows any
    #[arg(
        long = "cors-origin",
        env = "CORS_ORIGINS",
        value_delimiter = ',',
        value_name = "ORIGIN"
    )]
    pub(crate) cors_origins: Vec<String>,

    /// A proxy whose X-Forwarded-For is believed; repeatable
    #[arg(
        long = "trusted-proxy",
        env = "TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "IP"
    )]
    pub(crate) trusted_proxies: Vec<IpAddr>,

    /// The most sockets at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().connections)]
    pub(crate) max_connections: usize,

    /// The most events kept for clients that were away
    #[arg(long, value_name = "NUMBER", default_value_t = Retention::default().count)]
    pub(crate) keep_events: u64,

    /// How long events are kept for clients that were away
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30d")]
    pub(crate) keep_for: Duration,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Read a password from standard input and print its hash for a users file
    HashPassword,
}

impl Cli {
    /// Whether the demo logins are let in.
    pub(crate) fn wants_demo(&self) -> bool {
        self.demo || (!self.no_demo && self.bind.is_loopback() && self.users.is_none())
    }

    /// Where what must outlive the process is kept.
    pub(crate) fn place(&self) -> Result<Data> {
        if self.in_memory {
            return Ok(Data::Temporary);
        }
        if let Some(file) = &self.data {
            return Ok(Data::File(file.clone()));
        }
        let dirs = directories::ProjectDirs::from("", "", "carillon-gateway")
            .context("There is no home folder to keep data in. Give --data FILE or --in-memory")?;
        let folder = dirs.data_dir();
        std::fs::create_dir_all(folder).with_context(|| format!("Make {}", folder.display()))?;
        Ok(Data::File(folder.join("guesslyfe.db")))
    }
}

/// Reads `250ms`, `1s`, `15m`, `12h`, `30d`.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let milliseconds: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err("write a number and one of ms, s, m, h, d".to_owned()),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "write a whole number and a unit".to_owned())?;
    number
        .checked_mul(milliseconds)
        .map(Duration::from_millis)
        .ok_or_else(|| "too long".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("30d"), Ok(Duration::from_secs(30 * 86_400)));
        for text in [
            "",
            "5",
            "s",
            "1.5s",
            "-1s",
            "5 s",
            "99999999999999999999s",
            "999999999999999999d",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn demo_logins_are_for_this_machine_unless_asked_for() {
        let demo = |arguments: &[&str]| Cli::try_parse_from(arguments).unwrap().wants_demo();
        assert!(demo(&["gateway"]));
        assert!(!demo(&["gateway", "--no-demo"]));
        assert!(!demo(&["gateway", "--bind", "0.0.0.0"]));
        assert!(demo(&["gateway", "--bind", "0.0.0.0", "--demo"]));
        assert!(!demo(&["gateway", "--users", "users.json"]));
        assert!(demo(&["gateway", "--users", "users.json", "--demo"]));
    }

    #[test]
    fn it_listens_where_the_guide_expects_a_server_under_development() {
        let cli = Cli::try_parse_from(["gateway"]).unwrap();
        assert_eq!((cli.bind.to_string().as_str(), cli.port), ("127.0.0.1", 3000));
    }

    #[test]
    fn the_mock_market_trades_every_second() {
        let second = Duration::from_secs(1);
        assert_eq!(Cli::try_parse_from(["gateway"]).unwrap().market_interval, second);
        assert_eq!(MarketOptions::default().interval, second);
    }

    #[test]
    fn what_must_last_is_kept_in_the_file_that_was_named_or_nowhere() {
        let place = |arguments: &[&str]| Cli::try_parse_from(arguments).map(|cli| cli.place().unwrap());
        assert!(
            matches!(place(&["gateway", "--data", "a.db"]), Ok(Data::File(path)) if path.ends_with("a.db"))
        );
        assert!(matches!(place(&["gateway", "--in-memory"]), Ok(Data::Temporary)));
        assert!(place(&["gateway", "--in-memory", "--data", "a.db"]).is_err());
    }
}
