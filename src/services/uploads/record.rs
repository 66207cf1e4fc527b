//! The stored form of uploads.
//!
//! The key is the owner, whether the upload is claimed, and the id, so that nobody finds the uploads of another, and the open ones of an owner can
//! be counted. A claim deletes the record of the open upload and inserts that of the claimed one.

use serde::{Deserialize, Serialize};

use crate::domain::access::Actor;
use crate::domain::{Slug, Timestamp};
use crate::storage::catalog::{Held, Keyed};

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum UploadRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(UploadV1),
}

/// Version 1 of a stored upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UploadV1 {
    pub(super) id: String,
    /// The credential that created it.
    pub(super) owner: String,
    /// The body for which that acted; the upload counts for it until it is claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) organisation: Option<String>,
    /// The announced number of bytes.
    pub(super) length: u64,
    /// `Upload-Metadata` as sent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) metadata: String,
    pub(super) expires_at_ms: i64,
    /// What it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) claimed: Option<ClaimedV1>,
}

/// What an upload became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimedV1 {
    pub(super) asset: String,
    pub(super) sha256: String,
}

impl UploadRecord {
    pub(super) const fn v1(&self) -> &UploadV1 {
        let Self::V1(upload) = self;
        upload
    }
}

impl UploadV1 {
    /// The name of its partial file.
    pub(super) fn name(&self) -> &str {
        &self.id
    }

    pub(super) fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.expires_at_ms)
    }

    /// Whether it can still be used.
    pub(super) fn is_alive(&self, now: Timestamp) -> bool {
        now < self.expires_at()
    }

    /// The body for which the actor acts is still that of the upload.
    pub(super) fn is_of_body(&self, actor: &Actor) -> bool {
        self.organisation.as_deref() == actor.organisation().map(Slug::as_str)
    }
}

impl Keyed for UploadRecord {
    const TABLE: &'static str = "uploads";

    fn key(&self) -> String {
        let upload = self.v1();
        let phase = match upload.claimed {
            None => Phase::Open,
            Some(_) => Phase::Claimed,
        };
        key(&upload.owner, phase, &upload.id)
    }

    fn held(&self) -> Option<Held> {
        let upload = self.v1();
        let organisation = upload.organisation.as_ref()?;
        // Once it is claimed, its bytes count as those of the work.
        upload.claimed.is_none().then_some(Held {
            organisation: Slug::parse(organisation).ok()?,
            bytes: upload.length,
        })
    }
}

/// Whether an upload is a file of a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not yet.
    Open,
    /// It is; the record is kept for repeated claims.
    Claimed,
}

/// The key of an upload.
pub(super) fn key(owner: &str, phase: Phase, id: impl std::fmt::Display) -> String {
    format!("{}{id}", prefix(owner, phase))
}

/// What the keys of all uploads of an owner in this phase begin with.
pub(super) fn prefix(owner: &str, phase: Phase) -> String {
    let phase = match phase {
        Phase::Open => "open",
        Phase::Claimed => "claimed",
    };
    format!("{owner}/{phase}/")
}

/// The owner that an actor is.
pub(super) fn owner_of(actor: &Actor) -> Option<String> {
    match actor {
        Actor::Holder { credential, .. } => Some(credential.to_string()),
        Actor::System => Some("system".to_owned()),
        Actor::Anonymous => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Keyed as _, UploadRecord};

    /// The bytes were written by hand from the description of each version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let open = include_str!("../../../tests/fixtures/records/keyed/upload.v1.json");
        let claimed = include_str!("../../../tests/fixtures/records/keyed/upload-claimed.v1.json");
        for (bytes, key, held) in [
            (
                open,
                "4f9a2c/open/00ff10a0000000000000000000000001",
                Some(600),
            ),
            (
                claimed,
                "a-0123456789ab/claimed/00ff10a0000000000000000000000001",
                None,
            ),
        ] {
            let record: UploadRecord = serde_json::from_str(bytes).unwrap();
            assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
            assert_eq!(record.key(), key);
            assert_eq!(record.held().map(|held| held.bytes), held);
        }
    }
}
