//! Statistics from the term dictionaries of all segments: how many works contain a term, and which
//! accented forms a folded word has.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet as _, InvertedIndexReader, SegmentReader, TERMINATED, Term};

use super::doc_sets::DocSet;
use super::view::IndexView;
use crate::services::search::analysis::{SEPARATOR, display_form, pair_term};

/// Posting lists up to this length are counted document by document: whether a rare word exists, and
/// next to which words, must depend neither on merges nor on works that the caller may not see.
const EXACT_COUNT_LIMIT: u32 = 64;

/// The statistics of a term.
#[derive(Debug, Default)]
pub(crate) struct TermStats {
    /// Works that contain it; see [`TermDictionary::works_with`].
    pub(crate) works: u64,
    /// The posting list of each segment.
    pub(crate) postings: Vec<Option<TermInfo>>,
}

/// The dictionaries of one view. Statistics are memoised for one query: a look-up in every segment
/// costs as much as scoring some hundred works.
pub(crate) struct TermDictionary<'a> {
    view: IndexView<'a>,
    /// By segment.
    visible: Vec<VisibleDocs>,
    /// Works that the caller may see.
    works: u64,
    terms: RefCell<HashMap<Field, HashMap<String, Rc<TermStats>>>>,
    tokens: RefCell<HashMap<Field, u64>>,
}

impl<'a> TermDictionary<'a> {
    /// The dictionaries of a view.
    pub(crate) fn new(view: IndexView<'a>) -> tantivy::Result<Self> {
        let segments = view.searcher.segment_readers().iter();
        let visible = segments.map(|segment| VisibleDocs::new(&view, segment));
        let visible: Vec<VisibleDocs> = visible.collect::<tantivy::Result<_>>()?;
        Ok(Self {
            works: visible.iter().map(|segment| segment.shown).sum(),
            visible,
            view,
            terms: RefCell::default(),
            tokens: RefCell::default(),
        })
    }

