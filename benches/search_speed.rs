//! Compares search in process with plain tantivy on the same queries, in one run.
//!
//! `cargo bench --bench search_speed -- DOCUMENTS RECORDS [QUERIES]`
//!
//! DOCUMENTS is a file of JSON lines with `body`: its words, in the order of a chain of the first
//! degree (each word followed by one that follows it somewhere in the file), make RECORDS works
//! of about 230 words with titles of 8, as real text has them: common syllables in most works,
//! pairs that stand together. Queries are pairs of words from titles. The indexes are queried
//! alternately, so that other load slows both; only ratios are meaningful.

use std::collections::HashMap;
use std::time::Instant;

use khochung::domain::asset::{
    Access, Asset, AssetId, AudienceLevel, PeopleShown, Review, Revision, State, Work,
};
use khochung::domain::{LanguageTag, Slug, Timestamp};
use khochung::services::search::bench::BenchIndex;
use khochung::services::search::{Facet, FileContents, IndexChange, Thesaurus, WriterSettings};
use tantivy::aggregation::AggregationCollector;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer};
use tantivy::{Index, TantivyDocument, Term, doc};

type Failure = Box<dyn std::error::Error>;

/// Works indexed in one batch.
const BATCH: usize = 10_000;
/// Values of the facet `kind`.
const KINDS: [&str; 6] = [
    "article",
    "news-item",
    "video",
    "radio-play",
    "exhibition",
    "painting",
];
/// Facets counted on both sides.
const FACETS: [Facet; 4] = [Facet::Kind, Facet::Strand, Facet::Year, Facet::Language];
const STRANDS: [&str; 3] = ["inform", "educate", "mobilise"];

/// SplitMix64: the same works in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}

/// Words, and the positions that follow each of them.
struct Chain {
    words: Vec<String>,
    followers: HashMap<String, Vec<usize>>,
}

impl Chain {
    fn read(path: &str) -> Result<Self, Failure> {
        let mut words: Vec<String> = Vec::new();
        for line in std::fs::read_to_string(path)?.lines() {
            let document: serde_json::Value = serde_json::from_str(line)?;
            let body = document["body"].as_str().unwrap_or_default();
            words.extend(body.split_whitespace().map(str::to_owned));
        }
        let mut followers: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, two) in words.windows(2).enumerate() {
            followers.entry(two[0].clone()).or_default().push(at + 1);
        }
        Ok(Self { words, followers })
    }

    fn text(&self, length: usize, dice: &mut Dice) -> String {
        let mut at = dice.below(self.words.len());
        let mut text = String::new();
        for _ in 0..length {
            let word = &self.words[at];
            text.push_str(word);
            text.push(' ');
            at = match self.followers.get(word) {
                Some(next) => next[dice.below(next.len())],
                None => dice.below(self.words.len()),
            };
        }
        text
    }
}

struct Record {
    title: String,
    body: String,
    kind: &'static str,
    strand: &'static str,
    year: usize,
}

fn record(chain: &Chain, dice: &mut Dice) -> Record {
    Record {
        title: chain.text(8, dice),
        body: chain.text(230, dice),
        kind: KINDS[dice.below(KINDS.len())],
        strand: STRANDS[dice.below(STRANDS.len())],
        year: 2000 + dice.below(26),
    }
}

