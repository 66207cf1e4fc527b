//! A search that runs out of time answers with what it has, and says so.

use std::time::Duration;

use khochung::services::search::{Facet, Order, SearchRequest, SearchSettings, WriterSettings};

use super::{Library, numbers, work};

/// Enough that no part of the work is done before the time is looked at.
const WORKS: u128 = 9_000;

#[tokio::test]
async fn without_time_there_is_still_an_answer_and_it_says_what_it_lacks() {
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
            let told = format!("{text:?} {order:?}");
            assert!(answer.is_partial && !answer.total.is_exact, "{told}");
            assert!(!numbers(&answer).is_empty(), "{told}");
            assert!(answer.total.works < WORKS as u64, "{told}");
        }
    }
    library.search.close().await;
}

#[tokio::test]
async fn long_texts_are_not_looked_through_when_there_is_no_time() {
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
