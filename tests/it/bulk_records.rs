//! The stored forms of acts on many works stay readable for ever.
//!
//! The bytes in `tests/fixtures/records/keyed/` were written by hand from the description of each version; see
//! `stored_records`.

use khochung::domain::Slug;
use khochung::domain::asset::{Access, Work};
use khochung::services::curation::bulk::{
    ActV1, BulkItemRecord, BulkItemV1, BulkRecord, BulkV1, ByV1, Outcome, Phase, UndoOutcome,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

const BULK: &str = "0190a000-0000-4000-8000-000000000001";

fn comes_back<T>(name: &str, value: &T)
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let path = format!("tests/fixtures/records/keyed/{name}.json");
    let bytes = std::fs::read_to_string(path).unwrap();
    let read: T = serde_json::from_str(&bytes).unwrap();
    assert_eq!(read, *value, "{name}");
    assert_eq!(serde_json::to_string(value).unwrap(), bytes, "{name}");
}

fn by(credential: Option<&str>, role: Option<&str>, organisation: Option<&str>) -> ByV1 {
    ByV1 {
        credential: credential.map(str::to_owned),
        role: role.map(str::to_owned),
        organisation: organisation.map(str::to_owned),
    }
}

#[test]
fn what_version_1_wrote_of_an_act_is_read_and_written_the_same() {
    let published = BulkV1 {
        id: BULK.into(),
        act: ActV1::Publish,
        by: by(Some("4f9a2c"), Some("contributor"), Some("dic")),
        reason: Some("Đợt tháng 12".into()),
        request: Some("09".repeat(32)),
        total: 3,
        phase: Phase::Undoing,
        created_at_ms: 1_795_395_600_000,
        finished_at_ms: Some(1_795_395_601_000),
        undone_by: Some(by(Some("a-0123456789ab"), Some("editor"), None)),
        undo_reason: Some("Nhầm đợt".into()),
    };
    comes_back("bulk.v1", &BulkRecord::V1(published));
    let (mut values, mut additions) = (Work::new(), Work::new());
    values.access = Access::Partner;
    additions.themes = vec![Slug::parse("policy-and-law").unwrap()];
    let described = BulkV1 {
        id: BULK.into(),
        act: ActV1::Describe {
            set: vec!["made".into(), "access".into()],
            values: Box::new(values.into()),
            add: vec!["themes".into()],
            additions: Box::new(additions.into()),
        },
        by: by(None, None, None),
        reason: None,
        request: None,
        total: 1,
        phase: Phase::Running,
        created_at_ms: 1_795_395_600_000,
        finished_at_ms: None,
        undone_by: None,
        undo_reason: None,
    };
    comes_back("bulk-describe.v1", &BulkRecord::V1(described));
}

#[test]
fn what_version_1_wrote_of_a_result_is_read_and_written_the_same() {
    let item = |position, expected, outcome, undo| {
        BulkItemRecord::V1(BulkItemV1 {
            bulk: BULK.into(),
            position,
            asset: "0190a000-0000-7000-8000-000000000001".into(),
            expected,
            outcome,
            undo,
        })
    };
    let undone = item(
        7,
        Some(3),
        Outcome::Changed(4),
        Some(UndoOutcome::Undone(5)),
    );
    comes_back("bulk-item.v1", &undone);
    comes_back(
        "bulk-item-pending.v1",
        &item(8, None, Outcome::Pending, None),
    );
}
