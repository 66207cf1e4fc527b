//! Durable jobs.

use khochung::storage::catalog::{
    CatalogError, Job, JobId, JobKind, JobState, Lease, NewJob, Outcome, Write,
};

use super::Bench;
use super::given::{at, changes, changes_at};

on_every_back_end! {
    a_job_is_enqueued_with_the_commit_and_survives_reopening,
    the_job_due_longest_among_the_kinds_is_claimed,
    a_lease_that_was_taken_over_is_worth_nothing,
    a_lease_that_ran_out_is_good_until_somebody_takes_the_job,
    no_lease_survives_reopening_and_no_fence_comes_twice,
    a_refused_commit_leaves_the_lease_as_it_was,
    failed_jobs_come_again_and_given_up_ones_wait_for_requeueing,
    a_waiting_job_makes_its_like_superfluous_until_it_is_claimed,
    jobs_are_listed_by_state_in_pages,
    pruning_forgets_only_jobs_that_finished_earlier,
    the_next_moment_at_which_a_job_becomes_due_is_known,
    a_rescheduled_job_is_due_at_its_new_moment_and_only_waiting_ones_are_rescheduled,
}

fn kind(name: &str) -> JobKind {
    JobKind(name.into())
}

fn new(name: &str, run_at: i64) -> NewJob {
    NewJob {
        kind: kind(name),
        payload: "{}".into(),
        run_at: at(run_at),
        unique_key: None,
    }
}

fn unique(name: &str, key: &str) -> NewJob {
    NewJob {
        unique_key: Some(key.into()),
        ..new(name, 0)
    }
}

async fn enqueue(bench: &Bench, job: NewJob) -> JobId {
    bench.commit(changes().job(job)).await.jobs[0]
}

/// Claims among the kinds at a moment, for ten seconds.
async fn claim(bench: &Bench, kinds: &[&str], now: i64) -> Option<(Job, Lease)> {
    let kinds: Vec<_> = kinds.iter().map(|name| kind(name)).collect();
    bench
        .catalog()
        .claim_job(&kinds, at(now), at(now + 10))
        .await
        .unwrap()
}

async fn finish(bench: &Bench, lease: Lease, outcome: Outcome) {
    bench
        .commit(changes_at(50).write(Write::Finish(lease, outcome)))
        .await;
}

async fn a_job_is_enqueued_with_the_commit_and_survives_reopening(bench: Bench) {
    let receipt = bench
        .commit(changes_at(3).job(new("a", 5)).job(new("b", 6)))
        .await;
    assert_eq!(receipt.jobs.len(), 2);
    assert!(receipt.jobs[0] < receipt.jobs[1]);
    let bench = bench.reopen().await;
    let job = bench.catalog().job(receipt.jobs[0]).await.unwrap();
    let expected = Job {
        id: receipt.jobs[0],
        kind: kind("a"),
        payload: "{}".into(),
        run_at: at(5),
        unique_key: None,
        state: JobState::Waiting,
        failures: 0,
        last_error: None,
        created_at: at(3),
        finished_at: None,
    };
    assert_eq!(job, Some(expected));
    assert_eq!(bench.catalog().job(JobId(999)).await.unwrap(), None);
    assert_eq!(bench.catalog().counts().await.unwrap().jobs_open, 2);
}

async fn the_job_due_longest_among_the_kinds_is_claimed(bench: Bench) {
    let late = enqueue(&bench, new("a", 7)).await;
    let early = enqueue(&bench, new("b", 2)).await;
    let longest = enqueue(&bench, new("c", 1)).await;
    enqueue(&bench, new("a", 100)).await;
    assert!(claim(&bench, &[], 20).await.is_none());
    assert!(claim(&bench, &["a", "b"], 1).await.is_none());
    let mut order = Vec::new();
    while let Some((job, lease)) = claim(&bench, &["a", "b"], 20).await {
        assert_eq!(job.id, lease.job);
        order.push(job.id);
    }
    assert_eq!(order, [early, late]);
    assert_eq!(claim(&bench, &["c"], 20).await.unwrap().0.id, longest);
    // At second 100 the lease on `late` has run out, and it has been due longer.
    assert_eq!(claim(&bench, &["a"], 100).await.unwrap().0.id, late);
}

async fn a_lease_that_was_taken_over_is_worth_nothing(bench: Bench) {
    enqueue(&bench, new("a", 0)).await;
    let (_, first) = claim(&bench, &["a"], 0).await.unwrap();
    assert!(claim(&bench, &["a"], 9).await.is_none());
    let (_, second) = claim(&bench, &["a"], 10).await.unwrap();
    assert!(second.fence > first.fence);
    let error = bench
        .refused(changes().write(Write::Finish(first, Outcome::Done)))
        .await;
    assert!(matches!(error, CatalogError::LeaseLost));
    let error = bench
        .catalog()
        .extend_lease(&first, at(99))
        .await
        .unwrap_err();
    assert!(matches!(error, CatalogError::LeaseLost));
    finish(&bench, second, Outcome::Done).await;
    let error = bench
        .refused(changes().write(Write::Finish(second, Outcome::Done)))
        .await;
    assert!(matches!(error, CatalogError::LeaseLost));
}

