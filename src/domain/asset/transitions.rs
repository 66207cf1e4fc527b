//! The only ways a work changes: each function takes a work and returns its next revision.
//!
//! ```text
//!            submit            publish            withdraw
//!   draft ───────────▶ submitted ────▶ published ──────────▶ withdrawn
//!     │ ◀─────────────────┘  return_to_draft  ▲                  │
//!     └────────────── publish ────────────────┘                  │
//!     ▲───────────────────────── return_to_draft ────────────────┘
//! ```
//!
//! Descriptions and files may change in every state, but a published work must still pass the
//! gates afterwards. With every revision the widest audience grows to the audience level that can see
//! the work or could a moment before; it never shrinks.

use super::publication::{public_copies_are_there, unmet_conditions};
use super::{
    Asset, AssetId, AudienceLevel, File, ProcessingStates, Revision, State, StateName, Tombstone,
    Work, limits,
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
            files: Vec::new(),
            created_at: now,
            updated_at: now,
            published_at: None,
        }
    }

    /// The work with another description.
    ///
    /// # Errors
    /// [`TransitionError::Unmet`] when it is published and would break a gate.
    pub fn describe(
        &self,
        work: Work,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let next = Self {
            work,
            ..self.clone()
        };
        self.checked_if_published(next, vocabularies, now)
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
        self.checked_if_published(next, vocabularies, now)
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
        self.checked_if_published(next, vocabularies, now)
    }

    /// The work submitted to the editors.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is a draft.
    pub fn submit(&self, now: Timestamp) -> Result<Self, TransitionError> {
        self.with_state(State::Submitted, &[StateName::Draft], now)
    }

    /// The work returned to its contributor.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is submitted or withdrawn.
    pub fn return_to_draft(&self, now: Timestamp) -> Result<Self, TransitionError> {
        self.with_state(
            State::Draft,
            &[StateName::Submitted, StateName::Withdrawn],
            now,
        )
    }

    /// The work published for the audience level of its access, from the end of its embargo on.
    /// `processing` are the states of its files.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is a draft or submitted,
    /// [`TransitionError::Unmet`] with every unmet condition.
    pub fn publish(
        &self,
        vocabularies: &Vocabularies,
        processing: &ProcessingStates,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let mut next = self.with_state(
            State::Published,
            &[StateName::Draft, StateName::Submitted],
            now,
        )?;
        next.published_at = Some(now);
        let mut unmet = unmet_conditions(&next, vocabularies);
        public_copies_are_there(&next, processing, &mut unmet);
        unmet.into_result(next).map_err(TransitionError::Unmet)
    }

    /// The work withdrawn; the reason is for the public.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is published.
    pub fn withdraw(&self, reason: String, now: Timestamp) -> Result<Self, TransitionError> {
        self.with_state(State::Withdrawn { reason }, &[StateName::Published], now)
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

    fn with_state(
        &self,
        to: State,
        allowed_from: &[StateName],
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let from = self.state.kind();
        if !allowed_from.contains(&from) {
            let to = to.kind();
            return Err(TransitionError::NotAllowed { from, to });
        }
        let next = Self {
            state: to,
            ..self.clone()
        };
        Ok(self.next_revision(next, now))
    }

    pub(super) fn checked_if_published(
        &self,
        next: Self,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let next = self.next_revision(next, now);
        if next.state == State::Published {
            require_publishable(next, vocabularies)
        } else {
            Ok(next)
        }
    }

    fn next_revision(&self, mut next: Self, now: Timestamp) -> Self {
        next.revision = self.revision.next();
        next.updated_at = now;
        next.widest_audience = self
            .widest_audience
            .max(self.audience_level(now))
            .max(next.audience_level(now));
        next
    }
}

fn require_publishable(next: Asset, vocabularies: &Vocabularies) -> Result<Asset, TransitionError> {
    unmet_conditions(&next, vocabularies)
        .into_result(next)
        .map_err(TransitionError::Unmet)
}
