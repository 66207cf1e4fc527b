//! The storage: ports and their back ends.
//!
//! [`catalog`] holds what is known about works (metadata, the event log, jobs, tokens);
//! [`blobs`] holds bytes under their SHA-256. Blobs are safe before metadata names them.
//! [`backup`] copies and restores the data folder of the embedded back ends; [`disk`] is the seam
//! to the file system.
//! [`keys`] has the keys of what must be forgotten one day; [`vocabulary`] reads the lists of concepts from files.

pub mod backup;
pub mod blobs;
pub mod catalog;
pub mod disk;
pub mod keys;
pub mod vocabulary;

use std::cell::Cell;
use std::future::Future;

thread_local! {
    /// This thread belongs to the blocking pool and runs such work.
    static MAY_BLOCK: Cell<bool> = const { Cell::new(false) };
}

/// Runs blocking work (disk, hashing, image work, index) on the blocking pool, keeping the
/// caller's tracing span; directly when the caller is on the pool already. The only way from async code to
/// blocking code.
///
/// # Panics
/// Carries a panic of `work` on to the caller, where the server contains it.
pub async fn blocking<T, F>(work: F) -> T
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    if MAY_BLOCK.get() {
        return work();
    }
    let span = tracing::Span::current();
    let work = move || {
        MAY_BLOCK.set(true);
        let _leaving = Leaving;
        span.in_scope(work)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down and will drop this task at its next await.
            Err(_) => std::future::pending().await,
        },
    }
}

/// Runs a task of which most steps block on one thread of the blocking pool: switching to the pool and back
/// for each step would cost as much as a short step itself. Inside another such task it runs on the
/// thread of that task.
///
/// # Panics
/// As [`blocking`].
pub async fn mostly_blocking<T, F>(task: F) -> T
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    if MAY_BLOCK.get() {
        return task.await;
    }
    let runtime = tokio::runtime::Handle::current();
    blocking(move || runtime.block_on(task)).await
}

/// Ends the permission to block with the work, also when it panics.
struct Leaving;

impl Drop for Leaving {
    fn drop(&mut self) {
        MAY_BLOCK.set(false);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::{MAY_BLOCK, blocking, mostly_blocking};

    #[tokio::test]
    async fn the_steps_of_a_task_stay_on_its_thread() {
        let steps = async {
            let first = blocking(|| thread::current().id()).await;
            let nested = mostly_blocking(blocking(|| thread::current().id())).await;
            (first, nested)
        };
        let (first, nested) = mostly_blocking(steps).await;
        assert_eq!(first, nested);
        assert_ne!(first, thread::current().id());
    }

    #[tokio::test]
    async fn a_thread_of_the_pool_is_not_marked_for_good_even_by_a_panic() {
        let failing = tokio::spawn(blocking(|| panic!("as it must")));
        assert!(failing.await.is_err_and(|error| error.is_panic()));
        // The pool reuses its idle thread for the next task.
        let marked = tokio::task::spawn_blocking(|| MAY_BLOCK.get()).await;
        assert!(!marked.unwrap());
    }
}
