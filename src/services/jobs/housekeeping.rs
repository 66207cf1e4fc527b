//! Forgets what has served its time.

use std::time::Duration;

use super::{Periodic, Rounds};
use crate::domain::access::Actor;
use crate::storage::catalog::{ChangeSet, Write};

/// Finished jobs can be looked at for a week.
const JOBS_KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;
/// A request can be repeated under its `Idempotency-Key` for two days.
const ANSWERS_KEPT_SECONDS: i64 = 48 * 60 * 60;
const TIMEOUT: Duration = Duration::from_secs(60);

/// Four times a day; to be enqueued at every start.
pub const HOUSEKEEPING: Rounds = Rounds::new("housekeeping", Duration::from_secs(6 * 60 * 60));

/// Prunes finished jobs and forgets remembered answers. Dead jobs stay.
pub fn housekeeping() -> Periodic {
    Periodic::new(HOUSEKEEPING, TIMEOUT, |now| async move {
        Ok(ChangeSet::by(&Actor::System, now)
            .write(Write::PruneJobs(now.plus_seconds(-JOBS_KEPT_SECONDS)))
            .write(Write::Forget(now.plus_seconds(-ANSWERS_KEPT_SECONDS))))
    })
}
