//! The cases. Each starts a server of its own.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use carillon_contract::Secret;
use carillon_contract::history::TransportKind;
use carillon_link::cause::Cause;
use carillon_link::transport::{OpenError, Received, SendError};
use carillon_link::{Session, Target, TokenIn, Transport};
use carillon_tests::node::NodeServer;
use futures_util::future::try_join_all;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Any = Arc<dyn Transport>;

/// How long an answer may take.
const SOON: Duration = Duration::from_secs(10);

/// The largest event that is accepted here, in bytes.
const LARGEST: usize = 1 << 20;

fn target(url: &str) -> Result<Target> {
    Ok(Target {
        url: url.parse()?,
        token_in: TokenIn::AuthPayload,
        transports: vec![TransportKind::Websocket],
        compression: false,
        query: Vec::new(),
        open_within: SOON,
        largest_event: LARGEST,
    })
}

async fn open(transport: &Any, server: &NodeServer) -> Result<Session> {
    match transport
        .open(&target(&server.url())?, &Secret::new("t".to_owned()))
        .await
    {
        Ok(session) => Ok(session),
        Err(error) => bail!("{error:?}"),
    }
}

async fn with_echo(transport: &Any) -> Result<(NodeServer, Session)> {
    let server = NodeServer::echo().await?;
    let session = open(transport, &server).await?;
    Ok((server, session))
}

fn args(values: &[Value]) -> Result<Vec<Box<RawValue>>> {
    Ok(values.iter().map(to_raw_value).collect::<Result<_, _>>()?)
}

fn parsed(args: &[Box<RawValue>]) -> Result<Vec<Value>> {
    Ok(args
        .iter()
        .map(|arg| serde_json::from_str(arg.get()))
        .collect::<Result<_, _>>()?)
}

/// The next event of a name; others are passed over.
async fn next(session: &mut Session, name: &str) -> Result<Received> {
    loop {
        let received = session.events.next().await.context("The connection ended")?;
        if received.frame.name == name {
            return Ok(received);
        }
    }
}

async fn echo(session: &Session, values: &[Value]) -> Result<Vec<Value>> {
    let answer = session.socket.emit_with_ack("echo", args(values)?, SOON).await?;
    parsed(&answer)
}

pub(super) async fn what_the_server_says_while_it_lets_one_in_arrives(transport: Any) -> Result<()> {
    let (_server, mut session) = with_echo(&transport).await?;
    let first = session.events.next().await.context("The connection ended")?;
    crate::same(first.frame.name.as_str(), "hello")?;
    let second = session.events.next().await.context("The connection ended")?;
    crate::same(second.frame.name.as_str(), "hello again")
}

pub(super) async fn ten_thousand_events_come_in_their_order(transport: Any) -> Result<()> {
    let (_server, mut session) = with_echo(&transport).await?;
    session.socket.emit("burst", args(&[json!(10_000)])?).await?;
    for wanted in 0..10_000 {
        let event = next(&mut session, "n").await?;
        crate::same(parsed(&event.frame.args)?, vec![json!(wanted)])?;
    }
    Ok(())
}

pub(super) async fn an_ack_brings_its_arguments(transport: Any) -> Result<()> {
    let (_server, session) = with_echo(&transport).await?;
    for values in [
        vec![json!(1), json!({ "two": ["3"] })],
        vec![json!([1, 2])],
        vec![Value::Null],
    ] {
        crate::same(echo(&session, &values).await?, values)?;
    }
    Ok(())
}

pub(super) async fn five_hundred_acks_under_way_are_not_mixed_up(transport: Any) -> Result<()> {
    let (_server, session) = with_echo(&transport).await?;
    let session = &session;
    try_join_all((0..500).map(async |n| crate::same(echo(session, &[json!(n)]).await?, vec![json!(n)])))
        .await?;
    Ok(())
}

pub(super) async fn an_ack_that_does_not_come_harms_no_other(transport: Any) -> Result<()> {
    let (_server, session) = with_echo(&transport).await?;
    let none = session
        .socket
        .emit_with_ack("never", args(&[])?, Duration::from_millis(50))
        .await;
    crate::same(none.err(), Some(SendError::Unknown))?;
    for n in 0..50 {
        crate::same(echo(&session, &[json!(n)]).await?, vec![json!(n)])?;
    }
    Ok(())
}

pub(super) async fn a_question_of_the_server_is_answered(transport: Any) -> Result<()> {
    let (_server, mut session) = with_echo(&transport).await?;
    session.socket.emit("ask", args(&[json!(1)])?).await?;
    let question = next(&mut session, "question").await?;
    question
        .ack
        .context("Nobody is asked for an ack")?
        .acknowledge()
        .await;
    next(&mut session, "answered").await?;
    Ok(())
}

pub(super) async fn a_refusal_is_told_in_the_server_s_words(transport: Any) -> Result<()> {
    let server = NodeServer::guesslyfe().await?;
    let opened = transport
        .open(&target(&server.url())?, &Secret::new("none".to_owned()))
        .await;
    match opened.err() {
        Some(OpenError::Refused(words)) => crate::same(words.as_str(), "Authentication failed"),
        other => bail!("{other:?}"),
    }
}

