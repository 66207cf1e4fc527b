use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;

use super::budget::Budget;
use super::requester::Requester;
use super::{Admission, AdmissionSettings, Refusal};
use crate::domain::access::{Credential, TokenId};

fn settings() -> AdmissionSettings {
    AdmissionSettings {
        running: 4,
        cores: 2,
        waiting: 8,
        waiting_of_one: 3,
        longest_wait: Duration::from_secs(60),
        refusal_delay: Duration::ZERO,
        budget: Budget {
            each_second: Duration::from_secs(1),
            window: Duration::from_secs(60),
        },
    }
}

fn caller(name: &str) -> Requester {
    Requester::Holder(Credential::Token(TokenId(name.into())))
}

/// Tasks that run until they get a signal to end.
struct Tasks {
    admission: Arc<Admission>,
    may_end: Arc<Semaphore>,
}

/// The runtime waits for tasks on its blocking pool.
impl Drop for Tasks {
    fn drop(&mut self) {
        self.may_end.close();
    }
}

impl Tasks {
    fn new(settings: AdmissionSettings) -> Self {
        Self {
            admission: Arc::new(Admission::new(settings)),
            may_end: Arc::new(Semaphore::new(0)),
        }
    }

    /// Starts a task; what is notified when it runs, and its handle.
    fn start(
        &self,
        requester: &Requester,
    ) -> (Arc<Notify>, tokio::task::JoinHandle<Result<(), Refusal>>) {
        let started = Arc::new(Notify::new());
        let (admission, may_end) = (Arc::clone(&self.admission), Arc::clone(&self.may_end));
        let (signal, requester) = (Arc::clone(&started), requester.clone());
        let task = async move {
            signal.notify_one();
            if let Ok(end) = may_end.acquire().await {
                end.forget();
            }
        };
        let handle = tokio::spawn(async move { admission.run(&requester, task).await });
        (started, handle)
    }

    /// Ends one running task.
    fn end_one(&self) {
        self.may_end.add_permits(1);
    }
}

const MOMENT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn a_task_keeps_its_place_until_it_ends_though_its_caller_is_gone() {
    let tasks = Tasks::new(AdmissionSettings {
        running: 1,
        ..settings()
    });
    let (started, first) = tasks.start(&caller("a"));
    started.notified().await;
    first.abort();
    assert!(first.await.is_err_and(|error| error.is_cancelled()));
    let again = caller("a");
    let early = timeout(MOMENT, tasks.admission.run(&again, async {})).await;
    assert!(early.is_err(), "the abandoned task still runs");
    tasks.end_one();
    assert_eq!(tasks.admission.run(&again, async {}).await, Ok(()));
}

#[tokio::test]
async fn a_caller_alone_gets_everything_and_beside_others_its_share() {
    let tasks = Tasks::new(settings());
    let mut storm = Vec::new();
    for _ in 0..4 {
        let (started, handle) = tasks.start(&caller("storm"));
        started.notified().await;
        storm.push(handle);
    }
    // All places are taken: the other waits for one of them, and goes before the storm.
    let (fifth, handle) = tasks.start(&caller("storm"));
    storm.push(handle);
    assert!(timeout(MOMENT, fifth.notified()).await.is_err());
    let (other, _other) = tasks.start(&caller("other"));
    assert!(timeout(MOMENT, other.notified()).await.is_err());
    tasks.end_one();
    other.notified().await;
    // The storm runs three and has a share of one core of two.
    tasks.end_one();
    tasks.end_one();
    assert!(timeout(MOMENT, fifth.notified()).await.is_err());
}

#[tokio::test]
async fn queues_are_bounded_for_one_and_for_all() {
    let tasks = Tasks::new(AdmissionSettings {
        running: 1,
        waiting: 4,
        ..settings()
    });
    let (started, _running) = tasks.start(&caller("a"));
    started.notified().await;
    let waiting: Vec<_> = (0..3).map(|_| tasks.start(&caller("a"))).collect();
    tokio::task::yield_now().await;
    let refused = tasks.admission.run(&caller("a"), async {}).await;
    assert!(matches!(refused, Err(Refusal::CallerExceeds { .. })));
    let (_, _fourth) = tasks.start(&caller("b"));
    tokio::task::yield_now().await;
    let refused = tasks.admission.run(&caller("c"), async {}).await;
    assert!(matches!(refused, Err(Refusal::Overload { .. })));
    // Who gives up makes room.
    for (_, handle) in waiting {
        handle.abort();
        assert!(handle.await.is_err());
    }
    let late = timeout(MOMENT, tasks.admission.run(&caller("c"), async {})).await;
    assert!(late.is_err(), "it waits");
}

#[tokio::test]
async fn nobody_waits_longer_than_the_longest_wait() {
    let tasks = Tasks::new(AdmissionSettings {
        running: 1,
        longest_wait: MOMENT,
        ..settings()
    });
    let (started, _running) = tasks.start(&caller("a"));
    started.notified().await;
    let refused = tasks.admission.run(&caller("b"), async {}).await;
    assert!(matches!(refused, Err(Refusal::Overload { .. })));
    tasks.end_one();
    let admitted = timeout(Duration::from_secs(60), async {
        while tasks.admission.run(&caller("b"), async {}).await.is_err() {}
    });
    assert!(admitted.await.is_ok());
}

#[tokio::test]
async fn a_budget_is_charged_with_processor_time_and_refuses_when_used_up() {
    let budget = Budget {
        each_second: Duration::from_micros(1),
        window: Duration::from_secs(20_000),
    };
    let admission = Arc::new(Admission::new(AdmissionSettings {
        budget,
        ..settings()
    }));
    let spend = || async {
        let clock = || rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let started = clock();
        while (clock() - started).tv_nsec < 30_000_000 {}
    };
    let greedy = caller("greedy");
    assert_eq!(admission.run(&greedy, spend()).await, Ok(()));
    // 20 ms were there and 30 ms taken; a millionth comes back each second.
    let refused = admission.run(&greedy, async {}).await;
    let Err(Refusal::CallerExceeds { retry_after }) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        (9_000..=86_400).contains(&retry_after.as_secs()),
        "{retry_after:?}"
    );
    assert_eq!(admission.run(&caller("other"), async {}).await, Ok(()));
    assert_eq!(admission.run(&Requester::Unlimited, spend()).await, Ok(()));
    assert_eq!(admission.run(&Requester::Unlimited, spend()).await, Ok(()));
}
