//! What the catalogue knows about blobs: references, renditions, audits, hashes of pictures.

use khochung::domain::PictureHash;
use khochung::domain::asset::{ProcessingFailure, Revision};
use khochung::storage::catalog::{
    Audit, AuditOutcome, BlobKey, BlobRecord, CatalogError, EventKind, EventNumber, HashedPicture,
    ProcessedBlob, ProcessingResult, Rendition, Subject, Write,
};

use super::Bench;
use super::given::{asset, at, blob, changes, id, next, slug, tombstone, with_files, with_sealed};

on_every_back_end! {
    a_blob_is_referenced_until_the_works_that_ever_had_it_are_deleted,
    a_file_stays_with_earlier_revisions_when_a_sealed_file_of_the_same_bytes_goes,
    blobs_are_listed_in_pages,
    renditions_are_kept_by_source_and_recipe_and_leave_the_revision_alone,
    renditions_go_with_the_last_work_that_ever_had_their_source,
    a_rendition_of_what_is_gone_is_refused,
    the_last_audit_of_a_blob_is_kept_and_every_audit_is_an_event,
    the_hash_of_a_picture_is_kept_with_its_blob_and_reported_once,
    what_processing_a_blob_came_to_is_kept_with_it_and_reported_once,
    the_hash_of_a_picture_goes_with_the_last_that_refers_to_it,
}

fn rendition(of: u8, recipe: &str, bytes: u8) -> Rendition {
    Rendition {
        of: blob(of),
        recipe: recipe.into(),
        blob: blob(bytes),
        size: 12_345,
        media_type: "image/jpeg".into(),
        width_px: Some(400),
        height_px: Some(300),
    }
}

async fn referenced(bench: &Bench) -> Vec<BlobKey> {
    let blobs = bench.catalog().blobs(None, 100).await.unwrap();
    blobs.iter().map(|blob| blob.key).collect()
}

#[expect(clippy::cognitive_complexity, reason = "one story of many assertions")]
async fn a_blob_is_referenced_until_the_works_that_ever_had_it_are_deleted(bench: Bench) {
    let one = with_files(&asset(1), &[blob(7), blob(3)]);
    let two = with_files(&asset(2), &[blob(7)]);
    for work in [&two, &one] {
        bench
            .commit(changes().put(work.clone(), EventKind::Created))
            .await;
    }
    assert_eq!(referenced(&bench).await, [blob(3), blob(7)]);
    let with_blob = async |number| bench.catalog().with_blob(blob(number)).await.unwrap();
    assert_eq!(with_blob(7).await, [id(1), id(2)]);
    assert_eq!(with_blob(3).await, [id(1)]);
    assert!(with_blob(4).await.is_empty());

    let without = with_files(&next(&one), &[blob(3)]);
    bench
        .commit(changes().put(without, EventKind::FileDetached))
        .await;
    assert_eq!(with_blob(7).await, [id(2)]);
    assert_eq!(referenced(&bench).await, [blob(3), blob(7)]);
    bench
        .commit(changes().write(Write::Tombstone(tombstone(&two))))
        .await;
    let bench = bench.reopen().await;
    assert_eq!(referenced(&bench).await, [blob(3), blob(7)]);
    // The work has it again, and then goes with everything that it ever had.
    let again = with_files(&next(&next(&one)), &[blob(7)]);
    bench
        .commit(changes().put(again.clone(), EventKind::Restored))
        .await;
    assert_eq!(bench.catalog().with_blob(blob(7)).await.unwrap(), [id(1)]);
    bench
        .commit(changes().write(Write::Tombstone(tombstone(&again))))
        .await;
    let bench = bench.reopen().await;
    assert!(referenced(&bench).await.is_empty());
}

