//! The stored forms of bulk acts and of their results.
//!
//! Two tables: `bulk` by id, `bulk-items` by id and position. A result is written in the commit that changes
//! its work.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::act::Act;
use crate::domain::access::{Actor, Credential, Role};
use crate::domain::asset::work_edit::{SharedField, WorkEdit};
use crate::domain::asset::{AssetId, Revision, Work};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Slug, Timestamp};
use crate::services::accounts::subordinates;
use crate::storage::catalog::record::WorkV1;
use crate::storage::catalog::{CatalogError, Keyed};

/// The id of a bulk act: a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BulkId(uuid::Uuid);

impl BulkId {
    /// From 16 bytes, random or derived from an idempotency key.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for BulkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for BulkId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        uuid::Uuid::try_parse(text).map(Self)
    }
}

/// How far a bulk act is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Works are being changed.
    Running,
    /// Every work has a result.
    Done,
    /// Works are being changed back.
    Undoing,
    /// Every changed work was changed back or refused.
    Undone,
}

impl Phase {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("running", Self::Running),
        ("done", Self::Done),
        ("undoing", Self::Undoing),
        ("undone", Self::Undone),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        names
            .find(|(_, phase)| *phase == self)
            .map_or("", |(name, _)| name)
    }
}

/// What came of one work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing yet.
    Pending,
    /// It is at this revision since.
    Changed(u64),
    /// It was like that already.
    Unchanged,
    /// It was refused.
    Refused,
}

/// What came of changing one work back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UndoOutcome {
    /// It is at this revision since.
    Undone(u64),
    /// It was refused: changed since, or not possible.
    Refused,
}

/// A stored bulk act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BulkRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(BulkV1),
}

/// Version 1 of a stored bulk act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "named like what they hold")]
pub struct BulkV1 {
    pub id: String,
    pub act: ActV1,
    pub by: ByV1,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// SHA-256 of the request that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    pub total: u32,
    pub phase: Phase,
    pub created_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at_ms: Option<i64>,
    /// Who undoes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<ByV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_reason: Option<String>,
}

/// Version 1 of a stored act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the variants are those of `Act`")]
pub enum ActV1 {
    Submit,
    Return {
        reason: String,
    },
    Publish,
    Withdraw {
        reason: String,
    },
    Describe {
        set: Vec<String>,
        values: Box<WorkV1>,
        add: Vec<String>,
        additions: Box<WorkV1>,
    },
}

/// Version 1 of a stored actor. Without a role: the archive itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of `Actor`")]
pub struct ByV1 {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}

/// A stored result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BulkItemRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(BulkItemV1),
}

/// Version 1 of a stored result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "named like what they hold")]
pub struct BulkItemV1 {
    pub bulk: String,
    pub position: u32,
    pub asset: String,
    /// The revision on which the act is based; none when the work was not found at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<UndoOutcome>,
}

impl BulkRecord {
    /// The newest version of this record.
    pub fn latest(&self) -> &BulkV1 {
        let Self::V1(bulk) = self;
        bulk
    }

    /// The record with a change.
    pub(super) fn with(&self, change: impl FnOnce(&mut BulkV1)) -> Self {
        let mut bulk = self.latest().clone();
        change(&mut bulk);
        Self::V1(bulk)
    }
}

impl BulkItemRecord {
    /// The newest version of this record.
    pub fn latest(&self) -> &BulkItemV1 {
        let Self::V1(item) = self;
        item
    }

    /// The record with a change.
    pub(super) fn with(&self, change: impl FnOnce(&mut BulkItemV1)) -> Self {
        let mut item = self.latest().clone();
        change(&mut item);
        Self::V1(item)
    }

    /// The work.
    pub(super) fn asset(&self) -> Result<AssetId, CatalogError> {
        let text = &self.latest().asset;
        text.parse().map_err(|_| unreadable("work", text))
    }

    /// The revision on which the act is based.
    pub(super) fn expected(&self) -> Option<Revision> {
        self.latest().expected.map(Revision)
    }

