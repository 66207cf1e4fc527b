//! Works that belong to a work: its parts, its versions in other languages, what clarifies it.

use std::collections::HashMap;

use super::super::works;
use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, AssetId, RelationType};
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::works::Text;
use crate::interfaces::wire::AssetDto;
use crate::services::search::admission::requester::Requester;
use crate::services::search::{Order, SearchRequest};
use crate::telemetry::error_chain;

/// The most pages of related works that are read.
const MAX_PAGES: usize = 5;

/// A work that a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::interfaces::portal) struct WorkLink {
    /// What it is to the other work.
    pub relation: String,
    /// Its title.
    pub title: Text,
    /// Its page.
    pub href: Href,
    /// The languages of the work itself, in words.
    pub languages: String,
    /// The tag of the first of them.
    pub language: Option<String>,
}

/// The works that belong to a work.
#[derive(Default)]
pub(in crate::interfaces::portal) struct Related {
    /// Its parts, in the order in which they were deposited.
    pub parts: Vec<AssetDto>,
    /// The same content in other languages.
    pub versions: Vec<WorkLink>,
    /// What explains or corrects it.
    pub clarifications: Vec<WorkLink>,
    /// Any others.
    pub others: Vec<WorkLink>,
    /// Some could not be read just now.
    pub is_incomplete: bool,
}

/// Reads what belongs to works for a reader.
pub(in crate::interfaces::portal) struct RelatedReader<'a> {
    actor: &'a Actor,
    requester: &'a Requester,
    archive: &'a Archive,
    language: Language,
}

impl<'a> RelatedReader<'a> {
    /// For whoever asks for this page.
    pub(super) fn new(
        (actor, counted): (&'a Actor, &'a Counted),
        page: &PageRequest,
        archive: &'a Archive,
    ) -> Self {
        Self {
            actor,
            requester: &counted.0,
            archive,
            language: page.language,
        }
    }

    /// What belongs to a work that the reader sees.
    ///
    /// # Errors
    /// Those of the catalogue. When the search does not answer, the result is incomplete and says so.
    pub(in crate::interfaces::portal) async fn read(
        &self,
        work: &Asset,
    ) -> Result<Related, Problem> {
        let mut related = Related::default();
        let pointing = self.pointing_to(work.id, &mut related).await;
        let mut originals = Vec::new();
        let targets = self.targets(work, &mut related).await?;
        for relation in &work.work.relations {
            let Some(target) = targets.get(&relation.target) else {
                continue;
            };
            let link = self.link(target, self.label(relation.kind));
            match relation.kind {
                RelationType::TranslationOf => {
                    originals.push(relation.target);
                    related.versions.push(link);
                }
                _ => related.others.push(link),
            }
        }
        for original in originals {
            let siblings = self.pointing_to(original, &mut related).await;
            let is_version =
                |other: &&Asset| other.id != work.id && is_translation(other, original);
            let versions = siblings.iter().filter(is_version);
            related
                .versions
                .extend(versions.map(|other| self.link(other, String::new())));
        }
        let mut parts = Vec::new();
        for other in pointing {
            let kinds = other.work.relations.iter();
            let mut kinds = kinds.filter(|relation| relation.target == work.id);
            match kinds.next().map(|relation| relation.kind) {
                Some(RelationType::PartOf) => parts.push(other),
                Some(RelationType::TranslationOf) => {
                    related.versions.push(self.link(&other, String::new()));
                }
                Some(RelationType::Clarifies) => {
                    related
                        .clarifications
                        .push(self.link(&other, String::new()));
                }
                Some(kind @ RelationType::VersionOf) => {
                    related.others.push(self.link(&other, self.label(kind)));
                }
                None => {}
            }
        }
        let (delivery, vocabularies) = (&self.archive.delivery, &self.archive.vocabularies);
        related.parts = works::records(self.actor, parts, delivery, vocabularies).await?;
        Ok(related)
    }

    /// The works with a relation to this one, in the order in which they were deposited.
    async fn pointing_to(&self, target: AssetId, related: &mut Related) -> Vec<Asset> {
        let mut found = Vec::new();
        let mut request = SearchRequest::for_text("");
        request.requester = self.requester.clone();
        request.limit = SearchRequest::MAX_LIMIT;
        request.order = Order::Newest;
        (request.group_duplicates, request.with_snippets) = (false, false);
        request.filters.related_to = Some(target);
        for _ in 0..MAX_PAGES {
            let page = match self
                .archive
                .search
                .search(self.actor, request.clone())
                .await
            {
                Ok(page) => page,
                Err(error) => {
                    let error = error_chain(&error);
                    tracing::warn!(work = %target, error, "related works cannot be found");
                    related.is_incomplete = true;
                    break;
                }
            };
            found.extend(
                page.hits
                    .into_iter()
                    .map(|hit| works::without_body(hit.asset)),
            );
            request.after = page.next;
            if request.after.is_none() {
                break;
            }
        }
        related.is_incomplete |= request.after.is_some();
        found.sort_by_key(|work| work.id);
        found
    }

    /// The works that a work names, of those that the reader sees.
    async fn targets(
        &self,
        work: &Asset,
        related: &mut Related,
    ) -> Result<HashMap<AssetId, Asset>, Problem> {
        let relations = work.work.relations.iter();
        let ids: Vec<AssetId> = relations.map(|relation| relation.target).collect();
        let sharing = &self.archive.sharing;
        let (targets, examined) = sharing.read_many(self.actor, &ids, false).await?;
        related.is_incomplete |= examined < ids.len();
        Ok(targets.into_iter().map(|work| (work.id, work)).collect())
    }

    fn label(&self, kind: RelationType) -> String {
        let mut names = RelationType::NAMES.iter();
        let name = names.find(|(_, known)| *known == kind);
        let name = name.map_or("", |(name, _)| name);
        works::label(
            &self.archive.vocabularies,
            "relation-type",
            name,
            self.language,
        )
    }

    fn link(&self, work: &Asset, relation: String) -> WorkLink {
        let vocabularies = &self.archive.vocabularies;
        let name = |tag: &str| works::label(vocabularies, "language", tag, self.language);
        let languages = work.work.languages.iter();
        let languages: Vec<String> = languages.map(|tag| name(tag.as_str())).collect();
        let titles = &work.work.titles;
        // In its own language first: who looks for the Jrai version reads Jrai.
        let own = work.work.languages.first();
        let own = own.and_then(|own| Some(Text::new(own, titles.get(own)?)));
        WorkLink {
            relation,
            href: Place::Work(work.id).href(self.language),
            title: own.unwrap_or_else(|| Text::nearest_or_id(titles, self.language, work.id)),
            language: work.work.languages.first().map(|tag| tag.to_string()),
            languages: languages.join(", "),
        }
    }
}

fn is_translation(work: &Asset, original: AssetId) -> bool {
    let mut relations = work.work.relations.iter();
    relations
        .any(|relation| relation.target == original && relation.kind == RelationType::TranslationOf)
}
