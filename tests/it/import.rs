//! Many works at once.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::{StreamExt as _, stream};
use khochung::domain::access::Actor;
use khochung::domain::asset::{AssetId, State};
use khochung::services::intake::{ImportResult, ImportedAs};
use khochung::services::works::ChangeError;
use serde_json::{Value, json};

use crate::archive::{Archive, complete_work, complete_work_but, contributor, editor, partner};

fn numbered(value: &str, changes: &Value) -> Value {
    let mut work = complete_work_but(&json!({
        "identifiers": [{"scheme": "sample", "value": value}]
    }));
    json_patch::merge(&mut work, changes);
    work
}

async fn import(archive: &Archive, actor: &Actor, records: &[Value]) -> Vec<ImportResult> {
    let lines = (1..)
        .zip(records)
        .map(|(number, record)| archive.line(number, record));
    archive
        .intake
        .import(actor, stream::iter(lines))
        .collect()
        .await
}

/// What was done with each line, `-` for a failure.
fn done(results: &[ImportResult]) -> Vec<&'static str> {
    let name = |done: ImportedAs| {
        ImportedAs::NAMES
            .iter()
            .find(|(_, known)| *known == done)
            .unwrap()
            .0
    };
    results
        .iter()
        .map(|result| {
            result
                .outcome
                .as_ref()
                .map_or("-", |imported| name(imported.outcome))
        })
        .collect()
}

