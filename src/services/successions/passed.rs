//! The stored form of what a succession has passed on.

use serde::{Deserialize, Serialize};

use crate::storage::catalog::Keyed;

/// What is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Account,
    /// A granted request for access whose token was not fetched.
    Grant,
    SavedSearch,
    Token,
    Work,
}

/// Something that a succession has passed on, under succession, kind and id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PassedRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(PassedV1),
}

/// Version 1 of a stored thing that a succession has passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PassedV1 {
    pub(super) succession: String,
    pub(super) kind: Kind,
    pub(super) subject: String,
    /// Its successor; none: the main one, the only one before bodies could be split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
}

impl Kind {
    /// The stored name.
    const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Grant => "grant",
            Self::SavedSearch => "saved-search",
            Self::Token => "token",
            Self::Work => "work",
        }
    }
}

impl PassedRecord {
    /// The record of what a succession passes on.
    pub(super) fn new(succession: &str, kind: Kind, subject: &str, to: &str) -> Self {
        Self::V1(PassedV1 {
            succession: succession.to_owned(),
            kind,
            subject: subject.to_owned(),
            to: Some(to.to_owned()),
        })
    }

    /// What the keys of everything that a succession has passed on begin with.
    pub(super) fn prefix(succession: &str) -> String {
        format!("{succession}/")
    }

    /// The same, of one kind.
    pub(super) fn prefix_of(succession: &str, kind: Kind) -> String {
        format!("{succession}/{}/", kind.name())
    }

    /// Its newest version.
    pub(super) fn latest(&self) -> &PassedV1 {
        let Self::V1(record) = self;
        record
    }
}

impl Keyed for PassedRecord {
    const TABLE: &'static str = "succession-passed";

    fn key(&self) -> String {
        let record = self.latest();
        let prefix = Self::prefix_of(&record.succession, record.kind);
        format!("{prefix}{}", record.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::{Keyed as _, PassedRecord};

    /// The bytes were written by hand from the description of each version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        for (bytes, key) in [
            (
                include_str!("../../../tests/fixtures/records/keyed/succession-passed.v1.json"),
                "s-0123456789ab/token/4f9a2c",
            ),
            (
                include_str!(
                    "../../../tests/fixtures/records/keyed/succession-passed-part.v1.json"
                ),
                "s-0123456789ab/account/a-4f9a2c0b1d2e",
            ),
        ] {
            let record: PassedRecord = serde_json::from_str(bytes).unwrap();
            assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
            assert_eq!(record.key(), key);
        }
    }
}
