//! The write path: a batch of decoded events, and everything they change, in one transaction.
//!
//! The caller batches what is queued, so that a lone event is written at once and a storm in large pieces.
//! What comes back is what was new; only that is told to anybody.

use carillon_contract::Timestamp;
use carillon_contract::continuity::{Cursor, Gap};

use crate::account::AccountStore;
use crate::counters::{self, Counts};
use crate::error::StoreError;
use crate::events::{self, Incoming};
use crate::notices::Inboxed;
use crate::writer::Durability;
use crate::{activity, connection, continuity, entities, notices, points};

/// What is written together.
#[derive(Default)]
pub struct Batch {
    /// When it was received, by this computer's clock.
    pub received_at: Timestamp,
    /// The events, in order of arrival.
    pub events: Vec<Incoming>,
    /// How far the server's log is stored once this batch is; `None` leaves the cursor.
    pub cursor: Option<Cursor>,
    /// Spans before it in which something may be missing.
    pub gaps: Vec<Gap>,
    /// Whether nothing is missing up to `received_at` once this batch is stored.
    pub complete: bool,
    /// What was counted and is not an event: malformed and unknown ones.
    pub counts: Counts,
    /// Whether the server is told that it is kept: then it is on the disk before the answer, and no power cut
    /// undoes it.
    pub acknowledged: bool,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Stored {
    /// For each event of the batch, the number it was stored under; `None` for a repetition.
    pub seqs: Vec<Option<i64>>,
    /// What it did to the inbox.
    pub inboxed: Inboxed,
    /// How many of the events were repetitions.
    pub repeated: u64,
}

impl AccountStore {
    /// Writes a batch; all of it or nothing. The batch is handed back with the answer, so that a failed one
    /// can be tried again.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] and others that pass: nothing was written, and the batch comes back with it.
    pub async fn ingest(&self, batch: Batch) -> Result<(Batch, Stored), (Option<Batch>, StoreError)> {
        let writer = match self.writer() {
            Ok(writer) => writer,
            Err(error) => return Err((Some(batch), error)),
        };
        let account = self.account().id.clone();
        let durability = if batch.acknowledged {
            Durability::Power
        } else {
            Durability::Process
        };
        let shared = std::sync::Arc::new(batch);
        let batch = std::sync::Arc::clone(&shared);
        let written = writer
            .write_with(durability, move |connection| {
                Box::pin(async move {
                    let (keys, seqs) = events::insert(connection, &batch.events, batch.received_at).await?;
                    let fresh: Vec<notices::Fresh<'_>> = batch
                        .events
                        .iter()
                        .zip(&keys)
                        .zip(&seqs)
                        .filter_map(|((event, key), seq)| {
                            Some(notices::Fresh {
                                event,
                                key,
                                seq: (*seq)?,
                            })
                        })
                        .collect();
                    entities::merge(connection, &fresh, batch.received_at).await?;
                    points::insert(connection, &fresh, batch.received_at).await?;
                    activity::insert(connection, &fresh, batch.received_at).await?;
                    let inboxed = notices::insert(connection, &account, &fresh, batch.received_at).await?;
                    for gap in &batch.gaps {
                        continuity::insert_gap(connection, gap).await?;
                    }
                    if let Some(cursor) = &batch.cursor {
                        continuity::set_cursor(connection, cursor).await?;
                    }
                    if batch.complete {
                        connection::set_complete_until(connection, batch.received_at, batch.received_at)
                            .await?;
                    }
                    let repeated = u64::try_from(seqs.len() - fresh.len()).unwrap_or(u64::MAX);
                    let stored = u64::try_from(fresh.len()).unwrap_or(u64::MAX);
                    counters::add(
                        connection,
                        &Counts {
                            stored,
                            repeated,
                            ..batch.counts
                        },
                    )
                    .await?;
                    Ok(Stored {
                        seqs,
                        inboxed,
                        repeated,
                    })
                })
            })
            .await;
        // The job has been dropped by now, so that this is the last one who holds the batch.
        let batch = std::sync::Arc::into_inner(shared);
        match (written, batch) {
            (Ok(stored), Some(batch)) => Ok((batch, stored)),
            (Ok(_), None) => Err((None, StoreError::Closed)),
            (Err(error), batch) => Err((batch, error)),
        }
    }
}
