//! Keeps a lease alive while its job runs.

use futures_util::{Stream, StreamExt as _};
use std::time::Duration;

use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::storage::catalog::{Catalog, CatalogError, Lease};

/// The moment a lease taken now runs out.
pub(super) fn until(now: Timestamp, length: Duration) -> Timestamp {
    let millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(millis))
}

/// Prolongs the lease at every beat, until the beats end or the lease is lost. A catalogue that
/// fails otherwise is asked again at the next beat: the lease lasts several.
///
/// # Errors
/// [`CatalogError::LeaseLost`]: somebody else has the job.
pub(super) async fn keep(
    catalog: &dyn Catalog,
    lease: &Lease,
    clock: &Clock,
    length: Duration,
    beats: impl Stream<Item = ()>,
) -> Result<(), CatalogError> {
    let mut beats = std::pin::pin!(beats);
    while beats.next().await.is_some() {
        match catalog
            .extend_lease(lease, until(clock.now(), length))
            .await
        {
            Err(CatalogError::LeaseLost) => return Err(CatalogError::LeaseLost),
            Err(error) => tracing::warn!(job = lease.job.0, %error, "a lease was not prolonged"),
            Ok(()) => {}
        }
    }
    Ok(())
}

/// A beat every `period`, the first one after it has passed.
pub(super) fn beats(period: Duration) -> impl Stream<Item = ()> {
    let start = tokio::time::Instant::now() + period;
    let mut interval = tokio::time::interval_at(start, period);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    futures_util::stream::unfold(interval, |mut interval| async {
        interval.tick().await;
        Some(((), interval))
    })
}
