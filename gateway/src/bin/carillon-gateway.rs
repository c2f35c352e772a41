//! `carillon-gateway`: runs one instance until it is told to stop.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Read, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use carillon_gateway::{
    Account, Config, Data, Handle, Limits, Password, Platform, Retention, Secret,
    guesslyfe::{DEFAULT_PORT, MarketOptions, Options, demo_accounts},
    hash_password, start,
};
use clap::{Parser, Subcommand};
use serde::Deserialize;
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::{FilterExt as _, filter_fn},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

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
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// The address to listen on; 0.0.0.0 lets the network in
    #[arg(long, env = "BIND", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,

    /// The port to listen on; 0 takes a free one
    #[arg(long, env = "PORT", default_value_t = DEFAULT_PORT)]
    port: u16,

    /// Where the event log and the refresh tokens are kept; without it they end with the process
    #[arg(long, env = "DATA", value_name = "FILE")]
    data: Option<PathBuf>,

    /// Who can sign in
    #[arg(long, env = "USERS", value_name = "FILE")]
    users: Option<PathBuf>,

    /// Also let the demo logins in; the default on a loopback address without a users file
    #[arg(long, overrides_with = "no_demo")]
    demo: bool,

    /// Let no demo logins in
    #[arg(long)]
    no_demo: bool,

    /// How long an access token is valid
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "15m")]
    access_lifetime: Duration,

    /// How long an unused refresh token is valid
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30d")]
    refresh_lifetime: Duration,

    /// The pause between two trades of the mock market
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "1s")]
    market_interval: Duration,

    /// Chooses what happens in the mock market
    #[arg(long, value_name = "NUMBER", default_value_t = MarketOptions::default().seed)]
    market_seed: u64,

    /// How far back the mock market begins on a fresh log
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "24h")]
    market_history: Duration,

    /// No mock market: silent until something is emitted
    #[arg(long)]
    no_market: bool,

    /// Refuse to subscribe to markets that were never announced
    #[arg(long)]
    strict_markets: bool,

    /// Only what the platform's guide knows: no `seq`, no `sync`, no `capabilities`
    #[arg(long)]
    plain: bool,

    /// Send an event once to a client that is in two of its rooms, where the platform sends it twice
    #[arg(long)]
    single_delivery: bool,

    /// Answer /dev/*; the default on a loopback address. Whoever reaches it can emit anything
    #[arg(long, overrides_with = "no_dev")]
    dev: bool,

    /// Do not answer /dev/*
    #[arg(long)]
    no_dev: bool,

    /// A web origin whose pages may call; repeatable, `*` allows any
    #[arg(
        long = "cors-origin",
        env = "CORS_ORIGINS",
        value_delimiter = ',',
        value_name = "ORIGIN"
    )]
    cors_origins: Vec<String>,

    /// A proxy whose X-Forwarded-For is believed; repeatable
    #[arg(
        long = "trusted-proxy",
        env = "TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "IP"
    )]
    trusted_proxies: Vec<IpAddr>,

    /// The most sockets at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().connections)]
    max_connections: usize,

    /// The most events kept for clients that were away
    #[arg(long, value_name = "NUMBER", default_value_t = Retention::default().count)]
    keep_events: u64,

    /// How long events are kept for clients that were away
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30d")]
    keep_for: Duration,
}

#[derive(Subcommand)]
enum Command {
    /// Read a password from standard input and print its hash for a users file
    HashPassword,
}

/// A line of the users file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoredUser {
    user_id: String,
    username: String,
    wallet_address: String,
    password_hash: String,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::HashPassword) => print_hash(),
        None => serve(&cli),
    }
}

/// Our own crates log no secrets at any level. Others log requests and messages, and with them tokens, below the level
/// `info`; whatever `RUST_LOG` asks for.
fn holds_no_secrets(about: &Metadata<'_>) -> bool {
    about.target().starts_with("carillon") || *about.level() <= Level::INFO
}

fn serve(cli: &Cli) -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = io::stderr().is_terminal();
    let words = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(colours)
        .with_filter(filter.and(filter_fn(holds_no_secrets)));
    tracing_subscriber::registry().with(words).init();

    let demo = wants_demo(cli);
    let config = config(cli, demo)?;
    let random_secret = config.jwt_secret.is_none();
    let dev = config.dev_enabled();
    if config.accounts.is_empty() {
        tracing::warn!("Nobody can sign in here: give a users file or --demo");
    }
    let gateway = start(config).context("Start the gateway")?;
    say(&banner(&gateway, cli, demo, dev, random_secret))?;

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ended_by_itself = runtime.block_on(async {
        tokio::select! {
            stopped = told_to_stop() => stopped.map(|()| false),
            () = gateway.ended() => Ok(true),
        }
    })?;
    if ended_by_itself {
        bail!("The gateway ended by itself: see the log");
    }
    tracing::info!("Stopping");
    gateway.stop();
    Ok(())
}

