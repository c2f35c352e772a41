//! Old points are thinned out: of each span of time the last one stays. One series after the other, each through the
//! primary key, and never again what was thinned out before.

use std::time::Duration;

use carillon_contract::Timestamp;
use sqlx::SqliteConnection;

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::prune::STEP;
use crate::retention::DAY;

/// For how long every point is kept.
const RAW: Duration = DAY.saturating_mul(7);

/// The points older than the first are thinned out to one for each of the second.
const STAGES: [(Duration, Duration); 2] = [
    (RAW, Duration::from_secs(5 * 60)),
    (DAY.saturating_mul(180), Duration::from_secs(60 * 60)),
];

/// Takes note of points that came late, after a long time without a connection: they are older than those that were
/// thinned out last.
pub(crate) async fn note_late(
    connection: &mut SqliteConnection,
    oldest: i64,
    received_at: Timestamp,
) -> Result<(), StoreError> {
    if oldest >= received_at.before(RAW).0 {
        return Ok(());
    }
    sqlx::query("UPDATE thinned SET until = ?1 WHERE until > ?1")
        .bind(oldest)
        .execute(connection)
        .await?;
    Ok(())
}

/// How far the thinning of a file is.
#[derive(Debug)]
pub(crate) struct Thinning {
    now: Timestamp,
    /// The stages that are left.
    stages: Vec<(Duration, Duration)>,
    stage: Option<Stage>,
}

#[derive(Debug)]
struct Stage {
    bucket_ms: i64,
    /// What the round before left to this one, and where this one ends: between two spans. In milliseconds.
    from: i64,
    until: i64,
    /// The series that was looked at last, and how far it is; `None` once that is all of it.
    series: Series,
    reached: Option<i64>,
}

/// The kind and id of the thing, and the name of the series.
type Series = (String, String, String);

impl Thinning {
    pub(crate) fn begin(now: Timestamp) -> Self {
        Self {
            now,
            stages: STAGES.into_iter().rev().collect(),
            stage: None,
        }
    }
}

impl AccountStore {
    /// Does the next step; gives how many points went, or `None` where nothing is left.
    pub(crate) async fn thin_out(&self, thinning: &mut Thinning) -> Result<Option<u64>, StoreError> {
        if thinning.stage.is_none() {
            let Some((age, bucket)) = thinning.stages.pop() else {
                return Ok(None);
            };
            thinning.stage = Some(self.begin_stage(thinning.now.before(age), bucket).await?);
        }
        let Some(stage) = &mut thinning.stage else {
            return Ok(None);
        };
        if let Some(from) = stage.reached {
            let (rows, reached) = self.thin_out_series(stage, from).await?;
            stage.reached = reached;
            return Ok(Some(rows));
        }
        match self.next_series(&stage.series).await? {
            Some(next) if stage.from < stage.until => {
                stage.series = next;
                stage.reached = Some(stage.from);
            }
            Some(_) | None => {
                self.end_stage(stage).await?;
                thinning.stage = None;
            }
        }
        Ok(Some(0))
    }

    async fn begin_stage(&self, before: Timestamp, bucket: Duration) -> Result<Stage, StoreError> {
        let bucket_ms = i64::try_from(bucket.as_millis()).unwrap_or(i64::MAX).max(1);
        let ask = sqlx::query_as("SELECT until FROM thinned WHERE bucket_ms = ?1").bind(bucket_ms);
        let done: Option<(i64,)> = self.readers.row(ask).await?;
        Ok(Stage {
            bucket_ms,
            from: done.map_or(0, |(until,)| until),
            until: before.0.div_euclid(bucket_ms) * bucket_ms,
            series: Series::default(),
            reached: None,
        })
    }

    async fn next_series(&self, behind: &Series) -> Result<Option<Series>, StoreError> {
        self.readers
            .row(
                sqlx::query_as(
                    "SELECT entity_kind, entity_id, series FROM points
                     WHERE (entity_kind, entity_id, series) > (?1, ?2, ?3)
                     ORDER BY entity_kind, entity_id, series LIMIT 1",
                )
                .bind(behind.0.clone())
                .bind(behind.1.clone())
                .bind(behind.2.clone()),
            )
            .await
    }

    /// Looks at the next points of a series; gives how many went, and how far it is where there are more.
    async fn thin_out_series(&self, stage: &Stage, from: i64) -> Result<(u64, Option<i64>), StoreError> {
        let (kind, id, series) = stage.series.clone();
        let ask = sqlx::query_as(
            "SELECT at FROM points
             WHERE entity_kind = ?1 AND entity_id = ?2 AND series = ?3 AND at >= ?4 AND at < ?5
             ORDER BY at LIMIT ?6",
        );
        let ask = ask
            .bind(kind.clone())
            .bind(id.clone())
            .bind(series.clone())
            .bind(from)
            .bind(stage.until)
            .bind(STEP);
        let rows: Vec<(i64,)> = self.readers.rows(ask).await?;
        let points: Vec<i64> = rows.into_iter().map(|(at,)| at).collect();
        let is_all = i64::try_from(points.len()).is_ok_and(|points| points < STEP);
        // The last one is looked at again with those behind it.
        let reached = points.last().copied().filter(|_| !is_all);
        let dropped = but_the_last(&points, stage.bucket_ms);
        if dropped.is_empty() {
            return Ok((0, reached));
        }
        let dropped = serde_json::to_string(&dropped)?;
        let rows = self
            .writer()?
            .write_when_idle(move |connection| {
                Box::pin(async move {
                    let done = sqlx::query(
                        "DELETE FROM points WHERE entity_kind = ?1 AND entity_id = ?2 AND series = ?3
                           AND at IN (SELECT value FROM json_each(?4))",
                    )
                    .bind(kind)
                    .bind(id)
                    .bind(series)
                    .bind(dropped)
                    .execute(connection)
                    .await?;
                    Ok(done.rows_affected())
                })
            })
            .await?;
        Ok((rows, reached))
    }

    /// Notes how far the stage came, unless something came late meanwhile.
    async fn end_stage(&self, stage: &Stage) -> Result<(), StoreError> {
        if stage.from >= stage.until {
            return Ok(());
        }
        let (bucket_ms, from, until) = (stage.bucket_ms, stage.from, stage.until);
        self.writer()?
            .write_when_idle(move |connection| {
                Box::pin(async move {
                    sqlx::query("UPDATE thinned SET until = ?3 WHERE bucket_ms = ?1 AND until = ?2")
                        .bind(bucket_ms)
                        .bind(from)
                        .bind(until)
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}

/// Of points in their order those that are followed by another one in the same span.
fn but_the_last(points: &[i64], bucket_ms: i64) -> Vec<i64> {
    let span = |at: i64| at.div_euclid(bucket_ms);
    points
        .iter()
        .zip(points.iter().skip(1))
        .filter(|(at, next)| span(**at) == span(**next))
        .map(|(at, _)| *at)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_span_the_last_one_stays() {
        assert_eq!(but_the_last(&[0, 3, 9, 10, 25, 29, 30], 10), [0, 3, 25]);
        assert_eq!(but_the_last(&[-11, -1, 0], 10), Vec::<i64>::new());
        assert_eq!(but_the_last(&[-5, -1, 0], 10), [-5]);
    }
}
