//! No address of anybody's real server, in code or documents: examples end in `.invalid`, tests stay on loopback.
//!
//! What is allowed is listed, rather than what is not: the hosts to keep out need not stand here.

use std::net::Ipv4Addr;

use anyhow::Result;

use super::Outcome;
use crate::workspace::Workspace;

/// Where documentation lives that is worth linking to.
const DOCUMENTATION: [&str; 31] = [
    "crates.io",
    "datatracker.ietf.org",
    "developer.apple.com",
    "developer.mozilla.org",
    "doc.rust-lang.org",
    "docs.rs",
    "embarkstudios.github.io",
    "github.com",
    "json-schema.org",
    "keepachangelog.com",
    "learn.microsoft.com",
    "nexte.st",
    "nodejs.org",
    "opensource.org",
    "rfc-editor.org",
    "rustup.rs",
    "schema.tauri.app",
    "semver.org",
    "socket.io",
    "spdx.org",
    "specifications.freedesktop.org",
    "sqlite.org",
    "svelte.dev",
    "v2.tauri.app",
    "vite.dev",
    "www.freedesktop.org",
    "www.gnu.org",
    "www.rfc-editor.org",
    "www.sqlite.org",
    "www.w3.org",
    "www.zetetic.net",
];

/// Where packages are fetched from by default: lock files may name them, other files have no reason to.
const REGISTRIES: [&str; 2] = ["github.com", concat!("registry.npmjs", ".org")];

const LOCK_FILES: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// Schemes whose addresses name a host.
const SCHEMES: [&str; 6] = ["http", "https", "ws", "wss", "redis", "rediss"];

/// Endings by which a host is known without a scheme before it.
const ENDINGS: [&str; 3] = [".com", ".net", ".org"];

pub(super) fn check(workspace: &Workspace) -> Result<Outcome> {
    let mut complaints = Vec::new();
    // A licence is given in its own words.
    for file in workspace
        .files()?
        .into_iter()
        .filter(|file| !file.ends_with("LICENSE"))
    {
        let Some(text) = workspace.text(&file)? else {
            continue;
        };
        let is_lock = LOCK_FILES.iter().any(|name| file.ends_with(name));
        for (index, line) in text.lines().enumerate() {
            for host in if is_lock {
                strange_registries(line)
            } else {
                strange_hosts(line)
            } {
                complaints.push(format!(
                    "{file}:{}: names the host {host}",
                    index.saturating_add(1)
                ));
            }
        }
    }
    Ok(Outcome::of(complaints))
}

/// Hosts of a line that are neither examples nor documentation.
fn strange_hosts(line: &str) -> Vec<String> {
    let mut strange: Vec<String> = url_hosts(line)
        .into_iter()
        .filter(|host| !is_allowed(host))
        .collect();
    for word in line.split(|letter: char| !(letter.is_ascii_alphanumeric() || ".-_".contains(letter))) {
        let word = word.trim_matches('.').to_ascii_lowercase();
        let is_address = word.parse::<Ipv4Addr>().is_ok() || ENDINGS.iter().any(|end| word.ends_with(end));
        if is_address && !is_allowed(&word) && !strange.contains(&word) {
            strange.push(word);
        }
    }
    strange
}

/// Hosts from which a lock file's line fetches a package, other than the usual ones.
fn strange_registries(line: &str) -> Vec<String> {
    let line = line.trim_start();
    if !line.starts_with("source = ") && !line.starts_with("\"resolved\":") {
        return Vec::new();
    }
    url_hosts(line)
        .into_iter()
        .filter(|host| !REGISTRIES.contains(&host.as_str()))
        .collect()
}

