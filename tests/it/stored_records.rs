//! Stored records stay readable for ever.
//!
//! The bytes in `tests/fixtures/records/` were written by hand from the description of each
//! version. They must still give the same values, and writing the values in the newest version
//! must give the same bytes. A new version adds fixtures; nothing here is ever changed.

use khochung::domain::access::{Credential, Permission, Permissions, Role, TokenId};
use khochung::domain::asset::{
    Access, Asset, AssetId, AudienceLevel, Consent, Correction, Creator, Decision, File, FileRole,
    Identifier, MediaFacts, PeopleShown, ProcessingFailure, Relation, RelationType, Requirement,
    ReturnReason, Review, Revision, SealedFile, State, Tombstone, Work,
};
use khochung::domain::{
    LanguageMap, LanguageTag, PictureHash, SavedSearch, SavedSearchId, Sha256, Slug, Timestamp,
    Visibility,
};
use khochung::storage::catalog::record::{EventRecord, Stored, StoredRecord};
use khochung::storage::catalog::{
    Audit, AuditOutcome, Event, EventKind, EventNumber, HashedPicture, Held, IdempotencyKey,
    Idempotent, Job, JobId, JobKind, JobState, KeyedRecord, Made, ProcessedBlob, ProcessingResult,
    RecordKey, Rendition, Subject, TokenHash, TokenRecord,
};

const MOMENT: i64 = 1_795_395_600_000;

fn at(millis_later: i64) -> Timestamp {
    Timestamp::from_millis(MOMENT + millis_later)
}

fn id(last: u8) -> AssetId {
    let mut bytes = [
        0x01, 0x90, 0xa0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0,
    ];
    bytes[15] = last;
    AssetId::from_bytes(bytes)
}