pub(super) async fn a_token_may_go_into_the_header(transport: Any) -> Result<()> {
    let server = NodeServer::echo().await?;
    let target = Target {
        token_in: TokenIn::Header,
        ..target(&server.url())?
    };
    let mut session = match transport
        .open(&target, &Secret::new("in the header".to_owned()))
        .await
    {
        Ok(session) => session,
        Err(error) => bail!("{error:?}"),
    };
    let hello = next(&mut session, "hello").await?;
    let seen = parsed(&hello.frame.args)?;
    let header = seen.first().and_then(|hello| hello.get("authorization")).cloned();
    crate::same(header, Some(json!("Bearer in the header")))
}

pub(super) async fn a_server_that_sends_one_away_is_told(transport: Any) -> Result<()> {
    let (_server, session) = with_echo(&transport).await?;
    session
        .socket
        .emit("disconnect me", args(&[json!(false)])?)
        .await?;
    crate::same(session.socket.closed().await, Cause::ServerDisconnect)
}

pub(super) async fn a_server_that_closes_the_connection_is_told(transport: Any) -> Result<()> {
    let (_server, session) = with_echo(&transport).await?;
    session.socket.emit("close engine", args(&[json!(0)])?).await?;
    crate::same(session.socket.closed().await, Cause::TransportClosed)
}

pub(super) async fn a_server_that_dies_is_told(transport: Any) -> Result<()> {
    let (server, session) = with_echo(&transport).await?;
    server.kill().await?;
    crate::same(session.socket.closed().await, Cause::TransportClosed)
}

pub(super) async fn a_listener_that_says_nothing_is_given_up(transport: Any) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let target = Target {
        open_within: Duration::from_millis(300),
        ..target(&format!("http://{}", listener.local_addr()?))?
    };
    let opened = transport.open(&target, &Secret::new("t".to_owned())).await;
    ensure!(
        matches!(opened, Err(OpenError::Failed(Cause::TimedOut))),
        "{:?}",
        opened.err()
    );
    Ok(())
}

pub(super) async fn an_event_beyond_the_limit_ends_the_connection(transport: Any) -> Result<()> {
    let (_server, session) = with_echo(&transport).await?;
    session.socket.emit("big", args(&[json!(LARGEST + 1)])?).await?;
    crate::same(session.socket.closed().await, Cause::TooLarge { limit: LARGEST })
}

pub(super) async fn a_connection_can_be_asked_whether_it_is_alive(transport: Any) -> Result<()> {
    let (_server, session) = with_echo(&transport).await?;
    let took = session.socket.verify(SOON).await;
    ensure!(took.is_ok(), "{took:?}");
    ensure!(session.socket.latency().is_some(), "The latency is not known");
    Ok(())
}

pub(super) async fn binary_events_do_not_break_the_connection(transport: Any) -> Result<()> {
    let (_server, mut session) = with_echo(&transport).await?;
    session.socket.emit("shapes", args(&[json!(0)])?).await?;
    for name in ["lone", "mixed", "empty", "large", "plain"] {
        let event = session.events.next().await.context("The connection ended")?;
        let event = match event.frame.name.as_str() {
            "hello" | "hello again" => next(&mut session, name).await?,
            _ => event,
        };
        crate::same(event.frame.name.as_str(), name)?;
    }
    crate::same(echo(&session, &[json!(1)]).await?, vec![json!(1)])
}

pub(super) async fn the_socket_has_its_id(transport: Any) -> Result<()> {
    let (_server, mut session) = with_echo(&transport).await?;
    let hello = next(&mut session, "hello").await?;
    let seen = parsed(&hello.frame.args)?;
    let id = seen
        .first()
        .and_then(|hello| hello.get("id"))
        .and_then(Value::as_str);
    crate::same(Some(session.id.as_str()), id)
}

pub(super) async fn a_closed_connection_leaves_the_server(transport: Any) -> Result<()> {
    let (mut server, session) = with_echo(&transport).await?;
    session.socket.close();
    let report = server.report("disconnect").await?;
    crate::same(report.get("reason"), Some(&json!("client namespace disconnect")))
}

pub(super) async fn events_may_be_named_as_one_likes(transport: Any) -> Result<()> {
    let (mut server, mut session) = with_echo(&transport).await?;
    next(&mut session, "hello again").await?;
    for name in ["open", "close", "error", "message", "Open sesame"] {
        let details = json!({ "event": name, "args": [name] });
        server.tell("broadcast", details).await?;
        let event = session.events.next().await.context("The connection ended")?;
        crate::same(event.frame.name.as_str(), name)?;
    }
    // One without arguments, too.
    server
        .tell("broadcast", json!({ "event": "bare", "args": [] }))
        .await?;
    let event = session.events.next().await.context("The connection ended")?;
    crate::same((event.frame.name.as_str(), event.frame.args.len()), ("bare", 0))
}
