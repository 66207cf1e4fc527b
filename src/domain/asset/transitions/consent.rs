//! What becomes of a work when the consent to show the people in it is withdrawn or ends.

use crate::domain::Timestamp;
use crate::domain::asset::{Asset, Consent, Decision, PeopleShown, State, TransitionError};

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

    /// The moment at which its consent ends.
    pub fn consent_ends_at(&self) -> Option<Timestamp> {
        self.work.limited_consent().and_then(Consent::end)
    }
}