    /// The key of an item.
    pub(super) fn key_of(bulk: &str, position: u32) -> String {
        format!("{bulk}/{position:06}")
    }

    /// What the keys of all items of a bulk act begin with.
    pub(super) fn prefix_of(bulk: &str) -> String {
        format!("{bulk}/")
    }
}

impl Keyed for BulkRecord {
    const TABLE: &'static str = "bulk";

    fn key(&self) -> String {
        self.latest().id.clone()
    }
}

impl Keyed for BulkItemRecord {
    const TABLE: &'static str = "bulk-items";

    fn key(&self) -> String {
        let item = self.latest();
        Self::key_of(&item.bulk, item.position)
    }
}

impl From<&Actor> for ByV1 {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::Holder {
                credential,
                role,
                organisation,
                ..
            } => Self {
                credential: Some(credential.to_string()),
                role: Some(role.name().to_owned()),
                organisation: organisation.as_ref().map(Slug::to_string),
            },
            Actor::Anonymous | Actor::System => Self {
                credential: None,
                role: None,
                organisation: None,
            },
        }
    }
}

impl ByV1 {
    /// The actor, with the organisations that are below its own now.
    ///
    /// # Errors
    /// When a newer version wrote it.
    pub(in crate::services) fn actor(
        &self,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Actor, CatalogError> {
        let Some(name) = &self.role else {
            return Ok(Actor::System);
        };
        let role = Role::of_name(name).ok_or_else(|| unreadable("role", name))?;
        let organisation = self.organisation.as_deref().map(Slug::parse).transpose();
        let text = self.organisation.as_deref().unwrap_or_default();
        let organisation = organisation.map_err(|_| unreadable("organisation", text))?;
        Ok(Actor::Holder {
            credential: Credential::from(self.credential.clone().unwrap_or_default()),
            role,
            subordinates: subordinates(vocabularies, organisation.as_ref(), now),
            organisation,
            // A narrowed token starts nothing that it may not do.
            narrowed_to: None,
        })
    }
}

impl From<&Act> for ActV1 {
    fn from(act: &Act) -> Self {
        let names = |fields: &[SharedField]| -> Vec<String> {
            fields.iter().map(|field| field.name().to_owned()).collect()
        };
        match act {
            Act::Submit => Self::Submit,
            Act::Return { reason } => Self::Return {
                reason: reason.clone(),
            },
            Act::Publish => Self::Publish,
            Act::Withdraw { reason } => Self::Withdraw {
                reason: reason.clone(),
            },
            Act::Describe(edit) => Self::Describe {
                set: names(&edit.set),
                values: Box::new(edit.values.clone().into()),
                add: names(&edit.add),
                additions: Box::new(edit.additions.clone().into()),
            },
        }
    }
}

impl ActV1 {
    /// The act.
    ///
    /// # Errors
    /// When a newer version wrote it.
    pub(super) fn act(&self) -> Result<Act, CatalogError> {
        let fields = |names: &[String]| -> Result<Vec<SharedField>, CatalogError> {
            let field = |name: &String| {
                SharedField::from_name(name).ok_or_else(|| unreadable("field", name))
            };
            names.iter().map(field).collect()
        };
        let work = |stored: &WorkV1| {
            Work::try_from(stored.clone()).map_err(|bad| unreadable("value", &bad.to_string()))
        };
        Ok(match self {
            Self::Submit => Act::Submit,
            Self::Return { reason } => Act::Return {
                reason: reason.clone(),
            },
            Self::Publish => Act::Publish,
            Self::Withdraw { reason } => Act::Withdraw {
                reason: reason.clone(),
            },
            Self::Describe {
                set,
                values,
                add,
                additions,
            } => Act::Describe(Box::new(WorkEdit {
                set: fields(set)?,
                values: work(values)?,
                add: fields(add)?,
                additions: work(additions)?,
            })),
        })
    }
}

fn unreadable(what: &str, value: &str) -> CatalogError {
    CatalogError::NewerVersion(format!("a bulk act ({what} {value:?})"))
}
