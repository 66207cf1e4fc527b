//! Who looks and who waits: more questions at once than the machine has cores for would only take
//! the processor from each other.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::storage::mostly_blocking;

/// Questions that are answered in the order they came, so many at once.
pub(crate) struct Lane(Arc<Semaphore>);

impl Lane {
    /// Lets so many through at once for each core.
    pub(crate) fn new(per_core: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(per_core * cores)))
    }

    /// Runs a task on one thread of the blocking pool when its turn has come. It keeps its turn to
    /// its end, also when nobody waits for it any more: it cannot be stopped half-way.
    pub(crate) async fn run<T, F>(&self, task: F) -> T
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        // Fails only when closed, which nobody does.
        let turn = Arc::clone(&self.0).acquire_owned().await;
        let task = async move {
            let _turn = turn;
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

    use super::Lane;

    #[tokio::test]
    async fn a_question_nobody_waits_for_keeps_its_turn_until_it_ends() {
        let lane = Arc::new(Lane(Arc::new(Semaphore::new(1))));
        let (begun, may_end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let first = {
            let (lane, begun, may_end) = (lane.clone(), begun.clone(), may_end.clone());
            let task = async move {
                begun.notify_one();
                may_end.notified().await;
            };
            tokio::spawn(async move { lane.run(task).await })
        };
        begun.notified().await;
        first.abort();
        assert!(first.await.is_err_and(|error| error.is_cancelled()));
        let early = timeout(Duration::from_millis(50), lane.run(async {})).await;
        assert!(early.is_err(), "the abandoned question still runs");
        may_end.notify_one();
        lane.run(async {}).await;
    }
}
