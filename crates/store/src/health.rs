//! Whether a file is as it was written, looked at when it is opened.
//!
//! A file that was closed well is only looked at whole while it is small: reading each page of a large one would keep
//! the person waiting. What is not found then is found by whoever meets it ([`AccountStore::damaged`]).

use std::path::Path;
use std::time::{Duration, Instant};

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::file::{self, Database, Use};
use crate::key::DatabaseKey;

/// Files of up to so many bytes are looked at whole each time they are opened: a fraction of what [`PATIENCE`] allows.
const SMALL: u64 = 32 << 20;
/// How long a look may take, however large the file is.
const PATIENCE: Duration = Duration::from_secs(3);
/// Steps of SQLite's machine between two looks at the clock: a fraction of a millisecond.
const STEPS: i32 = 10_000;
/// Faults that are read of a check: the first few say all there is to know.
const FAULTS: &str = "PRAGMA quick_check(5)";
/// How a fault of the full-text index is told from one of a table.
const TEXT: &str = "notices_text";

/// What a look at a file found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Whether every page was looked at.
    pub whole: bool,
    /// Whether the full-text index was faulty, and is made anew.
    pub index_renewed: bool,
    /// How many counts were wrong, and are set right.
    pub wrong_counts: u64,
}

impl AccountStore {
    /// Looks whether the file is as it was written, and sets right what follows from its rows: the full-text index,
    /// and, after an end that was not orderly, the counts. With `doubt`, or after such an end, all of it is looked
    /// at; else only where it is small. Found well, it needs the copy no more that was made before it was brought up to
    /// date. Takes 3 s at most, and longer only to count.
    ///
    /// # Errors
    /// [`StoreError::Damaged`]. Where nothing was found the file may still be: after 3 s, or of a large file.
    pub async fn examine(&self, key: &DatabaseKey, doubt: bool) -> Result<Health, StoreError> {
        let mut health = Health::default();
        let length = std::fs::metadata(self.path()).map_or(0, |file| file.len());
        if doubt || self.was_cut_off() || length <= SMALL {
            match self.note_damage(faults(self.path(), key).await)? {
                Found::Nothing => health.whole = true,
                Found::NotInTime => tracing::info!(length, "The cache was not looked at to its end"),
                Found::Index => {
                    tracing::warn!("The index of the search is faulty and is made anew");
                    self.renew_index().await?;
                    health.index_renewed = true;
                }
            }
        }
        if doubt || self.was_cut_off() {
            health.wrong_counts = self.recount().await?;
        }
        self.tidy();
        Ok(health)
    }

    async fn renew_index(&self) -> Result<(), StoreError> {
        self.writer()?
            .write(|connection| {
                Box::pin(async move {
                    sqlx::query("INSERT INTO notices_text (notices_text) VALUES ('delete-all')")
                        .execute(&mut *connection)
                        .await?;
                    sqlx::query("UPDATE search_state SET indexed = 0 WHERE id = 1")
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}

/// What a look at the pages came to.
enum Found {
    Nothing,
    Index,
    NotInTime,
}

async fn faults(path: &Path, key: &DatabaseKey) -> Result<Found, StoreError> {
    // A connection of its own: after a page that fails its check it is of no more use.
    let mut database = Database::connect(&file::options(path, Some(key), Use::Read)).await?;
    let until = Instant::now() + PATIENCE;
    let connection = database.get()?;
    connection
        .lock_handle()
        .await?
        .set_progress_handler(STEPS, move || Instant::now() < until);
    let checked: Result<Vec<String>, sqlx::Error> =
        sqlx::query_scalar(FAULTS).fetch_all(&mut *connection).await;
    let found = match checked {
        Ok(lines) => judge(&lines),
        Err(_) if Instant::now() >= until => Ok(Found::NotInTime),
        Err(error) => {
            let error = StoreError::from(error);
            connection.lock_handle().await?.remove_progress_handler();
            Err(match error {
                error if error.may_be_a_page() && file::is_broken(connection).await => StoreError::Damaged,
                error => error,
            })
        }
    };
    if let Err(error) = database.close().await {
        tracing::warn!(%error, "Close the database");
    }
    found
}

/// SQLite says "ok", or one line for each fault.
fn judge(lines: &[String]) -> Result<Found, StoreError> {
    if lines.iter().all(|line| line == "ok") {
        return Ok(Found::Nothing);
    }
    // They name tables and pages, and nothing that is in them.
    tracing::warn!(faults = ?lines, "The cache is not as it was written");
    if lines.iter().all(|line| line.contains(TEXT)) {
        Ok(Found::Index)
    } else {
        Err(StoreError::Damaged)
    }
}
