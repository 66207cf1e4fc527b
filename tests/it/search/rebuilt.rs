//! The index that followed every change returns the same results as a rebuilt one.

use std::collections::BTreeMap;
use std::time::Duration;

use khochung::domain::Timestamp;
use khochung::domain::access::{Actor, Role};
use khochung::domain::asset::{Access, Asset, State};
use khochung::services::search::admission::requester::Requester;
use khochung::services::search::{Facet, Order, Search, SearchRequest, SearchSettings};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, EventKind, EventNumber, Write};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, TestRunner};

use super::{Library, becomes_searchable, holder, id, now, open_with, slug, work};

const WORDS: [&str; 12] = [
    "quyền",
    "quyển",
    "trẻ",
    "tre",
    "em",
    "học",
    "tập",
    "Pleiku",
    "K'Bang",
    "1079/QĐ-TTg",
    "UBND",
    "权",
];
const KINDS: [&str; 3] = ["article", "interview", "radio-play"];
const CASES: u32 = 12;

#[derive(Debug, Clone)]
enum Step {
    /// Adds a work with these words for this audience.
    Create(Vec<usize>, usize),
    /// Changes the words of a work.
    Edit(usize, Vec<usize>),
    Publish(usize),
    Withdraw(usize),
    Delete(usize),
    /// Waits until all changes are searchable.
    Commit,
    /// Restarts the archive.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let words = || vec(0..WORDS.len(), 1..25);
    let which = any::<usize>;
    vec(
        prop_oneof![
            4 => (words(), 0_usize..4).prop_map(|(words, access)| Step::Create(words, access)),
            3 => (which(), words()).prop_map(|(which, words)| Step::Edit(which, words)),
            3 => which().prop_map(Step::Publish),
            2 => which().prop_map(Step::Withdraw),
            1 => which().prop_map(Step::Delete),
            4 => Just(Step::Commit),
            1 => Just(Step::Restart),
        ],
        1..60,
    )
}

fn described(number: u128, words: &[usize]) -> Asset {
    let text: Vec<&str> = words.iter().map(|word| WORDS[*word]).collect();
    let title = text[..text.len().min(3)].join(" ");
    let mut asset = work(number, &title, &text.join(" "));
    asset.work.kind = Some(slug(KINDS[words.len() % KINDS.len()]));
    asset.work.made = Some((2000 + words[0]).to_string().parse().unwrap());
    asset.work.places = vec![slug(["chu-se", "k-bang"][words[0] % 2])];
    asset
}

/// Works as the catalogue has them, and the changes that made them so.
#[derive(Default)]
struct Collection {
    works: BTreeMap<u128, Asset>,
    created: u128,
    last: EventNumber,
}

impl Collection {
    /// The change of a step; none when it is not allowed or changes nothing.
    fn change(&mut self, step: &Step) -> Option<ChangeSet> {
        let changes = ChangeSet::by(&Actor::System, now());
        let (asset, event) = match step {
            Step::Create(words, access) => {
                self.created += 1;
                let mut asset = described(self.created, words);
                asset.state = State::Draft;
                asset.work.access = [
                    Access::Public,
                    Access::Public,
                    Access::Partner,
                    Access::StateInternal,
                ][*access];
                let far = Timestamp::parse("2030-01-01T00:00:00Z").unwrap();
                asset.work.embargo_until = (*access == 1 && words.len() % 2 == 0).then_some(far);
                (asset, EventKind::Created)
            }
            Step::Edit(which, words) => {
                let mut asset = self.pick(*which)?;
                let fresh = described(0, words).work;
                (asset.work.titles, asset.work.body) = (fresh.titles, fresh.body);
                (asset, EventKind::Described)
            }
            Step::Publish(which) => {
                let mut asset = self
                    .pick(*which)
                    .filter(|asset| asset.state == State::Draft)?;
                asset.state = State::Published;
                (asset, EventKind::Published)
            }
            Step::Withdraw(which) => {
                let mut asset = self
                    .pick(*which)
                    .filter(|asset| asset.state == State::Published)?;
                let reason = "sai".to_owned();
                asset.state = State::Withdrawn { reason };
                (asset, EventKind::Withdrawn)
            }
            Step::Delete(which) => {
                let asset = self.pick(*which)?;
                let number = u128::from_be_bytes(*asset.id.as_bytes());
                let gone = self.works.remove(&number)?;
                return Some(changes.write(Write::Tombstone(gone.delete(now()))));
            }
            Step::Commit | Step::Restart => return None,
        };
        let number = u128::from_be_bytes(*asset.id.as_bytes());
        self.works.insert(number, asset.clone());
        Some(changes.put(asset, event))
    }