#[tokio::test]
async fn a_bad_line_does_not_stop_the_others() {
    let archive = Archive::new();
    let records = [
        numbered("a", &json!({"state": "published"})),
        json!({"titles": {"vi": "b"}, "kind": "poem"}),
        numbered("c", &json!({"state": "published", "credit_line": null})),
        json!([]),
        numbered(
            "e",
            &json!({"relations": [{"type": "part-of", "target": "sample:nowhere"}]}),
        ),
        complete_work(),
    ];
    let results = import(&archive, &editor(), &records).await;
    let numbers: Vec<u64> = results.iter().map(|result| result.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    assert_eq!(done(&results), ["created", "-", "-", "-", "-", "created"]);
    assert_eq!(archive.catalog.counts().await.unwrap().assets, 2);
}

#[tokio::test]
async fn running_an_import_again_changes_nothing() {
    let archive = Archive::new();
    let withdrawn = json!({"state": "withdrawn", "withdrawal_reason": "sai tên"});
    let records = [
        numbered("a", &json!({"state": "published"})),
        numbered("b", &json!({})),
        numbered("c", &withdrawn),
        numbered("d", &json!({"state": "submitted"})),
    ];
    let first = import(&archive, &editor(), &records).await;
    assert_eq!(done(&first), ["created"; 4]);
    let states: Vec<_> = first
        .iter()
        .map(|r| r.outcome.as_ref().unwrap().state.name())
        .collect();
    assert_eq!(states, ["published", "draft", "withdrawn", "submitted"]);
    let events = archive.catalog.counts().await.unwrap().events;
    // Created four times, published twice, withdrawn and submitted once.
    assert_eq!(events, 8);
    assert_eq!(
        done(&import(&archive, &editor(), &records).await),
        ["unchanged"; 4]
    );
    assert_eq!(archive.catalog.counts().await.unwrap().events, events);
}

#[tokio::test]
async fn a_known_identifier_updates_its_work() {
    let archive = Archive::new();
    let records = [
        numbered("a", &json!({"state": "published"})),
        numbered("a", &json!({"made": "2024"})),
        numbered(
            "a",
            &json!({"made": "2024", "state": "withdrawn", "withdrawal_reason": "x"}),
        ),
    ];
    let results = import(&archive, &editor(), &records).await;
    assert_eq!(done(&results), ["created", "updated", "updated"]);
    let ids: Vec<_> = results
        .iter()
        .map(|r| r.outcome.as_ref().unwrap().id)
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    let work = archive.sharing.read(&editor(), ids[0]).await.unwrap();
    assert_eq!((work.revision.0, work.state.name()), (4, "withdrawn"));
    // Out again: returned and published, described on the way.
    let again = [numbered("a", &json!({"state": "published"}))];
    assert_eq!(
        done(&import(&archive, &editor(), &again).await),
        ["updated"]
    );
    let work = archive.sharing.read(&editor(), ids[0]).await.unwrap();
    assert_eq!((work.revision.0, work.state), (7, State::Published));
}

#[tokio::test]
async fn a_caller_who_waits_for_each_answer_gets_it() {
    let archive = Archive::new();
    let actor = editor();
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let lines = stream::unfold(receiver, |mut receiver| async {
        Some((receiver.recv().await?, receiver))
    });
    let mut results = std::pin::pin!(archive.intake.import(&actor, lines));
    for number in 1..=3 {
        let line = archive.line(number, &numbered("a", &json!({})));
        sender.send(line).await.unwrap();
        assert_eq!(results.next().await.unwrap().number, number);
    }
    drop(sender);
    assert!(results.next().await.is_none());
}

#[tokio::test]
async fn an_identifier_of_several_works_names_none() {
    let archive = Archive::new();
    for _ in 0..2 {
        archive.create(&editor(), &numbered("a", &json!({}))).await;
    }
    let results = import(&archive, &editor(), &[numbered("a", &json!({}))]).await;
    assert!(
        matches!(results[0].outcome, Err(ChangeError::IdentifierTaken { .. })),
        "{results:?}"
    );
}

#[tokio::test]
async fn lines_may_point_at_earlier_ones() {
    let archive = Archive::new();
    let translation = json!({"relations": [{"type": "translation-of", "target": "sample:vi"}]});
    let records = [numbered("vi", &json!({})), numbered("en", &translation)];
    let results = import(&archive, &editor(), &records).await;
    assert_eq!(done(&results), ["created", "created"]);
    let [vi, en] = [0, 1].map(|index| results[index].outcome.as_ref().unwrap().id);
    let related = archive.sharing.read(&editor(), en).await.unwrap();
    assert_eq!(related.work.relations[0].target, vi);
}

#[tokio::test]
async fn an_import_does_not_go_past_what_its_actor_may() {
    let archive = Archive::new();
    let published = [numbered("a", &json!({"state": "published"}))];
    assert_eq!(
        done(&import(&archive, &contributor(), &published).await),
        ["-"]
    );
    assert_eq!(archive.catalog.counts().await.unwrap().assets, 0);
    let submitted = [numbered("a", &json!({"state": "submitted"}))];
    assert_eq!(
        done(&import(&archive, &contributor(), &submitted).await),
        ["created"]
    );
    assert_eq!(
        done(&import(&archive, &editor(), &published).await),
        ["updated"]
    );
    let edited = [numbered("a", &json!({"made": "2024"}))];
    assert_eq!(
        done(&import(&archive, &contributor(), &edited).await),
        ["-"]
    );
    assert_eq!(done(&import(&archive, &partner(), &published).await), ["-"]);
}

#[tokio::test]
async fn two_imports_at_once_make_one_work_of_one_identifier() {
    let archive = Archive::new();
    let actor = editor();
    let records: Vec<_> = (0..50)
        .map(|n| numbered(&n.to_string(), &json!({})))
        .collect();
    let runs = (0..3).map(|_| import(&archive, &actor, &records));
    let results = futures_util::future::join_all(runs).await;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in results.iter().flat_map(|results| done(results)) {
        *counts.entry(name).or_default() += 1;
    }
    assert_eq!(
        counts,
        BTreeMap::from([("created", 50), ("unchanged", 100)])
    );
    assert_eq!(archive.catalog.counts().await.unwrap().assets, 50);
}

/// As the command line does it: descriptions first, then files, then the states.
#[tokio::test]
async fn the_sample_collection_is_taken_in() {
    let archive = Archive::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/sample");
    let mut records: Vec<Value> = std::fs::read_to_string(folder.join("works.ndjson"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let files: Vec<Value> = records
        .iter_mut()
        .map(|record| taken(record, "files"))
        .collect();
    let mut without_states = records.clone();
    for record in &mut without_states {
        taken(record, "state");
        taken(record, "withdrawal_reason");
    }
    let results = import(&archive, &editor(), &without_states).await;
    for (result, files) in results.iter().zip(&files) {
        let id = result.outcome.as_ref().unwrap().id;
        attach_all(&archive, id, &folder, files).await;
    }
    let results = import(&archive, &editor(), &records).await;
    for (result, record) in results.iter().zip(&records) {
        let imported = result.outcome.as_ref().unwrap();
        assert_eq!(imported.state.name(), record["state"], "{record}");
    }
    let count = archive.catalog.counts().await.unwrap().assets;
    assert_eq!(count, records.len() as u64);
}

fn taken(record: &mut Value, property: &str) -> Value {
    let object = record.as_object_mut().unwrap();
    object.remove(property).unwrap_or_default()
}

async fn attach_all(archive: &Archive, id: AssetId, folder: &Path, files: &Value) {
    for file in files.as_array().into_iter().flatten() {
        let mut words = file.clone();
        let path = taken(&mut words, "path");
        let path = path.as_str().unwrap();
        let bytes = std::fs::read(folder.join(path)).unwrap();
        let work = archive.sharing.read(&editor(), id).await.unwrap();
        let attached = archive
            .attach(&editor(), &work, &bytes, path, &words, None)
            .await;
        archive.make_public_copy(&attached.unwrap()).await;
    }
}
