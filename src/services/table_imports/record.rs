//! The stored forms of imports of tables.
//!
//! Three tables: `table-imports` by id, `table-import-rows` by id and position, which never change after the check, and
//! `table-import-results` with the same keys. A result is written in the commit that changes its work.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::services::curation::bulk::ByV1;
use crate::storage::catalog::Keyed;
use crate::storage::catalog::record::WorkV1;

/// The id of an import: a UUID that begins with the time, so that ids are in the order of their making.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableImportId(uuid::Uuid);

impl TableImportId {
    /// Made at this time, with ten random bytes.
    pub fn new(at: Timestamp, random: &[u8; 10]) -> Self {
        let millis = u64::try_from(at.as_millis()).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid())
    }
}

impl fmt::Display for TableImportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for TableImportId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        uuid::Uuid::try_parse(text).map(Self)
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Its rows are being checked; it stays so when the archive stopped meanwhile.
    Checking,
    /// The report of the check can be read; nothing was done.
    Checked,
    /// Rows are being imported.
    Running,
    /// Every row has a result.
    Done,
    /// Cancelled; rows without a result were not imported.
    Cancelled,
}

impl Phase {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("checking", Self::Checking),
        ("checked", Self::Checked),
        ("running", Self::Running),
        ("done", Self::Done),
        ("cancelled", Self::Cancelled),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        names
            .find(|(_, phase)| *phase == self)
            .map_or("", |(name, _)| name)
    }
}

/// What comes, or came, of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowOutcome {
    /// A new work.
    Created,
    /// A work is changed.
    Changed,
    /// The work is like that already.
    Unchanged,
    /// The row is refused.
    Refused,
}

impl RowOutcome {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("created", Self::Created),
        ("changed", Self::Changed),
        ("unchanged", Self::Unchanged),
        ("refused", Self::Refused),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        names
            .find(|(_, outcome)| *outcome == self)
            .map_or("", |(name, _)| name)
    }
}

/// A number for each outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "named like the outcomes")]
pub struct CountsV1 {
    pub created: u32,
    pub changed: u32,
    pub unchanged: u32,
    pub refused: u32,
}

impl CountsV1 {
    /// Counts one more.
    pub fn add(&mut self, outcome: RowOutcome) {
        match outcome {
            RowOutcome::Created => self.created += 1,
            RowOutcome::Changed => self.changed += 1,
            RowOutcome::Unchanged => self.unchanged += 1,
            RowOutcome::Refused => self.refused += 1,
        }
    }

    /// All.
    pub const fn total(&self) -> u32 {
        self.created + self.changed + self.unchanged + self.refused
    }
}

/// A stored import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum TableImportRecord {
    /// Since 0.4.
    #[serde(rename = "v1")]
    V1(TableImportV1),
}

/// Version 1 of a stored import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "named like what they hold")]
pub struct TableImportV1 {
    pub id: String,
    pub by: ByV1,
    /// The name of the table.
    pub name: String,
    /// The column names as sent.
    pub header: Vec<String>,
    /// Uploads that are opened as archives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<String>,
    /// Uploads that are files by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uploads: Vec<NamedUploadV1>,
    pub total: u32,
    pub phase: Phase,
    /// What the check found.
    #[serde(default)]
    pub checked: CountsV1,
    /// What came of the rows in the end.
    #[serde(default)]
    pub imported: CountsV1,
    pub created_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at_ms: Option<i64>,
}

/// An upload with the name by which rows name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "named like what they hold")]
pub struct NamedUploadV1 {
    pub id: String,
    pub name: String,
}

/// A stored row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum TableRowRecord {
    /// Since 0.4.
    #[serde(rename = "v1")]
    V1(TableRowV1),
}

/// Version 1 of a stored row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "named like what they hold")]
pub struct TableRowV1 {
    pub import: String,
    /// From 0.
    pub position: u32,
    /// The number that a spreadsheet shows beside it.
    pub line: u32,
    /// The cells as sent.
    pub cells: Vec<String>,
    /// What is asked for; none when the row cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestV1>,
    /// What the check found.
    pub outcome: RowOutcome,
    /// The work, if it is there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<DifferenceV1>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<ReasonV1>,
}

/// Version 1 of what a row asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestV1 {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub work: Box<WorkV1>,
    pub said: Vec<String>,
    pub is_submitted: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<RowFileV1>,
}

/// Version 1 of a file that a row names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowFileV1 {
    pub path: String,
    pub role: String,
    /// Text alternatives by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alt: BTreeMap<String, String>,
}

/// Version 1 of a field that a row changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "named like what they hold")]
pub struct DifferenceV1 {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// Version 1 of a reason for which a row is refused, in the words of its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonV1 {
    /// JSON pointer to what is wrong, if it is one thing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// A stored result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum RowResultRecord {
    /// Since 0.4.
    #[serde(rename = "v1")]
    V1(RowResultV1),
}

/// Version 1 of a stored result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "named like what they hold")]
pub struct RowResultV1 {
    pub import: String,
    pub position: u32,
    pub outcome: RowOutcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// Whether nothing is left to do: a row may need several commits.
    pub is_final: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<ReasonV1>,
}

