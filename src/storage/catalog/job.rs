//! Durable jobs in the catalogue. Their handlers are registered in `services/jobs`.

use crate::domain::Timestamp;

/// The number of a job, assigned by the catalogue at commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// The name under which a kind of job is registered: `render-previews`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobKind(pub String);

/// A job to enqueue. The payload holds ids, not data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its kind.
    pub kind: JobKind,
    /// Its payload: a small JSON text.
    pub payload: String,
    /// Not before this moment.
    pub run_at: Timestamp,
    /// A job of this kind with the same key that waits and was not claimed yet makes this one
    /// superfluous. (A worker that has claimed it may not see what this commit writes.)
    pub unique_key: Option<String>,
}

/// A job in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// Its kind.
    pub kind: JobKind,
    /// Its payload.
    pub payload: String,
    /// Not before this moment.
    pub run_at: Timestamp,
    /// See [`NewJob::unique_key`].
    pub unique_key: Option<String>,
    /// Its state.
    pub state: JobState,
    /// How often it was tried and failed.
    pub failures: u32,
    /// The text of the last failure.
    pub last_error: Option<String>,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// When it was done or given up.
    pub finished_at: Option<Timestamp>,
}

/// The state of a job. A running job is a waiting one with a valid lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Waits for its moment or for a worker.
    Waiting,
    /// Was done.
    Done,
    /// Was given up; visible until requeued or pruned.
    Dead,
}

impl JobState {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("waiting", Self::Waiting),
        ("done", Self::Done),
        ("dead", Self::Dead),
    ];
}

/// The right to work on a job for a while. The fence grows with every claim: a worker whose lease
/// was taken over cannot finish the job any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// Which job.
    pub job: JobId,
    /// Which claim of it.
    pub fence: u64,
}

/// The outcome of a leased job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Failed; try again at this moment.
    Retry {
        /// When.
        at: Timestamp,
        /// What went wrong, for the operator.
        error: String,
    },
    /// Failed for good.
    GiveUp {
        /// What went wrong, for the operator.
        error: String,
    },
}