async fn a_file_stays_with_earlier_revisions_when_a_sealed_file_of_the_same_bytes_goes(
    bench: Bench,
) {
    let put = async |bench: &Bench, work: &khochung::domain::asset::Asset| {
        let changes = changes().put(work.clone(), EventKind::Described);
        bench.commit(changes).await;
    };
    // One work has the bytes as a file and then sealed, another one as a file before.
    let file = with_files(&asset(1), &[blob(7)]);
    let both = with_sealed(&next(&file), &[blob(7)]);
    let sealed = with_files(&next(&both), &[]);
    let none = with_sealed(&next(&sealed), &[]);
    let other = with_files(&asset(2), &[blob(8)]);
    let other_gone = with_files(&next(&other), &[]);
    let other_sealed = with_sealed(&next(&other_gone), &[blob(8)]);
    let other_none = with_sealed(&next(&other_sealed), &[]);
    for work in [&file, &both, &sealed] {
        put(&bench, work).await;
    }
    let holders = async |bench: &Bench| bench.catalog().with_blob(blob(7)).await.unwrap();
    assert_eq!(holders(&bench).await, [id(1)]);
    for work in [&none, &other, &other_gone, &other_sealed, &other_none] {
        put(&bench, work).await;
    }
    let bench = bench.reopen().await;
    assert!(holders(&bench).await.is_empty());
    assert_eq!(referenced(&bench).await, [blob(7), blob(8)]);
    let usage = bench.catalog().usage(&slug("dic")).await.unwrap();
    // Two files of seven bytes, each once.
    assert_eq!((usage.works, usage.bytes), (2, 14));
    // A paper that was never a file goes with its seal.
    let paper = with_sealed(&next(&none), &[blob(9)]);
    put(&bench, &paper).await;
    put(&bench, &with_sealed(&next(&paper), &[])).await;
    assert_eq!(referenced(&bench).await, [blob(7), blob(8)]);
    // Nothing keeps what deleted works had.
    for (work, revision) in [(none, 6), (other_none, 4)] {
        let mut work = work;
        work.revision = Revision(revision);
        let changes = changes().write(Write::Tombstone(tombstone(&work)));
        bench.commit(changes).await;
    }
    assert!(referenced(&bench).await.is_empty());
}

async fn blobs_are_listed_in_pages(bench: Bench) {
    let work = with_files(&asset(1), &[blob(1), blob(2), blob(3)]);
    bench.commit(changes().put(work, EventKind::Created)).await;
    let page = async |after, limit| -> Vec<BlobKey> {
        let blobs = bench.catalog().blobs(after, limit).await.unwrap();
        blobs.iter().map(|blob| blob.key).collect()
    };
    assert_eq!(page(None, 2).await, [blob(1), blob(2)]);
    assert_eq!(page(Some(blob(2)), 2).await, [blob(3)]);
    assert!(page(Some(blob(3)), 2).await.is_empty());
}

