//! As much of W3C WebDriver as the window needs, spoken to WebKitWebDriver over loopback.
//!
//! The client crates for it turn on `serde_json/preserve_order`, or bring an HTTP stack that nothing else here uses; the
//! first would change how every other test of the workspace reads and writes JSON.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::{LIMIT, within};

/// The key under which the protocol writes a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A reference to an element of the page.
#[derive(Debug, Clone)]
pub struct Element(String);

impl Element {
    /// Reads a reference out of an answer.
    ///
    /// # Errors
    /// Where the answer is something else.
    pub fn from_answer(answer: &Value) -> Result<Self> {
        let id = answer.get(ELEMENT).and_then(Value::as_str);
        Ok(Self(
            id.with_context(|| format!("No element: {answer}"))?.to_owned(),
        ))
    }

    /// The reference as an argument of a script.
    #[must_use]
    pub fn as_argument(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

/// A session: one app, from its start to its end.
pub struct Session {
    server: SocketAddr,
    path: String,
}

impl Session {
    /// Starts an app and takes hold of its window.
    ///
    /// # Errors
    /// Where the app does not start or opens no window.
    pub async fn start(server: SocketAddr, program: &str, arguments: &[String]) -> Result<Self> {
        let limit = u64::try_from(LIMIT.as_millis())?;
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "timeouts": { "script": limit },
            "webkitgtk:browserOptions": { "binary": program, "args": arguments },
        } } });
        let answer = call(server, "POST", "/session", Some(&wanted)).await?;
        let id = answer.get("sessionId").and_then(Value::as_str);
        let id = id.with_context(|| format!("No session: {answer}"))?;
        Ok(Self {
            server,
            path: format!("/session/{id}"),
        })
    }

    /// Takes hold of the app's window in the place of one that is gone.
    ///
    /// # Errors
    /// Where the app has none.
    pub async fn take_hold(&self) -> Result<()> {
        let path = format!("{}/window/handles", self.path);
        let look = async {
            loop {
                let handles = call(self.server, "GET", &path, None).await?;
                if let Some(handle) = handles.get(0) {
                    return self.post("window", json!({ "handle": handle })).await;
                }
                tokio::task::yield_now().await;
            }
        };
        within("the app's window", look).await??;
        Ok(())
    }

    async fn post(&self, command: &str, body: Value) -> Result<Value> {
        call(
            self.server,
            "POST",
            &format!("{}/{command}", self.path),
            Some(&body),
        )
        .await
    }

    /// Runs the body of a function in the page and gives what it returns.
    ///
    /// # Errors
    /// Where it throws.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("execute/sync", json!({ "script": script, "args": arguments }))
            .await
    }

    /// Runs the body of a function whose last argument is a function that takes the answer.
    ///
    /// # Errors
    /// Where it throws, or gives no answer in time.
    pub async fn run_until_answered(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("execute/async", json!({ "script": script, "args": arguments }))
            .await
    }

    /// Clicks on the middle of an element, as a person does. `false` where it moved away in that moment, or something
    /// covers it: a person aims once more.
    ///
    /// # Errors
    /// Where it can't be brought into view.
    pub async fn click(&self, element: &Element) -> Result<bool> {
        let clicked = self
            .post(&format!("element/{}/click", element.0), json!({}))
            .await;
        match clicked {
            Ok(_) => Ok(true),
            Err(error) if MISSED.iter().any(|missed| error.to_string().starts_with(missed)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Empties a field.
    ///
    /// # Errors
    /// Where it can't be edited.
    pub async fn clear(&self, element: &Element) -> Result<()> {
        self.post(&format!("element/{}/clear", element.0), json!({}))
            .await?;
        Ok(())
    }

    /// Presses keys while an element has the focus.
    ///
    /// # Errors
    /// Where it can't have it.
    pub async fn type_text(&self, element: &Element, text: &str) -> Result<()> {
        self.post(&format!("element/{}/value", element.0), json!({ "text": text }))
            .await?;
        Ok(())
    }

    /// Ends the session. The driver kills an app that still runs.
    ///
    /// # Errors
    /// Where the driver does not answer.
    pub async fn end(self) -> Result<()> {
        call(self.server, "DELETE", &self.path, None).await?;
        Ok(())
    }
}

/// What the driver says where a click would not have reached its element.
const MISSED: [&str; 2] = ["element click intercepted", "stale element reference"];

/// Sends a command and gives the value of its answer.
async fn call(server: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {server}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    // The driver has a limit of its own, and its answer says more.
    let talk = tokio::time::timeout(LIMIT * 2, exchange(server, &request)).await;
    let (status, answer) = talk
        .map_err(|_| anyhow::anyhow!("the driver did not answer {method} {path}"))?
        .with_context(|| format!("Ask the driver for {method} {path}"))?;
    let mut answer: Value =
        serde_json::from_slice(&answer).with_context(|| format!("No JSON, status {status}"))?;
    let value = answer.get_mut("value").map(Value::take).unwrap_or_default();
    if status != 200 {
        let part = |name| value.get(name).and_then(Value::as_str).unwrap_or_default();
        bail!("{}: {}", part("error"), part("message"));
    }
    Ok(value)
}

async fn exchange(server: SocketAddr, request: &str) -> Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut reading = BufReader::new(stream);
    let (mut line, mut status, mut length) = (String::new(), 0, None);
    while reading.read_line(&mut line).await? > "\r\n".len() {
        let header = line.to_ascii_lowercase();
        if let Some(rest) = header.strip_prefix("http/1.1 ") {
            status = rest.get(..3).and_then(|status| status.parse().ok()).unwrap_or(0);
        } else if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok();
        }
        line.clear();
    }
    ensure!(status != 0, "The driver closed the connection");
    let mut body = vec![0; length.context("No content-length")?];
    reading.read_exact(&mut body).await?;
    Ok((status, body))
}

/// Waits until the driver takes connections.
///
/// # Errors
/// Where it does not, or `check` says that it has ended.
pub(crate) async fn ready(server: SocketAddr, mut check: impl FnMut() -> Result<()>) -> Result<()> {
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);
    // Nothing tells when it listens; trying is the only way to know.
    let mut pause = tokio::time::interval(PAUSE);
    within("the driver", async {
        loop {
            pause.tick().await;
            check()?;
            if TcpStream::connect(server).await.is_ok() {
                return Ok(());
            }
        }
    })
    .await?
}
