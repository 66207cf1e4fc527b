//! Deletes sessions that have ended and what is private in accounts that were closed long ago.

use std::time::Duration;

use super::all::Accounts;
use crate::domain::access::Actor;
use crate::services::jobs::{JobFailure, Periodic, Schedule};
use crate::storage::catalog::ChangeSet;

/// Once an hour; to be enqueued at every start.
pub const HOUSEKEEPING: Schedule =
    Schedule::new("account-housekeeping", Duration::from_secs(60 * 60));
const TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// The job that deletes them.
pub fn housekeeping(accounts: Accounts) -> Periodic {
    Periodic::new(HOUSEKEEPING, TIMEOUT, move |now| {
        let accounts = accounts.clone();
        async move {
            let sessions = accounts.sessions.sweep().await.map_err(JobFailure::retry)?;
            let forgotten = accounts.administration.forget_closed().await;
            let accounts = forgotten.map_err(JobFailure::retry)?;
            tracing::debug!(
                sessions,
                accounts,
                "deleted ended sessions and closed accounts"
            );
            Ok(ChangeSet::by(&Actor::System, now))
        }
    })
}