async fn a_lease_that_ran_out_is_good_until_somebody_takes_the_job(bench: Bench) {
    let id = enqueue(&bench, new("a", 0)).await;
    let (_, lease) = claim(&bench, &["a"], 0).await.unwrap();
    bench.catalog().extend_lease(&lease, at(60)).await.unwrap();
    assert!(claim(&bench, &["a"], 59).await.is_none());
    finish(&bench, lease, Outcome::Done).await;
    let job = bench.catalog().job(id).await.unwrap().unwrap();
    assert_eq!((job.state, job.finished_at), (JobState::Done, Some(at(50))));
}

async fn no_lease_survives_reopening_and_no_fence_comes_twice(bench: Bench) {
    enqueue(&bench, new("a", 0)).await;
    let (_, before) = claim(&bench, &["a"], 0).await.unwrap();
    let bench = bench.reopen().await;
    let error = bench
        .refused(changes().write(Write::Finish(before, Outcome::Done)))
        .await;
    assert!(matches!(error, CatalogError::LeaseLost));
    // A back end shared by several processes may keep the lease until it has run out.
    let (_, after) = claim(&bench, &["a"], 10).await.unwrap();
    assert!(after.fence > before.fence);
    finish(&bench, after, Outcome::Done).await;
}

async fn a_refused_commit_leaves_the_lease_as_it_was(bench: Bench) {
    enqueue(&bench, new("a", 0)).await;
    let (_, lease) = claim(&bench, &["a"], 0).await.unwrap();
    let lost = Lease {
        fence: lease.fence + 1000,
        ..lease
    };
    let set = changes()
        .write(Write::Finish(lease, Outcome::Done))
        .write(Write::Finish(lost, Outcome::Done));
    bench.refused(set).await;
    assert!(claim(&bench, &["a"], 1).await.is_none());
    finish(&bench, lease, Outcome::Done).await;
}

#[expect(clippy::cognitive_complexity, reason = "one story of many assertions")]
async fn failed_jobs_come_again_and_given_up_ones_wait_for_requeueing(bench: Bench) {
    let id = enqueue(&bench, new("a", 0)).await;
    let (_, lease) = claim(&bench, &["a"], 0).await.unwrap();
    let retry = Outcome::Retry {
        at: at(30),
        error: "no disk".into(),
    };
    finish(&bench, lease, retry).await;
    assert!(claim(&bench, &["a"], 29).await.is_none());
    let (job, lease) = claim(&bench, &["a"], 30).await.unwrap();
    assert_eq!(
        (job.failures, job.last_error.as_deref()),
        (1, Some("no disk"))
    );
    let give_up = Outcome::GiveUp {
        error: "still no disk".into(),
    };
    finish(&bench, lease, give_up).await;

    let bench = bench.reopen().await;
    let dead = bench.catalog().job(id).await.unwrap().unwrap();
    assert_eq!((dead.state, dead.failures), (JobState::Dead, 2));
    assert_eq!(dead.last_error.as_deref(), Some("still no disk"));
    assert!(claim(&bench, &["a"], 1000).await.is_none());
    let counts = bench.catalog().counts().await.unwrap();
    assert_eq!((counts.jobs_open, counts.jobs_dead), (0, 1));

    bench.commit(changes_at(70).write(Write::Requeue(id))).await;
    let (job, lease) = claim(&bench, &["a"], 70).await.unwrap();
    assert_eq!((job.id, job.failures, job.finished_at), (id, 0, None));
    // Requeueing what is not dead changes nothing.
    let before = bench.everything().await;
    bench.commit(changes_at(80).write(Write::Requeue(id))).await;
    bench
        .commit(changes_at(80).write(Write::Requeue(JobId(999))))
        .await;
    assert_eq!(bench.everything().await, before);
    finish(&bench, lease, Outcome::Done).await;
    let counts = bench.catalog().counts().await.unwrap();
    assert_eq!((counts.jobs_open, counts.jobs_dead), (0, 0));
}

async fn a_waiting_job_makes_its_like_superfluous_until_it_is_claimed(bench: Bench) {
    let first = enqueue(&bench, unique("a", "x")).await;
    assert_eq!(enqueue(&bench, unique("a", "x")).await, first);
    let receipt = bench
        .commit(changes().job(unique("a", "y")).job(unique("a", "y")))
        .await;
    assert_eq!(receipt.jobs[0], receipt.jobs[1]);
    assert_ne!(enqueue(&bench, unique("b", "x")).await, first);
    assert_eq!(bench.catalog().counts().await.unwrap().jobs_open, 3);
    // Whoever works on the first may not see what this commit writes: a second is needed.
    let (job, lease) = claim(&bench, &["a"], 0).await.unwrap();
    assert_eq!(job.id, first);
    let second = enqueue(&bench, unique("a", "x")).await;
    assert_ne!(second, first);
    assert_eq!(enqueue(&bench, unique("a", "x")).await, second);
    finish(&bench, lease, Outcome::Done).await;
    let bench = bench.reopen().await;
    assert_eq!(enqueue(&bench, unique("a", "x")).await, second);
}

