//! Ranking quality on a folder of judged queries, in process: MRR@10 by kind of query.
//!
//! `cargo bench --bench search_quality -- FOLDER [--each N] [--weights exact=0.5,title=0.2]`
//!
//! FOLDER holds `documents.jsonl`, `queries.jsonl` (objects with `id`, `text`, `kind`, …) and
//! `qrels.tsv` (query, document, grade); files may be gzipped. `--each N` takes every kind's
//! first N of evenly spaced queries.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use khochung::domain::asset::{
    Access, Asset, AssetId, AudienceLevel, PeopleShown, Review, Revision, State, Work,
};
use khochung::domain::{LanguageTag, Slug, Timestamp};
use khochung::services::search::bench::{BenchIndex, BenchPage};
use khochung::services::search::{
    ExpansionReason, Facet, FileContents, IndexChange, Interpretation, SearchRequest, Thesaurus,
    WriterSettings,
};
use khochung::storage::vocabulary;
use serde::Deserialize;

type Failure = Box<dyn std::error::Error>;

#[derive(Deserialize)]
struct Document {
    id: String,
    title: String,
    body: String,
    language: String,
}

#[derive(Deserialize)]
struct Judged {
    id: String,
    text: String,
    kind: String,
    target_language: Option<String>,
}

#[derive(Default)]
struct Row {
    reciprocal: f64,
    found_100: f64,
    posting_lists: usize,
    /// Queries with a reported correction.
    corrected: usize,
    /// Queries with added names of concepts.
    named: usize,
    millis: Vec<f64>,
}

fn read(folder: &Path, stem: &str) -> Result<String, Failure> {
    let plain = folder.join(stem);
    if plain.exists() {
        return Ok(std::fs::read_to_string(plain)?);
    }
    let packed = folder.join(format!("{stem}.gz"));
    let mut child = Command::new("gzip")
        .arg("-dc")
        .arg(packed)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut text = String::new();
    if let Some(mut out) = child.stdout.take() {
        out.read_to_string(&mut text)?;
    }
    child.wait()?;
    Ok(text)
}

fn lines<T: for<'a> Deserialize<'a>>(text: &str) -> Result<Vec<T>, Failure> {
    text.lines()
        .map(|line| Ok(serde_json::from_str(line)?))
        .collect()
}

