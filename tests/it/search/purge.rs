//! The text of withdrawn works is removed from the index files, also during merges and rebuilds.

use std::time::Duration;

use khochung::domain::access::Actor;
use khochung::domain::asset::{Asset, State};
use khochung::services::search::SearchSettings;
use khochung::storage::catalog::{ChangeSet, EventKind};

use super::{Library, now, open, work};
use crate::support::index_files::{live_index, terms_in};

/// Works of the longest test.
const WORKS: u128 = 40;

fn withdrawn(mut asset: Asset) -> Asset {
    asset.revision = asset.revision.next();
    asset.state = State::Withdrawn {
        reason: "sai".into(),
    };
    asset
}

#[tokio::test]
async fn withdrawals_during_merges_leave_no_word_in_the_files() {
    let settings = SearchSettings {
        max_commit_delay: Duration::ZERO,
        ..SearchSettings::default()
    };
    let library = Library::with_settings([work(1, "Đầu", "chung")], settings).await;
    // A segment for nearly every work, so that merges are always under way.
    for number in 2..=WORKS {
        let text = format!("chung dau{number}");
        library
            .put(work(number, "Bài", &text), EventKind::Created)
            .await;
        if number % 3 == 0 {
            let gone = withdrawn(work(number - 1, "Bài", &format!("chung dau{}", number - 1)));
            let changes = ChangeSet::by(&Actor::System, now()).put(gone, EventKind::Withdrawn);
            library.commit(changes).await;
        }
    }
    library.search.close().await;
    let terms = terms_in(&live_index(library._folder.path()));
    let left: Vec<u128> = (2..=WORKS)
        .filter(|n| terms.contains(&format!("dau{n}")))
        .collect();
    let right: Vec<u128> = (2..=WORKS).filter(|n| n % 3 != 2).collect();
    assert_eq!(left, right);
}

#[tokio::test]
async fn a_purge_interrupted_by_a_crash_is_done_after_the_restart() {
    let library = Library::with_one_segment([work(1, "Cũ", "mật")]).await;
    let mut edited = work(1, "Mới", "chung");
    edited.revision = edited.revision.next();
    library.put(edited, EventKind::Described).await;
    library.search.close().await;
    let folder = live_index(library._folder.path());
    assert!(
        terms_in(&folder).contains("mat"),
        "an edit alone rewrites nothing"
    );
    // The payload of the commit with a withdrawal, before the purge.
    let meta = folder.join("meta.json");
    let text = std::fs::read_to_string(&meta).unwrap();
    let due = text.replace("\\\"must_purge\\\":false", "\\\"must_purge\\\":true");
    assert_ne!(text, due);
    std::fs::write(&meta, due).unwrap();
    let search = open(library._folder.path(), &library.catalog, &library.clock).await;
    search.close().await;
    let terms = terms_in(&folder);
    assert!(
        !terms.contains("mat") && terms.contains("chung"),
        "{terms:?}"
    );
}

#[tokio::test]
async fn a_work_withdrawn_during_a_rebuild_leaves_no_word_in_the_files() {
    let body = |n: u128| format!("chung dau{n} {}", "một câu dài ".repeat(200));
    let works = (1..=400).map(|n| work(n, &format!("Bài {n}"), &body(n)));
    let library = Library::with(works).await;
    let withdrawing = async {
        for number in [3_u128, 200, 399] {
            let gone = withdrawn(work(number, &format!("Bài {number}"), &body(number)));
            let changes = ChangeSet::by(&Actor::System, now()).put(gone, EventKind::Withdrawn);
            khochung::storage::catalog::Commits::commit(&*library.catalog, changes)
                .await
                .unwrap();
            tokio::task::yield_now().await;
        }
    };
    let (built, ()) = tokio::join!(library.search.reindex(|_| ()), withdrawing);
    built.unwrap();
    library.search.close().await;
    let terms = terms_in(&live_index(library._folder.path()));
    for number in [3, 200, 399] {
        assert!(!terms.contains(&format!("dau{number}")), "{number}");
    }
    assert!(terms.contains("dau4"));
}
