//! A withdrawn or deleted work is not found or counted after the acknowledgement, even when the index
//! is behind.

use std::time::Duration;

use khochung::domain::access::{Actor, Role};
use khochung::domain::asset::State;
use khochung::services::search::admission::requester::Requester;
use khochung::services::search::{Facet, SearchRequest, SearchSettings};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, EventKind, Write};

use super::{Library, becomes_searchable, holder, id, now, numbers, work};

fn withdrawn(number: u128) -> khochung::domain::asset::Asset {
    let mut gone = work(number, "Quyền học tập", "mọi người");
    gone.revision = gone.revision.next();
    gone.state = State::Withdrawn {
        reason: "sai".into(),
    };
    gone
}

/// Gives the index more events than it can apply during a search.
async fn keep_busy(library: &Library) {
    let body = "nhiều chữ để đọc ".repeat(60);
    let load = (1_000..3_500).map(|n| work(n, "Việc khác", &body));
    let load = load.fold(ChangeSet::by(&Actor::System, now()), |changes, asset| {
        changes.put(asset, EventKind::Created)
    });
    library.catalog.commit(load).await.unwrap();
}

#[tokio::test]
async fn totals_and_counts_exclude_a_removed_work_before_the_index_does() {
    let works = (1..=5).map(|n| work(n, "Quyền học tập", "mọi người"));
    let library = Library::with_settings(works, SearchSettings::default()).await;
    keep_busy(&library).await;
    let changes = ChangeSet::by(&Actor::System, now())
        .put(withdrawn(2), EventKind::Withdrawn)
        .write(Write::Tombstone(work(4, "", "").delete(now())));
    let event = library.catalog.commit(changes).await.unwrap().last_event;
    for actor in [Actor::Anonymous, holder(Role::Editor, None), Actor::System] {
        let request = SearchRequest {
            facets: vec![Facet::Kind],
            ..SearchRequest::for_text("quyền học tập")
        };
        let answer = library.search.search(&actor, request).await.unwrap();
        assert!(answer.event < event, "the index has not read of it yet");
        let mut found = numbers(&answer);
        found.sort_unstable();
        assert_eq!(found, [1, 3, 5], "{actor}");
        assert_eq!(answer.total.works, 3, "{actor}");
        assert_eq!(answer.facets[0].values[0].works, 3, "{actor}");
        let offered = library
            .search
            .suggest(&Requester::Unlimited, &actor, "quyen hoc tap", "vi", 50)
            .await
            .unwrap();
        let similar = library
            .search
            .similar(&Requester::Unlimited, &actor, id(1), 50)
            .await
            .unwrap()
            .unwrap();
        for gone in [id(2), id(4)] {
            assert!(
                !format!("{offered:?}").contains(&format!("{gone:?}")),
                "{actor}"
            );
            let near = similar.related.iter().chain(&similar.duplicates);
            assert!(near.into_iter().all(|asset| asset.id != gone), "{actor}");
        }
        assert_eq!(
            library
                .search
                .similar(&Requester::Unlimited, &actor, id(2), 5)
                .await
                .unwrap(),
            None
        );
    }
    becomes_searchable(&library.search, event).await;
    assert_eq!(
        library
            .ask(SearchRequest::for_text("quyền học tập"))
            .await
            .total
            .works,
        3
    );
    library.search.close().await;
}

#[tokio::test]
async fn a_withdrawn_work_returned_to_its_contributor_is_found_by_them_again() {
    let settings = SearchSettings {
        freshness_wait: Duration::from_secs(60),
        ..SearchSettings::default()
    };
    let library = Library::with_settings([work(1, "Quyền học tập", "x")], settings).await;
    keep_busy(&library).await;
    let mut draft = withdrawn(1);
    let changes = ChangeSet::by(&Actor::System, now()).put(draft.clone(), EventKind::Withdrawn);
    library.catalog.commit(changes).await.unwrap();
    assert_eq!(
        library
            .ask(SearchRequest::for_text("học tập"))
            .await
            .total
            .works,
        0
    );
    draft.revision = draft.revision.next();
    draft.state = State::Draft;
    let changes = ChangeSet::by(&Actor::System, now()).put(draft, EventKind::Returned);
    let event = library.catalog.commit(changes).await.unwrap().last_event;
    let request = SearchRequest {
        not_before: Some(event),
        ..SearchRequest::for_text("học tập")
    };
    let editor = holder(Role::Editor, None);
    let answer = library.search.search(&editor, request).await.unwrap();
    assert_eq!((numbers(&answer), answer.total.works), (vec![1], 1));
    library.search.close().await;
}
