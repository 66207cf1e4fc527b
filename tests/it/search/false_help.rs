//! Help with queries that need none: a correction reported for a query without a mistake, and names
//! added for a word that does not name the concept. Both shares have a ceiling that is only lowered.
//!
//! The queries are those of the sample collection and of the shipped regression set; with
//! `KHOCHUNG_JUDGED_QUERIES` also those of a folder of judged queries (`docs/search-quality.md`).

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use khochung::domain::LanguageTag;
use khochung::domain::asset::Asset;
use khochung::services::search::{ExpansionReason, SearchRequest};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::{Library, work};

/// The folder of judged queries.
const JUDGED_QUERIES: &str = "KHOCHUNG_JUDGED_QUERIES";

/// Highest shares of queries, in percent.
struct Ceilings {
    corrected: f64,
    wrongly_named: f64,
}

fn without_marks(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            'đ' => 'd',
            'Đ' => 'D',
            other => other,
        })
        .collect()
}

fn json_lines(text: &str) -> impl Iterator<Item = serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn unpacked(path: &Path) -> String {
    let output = Command::new("gzip").arg("-dc").arg(path).output().unwrap();
    assert!(output.status.success(), "{}", path.display());
    String::from_utf8(output.stdout).unwrap()
}

/// Lines of a fixture without its remarks.
fn fixture(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

async fn assert_little_false_help(library: &Library, queries: &[String], ceilings: Ceilings) {
    let right: BTreeSet<&str> =
        fixture(include_str!("../../fixtures/search/right-names.txt")).collect();
    let (mut corrected, mut wrongly_named) = (0.0, 0.0);
    for query in queries {
        let interpretation = library
            .ask(SearchRequest::for_text(query))
            .await
            .interpretation;
        if let Some(text) = interpretation
            .showing_results_for
            .or(interpretation.did_you_mean)
        {
            println!("corrected: {query} -> {text}");
            corrected += 1.0;
        }
        let names = interpretation
            .expansions
            .iter()
            .filter(|e| e.reason != ExpansionReason::Translation);
        let wrong: Vec<_> = names
            .map(|e| e.matched.to_lowercase())
            .filter(|matched| !right.contains(matched.as_str()))
            .collect();
        if !wrong.is_empty() {
            println!("named: {query} -> {wrong:?}");
            wrongly_named += 1.0;
        }
    }
    let percent = |count: f64| 100.0 * count / queries.len() as f64;
    let (corrected, wrongly_named) = (percent(corrected), percent(wrongly_named));
    println!("corrected {corrected:.1} %, wrongly named {wrongly_named:.1} %");
    assert!(corrected <= ceilings.corrected, "{corrected:.1} %");
    assert!(
        wrongly_named <= ceilings.wrongly_named,
        "{wrongly_named:.1} %"
    );
}

/// Each query as it is and without diacritics.
fn both_ways(queries: impl IntoIterator<Item = String>) -> Vec<String> {
    queries
        .into_iter()
        .flat_map(|query| [without_marks(&query), query])
        .collect()
}

#[tokio::test]
async fn right_queries_for_the_sample_collection_are_left_alone() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/sample/works.ndjson");
    let sample = std::fs::read_to_string(sample).unwrap();
    let mut titles: Vec<String> = Vec::new();
    let works = json_lines(&sample).zip(1..).map(|(record, number)| {
        let title = record["titles"]["vi"].as_str().unwrap();
        titles.push(title.to_owned());
        let texts = [&record["descriptions"]["vi"], &record["body"]];
        let texts: Vec<&str> = texts.iter().filter_map(|text| text.as_str()).collect();
        work(number, title, &texts.join("\n\n"))
    });
    let works: Vec<Asset> = works.collect();
    let library = Library::with(works).await;
    let written = fixture(include_str!("../../fixtures/search/right-queries.txt"));
    let queries = titles.into_iter().chain(written.map(str::to_owned));
    let ceilings = Ceilings {
        corrected: 0.0,
        wrongly_named: 0.0,
    };
    assert_little_false_help(&library, &both_ways(queries), ceilings).await;
}

#[tokio::test]
async fn right_queries_for_the_universal_declaration_are_left_alone() {
    let library = super::quality::library().await;
    let lines = include_str!("../../fixtures/search/queries.tsv").lines();
    let queries = lines.map(|line| line.rsplit('\t').next().unwrap().to_owned());
    let ceilings = Ceilings {
        corrected: 0.0,
        wrongly_named: 0.0,
    };
    assert_little_false_help(&library, &both_ways(queries), ceilings).await;
}

#[tokio::test]
async fn right_queries_of_the_judged_set_are_left_alone() {
    let Some(folder) = std::env::var_os(JUDGED_QUERIES) else {
        println!("left out: {JUDGED_QUERIES} is not set");
        return;
    };
    let text = |name: &str| unpacked(&Path::new(&folder).join(name));
    let documents = text("documents.jsonl.gz");
    let works = json_lines(&documents).zip(1..).map(|(document, number)| {
        let field = |name: &str| document[name].as_str().unwrap().to_owned();
        let mut asset = work(number, &field("title"), &field("body"));
        asset.work.languages = vec![LanguageTag::parse(&field("language")).unwrap()];
        asset
    });
    let library = Library::with(works).await;
    for kind in ["asis", "nodiac", "title", "title_nodiac"] {
        println!("{kind}");
        let queries = text("queries.jsonl.gz");
        let queries = json_lines(&queries).filter(|query| query["kind"] == kind);
        let queries: Vec<String> = queries
            .map(|query| query["text"].as_str().unwrap().to_owned())
            .collect();
        let ceilings = Ceilings {
            corrected: 2.0,
            wrongly_named: 2.0,
        };
        assert_little_false_help(&library, &queries, ceilings).await;
    }
}
