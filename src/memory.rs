//! Returns freed memory to the system.
//!
//! mimalloc keeps the memory that a thread has freed until that thread allocates again. Threads of an idle
//! archive do not allocate: those of the server return their memory periodically, and the memory of
//! threads that end is returned at once.

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

/// Returns the freed memory of this thread periodically; for a task that stays on its thread.
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
