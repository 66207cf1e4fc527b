//! Reading a long list to its end: every work exactly once, in order, also during writes.
//!
//! The guarantees during writes are documented at `Cursor`.

use std::collections::BTreeSet;

use khochung::domain::access::Actor;
use khochung::domain::asset::Asset;
use khochung::services::search::{Cursor, Order, SearchRequest, SearchResponse};
use khochung::storage::catalog::{ChangeSet, EventKind, Write};

use super::{Library, now, numbers, work};

const WORKS: u128 = 5_000;

/// Titles and days repeat, so that ids decide between many; every work has other words beside
/// the common one, so that scores differ.
fn works() -> impl Iterator<Item = Asset> {
    (1..=WORKS).map(|number| {
        let title = format!(
            "{} thứ {}",
            ["Ăn", "An", "Âm", "Đá", "Da"][number as usize % 5],
            number % 97
        );
        let body = format!("chung {}", "lời khác ".repeat(number as usize % 23));
        let mut asset = work(number, &title, &body);
        let day = 1 + number * 7 % 28;
        asset.work.made = Some(
            format!("{}-03-{day:02}", 1950 + number % 71)
                .parse()
                .unwrap(),
        );
        asset
    })
}

/// A word that every work has.
const ONE_WORD: &str = "chung";
/// Scores are sums and come close to each other.
const SEVERAL_WORDS: &str = "chung lời khác thứ đá";

fn request(text: &str, order: Order, limit: usize) -> SearchRequest {
    SearchRequest {
        order,
        limit,
        group_duplicates: false,
        ..SearchRequest::for_text(text)
    }
}

/// Requests page after page as a client does, with the cursor as text.
async fn walk(library: &Library, mut request: SearchRequest) -> Vec<SearchResponse> {
    let mut pages = Vec::new();
    loop {
        let page = library.ask(request.clone()).await;
        let next = page.next.as_ref().map(Cursor::to_text);
        pages.push(page);
        assert!(pages.len() as u128 <= WORKS, "pages come to an end");
        let Some(next) = next else { return pages };
        request.after = Some(Cursor::parse(&next).unwrap());
    }
}

fn all_numbers(pages: &[SearchResponse]) -> Vec<u128> {
    pages.iter().flat_map(numbers).collect()
}

/// The sort key of each order; equal works are ordered by id, greatest first.
fn sort_key(order: Order, asset: &Asset, score: f32) -> (i64, String) {
    let day = || i64::from(asset.work.made.unwrap().last_day());
    match order {
        Order::Relevance => (-(f64::from(score) * 1e6) as i64, String::new()),
        Order::Newest => (-day(), String::new()),
        Order::Oldest => (day(), String::new()),
        Order::Changed => (-asset.updated_at.as_millis(), String::new()),
        Order::Title => {
            let title = asset.work.titles.best("vi").unwrap();
            let key = khochung::domain::vietnamese_order::SortKey::new(title);
            (0, String::from_utf8(key.as_bytes().to_vec()).unwrap())
        }
    }
}

#[tokio::test]
async fn every_order_lists_every_work_once_to_the_end() {
    let library = Library::with(works()).await;
    let lists = Order::ALL.map(|order| (ONE_WORD, order));
    for (text, order) in lists.into_iter().chain([(SEVERAL_WORDS, Order::Relevance)]) {
        for limit in [7, 100] {
            let pages = walk(&library, request(text, order, limit)).await;
            let case = format!("{text} {order:?} by {limit}");
            assert_eq!(
                pages.len(),
                WORKS.div_ceil(limit as u128) as usize,
                "{case}"
            );
            assert!(
                pages.iter().all(|page| page.total.works == WORKS as u64),
                "{case}"
            );
            let all = all_numbers(&pages);
            assert_eq!(all.len() as u128, WORKS, "{case}");
            assert!(
                all.iter()
                    .copied()
                    .collect::<BTreeSet<_>>()
                    .iter()
                    .copied()
                    .eq(1..=WORKS),
                "{case}"
            );
            let hits = pages.iter().flat_map(|page| &page.hits);
            let keys: Vec<_> = hits
                .map(|hit| {
                    (
                        sort_key(order, &hit.asset, hit.score),
                        std::cmp::Reverse(hit.asset.id),
                    )
                })
                .collect();
            assert!(keys.is_sorted(), "{case}");
        }
    }
    library.search.close().await;
}

const PAGE: usize = 100;

/// A list that is being walked.
#[derive(Clone)]
struct Walk {
    request: SearchRequest,
    seen: Vec<u128>,
    is_done: bool,
}

impl Walk {
    fn new(text: &str, order: Order) -> Self {
        let (request, seen, is_done) = (request(text, order, PAGE), Vec::new(), false);
        Self {
            request,
            seen,
            is_done,
        }
    }

    async fn step(&mut self, library: &Library) {
        let page = library.ask(self.request.clone()).await;
        self.seen.extend(numbers(&page));
        self.is_done = page.next.is_none();
        self.request.after = page.next;
        assert!(self.seen.len() as u128 <= 2 * WORKS, "pages come to an end");
    }

    /// Seen exactly once: works that nobody touched.
    fn check(&self, is_untouched: impl Fn(u128) -> bool) {
        let list = (&self.request.text, self.request.order);
        let untouched = self.seen.iter().copied().filter(|n| is_untouched(*n));
        let untouched: Vec<u128> = untouched.collect();
        let once: BTreeSet<u128> = untouched.iter().copied().collect();
        assert_eq!(once.len(), untouched.len(), "{list:?} repeats a work");
        let all = (1..=WORKS).filter(|n| is_untouched(*n));
        assert!(once.into_iter().eq(all), "{list:?} skips a work");
    }
}

/// Adds a work, changes the words and the position of one, and deletes one.
async fn write_between(library: &Library, round: u128) {
    let fresh = work(WORKS + 1 + round, "Ân mới", "chung mới");
    let mut edited = works().nth((3 * round) as usize).unwrap();
    edited.revision = edited.revision.next();
    edited.work.made = Some("1900".parse().unwrap());
    edited.work.body = Some("chung chung".into());
    let gone = works().nth((3 * round + 1) as usize).unwrap();
    let changes = ChangeSet::by(&Actor::System, now())
        .put(fresh, EventKind::Created)
        .put(edited, EventKind::Described)
        .write(Write::Tombstone(gone.delete(now())));
    library.commit(changes).await;
}

#[tokio::test]
async fn unchanged_works_are_listed_once_during_writes() {
    let library = Library::with(works()).await;
    let mut walks = Order::ALL.map(|order| Walk::new(ONE_WORD, order)).to_vec();
    walks.push(Walk::new(SEVERAL_WORDS, Order::Relevance));
    let mut round = 0;
    while walks.iter().any(|walk| !walk.is_done) {
        for walk in walks.iter_mut().filter(|walk| !walk.is_done) {
            walk.step(&library).await;
        }
        write_between(&library, round).await;
        round += 1;
    }
    let is_untouched = |number| number <= WORKS && (number > 3 * round || number % 3 == 0);
    // Sums of scores can move across the end of a page, so the only guarantee is that the list ends.
    assert!(walks.pop().unwrap().is_done);
    for walk in &walks {
        walk.check(is_untouched);
    }
    library.search.close().await;
}
