//! Things on a platform, and which of them are followed.

use std::sync::Arc;

use carillon_contract::entity::{Activity, Entity, EntityId, Series};
use carillon_contract::{Account, AccountId, ApiError, Timestamp, Topic};
use carillon_engine::Engine;

use super::told;
use crate::state::Core;

pub(crate) async fn entities(
    core: &Arc<Core>,
    account: AccountId,
    kind: String,
) -> Result<Vec<Entity>, ApiError> {
    let store = core
        .engine()
        .await?
        .reader()
        .store(&account)
        .await
        .map_err(told)?;
    store.entities(&kind).await.map_err(|error| told(error.into()))
}

pub(crate) async fn entity(
    core: &Arc<Core>,
    account: AccountId,
    entity: EntityId,
) -> Result<Option<Entity>, ApiError> {
    let store = core
        .engine()
        .await?
        .reader()
        .store(&account)
        .await
        .map_err(told)?;
    store.entity(&entity).await.map_err(|error| told(error.into()))
}

pub(crate) async fn series(
    core: &Arc<Core>,
    account: AccountId,
    entity: EntityId,
    names: Vec<String>,
    since: Timestamp,
    at_most: u32,
) -> Result<Vec<Series>, ApiError> {
    let engine = core.engine().await?;
    let series = engine.series(&account, &entity, &names, since, at_most).await;
    series.map_err(told)
}

pub(crate) async fn activity(
    core: &Arc<Core>,
    account: AccountId,
    entity: EntityId,
    before: Option<Activity>,
    limit: u32,
) -> Result<Vec<Activity>, ApiError> {
    let engine = core.engine().await?;
    let lines = engine.activity(&account, &entity, before.as_ref(), limit).await;
    lines.map_err(told)
}

async fn found(engine: &Engine, account: &AccountId) -> Result<Account, ApiError> {
    engine
        .reader()
        .account(Some(account.as_str()))
        .await
        .map_err(told)
}

pub(crate) async fn follow(core: &Arc<Core>, account: AccountId, topic: Topic) -> Result<(), ApiError> {
    let engine = core.engine().await?;
    let account = found(&engine, &account).await?;
    engine.follow(&account, &topic).await.map_err(told)?;
    Ok(())
}

pub(crate) async fn unfollow(core: &Arc<Core>, account: AccountId, topic: Topic) -> Result<(), ApiError> {
    let engine = core.engine().await?;
    let account = found(&engine, &account).await?;
    engine.unfollow(&account, &topic).await.map_err(told)?;
    Ok(())
}

pub(crate) async fn watch(
    core: &Arc<Core>,
    account: AccountId,
    watcher: String,
    topics: Vec<Topic>,
) -> Result<(), ApiError> {
    let engine = core.engine().await?;
    let account = found(&engine, &account).await?;
    engine.watch(&account, watcher, &topics).map_err(told)
}
