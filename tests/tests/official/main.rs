//! The engine against the official server, `tests/node/guesslyfe.mjs`: what the platform's guide promises and
//! nothing more. It has no replay, so what is missed is a gap.

mod connection;
mod events;
mod sign_in;

use anyhow::{Context as _, Result};
use carillon_contract::{Account, Secret, Topic};
use carillon_engine::accounts::SignIn;
use carillon_engine::engine::Overrides;
use carillon_engine::parts::{Policy, Server};
use carillon_engine::{Engine, Subscriber};
use carillon_tests::gateway::{Bench, impatient, online, stored};
use carillon_tests::node::NodeServer;
use serde_json::json;
use std::time::Duration;

/// Alice as the server knows her.
const WALLET: &str = "0xA11CE00000000000000000000000000000007001";
const USER_ID: &str = "user-7001";

/// A policy under which only a slow retry comes back before the test gives up, and it comes soon. So who comes
/// back has waited as for a server that must not be hurried.
fn slow_is_soon() -> Overrides {
    Overrides {
        policy: Some(Policy {
            delay: Duration::from_secs(600),
            cap: Duration::from_secs(600),
            ..impatient()
        }),
        largest_event: None,
    }
}

/// Adds an account by its password.
async fn add(engine: &Engine, server: &NodeServer, username: &str) -> Result<Account> {
    let sign_in = SignIn::Password {
        username: username.to_owned(),
        password: Secret::new(format!("{username}-password")),
    };
    let address = Server::parse(&server.url(), false)?;
    let added = engine.add_account("guesslyfe", &address, sign_in).await?;
    Ok(added.account)
}

/// A server, and an engine on which alice is online.
struct Online {
    bench: Bench,
    server: NodeServer,
    engine: Engine,
    account: Account,
    listener: Subscriber,
}

async fn alice_online() -> Result<Online> {
    alice_online_with(Bench::new()?).await
}

async fn alice_online_with(bench: Bench) -> Result<Online> {
    let server = NodeServer::guesslyfe().await?;
    let engine = bench.engine().await?;
    let account = add(&engine, &server, "alice").await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    Ok(Online {
        bench,
        server,
        engine,
        account,
        listener,
    })
}

impl Online {
    /// Emits an announcement and waits until it is stored: all that was emitted before it has been taken too.
    async fn settle(&mut self) -> Result<()> {
        announce(&mut self.server, "The end of this test's events").await?;
        self.arrives("The end of this test's events").await
    }

    /// Waits until an event with this text is stored.
    async fn arrives(&mut self, text: &str) -> Result<()> {
        while !newest_payload(self).await?.contains(text) {
            stored(&mut self.listener, 1)
                .await
                .with_context(|| format!("\"{text}\" did not arrive"))?;
        }
        Ok(())
    }

    /// The names of the events that are stored, in their order.
    async fn names(&self) -> Result<Vec<String>> {
        let store = self.engine.reader().store(&self.account.id).await?;
        let events = store.events_after(0, 1_000).await?;
        Ok(events.into_iter().map(|event| event.event).collect())
    }
}

async fn newest_payload(online: &Online) -> Result<String> {
    let store = online.engine.reader().store(&online.account.id).await?;
    let before = store.newest_seq().await? - 1;
    let newest = store.events_after(before.max(0), 1).await?;
    Ok(newest
        .first()
        .map_or_else(String::new, |event| event.payload.get().to_owned()))
}

async fn announce(server: &mut NodeServer, title: &str) -> Result<()> {
    server
        .emit(
            "system:announcement",
            json!({ "title": title, "message": "Nothing else" }),
        )
        .await
}

fn market(id: &str) -> Topic {
    Topic {
        kind: "market".to_owned(),
        id: id.to_owned(),
    }
}
