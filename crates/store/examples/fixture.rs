//! Makes the files of every version of the schema that are missing in `tests/fixtures`; see
//! `migrations/README.md`. Each has the rows of all versions up to its own, as that version would have written
//! them. A file that is there stays as it is: it stands for those that people have.

use std::error::Error;
use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

static ACCOUNT: Migrator = sqlx::migrate!("migrations/account");
static REGISTRY: Migrator = sqlx::migrate!("migrations/registry");

/// Not from the store itself: the files are to show when it no longer reads what it wrote.
const KEY: &str = "\"x'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'\"";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for (name, migrations, key) in [("account", &ACCOUNT, Some(KEY)), ("registry", &REGISTRY, None)] {
        for last in migrations.iter().map(|migration| migration.version) {
            let file = folder.join(format!("{name}-{last:04}.db"));
            if !file.exists() {
                make(&folder, name, migrations, key, last, &file).await?;
            }
        }
    }
    Ok(())
}

async fn make(
    folder: &Path,
    name: &str,
    migrations: &Migrator,
    key: Option<&'static str>,
    last: i64,
    file: &Path,
) -> Result<(), Box<dyn Error>> {
    let mut options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    if let Some(key) = key {
        options = options
            .pragma("key", key)
            .pragma("cipher_hmac_algorithm", "HMAC_SHA256");
    }
    let options = options
        .journal_mode(SqliteJournalMode::Wal)
        .disable_statement_logging();
    let mut connection = options.connect().await?;
    for version in migrations.iter().map(|migration| migration.version) {
        if version > last {
            break;
        }
        migrations
            .run_direct(Some(version), &mut connection, false)
            .await?;
        // A migration that makes no room for new rows has none.
        if let Ok(rows) = std::fs::read_to_string(folder.join(format!("{name}-{version:04}.sql"))) {
            sqlx::raw_sql(AssertSqlSafe(rows))
                .execute(&mut connection)
                .await?;
        }
    }
    connection.close().await?;
    Ok(())
}
