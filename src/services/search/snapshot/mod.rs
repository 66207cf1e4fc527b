//! The index at one moment, as one caller sees it.
//!
//! [`view::IndexView`] combines a tantivy searcher, the [`viewer::Viewer`] and the
//! [`segment_caches`]. From it come the sets of documents with a term ([`doc_sets`]) and of visible
//! documents ([`visibility`]), the facet values ([`facet_tags`]), the columns of hits
//! ([`hit_columns`]) and the statistics of terms ([`term_dictionary`], [`word_filter`]).
//!
//! A segment never changes, so everything derived from one is cached until the segment is merged
//! away; deletions are part of the cache key where they matter.

pub(crate) mod doc_sets;
pub(crate) mod facet_tags;
pub(crate) mod hit_columns;
pub(crate) mod segment_caches;
pub(crate) mod term_dictionary;
pub(crate) mod view;
pub(crate) mod viewer;
pub(crate) mod visibility;
pub(crate) mod word_filter;
