//! The only ways a work changes: each function takes a work and returns its next revision.
//!
//! ```text
//!            submit             accept            publish             withdraw
//!   draft ───────────▶ submitted ─────▶ accepted ─────────▶ published ─────────▶ withdrawn
//!     ▲                  │   ▲              │                                        │
//!     │   return_because │   │ submit       │ return_because                         │
//!     │                  ▼   │              │                                        │
//!     │                returned ◀───────────┘                                        │
//!     └──── return_to_draft, from submitted, accepted and withdrawn ◀────────────────┘
//! ```
//!
//! `publish` is possible from every state before publication: it checks the same conditions as `accept`.
//! Descriptions and files may change in every state. A change of an accepted work makes it submitted again;
//! a published work must still pass the gates afterwards ([`publication`](crate::domain::asset::publication)). With every
//! revision the widest audience grows to the audience level that can see the work or could a moment before;
//! it never shrinks.

mod consent;
mod narrowing;
mod redacting;
mod restoration;
mod text_correction;

use crate::domain::asset::publication::{
    Evidence, checklist, differ_in_content, must_hold_while_published,
};
use crate::domain::asset::{
    Asset, AssetId, AudienceLevel, Correction, Decision, File, ProcessingStates, Requirement,
    ReturnReason, Review, ReviewDecision, Revision, State, StateName, Tombstone, Work, limits,
};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Sha256, Timestamp, Violations};

