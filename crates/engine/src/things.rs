//! What a window asks of things on a platform.

use std::num::NonZeroU32;

use carillon_contract::entity::{Activity, EntityId, Series};
use carillon_contract::{AccountId, Timestamp};
use carillon_store::activity::ActivityKey;

use crate::engine::Engine;
use crate::error::EngineError;

/// The most lines of a thing's history in one page, whatever is asked for.
const LINES: u32 = 500;

/// The most values of a series in one answer, whatever is asked for: more than a screen has pixels.
const VALUES: u32 = 5_000;

impl Engine {
    /// Series of values of a thing since a time, thinned to about so many values each.
    ///
    /// # Errors
    /// Where the account's file can't be read.
    pub async fn series(
        &self,
        account: &AccountId,
        entity: &EntityId,
        names: &[String],
        since: Timestamp,
        at_most: u32,
    ) -> Result<Vec<Series>, EngineError> {
        let store = self.reader.store(account).await?;
        let mut series = Vec::with_capacity(names.len());
        for name in names {
            let span = store.points_span(entity, name, since).await?;
            let bucket = span.and_then(|(first, last)| bucket(first, last, at_most.clamp(1, VALUES)));
            series.push(Series {
                series: name.clone(),
                points: store.points(entity, name, since, bucket).await?,
            });
        }
        Ok(series)
    }

    /// What happened to a thing, newest first, before a line of its history.
    ///
    /// # Errors
    /// Where the account's file can't be read.
    pub async fn activity(
        &self,
        account: &AccountId,
        entity: &EntityId,
        before: Option<&Activity>,
        limit: u32,
    ) -> Result<Vec<Activity>, EngineError> {
        let from = before.map_or(ActivityKey::FIRST, |line| ActivityKey {
            at: line.at,
            seq: line.seq,
        });
        let store = self.reader.store(account).await?;
        Ok(store.activity(entity, from, limit.clamp(1, LINES)).await?)
    }
}

/// The span of time, in milliseconds, of which one value is kept, so that there are about `at_most` of them between
/// the first and the last; `None` where all may stay.
fn bucket(first: Timestamp, last: Timestamp, at_most: u32) -> Option<NonZeroU32> {
    let span = u64::try_from(last.since(first).as_millis()).unwrap_or(u64::MAX);
    let bucket = span / u64::from(at_most);
    NonZeroU32::new(u32::try_from(bucket).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_thinned_to_about_as_many_as_are_wanted() {
        let of = |span: i64, at_most: u32| {
            bucket(Timestamp(5_000), Timestamp(5_000 + span), at_most).map(NonZeroU32::get)
        };
        assert_eq!(of(60_000, 100), Some(600));
        assert_eq!(of(99, 100), None);
        assert_eq!(of(0, 100), None);
        assert_eq!(of(-7, 100), None);
        assert_eq!(of(i64::from(u32::MAX) * 9, 1), Some(u32::MAX));
    }
}
