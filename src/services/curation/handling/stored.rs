//! The stored form of the handling of works.

use serde::{Deserialize, Serialize};

use crate::domain::asset::{AssetId, Decision};
use crate::domain::credential::Credential;
use crate::domain::handling::{Assignee, Assignment, Comment, Handling};
use crate::domain::role::Role;
use crate::domain::{Slug, WorkDate};
use crate::storage::catalog::record::{DecisionV1, InvalidRecord};
use crate::storage::catalog::{CatalogError, Keyed};

/// The handling of one work, under the id of the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HandlingRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(HandlingV1),
}

/// Version 1 of the stored handling of a work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct HandlingV1 {
    pub asset: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<AssignmentV1>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<CommentV1>,
}

/// Version 1 of a stored assignment: to a credential, or to a role and perhaps an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct AssignmentV1 {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<String>,
    pub by: DecisionV1,
}

/// Version 1 of a stored comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain type")]
pub struct CommentV1 {
    pub number: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    pub text: String,
    pub by: DecisionV1,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_key: Option<String>,
}

impl Keyed for HandlingRecord {
    const TABLE: &'static str = "handling";

    fn key(&self) -> String {
        let Self::V1(record) = self;
        record.asset.clone()
    }
}

impl From<Handling> for HandlingRecord {
    fn from(handling: Handling) -> Self {
        Self::V1(HandlingV1 {
            asset: handling.asset.to_string(),
            assignment: handling.assignment.map(AssignmentV1::from),
            comments: handling.comments.into_iter().map(CommentV1::from).collect(),
        })
    }
}

impl HandlingRecord {
    /// The handling in this record.
    ///
    /// # Errors
    /// [`CatalogError::NewerVersion`] for a value that this version does not know.
    pub fn into_domain(self) -> Result<Handling, CatalogError> {
        let Self::V1(stored) = self;
        let read = || -> Result<Handling, InvalidRecord> {
            Ok(Handling {
                asset: parsed("asset id", &stored.asset)?,
                assignment: stored.assignment.map(Assignment::try_from).transpose()?,
                comments: stored
                    .comments
                    .into_iter()
                    .map(Comment::try_from)
                    .collect::<Result<_, _>>()?,
            })
        };
        read().map_err(|error| CatalogError::NewerVersion(error.to_string()))
    }
}

impl From<Assignment> for AssignmentV1 {
    fn from(assignment: Assignment) -> Self {
        let (credential, role, organisation) = match assignment.to {
            Assignee::Holder(credential) => (Some(credential.to_string()), None, None),
            Assignee::Post { role, organisation } => (
                None,
                Some(role.name().to_owned()),
                organisation.map(|slug| slug.to_string()),
            ),
        };
        Self {
            credential,
            role,
            organisation,
            due_on: assignment.due_on.map(|day| day.to_string()),
            by: assignment.by.into(),
        }
    }
}

impl TryFrom<AssignmentV1> for Assignment {
    type Error = InvalidRecord;

    fn try_from(stored: AssignmentV1) -> Result<Self, InvalidRecord> {
        let to = match (stored.credential, stored.role) {
            (Some(credential), None) => Assignee::Holder(Credential::from(credential)),
            (_, role) => Assignee::Post {
                role: role_of(role.as_deref().unwrap_or_default())?,
                organisation: stored
                    .organisation
                    .map(|slug| Slug::parse(&slug).map_err(|_| invalid("slug", &slug)))
                    .transpose()?,
            },
        };
        let due_on = stored.due_on.as_deref();
        Ok(Self {
            to,
            due_on: due_on
                .map(|day| parsed::<WorkDate>("date", day))
                .transpose()?,
            by: Decision::try_from(stored.by)?,
        })
    }
}

impl From<Comment> for CommentV1 {
    fn from(comment: Comment) -> Self {
        Self {
            number: comment.number,
            pointer: comment.pointer,
            text: comment.text,
            by: comment.by.into(),
            request_key: comment.request_key,
        }
    }
}

