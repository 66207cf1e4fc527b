//! Why a succession is not planned.

use std::collections::BTreeSet;

use super::allocation::Part;
use super::passed::Kind;
use super::service::{NewSuccession, SuccessionError, Successions};
use super::successors::is_of;
use crate::domain::{Rule, Slug, Timestamp, Violations, WorkDate, text};
use crate::storage::catalog::{CatalogError, Entry};

/// The most bodies that pass to one at a time.
const MAX_FROM: usize = 20;
/// The most successors beside the main one.
const MAX_PARTS: usize = 20;
/// The most places or ids in a list of a part.
const MAX_LISTED: usize = 5_000;
/// The longest reason.
const REASON: text::Limit = text::Limit::Characters(500);

/// A succession that is not over.
struct Planned {
    from: Vec<Slug>,
    to: Vec<Slug>,
    begins: Timestamp,
}

impl Successions {
    pub(super) async fn refusals(
        &self,
        wanted: &NewSuccession,
    ) -> Result<Violations, SuccessionError> {
        let mut broken = Violations::default();
        let planned = self.planned().await?;
        self.check_from(wanted, &planned, &mut broken);
        self.check_successor(&wanted.to, "/to", wanted, &planned, &mut broken);
        if wanted.parts.len() > MAX_PARTS {
            broken.push("/parts", Rule::TooLong { max: MAX_PARTS });
        }
        for (position, part) in wanted.parts.iter().enumerate() {
            let pointer = format!("/parts/{position}/to");
            self.check_successor(&part.to, &pointer, wanted, &planned, &mut broken);
            if wanted.from.contains(&part.to) {
                broken.push(&pointer, Rule::SelfReference);
            }
        }
        self.check_parts(wanted, &mut broken);
        self.check_listed(wanted, &mut broken).await?;
        if wanted.on.first_day() != wanted.on.last_day() {
            broken.push("/on", Rule::InvalidDate);
        }
        if let Some(reason) = &wanted.reason
            && let Err(rule) = text::line(reason, REASON)
        {
            broken.push("/reason", rule);
        }
        Ok(broken)
    }

    /// The moment from which a succession with this day passes on; a day that is over means now.
    pub(super) fn begins(&self, on: &WorkDate) -> Timestamp {
        Timestamp::beginning_of(on).max(self.successors.works.clock.now())
    }

    async fn planned(&self) -> Result<Vec<Planned>, CatalogError> {
        let mut planned = Vec::new();
        for read in self.records().await? {
            if !read.value.is_over() {
                planned.push(Planned {
                    from: read.value.from()?,
                    to: read.value.successors()?,
                    begins: self.begins(&read.value.on()?),
                });
            }
        }
        Ok(planned)
    }

    fn check_from(&self, wanted: &NewSuccession, planned: &[Planned], broken: &mut Violations) {
        if wanted.from.is_empty() {
            broken.push("/from", Rule::Required);
        }
        if wanted.from.len() > MAX_FROM {
            broken.push("/from", Rule::TooLong { max: MAX_FROM });
        }
        let begins = self.begins(&wanted.on);
        for (position, body) in wanted.from.iter().enumerate() {
            let pointer = format!("/from/{position}");
            self.check_exists("organisation", body, &pointer, broken);
            if *body == wanted.to && !wanted.body_stays() {
                broken.push(&pointer, Rule::SelfReference);
            } else if planned.iter().any(|other| other.hinders_from(body, begins)) {
                broken.push(&pointer, Rule::AlreadyPlanned);
            }
            if wanted.from.iter().take(position).any(|other| other == body) {
                broken.push(&pointer, Rule::Duplicate);
            }
        }
    }

    fn check_successor(
        &self,
        to: &Slug,
        pointer: &str,
        wanted: &NewSuccession,
        planned: &[Planned],
        broken: &mut Violations,
    ) {
        self.check_exists("organisation", to, pointer, broken);
        let begins = self.begins(&wanted.on);
        if planned.iter().any(|other| other.hinders_to(to, begins)) {
            broken.push(pointer, Rule::AlreadyPlanned);
        }
        let vocabularies = &self.successors.works.vocabularies;
        let successor = vocabularies.find("organisation", to.as_str());
        if successor.is_some_and(|successor| !successor.is_valid_at(&wanted.on)) {
            broken.push(pointer, Rule::NotInForce);
        }
    }

