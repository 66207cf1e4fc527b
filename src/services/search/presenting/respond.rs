//! Runs a search request from the index to the response.

use std::time::Instant;

use super::facets::{facet_counts, place_filters};
use super::highlighter::Highlighter;
use super::hits::{SNIPPET_BYTES, WorkTexts, group_duplicates, query_highlighter, visible_hits};
use super::interpretation::interpretation;
use crate::domain::access::Actor;
use crate::services::search::engine::ResultPage;
use crate::services::search::error::SearchError;
use crate::services::search::index::file_texts;
use crate::services::search::index::open_index::{IndexError, OpenIndex};
use crate::services::search::index::picture_hashes::PictureHashes;
use crate::services::search::request::{RequestContext, SearchRequest};
use crate::services::search::response::{Hit, SearchResponse, Timings, Total};
use crate::services::search::snapshot::term_dictionary::TermDictionary;
use crate::services::search::snapshot::viewer::Viewer;
use crate::services::search::state::SearchState;
use crate::services::works::{PageBudget, hide_unseen_targets};
use crate::storage::catalog::{CatalogError, Entry, EventNumber};

/// Works that are read at once.
const READ_AHEAD: usize = 20;

/// The response to a request, from what is searchable now.
pub(crate) async fn respond(
    state: &SearchState,
    actor: &Actor,
    request: &SearchRequest,
) -> Result<SearchResponse, SearchError> {
    let started = Instant::now();
    // Read before the searcher is taken: removals up to this event are in its commit.
    let searchable = *state.searchable.borrow();
    let context = RequestContext {
        viewer: Viewer::new(actor, state.clock.now()),
        removed: state.removals.since(searchable, &*state.catalog).await?,
        deadline: started + state.settings.time_budget,
    };
    let index = state.live();
    let mut page = state.engine.find(
        &index.searcher(),
        index.fields(),
        &state.thesaurus,
        request,
        &context,
    )?;
    let finding = started.elapsed();
    let entries = read_page(state, &mut page).await?;
    // Without words there is nothing to show of a text.
    let wants_texts = request.with_snippets && !request.text.trim().is_empty();
    let works = read_texts(state, entries, wants_texts).await?;
    let compared = works.iter().flatten().map(|work| &*work.asset);
    let compared = compared.filter(|_| request.group_duplicates);
    let pictures = PictureHashes::of(&*state.catalog, compared).await?;
    let response = present(state, page, works, &pictures, actor, request, &index);
    let mut response = response.map_err(IndexError::from)?;
    let shown = response.hits.iter_mut().map(|hit| &mut hit.asset);
    hide_unseen_targets(&*state.catalog, actor, state.clock.now(), shown).await?;
    response.event = searchable;
    response.took.finding = finding;
    response.took.presenting = started.elapsed() - finding;
    Ok(response)
}

/// Reads the works of the page, which ends early when their texts are long.
async fn read_page(
    state: &SearchState,
    page: &mut ResultPage,
) -> Result<Vec<Option<Entry>>, CatalogError> {
    let ids: Vec<_> = page.hits.iter().map(|hit| hit.id).collect();
    let mut entries = Vec::with_capacity(ids.len());
    let mut budget = PageBudget::default();
    for ids in ids.chunks(READ_AHEAD) {
        for entry in state.catalog.entries(ids).await? {
            if budget.is_used_up() {
                page.end_after(entries.len());
                return Ok(entries);
            }
            if let Some(Entry::Asset(asset)) = &entry {
                budget.count_without_body(asset);
            }
            entries.push(entry);
        }
    }
    Ok(entries)
}

/// The works of the entries, with the texts of their files if snippets are wanted, at most [`SNIPPET_BYTES`] of them: the last
/// hits of a page of long texts have no snippets of their files.
async fn read_texts(
    state: &SearchState,
    entries: Vec<Option<Entry>>,
    with_files: bool,
) -> Result<Vec<Option<WorkTexts>>, CatalogError> {
    let mut works = Vec::with_capacity(entries.len());
    let mut budget = SNIPPET_BYTES as u64;
    for entry in entries {
        works.push(match entry {
            Some(Entry::Asset(asset)) => {
                let files = if with_files {
                    file_texts::read(&*state.catalog, &*state.blobs, &asset, &mut budget).await?
                } else {
                    Vec::new()
                };
                Some(WorkTexts { asset, files })
            }
            _ => None,
        });
    }
    Ok(works)
}

fn present(
    state: &SearchState,
    page: ResultPage,
    works: Vec<Option<WorkTexts>>,
    pictures: &PictureHashes,
    actor: &Actor,
    request: &SearchRequest,
    index: &OpenIndex,
) -> tantivy::Result<SearchResponse> {
    let searcher = index.searcher();
    let view = state.engine.view(&searcher, index.fields(), &page.viewer);
    let dictionary = TermDictionary::new(view)?;
    let highlighter = if request.with_snippets {
        query_highlighter(&page.query, &dictionary)
    } else {
        Highlighter::default()
    };
    let deadline = Instant::now() + state.settings.time_budget;
    let now = state.clock.now();
    let hits = visible_hits(&page, works, actor, now, &highlighter, deadline);
    let hidden = (page.hits.len() - hits.len()) as u64;
    let hits = if request.group_duplicates {
        group_duplicates(hits, pictures)
    } else {
        hits
    };
    let hits: Vec<Hit> = hits.into_iter().map(|(hit, _)| hit).collect();
    let facets = facet_counts(
        &page.matches.counts,
        request,
        &page.query.filters,
        &state.vocabularies,
    );
    let (filters, vocabularies) = (&page.query.filters, &state.vocabularies);
    Ok(SearchResponse {
        places: place_filters(filters, vocabularies, &request.language),
        interpretation: interpretation(&page.query, &hits, &dictionary, deadline),
        hits,
        total: Total {
            works: page.matches.total.saturating_sub(hidden),
            is_exact: !page.is_partial,
        },
        matching: page.mode,
        facets,
        next: page.next,
        is_stale: false,
        is_partial: page.is_partial || Instant::now() > deadline,
        event: EventNumber(0),
        took: Timings::default(),
    })
}
