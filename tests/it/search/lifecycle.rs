//! The index follows the catalogue, survives a restart, and is rebuilt when it is damaged.

use std::collections::BTreeSet;
use std::path::Path;

use khochung::domain::access::Actor;
use khochung::domain::asset::State;
use khochung::services::search::SearchRequest;
use khochung::storage::catalog::{ChangeSet, Commits as _, EventKind, EventNumber};

use super::{Library, becomes_searchable, now, numbers, open, work};
use crate::support::index_files::live_index;

#[tokio::test]
async fn a_change_is_searchable_when_its_event_is_waited_for() {
    let library = Library::with([work(1, "Cũ", "xưa")]).await;
    let mut changed = work(1, "Mới", "nay");
    changed.revision = changed.revision.next();
    library.put(changed, EventKind::Described).await;
    assert_eq!(library.found("mới").await, [1]);
    assert_eq!(library.found("xưa").await, [] as [u128; 0]);
    let answer = library
        .ask(SearchRequest {
            not_before: Some(EventNumber(999)),
            ..SearchRequest::for_text("mới")
        })
        .await;
    assert!(answer.is_stale);
}

#[tokio::test]
async fn a_restart_continues_from_the_last_commit() {
    let library = Library::with([work(1, "Một", "chung")]).await;
    library.search.close().await;
    let search = open(library._folder.path(), &library.catalog, &library.clock).await;
    let status = search.status();
    assert_eq!((status.lag, status.rebuilding, status.works), (0, None, 1));
    let answer = search
        .search(&Actor::Anonymous, SearchRequest::for_text("chung"))
        .await
        .unwrap();
    assert_eq!(numbers(&answer), [1]);
    search.close().await;
}

#[tokio::test]
async fn a_damaged_or_missing_index_is_rebuilt() {
    let library = Library::with([work(1, "Một", "chung"), work(2, "Hai", "chung")]).await;
    library.search.close().await;
    let folder = library._folder.path().join("index");
    let live = std::fs::read_to_string(folder.join("LIVE")).unwrap();
    std::fs::write(folder.join(live.trim()).join("meta.json"), b"{").unwrap();
    for _ in 0..2 {
        let search = open(library._folder.path(), &library.catalog, &library.clock).await;
        becomes_searchable(&search, EventNumber(2)).await;
        let answer = search
            .search(&Actor::Anonymous, SearchRequest::for_text("chung"))
            .await
            .unwrap();
        assert_eq!(answer.total.works, 2);
        search.close().await;
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

#[tokio::test]
async fn reindexing_replaces_the_live_index() {
    let library = Library::with((1..=20).map(|n| work(n, "Tác phẩm", "chung"))).await;
    let mut progress = Vec::new();
    library
        .search
        .reindex(|done| progress.push(done))
        .await
        .unwrap();
    assert_eq!(library.search.status().rebuilding, None);
    assert_eq!(
        library
            .ask(SearchRequest::for_text("chung"))
            .await
            .total
            .works,
        20
    );
    let generations = std::fs::read_dir(library._folder.path().join("index")).unwrap();
    let folders = generations
        .filter(|entry| entry.as_ref().unwrap().path().is_dir())
        .count();
    assert_eq!(folders, 1, "the old index is removed");
}

#[tokio::test]
async fn the_text_of_a_withdrawn_work_is_removed_from_the_index_files() {
    let library = Library::with([work(1, "Một", "kín")]).await;
    let before = segment_files(&library);
    library
        .put(work(2, "Hai", "chung"), EventKind::Created)
        .await;
    let mut gone = work(1, "Một", "kín");
    gone.revision = gone.revision.next();
    gone.state = State::Withdrawn {
        reason: "sai".into(),
    };
    library.put(gone, EventKind::Withdrawn).await;
    library.search.close().await;
    let after = segment_files(&library);
    assert!(!before.is_empty() && !after.is_empty());
    assert_eq!(
        before.intersection(&after).count(),
        0,
        "every file that held the text is gone"
    );
}

/// Segment files, which are written once and never changed.
fn segment_files(library: &Library) -> BTreeSet<String> {
    let live = std::fs::read_to_string(library._folder.path().join("index/LIVE")).unwrap();
    let folder = library._folder.path().join("index").join(live.trim());
    let names = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| !name.ends_with(".json") && !name.starts_with('.'))
        .collect()
}

/// A commit writes deletions to `<segment>.<operation>.del` before it replaces `meta.json`. After a kill
/// in between, the same events give the same name again.
#[tokio::test]
async fn a_commit_interrupted_by_a_crash_is_repeated_after_the_restart() {
    let library = Library::with_one_segment([work(1, "Cũ", "chung")]).await;
    library.search.close().await;
    let folder = live_index(library._folder.path());
    let meta = folder.join("meta.json");
    let before = std::fs::read(&meta).unwrap();
    let mut edited = work(1, "Mới", "chung");
    edited.revision = edited.revision.next();
    let changes = ChangeSet::by(&Actor::System, now()).put(edited, EventKind::Described);
    let event = library.catalog.commit(changes).await.unwrap().last_event;
    let search = open(library._folder.path(), &library.catalog, &library.clock).await;
    becomes_searchable(&search, event).await;
    search.close().await;
    let files = std::fs::read_dir(&folder).unwrap();
    let is_deletions = |path: &Path| path.extension().is_some_and(|ext| ext == "del");
    let left = files.filter(|file| is_deletions(&file.as_ref().unwrap().path()));
    assert_eq!(left.count(), 1, "the edit deletes the document before it");
    std::fs::write(&meta, before).unwrap();

    let search = open(library._folder.path(), &library.catalog, &library.clock).await;
    becomes_searchable(&search, event).await;
    let request = SearchRequest::for_text("mới");
    let page = search.search(&Actor::Anonymous, request).await.unwrap();
    assert_eq!(numbers(&page), [1]);
}
