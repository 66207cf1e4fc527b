//! Text that means harm, or nothing.

use khochung::services::search::{Facet, Order, SearchRequest};
use proptest::prelude::{any, prop_oneof};
use proptest::test_runner::{Config, TestRunner};

use super::{Library, work};

#[test]
fn no_text_makes_search_fail() {
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
    let pieces = prop_oneof![
        any::<String>(),
        "[quyềntrẻem \"“”:\\-\u{302}\u{301}'’đĐ/0-9kind]{0,80}",
        "(quyen|tre|em|kind:|-|\"|UBND|quyeenf|1079/QD-TTg|ស|权| ){0,60}",
    ];
    let strategy = (
        pieces,
        any::<bool>(),
        any::<bool>(),
        0..Order::ALL.len(),
        1_usize..200,
    );
    let mut runner = TestRunner::new(Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&strategy, |(text, verbatim, all_words, order, limit)| {
        let mut request = SearchRequest::for_text(text);
        (request.verbatim, request.all_words) = (verbatim, all_words);
        (request.order, request.limit) = (Order::ALL[order], limit);
        request.facets = vec![Facet::Kind, Facet::Year];
        let answer = runtime.block_on(library.ask(request));
        assert!(answer.hits.len() as u64 <= answer.total.works);
        for snippet in answer.hits.iter().flat_map(|hit| &hit.snippets) {
            for range in &snippet.piece.highlights {
                assert!(snippet.piece.text.get(range.clone()).is_some());
            }
        }
        Ok(())
    });
    outcome.unwrap();
    runtime.block_on(library.search.close());
}
