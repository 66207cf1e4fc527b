//! The index at one moment as one caller sees it.

pub(crate) mod doc_sets;
pub(crate) mod facet_tags;
pub(crate) mod term_stats;
pub(crate) mod view;
pub(crate) mod visibility;
pub(crate) mod word_filter;
