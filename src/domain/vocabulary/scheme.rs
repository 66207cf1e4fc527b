//! A scheme: its concepts, how they hang together, and what became of those that ended.

use std::collections::{HashMap, HashSet};

use crate::domain::WorkDate;
use crate::domain::vocabulary::details::named_values;
use crate::domain::vocabulary::{Concept, Period};
use crate::domain::{LanguageMap, Slug};

/// What a scheme says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeHead {
    /// Its name.
    pub slug: Slug,
    /// Version of the list.
    pub version: String,
    /// Address of its licence.
    pub licence: String,
    /// Title in each language.
    pub title: LanguageMap,
    /// What it is for.
    pub description: LanguageMap,
    /// Where the list as a whole comes from.
    pub source: Option<String>,
}

/// One change by which concepts took the place of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// First day of the new state.
    pub date: WorkDate,
    /// What happened.
    pub kind: EventKind,
    /// The decision it rests on.
    pub legal_basis: Option<String>,
    /// What was there before.
    pub from: Vec<Slug>,
    /// What was there after; of an abolished unit, what now holds its land.
    pub to: Vec<Slug>,
    /// `false` where not checked against a primary source.
    pub verified: bool,
    /// A remark.
    pub note: LanguageMap,
}

named_values! {
    /// How concepts can follow each other.
    EventKind {
        /// Several became one.
        Merge = "merge",
        /// One became several.
        Split = "split",
        /// One goes on under another slug.
        Rename = "rename",
        /// Ended.
        Abolish = "abolish",
    }
}

named_values! {
    /// Ways to walk from a concept to others.
    Direction {
        /// To what took its place, and so on.
        Successors = "successors",
        /// To whose place it took, and so on.
        Predecessors = "predecessors",
        /// To its parts and narrower concepts, and theirs.
        Narrower = "narrower",
        /// To its wholes and broader concepts, and theirs.
        Broader = "broader",
    }
}

/// A concept scheme in the sense of SKOS.
#[derive(Debug, Clone)]
pub struct Scheme {
    /// What it says of itself.
    pub head: SchemeHead,
    concepts: Vec<Concept>,
    events: Vec<Event>,
    positions: HashMap<String, usize>,
    steps: HashMap<Direction, HashMap<String, Vec<Step>>>,
}

/// One step of a walk: where to, and during which period the link held.
#[derive(Debug, Clone)]
struct Step {
    target: Slug,
    period: Period,
}

impl Scheme {
    /// A scheme of these concepts, in this order. Rules between concepts are checked when the
    /// scheme joins the others in [`Vocabularies::new`](super::Vocabularies::new).
    pub fn new(head: SchemeHead, concepts: Vec<Concept>, events: Vec<Event>) -> Self {
        let positions = concepts
            .iter()
            .enumerate()
            .map(|(position, concept)| (concept.slug.as_str().to_owned(), position))
            .collect();
        let steps = steps(&concepts, &events);
        Self {
            head,
            concepts,
            events,
            positions,
            steps,
        }
    }

    /// This scheme with the additions of a deployment: concepts of a known slug are replaced, new
    /// concepts and all events are added, and the head of `own` wins.
    #[must_use]
    pub fn extended_by(self, own: Self) -> Self {
        let mut concepts: Vec<_> = self
            .concepts
            .into_iter()
            .filter(|ours| own.find(ours.slug.as_str()).is_none())
            .collect();
        concepts.extend(own.concepts);
        let events = self.events.into_iter().chain(own.events).collect();
        Self::new(own.head, concepts, events)
    }

    /// The concept of this slug.
    pub fn find(&self, slug: &str) -> Option<&Concept> {
        self.positions
            .get(slug)
            .map(|position| &self.concepts[*position])
    }

    /// All concepts in the order of the list.
    pub fn concepts(&self) -> impl Iterator<Item = &Concept> {
        self.concepts.iter()
    }

    /// How many concepts there are.
    pub fn len(&self) -> usize {
        self.concepts.len()
    }

    /// Whether there is no concept.
    pub fn is_empty(&self) -> bool {
        self.concepts.is_empty()
    }

    /// All events, in the order of the list.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Concepts without anything broader, at any time.
    pub fn top_concepts(&self) -> impl Iterator<Item = &Concept> {
        self.concepts().filter(|concept| concept.broader.is_empty())
    }

    /// The concepts one step away.
    pub fn neighbours(&self, slug: &str, direction: Direction) -> impl Iterator<Item = &Concept> {
        self.steps_from(slug, direction)
            .iter()
            .filter_map(|step| self.find(step.target.as_str()))
    }

    /// Every concept reached by walking in one direction, nearest first, without `slug` itself.
    ///
    /// With `as_of`, only concepts valid at that date, and hierarchy links that held then. A walk
    /// through successors still passes through concepts that are no longer valid.
    pub fn expand(
        &self,
        slug: &str,
        direction: Direction,
        as_of: Option<&WorkDate>,
    ) -> Vec<&Concept> {
        let holds = |period: &Period| as_of.is_none_or(|date| period.covers(date));
        let mut seen = HashSet::from([slug]);
        let mut reached: Vec<&Concept> = Vec::new();
        let mut walked = 0;
        let mut here = slug;
        loop {
            let steps = self
                .steps_from(here, direction)
                .iter()
                .filter(|step| holds(&step.period));
            for step in steps {
                if let Some(concept) = self.find(step.target.as_str())
                    && seen.insert(concept.slug.as_str())
                {
                    reached.push(concept);
                }
            }
            let Some(next) = reached.get(walked) else {
                break;
            };
            (here, walked) = (next.slug.as_str(), walked + 1);
        }
        reached.retain(|concept| holds(&concept.validity));
        reached
    }

    fn steps_from(&self, slug: &str, direction: Direction) -> &[Step] {
        let of_direction = self.steps.get(&direction);
        of_direction
            .and_then(|from| from.get(slug))
            .map_or(&[], Vec::as_slice)
    }
}

/// Every link of the scheme in both directions. Successions have no period: they hold for ever.
fn steps(concepts: &[Concept], events: &[Event]) -> HashMap<Direction, HashMap<String, Vec<Step>>> {
    let mut steps: HashMap<Direction, HashMap<String, Vec<Step>>> = HashMap::new();
    let mut link = |direction, from: &Slug, target: &Slug, period: Period| {
        let of_direction = steps.entry(direction).or_default();
        let from_here = of_direction.entry(from.as_str().to_owned()).or_default();
        if !from_here
            .iter()
            .any(|step| step.target == *target && step.period == period)
        {
            from_here.push(Step {
                target: target.clone(),
                period,
            });
        }
    };
    let mut succeed = Vec::new();
    for concept in concepts {
        for whole in &concept.broader {
            link(
                Direction::Broader,
                &concept.slug,
                &whole.value,
                whole.period,
            );
            link(
                Direction::Narrower,
                &whole.value,
                &concept.slug,
                whole.period,
            );
        }
        succeed.extend(concept.replaced_by.iter().map(|next| (&concept.slug, next)));
    }
    for event in events {
        succeed.extend(
            event
                .from
                .iter()
                .flat_map(|old| event.to.iter().map(move |new| (old, new))),
        );
    }
    for (old, new) in succeed {
        link(Direction::Successors, old, new, Period::ALWAYS);
        link(Direction::Predecessors, new, old, Period::ALWAYS);
    }
    steps
}
