//! The gateway as a program: what it says, and that what it numbered outlives a kill.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command as Plain, Stdio};

use anyhow::{Context as _, Result, ensure};
use carillon_contract::Topic;
use carillon_tests::gateway::{Bench, add_alice, online, stored};
use carillon_tests::http::post;
use carillon_tests::process::within;
use carillon_tests::program::program;
use carillon_vault::Entry;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// What it has to say while it runs, in its data folder.
const LOG: &str = "gateway.log";

fn gateway() -> Result<std::path::PathBuf> {
    program("carillon-gateway", "carillon-gateway")
}

/// The program, and where it listens.
struct Process {
    child: Child,
    url: String,
    banner: String,
}

/// The program, for a user with this data folder.
fn command(folder: &Path) -> Result<Command> {
    let mut command = Command::new(gateway()?);
    command
        .env_remove("DATA")
        .env("HOME", folder)
        .env("XDG_DATA_HOME", folder);
    Ok(command)
}

/// Starts it for a user with this data folder, and reads what it says until it has said where it listens and who can
/// sign in.
async fn start(folder: &Path) -> Result<Process> {
    start_on(folder, 0).await
}

/// As [`start`], on this port.
async fn start_on(folder: &Path, port: u16) -> Result<Process> {
    let mut child = command(folder)?
        .args(["--port", &port.to_string(), "--no-market"])
        // Tokens are good for the next one as well.
        .env("JWT_SECRET", "a secret of these tests, long enough")
        .env("RUST_LOG", "trace")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::options().create(true).append(true).open(folder.join(LOG))?)
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("Take its output")?).lines();
    let (mut banner, mut url) = (String::new(), None);
    let reading = async {
        while let Some(line) = lines.next_line().await? {
            if let Some((_, address)) = line.split_once("Socket.IO") {
                url = Some(address.trim().to_owned());
            }
            banner.push_str(&line);
            banner.push('\n');
            if url.is_some() && banner.contains("demo-bob") {
                break;
            }
        }
        anyhow::Ok(())
    };
    within("the gateway to say where it listens", reading).await??;
    let url = url.with_context(|| format!("It does not say where it listens:\n{banner}"))?;
    Ok(Process { child, url, banner })
}

/// Has an event emitted; the numbers it got.
async fn emit(url: &str, event: &Value) -> Result<Vec<u64>> {
    let (_, answer) = post(url, "/dev/emit", event).await?;
    let numbers = answer.get("seqs").and_then(Value::as_array);
    let numbers = numbers.with_context(|| format!("No numbers: {answer}"))?;
    Ok(numbers.iter().filter_map(Value::as_u64).collect())
}

/// An event for everybody, so often.
async fn announce(url: &str, count: usize) -> Result<Vec<u64>> {
    emit(url, &json!({ "event": "system:announcement", "count": count })).await
}

/// An event for alice, so often.
async fn notify(url: &str, count: usize) -> Result<Vec<u64>> {
    let to = json!({ "username": "alice" });
    emit(url, &json!({ "event": "notification", "to": to, "count": count })).await
}

/// A trade of the market `m-1`, so often.
async fn trade(url: &str, count: usize) -> Result<Vec<u64>> {
    let data = json!({ "marketId": "m-1" });
    emit(
        url,
        &json!({ "event": "market:trade", "data": data, "count": count }),
    )
    .await
}

#[test]
fn help_names_every_switch_and_what_the_environment_does() -> Result<()> {
    let help = Plain::new(gateway()?).arg("--help").output()?;
    ensure!(help.status.success());
    let help = String::from_utf8(help.stdout)?;
    for word in [
        "--port",
        "--data",
        "--in-memory",
        "--users",
        "--demo",
        "--no-market",
        "--strict-markets",
        "JWT_SECRET",
        "RUST_LOG",
    ] {
        ensure!(help.contains(word), "{word} is not in the help:\n{help}");
    }
    Ok(())
}

