//! Which account a subject of a provider has.

use serde::{Deserialize, Serialize};

use crate::domain::hex;
use crate::services::accounts::private;
use crate::storage::catalog::Keyed;
use crate::storage::keys::Key;

/// The account of a subject, under a keyed hash of issuer and subject. It stays when the account is closed, so that who was
/// closed out does not come in again as somebody new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SubjectRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(SubjectV1),
}

/// Version 1 of a stored subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubjectV1 {
    pub(super) key: String,
    pub(super) account: String,
}

impl Keyed for SubjectRecord {
    const TABLE: &'static str = "account-subjects";

    fn key(&self) -> String {
        let Self::V1(subject) = self;
        subject.key.clone()
    }
}

/// The key of a subject. Its name cannot be learned from it without the master key.
pub(super) fn key(issuer: &str, subject: &str, master: &Key) -> String {
    // The length keeps the two apart.
    let text = format!("subject\n{}\n{issuer}\n{subject}", issuer.len());
    hex(&private::keyed_hash(master, &text))
}

#[cfg(test)]
mod tests {
    use super::SubjectRecord;
    use crate::storage::catalog::Keyed as _;

    /// The bytes were written by hand from the description of the version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let bytes =
            include_str!("../../../../tests/fixtures/records/keyed/account-subject.v1.json");
        let record: SubjectRecord = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
        assert_eq!(record.key(), "0a".repeat(32));
    }
}
