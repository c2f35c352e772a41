//! An account's file: one writer, two readers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use tokio_util::task::TaskTracker;

use carillon_contract::Account;

use crate::damage::Damage;
use crate::error::StoreError;
use crate::key::DatabaseKey;
use crate::readers::Readers;
use crate::version::{self, Version};
use crate::writer::Writer;
use crate::{backup, file, profile};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/account");

/// Readers of one file. Two are enough that a long search does not hold up a page of the inbox.
const READERS: u8 = 2;

/// An open account file. Its clones share the writer and the readers.
#[derive(Clone)]
pub struct AccountStore {
    pub(crate) readers: Arc<Readers>,
    pub(crate) writer: Option<Writer>,
    account: Account,
    path: PathBuf,
    damage: Damage,
    /// Whether whoever had the file open before did not get to close it.
    was_cut_off: bool,
    /// Whether an earlier opening brought it up to date.
    was_ours: bool,
    tasks: TaskTracker,
}

impl AccountStore {
    /// Makes the file of a new account.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where there is one.
    pub async fn create(path: &Path, key: &DatabaseKey, account: &Account) -> Result<Self, StoreError> {
        let mut connection = file::create(path, Some(key)).await?;
        version::migrate(path, &MIGRATIONS, connection.get()?).await?;
        profile::insert(connection.get()?, account).await?;
        connection.close().await?;
        Self::open(path, key).await
    }

    /// Opens the file to read and write. Only the process that owns the data folder may. A file of an older
    /// version is copied first, and then brought up to date; the copy goes when the file is opened once more and is found well ([`AccountStore::examine`]).
    ///
    /// # Errors
    /// [`StoreError::WrongKey`], [`StoreError::Damaged`], [`StoreError::TooNew`], [`StoreError::NoCopy`] and
    /// [`StoreError::Missing`] leave the file as it is.
    pub async fn open(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        let was_cut_off = file::has_log(path);
        let (mut connection, found) = file::open_to_write(path, Some(key), &MIGRATIONS).await?;
        let account = profile::read(connection.get()?).await?;
        let tasks = TaskTracker::new();
        let damage = Damage::default();
        let writer = Writer::start(connection, &tasks, damage.clone());
        tasks.close();
        Ok(Self {
            readers: readers(file::options(path, Some(key), file::Use::Read), &damage),
            writer: Some(writer),
            account,
            path: path.to_owned(),
            damage,
            was_cut_off,
            was_ours: found == Version::Ours,
            tasks,
        })
    }

    /// Opens the file to read only, beside the process that owns it.
    ///
    /// # Errors
    /// As [`AccountStore::open`]; and [`StoreError::TooOld`], since a file is brought up to date by its owner
    /// alone.
    pub async fn open_to_read(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        let (mut connection, found, reading) = file::open_to_read(path, Some(key), &MIGRATIONS).await?;
        version::readable(path, found)?;
        let account = profile::read(connection.get()?).await?;
        connection.close().await?;
        let tasks = TaskTracker::new();
        tasks.close();
        let damage = Damage::default();
        Ok(Self {
            readers: readers(reading, &damage),
            writer: None,
            account,
            path: path.to_owned(),
            damage,
            was_cut_off: false,
            was_ours: false,
            tasks,
        })
    }

    /// Whose file it is.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Notes another address of the account's server. [`AccountStore::account`] has it once the file is opened anew.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn set_server(&self, server: String) -> Result<(), StoreError> {
        self.writer()?
            .write(move |connection| Box::pin(async move { profile::set_server(connection, &server).await }))
            .await
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether somebody has met damage in the file since it was opened. Then nothing of it can be trusted.
    pub fn is_damaged(&self) -> bool {
        self.damage.is_met()
    }

    /// Waits until somebody meets damage in the file, whoever reads or writes it.
    pub fn damaged(&self) -> impl Future<Output = ()> + Send + use<> {
        self.damage.clone().met()
    }

    /// Whether whoever had the file open before did not get to close it: the process was killed, or the power failed.
    pub(crate) fn was_cut_off(&self) -> bool {
        self.was_cut_off
    }

    /// Deletes the copy that was made before a migration, once the file opens well after it.
    pub(crate) fn tidy(&self) {
        if self.was_ours {
            backup::tidy(&self.path);
        }
    }

    /// Takes note where this is an error of a damaged file, and hands the result on.
    pub(crate) fn note_damage<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.damage.noted(result)
    }

    /// Writes what is queued, then closes the file; other clones get [`StoreError::Closed`] from then on.
    pub async fn close(self) {
        // The last connection puts the log back into the file, and one that only reads can't.
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.close();
        }
        self.tasks.wait().await;
    }

    /// The writer, where this process may write.
    pub(crate) fn writer(&self) -> Result<&Writer, StoreError> {
        self.writer.as_ref().ok_or(StoreError::Closed)
    }
}

fn readers(options: SqliteConnectOptions, damage: &Damage) -> Arc<Readers> {
    Arc::new(Readers::new(options, READERS, damage.clone()))
}

/// What only tests need.
#[cfg(feature = "testing")]
impl AccountStore {
    /// Lets the file grow to this many pages and no further (SQLite's `max_page_count`). What exceeds it is
    /// refused as [`StoreError::DiskFull`].
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    // A pragma takes no bound values; a number can't be anything else.
                    let pragma = format!("PRAGMA max_page_count = {pages}");
                    sqlx::query(sqlx::AssertSqlSafe(pragma))
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Has every write from now on refused as [`StoreError::ReadOnly`], until the file is opened anew.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn refuse_writes(&self) -> Result<(), StoreError> {
        self.writer()?
            .write(|connection| {
                Box::pin(async move {
                    sqlx::query("PRAGMA query_only = ON").execute(connection).await?;
                    Ok(())
                })
            })
            .await
    }
}
