//! Makes jobs due whose moment can only come from a wrong clock.
//!
//! A clock that was years ahead for an hour leaves periodic runs and retries that are due in years. Each
//! kind of job says how far ahead of the present it waits at most
//! ([`Handler::longest_wait`](super::Handler::longest_wait)); what waits longer becomes due now.

use std::collections::BTreeMap;
use std::time::Duration;

use super::lease;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::storage::catalog::{
    CatalogError, ChangeSet, Job, JobId, JobKind, JobState, JobStore, Write,
};

/// Jobs read at a time.
const PAGE: usize = 1_000;

/// A clock that is set back by less than this puts jobs off by less than this, which is no reason
/// to run them early.
const TOLERANCE: Duration = Duration::from_secs(10 * 60);

/// How far ahead jobs of one kind wait at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    /// After a failure.
    pub(super) after_failure: Duration,
    /// Otherwise; none when people choose the moment.
    pub(super) otherwise: Option<Duration>,
}

impl Waits {
    fn are_exceeded(self, job: &Job, now: Timestamp) -> bool {
        let longest = if job.failures > 0 {
            Some(self.after_failure)
        } else {
            self.otherwise
        };
        longest.is_some_and(|longest| job.run_at > lease::until(now, longest + TOLERANCE))
    }
}

/// Makes the jobs of these kinds due now that wait too long, and gives their number.
///
/// # Errors
/// Those of the catalogue.
pub(super) async fn bring_forward(
    catalog: &dyn JobStore,
    kinds: &BTreeMap<JobKind, Waits>,
    now: Timestamp,
) -> Result<usize, CatalogError> {
    if !is_any_too_far(catalog, kinds, now).await? {
        return Ok(0);
    }
    let mut brought = 0;
    let mut after = None;
    loop {
        let page = catalog.jobs(Some(JobState::Waiting), after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(brought);
        };
        after = Some(last.id);
        let is_too_far = |job: &&Job| {
            let waits = kinds.get(&job.kind);
            waits.is_some_and(|waits| waits.are_exceeded(job, now))
        };
        let ids: Vec<JobId> = page.iter().filter(is_too_far).map(|job| job.id).collect();
        brought += ids.len();
        let changes = ids
            .into_iter()
            .fold(ChangeSet::by(&Actor::System, now), |changes, id| {
                changes.write(Write::Reschedule(id, now))
            });
        if !changes.writes.is_empty() {
            catalog.commit(changes).await?;
        }
    }
}

/// Whether it is worth reading all jobs: the catalogue finds the first one of a kind behind a
/// moment without reading others.
async fn is_any_too_far(
    catalog: &dyn JobStore,
    kinds: &BTreeMap<JobKind, Waits>,
    now: Timestamp,
) -> Result<bool, CatalogError> {
    for (kind, waits) in kinds {
        let Some(longest) = waits.otherwise else {
            continue;
        };
        let end = lease::until(now, longest.max(waits.after_failure) + TOLERANCE);
        let found = catalog.next_job(std::slice::from_ref(kind), end).await?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
