//! Controlled vocabularies: SKOS concepts with labels, validity and successors.
//!
//! Every value a cataloguer chooses from a list (a theme, a place, an organisation, the terms of
//! reuse) is a [`Concept`] of a [`Scheme`]; [`Vocabularies`] holds all schemes and is the only
//! way to look one up. Concepts are named by scheme and slug, never by label.
//!
//! Invariants, checked once when [`Vocabularies::new`] builds the set and reported all together:
//! labels are unique within scheme and language, hierarchies have no circle, every target exists,
//! no period ends before it begins, no state code names two places on one day, texts are NFC.
//!
//! Nothing about a province, a ministry or a treaty is written in code: it is data, and its facts
//! are dated, because names, codes and memberships change while works keep what was true when
//! they were made. This module reads no files; `storage::vocabulary` does.

pub mod check;
pub mod concept;
pub mod details;
mod may_use;
pub mod period;
pub mod scheme;

use std::collections::BTreeMap;

use crate::domain::{Slug, WorkDate};

pub use check::{Fault, Problem};
pub use concept::{Concept, Label, LabelKind, Note};
pub use details::Details;
pub use may_use::MayUse;
pub use period::{Dated, Period};
pub use scheme::{Direction, Event, EventKind, Scheme, SchemeHead};

/// All schemes of one archive, checked.
#[derive(Debug, Clone)]
pub struct Vocabularies {
    schemes: BTreeMap<String, Scheme>,
}

impl Vocabularies {
    /// Accepts schemes that follow all rules of this module.
    ///
    /// # Errors
    /// Every problem found, in the order of schemes and concepts.
    pub fn new(schemes: Vec<Scheme>) -> Result<Self, Vec<Problem>> {
        let by_slug = schemes
            .into_iter()
            .map(|scheme| (scheme.head.slug.as_str().to_owned(), scheme))
            .collect();
        let problems = check::all(&by_slug);
        if problems.is_empty() {
            Ok(Self { schemes: by_slug })
        } else {
            Err(problems)
        }
    }

    /// The scheme of this name.
    pub fn scheme(&self, scheme: &str) -> Option<&Scheme> {
        self.schemes.get(scheme)
    }

    /// Every scheme, ordered by slug.
    pub fn schemes(&self) -> impl Iterator<Item = &Scheme> {
        self.schemes.values()
    }

    /// The concept `slug` of `scheme`.
    pub fn find(&self, scheme: &str, slug: &str) -> Option<&Concept> {
        self.scheme(scheme)?.find(slug)
    }

    /// The label of a concept for a reader of `language`, falling back as
    /// [`LanguageMap::best`](crate::domain::LanguageMap::best) does.
    pub fn label(&self, scheme: &str, slug: &str, language: &str) -> Option<&str> {
        self.find(scheme, slug)?.labels.best(language)
    }

    /// The organisations below this one on every level, at this date. What belonged to it until the end of
    /// its own existence still does: nobody else looks after the works of an abolished office.
    pub fn subordinates(&self, organisation: &Slug, date: &WorkDate) -> Vec<Slug> {
        let Some(scheme) = self.scheme("organisation") else {
            return Vec::new();
        };
        let mut reached = vec![organisation.clone()];
        let mut visited = 0;
        while let Some(above) = reached.get(visited).cloned() {
            visited += 1;
            let below = scheme.neighbours(above.as_str(), Direction::Narrower);
            for concept in below.filter(|concept| concept.is_part_at(&above, date)) {
                if !reached.contains(&concept.slug) {
                    reached.push(concept.slug.clone());
                }
            }
        }
        reached.split_off(1)
    }

    /// Every name of every concept, for suggestions while somebody types.
    pub fn labels(&self) -> impl Iterator<Item = Label<'_>> {
        self.schemes().flat_map(|scheme| {
            let concepts = scheme.concepts();
            concepts.flat_map(|concept| concept.names_in(&scheme.head.slug))
        })
    }
}
