//! A search that exceeds its time budget returns what it has and is marked as partial.

use std::time::Duration;

use khochung::services::search::{Facet, Order, SearchRequest, SearchSettings, WriterSettings};

use super::{Library, numbers, work};

/// More works than are matched before the first check of the deadline.
const WORKS: u128 = 9_000;

#[tokio::test]
async fn without_time_the_response_is_partial_but_not_empty() {
    let settings = SearchSettings {
        time_budget: Duration::ZERO,
        writer: WriterSettings {
            threads: 1,
            ..WriterSettings::default()
        },
        ..SearchSettings::default()
    };
    let works = (1..=WORKS).map(|n| work(n, &format!("Bài {n}"), "một câu chung của mọi bài"));
    let library = Library::with_settings(works, settings).await;
    for text in ["", "chung", "\"câu chung\"", "chung -vắng", "chungg câuu"] {
        for order in Order::ALL {
            let answer = library
                .ask(SearchRequest {
                    order,
                    facets: vec![Facet::Kind],
                    ..SearchRequest::for_text(text)
                })
                .await;
            let case = format!("{text:?} {order:?}");
            assert!(answer.is_partial && !answer.total.is_exact, "{case}");
            assert!(!numbers(&answer).is_empty(), "{case}");
            assert!(answer.total.works < WORKS as u64, "{case}");
        }
    }
    library.search.close().await;
}

#[tokio::test]
async fn without_time_long_texts_are_not_searched_for_snippets() {
    let body = "Trẻ em có quyền được bảo vệ, chăm sóc và học tập. ".repeat(500);
    let works = (1..=6).map(|n| work(n, &format!("Bài {n}"), &body));
    let settings = SearchSettings {
        time_budget: Duration::ZERO,
        ..SearchSettings::default()
    };
    let library = Library::with_settings(works, settings).await;
    let request = SearchRequest {
        group_duplicates: false,
        ..SearchRequest::for_text("quyền trẻ em")
    };
    let answer = library.ask(request).await;
    assert_eq!((answer.hits.len(), answer.is_partial), (6, true));
    assert!(answer.hits.iter().all(|hit| hit.snippets.is_empty()));
    library.search.close().await;
}
