//! Keyed records.

use khochung::domain::asset::Revision;
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options, rebuild};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::typed_records::ReadKeyed;
use khochung::storage::catalog::{CatalogError, KeyRange, Keyed, RecordKey, Versioned};
use serde::{Deserialize, Serialize};

use super::Bench;
use super::given::changes;

on_every_back_end! {
    records_are_read_by_key_and_in_the_order_of_their_bytes,
    of_two_writers_of_a_record_one_wins_and_a_deleted_one_starts_anew,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    key: String,
    text: String,
}

impl Keyed for Note {
    const TABLE: &'static str = "notes";

    fn key(&self) -> String {
        self.key.clone()
    }
}

/// A table whose name and keys begin as those of [`Note`] do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OtherNote(String);

impl Keyed for OtherNote {
    const TABLE: &'static str = "notes-2";

    fn key(&self) -> String {
        self.0.clone()
    }
}

fn note(key: &str, text: &str) -> Note {
    Note {
        key: key.to_owned(),
        text: text.to_owned(),
    }
}

fn first(note: Note) -> Versioned<Note> {
    Versioned {
        value: note,
        revision: Revision::FIRST,
    }
}

async fn keys(catalog: &dyn Catalog, range: KeyRange, limit: usize) -> Vec<String> {
    let found = catalog.all_keyed::<Note>(range, limit).await.unwrap();
    found.into_iter().map(|note| note.value.key).collect()
}

async fn records_are_read_by_key_and_in_the_order_of_their_bytes(bench: Bench) {
    for key in ["b/2", "a", "b/1", "b", "ắ", "b/10", "c"] {
        let insert = changes().insert_keyed(&note(key, "x")).unwrap();
        bench.commit(insert).await;
    }
    let other = changes().insert_keyed(&OtherNote("b/1".into())).unwrap();
    bench.commit(other).await;
    let bench = bench.reopen().await;
    let catalog = bench.catalog();
    let found = catalog.keyed::<Note>("b/1").await.unwrap();
    assert_eq!(found, Some(first(note("b/1", "x"))));
    assert_eq!(catalog.keyed::<Note>("b/").await.unwrap(), None);
    let all = || KeyRange::default();
    let below_b = || KeyRange::prefix("b/");
    let after = |key: &str| Some(key.to_owned());
    for (range, limit, expected) in [
        (all(), 9, vec!["a", "b", "b/1", "b/10", "b/2", "c", "ắ"]),
        (all(), 2, vec!["a", "b"]),
        (all().after(after("b/10")), 2, vec!["b/2", "c"]),
        (all().descending(), 2, vec!["ắ", "c"]),
        (all().descending().after(after("b")), 9, vec!["a"]),
        (below_b(), 9, vec!["b/1", "b/10", "b/2"]),
        (below_b().after(after("b/1")), 1, vec!["b/10"]),
        // A cursor may be the key of no record, also outside the prefix.
        (below_b().after(after("b/11")), 9, vec!["b/2"]),
        (below_b().after(after("a")), 9, vec!["b/1", "b/10", "b/2"]),
        (below_b().after(after("c")), 9, vec![]),
        (below_b().descending(), 2, vec!["b/2", "b/10"]),
        (below_b().descending().after(after("b/10")), 9, vec!["b/1"]),
        (below_b().descending().after(after("c")), 1, vec!["b/2"]),
        (below_b().descending().after(after("a")), 9, vec![]),
        (KeyRange::prefix("d"), 9, vec![]),
    ] {
        let found = keys(catalog, range.clone(), limit).await;
        assert_eq!(found, expected, "{range:?}, {limit}");
    }
    // They are no works: the log does not tell of them.
    assert_eq!(catalog.counts().await.unwrap().events, 0);
}

async fn of_two_writers_of_a_record_one_wins_and_a_deleted_one_starts_anew(bench: Bench) {
    let insert = || changes().insert_keyed(&note("k", "1")).unwrap();
    bench.commit(insert()).await;
    let taken = bench.refused(insert()).await;
    let key = RecordKey {
        table: "notes".into(),
        key: "k".into(),
    };
    assert!(
        matches!(&taken, CatalogError::RecordConflict { key: of, current: Some(Revision(1)) } if *of == key),
        "{taken}"
    );
    let read = first(note("k", "1"));
    let replace = |text| changes().replace_keyed(&read, &note("k", text)).unwrap();
    bench.commit(replace("2")).await;
    let stale = bench.refused(replace("3")).await;
    assert!(
        matches!(
            stale,
            CatalogError::RecordConflict {
                current: Some(Revision(2)),
                ..
            }
        ),
        "{stale}"
    );
    bench.refused(changes().delete_keyed(&read)).await;
    let bench = bench.reopen().await;
    let read = bench.catalog().keyed::<Note>("k").await.unwrap().unwrap();
    assert_eq!(read.value.text, "2");
    bench.commit(changes().delete_keyed(&read)).await;
    assert_eq!(bench.catalog().keyed::<Note>("k").await.unwrap(), None);
    let gone = bench.refused(changes().delete_keyed(&read)).await;
    assert!(
        matches!(gone, CatalogError::RecordConflict { current: None, .. }),
        "{gone}"
    );
    bench.commit(insert()).await;
    let again = bench.catalog().keyed::<Note>("k").await.unwrap();
    assert_eq!(again, Some(read_as_first()));
}

fn read_as_first() -> Versioned<Note> {
    first(note("k", "1"))
}

/// The index is derived: without it the journal alone gives the same records.
#[tokio::test]
async fn records_survive_the_loss_of_the_embedded_index() {
    let dir = tempfile::tempdir().unwrap();
    let open = || EmbeddedCatalog::open(dir.path(), Options::default()).unwrap();
    let catalog = open();
    for key in ["a", "b"] {
        let insert = changes().insert_keyed(&note(key, "1")).unwrap();
        catalog.commit(insert).await.unwrap();
    }
    let read = first(note("a", "1"));
    catalog.commit(changes().delete_keyed(&read)).await.unwrap();
    catalog.close().await;
    rebuild(dir.path(), Options::default()).unwrap();
    let catalog = open();
    assert_eq!(keys(&catalog, KeyRange::default(), 9).await, ["b"]);
    let sound = catalog.verify().await.unwrap();
    assert!(sound.is_sound(), "{sound:?}");
}
