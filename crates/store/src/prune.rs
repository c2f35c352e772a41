//! What is dropped with time: raw events, notices, gaps, and all but a few of old points. In small steps, each of which
//! waits until nobody else wants to write.

use std::time::Duration;

use carillon_contract::Timestamp;
use sqlx::FromRow;
use sqlx::SqliteConnection;
use sqlx::query::QueryAs;
use sqlx::sqlite::SqliteArguments;

use crate::account::AccountStore;
use crate::activity;
use crate::changes::{Changed, erase};
use crate::error::StoreError;
use crate::retention::{DAY, Limits, Retention};
use crate::thinning::Thinning;

/// Rows that are looked at in one step: a few milliseconds.
pub(crate) const STEP: i64 = 500;

/// A round through an account's file, and how far it is.
#[derive(Debug)]
pub struct Round {
    rules: Rules,
    /// Whether it is of events alone.
    events_only: bool,
    next: Part,
}

/// What says how long something is kept.
#[derive(Debug, Clone)]
struct Rules {
    limits: Limits,
    retention: Retention,
    now: Timestamp,
}

impl Round {
    /// Leaves everything but events for another round. They may come by the thousand a second; the rest does not.
    #[must_use]
    pub fn of_events(self) -> Self {
        Self {
            events_only: true,
            ..self
        }
    }
}

#[derive(Debug)]
enum Part {
    Events,
    /// The notices behind this one.
    Notices(i64),
    Gaps,
    Points(Thinning),
    Done,
}

/// What a step has dropped.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many rows.
    pub rows: u64,
    /// What of the inbox, where it was something.
    pub changed: Changed,
}

impl AccountStore {
    /// Begins a round: drops nothing yet.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn begin_round(&self, limits: Limits, now: Timestamp) -> Result<Round, StoreError> {
        Ok(Round {
            rules: Rules {
                limits,
                retention: self.retention().await?,
                now: self.believed(now).await?,
            },
            events_only: false,
            next: Part::Events,
        })
    }

    /// Does the next step of a round, once nobody else wants to write; `None` where it is at its end.
    ///
    /// # Errors
    /// Where the file can't be read or written. What was dropped before stays dropped.
    pub async fn prune_step(&self, round: &mut Round) -> Result<Option<Pruned>, StoreError> {
        let (pruned, next) = match std::mem::replace(&mut round.next, Part::Done) {
            Part::Events => self.prune_events(round).await?,
            Part::Notices(behind) => self.prune_notices(round, behind).await?,
            Part::Gaps => self.prune_gaps(round).await?,
            Part::Points(mut thinning) => match self.thin_out(&mut thinning).await? {
                Some(rows) => (rows.into(), Part::Points(thinning)),
                None => return Ok(None),
            },
            Part::Done => return Ok(None),
        };
        round.next = next;
        Ok(Some(pruned))
    }

    async fn prune_events(&self, round: &Round) -> Result<(Pruned, Part), StoreError> {
        let before = round.rules.now.before(round.rules.limits.events_age);
        let excess = self.totals().await?.events - round.rules.limits.events_count;
        let too_many = usize::try_from(excess).unwrap_or(0);
        let ask = sqlx::query_as("SELECT seq, received_at FROM events WHERE seq > 0 ORDER BY seq LIMIT ?1")
            .bind(STEP);
        let oldest: Vec<(i64, i64)> = self.readers.rows(ask).await?;
        let dropped: Vec<i64> = oldest
            .iter()
            .enumerate()
            .filter(|(place, (_, received_at))| *place < too_many || *received_at < before.0)
            .map(|(_, (seq, _))| *seq)
            .collect();
        let next = if is_whole_step(dropped.len()) {
            Part::Events
        } else if round.events_only {
            Part::Done
        } else {
            Part::Notices(0)
        };
        if dropped.is_empty() {
            return Ok((Pruned::default(), next));
        }
        let dropped = serde_json::to_string(&dropped)?;
        let rows = self
            .writer()?
            .write_when_idle(move |connection| {
                Box::pin(async move {
                    let done =
                        sqlx::query("DELETE FROM events WHERE seq IN (SELECT value FROM json_each(?1))")
                            .bind(dropped)
                            .execute(&mut *connection)
                            .await?;
                    activity::prune(connection).await?;
                    Ok(done.rows_affected())
                })
            })
            .await?;
        Ok((rows.into(), next))
    }

    async fn prune_notices(&self, round: &Round, behind: i64) -> Result<(Pruned, Part), StoreError> {
        let seen: Vec<Age> = self.readers.rows(ages(behind, i64::MAX)).await?;
        let shortest = shortest(&round.rules.retention);
        let next = match seen.last() {
            // Those behind a whole step of young ones came later still.
            Some(last)
                if is_whole_step(seen.len())
                    && seen.iter().any(|age| age.is_older(shortest, &round.rules)) =>
            {
                Part::Notices(last.id)
            }
            Some(_) | None => Part::Gaps,
        };
        let Some(last) = seen.iter().rfind(|age| age.is_over(&round.rules)) else {
            return Ok((Pruned::default(), next));
        };
        let (to, rules) = (last.id, round.rules.clone());
        let changed = self
            .writer()?
            .write_when_idle(move |connection| {
                Box::pin(async move { erase_old(connection, &rules, behind, to).await })
            })
            .await?;
        let rows = u64::try_from(changed.erased.len()).unwrap_or(u64::MAX);
        Ok((Pruned { rows, changed }, next))
    }

    async fn prune_gaps(&self, round: &Round) -> Result<(Pruned, Part), StoreError> {
        let before = round.rules.now.before(round.rules.limits.gaps_age);
        let rows = self
            .writer()?
            .write_when_idle(move |connection| {
                Box::pin(async move {
                    let done = sqlx::query(
                        "DELETE FROM gaps WHERE id IN (SELECT id FROM gaps WHERE to_at < ?1 ORDER BY id LIMIT ?2)",
                    )
                    .bind(before.0)
                    .bind(STEP)
                    .execute(connection)
                    .await?;
                    Ok(done.rows_affected())
                })
            })
            .await?;
        let more = usize::try_from(rows).is_ok_and(is_whole_step);
        let next = if more {
            Part::Gaps
        } else {
            Part::Points(Thinning::begin(round.rules.now))
        };
        Ok((rows.into(), next))
    }
}

