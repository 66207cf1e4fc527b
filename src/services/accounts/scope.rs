//! Whose works the holder of a token or account may handle beside those of its own body, and who administers the archive.

use std::sync::Arc;

use super::error::AccountsError;
use crate::domain::access::{Actor, Permission};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Slug, Timestamp};

/// The bodies below an organisation on the day of `now`.
pub(in crate::services) fn subordinates(
    vocabularies: &Vocabularies,
    organisation: Option<&Slug>,
    now: Timestamp,
) -> Arc<[Slug]> {
    organisation.map_or_else(Arc::default, |organisation| {
        vocabularies.subordinates(organisation, &now.day()).into()
    })
}

/// Refuses everybody but administrators.
///
/// # Errors
/// [`AccountsError::Forbidden`].
pub(super) fn administers(actor: &Actor) -> Result<(), AccountsError> {
    if actor.may(Permission::Administer) {
        Ok(())
    } else {
        Err(AccountsError::Forbidden)
    }
}
