//! A server whose events were written beforehand: what is measured is the client.
#![expect(clippy::print_stdout, reason = "its port is printed")]

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::accept_async;

/// Events of one write.
const AT_ONCE: usize = 500;

const OPEN: &str =
    r#"0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
const CONNECT: &str = r#"40{"sid":"s"}"#;
/// A trade as GuessLyfe sends it.
const TRADE: &str = r#"42["trade",{"type":"market:trade","timestamp":"2026-03-02T09:15:30.250Z","data":{"marketId":"mkt-1","tradeId":"trd-1","trader":"0x8ba1f109551bd432803012645ac136ddd64dba72","type":"buy","outcome":"yes","amount":"12500000000000000000","price":"630000000000000000","newYesPrice":"631000000000000000"},"seq":42}]"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let events: usize = carillon_bench::argument(1)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    let mut serving = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        serving.spawn(async move {
            // A client that goes is none of its business.
            let _ = one(stream, events).await;
        });
    }
}

async fn one(stream: TcpStream, events: usize) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = accept_async(stream).await?.into_inner();
    stream.write_all(&frame(OPEN)).await?;
    skip(&mut stream).await?;
    stream.write_all(&frame(CONNECT)).await?;
    // The client's request for the events.
    skip(&mut stream).await?;
    let one = frame(TRADE);
    let many = one.repeat(AT_ONCE);
    let (mut reader, mut writer) = stream.into_split();
    let write = async {
        for _ in 0..events / AT_ONCE {
            writer.write_all(&many).await?;
        }
        writer.write_all(&one.repeat(events % AT_ONCE)).await?;
        anyhow::Ok(())
    };
    let read = async {
        let mut nothing = [0; 4096];
        while reader.read(&mut nothing).await? > 0 {}
        anyhow::Ok(())
    };
    tokio::try_join!(write, read)?;
    Ok(())
}

/// A text frame as a server writes it.
fn frame(text: &str) -> Vec<u8> {
    let length = text.len();
    let mut frame = vec![0x81];
    match u8::try_from(length) {
        Ok(short) if short < 126 => frame.push(short),
        _ => {
            frame.push(126);
            frame.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    frame.extend(text.as_bytes());
    frame
}

/// Reads one short frame of a client, and forgets it.
async fn skip(stream: &mut TcpStream) -> Result<()> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).await?;
    let length = match head[1] & 0x7f {
        126 => usize::from(stream.read_u16().await?),
        short => usize::from(short),
    };
    // The mask comes before what it masks.
    let mut rest = vec![0; 4 + length];
    stream.read_exact(&mut rest).await?;
    Ok(())
}
