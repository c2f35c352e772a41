//! Files of other versions: what is left alone, what is copied, what is brought up to date.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use carillon_store::{AccountStore, Registry, StoreError, backup};
use common::*;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

#[tokio::test]
async fn a_registry_whose_making_was_cut_off_reads_as_none_and_is_made_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    // The file is made before anything is in it.
    std::fs::write(&path, []).unwrap();
    assert!(Registry::open_to_read(&path).await.unwrap().is_none(), "empty");
    Registry::open(&path).await.unwrap();
    assert!(Registry::open_to_read(&path).await.unwrap().is_some());
    // The schema was there, and the salt was not.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("DELETE FROM settings").execute(&pool).await.unwrap();
    pool.close().await;
    assert!(Registry::open_to_read(&path).await.unwrap().is_none(), "no salt");
    let made = Registry::open(&path).await.unwrap();
    assert_eq!(made.entries().await.unwrap(), []);
}

/// Notes a migration that no version of this app knows.
async fn age_beyond(file: &mut SqliteConnection) {
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of the future', true, x'00', 0)",
    )
    .execute(file)
    .await
    .unwrap();
}

/// A copy of a fixture in a folder of its own.
fn old(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    fs::copy(fixtures().join(name), &path).unwrap();
    (folder, path)
}

fn copies(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains(".before-"))
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_left_alone() {
    let fixture = fixture().await;
    let path = fixture.store.path().to_owned();
    fixture.store.close().await;
    let mut file = open_raw(&path, &fixture.key).await;
    age_beyond(&mut file).await;
    file.close().await.unwrap();
    let before = everything_in(fixture.folder.path());
    let error = AccountStore::open(&path, &fixture.key).await.err().unwrap();
    assert!(matches!(error, StoreError::TooNew { .. }), "{error:?}");
    assert!(error.to_string().contains("by a newer version"), "{error}");
    assert_eq!(everything_in(fixture.folder.path()), before);
    assert!(matches!(
        AccountStore::open_to_read(&path, &fixture.key).await,
        Err(StoreError::TooNew { .. })
    ));
}

#[tokio::test]
async fn what_a_newer_version_left_in_the_log_stays_in_the_log() {
    let fixture = fixture().await;
    let path = fixture.store.path().to_owned();
    fixture.store.close().await;
    let mut file = open_raw(&path, &fixture.key).await;
    age_beyond(&mut file).await;
    // As a killed process leaves it: the newest is in the log alone.
    let folder = tempfile::tempdir().unwrap();
    let killed = folder.path().join("killed.db");
    fs::copy(&path, &killed).unwrap();
    fs::copy(log_of(&path), log_of(&killed)).unwrap();
    file.close().await.unwrap();
    let before = everything_in(folder.path());
    assert_eq!(before.len(), 2);
    assert!(matches!(
        AccountStore::open(&killed, &fixture.key).await,
        Err(StoreError::TooNew { .. })
    ));
    assert_eq!(everything_in(folder.path()), before);
}