    /// The view.
    pub(crate) fn view(&self) -> IndexView<'a> {
        self.view
    }

    /// Works that the caller may see.
    pub(crate) fn works(&self) -> u64 {
        self.works
    }

    /// Works that contain a term: 0 when the caller may see none of them. For a frequent term the share of
    /// visible works in all of them, as if the term were as frequent in hidden works as in visible ones.
    pub(crate) fn works_with(&self, field: Field, text: &str) -> u64 {
        self.term(field, text).works
    }

    /// The statistics of a term.
    pub(crate) fn term(&self, field: Field, text: &str) -> Rc<TermStats> {
        let memo = self.terms.borrow();
        if let Some(stats) = memo.get(&field).and_then(|terms| terms.get(text)) {
            return Rc::clone(stats);
        }
        drop(memo);
        let term = Term::from_field_text(field, text);
        let stats = Rc::new(self.look_up(&term).unwrap_or_default());
        let mut memo = self.terms.borrow_mut();
        let terms = memo.entry(field).or_default();
        terms.insert(text.to_owned(), Rc::clone(&stats));
        stats
    }

    /// The part of a number of all works that falls to the visible ones.
    fn visible_share(&self, of_all: u64) -> u64 {
        let hidden = self.visible.iter().map(|segment| u64::from(segment.hidden));
        let all = self.works + hidden.sum::<u64>();
        if all == self.works {
            return of_all;
        }
        (of_all as f64 * self.works as f64 / all as f64).round() as u64
    }

    fn look_up(&self, term: &Term) -> tantivy::Result<TermStats> {
        let mut stats = TermStats::default();
        let mut is_exact = true;
        for (segment, visible) in self.segments() {
            let index = segment.inverted_index(term.field())?;
            let postings = index.get_term_info(term)?;
            if let Some(postings) = &postings {
                let (count, is_visible_count) = visible.count(&index, postings)?;
                stats.works += u64::from(count);
                is_exact &= is_visible_count;
            }
            stats.postings.push(postings);
        }
        if !is_exact {
            stats.works = self.visible_share(stats.works).clamp(1, self.works.max(1));
        }
        Ok(stats)
    }

    /// False when certainly no work contains a folded word; does not read the dictionaries.
    pub(crate) fn may_contain_word(&self, folded: &str) -> bool {
        let mut segments = self.view.searcher.segment_readers().iter();
        segments.any(|segment| {
            let words = self.view.words(segment);
            words.map_or(true, |words| words.may_contain(folded))
        })
    }

    /// Each segment with its visible documents.
    fn segments(&self) -> impl Iterator<Item = (&'a SegmentReader, &VisibleDocs)> {
        self.view
            .searcher
            .segment_readers()
            .iter()
            .zip(&self.visible)
    }

    /// Works that contain a folded word.
    pub(crate) fn works_with_word(&self, folded: &str) -> u64 {
        self.works_with(self.view.fields.all_folded, folded)
    }

    /// Works that contain two folded words next to each other.
    pub(crate) fn works_with_pair(&self, first: &str, second: &str) -> u64 {
        self.works_with(self.view.fields.all_pairs, &pair_term(first, second))
    }

    /// Works that contain an exact term.
    pub(crate) fn works_with_exact(&self, exact: &str) -> u64 {
        self.works_with(self.view.fields.all_exact, exact)
    }

    /// The most frequent written form of a folded word.
    pub(crate) fn most_frequent_form(&self, folded: &str) -> Option<String> {
        let mut forms: HashMap<String, u64> = HashMap::new();
        let from = format!("{folded}{SEPARATOR}");
        for (segment, visible) in self.segments() {
            let index = segment.inverted_index(self.view.fields.all_exact).ok()?;
            let mut terms = index.terms().range().ge(&from).into_stream().ok()?;
            while let Some((term, info)) = terms.next() {
                let Some(text) = std::str::from_utf8(term)
                    .ok()
                    .filter(|t| t.starts_with(&from))
                else {
                    break;
                };
                let works = u64::from(visible.count(&index, info).ok()?.0);
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
        Some(display_form(&most))
    }
}

/// The statistics that BM25 uses, restricted like [`TermDictionary::works_with`].
impl Bm25StatisticsProvider for TermDictionary<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        if let Some(tokens) = self.tokens.borrow().get(&field) {
            return Ok(*tokens);
        }
        let tokens = self.visible_share(self.view.searcher.total_num_tokens(field)?);
        self.tokens.borrow_mut().insert(field, tokens);
        Ok(tokens)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.works())
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        match term.value().as_str() {
            Some(text) => Ok(self.works_with(term.field(), text)),
            None => Ok(self.view.searcher.doc_freq(term)?.min(self.works())),
        }
    }
}

/// The documents of a segment that the caller may see.
struct VisibleDocs {
    docs: Arc<DocSet>,
    /// Their number.
    shown: u64,
    /// Documents that are hidden or deleted.
    hidden: u32,
}

impl VisibleDocs {
    fn new(view: &IndexView<'_>, segment: &SegmentReader) -> tantivy::Result<Self> {
        let docs = view.visible(segment)?;
        let shown = docs.count_ones(..) as u64;
        let hidden = segment.max_doc() - shown as u32;
        Ok(Self {
            docs,
            shown,
            hidden,
        })
    }

    /// Counts the works of a posting list, and says whether only visible ones were counted; see
    /// [`TermDictionary::works_with`].
    fn count(&self, index: &InvertedIndexReader, list: &TermInfo) -> tantivy::Result<(u32, bool)> {
        let all = list.doc_freq;
        if self.hidden == 0 {
            return Ok((all, true));
        }
        if all > EXACT_COUNT_LIMIT.max(self.hidden) {
            return Ok((all, false));
        }
        let mut postings = index.read_postings_from_terminfo(list, IndexRecordOption::Basic)?;
        let mut visible = 0;
        while postings.doc() != TERMINATED {
            visible += u32::from(self.docs.contains(postings.doc() as usize));
            if visible > 0 && all > EXACT_COUNT_LIMIT {
                return Ok((all, false));
            }
            postings.advance();
        }
        Ok((visible, true))
    }
}
