//! Saved searches.

use khochung::domain::access::Role;
use khochung::domain::asset::Revision;
use khochung::domain::{LanguageTag, SavedSearch, SavedSearchId, Visibility};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options, rebuild};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{CatalogError, IdempotencyKey, Idempotent, Made, Write};

use super::Bench;
use super::given::{at, changes, slug};

on_every_back_end! {
    saved_searches_are_found_by_id_and_listed_in_its_order,
    a_saved_search_goes_at_its_revision_and_leaves_nothing,
    a_repeated_saving_is_refused_with_the_search_of_the_first,
}

fn id(number: u128) -> SavedSearchId {
    SavedSearchId::from_bytes(number.to_be_bytes())
}

fn search(number: u128) -> SavedSearch {
    let title = (LanguageTag::parse("vi").unwrap(), "Trẻ em".to_owned());
    SavedSearch {
        id: id(number),
        revision: Revision::FIRST,
        titles: [title].into_iter().collect(),
        parameters: [("q".to_owned(), format!("trẻ em {number}"))].into(),
        visibility: Visibility::Private,
        role: Role::Contributor,
        organisation: Some(slug("dic")),
        credential: None,
        created_at: at(0),
    }
}

fn put(number: u128) -> Write {
    Write::Search(search(number))
}

async fn saved_searches_are_found_by_id_and_listed_in_its_order(bench: Bench) {
    for number in [3, 1, 2] {
        bench.commit(changes().write(put(number))).await;
    }
    let public = SavedSearch {
        revision: Revision(2),
        visibility: Visibility::Public,
        ..search(2)
    };
    bench
        .commit(changes().write(Write::Search(public.clone())))
        .await;
    let bench = bench.reopen().await;
    let catalog = bench.catalog();
    let found = catalog.saved_search(id(2)).await.unwrap();
    assert_eq!(found, Some(public.clone()));
    assert_eq!(catalog.saved_search(id(4)).await.unwrap(), None);
    for (after, limit, expected) in [
        (None, 10, vec![search(1), public.clone(), search(3)]),
        (None, 1, vec![search(1)]),
        (Some(id(1)), 1, vec![public.clone()]),
        (Some(id(2)), 10, vec![search(3)]),
        // A cursor may stand on what is not there.
        (Some(id(0)), 1, vec![search(1)]),
        (Some(id(9)), 10, vec![]),
    ] {
        let found = catalog.saved_searches(after, limit).await.unwrap();
        assert_eq!(found, expected, "{after:?}, {limit}");
    }
    // They are no works: the log does not tell of them.
    assert_eq!(catalog.counts().await.unwrap().events, 0);
}

async fn a_saved_search_goes_at_its_revision_and_leaves_nothing(bench: Bench) {
    bench.commit(changes().write(put(1)).write(put(2))).await;
    let gone = |revision| {
        let changes = changes().expect_search(id(1), Revision(revision));
        changes.write(Write::DropSearch(id(1)))
    };
    let stale = bench.refused(gone(2)).await;
    assert!(
        matches!(stale, CatalogError::SearchConflict { id: of, current: Some(Revision(1)) } if of == id(1)),
        "{stale}"
    );
    bench.commit(gone(1)).await;
    let bench = bench.reopen().await;
    assert_eq!(bench.catalog().saved_search(id(1)).await.unwrap(), None);
    let rest = bench.catalog().saved_searches(None, 10).await.unwrap();
    assert_eq!(rest, [search(2)]);
    let again = bench.refused(gone(1)).await;
    assert!(
        matches!(again, CatalogError::SearchConflict { current: None, .. }),
        "{again}"
    );
    // Without an expectation it has no effect.
    let drop = changes().write(Write::DropSearch(id(1)));
    bench.commit(drop).await;
}

async fn a_repeated_saving_is_refused_with_the_search_of_the_first(bench: Bench) {
    let first = Idempotent {
        key: IdempotencyKey {
            scope: "t1".into(),
            key: "k".into(),
        },
        request: khochung::domain::Sha256::from_bytes([9; 32]),
        made: Made::Search(id(1)),
        revision: Revision(1),
        at: at(0),
    };
    let saving = |number| {
        let changes = changes().write(put(number));
        changes.write(Write::Remember(first.clone()))
    };
    bench.commit(saving(1)).await;
    let bench = bench.reopen().await;
    let again = bench.refused(saving(2)).await;
    assert!(matches!(again, CatalogError::Repeated(known) if *known == first));
}

#[tokio::test]
async fn they_come_back_from_the_journal_alone() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = EmbeddedCatalog::open(dir.path(), Options::default()).unwrap();
    for number in 1..=3 {
        catalog.commit(changes().write(put(number))).await.unwrap();
    }
    let drop = changes().write(Write::DropSearch(id(2)));
    catalog.commit(drop).await.unwrap();
    catalog.close().await;
    rebuild(dir.path(), Options::default()).unwrap();
    let catalog = EmbeddedCatalog::open(dir.path(), Options::default()).unwrap();
    let found = catalog.saved_searches(None, 10).await.unwrap();
    assert_eq!(found, [search(1), search(3)]);
    let sound = catalog.verify().await.unwrap();
    assert!(sound.is_sound(), "{sound:?}");
}
