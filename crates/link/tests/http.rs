//! HTTP calls against a server that answers whatever the test says, byte by byte.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use carillon_contract::Secret;
use carillon_contract::rest::{Method, RestRequest};
use carillon_link::Cause;
use carillon_link::http::Http;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

fn login() -> RestRequest {
    RestRequest {
        method: Method::Post,
        path: "/auth/login".to_owned(),
        body: Some(Secret::new("{\"password\":\"x\"}".to_owned())),
        bearer: None,
    }
}

/// Takes one request, answers it, and gives what was asked.
async fn answer(listener: TcpListener, bytes: Vec<u8>) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = vec![0; 4_096];
    let mut length = 0;
    // The body is the last of it.
    while !request.get(..length).unwrap().ends_with(b"}") {
        length += stream.read(request.get_mut(length..).unwrap()).await.unwrap();
    }
    // A client that has seen enough hangs up.
    let _ = stream.write_all(&bytes).await;
    let _ = stream.shutdown().await;
    request.truncate(length);
    String::from_utf8(request).unwrap()
}

async fn call(bytes: Vec<u8>) -> (Result<(u16, String), Cause>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}/api/", listener.local_addr().unwrap())).unwrap();
    let http = Http::new().unwrap();
    let request = login();
    let (answered, asked) = tokio::join!(http.call(&base, &request), answer(listener, bytes));
    (
        answered.map(|answer| (answer.status, answer.body.expose().to_owned())),
        asked,
    )
}

#[tokio::test]
async fn a_call_goes_below_the_servers_path_and_the_answer_is_handed_on() {
    let reply = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}".to_vec();
    let (answered, asked) = call(reply).await;
    assert_eq!(answered, Ok((401, "{}".to_owned())));
    assert!(asked.starts_with("POST /api/auth/login HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_lowercase().contains("content-type: application/json"));
    assert!(asked.ends_with("{\"password\":\"x\"}"));
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_a_password() {
    let reply =
        b"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec();
    assert_eq!(call(reply).await.0, Ok((307, String::new())));
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let mut reply = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    reply.resize(6 << 20, b'x');
    assert_eq!(call(reply).await.0, Err(Cause::TooLarge { limit: 4 << 20 }));
}

#[tokio::test]
async fn an_answer_that_is_no_text_is_an_error() {
    let reply = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe".to_vec();
    assert_eq!(call(reply).await.0, Err(Cause::Protocol));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let answered = Http::new().unwrap().call(&base, &login()).await;
    assert_eq!(answered.err(), Some(Cause::Unreachable));
}
