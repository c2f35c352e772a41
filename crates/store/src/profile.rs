//! The `profile` table: whose file it is. One row.

use carillon_contract::{Account, AccountId, Identity, PlatformId, Timestamp};
use sqlx::{FromRow, SqliteConnection};

use crate::error::StoreError;

#[derive(FromRow)]
struct Row {
    account: String,
    platform: String,
    server: String,
    user_id: String,
    wallet: Option<String>,
    name: Option<String>,
    created_at: i64,
}

pub(crate) async fn insert(connection: &mut SqliteConnection, account: &Account) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO profile (id, account, platform, server, user_id, wallet, name, created_at)
         VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(account.id.as_str())
    .bind(account.platform.as_str())
    .bind(&account.server)
    .bind(&account.identity.user_id)
    .bind(&account.identity.wallet)
    .bind(&account.identity.name)
    .bind(account.created_at.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes another address of the account's server.
pub(crate) async fn set_server(connection: &mut SqliteConnection, server: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE profile SET server = ?1 WHERE id = 1")
        .bind(server)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn read(connection: &mut SqliteConnection) -> Result<Account, StoreError> {
    let row: Row = sqlx::query_as(
        "SELECT account, platform, server, user_id, wallet, name, created_at FROM profile WHERE id = 1",
    )
    .fetch_one(connection)
    .await?;
    Ok(Account {
        id: AccountId::new(row.account),
        platform: PlatformId::new(row.platform),
        server: row.server,
        identity: Identity {
            user_id: row.user_id,
            wallet: row.wallet,
            name: row.name,
        },
        created_at: Timestamp(row.created_at),
    })
}
