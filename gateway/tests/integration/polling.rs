//! The polling transport, and the upgrade from it.

use carillon_gateway::Handle;
use serde_json::{Value, json};

use crate::{
    client::{Client, Ended},
    support::{ALICE_ROOM, gateway, gateway_with, http, token, within},
};

/// A session over polling.
struct Polling {
    http: reqwest::Client,
    url: String,
    sid: String,
}

impl Polling {
    async fn open(gateway: &Handle) -> Self {
        let http = http();
        let url = format!("{}/socket.io/?EIO=4&transport=polling", gateway.url());
        let open = http.get(&url).send().await.unwrap().text().await.unwrap();
        let open: Value = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
        assert_eq!(open["upgrades"], json!(["websocket"]));
        let sid = open["sid"].as_str().unwrap().to_owned();
        Self {
            http,
            url: format!("{url}&sid={sid}"),
            sid,
        }
    }

    /// Opens, joins, and reads until the welcome.
    async fn connect(gateway: &Handle) -> Self {
        let token = token(gateway, "alice").await;
        let session = Self::open(gateway).await;
        session.send(&format!("40{}", json!({ "token": token }))).await;
        let welcome = session.until("connected").await;
        assert_eq!(welcome["rooms"][0], ALICE_ROOM);
        session
    }

    async fn send(&self, packet: &str) {
        let response = self.http.post(&self.url).body(packet.to_owned()).send();
        assert_eq!(
            within("a post", response).await.unwrap().text().await.unwrap(),
            "ok"
        );
    }

    async fn poll(&self) -> (u16, Vec<String>) {
        let response = within("a poll", self.http.get(&self.url).send()).await.unwrap();
        let status = response.status().as_u16();
        let body = response.text().await.unwrap();
        (status, body.split('\u{1e}').map(str::to_owned).collect())
    }

    /// The first argument of the next event of that name.
    async fn until(&self, name: &str) -> Value {
        loop {
            for packet in self.packets().await {
                let event = packet
                    .strip_prefix("42")
                    .map(|event| serde_json::from_str(event).unwrap());
                if let Some(Value::Array(event)) = event
                    && event[0] == name
                {
                    return event[1].clone();
                }
            }
        }
    }

    /// Emits with an ack and returns its first argument.
    async fn call(&self, name: &str, argument: &Value) -> Value {
        self.send(&format!("421{}", json!([name, argument]))).await;
        loop {
            for packet in self.packets().await {
                if let Some(ack) = packet.strip_prefix("431") {
                    return serde_json::from_str::<Value>(ack).unwrap()[0].clone();
                }
            }
        }
    }

    /// The packets of one poll, pings answered.
    async fn packets(&self) -> Vec<String> {
        let (status, packets) = self.poll().await;
        assert_eq!(status, 200);
        if packets.iter().any(|packet| packet == "2") {
            self.send("3").await;
        }
        packets
    }
}

#[tokio::test]
async fn a_client_that_only_polls_is_served_as_well() {
    let gateway = gateway();
    let session = Polling::connect(&gateway).await;
    session
        .send("42[\"subscribe\",{\"room\":\"market\",\"id\":\"m-1\"}]")
        .await;
    let data = json!({ "marketId": "m-1", "trader": "0x1" });
    let seq = gateway.emit("market:trade", data, None).await.unwrap();
    assert_eq!(session.until("market:trade").await["seq"], seq);
}

#[tokio::test]
async fn a_session_moves_to_a_websocket_without_losing_anything() {
    let gateway = gateway();
    let session = Polling::connect(&gateway).await;
    let mut client = Client::upgrade(&gateway, &session.sid).await;
    gateway
        .emit("system:announcement", Value::Null, None)
        .await
        .unwrap();
    assert_eq!(client.next("system:announcement").await["seq"], 1);
    assert_eq!(client.call("ping", &[]).await["pong"], true);
}

#[tokio::test]
async fn a_moved_session_can_be_cut_like_any_other() {
    let gateway = gateway();
    let session = Polling::connect(&gateway).await;
    let mut client = Client::upgrade(&gateway, &session.sid).await;
    assert_eq!(gateway.cut("alice").unwrap(), 1);
    assert_eq!(client.end().await.0, Ended::Gone);
}

#[tokio::test]
async fn a_client_that_stops_polling_is_told_to_open_a_new_session() {
    let gateway = gateway_with(|config| config.socket.send_buffer = 32);
    let session = Polling::connect(&gateway).await;
    gateway
        .emit_many("system:announcement", Value::Null, None, 100)
        .await
        .unwrap();
    assert_eq!(gateway.stats().await.lagging_closed, 1);
    let (status, body) = session.poll().await;
    assert_eq!(status, 400);
    let error: Value = serde_json::from_str(&body[0]).unwrap();
    assert_eq!(error, json!({ "code": 1, "message": "Session ID unknown" }));

    let again = Polling::connect(&gateway).await;
    let page = again.call("sync", &json!({ "since": 0 })).await;
    assert_eq!(page["events"].as_array().unwrap().len(), 100);
}
