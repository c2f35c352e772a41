//! `status`

use carillon_engine::Reader;
use carillon_engine::status::AccountStatus;

use crate::args::Which;
use crate::failure::Failure;
use crate::out;

pub(crate) async fn run(reader: &Reader, which: Which, json: bool) -> Result<(), Failure> {
    let mut status = reader.status().await?;
    if let Some(word) = &which.account {
        let wanted = reader.find(Some(word)).await?;
        status.accounts.retain(|account| match account {
            AccountStatus::Open(open) => open.account.id == wanted,
            AccountStatus::Closed { id, .. } => *id == wanted,
        });
    }
    if json {
        return out::json(&status);
    }
    out::line(&format!("Data folder  {}", status.home))?;
    let owner = status.owner.map_or("not running".to_owned(), |pid| {
        format!("running as process {pid}")
    });
    out::line(&format!("Carillon     {owner}"))?;
    out::line(&format!(
        "Vault        {}: {}. {}",
        status.vault.backend.replace('-', " "),
        status.vault.state,
        status.vault.sentence
    ))?;
    for account in status.accounts {
        match account {
            AccountStatus::Closed { id, platform, error } => {
                out::line(&format!("\n{id}  {platform}\n  {error}"))?
            }
            AccountStatus::Open(open) => {
                out::line(&format!("\n{}  {}", open.account.id, open.account.platform))?;
                let identity = &open.account.identity;
                let who = identity.name.as_deref().unwrap_or(&identity.user_id);
                out::line(&format!("  {} on {}", out::plain(who), open.account.server))?;
                let state = open
                    .connection
                    .as_ref()
                    .map_or("never connected", |status| status.state.as_str());
                let cause = open.connection.as_ref().and_then(|status| status.cause.clone());
                let cause = cause.map_or(String::new(), |cause| format!(": {}", out::plain(&cause)));
                out::line(&format!("  {state}{cause}"))?;
                let counts = open.counts;
                out::line(&format!(
                    "  {} events kept; {} received, {} stored, {} came twice, {} malformed, {} unknown",
                    open.kept,
                    counts.received,
                    counts.stored,
                    counts.repeated,
                    counts.malformed,
                    counts.unknown
                ))?;
                out::line(&format!("  {} unread notices", open.unread.values().sum::<i64>()))?;
                let storage = &open.storage;
                let days = storage.retention.days;
                out::line(&format!(
                    "  {} kB on disk; {} notices, kept {}",
                    storage.bytes.div_ceil(1_000),
                    storage.notices,
                    days.map_or("for ever".to_owned(), |days| format!("for {days} days"))
                ))?;
                for room in &open.rooms {
                    let said = match (&room.refusal, room.confirmed) {
                        (Some(why), _) => format!("refused: {}", out::plain(why)),
                        (None, true) => "joined".to_owned(),
                        (None, false) => "wanted".to_owned(),
                    };
                    out::line(&format!("  room {} {}: {said}", room.topic.kind, room.topic.id))?;
                }
                for set_aside in &open.set_aside {
                    out::line(&format!("  a damaged cache was set aside: {}", set_aside.file))?;
                }
                if !open.gaps.is_empty() {
                    out::line(&format!("  {} gaps: events may be missing", open.gaps.len()))?;
                }
            }
        }
    }
    Ok(())
}
