//! A small Socket.IO client: Engine.IO 4 text frames over a WebSocket, read as they come.

use std::collections::VecDeque;

use carillon_gateway::Handle;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::support::within;

/// How a client says who it is.
pub(crate) enum Auth {
    /// The payload of the CONNECT packet.
    Payload(Value),
    /// The header `Authorization` of the handshake, and no payload.
    Header(String),
}

/// A connected socket. Events are kept until a test asks for them, in the order in which they came.
pub(crate) struct Client {
    stream: WebSocketStream<TcpStream>,
    events: VecDeque<(String, Vec<Value>)>,
    acks: VecDeque<(u64, Vec<Value>)>,
    next_ack: u64,
    /// The Engine.IO handshake.
    pub(crate) open: Value,
    /// The session id.
    pub(crate) sid: String,
}

/// What ended or interrupted the reading of packets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// A DISCONNECT packet.
    Told,
    /// The connection is gone.
    Gone,
}

/// One packet as far as tests tell them apart.
enum Packet {
    Connected,
    Refused(Value),
    Stored,
}

impl Client {
    /// Connects to `/`; the error is the payload of CONNECT_ERROR.
    pub(crate) async fn connect(gateway: &Handle, auth: Auth) -> Result<Self, Value> {
        let mut client = Self::open(gateway, &auth).await;
        let connect = match &auth {
            Auth::Payload(payload) => format!("40{payload}"),
            Auth::Header(_) => "40".to_owned(),
        };
        client.send_text(connect).await;
        match within("the answer to CONNECT", client.read()).await.unwrap() {
            Packet::Connected => Ok(client),
            Packet::Refused(why) => Err(why),
            Packet::Stored => panic!("An event came before the answer to CONNECT"),
        }
    }

    /// Opens the session without joining a namespace.
    pub(crate) async fn open(gateway: &Handle, auth: &Auth) -> Self {
        let address = gateway.address();
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let mut request = url.into_client_request().unwrap();
        if let Auth::Header(value) = auth {
            request
                .headers_mut()
                .insert("authorization", value.parse().unwrap());
        }
        let tcp = within("the connection", TcpStream::connect(address))
            .await
            .unwrap();
        let (stream, _) = within("the upgrade", client_async(request, tcp)).await.unwrap();
        let mut client = Self::over(stream);
        let open = within("OPEN", client.text()).await.unwrap();
        client.open = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
        client.sid = client.open["sid"].as_str().unwrap().to_owned();
        client
    }

    /// Takes a polling session over to a WebSocket.
    pub(crate) async fn upgrade(gateway: &Handle, sid: &str) -> Self {
        let address = gateway.address();
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket&sid={sid}");
        let tcp = within("the connection", TcpStream::connect(address))
            .await
            .unwrap();
        let (stream, _) = within("the upgrade", client_async(url, tcp)).await.unwrap();
        let mut client = Self::over(stream);
        client.send_text("2probe".to_owned()).await;
        assert_eq!(within("the probe", client.text()).await.unwrap(), "3probe");
        client.send_text("5".to_owned()).await;
        sid.clone_into(&mut client.sid);
        client
    }

    fn over(stream: WebSocketStream<TcpStream>) -> Self {
        Self {
            stream,
            events: VecDeque::new(),
            acks: VecDeque::new(),
            next_ack: 0,
            open: Value::Null,
            sid: String::new(),
        }
    }

    /// Sends a frame as it is.
    pub(crate) async fn send_text(&mut self, text: String) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// Emits without an ack.
    pub(crate) async fn emit(&mut self, name: &str, arguments: &[Value]) {
        let packet = packet(name, arguments);
        self.send_text(format!("42{packet}")).await;
    }

    /// Emits with an ack and returns its first argument.
    pub(crate) async fn call(&mut self, name: &str, arguments: &[Value]) -> Value {
        self.next_ack += 1;
        let id = self.next_ack;
        let packet = packet(name, arguments);
        self.send_text(format!("42{id}{packet}")).await;
        self.ack(id).await
    }

