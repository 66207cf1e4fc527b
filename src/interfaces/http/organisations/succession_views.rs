//! Successions as they are answered.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Slug;
use crate::interfaces::http::problem::document::BrokenRule;
use crate::interfaces::http::schemas;
use crate::interfaces::wire::texts_by_language;
use crate::services::successions::{
    Counts, PartState, PassedWork, PassedWorks, Preview, SuccessionState,
};

/// How much passes.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassedCounts {
    /// Works in every state.
    works: u64,
    /// Accounts that are not closed.
    accounts: u64,
    /// Tokens of services that have not ended.
    tokens: u64,
    /// Saved searches.
    saved_searches: u64,
}

/// What a succession would do if it were now.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuccessionPreview {
    /// What would pass, to all successors.
    would_pass: PassedCounts,
    /// What the successor of each part would get; the main one gets the rest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartPreview>,
    /// The works among them that are not published.
    unpublished_works: u64,
    /// Why it would be refused.
    refusals: Vec<BrokenRule>,
}

/// What the successor of a part would get.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartPreview {
    /// The successor.
    to: String,
    /// What it would get.
    would_pass: PassedCounts,
}

/// A succession and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuccessionView {
    /// Its id.
    pub(super) id: String,
    /// The bodies before.
    from: Vec<String>,
    /// The successor; of a body that is split, the one that gets what no part names.
    to: String,
    /// What other successors get.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartView>,
    /// Its day.
    #[schema(format = Date)]
    on: String,
    /// The decision it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How far it is.
    #[schema(value_type = schemas::SuccessionPhaseName, inline)]
    state: &'static str,
    /// What has passed, to all successors.
    passed: PassedCounts,
    /// When it was planned.
    #[schema(format = DateTime)]
    created_at: String,
    /// When everything had passed, or it was cancelled.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
}

/// What another successor gets, and has got.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartView {
    /// That successor.
    to: String,
    /// The places whose works it gets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    places: Vec<String>,
    /// The works that it gets, wherever they lie.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    works: Vec<String>,
    /// The accounts that it gets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accounts: Vec<String>,
    /// The tokens of services that it gets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tokens: Vec<String>,
    /// The requests for access whose tokens it gets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    access_requests: Vec<String>,
    /// The saved searches that it gets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    saved_searches: Vec<String>,
    /// What it has got.
    passed: PassedCounts,
}

/// A work that has passed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassedWorkView {
    /// The work.
    id: String,
    /// The successor that got it.
    to: String,
    /// Its titles by language; absent when it was deleted since.
    #[serde(skip_serializing_if = "Option::is_none")]
    titles: Option<BTreeMap<String, String>>,
}

/// One page of works that have passed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassedWorkList {
    /// In the order of their ids.
    items: Vec<PassedWorkView>,
    /// Cursor of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

/// All successions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuccessionList {
    /// Oldest first.
    pub(super) items: Vec<SuccessionView>,
}

impl SuccessionPreview {
    /// With the reasons in the language of the caller.
    pub(super) fn new(preview: &Preview, refusals: Vec<BrokenRule>) -> Self {
        Self {
            would_pass: preview.counts.into(),
            parts: preview.of_parts.iter().map(PartPreview::from).collect(),
            unpublished_works: preview.unpublished_works,
            refusals,
        }
    }
}

impl From<Counts> for PassedCounts {
    fn from(counts: Counts) -> Self {
        Self {
            works: counts.works,
            accounts: counts.accounts,
            tokens: counts.tokens,
            saved_searches: counts.saved_searches,
        }
    }
}

impl From<SuccessionState> for SuccessionView {
    fn from(state: SuccessionState) -> Self {
        Self {
            id: state.id,
            from: state.from,
            to: state.to,
            parts: state.parts.into_iter().map(PartView::from).collect(),
            on: state.on,
            reason: state.reason,
            state: state.phase.name(),
            passed: state.passed.into(),
            created_at: state.created_at.to_string(),
            finished_at: state.finished_at.map(|at| at.to_string()),
        }
    }
}

impl From<&(Slug, Counts)> for PartPreview {
    fn from((to, counts): &(Slug, Counts)) -> Self {
        Self {
            to: to.to_string(),
            would_pass: (*counts).into(),
        }
    }
}

impl From<PartState> for PartView {
    fn from(PartState { part, passed }: PartState) -> Self {
        Self {
            to: part.to.to_string(),
            places: texts(&part.places),
            works: texts(&part.works),
            accounts: texts(&part.accounts),
            tokens: part.tokens.into_iter().map(|token| token.0).collect(),
            access_requests: part.access_requests,
            saved_searches: texts(&part.saved_searches),
            passed: passed.into(),
        }
    }
}

impl From<PassedWorks> for PassedWorkList {
    fn from(page: PassedWorks) -> Self {
        Self {
            items: page.items.into_iter().map(PassedWorkView::from).collect(),
            next: page.next.map(|next| next.to_string()),
        }
    }
}

impl From<PassedWork> for PassedWorkView {
    fn from(work: PassedWork) -> Self {
        Self {
            id: work.id.to_string(),
            to: work.to,
            titles: work.titles.as_ref().map(texts_by_language),
        }
    }
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(T::to_string).collect()
}
