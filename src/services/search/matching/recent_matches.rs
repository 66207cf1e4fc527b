//! The matches of the most recent queries, for their next pages and for equal queries.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::SearcherGeneration;

use super::matches::{MatchMode, Matches};
use crate::services::search::filters::{Facet, Filters};
use crate::services::search::query::plan::QueryPlan;
use crate::services::search::snapshot::viewer::Viewer;

/// Queries whose matches are cached.
const CAPACITY: usize = 32;

/// Everything that the matches depend on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MatchKey {
    /// The commit and its merges.
    pub(crate) generation: SearcherGeneration,
    pub(crate) viewer: Viewer,
    pub(crate) filters: Filters,
    pub(crate) plan: Arc<QueryPlan>,
    pub(crate) mode: MatchMode,
    pub(crate) facets: Vec<Facet>,
}

/// A queue of recent matches, newest first.
#[derive(Debug, Default)]
pub(crate) struct RecentMatches {
    entries: Mutex<VecDeque<(MatchKey, Arc<Matches>)>>,
}

impl RecentMatches {
    /// The cached matches of a query.
    pub(crate) fn get(&self, key: &MatchKey) -> Option<Arc<Matches>> {
        self.lock()
            .iter()
            .find(|(cached, _)| cached == key)
            .map(|(_, matches)| Arc::clone(matches))
    }

    /// Adds matches and drops the oldest.
    pub(crate) fn insert(&self, key: MatchKey, matches: &Arc<Matches>) {
        let mut entries = self.lock();
        entries.truncate(CAPACITY - 1);
        entries.push_front((key, Arc::clone(matches)));
    }

    /// Drops all matches, after a commit.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(MatchKey, Arc<Matches>)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
