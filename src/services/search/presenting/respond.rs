//! From a question to its answer: find in the index, read the works found, show them.

use std::time::Instant;

use super::highlighter::Highlighter;
use super::hits::Transcribed;
use super::hits::facet_counts;
use super::hits::grouped;
use super::hits::highlighter;
use super::hits::hits;
use super::hits::told;
use crate::domain::access::Actor;
use crate::services::search::engine::Found;
use crate::services::search::engine::Question;
use crate::services::search::index::open_index::IndexError;
use crate::services::search::index::open_index::OpenIndex;
use crate::services::search::index::picture_hashes::Pictures;
use crate::services::search::index::transcripts;
use crate::services::search::matching::matcher::Strictness;
use crate::services::search::response::Hit;
use crate::services::search::response::Matching;
use crate::services::search::response::SearchAnswer;
use crate::services::search::response::SearchRequest;
use crate::services::search::response::Took;
use crate::services::search::response::Total;
use crate::services::search::service::Inner;
use crate::services::search::service::SearchError;
use crate::services::search::snapshot::term_stats::Lexicon;
use crate::services::search::snapshot::view::Viewer;
use crate::storage::catalog::{Entry, EventNumber};

impl Inner {
    /// Answers from what is searchable now.
    pub(crate) async fn answer(
        &self,
        actor: &Actor,
        request: &SearchRequest,
    ) -> Result<SearchAnswer, SearchError> {
        let started = Instant::now();
        let searchable = *self.searchable.borrow();
        let viewer = Viewer::new(actor, self.clock.now());
        let question = Question {
            removed: self.removed.since(searchable, &*self.catalog).await?,
            ..Question::new(request, viewer, started + self.settings.time_budget)
        };
        let index = self.live();
        let found = self
            .engine
            .find(
                &index.searcher(),
                index.fields(),
                &self.thesaurus,
                &question,
            )
            .map_err(IndexError::from)?;
        let finding = started.elapsed();
        let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
        let entries = self.catalog.entries(&ids).await?;
        let entries = if request.with_snippets {
            self.with_transcripts(entries).await
        } else {
            alone(entries)
        };
        let works = entries.iter().flatten().map(|(work, _)| &**work);
        let works = works.filter(|_| request.group_duplicates);
        let pictures = Pictures::of(&*self.catalog, works).await?;
        let shown = self.show(found, entries, &pictures, actor, request, &index);
        let mut answer = shown.map_err(IndexError::from)?;
        answer.event = searchable;
        answer.took.finding = finding;
        answer.took.showing = started.elapsed() - finding;
        Ok(answer)
    }

    async fn with_transcripts(&self, entries: Vec<Option<Entry>>) -> Vec<Option<Transcribed>> {
        let mut transcribed = Vec::with_capacity(entries.len());
        for entry in entries {
            transcribed.push(match entry {
                Some(Entry::Asset(asset)) => {
                    let said = transcripts::read(&self.blobs, &asset).await;
                    Some((asset, said))
                }
                _ => None,
            });
        }
        transcribed
    }

    fn show(
        &self,
        found: Found,
        entries: Vec<Option<Transcribed>>,
        pictures: &Pictures,
        actor: &Actor,
        request: &SearchRequest,
        index: &OpenIndex,
    ) -> tantivy::Result<SearchAnswer> {
        let searcher = index.searcher();
        let view = self.engine.view(&searcher, index.fields(), &found.viewer);
        let lexicon = Lexicon::new(view)?;
        let lights = if request.with_snippets {
            highlighter(&found, &lexicon)
        } else {
            Highlighter::default()
        };
        let deadline = Instant::now() + self.settings.time_budget;
        let now = self.clock.now();
        let shown = hits(&found, entries, actor, now, &lights, deadline);
        let vanished = (found.hits.len() - shown.len()) as u64;
        let shown = if request.group_duplicates {
            grouped(shown, pictures)
        } else {
            shown
        };
        let shown: Vec<Hit> = shown.into_iter().map(|(hit, _)| hit).collect();
        let facets = facet_counts(
            &found.matches.counts,
            &request.facets,
            request.facet_values,
            &found.filters,
            &self.vocabularies,
            &request.language,
        );
        Ok(SearchAnswer {
            interpretation: told(&found, &shown, &lexicon, deadline),
            hits: shown,
            total: Total {
                works: found.matches.total.saturating_sub(vanished),
                is_exact: !found.is_partial,
            },
            matching: match found.strictness {
                Strictness::All => Matching::AllWords,
                Strictness::Telling => Matching::SomeWords,
            },
            facets,
            next: found.next,
            is_stale: false,
            is_partial: found.is_partial || Instant::now() > deadline,
            event: EventNumber(0),
            took: Took::default(),
        })
    }
}

/// The works without what is said in their recordings.
fn alone(entries: Vec<Option<Entry>>) -> Vec<Option<Transcribed>> {
    let work = |entry| match entry {
        Some(Entry::Asset(asset)) => Some((asset, Vec::new())),
        _ => None,
    };
    entries.into_iter().map(work).collect()
}