fn sha256(byte: u8) -> Sha256 {
    Sha256::from_bytes([byte; 32])
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn tag(text: &str) -> LanguageTag {
    LanguageTag::parse(text).unwrap()
}

fn texts(texts: &[(&str, &str)]) -> LanguageMap {
    let pair = |(language, text): &(&str, &str)| (tag(language), (*text).to_owned());
    texts.iter().map(pair).collect()
}

fn keyed_record() -> KeyedRecord {
    KeyedRecord {
        key: RecordKey {
            table: "notices".into(),
            key: "phòng/7".into(),
        },
        revision: Revision(3),
        value: serde_json::json!({ "v1": { "text": "Đã trả lại" } }),
        held: None,
    }
}

fn held_record() -> KeyedRecord {
    KeyedRecord {
        key: RecordKey {
            table: "uploads".into(),
            key: "4f9a2c/7".into(),
        },
        revision: Revision(1),
        value: serde_json::json!({ "v1": { "id": "7" } }),
        held: Some(Held {
            organisation: slug("dic"),
            bytes: 600,
        }),
    }
}

fn bare_work() -> Work {
    Work {
        titles: texts(&[("vi", "Quyền được học")]),
        descriptions: LanguageMap::default(),
        kind: None,
        creators: Vec::new(),
        organisation: None,
        languages: Vec::new(),
        strand: None,
        themes: Vec::new(),
        instruments: Vec::new(),
        rights_groups: Vec::new(),
        udhr_articles: Vec::new(),
        audiences: Vec::new(),
        places: Vec::new(),
        made: None,
        body: None,
        credit_line: None,
        reuse_terms: slug("rights-not-reviewed"),
        people_shown: PeopleShown::NotAssessed,
        consent: None,
        minors_shown: false,
        access: Access::Public,
        embargo_until: None,
        review_on: None,
        relations: Vec::new(),
        identifiers: Vec::new(),
    }
}

fn full_work() -> Work {
    let creator = |name: &str, role: Option<&str>| Creator {
        name: name.into(),
        role: role.map(str::to_owned),
    };
    Work {
        titles: texts(&[("vi", "Quyền được học"), ("jra-Latn", "Tơlơi dưi")]),
        descriptions: texts(&[("en", "A poster")]),
        kind: Some(slug("poster")),
        creators: vec![
            creator("Nguyễn Văn A", Some("author")),
            creator("Nhóm B", None),
        ],
        organisation: Some(slug("dic")),
        languages: vec![tag("vi"), tag("jra-Latn")],
        strand: Some(slug("educate")),
        themes: vec![slug("international-law")],
        instruments: vec![slug("udhr"), slug("iccpr")],
        rights_groups: vec![slug("education")],
        udhr_articles: vec![slug("udhr-26")],
        audiences: vec![slug("pupils")],
        places: vec![slug("chu-se")],
        made: Some("2023/2024-06".parse().unwrap()),
        body: Some("Mọi người đều có quyền được học.".into()),
        credit_line: Some("Cục TTCS&TTĐN".into()),
        reuse_terms: slug("cc-by-4.0"),
        people_shown: PeopleShown::PublicEvent,
        consent: None,
        minors_shown: true,
        access: Access::StateInternal,
        embargo_until: Some(at(0)),
        review_on: None,
        relations: vec![Relation {
            kind: RelationType::TranslationOf,
            target: id(2),
        }],
        identifiers: vec![Identifier {
            scheme: slug("document-number"),
            value: "155/KH-UBND".into(),
        }],
    }
}

fn full_asset() -> Asset {
    Asset {
        id: id(1),
        revision: Revision(3),
        state: State::Withdrawn {
            reason: "Sai số liệu".into(),
        },
        widest_audience: AudienceLevel::Public,
        work: full_work(),
        issuer: None,
        files: vec![File {
            sha256: sha256(7),
            role: FileRole::Captions,
            media_type: "text/vtt".into(),
            size: 1 << 32,
            name: "phụ đề.vtt".into(),
            title: texts(&[("vi", "Phụ đề")]),
            alt: texts(&[("vi", "Lời thoại")]),
            language: Some(tag("vi")),
            facts: MediaFacts {
                width_px: Some(1920),
                height_px: Some(1080),
                duration_ms: Some(65_000),
            },
            redacted: Vec::new(),
            text_correction: None,
            attached_at: at(1),
        }],
        created_at: at(2),
        updated_at: at(3),
        published_at: Some(at(4)),
        review: Review::default(),
        corrections: Vec::new(),
        sealed: Vec::new(),
    }
}

fn bare_asset() -> Asset {
    Asset {
        id: id(1),
        revision: Revision(1),
        state: State::Draft,
        widest_audience: AudienceLevel::Staff,
        work: bare_work(),
        issuer: None,
        files: Vec::new(),
        created_at: Timestamp::from_millis(-1),
        updated_at: Timestamp::from_millis(0),
        published_at: None,
        review: Review::default(),
        corrections: Vec::new(),
        sealed: Vec::new(),
    }
}

fn decision(by: Option<Credential>, role: Option<Role>) -> Decision {
    Decision {
        by,
        role,
        organisation: None,
        at: at(5),
    }
}

/// What version 2 adds, on a published work.
fn reviewed_asset() -> Asset {
    let token = Credential::Token(TokenId("4f9a2c".into()));
    let account = Credential::Account("a-0123456789ab".parse().unwrap());
    Asset {
        state: State::Published,
        widest_audience: AudienceLevel::Public,
        work: Work {
            review_on: Some("2027-06-30".parse().unwrap()),
            ..bare_work()
        },
        review: Review {
            rights: Some(decision(None, None)),
            accepted: Some(decision(Some(token), Some(Role::Editor))),
            approved: Some(Decision {
                organisation: Some(slug("dic")),
                ..decision(Some(account), Some(Role::Reviewer))
            }),
            consent_withdrawn: None,
        },
        corrections: vec![Correction {
            note: "Sửa ngày".into(),
            at: at(6),
            revision: Revision(5),
            corrected: Revision(4),
        }],
        ..bare_asset()
    }
}

/// A limited consent with its paper, on a work whose consent was withdrawn once.
fn asset_with_consent() -> Asset {
    Asset {
        sealed: vec![SealedFile {
            sha256: sha256(9),
            media_type: "application/pdf".into(),
            size: 70_000,
            added_at: at(7),
        }],
        work: Work {
            people_shown: PeopleShown::ConsentOnFile,
            consent: Some(Consent {
                channels: vec![slug("online"), slug("print")],
                languages: vec![tag("jra")],
                ends_on: Some("2027-06-30".parse().unwrap()),
            }),
            ..bare_work()
        },
        review: Review {
            consent_withdrawn: Some(decision(None, Some(Role::Editor))),
            ..Review::default()
        },
        ..bare_asset()
    }
}

fn returned_asset() -> Asset {
    let reason = |pointer: &str, requirement, text: Option<&str>| ReturnReason {
        pointer: pointer.into(),
        requirement,
        text: text.map(str::to_owned),
    };
    Asset {
        state: State::Returned {
            reasons: vec![
                reason("/credit_line", Some(Requirement::CreditLine), None),
                reason("", None, Some("Thiếu nguồn")),
            ],
        },
        ..bare_asset()
    }
}

fn hashed_picture(bits: Option<u64>) -> HashedPicture {
    HashedPicture {
        of: sha256(7),
        recipe: "perceptual-hash/1".into(),
        hash: bits.map(PictureHash::from_bits),
    }
}

fn processed(result: ProcessingResult) -> ProcessedBlob {
    ProcessedBlob {
        of: sha256(7),
        recipe: "public-copy/1".into(),
        result,
    }
}

fn rendition() -> Rendition {
    Rendition {
        of: sha256(7),
        recipe: "preview-400/1".into(),
        blob: sha256(8),
        size: 12_345,
        media_type: "image/jpeg".into(),
        width_px: Some(400),
        height_px: Some(300),
    }
}

fn job() -> Job {
    Job {
        id: JobId(42),
        kind: JobKind("render-previews".into()),
        payload: r#"{"blob":1}"#.into(),
        run_at: at(0),
        unique_key: Some("k".into()),
        state: JobState::Dead,
        failures: 5,
        last_error: Some("no disk".into()),
        created_at: at(1),
        finished_at: Some(at(2)),
    }
}

fn token() -> TokenRecord {
    TokenRecord {
        id: TokenId("4f9a2c".into()),
        hash: TokenHash(sha256(9)),
        role: Role::Contributor,
        organisation: Some(slug("dic")),
        permissions: None,
        account: None,
        label: "Phòng Văn hoá".into(),
        created_at: at(0),
        expires_at: Some(at(1)),
        revoked_at: Some(at(2)),
        secret_since: at(0),
        secret_expires_at: None,
    }
}

/// The former secret of a token of an account, which is narrowed.
fn rotated_token() -> TokenRecord {
    TokenRecord {
        permissions: Some(Permissions::new([Permission::Deposit])),
        account: "a-0123456789ab".parse().ok(),
        secret_since: at(3),
        secret_expires_at: Some(at(4)),
        ..token()
    }
}

fn search() -> SavedSearch {
    let parameter = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    SavedSearch {
        id: SavedSearchId::from_bytes(*id(1).as_bytes()),
        revision: Revision(2),
        titles: texts(&[
            ("vi", "Trẻ em ở buôn làng"),
            ("en", "Children in the villages"),
        ]),
        parameters: [
            ("q", "\"quyền trẻ em\""),
            ("theme", "education,health"),
            ("made_from", "2024"),
        ]
        .map(parameter)
        .into(),
        visibility: Visibility::Private,
        role: Role::Contributor,
        organisation: Some(slug("dic")),
        credential: None,
        created_at: at(0),
    }
}

/// That of a token without organisation.
fn search_of_token() -> SavedSearch {
    SavedSearch {
        organisation: None,
        credential: Some(Credential::Token(TokenId("4f9a2c".into()))),
        ..search()
    }
}

fn answer(made: Made) -> Idempotent {
    Idempotent {
        key: IdempotencyKey {
            scope: "4f9a2c".into(),
            key: "retry-1".into(),
        },
        request: sha256(10),
        made,
        revision: Revision(3),
        at: at(0),
    }
}

fn fixture(name: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = std::fs::read_to_string(format!("{root}/tests/fixtures/records/{name}.json"));
    text.unwrap().trim_end().to_owned()
}

#[test]
fn what_the_newest_version_of_each_record_wrote_is_read_and_written_the_same() {
    let tombstone = Tombstone {
        id: id(1),
        revision: Revision(4),
        widest_audience: AudienceLevel::Partner,
        deleted_at: at(0),
    };
    let audit = Audit {
        blob: sha256(7),
        at: at(0),
        outcome: AuditOutcome::Damaged,
    };
    for (name, value) in [
        ("asset.v1", Stored::Asset(Box::new(full_asset()))),
        ("asset-bare.v1", Stored::Asset(Box::new(bare_asset()))),
        ("tombstone.v1", Stored::Tombstone(tombstone)),
        ("rendition.v1", Stored::Rendition(rendition())),
        ("audit.v1", Stored::Audit(audit)),
        (
            "hashed-picture.v1",
            Stored::HashedPicture(hashed_picture(Some(0x00f1_e2d3_c4b5_a697))),
        ),
        (
            "hashed-picture-blank.v1",
            Stored::HashedPicture(hashed_picture(None)),
        ),
        (
            "processed.v1",
            Stored::Processed(processed(ProcessingResult::NothingToRemove)),
        ),
        (
            "processed-failed.v1",
            Stored::Processed(processed(ProcessingResult::Failed(
                ProcessingFailure::PlaceRemains,
            ))),
        ),
        ("job.v1", Stored::Job(job())),
        ("prune-jobs.v1", Stored::PruneJobs(at(0))),
        ("token.v1", Stored::Token(token())),
        ("token.v2", Stored::Token(rotated_token())),
        ("search.v1", Stored::Search(search())),
        ("search.v2", Stored::Search(search_of_token())),
        ("drop-search.v1", Stored::DropSearch(search().id)),
        ("record.v1", Stored::Record(keyed_record())),
        ("record-held.v1", Stored::Record(held_record())),
        ("drop-record.v1", Stored::DropRecord(keyed_record().key)),
        ("remember.v2", Stored::Remember(answer(Made::Asset(id(1))))),
        (
            "remember-search.v2",
            Stored::Remember(answer(Made::Search(search().id))),
        ),
        ("forget.v1", Stored::Forget(at(0))),
    ] {
        let bytes = fixture(name);
        let record: StoredRecord = serde_json::from_str(&bytes).unwrap();
        assert_eq!(Stored::try_from(record).unwrap(), value, "{name}");
        let written = serde_json::to_string(&StoredRecord::from(value)).unwrap();
        assert_eq!(written, bytes, "{name}");
    }
}

#[test]
fn what_version_2_wrote_of_works_is_read_and_written_the_same() {
    for (name, asset) in [
        ("asset-reviewed.v2", reviewed_asset()),
        ("asset-returned.v2", returned_asset()),
        ("asset-consent.v2", asset_with_consent()),
    ] {
        let (bytes, value) = (fixture(name), Stored::Asset(Box::new(asset)));
        let record: StoredRecord = serde_json::from_str(&bytes).unwrap();
        assert_eq!(Stored::try_from(record).unwrap(), value, "{name}");
        let written = serde_json::to_string(&StoredRecord::from(value)).unwrap();
        assert_eq!(written, bytes, "{name}");
    }
}

#[test]
fn what_an_earlier_version_wrote_is_still_read() {
    let record: StoredRecord = serde_json::from_str(&fixture("remember.v1")).unwrap();
    let known = Stored::Remember(answer(Made::Asset(id(1))));
    assert_eq!(Stored::try_from(record).unwrap(), known);
}

#[test]
fn what_version_1_wrote_of_events_is_read_and_written_the_same() {
    let event = |number, by: &str, subject, kind| Event {
        number: EventNumber(number),
        at: at(0),
        by: by.into(),
        subject,
        kind,
    };
    let work = Subject::Asset(id(1), Revision(3));
    let blob = Subject::Blob(sha256(7));
    for (name, value) in [
        (
            "event-asset.v1",
            event(7, "editor:4f9a2c", work, EventKind::EmbargoLifted),
        ),
        (
            "event-blob.v1",
            event(8, "system", blob, EventKind::FixityFailed),
        ),
        (
            "event-hashed.v1",
            event(9, "system", blob, EventKind::PictureHashed),
        ),
        (
            "event-processed.v1",
            event(10, "system", blob, EventKind::Processed),
        ),
    ] {
        let bytes = fixture(name);
        let record: EventRecord = serde_json::from_str(&bytes).unwrap();
        assert_eq!(Event::try_from(record).unwrap(), value, "{name}");
        let written = serde_json::to_string(&EventRecord::from(value)).unwrap();
        assert_eq!(written, bytes, "{name}");
    }
}

#[test]
fn every_value_of_a_closed_list_comes_back() {
    for widest_audience in [
        AudienceLevel::Staff,
        AudienceLevel::StateInternal,
        AudienceLevel::Partner,
        AudienceLevel::Public,
    ] {
        comes_back(Stored::Asset(Box::new(Asset {
            widest_audience,
            ..bare_asset()
        })));
    }
    let reasons = Vec::new();
    for state in [
        State::Draft,
        State::Submitted,
        State::Returned { reasons },
        State::Accepted,
        State::Published,
    ] {
        comes_back(Stored::Asset(Box::new(Asset {
            state,
            ..bare_asset()
        })));
    }
    for outcome in [
        AuditOutcome::Intact,
        AuditOutcome::Damaged,
        AuditOutcome::Missing,
    ] {
        comes_back(Stored::Audit(Audit {
            blob: sha256(7),
            at: at(0),
            outcome,
        }));
    }
    for (_, requirement) in Requirement::NAMES {
        let reasons = vec![ReturnReason {
            pointer: String::new(),
            requirement: Some(requirement),
            text: None,
        }];
        comes_back(Stored::Asset(Box::new(Asset {
            state: State::Returned { reasons },
            ..bare_asset()
        })));
    }
    for visibility in [Visibility::Private, Visibility::Public] {
        let organisation = None;
        comes_back(Stored::Search(SavedSearch {
            visibility,
            organisation,
            ..search()
        }));
    }
    for state in [JobState::Waiting, JobState::Done, JobState::Dead] {
        comes_back(Stored::Job(Job { state, ..job() }));
    }
}

fn comes_back(value: Stored) {
    let text = serde_json::to_string(&StoredRecord::from(value.clone())).unwrap();
    let record: StoredRecord = serde_json::from_str(&text).unwrap();
    assert_eq!(Stored::try_from(record).unwrap(), value);
}

#[test]
fn a_record_the_domain_does_not_take_is_refused_by_name() {
    for (from, to, what) in [
        ("\"poster\"", "\"Poster\"", "slug"),
        ("\"withdrawn\"", "\"gone\"", "state"),
        ("\"captions\"", "\"credits\"", "file role"),
        ("2023/2024-06", "2024-13", "date"),
        ("\"07070", "\"x7070", "SHA-256"),
    ] {
        let bytes = fixture("asset.v1").replacen(from, to, 1);
        let record: StoredRecord = serde_json::from_str(&bytes).unwrap();
        let refused = Stored::try_from(record).unwrap_err();
        assert_eq!(refused.what, what);
    }
}

#[test]
fn a_hash_that_is_none_is_refused() {
    let whole = fixture("hashed-picture.v1");
    for hash in [
        "",
        "00f1e2d3c4b5a69",
        "00f1e2d3c4b5a6970",
        "+0f1e2d3c4b5a697",
    ] {
        let bytes = whole.replacen("00f1e2d3c4b5a697", hash, 1);
        let record: StoredRecord = serde_json::from_str(&bytes).unwrap();
        let refused = Stored::try_from(record).unwrap_err();
        assert_eq!(refused.what, "hash of a picture", "{hash:?}");
    }
}
