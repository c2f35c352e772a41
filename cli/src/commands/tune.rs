//! `accounts tune`

use std::time::Duration;

use carillon_contract::tuning::Tuning;
use carillon_engine::Engine;

use crate::args::Tune;
use crate::failure::Failure;
use crate::out;

pub(crate) async fn run(engine: Engine, asked: Tune) -> Result<(), Failure> {
    let id = engine.reader().find(asked.which.account.as_deref()).await?;
    let before = engine.tuning(&id).await?;
    let tuned = tuned(
        if asked.reset {
            Tuning::default()
        } else {
            before.clone()
        },
        &asked,
    );
    if tuned != before {
        engine.tune(&id, &tuned).await?;
    }
    engine.stop().await;
    if asked.json {
        return out::json(&tuned);
    }
    if tuned == Tuning::default() {
        return out::line("Its connection is made as the platform's guide says.");
    }
    out::line("Otherwise than the platform's guide says:")?;
    out::json(&tuned)
}

/// What was wanted otherwise so far, with what was asked for now.
fn tuned(before: Tuning, asked: &Tune) -> Tuning {
    let milliseconds = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    Tuning {
        transports: asked.transports.clone().or(before.transports),
        attempts: asked.attempts.or(before.attempts),
        delay_ms: asked.delay.map(milliseconds).or(before.delay_ms),
        factor: asked.factor.or(before.factor),
        cap_ms: asked.cap.map(milliseconds).or(before.cap_ms),
        timeout_ms: asked.timeout.map(milliseconds).or(before.timeout_ms),
        health_check_ms: asked.health_check.map(milliseconds).or(before.health_check_ms),
    }
}
