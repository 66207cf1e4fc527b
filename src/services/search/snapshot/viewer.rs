//! The caller of a search, reduced to what decides which documents are visible.

use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::access::policy::{audience_level_of, organisations_in_scope};
use crate::services::search::filters::Facet;
use crate::services::search::index::schema::audience_level_number;

/// What a caller may see. Equal viewers see the same documents, so it is part of cache keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Viewer {
    /// See [`audience_level_number`].
    pub(crate) audience_level: u64,
    /// Tags of the organisations whose works are visible in every state.
    pub(crate) organisations: Vec<String>,
    /// The moment with which the ends of embargoes and consents are compared, in milliseconds.
    pub(crate) now_ms: i64,
}

impl Viewer {
    /// The viewer for an actor at a moment, by the access policy.
    pub(crate) fn new(actor: &Actor, now: Timestamp) -> Self {
        let in_scope = organisations_in_scope(actor);
        Self {
            audience_level: audience_level_number(audience_level_of(actor)),
            organisations: in_scope
                .map(|slug| Facet::Organisation.tag(slug.as_str()))
                .collect(),
            now_ms: now.as_millis(),
        }
    }

    /// The same viewer at the last of the `moments` (ascending) that has passed. Visibility changes
    /// only at these moments, so viewers between two of them are equal and share cache entries.
    pub(crate) fn at_last_of(&self, moments: &[i64]) -> Self {
        let passed = moments.partition_point(|moment| *moment <= self.now_ms);
        let now_ms = passed.checked_sub(1).map_or(i64::MIN, |last| moments[last]);
        Self {
            now_ms,
            ..self.clone()
        }
    }
}
