//! Searching during continuous writes.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use khochung::domain::access::policy::may_see;
use khochung::domain::access::{Actor, Role};
use khochung::domain::asset::{Access, Asset, State};
use khochung::services::search::admission::requester::Requester;
use khochung::services::search::{Facet, Order, SearchRequest, SearchSettings};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, EventKind};

use super::{Library, holder, id, now, numbers, work};
use crate::support::index_files::{live_index, terms_in};

const WRITERS: u128 = 2;
const WORKS_EACH: u128 = 24;

/// Numbers of the works whose withdrawal was acknowledged.
type Gone = Mutex<BTreeMap<u128, ()>>;

/// A work with a word that no other has.
fn marked(number: u128) -> Asset {
    let mut asset = work(
        number,
        &format!("Chung dau{number}"),
        &format!("chung dau{number} và lời khác"),
    );
    asset.work.access =
        [Access::Public, Access::Partner, Access::StateInternal][number as usize % 3];
    asset
}

async fn write(
    library: &Library,
    asset: Asset,
    event: EventKind,
) -> khochung::storage::catalog::EventNumber {
    let changes = ChangeSet::by(&Actor::System, now()).put(asset, event);
    library.catalog.commit(changes).await.unwrap().last_event
}

/// Creates, edits and publishes works, and withdraws every other one.
async fn writer(library: &Library, first: u128, gone: &Gone) {
    for number in (first..)
        .step_by(WRITERS as usize)
        .take(WORKS_EACH as usize)
    {
        let mut asset = marked(number);
        asset.state = State::Draft;
        write(library, asset.clone(), EventKind::Created).await;
        asset.revision = asset.revision.next();
        asset.state = State::Published;
        let event = write(library, asset.clone(), EventKind::Published).await;
        found_by_its_event(library, number, event).await;
        if number.is_multiple_of(2) {
            asset.revision = asset.revision.next();
            let reason = "sai".to_owned();
            asset.state = State::Withdrawn { reason };
            write(library, asset, EventKind::Withdrawn).await;
            gone.lock().unwrap().insert(number, ());
        }
    }
}

/// Read your own writes: the work is found, or the response is marked as stale.
async fn found_by_its_event(
    library: &Library,
    number: u128,
    event: khochung::storage::catalog::EventNumber,
) {
    let request = SearchRequest {
        not_before: Some(event),
        verbatim: true,
        ..SearchRequest::for_text(format!("dau{number}"))
    };
    let answer = library
        .search
        .search(&Actor::System, request)
        .await
        .unwrap();
    assert!(
        answer.is_stale || numbers(&answer) == [number],
        "{number}: {answer:?}"
    );
    assert!(answer.is_stale || answer.event >= event);
}

fn readers() -> [Actor; 4] {
    [
        Actor::Anonymous,
        holder(Role::Station, None),
        holder(Role::Contributor, Some("fsi")),
        holder(Role::Editor, None),
    ]
}

/// Sends all kinds of requests until the writers have finished.
async fn reader(library: &Library, actor: &Actor, gone: &Gone, is_done: &AtomicBool) -> usize {
    let mut requests = 0;
    while !is_done.load(Ordering::Acquire) {
        for order in Order::ALL {
            let gone_before: Vec<u128> = gone.lock().unwrap().keys().copied().collect();
            look(library, actor, order, &gone_before).await;
            if let Some(latest) = gone_before.last() {
                look_for_gone(library, actor, *latest).await;
            }
            requests += 1;
        }
    }
    requests
}

async fn look(library: &Library, actor: &Actor, order: Order, gone: &[u128]) {
    let request = SearchRequest {
        order,
        limit: 100,
        facets: vec![Facet::Kind, Facet::State],
        group_duplicates: false,
        ..SearchRequest::for_text("chung")
    };
    let answer = library.search.search(actor, request).await.unwrap();
    assert!(!answer.is_partial && answer.total.is_exact);
    for hit in &answer.hits {
        assert!(
            may_see(actor, &hit.asset, now()),
            "{actor}: {:?}",
            hit.asset
        );
        assert!(!matches!(hit.asset.state, State::Withdrawn { .. }));
    }
    let found = numbers(&answer);
    assert!(
        found.iter().all(|number| !gone.contains(number)),
        "{actor} finds what is gone"
    );
    let mut once = found.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), found.len(), "a work stands there once");
    let offered = library
        .search
        .suggest(&Requester::Unlimited, actor, "chung dau", "vi", 50)
        .await
        .unwrap();
    for suggestion in offered {
        let number = suggestion
            .text
            .strip_prefix("Chung dau")
            .and_then(|n| n.parse().ok());
        assert!(
            number.is_none_or(|number| !gone.contains(&number)),
            "{actor}: {suggestion:?}"
        );
    }
    if let Some(first) = found.first() {
        let similar = library
            .search
            .similar(&Requester::Unlimited, actor, id(*first), 20)
            .await
            .unwrap();
        for near in similar.into_iter().flat_map(|similar| similar.related) {
            let number = u128::from_be_bytes(*near.id.as_bytes());
            assert!(
                may_see(actor, &near, now()) && !gone.contains(&number),
                "{actor}: {number}"
            );
        }
    }
}

async fn look_for_gone(library: &Library, actor: &Actor, number: u128) {
    let request = SearchRequest {
        verbatim: true,
        facets: vec![Facet::Kind],
        ..SearchRequest::for_text(format!("dau{number}"))
    };
    let answer = library.search.search(actor, request).await.unwrap();
    let counted: usize = answer.facets.iter().map(|facet| facet.values.len()).sum();
    assert_eq!((answer.total.works, counted), (0, 0), "{actor}: {number}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_meet_no_error_and_nothing_forbidden_while_others_write() {
    let settings = SearchSettings {
        max_commit_delay: Duration::from_millis(2),
        ..SearchSettings::default()
    };
    let library = Library::with_settings([], settings).await;
    let (gone, is_done) = (Gone::default(), AtomicBool::new(false));
    let actors = readers();
    let reading = actors
        .each_ref()
        .map(|actor| reader(&library, actor, &gone, &is_done));
    let writing = async {
        tokio::join!(writer(&library, 1, &gone), writer(&library, 2, &gone));
        is_done.store(true, Ordering::Release);
    };
    let ((), requests) = tokio::join!(writing, futures_util::future::join_all(reading));
    assert!(
        requests.iter().all(|requests| *requests > 0),
        "{requests:?}"
    );
    library.search.close().await;
    let terms = terms_in(&live_index(library._folder.path()));
    for number in 1..=WRITERS * WORKS_EACH {
        let is_there = terms.contains(&format!("dau{number}"));
        assert_eq!(is_there, !number.is_multiple_of(2), "{number}");
    }
}
