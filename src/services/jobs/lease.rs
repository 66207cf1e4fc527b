//! Keeps a lease alive while its job runs.

use futures_util::{Stream, StreamExt as _};
use std::time::Duration;

use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::storage::catalog::{CatalogError, JobStore, Lease};
use crate::telemetry::error_chain;

/// The end of a lease that begins now.
pub(super) fn until(now: Timestamp, length: Duration) -> Timestamp {
    let millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(millis))
}

/// Extends the lease at every heartbeat, until the heartbeats end or the lease is lost. After another
/// error of the catalogue the next heartbeat tries again: a lease lasts several heartbeats.
///
/// # Errors
/// [`CatalogError::LeaseLost`]: another worker has the job.
pub(super) async fn keep_alive(
    catalog: &dyn JobStore,
    lease: &Lease,
    clock: &Clock,
    length: Duration,
    heartbeats: impl Stream<Item = ()>,
) -> Result<(), CatalogError> {
    let mut heartbeats = std::pin::pin!(heartbeats);
    while heartbeats.next().await.is_some() {
        match catalog
            .extend_lease(lease, until(clock.now(), length))
            .await
        {
            Err(CatalogError::LeaseLost) => return Err(CatalogError::LeaseLost),
            Err(error) => tracing::warn!(
                job = lease.job.0,
                error = error_chain(&error),
                "a lease was not extended"
            ),
            Ok(()) => {}
        }
    }
    Ok(())
}

/// A heartbeat every `period`, the first one after the first period.
pub(super) fn heartbeats(period: Duration) -> impl Stream<Item = ()> {
    let start = tokio::time::Instant::now() + period;
    let mut interval = tokio::time::interval_at(start, period);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    futures_util::stream::unfold(interval, |mut interval| async {
        interval.tick().await;
        Some(((), interval))
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::stream;

    use super::{keep_alive, until};
    use crate::clock::Clock;
    use crate::domain::Timestamp;
    use crate::domain::access::Actor;
    use crate::storage::catalog::embedded::{EmbeddedCatalog, Options};
    use crate::storage::catalog::{
        CatalogError, ChangeSet, Commits as _, JobKind, JobStore as _, NewJob, OwnedCatalog as _,
    };

    const LENGTH: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_795_395_600_000).plus_seconds(seconds)
    }

    #[tokio::test]
    async fn a_heartbeat_keeps_the_lease_and_notices_when_it_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let catalog = EmbeddedCatalog::open(dir.path(), Options::default()).unwrap();
        let kind = JobKind("any".to_owned());
        let job = NewJob {
            kind: kind.clone(),
            payload: "{}".to_owned(),
            run_at: at(0),
            unique_key: None,
        };
        let clock = Clock::standing(at(0));
        catalog
            .commit(ChangeSet::by(&Actor::System, at(0)).job(job))
            .await
            .unwrap();
        let claim = async |now| {
            let kinds = std::slice::from_ref(&kind);
            catalog
                .claim_job(kinds, now, until(now, LENGTH))
                .await
                .unwrap()
        };
        let (_, lease) = claim(at(0)).await.unwrap();
        let beat = || keep_alive(&catalog, &lease, &clock, LENGTH, stream::iter([()]));

        clock.set(at(40));
        beat().await.unwrap();
        assert_eq!(claim(at(99)).await, None, "extended from 60 to 100 seconds");
        assert!(claim(at(100)).await.is_some(), "nobody extended it further");
        let lost = beat().await.unwrap_err();
        assert!(matches!(lost, CatalogError::LeaseLost));
        catalog.close().await;
    }
}
