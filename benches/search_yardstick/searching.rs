//! The yardstick's search: all words, titles with weight three, ten hits with stored fields and a
//! snippet each, the exact total, and facet counts.

use std::path::Path;
use std::sync::{Mutex, mpsc};
use std::thread;

use serde_json::Value;
use tantivy::aggregation::AggregationCollector;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, BoostQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Value as _};
use tantivy::snippet::SnippetGenerator;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{DocAddress, IndexReader, Searcher, TantivyDocument, Term};

use crate::closed_loop::Loop;
use crate::folding;
use crate::index::{self, Fields};

/// The state of one client.
struct Asking<'a> {
    reader: &'a IndexReader,
    fields: &'a Fields,
    analyzer: TextAnalyzer,
    facets: &'a Aggregations,
}

/// Runs queries in a closed loop: each client in its own thread, or, like a server, with `workers`
/// threads for all clients.
pub(crate) fn measure(
    folder: &Path,
    questions: &[String],
    facets: &[&str],
    workers: usize,
    run: Loop,
) -> Value {
    let (index, fields) = index::open(folder);
    let reader = index.reader().unwrap();
    let facets = aggregations(facets);
    let new_client = || {
        let mut asking = Asking {
            reader: &reader,
            fields: &fields,
            analyzer: folding::analyzer(),
            facets: &facets,
        };
        move |number: usize| {
            std::hint::black_box(asking.answer(&questions[number]));
            true
        }
    };
    let pid = std::process::id();
    if workers == 0 {
        return run.run(questions.len(), pid, new_client);
    }
    let (sender, receiver) = mpsc::channel::<(usize, mpsc::Sender<()>)>();
    let receiver = Mutex::new(receiver);
    let next_job = || receiver.lock().unwrap().recv();
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let mut answer = new_client();
                while let Ok((number, done)) = next_job() {
                    answer(number);
                    done.send(()).unwrap();
                }
            });
        }
        let report = run.run(questions.len(), pid, || {
            let (jobs, (done, is_done)) = (sender.clone(), mpsc::channel());
            move |number| {
                jobs.send((number, done.clone())).unwrap();
                is_done.recv().is_ok()
            }
        });
        drop(sender);
        report
    })
}

/// The number of works that each query finds.
pub(crate) fn counts(folder: &Path, questions: &[String]) -> Vec<usize> {
    let (index, fields) = index::open(folder);
    let searcher = index.reader().unwrap().searcher();
    let mut analyzer = folding::analyzer();
    let count = |question: &String| {
        let query = query(&fields, &mut analyzer, question);
        searcher.search(&query, &Count).unwrap()
    };
    questions.iter().map(count).collect()
}

impl Asking<'_> {
    /// The total, the facets, and for each hit its fields and a snippet as HTML.
    fn answer(&mut self, question: &str) -> (usize, Value, Vec<(Vec<String>, String)>) {
        let searcher = self.reader.searcher();
        let query = query(self.fields, &mut self.analyzer, question);
        let hits = TopDocs::with_limit(10).order_by_score();
        let counted = AggregationCollector::from_aggs(self.facets.clone(), Default::default());
        let (hits, total, facets) = searcher.search(&query, &(hits, Count, counted)).unwrap();
        let snippets =
            SnippetGenerator::create(&searcher, &query, self.fields.searched[2]).unwrap();
        let shown = hits
            .into_iter()
            .map(|(_, address)| show(&searcher, &snippets, self.fields.shown[2], address));
        let shown = shown.collect();
        (total, serde_json::to_value(facets).unwrap(), shown)
    }
}

/// The stored fields except the body, and a fragment of the body as HTML.
fn show(
    searcher: &Searcher,
    snippets: &SnippetGenerator,
    body: Field,
    address: DocAddress,
) -> (Vec<String>, String) {
    let document: TantivyDocument = searcher.doc(address).unwrap();
    let others = document
        .field_values()
        .filter(|(field, _)| *field != body)
        .filter_map(|(_, value)| Some(value.as_str()?.to_owned()));
    let others = others.collect();
    let text = document.get_first(body).and_then(|value| value.as_str());
    (others, snippets.snippet(text.unwrap_or_default()).to_html())
}

/// All words of a query, or a phrase when it is in quotes.
fn query(fields: &Fields, analyzer: &mut TextAnalyzer, question: &str) -> BooleanQuery {
    let words = folding::words(analyzer, question);
    let is_phrase = question.starts_with('"') && words.len() > 1;
    let units = if is_phrase {
        vec![anywhere(fields, |field| {
            let terms = words.iter().map(|word| Term::from_field_text(field, word));
            Box::new(PhraseQuery::new(terms.collect()))
        })]
    } else {
        let word = |word: &String| {
            anywhere(fields, |field| {
                let term = Term::from_field_text(field, word);
                Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
            })
        };
        words.iter().map(word).collect()
    };
    let must = units
        .into_iter()
        .map(|unit| (Occur::Must, Box::new(unit) as Box<dyn Query>));
    BooleanQuery::new(must.collect())
}

/// In the title with weight three, the description or the body.
fn anywhere(fields: &Fields, unit: impl Fn(Field) -> Box<dyn Query>) -> BooleanQuery {
    let [title, description, body] = fields.searched.map(unit);
    let title: Box<dyn Query> = Box::new(BoostQuery::new(title, 3.0));
    let either = [title, description, body];
    BooleanQuery::new(
        either
            .into_iter()
            .map(|query| (Occur::Should, query))
            .collect(),
    )
}

fn aggregations(facets: &[&str]) -> Aggregations {
    let facet = |name: &&str| {
        let terms = serde_json::json!({"terms": {"field": name, "size": 50}});
        ((*name).to_owned(), terms)
    };
    serde_json::from_value(Value::Object(facets.iter().map(facet).collect())).unwrap()
}
