//! `erase`

use carillon_contract::receipt::{Receipt, Removable};
use carillon_engine::Engine;

use crate::args::Erase;
use crate::failure::Failure;
use crate::out;

impl Erase {
    /// Sees whether the person means it, before anything is opened.
    pub(crate) fn confirm(&self) -> Result<(), Failure> {
        if self.yes {
            Ok(())
        } else {
            Err(Failure::NotConfirmed)
        }
    }
}

pub(crate) async fn run(engine: Engine, asked: Erase) -> Result<(), Failure> {
    let id = engine.reader().find(Some(&asked.account)).await?;
    let receipt = engine.remove_account(&id).await?;
    engine.stop().await;
    if asked.json {
        return out::json(&receipt);
    }
    print(&receipt)
}

fn print(receipt: &Receipt) -> Result<(), Failure> {
    out::line(&format!("Erased {}", receipt.account))?;
    for removed in &receipt.removed {
        let count = match removed.count {
            1 => String::new(),
            count => format!(" ({count})"),
        };
        out::line(&format!("  gone: {}{count}", words(removed.what)))?;
    }
    for kept in &receipt.kept {
        out::line(&format!("  kept: {}", kept.why))?;
    }
    Ok(())
}

fn words(what: Removable) -> &'static str {
    match what {
        Removable::Session => "the session at the server",
        Removable::Token => "the token",
        Removable::Key => "the key of the cache",
        Removable::Notices => "notices",
        Removable::Events => "events",
        Removable::Outbox => "what waited to be sent",
        Removable::Files => "files of the cache",
        Removable::Copies => "copies of the cache",
        Removable::SetAside => "damaged caches that were put aside",
        Removable::Silence => "that its notices do not ring",
        Removable::Entry => "the account in the list",
    }
}
