//! `inbox`: what is kept on this computer; no connection is needed.

use carillon_contract::AccountId;
use carillon_contract::view::NoticeFilter;
use carillon_engine::{EngineError, Reader};

use crate::args::Inbox;
use crate::failure::Failure;
use crate::out;

/// As many notices as a person looks through; a program that asks for JSON gets all of them.
const A_SCREENFUL: u32 = 50;

pub(crate) async fn run(reader: &Reader, inbox: Inbox) -> Result<(), Failure> {
    let accounts: Vec<_> = match &inbox.which.account {
        Some(word) => vec![reader.account(Some(word)).await?.id],
        None => readable(reader).await?,
    };
    if accounts.is_empty() {
        return Err(EngineError::NoAccount.into());
    }
    let filter = if inbox.unread {
        NoticeFilter::Unread
    } else {
        NoticeFilter::All
    };
    let fallback = if inbox.json { u32::MAX } else { A_SCREENFUL };
    let limit = inbox.limit.unwrap_or(fallback);
    let notices = match &inbox.search {
        Some(text) => reader.search(&accounts, text, inbox.unread, limit).await?,
        None => reader.inbox(&accounts, filter, None, limit).await?,
    };
    if inbox.json {
        return out::json(&notices);
    }
    if notices.is_empty() {
        return out::line(match inbox.search {
            Some(_) => "Nothing found.",
            None => "All quiet: nothing waits for you.",
        });
    }
    for notice in notices {
        let at = jiff::Timestamp::from_millisecond(notice.occurred_at.0).unwrap_or_default();
        let mark = if notice.read { ' ' } else { '*' };
        let body = if notice.body.is_empty() {
            String::new()
        } else {
            format!(": {}", out::plain(&notice.body))
        };
        out::line(&format!("{mark} {at:.0}  {}{body}", out::plain(&notice.title)))?;
    }
    Ok(())
}

/// The accounts whose files can be opened; of the others it is said why not, and they keep nobody from reading. Where
/// none can be, that is the failure.
async fn readable(reader: &Reader) -> Result<Vec<AccountId>, Failure> {
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    for (entry, account) in reader.accounts().await? {
        match account {
            Ok(_) => open.push(entry.id),
            Err(error) => closed.push((entry.id, error)),
        }
    }
    if open.is_empty()
        && let Some((_, error)) = closed.pop()
    {
        return Err(error.into());
    }
    for (id, error) in closed {
        out::complain(&format!("{id} is left out: {error}"));
    }
    Ok(open)
}
