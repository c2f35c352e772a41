//! An account's file: one writer, two readers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::migrate::Migrator;
use tokio_util::task::TaskTracker;

use carillon_contract::Account;

use crate::error::StoreError;
use crate::key::DatabaseKey;
use crate::readers::Readers;
use crate::version::{self, Version};
use crate::writer::Writer;
use crate::{backup, file, profile};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/account");

/// Readers of one file. Two are enough that a long search does not hold up a page of the inbox.
const READERS: usize = 2;

/// An open account file. Its clones share the writer and the readers.
#[derive(Clone)]
pub struct AccountStore {
    pub(crate) readers: Arc<Readers>,
    pub(crate) writer: Option<Writer>,
    account: Account,
    path: PathBuf,
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
    /// version is copied first, and then brought up to date; the copy goes when the file is opened once more.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`], [`StoreError::Damaged`], [`StoreError::TooNew`], [`StoreError::NoCopy`] and
    /// [`StoreError::Missing`] leave the file as it is.
    pub async fn open(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        let (mut connection, found) = file::open_to_write(path, Some(key), &MIGRATIONS).await?;
        let account = profile::read(connection.get()?).await?;
        if found == Version::Ours {
            // It opens well after the migration for which the copy was made.
            backup::tidy(path);
        }
        let tasks = TaskTracker::new();
        let writer = Writer::start(connection, &tasks);
        tasks.close();
        Ok(Self {
            readers: readers(path, key),
            writer: Some(writer),
            account,
            path: path.to_owned(),
            tasks,
        })
    }

    /// Opens the file to read only, beside the process that owns it.
    ///
    /// # Errors
    /// As [`AccountStore::open`]; and [`StoreError::TooOld`], since a file is brought up to date by its owner
    /// alone.
    pub async fn open_to_read(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        let (mut connection, found) = file::open_to_read(path, Some(key), &MIGRATIONS).await?;
        version::readable(path, found)?;
        let account = profile::read(connection.get()?).await?;
        connection.close().await?;
        let tasks = TaskTracker::new();
        tasks.close();
        Ok(Self {
            readers: readers(path, key),
            writer: None,
            account,
            path: path.to_owned(),
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

    /// Writes what is queued, then closes the file; other clones get [`StoreError::Closed`] from then on.
    pub async fn close(self) {
        if let Some(writer) = &self.writer {
            writer.close();
        }
        self.readers.close().await;
        self.tasks.wait().await;
    }

    /// The writer, where this process may write.
    pub(crate) fn writer(&self) -> Result<&Writer, StoreError> {
        self.writer.as_ref().ok_or(StoreError::Closed)
    }
}

fn readers(path: &Path, key: &DatabaseKey) -> Arc<Readers> {
    Arc::new(Readers::new(path, key, READERS))
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
}