fn wants_demo(cli: &Cli) -> bool {
    cli.demo || (!cli.no_demo && cli.bind.is_loopback() && cli.users.is_none())
}

fn config(cli: &Cli, demo: bool) -> Result<Config> {
    let mut accounts = match &cli.users {
        Some(path) => users(path)?,
        None => Vec::new(),
    };
    if demo {
        accounts.extend(demo_accounts());
    }
    let market = MarketOptions {
        interval: cli.market_interval,
        seed: cli.market_seed,
        history: cli.market_history,
    };
    Ok(Config {
        bind: SocketAddr::new(cli.bind, cli.port),
        data: cli.data.clone().map_or(Data::Temporary, Data::File),
        jwt_secret: secret("JWT_SECRET")?,
        previous_jwt_secret: secret("JWT_SECRET_PREVIOUS")?,
        access_lifetime: cli.access_lifetime,
        refresh_lifetime: cli.refresh_lifetime,
        accounts,
        cors_origins: cli.cors_origins.clone(),
        trusted_proxies: cli.trusted_proxies.clone(),
        limits: Limits {
            connections: cli.max_connections,
            ..Limits::default()
        },
        retention: Retention {
            count: cli.keep_events,
            age: cli.keep_for,
        },
        extensions: !cli.plain,
        double_delivery: !cli.single_delivery,
        dev: match (cli.dev, cli.no_dev) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        },
        platform: Platform::GuessLyfe(Options {
            strict_markets: cli.strict_markets,
            market: (!cli.no_market).then_some(market),
        }),
        ..Config::default()
    })
}

/// Secrets come from the environment alone: a command line can be read by every user of the machine.
fn secret(name: &str) -> Result<Option<Secret>> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => bail!("{name} is not valid text"),
    }
}

fn users(path: &Path) -> Result<Vec<Account>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("Read {}", path.display()))?;
    let users: Vec<StoredUser> =
        serde_json::from_str(&text).with_context(|| format!("Understand {}", path.display()))?;
    let accounts = users.into_iter().map(|user| Account {
        user_id: user.user_id,
        username: user.username,
        wallet: user.wallet_address,
        password: Password::Hash(user.password_hash),
    });
    Ok(accounts.collect())
}

/// What a person needs to know to begin.
fn banner(gateway: &Handle, cli: &Cli, demo: bool, dev: bool, random_secret: bool) -> String {
    let url = gateway.url();
    let mut text = format!("\nGuessLyfe gateway\n\n  Socket.IO  {url}\n  Sign-in    {url}/auth/login\n");
    let _ = writeln!(text, "  Health     {url}/health  {url}/stats");
    if dev {
        let _ = writeln!(
            text,
            "  Triggers   {url}/dev/emit  (no password: keep it on this machine)"
        );
    }
    if demo {
        text.push_str("\n  Demo logins\n");
        for account in demo_accounts() {
            if let Password::Plain(password) = &account.password {
                let _ = writeln!(text, "    {:<8} {}", account.username, password.expose());
            }
        }
    }
    if cli.data.is_none() {
        text.push_str(
            "\n  Without --data FILE the numbered log and who is signed in end with this process.\n",
        );
    }
    if random_secret {
        text.push_str(
            "\n  JWT_SECRET is not set: a random one is used, and access tokens end with this process.\n",
        );
    }
    text
}

#[expect(
    clippy::print_stdout,
    reason = "the answer of a command-line program; the log goes to stderr"
)]
fn say(text: &str) -> io::Result<()> {
    println!("{text}");
    io::stdout().flush()
}

fn print_hash() -> Result<()> {
    let mut input = String::new();
    io::stdin()
        .read_to_string(&mut input)
        .context("Read the password")?;
    let password = input.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("There is no password on standard input");
    }
    say(&hash_password(password).map_err(|error| anyhow::anyhow!("Hash the password: {error}"))?)?;
    Ok(())
}

#[cfg(unix)]
async fn told_to_stop() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn told_to_stop() -> io::Result<()> {
    tokio::signal::ctrl_c().await
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
        let demo = |arguments: &[&str]| wants_demo(&Cli::try_parse_from(arguments).unwrap());
        assert!(demo(&["gateway"]));
        assert!(!demo(&["gateway", "--no-demo"]));
        assert!(!demo(&["gateway", "--bind", "0.0.0.0"]));
        assert!(demo(&["gateway", "--bind", "0.0.0.0", "--demo"]));
        assert!(!demo(&["gateway", "--users", "users.json"]));
        assert!(demo(&["gateway", "--users", "users.json", "--demo"]));
    }
}
