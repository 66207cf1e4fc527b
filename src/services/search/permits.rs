//! Limits how many searches run concurrently: more than the cores can handle only slow each other
//! down.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::storage::mostly_blocking;

/// A concurrency limit. Tasks beyond it wait in the order of their arrival.
pub(crate) struct SearchPermits(Arc<Semaphore>);

impl SearchPermits {
    /// A limit of `per_core` tasks for each core.
    pub(crate) fn new(per_core: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(per_core * cores)))
    }

    /// Acquires a permit and runs a task on one thread of the blocking pool. The task holds the permit
    /// until it ends, even when the caller is dropped, because it cannot be interrupted.
    pub(crate) async fn run<T, F>(&self, task: F) -> T
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        // Fails only when the semaphore is closed, which never happens.
        let permit = Arc::clone(&self.0).acquire_owned().await;
        let task = async move {
            let _permit = permit;
            task.await
        };
        mostly_blocking(task).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::{Notify, Semaphore};
    use tokio::time::timeout;

    use super::SearchPermits;

    #[tokio::test]
    async fn a_search_holds_its_permit_until_it_ends_though_its_caller_is_gone() {
        let permits = Arc::new(SearchPermits(Arc::new(Semaphore::new(1))));
        let (started, may_end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let first = {
            let (permits, started, may_end) = (permits.clone(), started.clone(), may_end.clone());
            let task = async move {
                started.notify_one();
                may_end.notified().await;
            };
            tokio::spawn(async move { permits.run(task).await })
        };
        started.notified().await;
        first.abort();
        assert!(first.await.is_err_and(|error| error.is_cancelled()));
        let early = timeout(Duration::from_millis(50), permits.run(async {})).await;
        assert!(early.is_err(), "the abandoned search still runs");
        may_end.notify_one();
        permits.run(async {}).await;
    }
}
