//! Durable jobs: background work that follows from a change and must not be lost.
//!
//! A job is enqueued in the change set that causes it ([`NewJob`](crate::storage::catalog::NewJob)); its
//! [`payload`] holds ids, not data. A service implements a [`Handler`]; the [`Runner`] claims due jobs,
//! extends the lease while the handler runs, and commits the changes of the handler together with the
//! completion of the job, so that they take effect once. Handlers may be run again at any time (a killed
//! process, a lost lease) and so are idempotent: blobs first, then the change set.
//!
//! A failure says whether to retry ([`JobFailure`]). [`backoff`] delays the attempts; after the last one
//! the job is dead, and stays visible until it is requeued.
//! Recurring work ([`Schedule`], [`Periodic`]) is a job that enqueues its next run.
//!
//! Not here: what jobs do, and following the event log. Events drive projections such as the search
//! index; jobs do work.

mod attempt;
pub mod backoff;
mod handler;
mod housekeeping;
mod lease;
pub mod payload;
mod periodic;
mod queue;
mod runner;
mod wrong_clock;

pub use handler::{Handler, JobFailure, Policy, WorkerPool};
pub use housekeeping::{HOUSEKEEPING, housekeeping};
pub use periodic::{Periodic, Schedule};
pub use queue::{Jobs, JobsError};
pub use runner::{Runner, RunnerHandle, Settings};
