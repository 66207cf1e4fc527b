//! How much of the archive an organisation uses, and how much it may.

use crate::domain::Slug;

/// What an organisation takes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Works, in every state; deleted ones are not counted.
    pub works: u64,
    /// Bytes of their files as deposited, those of earlier revisions included: they are kept until the work is deleted. Files with the same
    /// bytes count for every work that has them. Beside them the bytes that keyed records hold ([`Held`](super::Held)).
    pub bytes: u64,
}

/// What an organisation may use at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageLimit {
    /// Whose works.
    pub organisation: Slug,
    /// The most works; none: any number.
    pub works: Option<u64>,
    /// The most bytes; none: any number.
    pub bytes: Option<u64>,
}

/// What there would be too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Works.
    Works,
    /// Bytes of files as deposited.
    Bytes,
}

/// A change that would have exceeded what an organisation may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excess {
    /// Whose works.
    pub organisation: Slug,
    /// Of what.
    pub resource: Resource,
    /// The most that is allowed.
    pub limit: u64,
    /// What is used without the change.
    pub used: u64,
    /// What would be used with it.
    pub wanted: u64,
}

impl UsageLimit {
    /// What a change from `before` to `after` exceeds. A change that adds nothing exceeds nothing, whatever is used
    /// already.
    pub(crate) fn excess(&self, before: Usage, after: Usage) -> Option<Excess> {
        let exceeds = |resource, limit: Option<u64>, used: u64, wanted: u64| {
            let limit = limit.filter(|limit| wanted > used && wanted > *limit)?;
            Some(Excess {
                organisation: self.organisation.clone(),
                resource,
                limit,
                used,
                wanted,
            })
        };
        exceeds(Resource::Works, self.works, before.works, after.works)
            .or_else(|| exceeds(Resource::Bytes, self.bytes, before.bytes, after.bytes))
    }
}
