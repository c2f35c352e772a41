//! Takes events from a server, then asks it questions; with our client.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use carillon_socketio::{Args, Options, Transport, connect};

use carillon_bench::{Meter, Work};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let work = Work::asked()?;
    let begun = Instant::now();
    let mut options = Options::new(work.url.clone());
    options.transports = vec![Transport::Websocket];
    let mut connection = connect(options).await?;
    let mut meter = Meter::new(begun.elapsed(), work.events);
    let count = Args::json(serde_json::json!(work.events))?;
    connection.socket.emit("burst", count).await?;
    loop {
        let event = connection
            .events
            .next()
            .await
            .context("The connection has ended")?;
        if event.name != "trade" {
            continue;
        }
        // The others hand over what they have parsed: it is part of the work.
        let trade: serde_json::Value = event.args.parse(0)?;
        black_box(trade);
        if meter.take()? {
            break;
        }
    }
    let mut answers = Vec::with_capacity(work.questions);
    for question in 0..work.questions {
        let asked = Instant::now();
        let question = Args::json(serde_json::json!(question))?;
        connection
            .socket
            .emit_with_ack("echo", question, Duration::from_secs(5))
            .await?;
        answers.push(asked.elapsed().as_secs_f64() * 1e6);
    }
    meter.found(answers)?.print()?;
    connection.socket.close();
    Ok(())
}
