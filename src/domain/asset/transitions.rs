//! The only ways a work changes: each function takes a work and gives its next revision.
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
//! gates afterwards. With every revision the exposure grows to the widest circle that can see the
//! work or could a moment before; it never shrinks.

use super::publication::unmet_conditions;
use super::{Asset, AssetId, Exposure, File, Revision, State, Tombstone, Work, limits};
use crate::domain::access::policy;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Sha256, Timestamp, Violations};

/// Why a work cannot change this way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// Its state does not lead there.
    #[error("a work that is {from} cannot become {to}")]
    NotAllowed {
        /// Where it stands.
        from: &'static str,
        /// Where it was to go.
        to: &'static str,
    },
    /// The gates of publication hold it back.
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
    /// A work that is taken in: a draft at the first revision.
    pub fn take_in(id: AssetId, work: Work, now: Timestamp) -> Self {
        Self {
            id,
            revision: Revision::FIRST,
            state: State::Draft,
            exposure: Exposure::Staff,
            work,
            files: Vec::new(),
            created_at: now,
            updated_at: now,
            published_at: None,
        }
    }

    /// With another description.
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
        self.still_publishable(next, vocabularies, now)
    }

    /// With one more file, at the end.
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
        self.still_publishable(next, vocabularies, now)
    }

    /// Without one of its files.
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
        next.files.retain(|kept| kept.sha256 != file);
        self.still_publishable(next, vocabularies, now)
    }

    /// Handed to the editors.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is a draft.
    pub fn submit(&self, now: Timestamp) -> Result<Self, TransitionError> {
        self.moved(State::Submitted, &["draft"], now)
    }

    /// Back on the desk of its contributor.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is submitted or withdrawn.
    pub fn return_to_draft(&self, now: Timestamp) -> Result<Self, TransitionError> {
        self.moved(State::Draft, &["submitted", "withdrawn"], now)
    }

    /// Out, to the circle its access names, when its embargo allows.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is a draft or submitted,
    /// [`TransitionError::Unmet`] with every gate that holds it back.
    pub fn publish(
        &self,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let mut next = self.moved(State::Published, &["draft", "submitted"], now)?;
        next.published_at = Some(now);
        passes_the_gates(next, vocabularies)
    }

    /// Taken back; the reason is for the public.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] unless it is published.
    pub fn withdraw(&self, reason: String, now: Timestamp) -> Result<Self, TransitionError> {
        self.moved(State::Withdrawn { reason }, &["published"], now)
    }

    /// What stays of it when it is deleted, from whatever state.
    pub fn delete(&self, now: Timestamp) -> Tombstone {
        Tombstone {
            id: self.id,
            revision: self.revision.next(),
            exposure: self.exposure.max(policy::audience(self, now)),
            deleted_at: now,
        }
    }

    /// The revision that makes it known that the embargo has ended; none when there is nothing
    /// to tell: no embargo, not published, not yet over, or told by a change made since.
    pub fn lift_embargo(&self, now: Timestamp) -> Option<Self> {
        let until = self.work.embargo_until?;
        let is_due = self.state == State::Published && self.updated_at < until && until <= now;
        is_due.then(|| self.followed_by(self.clone(), now))
    }

    /// The file with these bytes.
    pub fn file(&self, sha256: Sha256) -> Option<&File> {
        self.files.iter().find(|file| file.sha256 == sha256)
    }

    fn moved(
        &self,
        to: State,
        allowed_from: &[&str],
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let from = self.state.name();
        if !allowed_from.contains(&from) {
            let to = to.name();
            return Err(TransitionError::NotAllowed { from, to });
        }
        let next = Self {
            state: to,
            ..self.clone()
        };
        Ok(self.followed_by(next, now))
    }

    fn still_publishable(
        &self,
        next: Self,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let next = self.followed_by(next, now);
        if next.state == State::Published {
            passes_the_gates(next, vocabularies)
        } else {
            Ok(next)
        }
    }

    fn followed_by(&self, mut next: Self, now: Timestamp) -> Self {
        next.revision = self.revision.next();
        next.updated_at = now;
        next.exposure = self
            .exposure
            .max(policy::audience(self, now))
            .max(policy::audience(&next, now));
        next
    }
}

fn passes_the_gates(next: Asset, vocabularies: &Vocabularies) -> Result<Asset, TransitionError> {
    unmet_conditions(&next, vocabularies)
        .into_result(next)
        .map_err(TransitionError::Unmet)
}