impl TableImportRecord {
    /// The newest version of this record.
    pub(super) const fn latest(&self) -> &TableImportV1 {
        let Self::V1(import) = self;
        import
    }

    /// The record with a change.
    pub(super) fn with(&self, change: impl FnOnce(&mut TableImportV1)) -> Self {
        let mut import = self.latest().clone();
        change(&mut import);
        Self::V1(import)
    }
}

impl TableRowRecord {
    /// The newest version of this record.
    pub(super) const fn latest(&self) -> &TableRowV1 {
        let Self::V1(row) = self;
        row
    }
}

impl RowResultRecord {
    /// The newest version of this record.
    pub(super) const fn latest(&self) -> &RowResultV1 {
        let Self::V1(result) = self;
        result
    }
}

/// The key of a row and of its result.
pub(super) fn row_key(import: &str, position: u32) -> String {
    format!("{import}/{position:06}")
}

/// What the keys of all rows of an import begin with.
pub(super) fn row_prefix(import: &str) -> String {
    format!("{import}/")
}

impl Keyed for TableImportRecord {
    const TABLE: &'static str = "table-imports";

    fn key(&self) -> String {
        self.latest().id.clone()
    }
}

impl Keyed for TableRowRecord {
    const TABLE: &'static str = "table-import-rows";

    fn key(&self) -> String {
        let row = self.latest();
        row_key(&row.import, row.position)
    }
}

impl Keyed for RowResultRecord {
    const TABLE: &'static str = "table-import-results";

    fn key(&self) -> String {
        let result = self.latest();
        row_key(&result.import, result.position)
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::{
        ByV1, CountsV1, Phase, ReasonV1, RowOutcome, RowResultRecord, RowResultV1,
        TableImportRecord, TableImportV1, TableRowRecord,
    };

    const ID: &str = "0190a000-0000-7000-8000-000000000001";

    fn comes_back<T>(value: &T, bytes: &str)
    where
        T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        assert_eq!(serde_json::from_str::<T>(bytes).unwrap(), *value);
        assert_eq!(serde_json::to_string(value).unwrap(), bytes);
    }

    /// The bytes were written by hand from the description of each version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let import = TableImportV1 {
            id: ID.into(),
            by: ByV1 {
                credential: Some("4f9a2c".into()),
                role: Some("contributor".into()),
                organisation: Some("dic".into()),
            },
            name: "bảng.csv".into(),
            header: vec!["Tên".into()],
            archives: vec!["00ff".into()],
            uploads: Vec::new(),
            total: 2,
            phase: Phase::Running,
            checked: CountsV1 {
                created: 1,
                changed: 0,
                unchanged: 0,
                refused: 1,
            },
            imported: CountsV1::default(),
            created_at_ms: 1_795_395_600_000,
            started_at_ms: Some(1_795_395_601_000),
            finished_at_ms: None,
        };
        let none = r#"{"created":0,"changed":0,"unchanged":0,"refused":0}"#;
        let bytes = format!(
            r#"{{"v1":{{"id":"{ID}","by":{{"credential":"4f9a2c","role":"contributor","organisation":"dic"}},"name":"bảng.csv","header":["Tên"],"archives":["00ff"],"total":2,"phase":"running","checked":{{"created":1,"changed":0,"unchanged":0,"refused":1}},"imported":{none},"created_at_ms":1795395600000,"started_at_ms":1795395601000}}}}"#
        );
        comes_back(&TableImportRecord::V1(import), &bytes);
        let result = RowResultV1 {
            import: ID.into(),
            position: 7,
            outcome: RowOutcome::Refused,
            asset: None,
            is_final: true,
            reasons: vec![ReasonV1 {
                pointer: "/kind".into(),
                vi: "Sai".into(),
                en: "Wrong".into(),
            }],
        };
        let bytes = format!(
            r#"{{"v1":{{"import":"{ID}","position":7,"outcome":"refused","is_final":true,"reasons":[{{"pointer":"/kind","vi":"Sai","en":"Wrong"}}]}}}}"#
        );
        comes_back(&RowResultRecord::V1(result), &bytes);
        let row = format!(
            r#"{{"v1":{{"import":"{ID}","position":0,"line":2,"cells":["Một"],"request":{{"work":{{"titles":{{"vi":"Một"}},"reuse_terms":"rights-not-reviewed","people_shown":"not-assessed","minors_shown":false,"access":"public"}},"said":["titles"],"is_submitted":true,"files":[{{"path":"a/b.jpg","role":"original","alt":{{"vi":"Cây"}}}}]}},"outcome":"changed","asset":"{ID}","differences":[{{"field":"titles","before":"Mộ","after":"Một"}}]}}}}"#
        );
        let read: TableRowRecord = serde_json::from_str(&row).unwrap();
        let said = read.latest();
        assert_eq!((said.line, said.outcome), (2, RowOutcome::Changed));
        assert_eq!(serde_json::to_string(&read).unwrap(), row);
    }
}
