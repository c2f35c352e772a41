//! Everything that is kept of an account, in one file that other programs read: a zip of JSON Lines, and of CSV where a
//! table has nothing but cells. Tokens and keys are not in it.
//!
//! Rows go from the store to the archive a page at a time, so that the memory it takes does not grow with the account.

mod archive;
mod csv;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use carillon_contract::{AccountId, Timestamp};
use carillon_store::AccountStore;
use carillon_store::export::{TABLES, Table};
use serde::Serialize;
use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::archive::Archive;
use crate::error::EngineError;
use crate::reader::Reader;

/// The form of what is written, counted up when it changes.
const FORM: u32 = 1;

const READ_ME: &str = "\
What Carillon kept of one account. Each line of a .jsonl file is one JSON object; a .csv file has the same rows as
cells. Times are milliseconds since 1970-01-01 UTC. In a .csv file a text that a spreadsheet would take for a formula
has an apostrophe before it. manifest.json says how many rows each file has. There is no token and no key in here.
";

/// How far an export is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The file inside the archive that is written now.
    pub name: String,
    /// Files that are finished.
    pub done: usize,
    /// Files that there will be.
    pub of: usize,
    /// Rows that were written so far, over all files.
    pub rows: u64,
}

/// An export that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub path: PathBuf,
    /// How long the file is, in bytes.
    pub bytes: u64,
    /// How many rows each of the files in it has.
    pub rows: BTreeMap<String, u64>,
}

impl Reader {
    /// Writes everything that is kept of an account to a new file, which only its owner can read. Until it is complete
    /// it has another name beside it, which ends in `.part`; one that is broken off leaves nothing behind.
    ///
    /// # Errors
    /// [`EngineError::FileExists`] where there is such a file; [`EngineError::Cancelled`]; where the account can't be
    /// read or the file can't be written.
    pub async fn export(
        &self,
        id: &AccountId,
        to: &Path,
        now: Timestamp,
        progress: &watch::Sender<Progress>,
        cancel: &CancellationToken,
    ) -> Result<Exported, EngineError> {
        let store = self.store(id).await?;
        let archive = Archive::begin(to)?;
        let mut export = Export {
            store,
            archive,
            progress,
            rows: BTreeMap::new(),
        };
        tokio::select! {
            biased;
            // What was begun ends with the archive, which nobody finishes now.
            () = cancel.cancelled() => {}
            written = export.write(now) => {
                let written = written.err();
                let ended = export.archive.end(written.is_none()).await;
                // Where the file could not be written, the rest is only that nobody takes it any more.
                return match (ended, written) {
                    (Err(error), _) | (Ok(_), Some(error)) => Err(error),
                    (Ok(bytes), None) => Ok(Exported {
                        account: id.clone(),
                        path: to.to_owned(),
                        bytes,
                        rows: export.rows,
                    }),
                };
            }
        }
        export.archive.end(false).await?;
        Err(EngineError::Cancelled)
    }
}

struct Export<'a> {
    store: AccountStore,
    archive: Archive,
    progress: &'a watch::Sender<Progress>,
    rows: BTreeMap<String, u64>,
}

impl Export<'_> {
    async fn write(&mut self, now: Timestamp) -> Result<(), EngineError> {
        let files = TABLES.iter().map(|table| 1 + usize::from(table.cells.is_some()));
        let of = files.sum();
        self.progress.send_modify(|progress| progress.of = of);
        self.file("README.txt", READ_ME.as_bytes().to_vec()).await?;
        let about = json!({
            "account": self.store.account(),
            "retention": self.store.retention().await?,
            "tuning": self.store.tuning().await?,
        });
        self.file("account.json", line(about.to_string())).await?;
        for table in &TABLES {
            self.table(table, None).await?;
            if let Some(cells) = table.cells {
                self.table(table, Some(cells)).await?;
            }
        }
        let manifest = json!({
            "form": FORM,
            "program": concat!("carillon ", env!("CARGO_PKG_VERSION")),
            "writtenAt": now,
            "account": self.store.account().id,
            "rows": self.rows,
        });
        self.file("manifest.json", line(manifest.to_string())).await
    }

    async fn file(&mut self, name: &str, text: Vec<u8>) -> Result<(), EngineError> {
        self.archive.file(name.to_owned()).await?;
        self.archive.write(text).await
    }

    /// Writes a table: as lines of JSON, or as cells.
    async fn table(&mut self, table: &Table, cells: Option<&[&str]>) -> Result<(), EngineError> {
        let kind = if cells.is_some() { "csv" } else { "jsonl" };
        let name = format!("{}.{kind}", table.name);
        self.progress
            .send_modify(|progress| progress.name.clone_from(&name));
        self.archive.file(name.clone()).await?;
        if let Some(cells) = cells {
            self.archive.write(csv::heading(cells)?).await?;
        }
        let (mut behind, mut count) = (None, 0);
        loop {
            let page = self.store.export_page(table, behind.as_deref()).await?;
            let rows = u64::try_from(page.rows.len()).unwrap_or(u64::MAX);
            let bytes = match cells {
                Some(cells) => csv::rows(cells, &page.rows)?,
                None => page.rows.into_iter().flat_map(line).collect(),
            };
            self.archive.write(bytes).await?;
            count += rows;
            self.progress.send_modify(|progress| progress.rows += rows);
            behind = page.next;
            if behind.is_none() {
                break;
            }
        }
        self.rows.insert(name, count);
        self.progress.send_modify(|progress| progress.done += 1);
        Ok(())
    }
}

fn line(text: String) -> Vec<u8> {
    let mut bytes = text.into_bytes();
    bytes.push(b'\n');
    bytes
}
