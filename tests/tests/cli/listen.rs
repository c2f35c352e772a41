//! `listen`: what it prints, when it ends, and what may run beside it.

use anyhow::{Context as _, Result};
use carillon_tests::cli::Cli;
use carillon_tests::node::NodeServer;
use carillon_tests::process::{signal, within};
use serde_json::{Value, json};

use crate::{alice, number, text, to_alice};

#[tokio::test]
async fn each_event_is_a_line_of_exactly_these_fields() -> Result<()> {
    let it = alice().await?;
    let sent = it.gateway.emit(
        "dividend:available",
        json!({ "amount": "9007199254740993" }),
        to_alice(),
    );
    let sent = sent.await?;
    it.gateway
        .emit("notification", json!({ "title": "Two" }), to_alice())
        .await?;
    let mut listen = it.cli.listen(&["--count", "2"])?;
    let line = listen.line().await?;
    let places = ["account", "seq", "event", "kind", "key", "receivedAt", "payload"]
        .map(|name| line.find(&format!("\"{name}\":")));
    assert!(places.is_sorted() && places.first() == Some(&Some(1)), "{line}");
    let event: Value = serde_json::from_str(&line)?;
    assert_eq!(event.as_object().map(serde_json::Map::len), Some(7), "{line}");
    assert_eq!(text(&event, "/account")?, it.account);
    assert_eq!(number(&event, "/seq")?, 1);
    assert_eq!(text(&event, "/event")?, "dividend:available");
    assert_eq!(text(&event, "/kind")?, "dividend.available");
    assert!(text(&event, "/key")?.starts_with("dividend:available/"), "{line}");
    assert!(number(&event, "/receivedAt")? > 1_700_000_000_000, "{line}");
    assert_eq!(text(&event, "/payload/type")?, "dividend:available");
    assert_eq!(text(&event, "/payload/data/amount")?, "9007199254740993");
    assert_eq!(number(&event, "/payload/seq")?, sent);
    let second = listen.event().await?;
    assert_eq!(number(&second, "/seq")?, 2);
    let ended = listen.end().await?;
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""));
    Ok(())
}

#[tokio::test]
async fn it_ends_after_the_time_that_was_asked_for_and_without_events() -> Result<()> {
    let it = alice().await?;
    let since = std::time::Instant::now();
    let ended = it.cli.run(&["listen", "--json", "--for", "500ms"]).await?;
    assert_eq!(ended.answer()?, "");
    assert!(since.elapsed() >= std::time::Duration::from_millis(500));
    let none = it.cli.run(&["listen", "--count", "0"]).await?;
    assert_eq!(none.answer()?, "");
    it.cli.run(&["listen", "--for", "soon"]).await.map(|said| {
        assert_eq!(said.code, Some(2), "{}", said.err);
    })
}

#[tokio::test]
async fn while_one_listens_others_read_and_none_takes_its_place() -> Result<()> {
    let it = alice().await?;
    let mut listen = it.cli.listen(&[])?;
    let pid = listen.pid()?;
    it.gateway
        .emit("notification", json!({ "title": "Read beside" }), to_alice())
        .await?;
    listen.event().await?;
    for second in [
        &["listen"][..],
        &["subscribe", "market", "m-1"],
        &["accounts", "remove"],
    ] {
        let said = it.cli.run(second).await?.complaint(9)?;
        assert!(said.contains(&format!("process {pid}")), "{said}");
    }
    let status = it.cli.run(&["status", "--json"]).await?.json()?;
    assert_eq!(number(&status, "/owner")?, u64::from(pid));
    assert_eq!(text(&status, "/vault/backend")?, "sealed-file");
    assert_eq!(text(&status, "/vault/state")?, "ready");
    assert_eq!(text(&status, "/accounts/0/connection/state")?, "connected");
    assert!(!text(&status, "/accounts/0/connection/socketId")?.is_empty());
    assert_eq!(number(&status, "/accounts/0/counts/stored")?, 1);
    let inbox = it.cli.run(&["inbox", "--json"]).await?.json()?;
    assert_eq!(text(&inbox, "/0/title")?, "Read beside");
    assert_eq!(text(&inbox, "/0/account")?, it.account);
    let accounts = it.cli.run(&["accounts", "list", "--json"]).await?.json()?;
    assert_eq!(text(&accounts, "/0/id")?, it.account);

    // It listens as before.
    it.gateway.emit("notification", Value::Null, to_alice()).await?;
    listen.event().await?;
    assert_eq!(listen.terminate().await?.code, Some(0));
    Ok(())
}

