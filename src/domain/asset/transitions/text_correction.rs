//! Correcting the text that was read from a file of a work.

use crate::domain::asset::{Asset, TextCorrection, TransitionError};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Sha256, Timestamp};

impl Asset {
    /// The work with this text of a file in place of what was read from it; without one, what was read counts again.
    ///
    /// # Errors
    /// [`TransitionError::NoSuchFile`]; [`TransitionError::Unmet`] when it is published and would break a gate.
    pub fn correct_text(
        &self,
        sha256: Sha256,
        correction: Option<TextCorrection>,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let mut next = self.clone();
        let mut files = next.files.iter_mut();
        let file = files.find(|file| file.sha256 == sha256);
        let file = file.ok_or(TransitionError::NoSuchFile(sha256))?;
        file.text_correction = correction;
        self.changed(next, vocabularies, now)
    }
}
