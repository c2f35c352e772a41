//! The registry: which accounts there are. Not encrypted, so it holds nothing personal.

use std::path::{Path, PathBuf};

use carillon_contract::settings::Settings;
use carillon_contract::{AccountId, PlatformId, Timestamp};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sqlx::migrate::Migrator;
use tokio::sync::Mutex;

use crate::backup;
use crate::error::StoreError;
use crate::file::{self, Database};
use crate::version::{self, Version};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/registry");

/// An account in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: AccountId,
    /// Its platform.
    pub platform: PlatformId,
    /// How far adding or removing it has come.
    pub state: EntryState,
    /// Whether the person disconnected it by hand.
    pub paused: bool,
    /// Whether it is an account of the demo.
    pub demo: bool,
}

/// How far adding or removing an account has come. What a killed process leaves half done is finished at the
/// next start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// Its file or its secrets may be missing: it is taken away again.
    Adding,
    /// Complete.
    Ready,
    /// Its file or its secrets may be gone: the rest goes too.
    Removing,
}

impl EntryState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Adding => "adding",
            Self::Ready => "ready",
            Self::Removing => "removing",
        }
    }

    fn from_stored(text: &str) -> Self {
        match text {
            "ready" => Self::Ready,
            "removing" => Self::Removing,
            _ => Self::Adding,
        }
    }
}

/// What tells that two sign-ins are of the same person on the same server: a hash under a key of this
/// installation, so that the registry doesn't say who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sameness([u8; 32]);

/// The open registry. It is small and seldom written, so that one connection does.
pub struct Registry {
    pub(crate) connection: Mutex<Database>,
    salt: Vec<u8>,
    path: PathBuf,
}

