//! How memory goes back to the system.
//!
//! mimalloc keeps what a thread has freed until that thread next asks for memory. The threads of
//! an archive that rests do not ask: what those of the server keep they give back themselves now
//! and then, and what threads leave that end is given back at once.

use std::os::raw::c_int;
use std::time::Duration;

/// `mi_option_abandoned_page_purge` of mimalloc 2, which its Rust crate has no name for.
const PURGE_ABANDONED_PAGES: c_int = 12;
/// Often enough to be soon after a load, rare enough to cost nothing.
const EVERY: Duration = Duration::from_secs(5);

/// Sets the allocator up; for a program whose allocator is mimalloc, before its first thread.
#[expect(unsafe_code, reason = "mimalloc is C")]
pub fn set_up() {
    // SAFETY: sets a number of the allocator; touches no memory of ours.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_ABANDONED_PAGES, 1) }
}

/// Gives back what this thread keeps, again and again; for a task that stays on its thread.
pub(crate) async fn give_back() {
    let mut times = tokio::time::interval(EVERY);
    loop {
        times.tick().await;
        collect();
    }
}

#[expect(unsafe_code, reason = "mimalloc is C")]
fn collect() {
    // SAFETY: may be called by any thread at any time; frees only what is free.
    unsafe { libmimalloc_sys::mi_collect(true) }
}
