//! Applies a JSON Merge Patch (RFC 7396) to a work.

use serde_json::Value;

use super::WorkDto;
use super::incoming::parse_changed_work;
use crate::domain::asset::Work;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Violations};
use crate::services::works::Deposit;

/// The work with this patch: the patch is merged into the wire form of the present work, and the result is
/// parsed like a new work.
///
/// # Errors
/// Every broken rule, with pointers into the patched work.
pub fn patch_work(
    present: &Work,
    patch: &Value,
    vocabularies: &Vocabularies,
) -> Result<Deposit, Violations> {
    if !patch.is_object() {
        // RFC 7396 replaces the whole work by such a patch; the result is never an object.
        let mut violations = Violations::default();
        violations.push("", Rule::WrongType { expected: "object" });
        return Err(violations);
    }
    let mut document = WorkDto::from(present.clone()).into_json();
    json_patch::merge(&mut document, patch);
    parse_changed_work(&document, vocabularies)
}
