//! Durable jobs: work that follows from a change and must not be lost.
//!
//! A job is enqueued inside the change set that calls for it ([`NewJob`]) and carries ids, not data.
//! A service says what to do by a [`Handler`]; the [`Runner`] claims what is due, keeps the lease
//! alive while the handler works, and commits what the handler returns together with "done", so its
//! effect happens once. Handlers may be run again at any time (a killed process, a lost
//! lease) and so are idempotent: blobs first, then the change set.
//!
//! A failure says itself whether another attempt makes sense ([`JobFailure`]). Attempts are spaced
//! by [`backoff`]; after the last one the job is dead, and stays visible until it is requeued.
//! Recurring work ([`Rounds`], [`Periodic`]) is a job that enqueues its next run.
//!
//! What is *not* here: what jobs do, and following the event log. Events drive projections,
//! jobs do work.

mod attempt;
pub mod backoff;
mod handler;
mod housekeeping;
mod lease;
mod periodic;
mod queue;
mod runner;
mod wrong_clock;

pub use handler::{Handler, JobFailure, Policy};
pub use housekeeping::{HOUSEKEEPING, housekeeping};
pub use periodic::{Periodic, Rounds};
pub use queue::{Jobs, JobsError};
pub use runner::{Runner, RunnerHandle, Settings};
