//! Which version of the schema a file has, and how it is brought up to this app's.
//!
//! The version is read before anything is opened for writing: opening alone would already write what a killed
//! process left in the log beside the file.

use std::cmp::Ordering;
use std::path::Path;

use sqlx::SqliteConnection;
use sqlx::migrate::{MigrateError, Migrator};

use crate::error::StoreError;

/// How a file's schema compares with this app's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// Nothing was ever written.
    None,
    /// Migrations are missing.
    Older,
    /// As this app wants it.
    Ours,
    /// It has migrations that this app does not know.
    Newer,
}

/// The version to which `migrator` brings a file.
pub(crate) fn newest(migrator: &Migrator) -> i64 {
    migrator
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

/// Reads a file's version. Works on a connection that may only read.
pub(crate) async fn read(
    migrator: &Migrator,
    connection: &mut SqliteConnection,
) -> Result<Version, sqlx::Error> {
    let begun: bool =
        sqlx::query_scalar("SELECT count(*) > 0 FROM sqlite_schema WHERE name = '_sqlx_migrations'")
            .fetch_one(&mut *connection)
            .await?;
    if !begun {
        return Ok(Version::None);
    }
    let version: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await?;
    Ok(match version.map(|version| version.cmp(&newest(migrator))) {
        None => Version::None,
        Some(Ordering::Less) => Version::Older,
        Some(Ordering::Equal) => Version::Ours,
        Some(Ordering::Greater) => Version::Newer,
    })
}

/// Refuses what somebody who only reads can't read.
pub(crate) fn readable(path: &Path, version: Version) -> Result<(), StoreError> {
    let path = path.to_owned();
    match version {
        Version::Ours => Ok(()),
        Version::None => Err(StoreError::Damaged),
        Version::Older => Err(StoreError::TooOld { path }),
        Version::Newer => Err(StoreError::TooNew { path }),
    }
}

/// Brings the schema up to date.
pub(crate) async fn migrate(
    path: &Path,
    migrator: &Migrator,
    connection: &mut SqliteConnection,
) -> Result<(), StoreError> {
    migrator
        .run_direct(None, connection, false)
        .await
        .map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => StoreError::TooNew {
                path: path.to_owned(),
            },
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                match StoreError::from(error) {
                    StoreError::Database(error) => match std::sync::Arc::into_inner(error) {
                        Some(error) => StoreError::Migrate(MigrateError::Execute(error)),
                        None => StoreError::Defect,
                    },
                    known => known,
                }
            }
            other => StoreError::Migrate(other),
        })
}