#[tokio::test]
async fn who_only_reads_an_older_file_is_told_what_to_do() {
    let (folder, path) = old("account-0001.db");
    let before = fs::read(&path).unwrap();
    let error = AccountStore::open_to_read(&path, &fixture_key())
        .await
        .err()
        .unwrap();
    assert!(matches!(error, StoreError::TooOld { .. }), "{error:?}");
    assert!(error.to_string().contains("Start Carillon once"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    drop(AccountStore::open(&path, &fixture_key()).await.unwrap());
    AccountStore::open_to_read(&path, &fixture_key()).await.unwrap();
    drop(folder);

    let (_folder, path) = old("registry-0001.db");
    let error = Registry::open_to_read(&path).await.err().unwrap();
    assert!(matches!(error, StoreError::TooOld { .. }), "{error:?}");
    drop(Registry::open(&path).await.unwrap());
    let entries = Registry::open_to_read(&path)
        .await
        .unwrap()
        .unwrap()
        .entries()
        .await;
    assert_eq!(entries.unwrap().len(), 2);
}

#[tokio::test]
async fn a_registry_of_a_newer_version_is_left_alone() {
    let (folder, path) = old("registry-0002.db");
    let mut file = open_plain(&path).await;
    age_beyond(&mut file).await;
    file.close().await.unwrap();
    let before = everything_in(folder.path());
    assert!(matches!(
        Registry::open(&path).await.err().unwrap(),
        StoreError::TooNew { .. }
    ));
    assert_eq!(everything_in(folder.path()), before);
    assert!(matches!(
        Registry::open_to_read(&path).await.err().unwrap(),
        StoreError::TooNew { .. }
    ));
}

#[tokio::test]
async fn a_file_is_copied_before_it_is_brought_up_to_date_until_it_is_found_well_once_more() {
    let (folder, path) = old("account-0001.db");
    // The killed process of the older version left its newest row in the log.
    let mut writing = open_raw(&path, &fixture_key()).await;
    sqlx::query("INSERT INTO gaps (from_at, to_at, why) VALUES (1, 2, 'no-replay')")
        .execute(&mut writing)
        .await
        .unwrap();
    let aside = tempfile::tempdir().unwrap();
    let killed = aside.path().join("killed.db");
    fs::copy(&path, &killed).unwrap();
    fs::copy(log_of(&path), log_of(&killed)).unwrap();
    writing.close().await.unwrap();
    drop(folder);

    AccountStore::open(&killed, &fixture_key())
        .await
        .unwrap()
        .close()
        .await;
    let [copy] = copies(aside.path()).try_into().unwrap();
    let mut file = open_raw(&copy, &fixture_key()).await;
    let version: i64 = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(&mut file)
        .await
        .unwrap();
    let gaps: i64 = sqlx::query_scalar("SELECT count(*) FROM gaps")
        .fetch_one(&mut file)
        .await
        .unwrap();
    assert_eq!((version, gaps), (1, 2));
    file.close().await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&copy), mode(&killed), "who may read it is as before");
    }

    // Opened alone it may still turn out to be damaged.
    let store = AccountStore::open(&killed, &fixture_key()).await.unwrap();
    assert_eq!(copies(aside.path()).len(), 1);
    store.examine(&fixture_key(), false).await.unwrap();
    store.close().await;
    assert_eq!(copies(aside.path()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn the_registry_is_copied_as_well_and_the_copy_goes_with_an_account_that_is_struck_off() {
    let (folder, path) = old("registry-0001.db");
    let registry = Registry::open(&path).await.unwrap();
    assert_eq!(copies(folder.path()).len(), 1);
    registry
        .strike(&carillon_contract::AccountId::new("a-1"))
        .await
        .unwrap();
    assert_eq!(copies(folder.path()).len(), 0);
    drop(registry);

    let (folder, path) = old("registry-0001.db");
    drop(Registry::open(&path).await.unwrap());
    assert_eq!(copies(folder.path()).len(), 1);
    drop(Registry::open(&path).await.unwrap());
    assert_eq!(copies(folder.path()).len(), 0);
}

#[tokio::test]
async fn what_cannot_be_copied_is_not_brought_up_to_date() {
    let (folder, path) = old("account-0001.db");
    // Nothing can be written where the copy is to be made.
    let newest = migrations("account").into_iter().max().unwrap();
    let in_the_way = folder.path().join(format!("old.db.before-{newest}.tmp"));
    fs::create_dir(&in_the_way).unwrap();
    let before = fs::read(&path).unwrap();
    let error = AccountStore::open(&path, &fixture_key()).await.err().unwrap();
    assert!(matches!(error, StoreError::NoCopy { .. }), "{error:?}");
    assert!(error.to_string().contains("left as it is"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    fs::remove_dir(in_the_way).unwrap();
    AccountStore::open(&path, &fixture_key()).await.unwrap();
}

#[tokio::test]
async fn a_file_is_deleted_with_its_copies_and_what_is_beside_it() {
    let (folder, path) = old("account-0001.db");
    let neighbour = folder.path().join("older.db");
    fs::write(&neighbour, "another's").unwrap();
    AccountStore::open(&path, &fixture_key())
        .await
        .unwrap()
        .close()
        .await;
    fs::write(folder.path().join("old.db.before-3.tmp"), "half a copy").unwrap();
    fs::write(log_of(&path), "").unwrap();
    backup::delete(&path).unwrap();
    assert_eq!(everything_in(folder.path()), [(neighbour, b"another's".to_vec())]);
    backup::delete(&path).unwrap();
}

#[tokio::test]
async fn what_the_person_chose_is_read_of_an_older_registry_and_of_no_newer_one() {
    let (_folder, path) = old("registry-0001.db");
    assert!(matches!(
        Registry::open_to_read(&path).await,
        Err(StoreError::TooOld { .. })
    ));
    Registry::settings_of(&path).await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut file = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    age_beyond(&mut file).await;
    file.close().await.unwrap();
    assert!(matches!(
        Registry::settings_of(&path).await,
        Err(StoreError::TooNew { .. })
    ));
    let nowhere = path.with_file_name("nowhere.db");
    assert_eq!(
        Registry::settings_of(&nowhere).await.unwrap(),
        carillon_contract::settings::Settings::default()
    );
}
