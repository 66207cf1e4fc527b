//! Deletes finished jobs and remembered results after their retention time.

use std::time::Duration;

use super::{Periodic, Schedule};
use crate::domain::access::Actor;
use crate::storage::catalog::{ChangeSet, Write};

/// Finished jobs stay visible for a week.
const JOB_RETENTION_SECONDS: i64 = 7 * 24 * 60 * 60;
/// A request can be repeated under its `Idempotency-Key` for two days.
const IDEMPOTENCY_RETENTION_SECONDS: i64 = 48 * 60 * 60;
const TIMEOUT: Duration = Duration::from_secs(60);

/// Four times a day; to be enqueued at every start.
pub const HOUSEKEEPING: Schedule = Schedule::new("housekeeping", Duration::from_secs(6 * 60 * 60));

/// Deletes finished jobs and remembered results. Dead jobs stay.
pub fn housekeeping() -> Periodic {
    Periodic::new(HOUSEKEEPING, TIMEOUT, |now| async move {
        Ok(ChangeSet::by(&Actor::System, now)
            .write(Write::PruneJobs(now.plus_seconds(-JOB_RETENTION_SECONDS)))
            .write(Write::Forget(
                now.plus_seconds(-IDEMPOTENCY_RETENTION_SECONDS),
            )))
    })
}
