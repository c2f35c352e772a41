//! `accounts add|list|remove`

use std::time::Duration;

use carillon_contract::receipt::Removable;
use carillon_contract::{ApiError, ConnectionState, ErrorCode, PlatformId, Secret, UiEvent};
use carillon_engine::accounts::{Added, SignIn};
use carillon_engine::parts::{Platforms, Server};
use carillon_engine::{Engine, EngineError, Reader};
use serde_json::json;
use tokio::time::timeout;

use crate::args::{Add, Which};
use crate::failure::Failure;
use crate::out;

/// How long `--check` waits for the server's word.
const CHECK: Duration = Duration::from_secs(30);

/// An account to be added, as far as can be said without a vault, a data folder or a server.
pub(crate) struct Asked {
    platform: String,
    server: Server,
    sign_in: SignIn,
    check: bool,
    json: bool,
}

impl Asked {
    /// Looks at what was asked for. A mistyped word makes neither a vault nor a folder.
    pub(crate) fn read(add: Add, platforms: &Platforms) -> Result<Self, Failure> {
        let server = Server::parse(&add.server, add.allow_clear_text).map_err(EngineError::from)?;
        if platforms.get(&PlatformId::new(&*add.platform)).is_none() {
            return Err(EngineError::unknown_platform(&add.platform, platforms).into());
        }
        let secret = read_secret()?;
        let sign_in = match add.username {
            Some(username) => SignIn::Password {
                username,
                password: secret,
            },
            None => SignIn::Token(secret),
        };
        Ok(Self {
            platform: add.platform,
            server,
            sign_in,
            check: add.check,
            json: add.json,
        })
    }
}

pub(crate) async fn add(engine: Engine, add: Asked) -> Result<(), Failure> {
    let added = engine
        .add_account(&add.platform, &add.server, add.sign_in)
        .await?;
    let checked = if add.check {
        check(&engine, &added).await
    } else {
        Ok(())
    };
    if let Err(failure) = checked {
        // Who asks for a check wants an account that works, or everything as it was.
        engine.take_back(added).await?;
        engine.stop().await;
        return Err(failure);
    }
    engine.stop().await;
    let identity = &added.account.identity;
    if add.json {
        return out::json(
            &json!({ "account": added.account, "renewed": added.renewed, "checked": add.check }),
        );
    }
    let verb = if added.renewed {
        "Renewed the sign-in of"
    } else {
        "Added"
    };
    let who = identity.name.as_deref().unwrap_or(&identity.user_id);
    out::line(&format!(
        "{verb} {} on {} ({})",
        out::plain(who),
        added.account.server,
        added.account.id
    ))?;
    if add.check {
        out::line("The server accepts the account.")?;
    }
    Ok(())
}

/// Connects once, until the server accepts or something is wrong.
async fn check(engine: &Engine, added: &Added) -> Result<(), Failure> {
    let mut events = engine.subscribe_events();
    engine.start_account(&added.account.id).await?;
    let not_accepted = |code: Option<ErrorCode>, why: Option<&str>| Failure::NotAccepted {
        code: code.unwrap_or(ErrorCode::Unreachable),
        why: why.unwrap_or("The server did not answer in time.").to_owned(),
        kept: added.renewed,
    };
    let outcome = timeout(CHECK, async {
        while let Some(next) = events.next().await {
            let UiEvent::Connection { status, .. } = &*next.event else {
                continue;
            };
            match status.state {
                ConnectionState::Connected => return Ok(()),
                ConnectionState::Error | ConnectionState::Reconnecting => {
                    return Err(not_accepted(status.code, status.cause.as_deref()));
                }
                ConnectionState::Disconnected | ConnectionState::Connecting => {}
            }
        }
        Err(Failure::Engine(EngineError::Stopped))
    });
    outcome.await.unwrap_or_else(|_| Err(not_accepted(None, None)))
}

/// The first line of the standard input.
fn read_secret() -> Result<Secret, Failure> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Failure::Input)?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    if line.is_empty() {
        Err(Failure::EmptyInput)
    } else {
        Ok(Secret::new(line))
    }
}

pub(crate) async fn list(reader: &Reader, json: bool) -> Result<(), Failure> {
    let accounts = reader.accounts().await?;
    if json {
        let list: Vec<_> = accounts
            .iter()
            .map(|(entry, account)| match account {
                Ok(account) => json!(account),
                Err(error) => {
                    json!({ "id": entry.id, "platform": entry.platform, "error": ApiError::from(error) })
                }
            })
            .collect();
        return out::json(&list);
    }
    if accounts.is_empty() {
        return out::line("There is no account yet. Add one with `carillon-cli accounts add`.");
    }
    for (entry, account) in accounts {
        match account {
            Ok(account) => {
                let who = account.identity.name.unwrap_or(account.identity.user_id);
                out::line(&format!(
                    "{}  {}  {}  {}",
                    entry.id,
                    entry.platform,
                    out::plain(&who),
                    account.server
                ))?;
            }
            Err(error) => out::line(&format!("{}  {}  {error}", entry.id, entry.platform))?,
        }
    }
    Ok(())
}

pub(crate) async fn remove(engine: Engine, which: Which) -> Result<(), Failure> {
    let id = engine.reader().find(which.account.as_deref()).await?;
    let receipt = engine.remove_account(&id).await?;
    out::line(&if receipt.has_removed(Removable::Key) {
        format!("Removed {id}: its token, its key and its cache are gone from this computer.")
    } else {
        format!(
            "Removed {id}: its cache is gone from this computer. Its token and its key were not where secrets are \
             kept now; if they are in another place (CARILLON_VAULT), they stay there, and the server was not told."
        )
    })?;
    engine.stop().await;
    Ok(())
}
