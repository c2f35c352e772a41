//! The gateway as a program: what it says, and that what it numbered outlives a kill.

use std::path::Path;
use std::process::{Command as Plain, Stdio};

use anyhow::{Context as _, Result, ensure};
use carillon_tests::http::post;
use carillon_tests::process::within;
use carillon_tests::program::program;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

fn gateway() -> Result<std::path::PathBuf> {
    program("carillon-gateway", "carillon-gateway")
}

/// The program, and where it listens.
struct Process {
    child: Child,
    url: String,
    banner: String,
}

/// Starts it for a user with this data folder, and reads what it says until it has said where it listens and who can
/// sign in.
async fn start(folder: &Path) -> Result<Process> {
    let mut child = Command::new(gateway()?)
        .args(["--port", "0", "--no-market"])
        .env_remove("DATA")
        .env("HOME", folder)
        .env("XDG_DATA_HOME", folder)
        .env("RUST_LOG", "trace")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
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

async fn emit(url: &str, count: usize) -> Result<Vec<u64>> {
    let body = json!({ "event": "system:announcement", "count": count });
    let (_, answer) = post(url, "/dev/emit", &body).await?;
    let numbers = answer.get("seqs").and_then(Value::as_array);
    let numbers = numbers.with_context(|| format!("No numbers: {answer}"))?;
    Ok(numbers.iter().filter_map(Value::as_u64).collect())
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
    let given = emit(&first.url, 200).await?;
    ensure!(given == (1..=200).collect::<Vec<u64>>(), "{given:?}");

    // Two that give numbers from one file would each tell half of them to half of the clients.
    let beside = Command::new(gateway()?)
        .args(["--port", "0"])
        .env_remove("DATA")
        .env("HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path())
        .output();
    let beside = within("the second gateway to end", beside).await??;
    let said = String::from_utf8(beside.stderr)?;
    ensure!(
        !beside.status.success() && said.contains("in use by another gateway"),
        "{said}"
    );

    first.child.kill().await?;
    let second = start(folder.path()).await?;
    let next = emit(&second.url, 1).await?;
    ensure!(next == [201], "{next:?}");
    Ok(())
}
