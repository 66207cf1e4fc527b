//! Which works match: the words, the filters, and who asks.
//!
//! Policy stands here, before anything is counted: a work the caller may not see is in no total,
//! no facet, no page. Embargoes are compared with the present moment, not with that of indexing.
//! One pass over the works that have the words fills a bit set of matches and counts facets; a
//! facet's own filter does not narrow its own counts.

use std::time::Instant;

use tantivy::query::{AllQuery, BooleanQuery, EnableScoring, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{BitSet, COLLECT_BLOCK_BUFFER_LEN, Searcher, TERMINATED, Term};

use super::document::circle_number;
use super::facets::{Counts, TagCache, Tally};
use super::filters::{Facet, Filters};
use super::query::Plan;
use super::query::plan::{Clause, Unit};
use super::schema::{Fields, column};
use super::sieve::Sieve;
use crate::domain::Timestamp;
use crate::domain::access::policy::circle;
use crate::domain::access::{Actor, Permission};
use crate::domain::asset::AssetId;

/// Who asks, as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Viewer {
    pub(super) circle: u64,
    /// Tag of the organisation whose works are seen in every state.
    pub(super) own: Option<String>,
    pub(super) now_ms: i64,
}

impl Viewer {
    /// What the policy says about an actor at this moment.
    pub(crate) fn new(actor: &Actor, now: Timestamp) -> Self {
        let own = actor
            .organisation()
            .filter(|_| actor.may(Permission::Deposit));
        Self {
            circle: circle_number(circle(actor)),
            own: own.map(|slug| Facet::Organisation.tag(slug.as_str())),
            now_ms: now.as_millis(),
        }
    }

    /// The same viewer at the last of these moments that has passed (sorted, ascending): who
    /// sees what changes at these moments only.
    pub(crate) fn at_last_of(&self, moments: &[i64]) -> Self {
        let passed = moments.partition_point(|moment| *moment <= self.now_ms);
        let now_ms = passed.checked_sub(1).map_or(i64::MIN, |last| moments[last]);
        Self {
            now_ms,
            ..self.clone()
        }
    }
}

/// How strictly words are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Strictness {
    /// Every word.
    All,
    /// At least one telling word or pair.
    Telling,
}

/// The matches of all segments.
#[derive(Debug)]
pub(crate) struct Matches {
    /// A bit for each matching document of each segment, and how many there are.
    pub(crate) segments: Vec<(BitSet, u32)>,
    /// Works that match.
    pub(crate) total: u64,
    /// Values of the matching works.
    pub(crate) counts: Counts,
    /// The time ran out before all were looked at.
    pub(crate) is_partial: bool,
}

/// Everything a pass needs.
pub(crate) struct Pass<'a> {
    /// The snapshot.
    pub(crate) searcher: &'a Searcher,
    /// Its fields.
    pub(crate) fields: &'a Fields,
    /// Tags of its segments.
    pub(crate) tags: &'a TagCache,
    /// Who asks.
    pub(crate) viewer: &'a Viewer,
    /// What narrows the search.
    pub(crate) filters: &'a Filters,
    /// Whether facets are counted.
    pub(crate) with_counts: bool,
    /// When to stop.
    pub(crate) deadline: Instant,
}

