//! Finding works: the index beside the catalogue and everything that asks it.
//!
//! The catalogue is the truth; the index is a reading of its event log and can be thrown away
//! and built again at any time. [`Search`] is the face for everybody else.

pub(crate) mod analysis;
mod collation;
mod cursor;
mod document;
mod engine;
mod facets;
mod filters;
mod index;
mod matching;
pub mod measure;
mod query;
mod ranking;
mod schema;
mod sketch;
mod thesaurus;

pub use cursor::{Cursor, InvalidCursor};
pub use filters::{Facet, Filters};
pub use index::{IndexChange, IndexError, WriterSettings};
pub use query::{Expansion, ExpansionReason, ExpansionWishes, Interpretation};
pub use ranking::Order;
pub use thesaurus::{Name, Thesaurus};
