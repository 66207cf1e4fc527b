//! Changes that only show a work to fewer people.

use crate::domain::asset::{Access, Asset};

impl Asset {
    /// Whether this revision differs from the one before only in who may see it, and nobody may see it who could not before.
    /// Such a change takes something away, like a withdrawal, and has to be possible when there is no space left.
    pub fn only_narrows(&self, before: &Self) -> bool {
        let mut same = self.clone();
        same.revision = before.revision;
        same.updated_at = before.updated_at;
        same.widest_audience = before.widest_audience;
        // What a correction of a published work notes beside the change.
        same.review = before.review.clone();
        same.corrections = before.corrections.clone();
        same.work.access = before.work.access;
        same.work.embargo_until = before.work.embargo_until;
        same.work.consent = before.work.consent.clone();
        for file in &mut same.files {
            let before = before.file(file.sha256);
            file.redacted = before.map_or(Vec::new(), |before| before.redacted.clone());
            if file.text_correction.is_none() {
                file.text_correction = before.and_then(|before| before.text_correction);
            }
        }
        let is_narrower = breadth(self.work.access) <= breadth(before.work.access)
            && self.work.embargo_until >= before.work.embargo_until
            && !self.work.widens_consent(&before.work)
            && !self.reveals_more_than(before);
        same == *before && is_narrower
    }
}

/// Those who may see a work of more access include those of less.
const fn breadth(access: Access) -> u8 {
    match access {
        Access::Public => 2,
        Access::Partner => 1,
        Access::StateInternal => 0,
    }
}