/// The hosts of a line's URLs, in lower case; none for a host that is filled in when the program runs.
fn url_hosts(line: &str) -> Vec<String> {
    let mut hosts = Vec::new();
    for (at, separator) in line.match_indices("://") {
        let (Some(before), Some(after)) = (line.get(..at), line.get(at.saturating_add(separator.len())..))
        else {
            continue;
        };
        let scheme = before
            .rsplit(|letter: char| !letter.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        if !SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) {
            continue;
        }
        let is_end = |letter: char| !(letter.is_ascii_alphanumeric() || ".-_~:[]@%${}".contains(letter));
        let authority = after.split(is_end).next().unwrap_or_default();
        let host_and_port = authority.rsplit('@').next().unwrap_or_default();
        let host = match host_and_port
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
        {
            Some((address, _)) => format!("[{address}]"),
            None => host_and_port
                .split(':')
                .next()
                .unwrap_or_default()
                .trim_end_matches('.')
                .to_owned(),
        };
        if !host.is_empty() && !host.contains(['{', '}', '$', '%']) {
            hosts.push(host.to_ascii_lowercase());
        }
    }
    hosts
}

fn is_allowed(host: &str) -> bool {
    let is_example = |name: &str| host == name || host.ends_with(&format!(".{name}"));
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return address.is_loopback()
            || address.is_unspecified()
            || address.is_documentation()
            || address.is_private()
            || address.is_link_local()
            || address.is_broadcast();
    }
    matches!(host, "localhost" | "[::1]" | "[::]")
        || [
            "invalid",
            "example",
            "test",
            "localhost",
            "example.com",
            "example.net",
            "example.org",
        ]
        .into_iter()
        .any(is_example)
        || DOCUMENTATION.contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Joined here, so that this file passes its own check.
    fn real(name: &str, ending: &str) -> String {
        format!("{name}.{ending}")
    }

    #[test]
    fn examples_loopback_and_documentation_pass() {
        for line in [
            "wss://guesslyfe.example.invalid/socket.io/?EIO=4",
            "http://127.0.0.1:3001 and ws://localhost:3000 and http://[::1]:80/",
            "redis://:secret@127.0.0.1:6379",
            "see https://docs.rs/keyring and https://socket.io/docs/v4.",
            "format!(\"http://{address}/\") or http://${host}:80 or https://…",
            "alice@example.com, 192.0.2.7, 10.0.0.1",
            "carillon://add?x=1, org.freedesktop.Notifications, socket.io, v1.2.3, 1.2.3.4.5",
        ] {
            assert_eq!(strange_hosts(line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn real_hosts_are_found_with_and_without_a_scheme() {
        let host = real("api.somebody", "com");
        for line in [
            format!("wss://{host}"),
            format!("https://user:word@{host}:8443/path"),
            format!("HTTPS://{}/", host.to_uppercase()),
            format!("write to {host}."),
            format!("mail@{host}"),
        ] {
            assert_eq!(strange_hosts(&line), [host.as_str()], "{line}");
        }
        let address = [8, 8, 4, 4].map(|part: u8| part.to_string()).join(".");
        assert_eq!(
            strange_hosts(&format!("http://{address}:4000 is {address}")),
            [address]
        );
        assert_eq!(
            strange_hosts(&format!("http://{}/", real("somewhere", "io"))),
            ["somewhere.io"]
        );
        // An ending that only looks like an example.
        assert_eq!(
            strange_hosts(&format!("http://{}/", real("notexample", "com"))).len(),
            1
        );
    }

    #[test]
    fn lock_files_fetch_from_the_usual_places_only() {
        let mirror = real("mirror.somebody", "com");
        assert!(
            strange_registries("source = \"registry+https://github.com/rust-lang/crates.io-index\"")
                .is_empty()
        );
        let npm = real("registry.npmjs", "org");
        assert!(strange_registries(&format!("  \"resolved\": \"https://{npm}/ws/-/ws-8.tgz\",")).is_empty());
        assert!(strange_registries(&format!("\"funding\": \"https://{mirror}\"")).is_empty());
        assert_eq!(
            strange_registries(&format!("  \"resolved\": \"https://{mirror}/ws.tgz\",")),
            [mirror]
        );
    }
}
