//! Access to works for the other services: finding them, changing them, and the jobs that follow.
//!
//! [`WorkAccess`] reads a work for an actor and checks permission and revision before a change;
//! intake, curation, delivery and sharing all go through it, so every refusal is the same
//! everywhere. A change is committed together with its follow-up jobs ([`follow_up`]) and, when the
//! client sent an idempotency key, with the remembered result ([`idempotency`]).
//!
//! In the order of services this module comes after `media`, because attaching an image, sound or film
//! enqueues the job that makes its public copy ([`processing`]).

mod access;
mod deposit;
mod error;
mod follow_up;
mod history;
pub(in crate::services) mod idempotency;
mod page_budget;
mod processing;
mod relations;

pub use access::WorkAccess;
pub(in crate::services) use access::{check_visible, live_asset};
pub use deposit::{Deposit, RequestedRelation};
pub use error::{ChangeError, FindError};
pub(in crate::services) use follow_up::WARNING_SECONDS;
use follow_up::put_with_follow_up;
pub use follow_up::{ScheduledChange, ScheduledChangePayload};
pub(in crate::services) use history::may_read_history;
pub use history::{EarlierRevision, History, RevisionPage};
pub use idempotency::{Completed, IdempotentRequest};
pub use page_budget::PageBudget;
pub(in crate::services) use relations::{NewIdentifiers, hide_unseen_targets};
