//! Refresh tokens: long-lived, exchanged on each use, stored only as hashes.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::{SqliteConnection, SqlitePool};
use uuid::Uuid;

/// Why a refresh token was not exchanged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RefreshError {
    /// Never issued, or its family was ended.
    #[error("The refresh token is not valid")]
    Invalid,
    /// Older than its lifetime.
    #[error("The refresh token has expired")]
    Expired,
    /// Exchanged before, longer ago than the grace; its whole family has been ended.
    #[error("The refresh token was used before")]
    Reused,
    /// The database refused.
    #[error("Use the refresh tokens' database")]
    Database(#[from] sqlx::Error),
    /// The system gave no random bytes.
    #[error("Get random bytes from the system")]
    Random(#[from] getrandom::Error),
}

/// A fresh refresh token and whose it is.
pub(crate) struct Issued {
    pub(crate) token: String,
    pub(crate) user_id: String,
}

/// The stored families and tokens.
pub(crate) struct RefreshStore {
    pool: SqlitePool,
    lifetime: Duration,
    grace: Duration,
}

/// A stored token with what its family says.
#[derive(sqlx::FromRow)]
struct Row {
    family: String,
    expires_ms: i64,
    rotated_ms: Option<i64>,
    user_id: String,
    revoked_ms: Option<i64>,
}

impl RefreshStore {
    pub(crate) fn new(pool: SqlitePool, lifetime: Duration, grace: Duration) -> Self {
        Self {
            pool,
            lifetime,
            grace,
        }
    }

    /// Starts a family: one sign-in.
    pub(crate) async fn start(&self, user_id: &str, now: Timestamp) -> Result<Issued, RefreshError> {
        let family = Uuid::new_v4().to_string();
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        forget_expired(&mut transaction, now).await?;
        sqlx::query("INSERT INTO refresh_families (family, user_id, started_ms) VALUES (?, ?, ?)")
            .bind(&family)
            .bind(user_id)
            .bind(now.as_millisecond())
            .execute(&mut *transaction)
            .await?;
        let token = self.insert(&mut transaction, &family, now).await?;
        transaction.commit().await?;
        Ok(Issued {
            token,
            user_id: user_id.to_owned(),
        })
    }

    /// Exchanges a token for a fresh one of the same family.
    ///
    /// A token may be shown again within the grace: a client that stops between our answer and its disk comes
    /// back with the old one, and must not be signed out for that. Shown later, somebody else holds a copy,
    /// and nobody can tell who: the family ends.
    pub(crate) async fn exchange(&self, token: &str, now: Timestamp) -> Result<Issued, RefreshError> {
        let hash = hash(token);
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let row: Option<Row> = sqlx::query_as(
            "SELECT t.family, t.expires_ms, t.rotated_ms, f.user_id, f.revoked_ms
             FROM refresh_tokens t JOIN refresh_families f USING (family) WHERE t.token_hash = ?",
        )
        .bind(hash.as_slice())
        .fetch_optional(&mut *transaction)
        .await?;
        let row = row
            .filter(|row| row.revoked_ms.is_none())
            .ok_or(RefreshError::Invalid)?;
        if row.expires_ms <= now.as_millisecond() {
            return Err(RefreshError::Expired);
        }
        let grace = i64::try_from(self.grace.as_millis()).unwrap_or(i64::MAX);
        if row
            .rotated_ms
            .is_some_and(|rotated| now.as_millisecond().saturating_sub(rotated) >= grace)
        {
            revoke(&mut transaction, &row.family, now).await?;
            transaction.commit().await?;
            return Err(RefreshError::Reused);
        }
        sqlx::query("UPDATE refresh_tokens SET rotated_ms = coalesce(rotated_ms, ?) WHERE token_hash = ?")
            .bind(now.as_millisecond())
            .bind(hash.as_slice())
            .execute(&mut *transaction)
            .await?;
        let token = self.insert(&mut transaction, &row.family, now).await?;
        transaction.commit().await?;
        Ok(Issued {
            token,
            user_id: row.user_id,
        })
    }

    /// Ends the family of a token; an unknown token ends nothing, and that is no error.
    pub(crate) async fn end(&self, token: &str, now: Timestamp) -> Result<(), RefreshError> {
        let hash = hash(token);
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let family: Option<String> =
            sqlx::query_scalar("SELECT family FROM refresh_tokens WHERE token_hash = ?")
                .bind(hash.as_slice())
                .fetch_optional(&mut *transaction)
                .await?;
        if let Some(family) = family {
            revoke(&mut transaction, &family, now).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn insert(
        &self,
        connection: &mut SqliteConnection,
        family: &str,
        now: Timestamp,
    ) -> Result<String, RefreshError> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        let token = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let lifetime = i64::try_from(self.lifetime.as_millis()).unwrap_or(i64::MAX);
        sqlx::query("INSERT INTO refresh_tokens (token_hash, family, expires_ms) VALUES (?, ?, ?)")
            .bind(hash(&token).as_slice())
            .bind(family)
            .bind(now.as_millisecond().saturating_add(lifetime))
            .execute(connection)
            .await?;
        Ok(token)
    }
}

/// The tokens are 256 random bits: a plain hash is enough, there is nothing to guess.
fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

async fn revoke(connection: &mut SqliteConnection, family: &str, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE refresh_families SET revoked_ms = ? WHERE family = ? AND revoked_ms IS NULL")
        .bind(now.as_millisecond())
        .bind(family)
        .execute(connection)
        .await?;
    Ok(())
}

/// Housekeeping on each sign-in, so that the tables do not grow for ever.
async fn forget_expired(connection: &mut SqliteConnection, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM refresh_tokens WHERE expires_ms <= ?")
        .bind(now.as_millisecond())
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM refresh_families WHERE family NOT IN (SELECT family FROM refresh_tokens)")
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Data, database::Database};

    async fn store() -> (RefreshStore, Database) {
        let database = Database::open(&Data::Temporary).await.unwrap();
        let store = RefreshStore::new(
            database.pool.clone(),
            Duration::from_secs(1_000),
            Duration::from_secs(30),
        );
        (store, database)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).unwrap()
    }

    #[tokio::test]
    async fn each_exchange_gives_another_token_for_the_same_user() {
        let (store, _database) = store().await;
        let first = store.start("u-1", at(0)).await.unwrap();
        let second = store.exchange(&first.token, at(10)).await.unwrap();
        let third = store.exchange(&second.token, at(20)).await.unwrap();
        assert_ne!(first.token, second.token);
        assert_ne!(second.token, third.token);
        assert_eq!(third.user_id, "u-1");
    }

    #[tokio::test]
    async fn a_client_that_lost_our_answer_may_ask_again_within_the_grace() {
        let (store, _database) = store().await;
        let first = store.start("u-1", at(0)).await.unwrap();
        let lost = store.exchange(&first.token, at(10)).await.unwrap();
        let again = store.exchange(&first.token, at(39)).await.unwrap();
        assert_ne!(lost.token, again.token);
        assert!(store.exchange(&again.token, at(50)).await.is_ok());
    }

    #[tokio::test]
    async fn a_token_shown_again_later_ends_the_whole_family() {
        let (store, _database) = store().await;
        let first = store.start("u-1", at(0)).await.unwrap();
        let second = store.exchange(&first.token, at(10)).await.unwrap();
        assert!(matches!(
            store.exchange(&first.token, at(40)).await,
            Err(RefreshError::Reused)
        ));
        assert!(matches!(
            store.exchange(&second.token, at(41)).await,
            Err(RefreshError::Invalid)
        ));
        let other = store.start("u-1", at(42)).await.unwrap();
        assert!(store.exchange(&other.token, at(43)).await.is_ok());
    }

    #[tokio::test]
    async fn signing_out_ends_the_family_and_an_unknown_token_ends_nothing() {
        let (store, _database) = store().await;
        let mine = store.start("u-1", at(0)).await.unwrap();
        let other = store.start("u-2", at(0)).await.unwrap();
        store.end(&mine.token, at(1)).await.unwrap();
        store.end("never issued", at(1)).await.unwrap();
        assert!(matches!(
            store.exchange(&mine.token, at(2)).await,
            Err(RefreshError::Invalid)
        ));
        assert!(store.exchange(&other.token, at(2)).await.is_ok());
    }

    #[tokio::test]
    async fn an_unused_token_expires_and_is_forgotten() {
        let (store, database) = store().await;
        let old = store.start("u-1", at(0)).await.unwrap();
        assert!(matches!(
            store.exchange(&old.token, at(1_000)).await,
            Err(RefreshError::Expired)
        ));
        store.start("u-1", at(1_000)).await.unwrap();
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM refresh_families")
            .fetch_one(&database.pool)
            .await
            .unwrap();
        assert_eq!(left, 1);
    }

    #[tokio::test]
    async fn the_file_does_not_hold_the_token() {
        let (store, database) = store().await;
        let issued = store.start("u-1", at(0)).await.unwrap();
        let stored: Vec<u8> = sqlx::query_scalar("SELECT token_hash FROM refresh_tokens")
            .fetch_one(&database.pool)
            .await
            .unwrap();
        assert_ne!(stored, issued.token.as_bytes());
        assert_eq!(stored, hash(&issued.token));
    }
}
