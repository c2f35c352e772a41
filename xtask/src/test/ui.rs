//! The UI by itself: its types, its lints, its unit tests, and its screens in Chromium.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::tally::{self, Tally};
use crate::run::{Ran, aloud};
use crate::ui::script;
use crate::workspace::Workspace;

/// Runs all of it; types and lints count as one test each.
pub(super) fn tests(workspace: &Workspace) -> Result<Tally> {
    let mut sum = Tally::default();
    for (name, count) in SCRIPTS {
        println!("-- {name}");
        let mut command = script(workspace, name, &[]);
        // Colours would stand between the numbers.
        let ran = aloud(command.env("NO_COLOR", "1").env("CI", "1"))?;
        sum = sum.and(count(&ran).after(ran.success));
    }
    println!("-- served");
    let served = tally::one("ui", "cargo xtask ui serves the page and its sources", || {
        served(workspace)
    });
    Ok(sum.and(served))
}

/// Starts what a person starts who works on the UI, and asks it for the page and for a source that it compiles.
fn served(workspace: &Workspace) -> Result<()> {
    let mut server = workspace.cargo(&["xtask", "ui"]);
    server
        .env("NO_COLOR", "1")
        .env("CI", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    // The program, npm and its server are its children, and end with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut server, 0);
    let mut server = server.spawn().context("Start cargo xtask ui")?;
    let output = server.stdout.take().context("Take the output")?;
    let (tell, told) = mpsc::channel();
    let reading = std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some((_, address)) = line.split_once("http://") {
                // Who waited may have given up.
                let _ = tell.send(address.trim().trim_end_matches('/').to_owned());
            }
        }
    });
    let asked = told.recv_timeout(PATIENCE).context("It names no address");
    let asked = asked.and_then(|address| {
        let page = get(&address, "/")?;
        ensure!(
            page.contains("<div id=\"app\">"),
            "It serves another page: {page}"
        );
        let source = get(&address, "/src/main.ts")?;
        ensure!(
            source.contains("mount"),
            "It does not serve the sources: {source}"
        );
        Ok(())
    });
    end(&mut server)?;
    // The pipe is closed with the last of its writers.
    let _ = reading.join();
    asked
}

/// Ends a process and those that it has started.
fn end(process: &mut Child) -> Result<()> {
    if cfg!(unix) {
        let group = format!("kill -s TERM -- -{}", process.id());
        Command::new("sh").args(["-c", &group]).status()?;
    } else {
        process.kill()?;
    }
    process.wait()?;
    Ok(())
}

/// What an address answers to a path.
fn get(address: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).with_context(|| format!("Connect to {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "GET {path}: {answer}");
    Ok(answer)
}

/// How long the server may take to be there, and for an answer: it compiles what it is asked for.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a script's tests are counted.
type Count = fn(&Ran) -> Tally;

const SCRIPTS: [(&str, Count); 4] = [
    ("check", as_one),
    ("lint", as_one),
    ("test", |ran| tally::of_vitest(&ran.output)),
    ("e2e", |ran| tally::of_playwright(&ran.output)),
];

fn as_one(ran: &Ran) -> Tally {
    Tally {
        passed: usize::from(ran.success),
        ..Tally::default()
    }
}