fn work(record: &Record, number: u128) -> Result<IndexChange, Failure> {
    let language = LanguageTag::parse("vi")?;
    let moment = Timestamp::from_millis(0);
    let work = Work {
        titles: [(language.clone(), record.title.clone())]
            .into_iter()
            .collect(),
        descriptions: Default::default(),
        kind: Some(Slug::parse(record.kind)?),
        creators: Vec::new(),
        organisation: Some(Slug::parse("dic")?),
        languages: vec![language],
        strand: Some(Slug::parse(record.strand)?),
        themes: Vec::new(),
        instruments: Vec::new(),
        rights_groups: Vec::new(),
        udhr_articles: Vec::new(),
        audiences: Vec::new(),
        places: Vec::new(),
        made: Some(record.year.to_string().parse()?),
        body: Some(record.body.clone()),
        credit_line: None,
        reuse_terms: Slug::parse("cc-by-4.0")?,
        people_shown: PeopleShown::NoneIdentifiable,
        consent: None,
        minors_shown: false,
        access: Access::Public,
        embargo_until: None,
        review_on: None,
        relations: Vec::new(),
        identifiers: Vec::new(),
    };
    let asset = Asset {
        id: AssetId::from_bytes(number.to_be_bytes()),
        revision: Revision::FIRST,
        state: State::Published,
        widest_audience: AudienceLevel::Public,
        work,
        issuer: None,
        files: Vec::new(),
        created_at: moment,
        updated_at: moment,
        published_at: Some(moment),
        review: Review::default(),
        corrections: Vec::new(),
        sealed: Vec::new(),
    };
    Ok(IndexChange::Put(Box::new(asset), FileContents::default()))
}

/// Plain tantivy: title and body, folded, four facets.
struct Plain {
    index: Index,
    title: Field,
    body: Field,
    kind: Field,
    strand: Field,
    year: Field,
    language: Field,
}

impl Plain {
    fn create(folder: &std::path::Path) -> Result<Self, Failure> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("folded")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = TextOptions::default().set_indexing_options(indexing);
        let title = schema.add_text_field("title", text.clone());
        let body = schema.add_text_field("body", text);
        let facet = || STRING.set_fast("raw");
        let [kind, strand, year, language] =
            ["kind", "strand", "year", "language"].map(|name| schema.add_text_field(name, facet()));
        std::fs::create_dir_all(folder)?;
        let index = Index::create_in_dir(folder, schema.build())?;
        let folded = TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter);
        index.tokenizers().register("folded", folded.build());
        Ok(Self {
            index,
            title,
            body,
            kind,
            strand,
            year,
            language,
        })
    }

    fn document(&self, record: &Record) -> TantivyDocument {
        doc!(
            self.title => record.title.as_str(), self.body => record.body.as_str(),
            self.kind => record.kind, self.strand => record.strand,
            self.year => record.year.to_string(), self.language => "vi"
        )
    }

    /// All words, titles three times, ten hits, the total and four facets.
    fn search(&self, searcher: &tantivy::Searcher, words: &[String]) -> Result<usize, Failure> {
        let either = |word: &String| -> (Occur, Box<dyn Query>) {
            let term = |field| {
                TermQuery::new(
                    Term::from_field_text(field, word),
                    IndexRecordOption::WithFreqs,
                )
            };
            let title: Box<dyn Query> = Box::new(BoostQuery::new(Box::new(term(self.title)), 3.0));
            let body: Box<dyn Query> = Box::new(term(self.body));
            let both = BooleanQuery::new(vec![(Occur::Should, title), (Occur::Should, body)]);
            (Occur::Must, Box::new(both))
        };
        let query = BooleanQuery::new(words.iter().map(either).collect());
        let facet = |name: &str| {
            (
                name.to_owned(),
                serde_json::json!({"terms": {"field": name, "size": 50}}),
            )
        };
        let facets = ["kind", "strand", "year", "language"]
            .map(facet)
            .into_iter()
            .collect();
        let request: Aggregations = serde_json::from_value(serde_json::Value::Object(facets))?;
        let counted = AggregationCollector::from_aggs(request, Default::default());
        let hits = TopDocs::with_limit(10).order_by_score();
        let (_, total, _) = searcher.search(&query, &(hits, Count, counted))?;
        Ok(total)
    }
}

