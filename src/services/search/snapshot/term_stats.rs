//! What the term dictionaries know: how many works hold a term, and which accented forms a
//! folded word has. Asked live, so nothing has to be kept in memory or rebuilt after merges.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet as _, InvertedIndexReader, SegmentReader, TERMINATED, Term};

use super::doc_sets::Docs;
use super::view::View;
use crate::services::search::analysis::SEPARATOR;
use crate::services::search::analysis::pair;
use crate::services::search::analysis::written;

/// Works of a segment with a term up to which they are counted one by one: whether a word is known
/// at all, and next to which it stands, must depend neither on merges nor on works that the caller
/// may not see.
const RARE: u32 = 64;

/// What the dictionaries say of a term.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Works that hold it.
    pub(crate) works: u64,
    /// Where each segment keeps its list of these works.
    pub(crate) lists: Vec<Option<TermInfo>>,
}

/// The dictionaries of one snapshot. Answers are remembered for the length of a query: a look-up
/// in every segment costs as much as scoring some hundred works.
pub(crate) struct Lexicon<'a> {
    view: View<'a>,
    /// Of each segment.
    seen: Vec<Seen>,
    known: RefCell<HashMap<Field, HashMap<String, Rc<Known>>>>,
    tokens: RefCell<HashMap<Field, u64>>,
}

impl<'a> Lexicon<'a> {
    /// Over a snapshot.
    pub(crate) fn new(view: View<'a>) -> tantivy::Result<Self> {
        let segments = view.searcher.segment_readers().iter();
        let seen = segments.map(|segment| Seen::of(&view, segment));
        Ok(Self {
            seen: seen.collect::<tantivy::Result<_>>()?,
            view,
            known: RefCell::default(),
            tokens: RefCell::default(),
        })
    }

    /// The snapshot as the caller sees it.
    pub(crate) fn view(&self) -> View<'a> {
        self.view
    }

    /// Works in the collection.
    pub(crate) fn works(&self) -> u64 {
        self.view.searcher.num_docs()
    }

    /// Works that hold a term of a field: none when the caller may see none of them. Of a frequent
    /// term all works count, also those that are hidden or deleted.
    pub(crate) fn works_with(&self, field: Field, text: &str) -> u64 {
        self.term(field, text).works
    }

    /// What is known of a term of a field.
    pub(crate) fn term(&self, field: Field, text: &str) -> Rc<Known> {
        let known = self.known.borrow();
        if let Some(known) = known.get(&field).and_then(|terms| terms.get(text)) {
            return Rc::clone(known);
        }
        drop(known);
        let term = Term::from_field_text(field, text);
        let found = Rc::new(self.look_up(&term).unwrap_or_default());
        let mut known = self.known.borrow_mut();
        let terms = known.entry(field).or_default();
        terms.insert(text.to_owned(), Rc::clone(&found));
        found
    }

    fn look_up(&self, term: &Term) -> tantivy::Result<Known> {
        let mut known = Known::default();
        for (segment, seen) in self.segments() {
            let index = segment.inverted_index(term.field())?;
            let list = index.get_term_info(term)?;
            if let Some(list) = &list {
                known.works += u64::from(seen.works(&index, list)?);
            }
            known.lists.push(list);
        }
        Ok(known)
    }

    /// False when surely no work holds a folded word; answered without the dictionaries.
    pub(crate) fn may_have_word(&self, folded: &str) -> bool {
        let mut segments = self.view.searcher.segment_readers().iter();
        segments.any(|segment| {
            let words = self.view.words(segment);
            words.map_or(true, |words| words.may_have(folded))
        })
    }

    /// Each segment with what the caller may see of it.
    fn segments(&self) -> impl Iterator<Item = (&'a SegmentReader, &Seen)> {
        self.view.searcher.segment_readers().iter().zip(&self.seen)
    }

    /// Works that hold a folded word.
    pub(crate) fn works_with_word(&self, folded: &str) -> u64 {
        self.works_with(self.view.fields.all_folded, folded)
    }

    /// Works that hold two folded words side by side.
    pub(crate) fn works_with_pair(&self, first: &str, second: &str) -> u64 {
        self.works_with(self.view.fields.all_pairs, &pair(first, second))
    }

    /// Works that hold an exact term.
    pub(crate) fn works_with_exact(&self, exact: &str) -> u64 {
        self.works_with(self.view.fields.all_exact, exact)
    }

    /// How a folded word is most often written.
    pub(crate) fn usual_form(&self, folded: &str) -> Option<String> {
        let mut forms: HashMap<String, u64> = HashMap::new();
        let from = format!("{folded}{SEPARATOR}");
        for (segment, seen) in self.segments() {
            let index = segment.inverted_index(self.view.fields.all_exact).ok()?;
            let mut terms = index.terms().range().ge(&from).into_stream().ok()?;
            while let Some((term, info)) = terms.next() {
                let Some(text) = std::str::from_utf8(term)
                    .ok()
                    .filter(|t| t.starts_with(&from))
                else {
                    break;
                };
                let works = u64::from(seen.works(&index, info).ok()?);
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

/// What scoring wants to know.
impl Bm25StatisticsProvider for Lexicon<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        if let Some(known) = self.tokens.borrow().get(&field) {
            return Ok(*known);
        }
        let tokens = self.view.searcher.total_num_tokens(field)?;
        self.tokens.borrow_mut().insert(field, tokens);
        Ok(tokens)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.view.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        match term.value().as_str() {
            Some(text) => Ok(self.works_with(term.field(), text)),
            None => self.view.searcher.doc_freq(term),
        }
    }
}

/// What a caller may see of a segment.
struct Seen {
    docs: Arc<Docs>,
    /// Documents that are hidden or deleted.
    hidden: u32,
}

impl Seen {
    fn of(view: &View<'_>, segment: &SegmentReader) -> tantivy::Result<Self> {
        let docs = view.visible(segment)?;
        let hidden = segment.max_doc() - docs.count_ones(..) as u32;
        Ok(Self { docs, hidden })
    }

    /// Works of the segment in a list; see [`Lexicon::works_with`].
    fn works(&self, index: &InvertedIndexReader, list: &TermInfo) -> tantivy::Result<u32> {
        let most = list.doc_freq;
        if self.hidden == 0 || most > RARE.max(self.hidden) {
            return Ok(most);
        }
        let mut listed = index.read_postings_from_terminfo(list, IndexRecordOption::Basic)?;
        let mut seen = 0;
        while listed.doc() != TERMINATED {
            seen += u32::from(self.docs.contains(listed.doc() as usize));
            if seen > 0 && most > RARE {
                return Ok(most);
            }
            listed.advance();
        }
        Ok(seen)
    }
}
