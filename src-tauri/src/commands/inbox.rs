//! Notices: reading, searching, putting away.

use std::sync::Arc;

use carillon_contract::view::{NoticeFilter, NoticePage};
use carillon_contract::{AccountId, ApiError, ErrorCode, Notice};
use carillon_engine::parts::Change;

use super::told;
use crate::links;
use crate::state::Core;

pub(crate) async fn notices(
    core: &Arc<Core>,
    accounts: Vec<AccountId>,
    filter: NoticeFilter,
    behind: Option<Notice>,
    limit: u32,
) -> Result<NoticePage, ApiError> {
    let engine = core.engine().await?;
    let page = engine.notices(&accounts, filter, behind.as_ref(), limit).await;
    page.map_err(told)
}

pub(crate) async fn notice(
    core: &Arc<Core>,
    account: AccountId,
    id: i64,
) -> Result<Option<Notice>, ApiError> {
    let store = core
        .engine()
        .await?
        .reader()
        .store(&account)
        .await
        .map_err(told)?;
    store.notice(id).await.map_err(|error| told(error.into()))
}

pub(crate) async fn search(core: &Arc<Core>, text: String, limit: u32) -> Result<Vec<Notice>, ApiError> {
    core.engine().await?.search(&text, limit).await.map_err(told)
}

pub(crate) async fn set_read(
    core: &Arc<Core>,
    account: AccountId,
    ids: Vec<i64>,
    read: bool,
) -> Result<(), ApiError> {
    let change = if read { Change::Read } else { Change::Unread };
    let engine = core.engine().await?;
    engine.change_notices(&account, change, ids).await.map_err(told)
}

pub(crate) async fn set_archived(
    core: &Arc<Core>,
    account: AccountId,
    ids: Vec<i64>,
    archived: bool,
) -> Result<(), ApiError> {
    let change = if archived {
        Change::Archive
    } else {
        Change::Restore
    };
    let engine = core.engine().await?;
    engine.change_notices(&account, change, ids).await.map_err(told)
}

pub(crate) async fn read_all(core: &Arc<Core>, accounts: Vec<AccountId>) -> Result<(), ApiError> {
    core.engine().await?.read_all(&accounts).await.map_err(told)
}

pub(crate) async fn open_notice_link(core: &Arc<Core>, account: AccountId, id: i64) -> Result<(), ApiError> {
    // The window says which notice, never which address: what is opened is what the platform sent.
    let found = notice(core, account, id).await?;
    let address = found
        .and_then(|notice| notice.action_url)
        .ok_or_else(|| ApiError {
            code: ErrorCode::NotFound,
            message: String::from("This notice leads nowhere"),
        })?;
    let page = links::page(&address).ok_or_else(|| ApiError {
        code: ErrorCode::Invalid,
        message: String::from("This notice's link is not a whole https address, so it is not opened"),
    })?;
    core.ports.browser.open(&page)
}
