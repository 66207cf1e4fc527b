//! Full-text search: the index beside the catalogue and everything that reads it.
//!
//! The catalogue is the source of truth. The index is derived from its event log and can be deleted
//! and rebuilt at any time. [`Search`] is the public face.
//!
//! A query passes the folders in this order, each with the type that it produces:
//!
//! | step | type | why it is a type of its own |
//! |---|---|---|
//! | interfaces | [`SearchRequest`] | the public request; knows no index |
//! | [`service`], [`presenting`] | [`request::RequestContext`] | what the caller may not set: viewer, removals, deadline |
//! | [`query`] | [`query::interpret::InterpretedQuery`] | the repaired text with its [`query::plan::QueryPlan`], the part that decides matching and is a cache key |
//! | [`matching`] | [`matching::matches::Matches`] | document sets, cached across pages |
//! | [`ranking`] | [`engine::ResultPage`] | one page of ids; the works must be read asynchronously |
//! | [`presenting`] | [`SearchResponse`] | works and texts; the interfaces render it |
//!
//! [`engine`] runs the steps from query to ranking on one commit. Below them are [`snapshot`] (the
//! index as one caller sees it, with its caches), [`index`] (the files and how they follow the event
//! log) and [`analysis`] (text to terms). [`admission`] decides when a request may run. [`suggest`] has completions and similar works.

pub mod admission;
pub(crate) mod analysis;
#[cfg(feature = "bench")]
pub mod bench;
mod engine;
mod error;
mod filters;
mod follower;
mod index;
mod matching;
mod presenting;
mod query;
mod ranking;
mod request;
mod response;
mod service;
mod settings;
mod snapshot;
mod state;
mod suggest;
mod thesaurus;

pub use analysis::timed_text::{Passage, TimedText};
pub use error::SearchError;
pub use filters::{Facet, Filters};
pub use index::document::FileContents;
pub use index::generations::last_indexed;
pub use index::open_index::{IndexChange, IndexError, WriterSettings};
pub use matching::matches::MatchMode;
pub use query::expansion::{Expansion, ExpansionOptions, ExpansionReason};
pub use query::repair::Interpretation;
pub use ranking::cursor::{Cursor, InvalidCursor};
pub use ranking::order::Order;
pub use request::SearchRequest;
pub use response::{
    FacetCounts, FacetValue, Fragment, Hit, PlaceFilter, SearchResponse, Snippet, TextField,
    Timings, Total,
};
pub use service::{Search, SearchStatus};
pub use settings::SearchSettings;
pub use suggest::similar_works::SimilarWorks;
pub use suggest::suggestion::{Suggestion, SuggestionSource};
pub use thesaurus::{Name, Thesaurus};