fn work(document: &Document, number: u128) -> Result<IndexChange, Failure> {
    let language = LanguageTag::parse(&document.language)?;
    let moment = Timestamp::from_millis(0);
    let work = Work {
        titles: [(language.clone(), document.title.clone())]
            .into_iter()
            .collect(),
        descriptions: Default::default(),
        kind: None,
        creators: Vec::new(),
        organisation: None,
        languages: vec![language],
        strand: None,
        themes: Vec::new(),
        instruments: Vec::new(),
        rights_groups: Vec::new(),
        udhr_articles: Vec::new(),
        audiences: Vec::new(),
        places: Vec::new(),
        made: None,
        body: Some(document.body.clone()),
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

struct Options {
    folder: String,
    each: usize,
    weights: String,
    show: Option<String>,
    additions: Option<String>,
}

fn options() -> Result<Options, Failure> {
    let mut options = Options {
        folder: String::new(),
        each: usize::MAX,
        weights: String::new(),
        show: None,
        additions: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--each" => options.each = arguments.next().unwrap_or_default().parse()?,
            "--weights" => options.weights = arguments.next().unwrap_or_default(),
            "--show" => options.show = arguments.next(),
            "--additions" => options.additions = arguments.next(),
            "--bench" => {}
            _ => options.folder = argument,
        }
    }
    if options.folder.is_empty() {
        return Err("usage: search_quality FOLDER [--each N] [--weights …] [--show KIND]".into());
    }
    Ok(options)
}

fn main() -> Result<(), Failure> {
    let options = options()?;
    let folder = Path::new(&options.folder);
    let documents: Vec<Document> = lines(&read(folder, "documents.jsonl")?)?;
    let queries: Vec<Judged> = lines(&read(folder, "queries.jsonl")?)?;
    let mut relevant: HashMap<String, HashMap<String, u8>> = HashMap::new();
    for line in read(folder, "qrels.tsv")?.lines() {
        if let [query, document, grade] = line.split('\t').collect::<Vec<_>>()[..] {
            relevant
                .entry(query.into())
                .or_default()
                .insert(document.into(), grade.parse()?);
        }
    }
    let place = tempfile::tempdir()?;
    let bench = BenchIndex::create(
        &place.path().join("index"),
        Thesaurus::of(&vocabulary::load(None)?),
        WriterSettings::default(),
        &options.weights,
    )?;
    let started = Instant::now();
    let works = documents
        .iter()
        .zip(1..)
        .map(|(document, number)| work(document, number));
    bench.load(&works.collect::<Result<Vec<_>, _>>()?)?;
    println!(
        "{} documents in {:.1} s",
        documents.len(),
        started.elapsed().as_secs_f64()
    );
    let rows = evaluate(&bench, &documents, &queries, &relevant, &options)?;
    print_table(&rows);
    Ok(())
}

fn evaluate(
    bench: &BenchIndex,
    documents: &[Document],
    queries: &[Judged],
    relevant: &HashMap<String, HashMap<String, u8>>,
    options: &Options,
) -> Result<BTreeMap<String, Row>, Failure> {
    let mut by_kind: BTreeMap<String, Vec<&Judged>> = BTreeMap::new();
    for query in queries {
        by_kind.entry(query.kind.clone()).or_default().push(query);
    }
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for (kind, queries) in by_kind {
        let step = queries.len().div_ceil(options.each.min(queries.len()));
        for query in queries.into_iter().step_by(step) {
            let started = Instant::now();
            let page = bench.page(&request(query), Duration::from_secs(60))?;
            let (ids, total) = (&page.ids, page.total);
            let row = rows.entry(kind.clone()).or_default();
            row.millis.push(started.elapsed().as_secs_f64() * 1000.0);
            row.posting_lists += page.posting_lists;
            let additions = additions(&page);
            row.corrected += usize::from(additions.correction.is_some());
            row.named += usize::from(!additions.names.is_empty());
            if options.additions.as_deref() == Some(&kind) {
                for addition in additions.correction.iter().chain(&additions.names) {
                    println!("{}\t{addition}", query.text);
                }
            }
            let index = |id: &AssetId| u128::from_be_bytes(*id.as_bytes()) as usize - 1;
            let grades = relevant.get(&query.id).cloned().unwrap_or_default();
            let is_hit = |id: &AssetId| {
                grades
                    .get(&documents[index(id)].id)
                    .is_some_and(|grade| *grade > 0)
            };
            let place = ids.iter().take(10).position(is_hit);
            row.reciprocal += place.map_or(0.0, |place| 1.0 / (place + 1) as f64);
            let wanted = grades.values().filter(|grade| **grade > 0).count().max(1);
            row.found_100 += ids.iter().filter(|id| is_hit(id)).count() as f64 / wanted as f64;
            if options.show.as_deref() == Some(&kind) {
                let place = ids
                    .iter()
                    .position(is_hit)
                    .map_or("-".to_owned(), |p| (p + 1).to_string());
                println!("{place}\t{total}\t{}", query.text);
            }
        }
    }
    Ok(rows)
}

fn request(query: &Judged) -> SearchRequest {
    let mut request = SearchRequest::for_text(&query.text);
    request.limit = 100;
    if let Some(language) = &query.target_language {
        request.filters.add(Facet::Language, language.clone());
    }
    request
}

/// What an answer reports to have changed and added, translations aside.
#[derive(Default)]
struct Additions {
    correction: Option<String>,
    names: Vec<String>,
}

fn additions(page: &BenchPage) -> Additions {
    let Interpretation {
        showing_results_for,
        did_you_mean,
        expansions,
    } = &page.interpretation;
    let names = expansions
        .iter()
        .filter(|expansion| expansion.reason != ExpansionReason::Translation)
        .map(|expansion| format!("{} -> {}", expansion.matched, expansion.id));
    Additions {
        correction: showing_results_for.clone().or(did_you_mean.clone()),
        names: names.collect(),
    }
}

fn print_table(rows: &BTreeMap<String, Row>) {
    println!(
        "| kind | n | MRR@10 | R@100 | corrected | named | lists | p50 ms | p99 ms |\n|---|---|---|---|---|---|---|---|---|"
    );
    let (mut macro_mrr, mut macro_recall) = (0.0, 0.0);
    for (kind, row) in rows {
        let n = row.millis.len() as f64;
        let mut millis = row.millis.clone();
        millis.sort_by(f64::total_cmp);
        let at = |share: f64| millis[((n - 1.0) * share).round() as usize];
        let (mrr, recall) = (row.reciprocal / n, row.found_100 / n);
        println!(
            "| {kind} | {n} | {mrr:.3} | {recall:.3} | {:.1} % | {:.1} % | {:.0} | {:.2} | {:.2} |",
            100.0 * row.corrected as f64 / n,
            100.0 * row.named as f64 / n,
            row.posting_lists as f64 / n,
            at(0.5),
            at(0.99)
        );
        macro_mrr += mrr;
        macro_recall += recall;
    }
    let kinds = rows.len() as f64;
    println!(
        "| MACRO | | {:.3} | {:.3} | | | | | |",
        macro_mrr / kinds,
        macro_recall / kinds
    );
}
