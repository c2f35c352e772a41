//! Long runs: a tenth of them in `cargo xtask test`, the whole in `cargo xtask soak`.

use std::collections::BTreeSet;
use std::time::Duration;

use carillon_contract::{ConnectionState, UiEvent};
use carillon_engine::parts::Policy;
use carillon_gateway::To;
use carillon_tests::gateway::{Bench, Live, hear, impatient};
use serde_json::Value;

/// Connections that are cut in the whole run.
const CUTS: usize = 1_000;

fn rounds() -> usize {
    if std::env::var_os("CARILLON_SOAK").is_some() {
        CUTS
    } else {
        CUTS / 10
    }
}

/// Files and sockets that this process has open, where the system tells.
fn open_files() -> Option<usize> {
    std::fs::read_dir("/proc/self/fd").ok().map(Iterator::count)
}

#[tokio::test]
async fn soak_a_connection_that_is_cut_again_and_again_loses_nothing_and_leaks_nothing() -> anyhow::Result<()>
{
    let mut bench = Bench::new()?;
    // The delay does not grow, so that a thousand cuts take a minute.
    let delay = Duration::from_millis(20);
    bench.overrides.policy = Some(Policy {
        attempts: u32::MAX,
        delay,
        cap: delay,
        factor: 1.0,
        ..impatient()
    });
    let Live {
        gateway,
        engine,
        account,
        mut listener,
    } = bench.live().await?;
    let alice = || Some(To::Username("alice".to_owned()));
    let mut keys = Vec::new();
    let mut files = None;
    for round in 0..rounds() {
        assert_eq!(gateway.cut("alice")?, 1);
        gateway.emit_many("notification", Value::Null, alice(), 3).await?;
        // Some of the three may come before the loss is noticed, and some after.
        let (mut lost, mut back, mut more) = (false, false, Vec::new());
        hear(
            &mut listener,
            "the connection and three events to come back",
            |event| {
                match event {
                    UiEvent::Events { events } => more.extend(events.iter().map(|event| event.key.clone())),
                    UiEvent::Connection { status, .. } => {
                        lost |= status.state == ConnectionState::Reconnecting;
                        back = lost && status.state == ConnectionState::Connected && !status.catching_up;
                    }
                    _ => {}
                }
                (back && more.len() >= 3).then_some(())
            },
        )
        .await?;
        keys.extend(more);
        if round == 10 {
            files = open_files();
        }
    }
    assert_eq!(keys.len(), rounds() * 3);
    assert_eq!(
        keys.iter().collect::<BTreeSet<_>>().len(),
        rounds() * 3,
        "none came twice"
    );
    assert_eq!(engine.reader().store(&account.id).await?.gaps(10).await?, []);
    if let (Some(before), Some(after)) = (files, open_files()) {
        assert!(
            after <= before + 5,
            "{before} files were open after ten rounds, {after} at the end"
        );
    }
    Ok(())
}