    /// Everything that is named must be named once, so that it is clear who gets it.
    fn check_parts(&self, wanted: &NewSuccession, broken: &mut Violations) {
        let mut successors = BTreeSet::from([&wanted.to]);
        let mut places = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for (position, part) in wanted.parts.iter().enumerate() {
            let pointer = format!("/parts/{position}");
            if !successors.insert(&part.to) {
                broken.push(format!("{pointer}/to"), Rule::Duplicate);
            }
            if part.is_empty() {
                broken.push(&pointer, Rule::Required);
            }
            check_lengths(part, &pointer, broken);
            for (index, place) in part.places.iter().enumerate() {
                let pointer = format!("{pointer}/places/{index}");
                self.check_exists("place", place, &pointer, broken);
                if !places.insert(place) {
                    broken.push(&pointer, Rule::Duplicate);
                }
            }
            for (name, kind, listed) in part.listed() {
                for (index, id) in listed.into_iter().enumerate() {
                    if !ids.insert((kind, id)) {
                        broken.push(format!("{pointer}/{name}/{index}"), Rule::Duplicate);
                    }
                }
            }
        }
    }

    /// What is listed must be of the bodies: who mistypes an id would not learn that it went to the main successor.
    async fn check_listed(
        &self,
        wanted: &NewSuccession,
        broken: &mut Violations,
    ) -> Result<(), SuccessionError> {
        if wanted.parts.is_empty() {
            return Ok(());
        }
        let subjects = self.successors.subjects_of(&wanted.from).await?;
        let ids = subjects.into_iter();
        let of_bodies: BTreeSet<(Kind, String)> = ids
            .flat_map(|(kind, ids)| ids.into_iter().map(move |id| (kind, id)))
            .collect();
        for (position, part) in wanted.parts.iter().enumerate() {
            let pointer = format!("/parts/{position}");
            for (name, kind, ids) in part.listed() {
                if kind == Kind::Work {
                    continue;
                }
                for (index, id) in ids.into_iter().enumerate() {
                    if !of_bodies.contains(&(kind, id)) {
                        broken.push(format!("{pointer}/{name}/{index}"), Rule::NotOfBody);
                    }
                }
            }
            let entries = self.successors.works.catalog.entries(&part.works).await?;
            for (index, entry) in entries.iter().enumerate() {
                let is_theirs =
                    matches!(entry, Some(Entry::Asset(work)) if is_of(work, &wanted.from));
                if !is_theirs {
                    broken.push(format!("{pointer}/works/{index}"), Rule::NotOfBody);
                }
            }
        }
        Ok(())
    }

    fn check_exists(
        &self,
        scheme: &'static str,
        concept: &Slug,
        pointer: &str,
        broken: &mut Violations,
    ) {
        let vocabularies = &self.successors.works.vocabularies;
        if vocabularies.find(scheme, concept.as_str()).is_none() {
            let slug = concept.to_string();
            broken.push(pointer, Rule::UnknownConcept { scheme, slug });
        }
    }
}

fn check_lengths(part: &Part, pointer: &str, broken: &mut Violations) {
    let lists = part.listed().map(|(name, _, ids)| (name, ids.len()));
    let places = ("places", part.places.len());
    for (name, length) in lists.into_iter().chain([places]) {
        if length > MAX_LISTED {
            let rule = Rule::TooLong { max: MAX_LISTED };
            broken.push(format!("{pointer}/{name}"), rule);
        }
    }
}

impl Planned {
    /// Whether this body gives away what it has already, or gets something after it would have given everything away.
    fn hinders_from(&self, body: &Slug, begins: Timestamp) -> bool {
        self.from.contains(body) || (self.to.contains(body) && begins <= self.begins)
    }

    /// Whether this body has given everything away when it would get something.
    fn hinders_to(&self, body: &Slug, begins: Timestamp) -> bool {
        self.from.contains(body) && self.begins <= begins
    }
}
