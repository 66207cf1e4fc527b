//! Hostile and meaningless text.

use std::cell::Cell;
use std::time::{Duration, Instant};

use khochung::services::search::bench::{BenchIndex, TOKENIZERS, fragment, terms};
use khochung::services::search::{
    Facet, FileContents, IndexChange, Order, SearchRequest, Thesaurus, WriterSettings,
};
use khochung::storage::vocabulary;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use unicode_normalization::UnicodeNormalization as _;

use super::{Library, work};

/// The default time budget, and the time for making snippets in addition.
const BUDGET: Duration = Duration::from_secs(4);
/// Posting lists that one query may read at most.
const MAX_POSTING_LISTS: usize = 3_000;

/// Parts of queries: words, grammar, and hostile strings.
fn pieces() -> impl Strategy<Value = String> {
    let words = select(vec![
        "quyền",
        "tre",
        "em",
        "UBND",
        "Gia Lai",
        "Việt Nam",
        "Bình Định",
        "quyeenf",
        "quye62n",
        "K'Bang",
        "1079/QĐ-TTg",
        "155/KH-UBND",
        "2024",
        "权利",
        "ខ្មែរ",
        "ສິດ",
        "حقوق",
        "זכויות",
        "😀👨‍👩‍👧",
        "𠀋",
        "ﷺ",
        "İ",
        "ß",
    ]);
    let signs = select(vec![
        "\"", "“", "”", "«", "»", "-", "–", ":", "::", "\\", "/", "(", ")", "*", "~", "^", "AND",
        "OR", "NOT", "kind:", "year:", "has:", "place:", "colour:", "kind:\"", "-\"", "\u{200f}",
        "\u{202e}", "\u{200d}", "\u{feff}", "\u{a0}", "\u{2002}", "\u{3000}", "\u{0}", "\u{1}",
        "\u{ad}", "\n", "\t", "%", "&", "<b>", "'", "’",
    ]);
    let storm = (
        "[aeoudđ]",
        vec(
            select(vec![
                '\u{301}', '\u{302}', '\u{309}', '\u{31b}', '\u{323}', '\u{334}', '\u{489}',
                '\u{20d0}',
            ]),
            0..80,
        ),
    )
        .prop_map(|(base, marks)| base + &String::from_iter(marks));
    prop_oneof![
        6 => words.prop_map(str::to_owned),
        4 => signs.prop_map(str::to_owned),
        2 => storm,
        2 => "[a-z]{1,70}",
        1 => any::<String>(),
    ]
}

fn queries() -> impl Strategy<Value = String> {
    let spaced = |most: usize| vec(pieces(), 0..most).prop_map(|pieces| pieces.join(" "));
    prop_oneof![
        3 => vec(pieces(), 0..40).prop_map(|pieces| pieces.concat()),
        3 => spaced(40),
        1 => spaced(2_000),
        1 => (pieces(), 1_usize..3_000).prop_map(|(piece, often)| piece.repeat(often)),
    ]
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    })
}

#[test]
fn no_text_makes_a_search_fail() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let works = (1..=30).map(|n| {
        work(
            n,
            &format!("Quyền số {n}"),
            "Trẻ em có quyền học tập tại K'Bang 155/KH-UBND.",
        )
    });
    let library = runtime.block_on(Library::with(works));
    let switches = (
        any::<bool>(),
        any::<bool>(),
        0..Order::ALL.len(),
        1_usize..200,
    );
    let strategy = (queries(), switches);
    let outcome = runner(300).run(&strategy, |(text, (verbatim, all_words, order, limit))| {
        let mut request = SearchRequest::for_text(text);
        (request.verbatim, request.all_words) = (verbatim, all_words);
        (request.order, request.limit) = (Order::ALL[order], limit);
        request.facets = vec![Facet::Kind, Facet::Year];
        let started = Instant::now();
        let answer = runtime.block_on(library.ask(request));
        assert!(started.elapsed() < BUDGET, "{:?}", started.elapsed());
        assert!(answer.hits.len() as u64 <= answer.total.works);
        for snippet in answer.hits.iter().flat_map(|hit| &hit.snippets) {
            for range in &snippet.fragment.highlights {
                assert!(snippet.fragment.text.get(range.clone()).is_some());
            }
        }
        Ok(())
    });
    outcome.unwrap();
    runtime.block_on(library.search.close());
}

