//! How much of long texts one request reads.

use khochung::domain::access::Actor;
use khochung::services::search::admission::requester::Requester;
use khochung::services::search::{SearchRequest, TextField};

use super::{Library, id, work};

/// A body of a megabyte whose last word is in no other place.
fn long_body(last: &str) -> String {
    "chung ".repeat(1_000_000 / 6) + last
}

/// Eight mebibytes are searched: nine megabytes have an equal share of them that ends before their last word, eight have it all.
#[tokio::test]
async fn hits_share_the_texts_that_are_searched_for_snippets() {
    let works = (1..=9).map(|n| work(n, &format!("Bài {n}"), &long_body("hiếm")));
    let library = Library::with(works).await;
    for (limit, with_snippet) in [(9, 0), (8, 8)] {
        let request = SearchRequest {
            limit,
            group_duplicates: false,
            ..SearchRequest::for_text("hiếm")
        };
        let hits = library.ask(request).await.hits;
        assert_eq!(hits.len(), limit);
        let in_body = hits.iter().filter(|hit| {
            let mut snippets = hit.snippets.iter();
            snippets.any(|snippet| snippet.field == TextField::Body)
        });
        assert_eq!(in_body.count(), with_snippet, "{limit} hits");
    }
}

/// The first 2,000 words of a text are compared; what stands behind them relates it to nothing.
#[tokio::test]
async fn similar_works_are_found_by_the_beginnings_of_texts() {
    for (words_before, expected) in [(1_990, vec![2]), (2_000, vec![])] {
        let long = "riêng ".repeat(words_before) + "hiếm";
        let works = [work(1, "Alpha", &long), work(2, "Beta", "hiếm")];
        let library = Library::with(works).await;
        let similar = library
            .search
            .similar(&Requester::Unlimited, &Actor::Anonymous, id(1), 10);
        let related = similar.await.unwrap().unwrap().related;
        let related: Vec<u128> = related
            .iter()
            .map(|work| u128::from_be_bytes(*work.id.as_bytes()))
            .collect();
        assert_eq!(related, expected, "{words_before}");
    }
}
