//! Finding works: the index beside the catalogue and everything that asks it.
//!
//! The catalogue is the truth; the index is a reading of its event log and can be thrown away
//! and built again at any time. [`Search`] is the face for everybody else.

pub(crate) mod analysis;
mod answer;
mod answering;
mod best;
mod cursor;
mod document;
mod duplicates;
mod engine;
mod facets;
mod filters;
mod follower;
mod glossary;
mod index;
mod lane;
mod matching;
pub mod measure;
mod neighbours;
mod passages;
mod pictures;
mod projector;
mod purge;
mod query;
mod ranking;
mod removed;
mod resume;
mod schema;
mod scoring;
mod service;
mod sets;
mod showing;
mod sieve;
mod similar;
mod sketch;
mod snippets;
mod store;
mod suggest;
mod thesaurus;
mod transcripts;
mod view;

pub use answer::{
    FacetCounts, FacetValue, Hit, Matching, SearchAnswer, SearchRequest, Snippet, TextField, Took,
    Total,
};
pub use cursor::{Cursor, InvalidCursor};
pub use document::Contents;
pub use filters::{Facet, Filters};
pub use index::{IndexChange, IndexError, WriterSettings};
pub use neighbours::SimilarWorks;
pub use passages::Passage;
pub use query::{Expansion, ExpansionReason, ExpansionWishes, Interpretation};
pub use ranking::Order;
pub use service::{Search, SearchError, SearchSettings, SearchStatus};
pub use snippets::Piece;
pub use suggest::{Suggestion, SuggestionSource};
pub use thesaurus::{Name, Thesaurus};