async fn renditions_are_kept_by_source_and_recipe_and_leave_the_revision_alone(bench: Bench) {
    let work = with_files(&asset(1), &[blob(1)]);
    bench
        .commit(changes().put(work.clone(), EventKind::Created))
        .await;
    let (small, large) = (
        rendition(1, "preview-400/1", 11),
        rendition(1, "preview-1600/1", 12),
    );
    for rendition in [&small, &large] {
        let write = Write::Rendition(rendition.clone(), id(1));
        bench.commit(changes().write(write)).await;
    }
    let event = bench
        .catalog()
        .events(EventNumber(1), 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(event.kind, EventKind::Rendered);
    assert_eq!(event.subject, Subject::Asset(id(1), Revision(1)));
    let bench = bench.reopen().await;
    let mut found = bench
        .catalog()
        .renditions(&[blob(1)])
        .await
        .unwrap()
        .concat();
    found.sort_by_key(|rendition| rendition.blob);
    assert_eq!(found, [small.clone(), large]);
    assert!(
        bench
            .catalog()
            .renditions(&[blob(2)])
            .await
            .unwrap()
            .concat()
            .is_empty()
    );
    assert_eq!(referenced(&bench).await, [blob(1), blob(11), blob(12)]);

    // Made again with other bytes: the old ones are not referenced any more.
    let again = Write::Rendition(rendition(1, "preview-400/1", 13), id(1));
    bench.commit(changes().write(again)).await;
    assert_eq!(referenced(&bench).await, [blob(1), blob(12), blob(13)]);
    let entry = bench.catalog().entry(id(1)).await.unwrap();
    assert_eq!(
        entry,
        Some(khochung::storage::catalog::Entry::Asset(Box::new(work)))
    );
}

async fn renditions_go_with_the_last_work_that_ever_had_their_source(bench: Bench) {
    let one = with_files(&asset(1), &[blob(1)]);
    let two = with_files(&asset(2), &[blob(1), blob(2)]);
    for work in [&one, &two] {
        bench
            .commit(changes().put(work.clone(), EventKind::Created))
            .await;
    }
    // A rendition of a rendition, and one whose bytes are also a file.
    for (rendition, work) in [
        (rendition(1, "a/1", 11), 1),
        (rendition(11, "b/1", 12), 1),
        (rendition(1, "c/1", 2), 1),
    ] {
        let write = Write::Rendition(rendition, id(work));
        bench.commit(changes().write(write)).await;
    }
    bench
        .commit(changes().write(Write::Tombstone(tombstone(&one))))
        .await;
    assert_eq!(
        referenced(&bench).await,
        [blob(1), blob(2), blob(11), blob(12)]
    );
    let without = with_files(&next(&two), &[blob(2)]);
    bench
        .commit(changes().put(without.clone(), EventKind::FileDetached))
        .await;
    let all = [blob(1), blob(2), blob(11), blob(12)];
    assert_eq!(referenced(&bench).await, all);
    bench
        .commit(changes().write(Write::Tombstone(tombstone(&without))))
        .await;
    let bench = bench.reopen().await;
    assert!(referenced(&bench).await.is_empty());
    assert!(
        bench
            .catalog()
            .renditions(&[blob(1)])
            .await
            .unwrap()
            .concat()
            .is_empty()
    );
    assert!(
        bench
            .catalog()
            .renditions(&[blob(11)])
            .await
            .unwrap()
            .concat()
            .is_empty()
    );
}

async fn a_rendition_of_what_is_gone_is_refused(bench: Bench) {
    let work = with_files(&asset(1), &[blob(1)]);
    bench
        .commit(changes().put(work.clone(), EventKind::Created))
        .await;
    let write = |of, work| changes().write(Write::Rendition(rendition(of, "a/1", 11), id(work)));
    for (of, work, current) in [(2, 1, Some(Revision(1))), (1, 2, None)] {
        let error = bench.refused(write(of, work)).await;
        assert!(
            matches!(error, CatalogError::Conflict { current: actual, .. } if actual == current),
            "{error:?}"
        );
    }
    bench
        .commit(changes().write(Write::Tombstone(tombstone(&work))))
        .await;
    let error = bench.refused(write(1, 1)).await;
    assert!(matches!(error, CatalogError::Conflict { .. }), "{error:?}");
}

async fn the_last_audit_of_a_blob_is_kept_and_every_audit_is_an_event(bench: Bench) {
    let work = with_files(&asset(1), &[blob(1), blob(2)]);
    bench.commit(changes().put(work, EventKind::Created)).await;
    let audit = |second, outcome| Audit {
        blob: blob(1),
        at: at(second),
        outcome,
    };
    for (second, outcome) in [
        (1, AuditOutcome::Intact),
        (2, AuditOutcome::Damaged),
        (3, AuditOutcome::Missing),
    ] {
        let write = Write::Audit(audit(second, outcome));
        bench.commit(changes().write(write)).await;
    }
    let bench = bench.reopen().await;
    let blobs = bench.catalog().blobs(None, 10).await.unwrap();
    let expected = [
        BlobRecord {
            key: blob(1),
            audit: Some(audit(3, AuditOutcome::Missing)),
            picture: None,
            processed: None,
        },
        BlobRecord {
            key: blob(2),
            audit: None,
            picture: None,
            processed: None,
        },
    ];
    assert_eq!(blobs, expected);
    let events = bench.catalog().events(EventNumber(1), 10).await.unwrap();
    let actual: Vec<_> = events
        .iter()
        .map(|event| (event.subject, event.kind))
        .collect();
    let subject = Subject::Blob(blob(1));
    let expected = [
        (subject, EventKind::FixityChecked),
        (subject, EventKind::FixityFailed),
        (subject, EventKind::FixityFailed),
    ];
    assert_eq!(actual, expected);
}

fn hashed(of: u8, bits: Option<u64>) -> HashedPicture {
    HashedPicture {
        of: blob(of),
        recipe: "perceptual-hash/1".into(),
        hash: bits.map(PictureHash::from_bits),
    }
}

/// What is known of how the pictures in these blobs look; the outer `None` is no such blob.
async fn looks(bench: &Bench, numbers: &[u8]) -> Vec<Option<Option<HashedPicture>>> {
    let keys: Vec<_> = numbers.iter().map(|number| blob(*number)).collect();
    let records = bench.catalog().blob_records(&keys).await.unwrap();
    let picture = |(key, record): (&BlobKey, Option<BlobRecord>)| {
        record.map(|record| {
            assert_eq!(record.key, *key);
            record.picture
        })
    };
    keys.iter().zip(records).map(picture).collect()
}

async fn last_event(bench: &Bench) -> u64 {
    bench.catalog().counts().await.unwrap().events
}

async fn the_hash_of_a_picture_is_kept_with_its_blob_and_reported_once(bench: Bench) {
    let work = with_files(&asset(1), &[blob(1), blob(2), blob(3)]);
    bench
        .commit(changes().put(work.clone(), EventKind::Created))
        .await;
    let write = |picture: &HashedPicture| changes().write(Write::HashedPicture(picture.clone()));
    let (poster, blank) = (hashed(1, Some(0xF0)), hashed(2, None));
    bench.commit(write(&poster)).await;
    bench.commit(write(&blank)).await;
    let actual = bench.catalog().events(EventNumber(1), 10).await.unwrap();
    let actual: Vec<_> = actual
        .iter()
        .map(|event| (event.subject, event.kind))
        .collect();
    let expected = [1, 2].map(|number| (Subject::Blob(blob(number)), EventKind::PictureHashed));
    assert_eq!(actual, expected);

    // The same once more, and of a blob that nothing refers to: no event, nothing kept.
    bench.commit(write(&poster)).await;
    bench.commit(write(&hashed(9, Some(1)))).await;
    assert_eq!(last_event(&bench).await, 3);
    let bench = bench.reopen().await;
    let expected = [Some(None), None, Some(Some(blank)), Some(Some(poster))];
    assert_eq!(looks(&bench, &[3, 9, 2, 1]).await, expected);

    // An audit and a hash stand beside each other; another hash takes the place of the old.
    let audit = Audit {
        blob: blob(1),
        at: at(1),
        outcome: AuditOutcome::Intact,
    };
    let again = hashed(1, Some(0xF1));
    bench
        .commit(write(&again).write(Write::Audit(audit.clone())))
        .await;
    let record = bench.catalog().blobs(None, 1).await.unwrap().remove(0);
    assert_eq!((record.audit, record.picture), (Some(audit), Some(again)));
    let entry = bench.catalog().entry(id(1)).await.unwrap();
    assert_eq!(
        entry,
        Some(khochung::storage::catalog::Entry::Asset(Box::new(work)))
    );
}

async fn what_processing_a_blob_came_to_is_kept_with_it_and_reported_once(bench: Bench) {
    let work = with_files(&asset(1), &[blob(1), blob(2)]);
    bench
        .commit(changes().put(work.clone(), EventKind::Created))
        .await;
    let processed = |of: u8, result| ProcessedBlob {
        of: blob(of),
        recipe: "public-copy/1".into(),
        result,
    };
    let clean = processed(1, ProcessingResult::NothingToRemove);
    let damaged = ProcessingResult::Failed(ProcessingFailure::Damaged);
    // The second time and for a blob that nothing refers to: no event.
    for written in [&clean, &clean, &processed(9, damaged)] {
        let write = Write::Processed(written.clone());
        bench.commit(changes().write(write)).await;
    }
    let actual = bench.catalog().events(EventNumber(1), 10).await.unwrap();
    let actual: Vec<_> = actual
        .iter()
        .map(|event| (event.subject, event.kind))
        .collect();
    assert_eq!(actual, [(Subject::Blob(blob(1)), EventKind::Processed)]);

    let bench = bench.reopen().await;
    let keys = [blob(1), blob(2)];
    let records = bench.catalog().blob_records(&keys).await.unwrap();
    let recorded: Vec<_> = records
        .into_iter()
        .map(|record| record.unwrap().processed)
        .collect();
    assert_eq!(recorded, [Some(clean), None]);

    bench
        .commit(changes().write(Write::Tombstone(tombstone(&work))))
        .await;
    let records = bench.catalog().blob_records(&keys).await.unwrap();
    assert_eq!(records, [None, None]);
}

async fn the_hash_of_a_picture_goes_with_the_last_that_refers_to_it(bench: Bench) {
    let works = [1, 2].map(|number| with_files(&asset(number), &[blob(1)]));
    for work in &works {
        bench
            .commit(changes().put(work.clone(), EventKind::Created))
            .await;
    }
    let picture = hashed(1, Some(7));
    bench
        .commit(changes().write(Write::HashedPicture(picture.clone())))
        .await;
    for (work, left) in works.iter().zip([Some(Some(picture)), None]) {
        bench
            .commit(changes().write(Write::Tombstone(tombstone(work))))
            .await;
        assert_eq!(looks(&bench, &[1]).await, [left]);
    }
    // Taken in once more, nothing is known of it.
    let again = with_files(&asset(3), &[blob(1)]);
    bench.commit(changes().put(again, EventKind::Created)).await;
    let bench = bench.reopen().await;
    assert_eq!(looks(&bench, &[1]).await, [Some(None)]);
}
