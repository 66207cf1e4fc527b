//! Posts: which role goes with which body.

use crate::domain::access::Role;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Slug};

/// The scheme of the bodies.
const SCHEME: &str = "organisation";

/// Whether somebody can have this role for this body: contributors deposit for one.
///
/// # Errors
/// [`Rule::Required`] for a contributor without a body; [`Rule::UnknownConcept`] for a body that the vocabulary does not
/// have.
pub fn check_post(
    role: Role,
    organisation: Option<&Slug>,
    vocabularies: &Vocabularies,
) -> Result<(), Rule> {
    match organisation {
        None if role == Role::Contributor => Err(Rule::Required),
        Some(slug) if vocabularies.find(SCHEME, slug.as_str()).is_none() => {
            Err(Rule::UnknownConcept {
                scheme: SCHEME,
                slug: slug.to_string(),
            })
        }
        _ => Ok(()),
    }
}