async fn jobs_are_listed_by_state_in_pages(bench: Bench) {
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(enqueue(&bench, new("a", 0)).await);
    }
    for outcome in [
        Outcome::Done,
        Outcome::GiveUp { error: "x".into() },
        Outcome::Done,
    ] {
        let (_, lease) = claim(&bench, &["a"], 0).await.unwrap();
        finish(&bench, lease, outcome).await;
    }
    let list = async |state, after, limit| -> Vec<JobId> {
        let jobs = bench.catalog().jobs(state, after, limit).await.unwrap();
        jobs.iter().map(|job| job.id).collect()
    };
    assert_eq!(list(None, None, 10).await, ids);
    assert_eq!(list(None, Some(ids[1]), 2).await, ids[2..4]);
    assert_eq!(list(Some(JobState::Done), None, 10).await, [ids[0], ids[2]]);
    assert_eq!(list(Some(JobState::Dead), None, 10).await, [ids[1]]);
    let waiting = Some(JobState::Waiting);
    assert_eq!(list(waiting, None, 2).await, ids[3..5]);
    assert_eq!(list(waiting, Some(ids[4]), 2).await, ids[5..]);
    assert!(list(waiting, Some(ids[5]), 2).await.is_empty());
}

async fn pruning_forgets_only_jobs_that_finished_earlier(bench: Bench) {
    let mut ids = Vec::new();
    for second in [10, 20, 30] {
        let id = enqueue(&bench, new("a", 0)).await;
        let (_, lease) = claim(&bench, &["a"], second).await.unwrap();
        let done = Write::Finish(lease, Outcome::Done);
        bench.commit(changes_at(second).write(done)).await;
        ids.push(id);
    }
    let waiting = enqueue(&bench, new("a", 0)).await;
    bench
        .commit(changes_at(99).write(Write::PruneJobs(at(20))))
        .await;
    let bench = bench.reopen().await;
    let left = bench.catalog().jobs(None, None, 10).await.unwrap();
    let left: Vec<_> = left.iter().map(|job| job.id).collect();
    assert_eq!(left, [ids[1], ids[2], waiting]);
    // Numbers of forgotten jobs are not given again.
    bench
        .commit(changes_at(99).write(Write::PruneJobs(at(99))))
        .await;
    assert!(enqueue(&bench, new("a", 0)).await > waiting);
}

async fn the_next_moment_at_which_a_job_becomes_due_is_known(bench: Bench) {
    enqueue(&bench, new("a", 7)).await;
    enqueue(&bench, new("b", 5)).await;
    enqueue(&bench, new("ab", 6)).await;
    let bench = bench.reopen().await;
    for (kinds, now, expected) in [
        (vec!["a", "b"], 4, Some(5)),
        (vec!["a", "b"], 5, Some(7)),
        (vec!["a"], 0, Some(7)),
        (vec!["a", "b", "ab"], 7, None),
        (vec!["c"], 0, None),
        (vec![], 0, None),
    ] {
        let kinds: Vec<_> = kinds.into_iter().map(kind).collect();
        let next = bench.catalog().next_job(&kinds, at(now)).await.unwrap();
        assert_eq!(next, expected.map(at), "{kinds:?} after {now}");
    }
}

async fn a_rescheduled_job_is_due_at_its_new_moment_and_only_waiting_ones_are_rescheduled(
    bench: Bench,
) {
    let far = enqueue(&bench, unique("a", "round")).await;
    let (_, lease) = claim(&bench, &["a"], 0).await.unwrap();
    let retry = Outcome::Retry {
        at: at(1_000_000),
        error: "no disk".into(),
    };
    finish(&bench, lease, retry).await;
    let reschedule = |id| changes_at(60).write(Write::Reschedule(id, at(70)));
    bench.commit(reschedule(far)).await;
    bench.commit(reschedule(JobId(999))).await;

    let bench = bench.reopen().await;
    assert!(claim(&bench, &["a"], 69).await.is_none());
    let kinds = [kind("a")];
    let next = bench.catalog().next_job(&kinds, at(0)).await.unwrap();
    assert_eq!(next, Some(at(70)));
    // It still makes others superfluous, and what is known of it stays.
    assert_eq!(enqueue(&bench, unique("a", "round")).await, far);
    let (job, lease) = claim(&bench, &["a"], 70).await.unwrap();
    assert_eq!((job.id, job.failures, job.run_at), (far, 1, at(70)));
    finish(&bench, lease, Outcome::Done).await;

    let done = bench.catalog().job(far).await.unwrap();
    bench.commit(reschedule(far)).await;
    assert_eq!(bench.catalog().job(far).await.unwrap(), done);
    assert!(claim(&bench, &["a"], 2_000_000).await.is_none());
}