impl Registry {
    /// Opens the registry to read and write, and makes it where there is none.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] and others; the file is left as it is.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = if path.exists() {
            let (connection, found) = file::open_to_write(path, None, &MIGRATIONS).await?;
            if found == Version::Ours {
                // It opens well after the migration for which the copy was made.
                backup::tidy(path);
            }
            connection
        } else {
            let mut connection = file::create(path, None).await?;
            version::migrate(path, &MIGRATIONS, connection.get()?).await?;
            connection
        };
        let mut salt = [0u8; 32];
        getrandom::fill(&mut salt).map_err(StoreError::Random)?;
        sqlx::query("INSERT INTO settings (name, value) VALUES ('salt', ?1) ON CONFLICT (name) DO NOTHING")
            .bind(salt.as_slice())
            .execute(connection.get()?)
            .await?;
        let salt = Self::salt(&mut connection)
            .await?
            .ok_or(sqlx::Error::RowNotFound)?;
        Ok(Self::with(connection, salt, path))
    }

    /// Opens the registry to read only, beside the process that owns it; `None` where there is none yet.
    ///
    /// # Errors
    /// [`StoreError::TooNew`], [`StoreError::TooOld`], and where it can't be read.
    pub async fn open_to_read(path: &Path) -> Result<Option<Self>, StoreError> {
        let Some((registry, found)) = Self::look(path).await? else {
            return Ok(None);
        };
        version::readable(path, found)?;
        Ok(Some(registry))
    }

    /// What the person chose, of a registry that its owner has not opened yet; the defaults where there is none. Where
    /// settings are has been the same from the first version on.
    ///
    /// # Errors
    /// [`StoreError::TooNew`], and where it can't be read.
    pub async fn settings_of(path: &Path) -> Result<Settings, StoreError> {
        match Self::look(path).await? {
            None => Ok(Settings::default()),
            Some((registry, Version::Ours | Version::Older)) => registry.settings().await,
            Some((_, found)) => version::readable(path, found).map(|()| Settings::default()),
        }
    }

    async fn look(path: &Path) -> Result<Option<(Self, Version)>, StoreError> {
        let (mut connection, found) = match file::open_to_read(path, None, &MIGRATIONS).await {
            Ok((connection, found, _)) => (connection, found),
            Err(StoreError::Missing { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        // Its owner makes it in several steps, and may be killed, or be just now, between two of them.
        let begun: bool =
            sqlx::query_scalar("SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'settings'")
                .fetch_one(connection.get()?)
                .await?;
        if !begun {
            return Ok(None);
        }
        // The salt is the last thing that its owner makes.
        let Some(salt) = Self::salt(&mut connection).await? else {
            return Ok(None);
        };
        Ok(Some((Self::with(connection, salt, path), found)))
    }

    fn with(connection: Database, salt: Vec<u8>, path: &Path) -> Self {
        Self {
            connection: Mutex::new(connection),
            salt,
            path: path.to_owned(),
        }
    }

    async fn salt(connection: &mut Database) -> Result<Option<Vec<u8>>, StoreError> {
        let salt = sqlx::query_scalar("SELECT value FROM settings WHERE name = 'salt'");
        Ok(salt.fetch_optional(connection.get()?).await?)
    }

    /// The hash of who and where.
    pub fn sameness(&self, platform: &PlatformId, server: &str, user_id: &str) -> Sameness {
        // A key of any length is taken; the salt is 32 bytes anyway.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.salt) else {
            return Sameness([0; 32]);
        };
        for part in [platform.as_str(), server, user_id] {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Sameness(mac.finalize().into_bytes().into())
    }

    /// The accounts in the order in which they were added.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<(String, String, String, bool, bool)> =
            sqlx::query_as("SELECT id, platform, state, paused, demo FROM accounts ORDER BY position, id")
                .fetch_all(self.connection.lock().await.get()?)
                .await?;
        let entry = |(id, platform, state, paused, demo): (String, String, String, bool, bool)| Entry {
            id: AccountId::new(id),
            platform: PlatformId::new(platform),
            state: EntryState::from_stored(&state),
            paused,
            demo,
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// The account of this person on this server, if there is one.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn find(&self, sameness: &Sameness) -> Result<Option<AccountId>, StoreError> {
        let id: Option<String> =
            sqlx::query_scalar("SELECT id FROM accounts WHERE sameness = ?1 AND state = 'ready'")
                .bind(sameness.0.as_slice())
                .fetch_optional(self.connection.lock().await.get()?)
                .await?;
        Ok(id.map(AccountId::new))
    }

    /// The account of this person on this server that was not quite added, or not quite removed.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn unfinished(&self, sameness: &Sameness) -> Result<Option<AccountId>, StoreError> {
        let id: Option<String> =
            sqlx::query_scalar("SELECT id FROM accounts WHERE sameness = ?1 AND state <> 'ready'")
                .bind(sameness.0.as_slice())
                .fetch_optional(self.connection.lock().await.get()?)
                .await?;
        Ok(id.map(AccountId::new))
    }

    /// Notes who an account is and where, after one of the two has changed.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn set_sameness(&self, id: &AccountId, sameness: &Sameness) -> Result<(), StoreError> {
        sqlx::query("UPDATE accounts SET sameness = ?2 WHERE id = ?1")
            .bind(id.as_str())
            .bind(sameness.0.as_slice())
            .execute(self.connection.lock().await.get()?)
            .await?;
        Ok(())
    }

    /// Enters an account that is being added.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn begin(
        &self,
        id: &AccountId,
        platform: &PlatformId,
        sameness: &Sameness,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO accounts (id, platform, sameness, state, position, created_at)
             VALUES (?1, ?2, ?3, 'adding', (SELECT coalesce(max(position), 0) + 1 FROM accounts), ?4)",
        )
        .bind(id.as_str())
        .bind(platform.as_str())
        .bind(sameness.0.as_slice())
        .bind(now.0)
        .execute(self.connection.lock().await.get()?)
        .await?;
        Ok(())
    }

    /// Notes how far adding or removing an account has come.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn set_state(&self, id: &AccountId, state: EntryState) -> Result<(), StoreError> {
        sqlx::query("UPDATE accounts SET state = ?2 WHERE id = ?1")
            .bind(id.as_str())
            .bind(state.as_str())
            .execute(self.connection.lock().await.get()?)
            .await?;
        Ok(())
    }

    /// Notes whether the person disconnected an account by hand.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn set_paused(&self, id: &AccountId, paused: bool) -> Result<(), StoreError> {
        sqlx::query("UPDATE accounts SET paused = ?2 WHERE id = ?1")
            .bind(id.as_str())
            .bind(paused)
            .execute(self.connection.lock().await.get()?)
            .await?;
        Ok(())
    }

    /// Notes that an account is one of the demo's.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn set_demo(&self, id: &AccountId) -> Result<(), StoreError> {
        sqlx::query("UPDATE accounts SET demo = 1 WHERE id = ?1")
            .bind(id.as_str())
            .execute(self.connection.lock().await.get()?)
            .await?;
        Ok(())
    }

    /// Notes that an account's secrets go with this process.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn set_passing(&self, id: &AccountId) -> Result<(), StoreError> {
        let mut passing = self.passing().await?;
        passing.push(id.clone());
        self.keep_passing(&passing).await
    }

    /// The accounts whose secrets went with the process that added them, or go with this one.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn passing(&self) -> Result<Vec<AccountId>, StoreError> {
        let kept: Option<Vec<u8>> = sqlx::query_scalar("SELECT value FROM settings WHERE name = 'passing'")
            .fetch_optional(self.connection.lock().await.get()?)
            .await?;
        Ok(kept
            .and_then(|json| serde_json::from_slice(&json).ok())
            .unwrap_or_default())
    }

    /// Notes which accounts are left of these.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn keep_passing(&self, passing: &[AccountId]) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO settings (name, value) VALUES ('passing', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(serde_json::to_vec(passing)?)
        .execute(self.connection.lock().await.get()?)
        .await?;
        Ok(())
    }

    /// What the person chose; the defaults where nothing was kept, or nothing that can be read.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn settings(&self) -> Result<Settings, StoreError> {
        let kept: Option<Vec<u8>> = sqlx::query_scalar("SELECT value FROM settings WHERE name = 'app'")
            .fetch_optional(self.connection.lock().await.get()?)
            .await?;
        Ok(kept
            .and_then(|json| serde_json::from_slice(&json).ok())
            .unwrap_or_default())
    }

    /// Keeps what the person chose.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn set_settings(&self, settings: &Settings) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO settings (name, value) VALUES ('app', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(serde_json::to_vec(settings)?)
        .execute(self.connection.lock().await.get()?)
        .await?;
        Ok(())
    }

    /// Strikes an account off, and wipes what the file held of it.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn strike(&self, id: &AccountId) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        // It would still name the account.
        backup::remove(&self.path)?;
        sqlx::query("DELETE FROM accounts WHERE id = ?1")
            .bind(id.as_str())
            .execute(connection.get()?)
            .await?;
        // The row is still in the log beside the file. Who reads just now keeps it there a little longer.
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(connection.get()?)
            .await?;
        Ok(())
    }
}
