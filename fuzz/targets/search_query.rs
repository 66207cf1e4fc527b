//! Any text as a query: read, repaired, expanded, planned and answered from a small real index.
//!
//! The first byte chooses the switches, the second the order and the size of the page; with one
//! of the switches, the next bytes are a cursor from nowhere. The rest is what somebody typed.
#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use khochung::domain::Timestamp;
use khochung::domain::asset::{Asset, AssetId, AudienceLevel, Revision, State};
use khochung::domain::vocabulary::Vocabularies;
use khochung::interfaces::wire::parse_work;
use khochung::services::search::bench::BenchIndex;
use khochung::services::search::{
    FileContents, Cursor, Facet, IndexChange, Order, SearchRequest, Thesaurus, WriterSettings,
};
use khochung::storage::vocabulary;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// No query may walk through more lists of works.
const MAX_POSTING_LISTS: usize = 3_000;
/// A query that takes longer on sixty works is broken.
const TOO_LONG: Duration = Duration::from_secs(2);

struct Library {
    bench: BenchIndex,
    _folder: tempfile::TempDir,
}

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let vocabularies = vocabulary::load(None).expect("the vocabularies are right");
    let settings = WriterSettings {
        threads: 1,
        bytes_per_thread: 15 << 20,
    };
    let thesaurus = Thesaurus::of(&vocabularies);
    let bench = BenchIndex::create(&folder.path().join("index"), thesaurus, settings, "")
        .expect("an index can be made");
    let lines = include_str!("../../tests/fixtures/search/udhr.jsonl").lines();
    let works: Vec<IndexChange> = lines
        .zip(1..)
        .map(|(line, number)| {
            IndexChange::Put(
                Box::new(work(line, number, &vocabularies)),
                FileContents::default(),
            )
        })
        .collect();
    // Two segments: there is more than one of everything.
    for half in works.chunks(works.len() / 2) {
        bench.load(half).expect("the index can be written");
    }
    Library {
        bench,
        _folder: folder,
    }
});

/// A published work with an article of the declaration.
fn work(line: &str, number: u128, vocabularies: &Vocabularies) -> Asset {
    let article: Value = serde_json::from_str(line).expect("the fixture is JSON");
    let language = article["language"].as_str().expect("a language");
    let described = json!({
        "titles": { language: format!("155/KH-UBND: Điều {}", article["article"]) },
        "body": article["text"],
        "kind": "article",
        "languages": [language],
        "made": format!("{}", 1948 + number),
        "places": ["gia-lai-province"],
        "themes": ["international-law"],
    });
    let deposit = parse_work(&described, vocabularies).expect("the work is right");
    let moment = Timestamp::from_millis(0);
    Asset {
        id: AssetId::from_bytes(number.to_be_bytes()),
        revision: Revision::FIRST,
        state: State::Published,
        widest_audience: AudienceLevel::Public,
        work: deposit.work,
        files: Vec::new(),
        created_at: moment,
        updated_at: moment,
        published_at: Some(moment),
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((request, budget)) = question(data) else {
        return;
    };
    let started = Instant::now();
    let found = LIBRARY
        .bench
        .page(&request, budget)
        .expect("any text has an answer");
    assert!(
        started.elapsed() < TOO_LONG,
        "{:?} for {:?}",
        started.elapsed(),
        request.text
    );
    assert!(found.posting_lists <= MAX_POSTING_LISTS, "{} posting lists", found.posting_lists);
    assert!(found.ids.len() <= request.limit);
    assert!(found.ids.len() as u64 <= found.total);
    let Some(next) = found.next else { return };
    assert_eq!(
        found.ids.len(),
        request.limit,
        "a page before the last is full"
    );
    let next = Cursor::parse(&next.to_text()).expect("a cursor is read back");
    let following = SearchRequest {
        after: Some(next),
        ..request
    };
    let page = LIBRARY
        .bench
        .page(&following, Duration::from_secs(60))
        .expect("it goes on");
    assert!(
        page.ids.iter().all(|id| !found.ids.contains(id)),
        "a page repeats the last"
    );
});

fn question(data: &[u8]) -> Option<(SearchRequest, Duration)> {
    let (&[switches, order], rest) = data.split_first_chunk::<2>()?;
    let is_on = |bit: u8| switches & (1 << bit) != 0;
    let (after, typed) = if is_on(7) {
        let (length, rest) = rest.split_first()?;
        let (cursor, rest) = rest.split_at_checked(usize::from(*length))?;
        (
            Some(Cursor::parse(&URL_SAFE_NO_PAD.encode(cursor)).ok()?),
            rest,
        )
    } else {
        (None, rest)
    };
    let mut request = SearchRequest::for_text(String::from_utf8_lossy(typed));
    (request.verbatim, request.all_words) = (is_on(0), is_on(1));
    (request.expansion.narrower, request.expansion.succession) = (is_on(2), is_on(3));
    if is_on(4) {
        request
            .filters
            .want(Facet::Language, if is_on(5) { "vi" } else { "en" });
    }
    if is_on(5) {
        request.facets = Facet::ALL.map(|(facet, ..)| facet).to_vec();
    }
    request.order = Order::ALL[usize::from(order % 4)];
    request.limit = 1 + usize::from(order / 4);
    request.after = after;
    let budget = if is_on(6) {
        Duration::ZERO
    } else {
        Duration::from_secs(60)
    };
    Some((request, budget))
}
