//! One act on many works: submit, return, publish, withdraw, or set and add values of fields.
//!
//! [`Bulk::preview`] tells for each work whether the act would change it or why not. [`Bulk::start`] records
//! the works with the revisions that they have and enqueues a job ([`run`]). The job commits each changed
//! work together with the record of its result, so that after a kill no work is done twice; a work that was
//! changed by somebody else meanwhile is refused. [`Bulk::undo`] gives each work back what it had, within a
//! day and only where it was not changed since. Permission, state and conditions of publication are those of
//! the single act, for each work ([`plan`]).
//!
//! Not here: finding the works of a search, which services after this one do.

mod act;
mod plan;
mod record;
mod run;
mod service;
mod state;

pub use act::{Act, Selected};
pub use record::{
    ActV1, BulkId, BulkItemRecord, BulkItemV1, BulkRecord, BulkV1, ByV1, Outcome, Phase,
    UndoOutcome,
};
pub use run::{ForgetBulk, RunBulk};
pub use service::Bulk;
pub use state::{BulkError, BulkState, Counts, ItemResult, Preview, UNDO_SECONDS};
