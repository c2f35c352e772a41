//! `carillon-gateway`: runs one instance until it is told to stop.

mod cli;

use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Read, Write as _},
    net::SocketAddr,
    path::Path,
};

use anyhow::{Context, Result, bail};
use carillon_gateway::{
    Account, Config, Data, Handle, Limits, Password, Platform, Retention, Secret,
    guesslyfe::{MarketOptions, Options, demo_accounts},
    hash_password, start,
};
use clap::Parser as _;
use cli::{Cli, Command};
use serde::Deserialize;
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::{FilterExt as _, filter_fn},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

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

    let demo = cli.wants_demo();
    let config = config(cli, demo)?;
    let random_secret = config.jwt_secret.is_none();
    let dev = config.dev_enabled();
    if config.accounts.is_empty() {
        tracing::warn!("Nobody can sign in here: give a users file or --demo");
    }
    let data = config.data.clone();
    let gateway = start(config).context("Start the gateway")?;
    if let Err(error) = say(&banner(&gateway, &data, demo, dev, random_secret)) {
        // Whoever started it may have read enough; that is no reason not to serve.
        tracing::warn!(%error, "Say where it listens");
    }

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
        data: cli.place()?,
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
fn banner(gateway: &Handle, data: &Data, demo: bool, dev: bool, random_secret: bool) -> String {
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
    match data {
        Data::File(path) => {
            let _ = writeln!(text, "  Data       {}", path.display());
        }
        Data::Temporary => {
            text.push_str("\n  --in-memory: the numbered log and who is signed in end with this process.\n");
        }
    }
    if random_secret {
        text.push_str(
            "\n  JWT_SECRET is not set: a random one is used, and access tokens end with this process.\n",
        );
    }
    text
}

fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
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
