//! Pages are complete, without repeats, and stable during writes.

use khochung::domain::Timestamp;
use khochung::services::search::{Order, SearchRequest};
use khochung::storage::catalog::EventKind;

use super::{Library, numbers, work};

async fn pages(library: &Library, order: Order, limit: usize) -> Vec<u128> {
    let mut all = Vec::new();
    let mut request = SearchRequest {
        order,
        limit,
        ..SearchRequest::for_text("chung")
    };
    loop {
        let answer = library.ask(request.clone()).await;
        all.extend(numbers(&answer));
        assert!(all.len() <= 1000, "pages come to an end");
        let Some(next) = answer.next else { return all };
        let text = next.to_text();
        request.after = Some(khochung::services::search::Cursor::parse(&text).unwrap());
    }
}

fn dated(number: u128, title: &str, made: &str) -> khochung::domain::asset::Asset {
    let mut asset = work(number, title, "một câu chung");
    asset.work.made = Some(made.parse().unwrap());
    asset
}

/// A millisecond after the others.
fn changed_later(mut asset: khochung::domain::asset::Asset) -> khochung::domain::asset::Asset {
    asset.updated_at = Timestamp::from_millis(asset.updated_at.as_millis() + 1);
    asset
}

#[tokio::test]
async fn every_order_lists_each_work_exactly_once() {
    let library = Library::with([
        dated(1, "Ăn quả", "2020"),
        dated(2, "An Khê", "2024-01-05"),
        changed_later(dated(3, "Đak Đoa", "2021")),
        dated(4, "Dân số", "2024-01-05"),
        dated(5, "Âm nhạc", "2019"),
        dated(6, "Âm nhạc", "2018"),
    ])
    .await;
    for limit in [1, 2, 4, 6, 50] {
        assert_eq!(
            pages(&library, Order::Newest, limit).await,
            [4, 2, 3, 1, 5, 6],
            "{limit}"
        );
        assert_eq!(
            pages(&library, Order::Oldest, limit).await,
            [6, 5, 1, 3, 4, 2],
            "{limit}"
        );
        assert_eq!(
            pages(&library, Order::Title, limit).await,
            [2, 1, 6, 5, 4, 3],
            "{limit}"
        );
        assert_eq!(
            pages(&library, Order::Changed, limit).await,
            [3, 6, 5, 4, 2, 1],
            "{limit}"
        );
        let mut relevant = pages(&library, Order::Relevance, limit).await;
        relevant.sort_unstable();
        assert_eq!(relevant, [1, 2, 3, 4, 5, 6], "{limit}");
    }
}

#[tokio::test]
async fn many_equal_scores_are_paged_through() {
    let library = Library::with((1..=150).map(|n| work(n, "chung", "chung"))).await;
    let mut all = pages(&library, Order::Relevance, 7).await;
    assert_eq!(all.len(), 150);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 150);
}

#[tokio::test]
async fn a_write_between_pages_shifts_nothing() {
    let library =
        Library::with((1..=9).map(|n| dated(n, &format!("chung {n}"), &format!("201{n}")))).await;
    let first = library
        .ask(SearchRequest {
            order: Order::Newest,
            limit: 3,
            ..SearchRequest::for_text("chung")
        })
        .await;
    assert_eq!(numbers(&first), [9, 8, 7]);
    library
        .put(dated(10, "chung mới", "2025"), EventKind::Created)
        .await;
    let second = SearchRequest {
        order: Order::Newest,
        limit: 3,
        after: first.next,
        ..SearchRequest::for_text("chung")
    };
    assert_eq!(numbers(&library.ask(second).await), [6, 5, 4]);
}