#[tokio::test]
async fn a_text_of_a_hundred_kilobytes_is_parsed_up_to_the_limit() {
    let library = Library::with([work(1, "Quyền trẻ em", "học tập"), work(2, "Khác", "x")]).await;
    let long = format!("quyền trẻ em {}", "vắng mặt ".repeat(10_000));
    for text in [
        long.clone(),
        long.replace(' ', "\u{301} \""),
        "\"".repeat(100_000),
        "-a ".repeat(40_000),
        "kind:a ".repeat(20_000),
    ] {
        let started = Instant::now();
        library.ask(SearchRequest::for_text(text)).await;
        assert!(started.elapsed() < BUDGET);
    }
    assert_eq!(library.found(&long).await.first(), Some(&1));
    library.search.close().await;
}

#[test]
fn no_text_reads_more_posting_lists_than_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let thesaurus = Thesaurus::of(&vocabulary::load(None).unwrap());
    // The index contains every word of every name, so that no term is dropped as missing.
    let names = thesaurus_words();
    let works = (1..=20)
        .map(|n| IndexChange::Put(Box::new(work(n, "Quyền", &names)), FileContents::default()));
    let settings = WriterSettings::default();
    let bench = BenchIndex::create(&folder.path().join("index"), thesaurus, settings, "").unwrap();
    bench.load(&works.collect::<Vec<_>>()).unwrap();
    let most = Cell::new(0);
    let check = |text: String| {
        let mut request = SearchRequest::for_text(text);
        (request.expansion.narrower, request.expansion.succession) = (true, true);
        let found = bench.page(&request, BUDGET).unwrap();
        assert!(
            found.posting_lists <= MAX_POSTING_LISTS,
            "{} for {:?}",
            found.posting_lists,
            request.text
        );
        most.set(most.get().max(found.posting_lists));
    };
    for concept in [
        "gia lai",
        "bình định",
        "việt nam",
        "ubnd",
        "quyền trẻ em",
        "iccpr",
    ] {
        check(vec![concept; 40].join(" "));
    }
    let outcome = runner(100).run(&queries(), |text| {
        check(text);
        Ok(())
    });
    outcome.unwrap();
    println!("{} terms at most", most.get());
    assert!(most.get() > 100, "something was asked for");
}

/// The names of all places, bodies and instruments, as one text.
fn thesaurus_words() -> String {
    let shipped = [
        include_str!("../../../schema/vocabularies/place.json"),
        include_str!("../../../schema/vocabularies/instrument.json"),
        include_str!("../../../schema/vocabularies/organisation.json"),
    ];
    shipped.concat()
}

#[test]
fn terms_have_the_byte_ranges_of_their_words() {
    let outcome = runner(300).run(&queries(), |text| {
        for level in TOKENIZERS {
            for (term, span, _) in terms(level, &text) {
                assert!(!term.is_empty() && term.len() <= 360, "{level} {term:?}");
                assert!(
                    text.get(span).is_some_and(|word| !word.is_empty()),
                    "{level} {term:?}"
                );
            }
        }
        if let Some((piece, _)) = fragment(&text, &text) {
            assert!(piece.text.len() <= 512, "{}", piece.text.len());
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn composed_and_decomposed_text_have_the_same_terms() {
    let letters = vec(
        prop_oneof![
            "[a-zA-Z đĐ'/0-9-]{1,5}",
            "[\u{c0}-\u{24f}\u{1e00}-\u{1eff}]{1,4}",
            "[aeiouy][\u{300}-\u{345}]{0,5}",
        ],
        0..30,
    );
    let outcome = runner(500).run(&letters.prop_map(|pieces| pieces.concat()), |text| {
        let of = |text: String| {
            TOKENIZERS.map(|level| {
                terms(level, &text)
                    .into_iter()
                    .map(|(term, ..)| term)
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(of(text.nfc().collect()), of(text.nfd().collect()));
        Ok(())
    });
    outcome.unwrap();
}
