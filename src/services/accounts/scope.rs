//! Whose works the holder of a token or account may handle beside those of its own body.

use std::sync::Arc;

use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Slug, Timestamp};

/// The bodies below an organisation on the day of `now`.
pub(super) fn subordinates(
    vocabularies: &Vocabularies,
    organisation: Option<&Slug>,
    now: Timestamp,
) -> Arc<[Slug]> {
    organisation.map_or_else(Arc::default, |organisation| {
        vocabularies.subordinates(organisation, &now.day()).into()
    })
}
