//! The real `carillon-cli` against our gateway, which runs in the test.

mod accounts;
mod crash;
mod damage;
mod leaving;
mod listen;
mod read_only;
mod reading;
mod secrets;

use anyhow::{Context as _, Result};
use carillon_gateway::{Config, Handle, To, start};
use carillon_tests::cli::Cli;
use serde_json::Value;

/// A quiet gateway, and a data folder with one account on it.
struct Alice {
    gateway: Handle,
    cli: Cli,
    account: String,
}

async fn alice() -> Result<Alice> {
    let gateway = start(Config::for_tests())?;
    let cli = Cli::new()?;
    let added = cli.add(&gateway.url(), "alice", "demo-alice").await?;
    let account = text(&added, "/account/id")?.to_owned();
    Ok(Alice {
        gateway,
        cli,
        account,
    })
}

fn to_alice() -> Option<To> {
    Some(To::Username("alice".to_owned()))
}

/// The text at a place of a JSON value.
fn text<'a>(value: &'a Value, place: &str) -> Result<&'a str> {
    value
        .pointer(place)
        .and_then(Value::as_str)
        .with_context(|| format!("No text at {place} of {value}"))
}

/// The number at a place of a JSON value.
fn number(value: &Value, place: &str) -> Result<u64> {
    value
        .pointer(place)
        .and_then(Value::as_u64)
        .with_context(|| format!("No number at {place} of {value}"))
}