impl Pass<'_> {
    /// Finds every match of a plan.
    pub(crate) fn run(&self, plan: &Plan, strictness: Strictness) -> tantivy::Result<Matches> {
        let query = words_query(plan, strictness, self.fields);
        let excluded = plan
            .excluded
            .iter()
            .map(|words| together(words, self.fields));
        let removed = plan.removed.iter().map(|id| work(*id, self.fields));
        let excluded: Vec<_> = excluded.chain(removed).collect();
        let excluded = (!excluded.is_empty()).then(|| one_or(Occur::Should, excluded));
        self.run_query(query.as_ref(), excluded.as_deref())
    }

    /// Finds every match of a query, without those of another.
    pub(crate) fn run_query(
        &self,
        query: &dyn Query,
        excluded: Option<&dyn Query>,
    ) -> tantivy::Result<Matches> {
        let unscored = EnableScoring::disabled_from_searcher(self.searcher);
        let weight = query.weight(unscored)?;
        let excluded = excluded.map(|query| query.weight(unscored)).transpose()?;
        let mut matches = Matches {
            segments: Vec::new(),
            total: 0,
            counts: Counts::new(),
            is_partial: false,
        };
        for reader in self.searcher.segment_readers() {
            let sieve = Sieve::new(self, excluded.as_deref(), reader)?;
            let mut tally = if self.with_counts {
                Some(Tally::new(reader, self.tags)?)
            } else {
                None
            };
            let mut bits = BitSet::with_max_value(reader.max_doc());
            let mut found = 0;
            let mut scorer = weight.scorer(reader, 1.0)?;
            let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
            let mut blocks = 0_u32;
            while scorer.doc() != TERMINATED {
                let filled = scorer.fill_buffer(&mut buffer);
                for doc in &buffer[..filled] {
                    if sieve.passes(*doc, tally.as_mut()) {
                        bits.insert(*doc);
                        found += 1;
                    }
                }
                blocks += 1;
                if blocks.is_multiple_of(64) && Instant::now() > self.deadline {
                    matches.is_partial = true;
                    break;
                }
            }
            if let Some(tally) = tally {
                tally.add_to(&mut matches.counts);
            }
            matches.segments.push((bits, found));
            matches.total += u64::from(found);
        }
        Ok(matches)
    }
}

/// The moments at which an embargo of this snapshot ends, ascending.
pub(crate) fn embargo_ends(searcher: &Searcher) -> tantivy::Result<Vec<i64>> {
    let mut ends = Vec::new();
    for reader in searcher.segment_readers() {
        if let Some(column) = reader.fast_fields().column_opt::<i64>(column::EMBARGO)? {
            ends.extend(column.values.iter());
        }
    }
    ends.sort_unstable();
    ends.dedup();
    Ok(ends)
}

/// The query that says which documents have the words.
fn words_query(plan: &Plan, strictness: Strictness, fields: &Fields) -> Box<dyn Query> {
    let mut must: Vec<Box<dyn Query>> = Vec::new();
    match strictness {
        Strictness::All => must.extend(plan.all.iter().map(|group| any_of(group))),
        Strictness::Telling if !plan.telling.is_empty() => must.push(any_of(&plan.telling)),
        Strictness::Telling => {}
    }
    must.extend(plan.phrases.iter().map(|words| together(words, fields)));
    if must.is_empty() {
        must.push(Box::new(AllQuery));
    }
    one_or(Occur::Must, must)
}

fn any_of(clauses: &[Clause]) -> Box<dyn Query> {
    one_or(
        Occur::Should,
        clauses
            .iter()
            .map(|clause| one_or(Occur::Must, clause.iter().map(term).collect()))
            .collect(),
    )
}

fn one_or(occur: Occur, mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match (queries.len(), queries.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            let all = queries.into_iter().chain(last);
            Box::new(BooleanQuery::new(all.map(|query| (occur, query)).collect()))
        }
    }
}

fn term((field, text): &Unit) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(*field, text),
        IndexRecordOption::Basic,
    ))
}

fn work(id: AssetId, fields: &Fields) -> Box<dyn Query> {
    let term = Term::from_field_bytes(fields.id, id.as_bytes());
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn together(words: &[String], fields: &Fields) -> Box<dyn Query> {
    let terms: Vec<Term> = words
        .iter()
        .map(|word| Term::from_field_text(fields.all_folded, word))
        .collect();
    match terms.as_slice() {
        [only] => Box::new(TermQuery::new(only.clone(), IndexRecordOption::Basic)),
        _ => Box::new(PhraseQuery::new(terms)),
    }
}