/// Why a work cannot change this way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// Its state does not allow this transition.
    #[error("a work that is {} cannot become {}", .from.name(), .to.name())]
    NotAllowed {
        /// Its present state.
        from: StateName,
        /// The requested state.
        to: StateName,
    },
    /// Conditions of publication are not met.
    #[error("the work does not meet the conditions of publication")]
    Unmet(#[source] Violations),
    /// It has these bytes already.
    #[error("the work already has the file {0}")]
    AlreadyAttached(Sha256),
    /// It has no such file.
    #[error("the work has no file {0}")]
    NoSuchFile(Sha256),
    /// It has as many files as a work can have.
    #[error("the work already has {0} files")]
    TooManyFiles(usize),
    /// It has as many corrections as a work can have.
    #[error("the work already has {0} corrections")]
    TooManyCorrections(usize),
    /// The redacted regions do not fit the file.
    #[error("the redacted regions do not fit the file")]
    RegionsDoNotFit(#[source] Violations),
    /// It does not rest on a consent to show people.
    #[error("the work does not rest on a consent")]
    NoConsent,
    /// The second approval would come from the post that gave the first.
    #[error("the first approval was given by the same post")]
    SameApprover,
}

impl Asset {
    /// A new work: a draft at the first revision.
    pub fn take_in(id: AssetId, work: Work, now: Timestamp) -> Self {
        Self {
            id,
            revision: Revision::FIRST,
            state: State::Draft,
            widest_audience: AudienceLevel::Staff,
            work,
            issuer: None,
            files: Vec::new(),
            sealed: Vec::new(),
            created_at: now,
            updated_at: now,
            published_at: None,
            review: Review::default(),
            corrections: Vec::new(),
        }
    }

    /// A new work with the files that it came with, still at the first revision.
    ///
    /// # Errors
    /// [`TransitionError::AlreadyAttached`] for equal files, [`TransitionError::TooManyFiles`].
    pub fn take_in_with(
        id: AssetId,
        work: Work,
        files: &[File],
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let mut asset = Self::take_in(id, work, now);
        if files.len() > limits::FILES {
            return Err(TransitionError::TooManyFiles(limits::FILES));
        }
        for file in files {
            if asset.file(file.sha256).is_some() {
                return Err(TransitionError::AlreadyAttached(file.sha256));
            }
            asset.files.push(file.clone());
        }
        Ok(asset)
    }

    /// The work with another description, by whom and when. Other terms of reuse are not reviewed yet, unless
    /// the work is published: who may change it then has reviewed them.
    ///
    /// # Errors
    /// [`TransitionError::Unmet`] when it is published and would break a gate.
    pub fn describe(
        &self,
        work: Work,
        vocabularies: &Vocabularies,
        by: &Decision,
    ) -> Result<Self, TransitionError> {
        self.changed(self.with_work(work, by), vocabularies, by.at)
    }

    /// The work with another description, not yet checked.
    pub(in crate::domain::asset) fn with_work(&self, work: Work, by: &Decision) -> Self {
        let mut next = self.clone();
        if work.reuse_terms != self.work.reuse_terms {
            let is_published = self.state == State::Published;
            next.review.rights = is_published.then(|| by.clone());
        }
        if work.people_shown != self.work.people_shown {
            next.review.consent_withdrawn = None;
        }
        next.work = work;
        next
    }

    /// The published work with another description, and a note for its readers that says what was corrected.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is published, [`TransitionError::Unmet`],
    /// [`TransitionError::TooManyCorrections`].
    pub fn correct(
        &self,
        work: Work,
        note: String,
        vocabularies: &Vocabularies,
        by: &Decision,
    ) -> Result<Self, TransitionError> {
        self.require_state(StateName::Published, &[StateName::Published])?;
        if self.corrections.len() >= limits::CORRECTIONS {
            return Err(TransitionError::TooManyCorrections(limits::CORRECTIONS));
        }
        let mut next = self.describe(work, vocabularies, by)?;
        next.corrections.push(Correction {
            note,
            at: by.at,
            revision: next.revision,
            corrected: self.revision,
        });
        Ok(next)
    }

    /// The work with one more file, at the end.
    ///
    /// # Errors
    /// [`TransitionError::AlreadyAttached`], [`TransitionError::TooManyFiles`], or
    /// [`TransitionError::Unmet`] when it is published and would break a gate.
    pub fn attach(
        &self,
        file: File,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        if self.file(file.sha256).is_some() {
            return Err(TransitionError::AlreadyAttached(file.sha256));
        }
        if self.files.len() >= limits::FILES {
            return Err(TransitionError::TooManyFiles(limits::FILES));
        }
        let mut next = self.clone();
        next.files.push(file);
        self.changed(next, vocabularies, now)
    }

    /// The work without one of its files.
    ///
    /// # Errors
    /// [`TransitionError::NoSuchFile`], or [`TransitionError::Unmet`] when it is published and
    /// would break a gate.
    pub fn detach(
        &self,
        file: Sha256,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        if self.file(file).is_none() {
            return Err(TransitionError::NoSuchFile(file));
        }
        let mut next = self.clone();
        next.files.retain(|other| other.sha256 != file);
        self.changed(next, vocabularies, now)
    }

    /// The work submitted to the editors.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is a draft or was returned.
    pub fn submit(&self, now: Timestamp) -> Result<Self, TransitionError> {
        let from = [StateName::Draft, StateName::Returned];
        self.with_state(State::Submitted, &from, now)
    }

    /// The work as a draft again, without approvals.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is submitted, accepted or withdrawn.
    pub fn return_to_draft(&self, now: Timestamp) -> Result<Self, TransitionError> {
        let from = [
            StateName::Submitted,
            StateName::Accepted,
            StateName::Withdrawn,
        ];
        let mut next = self.with_state(State::Draft, &from, now)?;
        next.review = next.review.without_approvals();
        Ok(next)
    }

    /// The work returned to its contributor for these reasons, without approvals.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is submitted or accepted.
    pub fn return_because(
        &self,
        reasons: Vec<ReturnReason>,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let from = ReviewDecision::Return.states();
        let mut next = self.with_state(State::Returned { reasons }, from, now)?;
        next.review = next.review.without_approvals();
        Ok(next)
    }

    /// The work with its first approval. All conditions of publication must be met but the second approval.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is submitted, [`TransitionError::Unmet`] with every unmet
    /// condition.
    pub fn accept(&self, evidence: Evidence<'_>, by: Decision) -> Result<Self, TransitionError> {
        let mut next = self.with_state(State::Accepted, ReviewDecision::Accept.states(), by.at)?;
        let unmet = checklist(&next, evidence);
        let unmet = unmet.unmet(|requirement| requirement != Requirement::SecondApproval);
        next.review = next.review.without_approvals();
        next.approve_first(by);
        unmet.into_result(next).map_err(TransitionError::Unmet)
    }

    /// The work with its second approval.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is accepted, [`TransitionError::SameApprover`] when the
    /// first approval was given by the same token or account.
    pub fn approve(&self, by: Decision) -> Result<Self, TransitionError> {
        let mut next = self.with_state(State::Accepted, ReviewDecision::Approve.states(), by.at)?;
        let first = self.review.accepted.as_ref();
        if first.is_none_or(|first| first.by == by.by) {
            return Err(TransitionError::SameApprover);
        }
        next.review.approved = Some(by);
        Ok(next)
    }

    /// The work published for the audience level of its access, from the end of its embargo on. Who
    /// publishes a work that nobody accepted gives the first approval.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] when it is published or withdrawn, [`TransitionError::Unmet`] with
    /// every unmet condition.
    pub fn publish(&self, evidence: Evidence<'_>, by: Decision) -> Result<Self, TransitionError> {
        let from = ReviewDecision::Publish.states();
        let mut next = self.with_state(State::Published, from, by.at)?;
        next.published_at = Some(by.at);
        if next.review.accepted.is_none() {
            next.approve_first(by);
        }
        checklist(&next, evidence)
            .unmet(|_| true)
            .into_result(next)
            .map_err(TransitionError::Unmet)
    }

    /// The work withdrawn; the reason is for the public.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is published.
    pub fn withdraw(&self, reason: String, now: Timestamp) -> Result<Self, TransitionError> {
        self.with_state(
            State::Withdrawn { reason },
            ReviewDecision::Withdraw.states(),
            now,
        )
    }

    /// The tombstone of the work when it is deleted, from any state.
    pub fn delete(&self, now: Timestamp) -> Tombstone {
        Tombstone {
            id: self.id,
            revision: self.revision.next(),
            widest_audience: self.widest_audience.max(self.audience_level(now)),
            deleted_at: now,
        }
    }

    /// The revision that announces the end of the embargo; `None` when there is nothing to announce:
    /// no embargo, not published, not yet ended, or changed since it ended.
    pub fn lift_embargo(&self, now: Timestamp) -> Option<Self> {
        let until = self.work.embargo_until?;
        let is_due = self.state == State::Published && self.updated_at < until && until <= now;
        is_due.then(|| self.next_revision(self.clone(), now))
    }

    /// The file with these bytes.
    pub fn file(&self, sha256: Sha256) -> Option<&File> {
        self.files.iter().find(|file| file.sha256 == sha256)
    }

    /// Who approves a work has reviewed its rights.
    fn approve_first(&mut self, by: Decision) {
        self.review.rights.get_or_insert_with(|| by.clone());
        self.review.accepted = Some(by);
    }

    fn require_state(
        &self,
        to: StateName,
        allowed_from: &[StateName],
    ) -> Result<(), TransitionError> {
        let from = self.state.kind();
        if allowed_from.contains(&from) {
            Ok(())
        } else {
            Err(TransitionError::NotAllowed { from, to })
        }
    }

    fn with_state(
        &self,
        to: State,
        allowed_from: &[StateName],
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        self.require_state(to.kind(), allowed_from)?;
        let next = Self {
            state: to,
            ..self.clone()
        };
        Ok(self.next_revision(next, now))
    }

    /// The next revision after a change of description or files.
    pub(in crate::domain::asset) fn changed(
        &self,
        mut next: Self,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        if next.state == State::Accepted {
            next.state = State::Submitted;
            next.review = next.review.without_approvals();
        }
        let content_changed = differ_in_content(self, &next);
        if content_changed {
            next.review.approved = None;
        }
        self.next_revision(next, now)
            .checked_if_published(vocabularies, content_changed, now)
    }

    /// The work, which must still meet the conditions of publication if it is published.
    pub(in crate::domain::asset) fn checked_if_published(
        self,
        vocabularies: &Vocabularies,
        content_changed: bool,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        if self.state != State::Published {
            return Ok(self);
        }
        let evidence = Evidence {
            vocabularies,
            processing: &ProcessingStates::default(),
            now,
        };
        checklist(&self, evidence)
            .unmet(|requirement| must_hold_while_published(requirement, content_changed))
            .into_result(self)
            .map_err(TransitionError::Unmet)
    }

    pub(in crate::domain::asset) fn next_revision(&self, mut next: Self, now: Timestamp) -> Self {
        next.revision = self.revision.next();
        next.updated_at = now;
        next.widest_audience = self
            .widest_audience
            .max(self.audience_level(now))
            .max(next.audience_level(now));
        next
    }
}