#[tokio::test]
async fn what_can_not_be_read_is_counted_and_printed_nowhere() -> Result<()> {
    let mut server = NodeServer::guesslyfe().await?;
    let cli = Cli::new()?;
    cli.add(&server.url(), "alice", "alice-password").await?;
    let mut listen = cli.listen(&[])?;
    server.report("connect").await?;
    let at = "2026-03-01T10:00:00.000Z";
    let announcement =
        |data: Value| json!([{ "type": "system:announcement", "timestamp": at, "data": data }]);
    server
        .raw("system:announcement", json!(["not an envelope"]))
        .await?;
    server
        .raw("system:announcement", announcement(json!({ "title": 7 })))
        .await?;
    server.raw("system:unheard", announcement(json!({}))).await?;
    let good = json!({ "title": "Good", "message": "Words", "timestamp": at });
    server.raw("system:announcement", announcement(good)).await?;
    let event = listen.event().await?;
    assert_eq!(text(&event, "/payload/data/title")?, "Good");
    let ended = listen.terminate().await?;
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""), "{}", ended.err);
    let status = cli.run(&["status", "--json"]).await?.json()?;
    for (count, expected) in [("malformed", 2), ("unknown", 1), ("stored", 1)] {
        assert_eq!(
            number(&status, &format!("/accounts/0/counts/{count}"))?,
            expected,
            "{status}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn events_that_may_be_missing_are_said_and_stay_in_the_status() -> Result<()> {
    let mut server = NodeServer::guesslyfe().await?;
    let cli = Cli::new()?;
    cli.add(&server.url(), "alice", "alice-password").await?;
    let mut listen = cli.listen(&[])?;
    server.report("connect").await?;
    // Without an event there is nothing behind which something could be missing.
    let announcement =
        |title: &str| json!({ "title": title, "message": "Words", "timestamp": "2026-03-01T10:00:00.000Z" });
    server.emit("system:announcement", announcement("Before")).await?;
    listen.event().await?;
    let port = server.kill().await?;
    let mut server = NodeServer::guesslyfe_with(json!({ "port": port })).await?;
    server.report("connect").await?;
    server.emit("system:announcement", announcement("After")).await?;
    assert_eq!(text(&listen.event().await?, "/payload/data/title")?, "After");
    let said = listen.terminate().await?.err;
    assert!(said.contains("may be missing (no-replay)"), "{said}");
    let status = cli.run(&["status", "--json"]).await?.json()?;
    assert_eq!(text(&status, "/accounts/0/gaps/0/why")?, "no-replay");
    let (from, to) = (
        number(&status, "/accounts/0/gaps/0/from")?,
        number(&status, "/accounts/0/gaps/0/to")?,
    );
    assert!(from <= to, "{status}");
    let said = cli.run(&["status"]).await?.answer()?;
    assert!(said.contains("1 gaps: events may be missing"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_request_to_end_is_obeyed_with_everything_written() -> Result<()> {
    let it = alice().await?;
    let mut listen = it.cli.listen(&[])?;
    it.gateway.emit("notification", Value::Null, to_alice()).await?;
    listen.event().await?;
    let ended = listen.terminate().await?;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let connecting = ended.err.lines().filter(|line| line.ends_with("connecting"));
    assert_eq!(connecting.count(), 1, "{}", ended.err);
    let status = it.cli.run(&["status", "--json"]).await?.json()?;
    assert_eq!(status.get("owner"), Some(&Value::Null));
    assert_eq!(text(&status, "/accounts/0/connection/state")?, "disconnected");
    assert_eq!(number(&status, "/accounts/0/kept")?, 1);
    // The server was told, and did not have to notice.
    assert_eq!(it.gateway.stats().await.connected_clients, 0);
    Ok(())
}

#[tokio::test]
async fn a_room_is_followed_from_the_next_connection_on_until_it_is_left() -> Result<()> {
    let it = alice().await?;
    let wallet = "0xB0b0000000000000000000000000000000bBbBbB";
    let trade = |id: &str| json!({ "marketId": "m-1", "tradeId": id, "trader": wallet });
    let mark = |title: &str| json!({ "title": title });
    it.cli.run(&["subscribe", "market", "m-1"]).await?.answer()?;
    let mut listen = it.cli.listen(&[])?;
    it.gateway.emit("notification", mark("One"), to_alice()).await?;
    assert_eq!(text(&listen.event().await?, "/event")?, "notification");
    it.gateway.emit("market:trade", trade("t-1"), None).await?;
    assert_eq!(text(&listen.event().await?, "/payload/data/tradeId")?, "t-1");
    let status = it.cli.run(&["status", "--json"]).await?.json()?;
    let room =
        json!([{ "kind": "market", "id": "m-1", "followed": true, "confirmed": true, "refusal": null }]);
    assert_eq!(status.pointer("/accounts/0/rooms"), Some(&room));
    listen.terminate().await?.answer()?;

    it.cli.run(&["unsubscribe", "market", "m-1"]).await?.answer()?;
    let mut listen = it.cli.listen(&[])?;
    it.gateway.emit("notification", mark("Two"), to_alice()).await?;
    assert_eq!(text(&listen.event().await?, "/payload/data/title")?, "Two");
    it.gateway.emit("market:trade", trade("t-2"), None).await?;
    it.gateway.emit("notification", mark("Three"), to_alice()).await?;
    // The trade between the two does not come.
    assert_eq!(text(&listen.event().await?, "/payload/data/title")?, "Three");
    listen.terminate().await?.answer()?;

    let said = it.cli.run(&["unsubscribe", "market", "m-1"]).await?.answer()?;
    assert!(said.contains("was not followed"), "{said}");
    for wrong in [["user", "0x1"], ["global", "all"], ["market", "a b"]] {
        it.cli
            .run(&[&["subscribe"][..], &wrong].concat())
            .await?
            .complaint(2)?;
    }
    Ok(())
}

#[tokio::test]
async fn several_accounts_are_listened_to_at_once_or_one_of_them() -> Result<()> {
    let it = alice().await?;
    let bob = it.cli.add(&it.gateway.url(), "bob", "demo-bob").await?;
    let bob = text(&bob, "/account/id")?;
    let to_bob = || Some(carillon_gateway::To::Username("bob".to_owned()));
    it.gateway
        .emit("notification", json!({ "title": "A" }), to_alice())
        .await?;
    it.gateway
        .emit("notification", json!({ "title": "B" }), to_bob())
        .await?;
    let mut only_bob = it.cli.listen(&["--account", "bob", "--count", "1"])?;
    assert_eq!(text(&only_bob.event().await?, "/account")?, bob);
    only_bob.end().await?.answer()?;
    let mut both = it.cli.listen(&["--count", "2"])?;
    it.gateway
        .emit("notification", json!({ "title": "C" }), to_bob())
        .await?;
    let mut heard = Vec::new();
    for _ in 0..2 {
        let event = both.event().await?;
        let title = text(&event, "/payload/data/title")?;
        heard.push((text(&event, "/account")?.to_owned(), title.to_owned()));
    }
    heard.sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(
        heard,
        [
            (it.account.clone(), "A".to_owned()),
            (bob.to_owned(), "C".to_owned())
        ]
    );
    both.end().await?.answer()?;
    Ok(())
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_is_no_failure() -> Result<()> {
    let it = alice().await?;
    it.gateway
        .emit_many("notification", Value::Null, to_alice(), 200)
        .await?;
    let mut command = it.cli.command(&["listen", "--json"]);
    command.stdout(std::process::Stdio::piped());
    let mut process = command.stderr(std::process::Stdio::null()).spawn()?;
    drop(process.stdout.take().context("Take the output")?);
    let status = within("listen to end", process.wait()).await??;
    assert_eq!(status.code(), Some(0));
    Ok(())
}

#[tokio::test]
async fn a_reader_that_pauses_holds_up_neither_the_connection_nor_the_end() -> Result<()> {
    let it = alice().await?;
    let mut command = it.cli.command(&["listen", "--json"]);
    command.stdout(std::process::Stdio::piped());
    let mut process = command.stderr(std::process::Stdio::null()).spawn()?;
    // Much more than a pipe and every queue hold: nobody reads.
    let long = serde_json::json!({ "message": "x".repeat(1_000) });
    let sent = 2_000;
    it.gateway
        .emit_many("notification", long, to_alice(), sent)
        .await?;
    within("all events to be stored", async {
        loop {
            let status = it.cli.run(&["status", "--json"]).await?.json()?;
            if number(&status, "/accounts/0/counts/received")? >= u64::try_from(sent)? {
                return anyhow::Ok(());
            }
        }
    })
    .await??;
    signal(&process, "TERM").await?;
    let status = within("listen to end", process.wait()).await??;
    assert_eq!(status.code(), Some(0));
    Ok(())
}