#[tokio::test]
async fn numbers_go_on_after_a_kill_and_none_is_given_twice() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut first = start(folder.path()).await?;
    for word in ["alice", "demo-alice", "bob", "demo-bob"] {
        ensure!(first.banner.contains(word), "{word} is not in:\n{}", first.banner);
    }
    let given = announce(&first.url, 200).await?;
    ensure!(given == (1..=200).collect::<Vec<u64>>(), "{given:?}");

    // Two that give numbers from one file would each tell half of them to half of the clients.
    let beside = command(folder.path())?.args(["--port", "0"]).output();
    let beside = within("the second gateway to end", beside).await??;
    let said = String::from_utf8(beside.stderr)?;
    ensure!(
        !beside.status.success() && said.contains("in use by another gateway"),
        "{said}"
    );

    first.child.kill().await?;
    let second = start(folder.path()).await?;
    let next = announce(&second.url, 1).await?;
    ensure!(next == [201], "{next:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_much_it_logs_no_secret_and_no_event_is_in_the_log() -> Result<()> {
    const TITLE: &str = "Unmistakable title 4711";
    let folder = tempfile::tempdir()?;
    let mut server = start(folder.path()).await?;
    let bench = Bench::new()?;
    let engine = bench.engine().await?;
    let account = add_alice(&engine, &server.url).await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    let to = json!({ "username": "alice" });
    let event = json!({ "event": "notification", "to": to, "data": { "title": TITLE } });
    emit(&server.url, &event).await?;
    stored(&mut listener, 1).await?;
    let kept = bench.vault.get(&Entry::token(account.id.as_str())).await?;
    let kept: Value = serde_json::from_str(kept.context("No token is kept")?.expose())?;
    let [access, refresh] = ["/access", "/refresh"].map(|field| kept.pointer(field).and_then(Value::as_str));
    let (access, refresh) = (access.context("No token")?, refresh.context("No token")?);
    // One that is refused, and a password that is wrong.
    let wrong = json!({ "refreshToken": "refused-token-4712" });
    ensure!(post(&server.url, "/auth/refresh", &wrong).await?.0 == 401);
    let wrong = json!({ "username": "alice", "password": "wrong-password-4713" });
    ensure!(post(&server.url, "/auth/login", &wrong).await?.0 == 401);
    engine.stop().await;
    server.child.kill().await?;

    let log = fs::read_to_string(folder.path().join(LOG))?;
    ensure!(log.contains("DEBUG carillon_gateway"), "It is not loud:\n{log}");
    let secrets = [
        access,
        refresh,
        "demo-alice",
        TITLE,
        "0xa11ce",
        "refused-token-4712",
        "wrong-password-4713",
    ];
    for (number, secret) in secrets.iter().enumerate() {
        let line = log.lines().find(|line| line.contains(*secret));
        assert_eq!(line, None, "text {number} is in the log");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_while_it_sends_and_comes_back_leaves_nothing_out() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut server = start(folder.path()).await?;
    let port: u16 = server
        .url
        .rsplit(':')
        .next()
        .context("No port")?
        .trim_end_matches('/')
        .parse()?;
    let bench = Bench::new()?;
    let engine = bench.engine().await?;
    let account = add_alice(&engine, &server.url).await?;
    let mut listener = engine.subscribe_events();
    // A room, from which everything comes twice: trades go to everybody as well.
    let market = Topic {
        kind: "market".to_owned(),
        id: "m-1".to_owned(),
    };
    engine.follow(&account, &market).await?;
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;

    let mut highest = 0;
    for round in 0..4 {
        notify(&server.url, 100).await?;
        let sent = trade(&server.url, 50).await?;
        highest = highest.max(sent.last().copied().unwrap_or(0));
        if round % 2 == 0 {
            // In the middle of sending, and without a last word.
            let url = server.url.clone();
            let (_, killed) = tokio::join!(
                // Whether they were numbered before the end is the server's to know.
                async { tokio::join!(notify(&url, 400), trade(&url, 100)) },
                server.child.kill()
            );
            killed?;
            server = start_on(folder.path(), port).await?;
        }
    }
    // The last one that is sent tells how many there are in all.
    let last = notify(&server.url, 1).await?;
    let all = last.first().copied().context("No number")?;
    assert!(all > highest);
    let store = engine.reader().store(&account.id).await?;
    within("everything to be stored", async {
        while u64::try_from(store.event_counts().await?.0)? < all {
            // Something is told whenever something was stored.
            listener.next().await.context("The engine has ended")?;
        }
        anyhow::Ok(())
    })
    .await??;
    // Every number once: none is missing, and none came twice.
    let mut numbers = Vec::new();
    let mut after = 0;
    loop {
        let page = store.events_after(after, 500).await?;
        let Some(newest) = page.last() else { break };
        after = newest.seq;
        for event in page {
            let payload: Value = serde_json::from_str(event.payload.get())?;
            let number = payload.get("seq").and_then(Value::as_u64);
            numbers.push(number.context("No number")?);
        }
    }
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=all), "not each number once");
    assert_eq!(store.gaps(10).await?, []);
    let counts = store.counts().await?;
    assert!(
        counts.received > u64::try_from(store.event_counts().await?.0)?,
        "trades came twice"
    );
    // It is in the room again.
    let socket = store.last_seen().await?.and_then(|seen| seen.status.socket_id);
    let topics = store.topics(socket.as_deref()).await?;
    assert!(
        topics.iter().all(|status| status.confirmed) && topics.len() == 1,
        "{topics:?}"
    );
    engine.stop().await;
    Ok(())
}
