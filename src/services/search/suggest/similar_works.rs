//! Completions and similar works: the smaller questions to [`Search`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::completions::Suggestion;
use super::completions::SuggestionSource;
use super::completions::completes;
use super::completions::names;
use super::completions::typed_prefix;
use super::completions::with_title;
use super::similar_candidates::related;
use super::similar_candidates::with_alike_text;
use super::similar_candidates::with_copy_of;
use crate::domain::PictureHash;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, AssetId};
use crate::services::search::analysis::sketch::Sketch;
use crate::services::search::filters::Filters;
use crate::services::search::index::document::sketch_text;
use crate::services::search::index::open_index::IndexError;
use crate::services::search::index::picture_hashes::Pictures;
use crate::services::search::matching::matcher::Pass;
use crate::services::search::presenting::duplicates::Recognised;
use crate::services::search::presenting::hits::is_shown;
use crate::services::search::service::Inner;
use crate::services::search::service::Search;
use crate::services::search::service::SearchError;
use crate::services::search::snapshot::view::Viewer;
use crate::storage::catalog::Entry;

/// Candidates compared for near-duplicates.
const MAX_DUPLICATES: usize = 50;
/// Titles looked up beyond those wanted: some may have changed since they were indexed.
const SPARE_TITLES: usize = 4;
/// How long looking for similar works may take.
const TIME_BUDGET: Duration = Duration::from_millis(500);

/// Works like a work.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilarWorks {
    /// Nearly the same text, or copies of the same picture: reprints, other editions.
    pub duplicates: Vec<Asset>,
    /// About the same things, best first.
    pub related: Vec<Asset>,
}

impl Search {
    /// Completes what somebody is typing: names first, then titles.
    ///
    /// # Errors
    /// When index or catalogue cannot be read.
    pub async fn suggest(
        &self,
        actor: &Actor,
        text: &str,
        language: &str,
        limit: usize,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let prefix = typed_prefix(text);
        if prefix.is_empty() {
            return Ok(Vec::new());
        }
        let found = names(&self.inner.thesaurus, &prefix, language, limit);
        if found.len() == limit {
            return Ok(found);
        }
        let (inner, actor) = (Arc::clone(&self.inner), actor.clone());
        let titles = async move { inner.with_titles(found, &actor, &prefix, limit).await };
        self.inner.completions.run(titles).await
    }

    /// Works like one that the actor may see; none when there is no such work for them.
    ///
    /// # Errors
    /// When index or catalogue cannot be read.
    pub async fn similar(
        &self,
        actor: &Actor,
        id: AssetId,
        limit: usize,
    ) -> Result<Option<SimilarWorks>, SearchError> {
        let (inner, actor) = (Arc::clone(&self.inner), actor.clone());
        let similar = async move { inner.similar(&actor, id, limit).await };
        self.inner.searches.run(similar).await
    }
}

impl Inner {
    /// Fills up completions with titles.
    async fn with_titles(
        &self,
        mut found: Vec<Suggestion>,
        actor: &Actor,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let most = limit - found.len() + SPARE_TITLES;
        let mut titles = self.titled(actor, prefix, most)?;
        while found.len() < limit && !titles.is_empty() {
            let read = titles.len().min(limit - found.len());
            let ids: Vec<AssetId> = titles.drain(..read).collect();
            for work in self.shown(actor, &ids).await? {
                let title = work.work.titles.best("vi").unwrap_or_default();
                let is_new = found.iter().all(|known| known.text != title);
                if is_new && completes(title, prefix) {
                    found.push(Suggestion {
                        text: title.to_owned(),
                        source: SuggestionSource::Title(work.id),
                    });
                }
            }
        }
        Ok(found)
    }

    fn titled(
        &self,
        actor: &Actor,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<AssetId>, IndexError> {
        let (index, now) = (self.live(), self.clock.now());
        let searcher = index.searcher();
        let viewer = self.engine.viewer(&searcher, &Viewer::new(actor, now))?;
        let view = self.engine.view(&searcher, index.fields(), &viewer);
        Ok(with_title(&view, prefix, limit)?)
    }

    async fn similar(
        &self,
        actor: &Actor,
        id: AssetId,
        limit: usize,
    ) -> Result<Option<SimilarWorks>, SearchError> {
        let Some(asset) = self.shown(actor, &[id]).await?.pop() else {
            return Ok(None);
        };
        let pictures = Pictures::of(&*self.catalog, [&asset]).await?;
        // Each of its pictures has a copy in a duplicate, so looking for one finds them all.
        let picture = pictures.of_work(&asset).first().copied();
        let candidates = self.candidates(actor, &asset, picture, limit + MAX_DUPLICATES);
        let (duplicates, related) = candidates.map_err(IndexError::from)?;
        let mut duplicates = self.shown(actor, &duplicates).await?;
        let pictures = Pictures::of(&*self.catalog, [&asset].into_iter().chain(&duplicates));
        let pictures = pictures.await?;
        let model = recognised(&asset, &pictures);
        duplicates.retain(|other| other.id != id && model.is_alike(&recognised(other, &pictures)));
        let mut related = self.shown(actor, &related).await?;
        related.retain(|other| other.id != id && duplicates.iter().all(|d| d.id != other.id));
        related.truncate(limit);
        Ok(Some(SimilarWorks {
            duplicates,
            related,
        }))
    }

    /// Works that may be duplicates of a work or be related to it, by the index alone.
    fn candidates(
        &self,
        actor: &Actor,
        asset: &Asset,
        picture: Option<PictureHash>,
        most_related: usize,
    ) -> tantivy::Result<(Vec<AssetId>, Vec<AssetId>)> {
        let index = self.live();
        let searcher = index.searcher();
        let viewer = Viewer::new(actor, self.clock.now());
        let viewer = self.engine.viewer(&searcher, &viewer)?;
        let pass = Pass {
            view: self.engine.view(&searcher, index.fields(), &viewer),
            filters: &Filters::default(),
            facets: &[],
            deadline: Instant::now() + TIME_BUDGET,
        };
        let mut duplicates = with_alike_text(&pass, asset, MAX_DUPLICATES)?;
        if let Some(picture) = picture {
            let copies = with_copy_of(&pass, picture, MAX_DUPLICATES)?;
            let new = copies.into_iter().filter(|id| !duplicates.contains(id));
            duplicates.extend(new.collect::<Vec<_>>());
        }
        let related = related(&pass, asset, most_related)?;
        Ok((duplicates, related))
    }

    /// The works among these that the actor may see at this moment, in the order given.
    async fn shown(&self, actor: &Actor, ids: &[AssetId]) -> Result<Vec<Asset>, SearchError> {
        let now = self.clock.now();
        let entries = self.catalog.entries(ids).await?;
        let assets = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| match entry {
                Entry::Asset(asset) if is_shown(actor, &asset, now) => Some(*asset),
                _ => None,
            });
        Ok(assets.collect())
    }
}

fn recognised(work: &Asset, pictures: &Pictures) -> Recognised {
    let sketch = sketch_text(&work.work).and_then(Sketch::of);
    Recognised::of(work, sketch.map(|sketch| sketch.short()), pictures)
}
