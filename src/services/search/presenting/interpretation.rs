//! Reports how the text was interpreted, with words as the results write them.

use std::time::Instant;

use super::highlighter::Highlighter;
use crate::services::search::index::document::texts;
use crate::services::search::query::interpret::InterpretedQuery;
use crate::services::search::query::repair::{self, Interpretation};
use crate::services::search::response::Hit;
use crate::services::search::snapshot::term_dictionary::TermDictionary;

/// Hits whose texts are searched for the written form of a word.
const SEARCHED_HITS: usize = 5;

/// The repairs and expansions of a query. Corrected words are written as the first hits write them,
/// as far as the deadline allows.
pub(crate) fn interpretation(
    query: &InterpretedQuery,
    hits: &[Hit],
    dictionary: &TermDictionary<'_>,
    deadline: Instant,
) -> Interpretation {
    let expansions = query
        .expansions
        .iter()
        .map(|applied| applied.expansion.clone())
        .collect();
    repair::interpretation(&query.repaired, expansions, |folded| {
        let texts = hits
            .iter()
            .take(SEARCHED_HITS)
            .flat_map(|hit| texts(&hit.asset.work));
        texts
            .take_while(|_| Instant::now() <= deadline)
            .filter_map(|text| Highlighter::written_form(text, folded))
            .next()
            .or_else(|| dictionary.most_frequent_form(folded))
            .unwrap_or_else(|| folded.to_owned())
    })
}
