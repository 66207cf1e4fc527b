//! Who works on which job. Kept in memory: the embedded catalogue belongs to one process, and
//! when that ends so do its workers. After a restart every waiting job is free.
//!
//! A fence is the number of the session in the upper and a counter in the lower half, so no fence
//! is ever given twice, not even after a restart.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::Timestamp;
use crate::storage::catalog::{CatalogError, JobId, Lease};

/// The leases of one session.
#[derive(Debug)]
pub(crate) struct Leases(Mutex<State>);

#[derive(Debug)]
struct State {
    last_fence: u64,
    held: HashMap<JobId, Held>,
    /// Jobs that a commit under way decides about; they cannot be claimed meanwhile.
    settling: HashSet<JobId>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    fence: u64,
    until: Timestamp,
}

impl Leases {
    /// No leases yet in this session.
    pub(crate) fn new(session: u64) -> Self {
        Self(Mutex::new(State {
            last_fence: session << 32,
            held: HashMap::new(),
            settling: HashSet::new(),
        }))
    }

    /// Leases one of the jobs that `due` offers: it is called with a test for "free to take", and
    /// nobody else claims or settles a job before it returns.
    ///
    /// # Errors
    /// Those of `due`.
    pub(crate) fn claim(
        &self,
        now: Timestamp,
        until: Timestamp,
        due: impl FnOnce(&dyn Fn(JobId) -> bool) -> Result<Option<JobId>, CatalogError>,
    ) -> Result<Option<Lease>, CatalogError> {
        let mut state = self.lock();
        let is_free = |job: JobId| {
            let held = state.held.get(&job);
            !state.settling.contains(&job) && held.is_none_or(|held| held.until <= now)
        };
        let Some(job) = due(&is_free)? else {
            return Ok(None);
        };
        state.last_fence += 1;
        let fence = state.last_fence;
        state.held.insert(job, Held { fence, until });
        Ok(Some(Lease { job, fence }))
    }

    /// Prolongs a lease.
    ///
    /// # Errors
    /// [`CatalogError::LeaseLost`] when somebody else took the job.
    pub(crate) fn extend(&self, lease: &Lease, until: Timestamp) -> Result<(), CatalogError> {
        let mut state = self.lock();
        let held = state.held.get_mut(&lease.job);
        let held = held.filter(|held| held.fence == lease.fence);
        held.ok_or(CatalogError::LeaseLost)?.until = until;
        Ok(())
    }

    /// Takes a lease to its end: valid once, and the job cannot be claimed until the commit is
    /// through.
    ///
    /// # Errors
    /// [`CatalogError::LeaseLost`] when the lease is not valid (any more).
    pub(crate) fn settle(&self, lease: &Lease) -> Result<(), CatalogError> {
        let mut state = self.lock();
        let held = state.held.get(&lease.job);
        let is_valid = held.is_some_and(|held| held.fence == lease.fence);
        if is_valid && state.settling.insert(lease.job) {
            Ok(())
        } else {
            Err(CatalogError::LeaseLost)
        }
    }

    /// Whether nobody ever claimed the waiting job; if so it cannot be claimed until the commit
    /// is through.
    pub(crate) fn keep_unclaimed(&self, job: JobId) -> bool {
        let mut state = self.lock();
        let unclaimed = !state.held.contains_key(&job);
        if unclaimed {
            state.settling.insert(job);
        }
        unclaimed
    }

    /// The commit is through: these leases are used up.
    pub(crate) fn settled(&self, used: &[Lease]) {
        let mut state = self.lock();
        state.settling.clear();
        for lease in used {
            state.held.remove(&lease.job);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