    /// The first argument of an ack.
    pub(crate) async fn ack(&mut self, id: u64) -> Value {
        let wait = async {
            loop {
                if let Some(at) = self.acks.iter().position(|(found, _)| *found == id) {
                    let (_, arguments) = self.acks.remove(at).unwrap();
                    return arguments.into_iter().next().unwrap_or(Value::Null);
                }
                self.read().await.unwrap();
            }
        };
        within("an ack", wait).await
    }

    /// The first argument of the next event of that name; others stay where they are.
    pub(crate) async fn next(&mut self, name: &str) -> Value {
        let wait = async {
            loop {
                if let Some(at) = self.events.iter().position(|(found, _)| found == name) {
                    let (_, arguments) = self.events.remove(at).unwrap();
                    return arguments.into_iter().next().unwrap_or(Value::Null);
                }
                self.read().await.unwrap();
            }
        };
        within(name, wait).await
    }

    /// All arguments of the next event, whatever its name.
    pub(crate) async fn next_any(&mut self) -> (String, Vec<Value>) {
        let wait = async {
            while self.events.is_empty() {
                self.read().await.unwrap();
            }
            self.events.pop_front().unwrap()
        };
        within("an event", wait).await
    }

    /// The next frame as it is, unless it is a ping.
    pub(crate) async fn raw(&mut self) -> String {
        let wait = async {
            loop {
                let text = self.text().await.unwrap();
                if text != "2" {
                    return text;
                }
            }
        };
        within("a frame", wait).await
    }

    /// The ids of that many acks, as they come.
    pub(crate) async fn acks_in_order(&mut self, count: usize) -> Vec<u64> {
        let wait = async {
            while self.acks.len() < count {
                self.read().await.unwrap();
            }
        };
        within("acks", wait).await;
        self.acks.drain(..).map(|(id, _)| id).collect()
    }

    /// All events that the server sent before it answered a `ping`.
    pub(crate) async fn settle(&mut self) -> Vec<(String, Value)> {
        self.call("ping", &[]).await;
        self.events
            .drain(..)
            .map(|(name, arguments)| (name, arguments.into_iter().next().unwrap_or(Value::Null)))
            .collect()
    }

    /// Reads until the session ends; says how, and what came before.
    pub(crate) async fn end(&mut self) -> (Ended, Vec<(String, Vec<Value>)>) {
        let wait = async {
            loop {
                if let Err(ended) = self.read().await {
                    return ended;
                }
            }
        };
        let ended = within("the end of the session", wait).await;
        (ended, self.events.drain(..).collect())
    }

    /// Reads one packet that means something to Socket.IO.
    async fn read(&mut self) -> Result<Packet, Ended> {
        loop {
            let text = self.text().await?;
            if text == "2" {
                self.stream
                    .send(Message::text("3"))
                    .await
                    .map_err(|_| Ended::Gone)?;
            } else if text.starts_with("41") {
                return Err(Ended::Told);
            } else if text == "1" {
                return Err(Ended::Gone);
            } else if text.starts_with("40") {
                return Ok(Packet::Connected);
            } else if let Some(why) = text.strip_prefix("44") {
                return Ok(Packet::Refused(serde_json::from_str(why).unwrap()));
            } else if let Some(event) = text.strip_prefix("42") {
                let mut parts: VecDeque<Value> = serde_json::from_str(event).unwrap();
                let name = parts.pop_front().unwrap().as_str().unwrap().to_owned();
                self.events.push_back((name, parts.into()));
                return Ok(Packet::Stored);
            } else if let Some(ack) = text.strip_prefix("43") {
                let at = ack.find('[').unwrap();
                let (id, arguments) = ack.split_at(at);
                self.acks
                    .push_back((id.parse().unwrap(), serde_json::from_str(arguments).unwrap()));
                return Ok(Packet::Stored);
            } else {
                panic!("Unexpected packet {text}");
            }
        }
    }

    async fn text(&mut self) -> Result<String, Ended> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Ended::Gone),
                Some(Ok(other)) => panic!("Unexpected frame {other:?}"),
            }
        }
    }
}

fn packet(name: &str, arguments: &[Value]) -> Value {
    let mut packet = vec![json!(name)];
    packet.extend_from_slice(arguments);
    Value::Array(packet)
}
