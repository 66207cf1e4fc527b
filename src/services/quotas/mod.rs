//! Quotas: what each body may use of the archive, and what it uses.
//!
//! Three numbers for each body: works, bytes of files as deposited, requests in a minute. A record that an administrator sets
//! says how much; without one the default of the configuration holds (ADR 28). Works and bytes are
//! counted by the catalogue along with every change, and a commit that would add beyond the quota is refused there, so that
//! requests at the same time cannot exceed it together. Requests are counted in memory.
//!
//! A body counts for itself: the works of bodies below it are theirs.

mod requests;
mod service;
mod stored;

pub use service::{BodyUsage, Quota, QuotaError, Quotas};