/// Looks again, since the person may have done something with them meanwhile, and drops what is too old.
async fn erase_old(
    connection: &mut SqliteConnection,
    rules: &Rules,
    behind: i64,
    to: i64,
) -> Result<Changed, StoreError> {
    let seen: Vec<Age> = ages(behind, to).fetch_all(&mut *connection).await?;
    let over: Vec<i64> = seen
        .iter()
        .filter(|age| age.is_over(rules))
        .map(|age| age.id)
        .collect();
    erase(connection, &serde_json::to_string(&over)?).await
}

/// How old the next notices are, in order of arrival.
fn ages(behind: i64, to: i64) -> QueryAs<'static, sqlx::Sqlite, Age, SqliteArguments> {
    sqlx::query_as(
        "SELECT id, category, received_at, read_at, archived_at, must_see, snoozed_until
         FROM notices WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3",
    )
    .bind(behind)
    .bind(to)
    .bind(STEP)
}

/// What says how long a notice is kept.
#[derive(FromRow)]
struct Age {
    id: i64,
    category: String,
    received_at: i64,
    read_at: Option<i64>,
    archived_at: Option<i64>,
    must_see: bool,
    snoozed_until: Option<i64>,
}

impl Age {
    /// Tells whether the person is not done with it.
    fn waits(&self) -> bool {
        let is_new = self.read_at.is_none() && self.archived_at.is_none();
        is_new || self.must_see || self.snoozed_until.is_some()
    }

    fn is_over(&self, rules: &Rules) -> bool {
        let Some(days) = rules.retention.days_of(&self.category) else {
            return false;
        };
        let kept = DAY.saturating_mul(days);
        if self.waits() {
            return self.received_at < rules.now.before(kept.max(rules.limits.waiting_age)).0;
        }
        let last = [self.read_at, self.archived_at].into_iter().flatten().max();
        self.received_at.max(last.unwrap_or(i64::MIN)) < rules.now.before(kept).0
    }

    fn is_older(&self, age: Option<Duration>, rules: &Rules) -> bool {
        age.is_some_and(|age| self.received_at < rules.now.before(age).0)
    }
}

/// The shortest time for which anything is kept; `None` where all is kept for ever.
fn shortest(retention: &Retention) -> Option<Duration> {
    let all = retention.categories.values().chain([&retention.days]);
    all.flatten().min().map(|days| DAY.saturating_mul(*days))
}

fn is_whole_step(rows: usize) -> bool {
    i64::try_from(rows).is_ok_and(|rows| rows >= STEP)
}

impl From<u64> for Pruned {
    fn from(rows: u64) -> Self {
        Self {
            rows,
            changed: Changed::default(),
        }
    }
}
