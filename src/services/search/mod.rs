//! Finding works: the index beside the catalogue and everything that asks it.
//!
//! The catalogue is the truth; the index is a reading of its event log and can be thrown away
//! and built again at any time. [`Search`] is the face for everybody else.

pub(crate) mod analysis;
pub mod bench;
mod engine;
mod filters;
mod follower;
mod index;
mod matching;
mod permits;
mod presenting;
mod query;
mod ranking;
mod response;
mod service;
mod snapshot;
mod suggest;
mod thesaurus;

pub use analysis::timed_text::Passage;
pub use filters::{Facet, Filters};
pub use index::document::Contents;
pub use index::open_index::{IndexChange, IndexError, WriterSettings};
pub use presenting::highlighter::Piece;
pub use query::expansion::{Expansion, ExpansionReason, ExpansionWishes};
pub use query::repair::Interpretation;
pub use ranking::cursor::{Cursor, InvalidCursor};
pub use ranking::page::Order;
pub use response::{
    FacetCounts, FacetValue, Hit, Matching, SearchAnswer, SearchRequest, Snippet, TextField, Took,
    Total,
};
pub use service::{Search, SearchError, SearchSettings, SearchStatus};
pub use suggest::completions::{Suggestion, SuggestionSource};
pub use suggest::similar_works::SimilarWorks;
pub use thesaurus::{Name, Thesaurus};
