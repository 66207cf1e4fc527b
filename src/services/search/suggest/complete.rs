//! Adds titles to completions.
//!
//! Only titles of public works are indexed for completion. Each work is read at its current revision
//! and checked against the access policy, so the title of a withdrawn work is never offered.

use super::suggestion::{Suggestion, SuggestionSource};
use super::titles::works_with_title;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::services::search::error::SearchError;
use crate::services::search::index::completion_keys::completes;
use crate::services::search::index::open_index::IndexError;
use crate::services::search::presenting::visible_works::visible_works;
use crate::services::search::snapshot::viewer::Viewer;
use crate::services::search::state::SearchState;

/// Titles looked up beyond the missing number: some may have changed since they were indexed.
const SPARE_TITLES: usize = 4;

/// Appends titles to `suggestions` up to `limit`.
pub(crate) async fn add_titles(
    state: &SearchState,
    mut suggestions: Vec<Suggestion>,
    actor: &Actor,
    prefix: &str,
    limit: usize,
) -> Result<Vec<Suggestion>, SearchError> {
    let max_candidates = limit - suggestions.len() + SPARE_TITLES;
    let mut candidates = candidates(state, actor, prefix, max_candidates)?;
    while suggestions.len() < limit && !candidates.is_empty() {
        let batch = candidates.len().min(limit - suggestions.len());
        let ids: Vec<AssetId> = candidates.drain(..batch).collect();
        for work in visible_works(state, actor, &ids).await? {
            let title = work.work.titles.best("vi").unwrap_or_default();
            let is_new = suggestions.iter().all(|other| other.text != title);
            if is_new && completes(title, prefix) {
                suggestions.push(Suggestion {
                    text: title.to_owned(),
                    source: SuggestionSource::Title(work.id),
                });
            }
        }
    }
    Ok(suggestions)
}

fn candidates(
    state: &SearchState,
    actor: &Actor,
    prefix: &str,
    limit: usize,
) -> Result<Vec<AssetId>, IndexError> {
    let (index, now) = (state.live(), state.clock.now());
    let searcher = index.searcher();
    let viewer = Viewer::new(actor, now);
    let viewer = state.engine.cacheable_viewer(&searcher, &viewer)?;
    let view = state.engine.view(&searcher, index.fields(), &viewer);
    Ok(works_with_title(&view, prefix, limit)?)
}
