//! `inbox` and `status`: what is read without a connection.

use anyhow::{Context as _, Result};
use carillon_tests::cli::Cli;
use carillon_tests::gateway::stop;
use serde_json::{Value, json};

use crate::{alice, text, to_alice};

async fn titles(cli: &Cli, arguments: &[&str]) -> Result<Vec<String>> {
    let inbox = cli
        .run(&[&["inbox", "--json"], arguments].concat())
        .await?
        .json()?;
    let notices = inbox.as_array().context("The inbox is no list")?;
    let titles = notices
        .iter()
        .map(|notice| Ok(text(notice, "/title")?.to_owned()));
    titles.collect()
}

#[tokio::test]
async fn the_inbox_is_read_searched_and_limited_without_a_server() -> Result<()> {
    let it = alice().await?;
    for (title, message, read) in [
        ("First", "The ferry is late", false),
        ("Second", "The ferry is on time", true),
        ("Third", "Fähre und Brücke", false),
    ] {
        let data = json!({ "title": title, "message": message, "read": read });
        it.gateway.emit("notification", data, to_alice()).await?;
    }
    it.cli.run(&["listen", "--count", "3"]).await?.answer()?;
    let crate::Alice { gateway, cli, .. } = it;
    stop(gateway).await?;
    assert_eq!(titles(&cli, &[]).await?, ["Third", "Second", "First"]);
    assert_eq!(titles(&cli, &["--unread"]).await?, ["Third", "First"]);
    assert_eq!(titles(&cli, &["--search", "ferry"]).await?, ["Second", "First"]);
    assert_eq!(titles(&cli, &["--search", "ferry late"]).await?, ["First"]);
    assert_eq!(titles(&cli, &["--search", "ferry", "--unread"]).await?, ["First"]);
    assert_eq!(
        titles(&cli, &["--search", "\" OR 1"]).await?,
        Vec::<String>::new()
    );
    assert_eq!(titles(&cli, &["--limit", "1"]).await?, ["Third"]);
    assert_eq!(
        titles(&cli, &["--account", "alice", "--limit", "2"]).await?.len(),
        2
    );
    let status = cli
        .run(&["status", "--account", "alice", "--json"])
        .await?
        .json()?;
    assert_eq!(status.pointer("/accounts/0/unread/notification"), Some(&json!(2)));
    cli.run(&["status", "--account", "nobody"]).await?.complaint(3)?;
    let words = cli.run(&["inbox"]).await?.answer()?;
    assert!(words.contains("Third: Fähre und Brücke"), "{words}");
    Ok(())
}

#[tokio::test]
async fn what_a_server_writes_can_not_steer_a_terminal() -> Result<()> {
    let it = alice().await?;
    // Past the gateway's own cleaning.
    let at = "2026-03-01T10:00:00.000Z";
    let nasty = "\u{1b}[2J\u{7}line\r\nbreak\u{9b}";
    let notification = json!({
        "type": "notification", "timestamp": at, "data": {
            "notificationId": "n-1", "userId": "user-1001", "type": "custom", "title": nasty,
            "message": nasty, "read": false, "timestamp": at,
        },
    });
    let mut listen = it.cli.listen(&["--count", "2"])?;
    it.gateway.emit("notification", Value::Null, to_alice()).await?;
    listen.event().await?;
    let to = to_alice().context("Nobody")?;
    assert_eq!(it.gateway.raw(&to, "notification", &[notification])?, 1);
    listen.event().await?;
    listen.end().await?.answer()?;
    for command in [&["inbox"][..], &["status"], &["accounts", "list"]] {
        let said = it.cli.run(command).await?.answer()?;
        let steering = said.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(steering, None, "{said:?}");
    }
    Ok(())
}

#[tokio::test]
async fn status_answers_for_an_empty_folder_and_one_that_is_not_there() -> Result<()> {
    let cli = Cli::new()?;
    for made in [false, true] {
        let status = cli.run(&["status", "--json"]).await?.json()?;
        assert_eq!(status.get("accounts"), Some(&json!([])));
        assert_eq!(status.get("owner"), Some(&Value::Null));
        let words = cli.run(&["status"]).await?.answer()?;
        assert!(!words.contains("sealed-file"), "{words}");
        let list = cli.run(&["accounts", "list"]).await?.answer()?;
        assert!(list.contains("accounts add"), "{list}");
        for command in [
            &["inbox"][..],
            &["listen"],
            &["subscribe", "market", "m-1"],
            &["unsubscribe", "market", "m-1"],
            &["accounts", "remove"],
        ] {
            let said = cli.run(command).await?.complaint(3)?;
            assert!(said.contains("no account yet"), "{said}");
        }
        assert_eq!(cli.home().exists(), made, "looking makes nothing");
        std::fs::create_dir_all(cli.home())?;
    }
    assert_eq!(std::fs::read_dir(cli.home())?.count(), 0);
    Ok(())
}
