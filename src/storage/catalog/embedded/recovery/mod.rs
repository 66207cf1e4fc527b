//! From what is on disk to an index that has caught up with the journal, and the proof that the
//! journal is still all there.
//!
//! [`catch_up`] opens, replays and rebuilds the index; [`session`] is the lock and what it
//! remembers; [`evidence`] compares what lock and index remember with where the journal ends.

mod catch_up;
mod evidence;
pub(crate) mod session;

pub(crate) use catch_up::{index_dir, recover, reopen, set_index_aside};
