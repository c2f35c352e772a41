//! As much HTTP as these tests speak: one request to a connection, all over loopback.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::process::within;

/// Posts JSON and reads the answer: its status and its JSON, `null` where it has none.
///
/// # Errors
/// Where there is no answer.
pub async fn post(server: &str, path: &str, body: &Value) -> Result<(u16, Value)> {
    let host = server
        .strip_prefix("http://")
        .context("Only http is spoken here")?;
    let mut stream = TcpStream::connect(host).await?;
    let body = body.to_string();
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    within("an HTTP answer", stream.read_to_string(&mut answer)).await??;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .context("The answer has no end of its head")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.with_context(|| format!("No status: {head}"))?;
    Ok((status, serde_json::from_str(body).unwrap_or_default()))
}

/// A free port of this computer.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A web server that has one answer for whoever asks for anything, and knows nothing of Socket.IO.
pub struct Website {
    /// Where it is.
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinSet<()>,
}

/// What a website answers: the kind of its content, and the content.
type Page = (&'static str, String);

impl Website {
    /// Starts one that has a page.
    ///
    /// # Errors
    /// Where no port is free.
    pub async fn start() -> Result<Self> {
        Self::start_at(ANYWHERE).await
    }

    /// Starts one that has a page, at this address.
    ///
    /// # Errors
    /// Where it is taken.
    pub async fn start_at(address: SocketAddr) -> Result<Self> {
        let page = "<!doctype html><title>Welcome</title>";
        Self::with(address, ("text/html", page.to_owned())).await
    }

    /// Starts one that answers with JSON.
    ///
    /// # Errors
    /// Where no port is free.
    pub async fn answering(json: &Value) -> Result<Self> {
        Self::with(ANYWHERE, ("application/json", json.to_string())).await
    }

    /// What it was asked for: each method and path.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends it: from then on nobody is at its address.
    pub async fn stop(mut self) {
        self.serving.shutdown().await;
    }

    async fn with(address: SocketAddr, page: Page) -> Result<Self> {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let note = Arc::clone(&asked);
        let listener = TcpListener::bind(address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            // One after the other is enough for these tests.
            while let Ok((stream, _)) = listener.accept().await {
                // A client that hangs up has no answer to miss.
                let _ = serve(stream, &page, &note).await;
            }
        });
        Ok(Self { url, asked, serving })
    }
}

async fn serve(mut stream: TcpStream, page: &Page, asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.split();
    let mut reading = BufReader::new(reading);
    let (mut line, mut length) = (String::new(), 0);
    reading.read_line(&mut line).await?;
    let request = line
        .rsplit_once(' ')
        .map_or("", |(request, _)| request)
        .to_owned();
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    line.clear();
    while reading.read_line(&mut line).await? > "\r\n".len() {
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    // A connection that is closed over unread bytes loses its answer.
    let mut body = vec![0; length];
    reading.read_exact(&mut body).await?;
    let (kind, page) = page;
    let length = page.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{page}"
    );
    writing.write_all(answer.as_bytes()).await
}

/// An address at which nobody listens: a port that was just free.
///
/// # Errors
/// Where no port is free.
pub async fn nobody() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    Ok(format!("http://{}", listener.local_addr()?))
}