fn folded(text: &str) -> Vec<String> {
    let mut analyzer = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build();
    let mut stream = analyzer.token_stream(text);
    let mut words = Vec::new();
    while tantivy::tokenizer::TokenStream::advance(&mut stream) {
        words.push(tantivy::tokenizer::TokenStream::token(&stream).text.clone());
    }
    words
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let [path, records, rest @ ..] = arguments.as_slice() else {
        return Err("usage: search_speed DOCUMENTS RECORDS [QUERIES]".into());
    };
    let records: usize = records.parse()?;
    let wanted: usize = rest.first().map_or(Ok(300), |n| n.parse())?;
    let chain = Chain::read(path)?;
    let place = tempfile::tempdir()?;
    let settings = WriterSettings {
        threads: 2,
        bytes_per_thread: 100 << 20,
    };
    let ours = BenchIndex::create(&place.path().join("ours"), Thesaurus::new([]), settings, "")?;
    let plain = Plain::create(&place.path().join("plain"))?;
    let queries = load(&chain, records, wanted, &ours, &plain)?;
    compare(&queries, &ours, &plain)?;
    println!(
        "{} bytes ours, {} bytes plain",
        size(&place.path().join("ours"))?,
        size(&place.path().join("plain"))?
    );
    Ok(())
}

fn load(
    chain: &Chain,
    records: usize,
    wanted: usize,
    ours: &BenchIndex,
    plain: &Plain,
) -> Result<Vec<String>, Failure> {
    let mut writer = plain.index.writer_with_num_threads(2, 200 << 20)?;
    let (mut dice, mut queries) = (Dice(1), Vec::new());
    let (mut our_time, mut plain_time) = (0.0, 0.0);
    for start in (0..records).step_by(BATCH) {
        let batch: Vec<Record> = (start..records.min(start + BATCH))
            .map(|_| record(chain, &mut dice))
            .collect();
        let changes = batch
            .iter()
            .zip(start..)
            .map(|(record, n)| work(record, n as u128 + 1));
        let changes = changes.collect::<Result<Vec<_>, _>>()?;
        let started = Instant::now();
        ours.load(&changes)?;
        our_time += started.elapsed().as_secs_f64();
        let started = Instant::now();
        for record in &batch {
            writer.add_document(plain.document(record))?;
        }
        writer.commit()?;
        plain_time += started.elapsed().as_secs_f64();
        queries.extend(
            batch
                .iter()
                .step_by((records / wanted).max(1))
                .map(|record| two_words(&record.title)),
        );
    }
    let started = Instant::now();
    ours.finish_merges()?;
    our_time += started.elapsed().as_secs_f64();
    let started = Instant::now();
    writer.wait_merging_threads()?;
    plain_time += started.elapsed().as_secs_f64();
    println!(
        "{records} records: ours {our_time:.1} s, plain {plain_time:.1} s, ratio {:.2}",
        plain_time / our_time
    );
    queries.truncate(wanted);
    Ok(queries)
}

fn two_words(title: &str) -> String {
    title
        .split_whitespace()
        .skip(2)
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
}

fn compare(queries: &[String], ours: &BenchIndex, plain: &Plain) -> Result<(), Failure> {
    let searcher = plain.index.reader()?.searcher();
    let (mut our_times, mut plain_times, mut totals) = (Vec::new(), Vec::new(), (0, 0));
    for query in queries {
        let words = folded(query);
        let started = Instant::now();
        totals.1 += plain.search(&searcher, &words)?;
        plain_times.push(started.elapsed().as_secs_f64());
        let started = Instant::now();
        let (_, total) = ours.search(query, None, 10, &FACETS)?;
        our_times.push(started.elapsed().as_secs_f64());
        totals.0 += total;
    }
    for (name, times, total) in [
        ("ours", &mut our_times, totals.0),
        ("plain", &mut plain_times, totals.1 as u64),
    ] {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| 1000.0 * times[((times.len() - 1) as f64 * share) as usize];
        let mean = 1000.0 * times.iter().sum::<f64>() / times.len() as f64;
        println!(
            "{name}: mean {mean:.2} ms, p50 {:.2}, p99 {:.2}, {} matches each",
            at(0.5),
            at(0.99),
            total / queries.len() as u64
        );
    }
    let sum = |times: &[f64]| times.iter().sum::<f64>();
    println!(
        "throughput ratio ours/plain {:.2}",
        sum(&plain_times) / sum(&our_times)
    );
    Ok(())
}

fn size(folder: &std::path::Path) -> Result<u64, Failure> {
    let sizes = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len()));
    sizes
        .sum::<Result<u64, std::io::Error>>()
        .map_err(Into::into)
}