    /// One of the works, at its next revision.
    fn pick(&self, which: usize) -> Option<Asset> {
        let at = which.checked_rem(self.works.len())?;
        let mut asset = self.works.values().nth(at)?.clone();
        asset.revision = asset.revision.next();
        Some(asset)
    }
}

fn settings() -> SearchSettings {
    SearchSettings {
        max_commit_delay: Duration::from_millis(3),
        ..SearchSettings::default()
    }
}

/// Relevance for words, the other orders for what is listed without any.
const QUERIES: [(&str, Order); 11] = [
    ("", Order::Newest),
    ("", Order::Oldest),
    ("", Order::Title),
    ("quyền trẻ em", Order::Relevance),
    ("\"học tập\"", Order::Relevance),
    ("học -trẻ", Order::Title),
    ("kbang kind:article", Order::Relevance),
    ("quyeenf", Order::Relevance),
    ("hocc tap", Order::Relevance),
    ("1079/QĐ-TTg ubnd", Order::Relevance),
    ("人权", Order::Relevance),
];

/// The responses to all kinds of requests by all kinds of actors.
async fn answers(search: &Search, works: u128) -> Vec<String> {
    let mut all = Vec::new();
    for actor in [
        Actor::Anonymous,
        holder(Role::Partner, None),
        holder(Role::Contributor, Some("dic")),
        holder(Role::Editor, None),
    ] {
        for (text, order) in QUERIES {
            all.push(found(search, &actor, text, order).await);
        }
        for typed in ["quyen", "tre e", "ple", "kb", "hoc"] {
            let offered = search
                .suggest(&Requester::Unlimited, &actor, typed, "vi", 50)
                .await
                .unwrap();
            let mut texts: Vec<_> = offered.into_iter().map(|offer| offer.text).collect();
            texts.sort_unstable();
            all.push(format!("{actor} {typed:?} {texts:?}"));
        }
        for number in 1..=works {
            all.push(like(search, &actor, number).await);
        }
    }
    all
}

async fn found(search: &Search, actor: &Actor, text: &str, order: Order) -> String {
    let request = SearchRequest {
        order,
        limit: 100,
        group_duplicates: false,
        facets: Facet::ALL.map(|(facet, ..)| facet).to_vec(),
        ..SearchRequest::for_text(text)
    };
    let answer = search.search(actor, request).await.unwrap();
    let hits = answer.hits.iter();
    let mut hits: Vec<_> = hits.map(|hit| (hit.asset.id, hit.asset.revision)).collect();
    // Scores move a little with every deleted work that is not merged away yet.
    if order == Order::Relevance {
        hits.sort_unstable();
    }
    let (total, matching, facets) = (answer.total, answer.matching, answer.facets);
    format!("{actor} {text:?} {order:?} {hits:?} {total:?} {matching:?} {facets:?}")
}

async fn like(search: &Search, actor: &Actor, number: u128) -> String {
    let similar = search
        .similar(&Requester::Unlimited, actor, id(number), 50)
        .await
        .unwrap();
    let sorted = |assets: Vec<Asset>| {
        let ids = assets.into_iter().map(|asset| asset.id);
        ids.collect::<std::collections::BTreeSet<_>>()
    };
    let ids = similar.map(|similar| (sorted(similar.duplicates), sorted(similar.related)));
    format!("{actor} like {number} {ids:?}")
}

async fn check(steps: &[Step]) {
    let mut library = Library::with_settings([], settings()).await;
    let mut collection = Collection::default();
    for step in steps {
        if let Some(changes) = collection.change(step) {
            collection.last = library.catalog.commit(changes).await.unwrap().last_event;
        }
        match step {
            Step::Commit => becomes_searchable(&library.search, collection.last).await,
            Step::Restart => {
                library.search.close().await;
                let folder = library._folder.path();
                library.search = open_with(
                    folder,
                    "index",
                    &library.catalog,
                    &library.clock,
                    settings(),
                )
                .await;
            }
            _ => {}
        }
    }
    becomes_searchable(&library.search, collection.last).await;
    let fresh = open_with(
        library._folder.path(),
        "fresh",
        &library.catalog,
        &library.clock,
        settings(),
    )
    .await;
    becomes_searchable(&fresh, collection.last).await;
    let followed = answers(&library.search, collection.created).await;
    let rebuilt = answers(&fresh, collection.created).await;
    for (followed, rebuilt) in followed.iter().zip(&rebuilt) {
        assert_eq!(followed, rebuilt);
    }
    library.search.close().await;
    fresh.close().await;
}

#[test]
fn an_index_that_followed_every_change_equals_a_rebuilt_one() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let cases =
        std::env::var("KHOCHUNG_REBUILD_CASES").map_or(CASES, |cases| cases.parse().unwrap());
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    });
    let outcome = runner.run(&steps(), |steps| {
        runtime.block_on(check(&steps));
        Ok(())
    });
    outcome.unwrap();
}
