//! Which successor gets what.
//!
//! One body may be split into several. What no part names goes to the main successor, so nothing is left behind. That may be the body
//! itself, when it stays and gives parts away. A work
//! goes to the part that lists it, else to the first part one of whose places it lies in.

use std::collections::{BTreeMap, BTreeSet};

use super::passed::Kind;
use crate::domain::access::{AccountId, TokenId};
use crate::domain::asset::{Asset, AssetId};
use crate::domain::vocabulary::{Direction, Vocabularies};
use crate::domain::{SavedSearchId, Slug};

/// What another successor than the main one gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// That successor.
    pub to: Slug,
    /// Works of these places of the scheme `place` and of the places in them.
    pub places: Vec<Slug>,
    /// These works, wherever their place is.
    pub works: Vec<AssetId>,
    /// These accounts, with their tokens.
    pub accounts: Vec<AccountId>,
    /// These tokens of services.
    pub tokens: Vec<TokenId>,
    /// The tokens that were granted for these requests for access and not fetched yet.
    pub access_requests: Vec<String>,
    /// These saved searches.
    pub saved_searches: Vec<SavedSearchId>,
}

impl Part {
    /// The ids that it lists, by kind; the names are those of the lists.
    pub(super) fn listed(&self) -> [(&'static str, Kind, Vec<String>); 5] {
        [
            ("works", Kind::Work, texts(&self.works)),
            ("accounts", Kind::Account, texts(&self.accounts)),
            (
                "tokens",
                Kind::Token,
                self.tokens.iter().map(|id| id.0.clone()).collect(),
            ),
            ("access_requests", Kind::Grant, self.access_requests.clone()),
            (
                "saved_searches",
                Kind::SavedSearch,
                texts(&self.saved_searches),
            ),
        ]
    }

    /// Whether nothing could go to its successor.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty() && self.listed().iter().all(|(_, _, ids)| ids.is_empty())
    }
}

/// Who gets what of the bodies of a succession.
pub(super) struct Allocation {
    main: Slug,
    /// What the parts list, by kind and id.
    listed: BTreeMap<(Kind, String), Slug>,
    /// The places of each part, with all places in them.
    places: Vec<(BTreeSet<Slug>, Slug)>,
}

impl Allocation {
    /// What no part names goes to `main`.
    pub(super) fn new(main: Slug, parts: &[Part], vocabularies: &Vocabularies) -> Self {
        let of_part = |part: &Part| {
            let to = part.to.clone();
            let ids = part.listed().into_iter();
            ids.flat_map(|(_, kind, ids)| ids.into_iter().map(move |id| (kind, id)))
                .map(move |subject| (subject, to.clone()))
                .collect::<Vec<_>>()
        };
        let with_places = parts.iter().filter(|part| !part.places.is_empty());
        Self {
            main,
            listed: parts.iter().flat_map(of_part).collect(),
            places: with_places
                .map(|part| (within(&part.places, vocabularies), part.to.clone()))
                .collect(),
        }
    }

    /// The successor of a work.
    pub(super) fn of_work(&self, work: &Asset) -> &Slug {
        let listed = self.listed.get(&(Kind::Work, work.id.to_string()));
        let mut of_places = self.places.iter();
        let by_place = || {
            let found = of_places.find(|(places, _)| {
                let mut own = work.work.places.iter();
                own.any(|place| places.contains(place))
            });
            found.map(|(_, to)| to)
        };
        listed.or_else(by_place).unwrap_or(&self.main)
    }

    /// The successor of what is no work.
    pub(super) fn of(&self, kind: Kind, id: &str) -> &Slug {
        let listed = self.listed.get(&(kind, id.to_owned()));
        listed.unwrap_or(&self.main)
    }
}

/// These places and all places in them, at any time: a work names the places of its time.
fn within(places: &[Slug], vocabularies: &Vocabularies) -> BTreeSet<Slug> {
    let mut found: BTreeSet<Slug> = places.iter().cloned().collect();
    if let Some(scheme) = vocabularies.scheme("place") {
        for place in places {
            let parts = scheme.expand(place.as_str(), Direction::Narrower, None);
            found.extend(parts.into_iter().map(|part| part.slug.clone()));
        }
    }
    found
}

fn texts<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(T::to_string).collect()
}
