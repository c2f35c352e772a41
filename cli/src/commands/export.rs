//! `export`

use std::io::IsTerminal as _;

use carillon_engine::Reader;
use carillon_engine::clock::{Clock as _, SystemClock};
use carillon_engine::export::Progress;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::args::Export;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::out;

pub(crate) async fn run(reader: &Reader, asked: Export) -> Result<(), Failure> {
    let id = reader.find(asked.which.account.as_deref()).await?;
    let (progress, mut seen) = watch::channel(Progress::default());
    let cancel = CancellationToken::new();
    let export = reader.export(&id, &asked.to, SystemClock.now(), &progress, &cancel);
    let interrupted = interrupted();
    tokio::pin!(export, interrupted);
    let say = std::io::stderr().is_terminal();
    let mut last = String::new();
    let mut stopping = false;
    let exported = loop {
        tokio::select! {
            exported = &mut export => break exported?,
            done = &mut interrupted, if !stopping => {
                done?;
                stopping = true;
                // It takes away what it has written, and ends.
                cancel.cancel();
            }
            Ok(()) = seen.changed() => {
                let now = seen.borrow_and_update().clone();
                if say && now.name != last {
                    out::note(&format!("{} of {}: {}", now.done + 1, now.of, now.name));
                    last = now.name;
                }
            }
        }
    };
    if asked.json {
        return out::json(&exported);
    }
    let kilobytes = exported.bytes.div_ceil(1_000);
    out::line(&format!("Wrote {} ({kilobytes} kB):", exported.path.display()))?;
    for (name, rows) in &exported.rows {
        out::line(&format!("  {name}: {rows}"))?;
    }
    out::line("It is not encrypted: whoever has the file can read it.")
}
