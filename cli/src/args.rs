//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use carillon_contract::history::TransportKind;
use clap::{Args as ClapArgs, Parser, Subcommand};

/// Carillon without a window: one inbox for every business platform that speaks Socket.IO.
#[derive(Parser)]
#[command(
    name = "carillon-cli",
    version,
    after_help = "Secrets are kept in the system's keyring. On a machine without one, CARILLON_VAULT=file keeps \
                  them in a file that is sealed with CARILLON_PASSPHRASE.\n\n\
                  Exit codes: 0 done; 2 the question makes no sense; 3 no such account; 4 sign-in refused; \
                  5 server not reached; 6 not the expected server; 7 keyring; 8 cache; 9 another process owns \
                  the data folder; 1 anything else."
)]
pub(crate) struct Args {
    /// The data folder. Without it, the usual place of this system.
    #[arg(long, env = "CARILLON_HOME", global = true, value_name = "FOLDER")]
    pub(crate) home: Option<PathBuf>,
    /// Say more on the standard error; twice for even more. RUST_LOG is honoured.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add, list or remove accounts
    #[command(subcommand)]
    Accounts(Accounts),
    /// Connect, and print each newly stored event on a line
    Listen(Listen),
    /// How the vault, the accounts and their connections stand
    Status {
        #[command(flatten)]
        which: Which,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// The notices that are kept on this computer
    Inbox(Inbox),
    /// Write everything that is kept of an account to a zip of JSON Lines and CSV. It is not encrypted
    Export(Export),
    /// Sign out, erase everything of an account from this computer, and say what is gone and what is not
    Erase(Erase),
    /// Follow a room on every connection from now on
    Subscribe(Room),
    /// Follow a room no longer
    Unsubscribe(Room),
}

#[derive(Subcommand)]
pub(crate) enum Accounts {
    /// Add an account: with a user name and password, or with a token from elsewhere
    Add(Add),
    /// The accounts of this data folder
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Make an account's connection otherwise than its platform's guide says; without a switch, say how it is made
    Tune(Tune),
    /// Sign out, and erase everything of an account from this computer
    Remove {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(ClapArgs)]
pub(crate) struct Add {
    /// The platform, for example guesslyfe
    #[arg(long)]
    pub(crate) platform: String,
    /// The server's address, for example https://example.com
    #[arg(long, value_name = "URL")]
    pub(crate) server: String,
    /// Sign in with this user name; the password comes from the standard input
    #[arg(
        long,
        value_name = "NAME",
        requires = "password_stdin",
        conflicts_with = "token_stdin"
    )]
    pub(crate) username: Option<String>,
    /// Read the password from the first line of the standard input
    #[arg(long, requires = "username")]
    pub(crate) password_stdin: bool,
    /// Read a token from the first line of the standard input
    #[arg(long, required_unless_present = "username")]
    pub(crate) token_stdin: bool,
    /// Allow a server without encryption that is not on this computer. Anybody on the way can read along
    #[arg(long)]
    pub(crate) allow_clear_text: bool,
    /// Also connect once; an account that the server does not accept is not added
    #[arg(long)]
    pub(crate) check: bool,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Which {
    /// Which account, where there are several: its id or the beginning of it, or the user's name
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
}

#[derive(ClapArgs)]
pub(crate) struct Tune {
    #[command(flatten)]
    pub(crate) which: Which,
    /// What may carry the connection, in the order in which it is tried: websocket, polling
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = transport)]
    pub(crate) transports: Option<Vec<TransportKind>>,
    /// Fast tries; after them it goes on slowly
    #[arg(long, value_name = "N")]
    pub(crate) attempts: Option<u32>,
    /// The pause before the second try, for example 1s
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) delay: Option<Duration>,
    /// What each further pause is multiplied by
    #[arg(long, value_name = "NUMBER")]
    pub(crate) factor: Option<f64>,
    /// The longest pause of the fast tries
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) cap: Option<Duration>,
    /// How long one try may take
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) timeout: Option<Duration>,
    /// How often the connection is checked while it is online; 0s means never
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) health_check: Option<Duration>,
    /// First of all, go back to what the guide says
    #[arg(long)]
    pub(crate) reset: bool,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn transport(word: &str) -> Result<TransportKind, String> {
    match word {
        "websocket" => Ok(TransportKind::Websocket),
        "polling" => Ok(TransportKind::Polling),
        _ => Err("it can be websocket or polling".to_owned()),
    }
}

#[derive(ClapArgs)]
pub(crate) struct Listen {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Each event as a line of JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// End after this many events
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// End after this time, for example 10s or 5m
    #[arg(long = "for", value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) time: Option<Duration>,
}

#[derive(ClapArgs)]
pub(crate) struct Inbox {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Only what is unread
    #[arg(long)]
    pub(crate) unread: bool,
    /// Only what holds all these words
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// At most this many; without it the newest 50 as words, and all of them as JSON
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) which: Which,
    /// The file, which must not be there yet
    #[arg(long, value_name = "FILE.zip")]
    pub(crate) to: PathBuf,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Erase {
    /// Which account: its id or the beginning of it, or the user's name
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: String,
    /// Yes, erase it. There is no way back
    #[arg(long)]
    pub(crate) yes: bool,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Room {
    /// The kind of room, for example market
    pub(crate) room: String,
    /// Its id
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) which: Which,
}
