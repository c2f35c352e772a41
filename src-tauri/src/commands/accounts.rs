//! Accounts: adding, removing, connecting.

use std::sync::Arc;

use carillon_contract::history::HistoryLine;
use carillon_contract::view::{AccountLink, PlatformView};
use carillon_contract::{Account, AccountId, ApiError, PlatformId, Secret};
use carillon_engine::accounts::SignIn;
use carillon_engine::parts::{Platforms, Server};
use carillon_engine::{EngineError, views};

use super::told;
use crate::links;
use crate::state::Core;

pub(crate) async fn platforms(_core: &Arc<Core>) -> Result<Vec<PlatformView>, ApiError> {
    std::future::ready(Ok(views::platforms(&Platforms::built_in()))).await
}

pub(crate) async fn sign_in(
    core: &Arc<Core>,
    platform: PlatformId,
    server: String,
    username: String,
    password: Secret,
    clear_text: bool,
) -> Result<Account, ApiError> {
    add(
        core,
        &platform,
        &server,
        SignIn::Password { username, password },
        clear_text,
    )
    .await
}

pub(crate) async fn add_token(
    core: &Arc<Core>,
    platform: PlatformId,
    server: String,
    token: Secret,
    clear_text: bool,
) -> Result<Account, ApiError> {
    add(core, &platform, &server, SignIn::Token(token), clear_text).await
}

async fn add(
    core: &Arc<Core>,
    platform: &PlatformId,
    server: &str,
    sign_in: SignIn,
    clear_text: bool,
) -> Result<Account, ApiError> {
    let server = Server::parse(server, clear_text).map_err(|error| told(EngineError::from(error)))?;
    let engine = core.engine().await?;
    let added = engine.add_account(platform.as_str(), &server, sign_in).await;
    let account = added.map_err(told)?.account;
    engine.connect(&account.id).await.map_err(told)?;
    Ok(account)
}

pub(crate) async fn read_link(_core: &Arc<Core>, link: String) -> Result<AccountLink, ApiError> {
    std::future::ready(links::read_account(&link).map_err(ApiError::from)).await
}

pub(crate) async fn remove_account(core: &Arc<Core>, account: AccountId) -> Result<(), ApiError> {
    let engine = core.engine().await?;
    engine.remove_account(&account).await.map_err(told)?;
    // With the account goes what was chosen for it.
    let settings = engine.settings().await.map_err(told)?;
    core.attention.set_settings(settings);
    super::demo::clear(core, &engine).await
}

pub(crate) async fn connect(core: &Arc<Core>, account: AccountId) -> Result<(), ApiError> {
    core.engine().await?.connect(&account).await.map_err(told)
}

pub(crate) async fn disconnect(core: &Arc<Core>, account: AccountId) -> Result<(), ApiError> {
    core.engine().await?.disconnect(&account).await.map_err(told)
}

pub(crate) async fn history(core: &Arc<Core>, account: AccountId) -> Result<Vec<HistoryLine>, ApiError> {
    let engine = core.engine().await?;
    engine.reader().history(&account).await.map_err(told)
}
