//! The consent to show the people in a work: its withdrawal, its end, and the papers that prove it.

use crate::domain::asset::{
    Asset, Consent, Decision, PeopleShown, SealedFile, State, TransitionError, limits,
};
use crate::domain::{Sha256, Timestamp};

impl Asset {
    /// The work without consent to show the people in it, by whom and when: a published work is withdrawn, with
    /// the reason for the public. It cannot be published before the people are assessed anew.
    ///
    /// # Errors
    /// [`TransitionError::NoConsent`] when it does not rest on a consent.
    pub fn withdraw_consent(&self, reason: String, by: Decision) -> Result<Self, TransitionError> {
        if !self.work.people_shown.is_consent() {
            return Err(TransitionError::NoConsent);
        }
        let mut next = self.clone();
        next.work.people_shown = PeopleShown::NotAssessed;
        next.work.consent = None;
        next.review = next.review.without_approvals();
        next.state = match next.state {
            State::Published => State::Withdrawn { reason },
            State::Accepted => State::Submitted,
            other => other,
        };
        let now = by.at;
        next.review.consent_withdrawn = Some(by);
        Ok(self.next_revision(next, now))
    }

    /// The published work withdrawn because its consent has ended; `None` when there is nothing to do.
    pub fn end_consent(&self, reason: String, now: Timestamp) -> Option<Self> {
        if !self.work.consent_has_ended(now) {
            return None;
        }
        self.withdraw(reason, now).ok()
    }

    /// The work with one more sealed file that proves the consent.
    ///
    /// # Errors
    /// [`TransitionError::AlreadyAttached`], [`TransitionError::TooManyFiles`].
    pub fn add_sealed(&self, file: SealedFile) -> Result<Self, TransitionError> {
        if self.sealed_file(file.sha256).is_some() {
            return Err(TransitionError::AlreadyAttached(file.sha256));
        }
        if self.sealed.len() >= limits::SEALED_FILES {
            return Err(TransitionError::TooManyFiles(limits::SEALED_FILES));
        }
        let now = file.added_at;
        let mut next = self.clone();
        next.sealed.push(file);
        Ok(self.next_revision(next, now))
    }

    /// The work without one of its sealed files. Its bytes are deleted after the grace time: earlier revisions do not
    /// keep them.
    ///
    /// # Errors
    /// [`TransitionError::NoSuchFile`].
    pub fn remove_sealed(&self, sha256: Sha256, now: Timestamp) -> Result<Self, TransitionError> {
        if self.sealed_file(sha256).is_none() {
            return Err(TransitionError::NoSuchFile(sha256));
        }
        let mut next = self.clone();
        next.sealed.retain(|other| other.sha256 != sha256);
        Ok(self.next_revision(next, now))
    }

    /// The sealed file with these bytes.
    pub fn sealed_file(&self, sha256: Sha256) -> Option<&SealedFile> {
        self.sealed.iter().find(|one| one.sha256 == sha256)
    }

    /// The bytes that it refers to, with their lengths: those of its files and their corrected texts, and of its sealed
    /// files.
    pub fn blobs(&self) -> impl Iterator<Item = (Sha256, u64)> {
        let sealed = self.sealed.iter().map(|one| (one.sha256, one.size));
        self.open_blobs().chain(sealed)
    }

    /// The same without its sealed files.
    pub fn open_blobs(&self) -> impl Iterator<Item = (Sha256, u64)> {
        let files = self.files.iter().map(|file| (file.sha256, file.size));
        let corrections = self.files.iter().filter_map(|file| file.text_correction);
        files.chain(corrections.map(|text| (text.blob, text.size)))
    }

    /// The moment at which its consent ends.
    pub fn consent_ends_at(&self) -> Option<Timestamp> {
        self.work.limited_consent().and_then(Consent::end)
    }
}
