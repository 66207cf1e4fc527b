//! What the term dictionaries know: how many works hold a term, and which accented forms a
//! folded word has. Asked live, so nothing has to be kept in memory or rebuilt after merges.

use std::cell::RefCell;
use std::collections::HashMap;

use tantivy::postings::TermInfo;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet as _, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, Term};

use super::super::analysis::{SEPARATOR, pair, written};
use super::super::schema::Fields;

/// Works of a segment with a term up to which those that are deleted are told from the others:
/// whether a word is known at all, and next to which it stands, must not depend on merges.
const RARE: u32 = 64;

/// The dictionaries of one snapshot. Answers are remembered for the length of a query.
pub(crate) struct Lexicon<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
    known: RefCell<HashMap<Field, HashMap<String, u64>>>,
    tokens: RefCell<HashMap<Field, u64>>,
}

impl<'a> Lexicon<'a> {
    /// Over a snapshot.
    pub(crate) fn new(searcher: &'a Searcher, fields: &'a Fields) -> Self {
        Self {
            searcher,
            fields,
            known: RefCell::default(),
            tokens: RefCell::default(),
        }
    }

    /// The snapshot.
    pub(crate) fn searcher(&self) -> &'a Searcher {
        self.searcher
    }

    /// Works in the collection.
    pub(crate) fn works(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Works that hold a term of a field. Of a frequent term, deleted works count until their
    /// segment is merged.
    pub(crate) fn works_with(&self, field: Field, text: &str) -> u64 {
        let known = self
            .known
            .borrow()
            .get(&field)
            .and_then(|f| f.get(text).copied());
        if let Some(known) = known {
            return known;
        }
        let term = Term::from_field_text(field, text);
        let works = self.count(&term).unwrap_or(0);
        let mut known = self.known.borrow_mut();
        known
            .entry(field)
            .or_default()
            .insert(text.to_owned(), works);
        works
    }

    fn count(&self, term: &Term) -> tantivy::Result<u64> {
        let mut works = 0;
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(term.field())?;
            if let Some(info) = index.get_term_info(term)? {
                works += u64::from(living(segment, &index, &info)?);
            }
        }
        Ok(works)
    }

    /// Works that hold a folded word.
    pub(crate) fn works_with_word(&self, folded: &str) -> u64 {
        self.works_with(self.fields.all_folded, folded)
    }

    /// Works that hold two folded words side by side.
    pub(crate) fn works_with_pair(&self, first: &str, second: &str) -> u64 {
        self.works_with(self.fields.all_pairs, &pair(first, second))
    }

    /// Works that hold an exact term.
    pub(crate) fn works_with_exact(&self, exact: &str) -> u64 {
        self.works_with(self.fields.all_exact, exact)
    }

    /// How a folded word is most often written.
    pub(crate) fn usual_form(&self, folded: &str) -> Option<String> {
        let mut forms: HashMap<String, u64> = HashMap::new();
        let from = format!("{folded}{SEPARATOR}");
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(self.fields.all_exact).ok()?;
            let mut terms = index.terms().range().ge(&from).into_stream().ok()?;
            while let Some((term, info)) = terms.next() {
                let Some(text) = std::str::from_utf8(term)
                    .ok()
                    .filter(|t| t.starts_with(&from))
                else {
                    break;
                };
                let works = u64::from(living(segment, &index, info).ok()?);
                if works > 0 {
                    *forms.entry(text.to_owned()).or_default() += works;
                }
            }
        }
        let marked: u64 = forms.values().sum();
        let (most, works) = forms
            .into_iter()
            .max_by(|a, b| (a.1, &b.0).cmp(&(b.1, &a.0)))?;
        let bare = self.works_with_word(folded).saturating_sub(marked);
        if bare > works {
            return Some(folded.to_owned());
        }
        Some(written(&most))
    }
}

/// What scoring wants to know, each thing looked up once in a query: a dictionary look-up in every
/// segment costs as much as scoring some hundred works.
impl Bm25StatisticsProvider for Lexicon<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        if let Some(known) = self.tokens.borrow().get(&field) {
            return Ok(*known);
        }
        let tokens = self.searcher.total_num_tokens(field)?;
        self.tokens.borrow_mut().insert(field, tokens);
        Ok(tokens)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        match term.value().as_str() {
            Some(text) => Ok(self.works_with(term.field(), text)),
            None => self.searcher.doc_freq(term),
        }
    }
}

/// Documents of a segment that hold a term and, if it is rare, are not deleted.
fn living(
    segment: &SegmentReader,
    index: &InvertedIndexReader,
    info: &TermInfo,
) -> tantivy::Result<u32> {
    let Some(alive) = segment.alive_bitset().filter(|_| info.doc_freq <= RARE) else {
        return Ok(info.doc_freq);
    };
    let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    let mut works = 0;
    while postings.doc() != TERMINATED {
        works += u32::from(alive.is_alive(postings.doc()));
        postings.advance();
    }
    Ok(works)
}