impl TryFrom<CommentV1> for Comment {
    type Error = InvalidRecord;

    fn try_from(stored: CommentV1) -> Result<Self, InvalidRecord> {
        Ok(Self {
            number: stored.number,
            pointer: stored.pointer,
            text: stored.text,
            by: Decision::try_from(stored.by)?,
            request_key: stored.request_key,
        })
    }
}

fn role_of(name: &str) -> Result<Role, InvalidRecord> {
    Role::of_name(name).ok_or_else(|| invalid("role", name))
}

fn parsed<T: std::str::FromStr>(what: &'static str, text: &str) -> Result<T, InvalidRecord> {
    text.parse().map_err(|_| invalid(what, text))
}

fn invalid(what: &'static str, value: &str) -> InvalidRecord {
    InvalidRecord {
        what,
        value: value.to_owned(),
    }
}

/// The key of the record of a work.
pub(super) fn key_of(asset: AssetId) -> String {
    asset.to_string()
}

#[cfg(test)]
mod tests {
    use super::HandlingRecord;
    use crate::domain::access::{AccountId, Credential, Role, TokenId};
    use crate::domain::asset::{AssetId, Decision};
    use crate::domain::handling::{Assignee, Assignment, Comment, Handling};
    use crate::domain::{Slug, Timestamp};
    use crate::storage::catalog::Keyed as _;

    const ASSET: &str = "0190a000-0000-7000-8000-000000000001";

    fn decided(
        by: Option<Credential>,
        role: Option<Role>,
        of: Option<&str>,
        later: i64,
    ) -> Decision {
        Decision {
            by,
            role,
            organisation: of.map(|slug| Slug::parse(slug).unwrap()),
            at: Timestamp::from_millis(1_795_395_600_000 + later),
        }
    }

    fn account() -> Credential {
        Credential::Account("a-0123456789ab".parse::<AccountId>().unwrap())
    }

    fn full() -> Handling {
        let token = Credential::Token(TokenId("4f9a2c".into()));
        let comment = |number, pointer: &str, text: &str, by, request_key: Option<&str>| Comment {
            number,
            pointer: pointer.into(),
            text: text.into(),
            by,
            request_key: request_key.map(str::to_owned),
        };
        let by_account = decided(Some(account()), Some(Role::Contributor), Some("dic"), 1);
        Handling {
            asset: ASSET.parse::<AssetId>().unwrap(),
            assignment: Some(Assignment {
                to: Assignee::Post {
                    role: Role::Reviewer,
                    organisation: Some(Slug::parse("dic").unwrap()),
                },
                due_on: Some("2026-12-10".parse().unwrap()),
                by: decided(Some(token), Some(Role::Editor), None, 0),
            }),
            comments: vec![
                comment(1, "/body", "Ảnh gửi sau.", by_account, Some("k1")),
                comment(2, "", "Đã nhận.", decided(None, None, None, 2), None),
            ],
        }
    }

    fn of_holder() -> Handling {
        Handling {
            assignment: Some(Assignment {
                to: Assignee::Holder(account()),
                due_on: None,
                by: decided(None, None, None, 0),
            }),
            comments: Vec::new(),
            ..full()
        }
    }

    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        for (name, value) in [("handling.v1", full()), ("handling-holder.v1", of_holder())] {
            let root = env!("CARGO_MANIFEST_DIR");
            let path = format!("{root}/tests/fixtures/records/keyed/{name}.json");
            let bytes = std::fs::read_to_string(path).unwrap();
            let record: HandlingRecord = serde_json::from_str(&bytes).unwrap();
            assert_eq!(record.key(), ASSET);
            assert_eq!(record.into_domain().unwrap(), value, "{name}");
            let written = serde_json::to_string(&HandlingRecord::from(value)).unwrap();
            assert_eq!(written, bytes.trim_end(), "{name}");
        }
    }
}
