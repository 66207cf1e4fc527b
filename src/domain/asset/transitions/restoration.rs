//! Changes that take something of a work back or replace it: an earlier revision restored, the last change
//! undone, a file replaced by a new version of it.

use crate::domain::asset::{Asset, Decision, File, PeopleShown, TransitionError, Work};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Sha256, Slug, Timestamp, Violations};

impl Asset {
    /// The work with the description and files of an earlier revision. Its state stays: that has its own
    /// transitions. `None` when nothing would change. `withdrawn` is the last withdrawal of a consent after that
    /// revision.
    ///
    /// # Errors
    /// [`TransitionError::Unmet`] when the vocabularies do not have a concept of the earlier description
    /// any more, or when it is published and would break a gate.
    pub fn restore(
        &self,
        work: Work,
        files: Vec<File>,
        withdrawn: Option<&Decision>,
        vocabularies: &Vocabularies,
        by: &Decision,
    ) -> Result<Option<Self>, TransitionError> {
        unknown_concepts(&work, vocabularies)
            .into_result(())
            .map_err(TransitionError::Unmet)?;
        let next = Self {
            files,
            ..self.with_work(work, by)
        };
        let next = match withdrawn {
            Some(withdrawn) => self.keep_consent_withdrawn(next, withdrawn),
            None => next,
        };
        if next.work == self.work && next.files == self.files {
            return Ok(None);
        }
        self.changed(next, vocabularies, by.at).map(Some)
    }

    /// A consent that was withdrawn does not come back with an earlier revision, not even when people were assessed
    /// anew since. That assessment holds for the files that the work has now; for others there is none.
    fn keep_consent_withdrawn(&self, mut next: Self, withdrawn: &Decision) -> Self {
        if next.files == self.files {
            next.work.people_shown = self.work.people_shown;
            next.work.minors_shown = self.work.minors_shown;
            next.work.consent.clone_from(&self.work.consent);
            let known = &self.review.consent_withdrawn;
            next.review.consent_withdrawn.clone_from(known);
        } else {
            next.work.people_shown = PeopleShown::NotAssessed;
            next.work.consent = None;
            next.review.consent_withdrawn = Some(withdrawn.clone());
        }
        next
    }

    /// The work with the description, files, state and approvals that it had before its last change.
    ///
    /// # Errors
    /// [`TransitionError::Unmet`] when it would be published and break a gate.
    pub fn undo(
        &self,
        before: &Self,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let next = Self {
            state: before.state.clone(),
            work: before.work.clone(),
            files: before.files.clone(),
            published_at: before.published_at,
            review: before.review.clone(),
            ..self.clone()
        };
        let next = self.next_revision(next, now);
        next.checked_if_published(vocabularies, false, now)
    }

    /// The work with a new version of one of its files, in the same place.
    ///
    /// # Errors
    /// [`TransitionError::NoSuchFile`]; [`TransitionError::AlreadyAttached`] when the work has these
    /// bytes; [`TransitionError::RegionsDoNotFit`] when regions of the file are redacted and the new version has
    /// another size; [`TransitionError::Unmet`] when it is published and would break a gate.
    pub fn replace_file(
        &self,
        replaced: Sha256,
        file: File,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        if self.file(file.sha256).is_some() {
            return Err(TransitionError::AlreadyAttached(file.sha256));
        }
        let mut next = self.clone();
        let mut files = next.files.iter_mut();
        let Some(place) = files.find(|known| known.sha256 == replaced) else {
            return Err(TransitionError::NoSuchFile(replaced));
        };
        *place = file.redacted_like(place)?;
        self.changed(next, vocabularies, now)
    }
}

/// The concepts of a description that the vocabularies do not have.
fn unknown_concepts(work: &Work, vocabularies: &Vocabularies) -> Violations {
    let mut unknown = Violations::default();
    let mut check = |pointer: String, scheme: &'static str, slug: &Slug| {
        if vocabularies.find(scheme, slug.as_str()).is_none() {
            let slug = slug.to_string();
            unknown.push(pointer, Rule::UnknownConcept { scheme, slug });
        }
    };
    for (pointer, scheme, concept) in [
        ("/kind", "product-kind", work.kind.as_ref()),
        ("/organisation", "organisation", work.organisation.as_ref()),
        ("/strand", "strand", work.strand.as_ref()),
        ("/reuse_terms", "reuse-terms", Some(&work.reuse_terms)),
    ] {
        if let Some(slug) = concept {
            check(pointer.to_owned(), scheme, slug);
        }
    }
    let channels = work.consent.as_ref().map_or(&[][..], |of| &of.channels);
    for (pointer, scheme, concepts) in [
        ("/consent/channels", "channel", channels),
        ("/themes", "theme", &work.themes),
        ("/instruments", "instrument", &work.instruments),
        ("/rights_groups", "rights-group", &work.rights_groups),
        ("/udhr_articles", "udhr-article", &work.udhr_articles),
        ("/audiences", "audience", &work.audiences),
        ("/places", "place", &work.places),
    ] {
        for (index, slug) in concepts.iter().enumerate() {
            check(format!("{pointer}/{index}"), scheme, slug);
        }
    }
    unknown
}
