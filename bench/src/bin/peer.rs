//! Takes events from a server, then asks it questions; with `rust_socketio`, used as its documentation shows.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures_util::FutureExt as _;
use rust_socketio::asynchronous::ClientBuilder;
use rust_socketio::{Event, TransportType};
use tokio::sync::mpsc;

use carillon_bench::{Meter, Work};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let work = Work::asked()?;
    let begun = Instant::now();
    let (admit, mut admitted) = mpsc::channel(1);
    let (told, mut trades) = mpsc::channel(1024);
    let client = ClientBuilder::new(work.url.to_string())
        .transport_type(TransportType::Websocket)
        .reconnect(false)
        .on(Event::Connect, move |_, _| {
            let _ = admit.try_send(());
            async {}.boxed()
        })
        .on("trade", move |_, _| {
            let told = told.clone();
            async move {
                let _ = told.send(()).await;
            }
            .boxed()
        })
        .connect()
        .await?;
    admitted.recv().await.context("It was not let in")?;
    let mut meter = Meter::new(begun.elapsed(), work.events);
    client.emit("burst", serde_json::json!(work.events)).await?;
    loop {
        trades.recv().await.context("The connection has ended")?;
        if meter.take()? {
            break;
        }
    }
    let mut answers = Vec::with_capacity(work.questions);
    for question in 0..work.questions {
        let asked = Instant::now();
        let (answer, mut answered) = mpsc::channel(1);
        client
            .emit_with_ack(
                "echo",
                serde_json::json!(question),
                Duration::from_secs(5),
                move |_, _| {
                    let _ = answer.try_send(());
                    async {}.boxed()
                },
            )
            .await?;
        answered.recv().await.context("No answer")?;
        answers.push(asked.elapsed().as_secs_f64() * 1e6);
    }
    meter.found(answers)?.print()
}
