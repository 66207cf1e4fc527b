//! For random works and every sort of actor, each exit has exactly the works that a brute-force filter by the
//! policy leaves: hits, totals, facets, suggestions, similar works, feeds, lists and changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use khochung::domain::Timestamp;
use khochung::domain::access::{Actor, Role, policy};
use khochung::domain::asset::{Access, Asset, AssetId, AudienceLevel, Consent, PeopleShown, State};
use khochung::services::audit::AuditTrail;
use khochung::services::delivery::Delivery;
use khochung::services::search::admission::requester::Requester;
use khochung::services::search::{Facet, Search, SearchRequest, SuggestionSource};
use khochung::services::sharing::{Feeds, Filter, Presence, Sharing};
use khochung::services::works::WorkAccess;
use khochung::storage::blobs::{BlobStore, LocalBlobs};
use khochung::storage::catalog::{Catalog, EventNumber};
use khochung::storage::vocabulary;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Library, holder, id, now, slug, work};

const KINDS: [&str; 3] = ["article", "news-item", "radio-play"];
const BODIES: [&str; 3] = ["dic", "fsi", "doet"];
/// An organisation whose holder also works for `fsi`.
const ABOVE: &str = "dic";

/// What decides who sees a work: state, access, organisation, embargo, end of a consent, kind.
type Sort = (usize, usize, usize, usize, usize, usize);

fn sorts() -> impl Strategy<Value = Vec<Sort>> {
    vec(
        (
            0..7_usize,
            0..3_usize,
            0..4_usize,
            0..5_usize,
            0..5_usize,
            0..3_usize,
        ),
        1..60,
    )
}

/// Yesterday or tomorrow for two of five numbers.
fn day(number: usize) -> Option<Timestamp> {
    let seconds = [None, None, None, Some(-86_400), Some(86_400)][number];
    seconds.map(|seconds| now().plus_seconds(seconds))
}

fn asset(number: usize, (state, access, body, embargo, consent, kind): Sort) -> Asset {
    let mut asset = work(
        number as u128 + 1,
        &format!("Quyền số m{number}x"),
        "Câu chung.",
    );
    let reason = "sai".to_owned();
    asset.state = match state {
        0 => State::Draft,
        1 => State::Submitted,
        2 => State::Returned { reasons: vec![] },
        3 => State::Accepted,
        4 => State::Withdrawn { reason },
        _ => State::Published,
    };
    asset.work.access = [Access::Public, Access::Partner, Access::StateInternal][access];
    asset.work.organisation = BODIES.get(body).map(|body| slug(body));
    asset.work.embargo_until = day(embargo);
    asset.work.kind = Some(slug(KINDS[kind]));
    if let Some(end) = day(consent) {
        asset.work.people_shown = PeopleShown::ConsentOnFile;
        asset.work.consent = Some(Consent {
            ends_on: Some(end.day()),
            ..Consent::default()
        });
    }
    asset.widest_audience = match asset.state {
        State::Withdrawn { .. } => AudienceLevel::Public,
        _ => asset.audience_level(now()),
    };
    asset
}

fn actors() -> Vec<Actor> {
    let mut above = holder(Role::Editor, Some(ABOVE));
    if let Actor::Holder { subordinates, .. } = &mut above {
        *subordinates = [slug("fsi")].into();
    }
    vec![
        Actor::Anonymous,
        holder(Role::Station, None),
        holder(Role::Partner, Some("fsi")),
        holder(Role::Contributor, Some("fsi")),
        holder(Role::Reviewer, Some("doet")),
        holder(Role::Inspector, None),
        above,
        holder(Role::Editor, None),
        holder(Role::Admin, None),
    ]
}

/// The services that let works out.
struct Exits {
    search: Arc<Search>,
    feeds: Feeds,
    sharing: Sharing,
    _folder: tempfile::TempDir,
}

impl Exits {
    async fn open(works: Vec<Asset>) -> Self {
        let Library {
            _folder: folder,
            catalog,
            search,
            clock,
        } = Library::with(works).await;
        let catalog: Arc<dyn Catalog> = catalog;
        let blobs: Arc<dyn BlobStore> = Arc::new(LocalBlobs::open(folder.path()).unwrap());
        let vocabularies = Arc::new(vocabulary::load(None).unwrap());
        let trail = AuditTrail::new(catalog.clone(), clock.clone());
        let delivery = Delivery::new(catalog.clone(), blobs, trail.clone(), clock.clone());
        let search = Arc::new(search);
        Self {
            feeds: Feeds::new(Arc::clone(&search), delivery, Arc::clone(&vocabularies)),
            sharing: Sharing::new(WorkAccess::new(catalog, trail, vocabularies, clock)),
            search,
            _folder: folder,
        }
    }

    /// Compares every exit with the works that the actor may see.
    async fn check(&self, actor: &Actor, works: &[Asset]) {
        let seen: Vec<&Asset> = works
            .iter()
            .filter(|asset| policy::may_see(actor, asset, now()))
            .collect();
        let ids = |keep: &dyn Fn(&Asset) -> bool| -> BTreeSet<AssetId> {
            seen.iter()
                .filter(|asset| keep(asset))
                .map(|asset| asset.id)
                .collect()
        };
        let is_withdrawn = |asset: &Asset| matches!(asset.state, State::Withdrawn { .. });
        self.check_search(actor, &seen, &ids(&|asset| !is_withdrawn(asset)))
            .await;
        self.check_suggestions(actor, works, &ids(&|_| true)).await;
        self.check_similar(actor, works, &ids(&|asset| !is_withdrawn(asset)))
            .await;
        let listed = self
            .sharing
            .list(actor, None, 200, &Filter::default())
            .await
            .unwrap();
        let listed: BTreeSet<_> = listed.items.iter().map(|asset| asset.id).collect();
        assert_eq!(listed, ids(&|_| true), "list for {actor}");
        let request = SearchRequest {
            limit: 100,
            ..SearchRequest::for_text("quyền")
        };
        let feed = self.feeds.page(actor, request).await.unwrap();
        let feed: BTreeSet<_> = feed.entries.iter().map(|entry| entry.asset.id).collect();
        assert_eq!(feed, ids(&|asset| !is_withdrawn(asset)), "feed for {actor}");
        self.check_changes(actor, works, &ids(&|_| true)).await;
    }

    async fn check_search(&self, actor: &Actor, seen: &[&Asset], expected: &BTreeSet<AssetId>) {
        let request = SearchRequest {
            facets: vec![Facet::Kind, Facet::Organisation],
            limit: 100,
            ..SearchRequest::for_text("quyền")
        };
        let found = self.search.search(actor, request).await.unwrap();
        let hits: BTreeSet<_> = found.hits.iter().map(|hit| hit.asset.id).collect();
        let duplicates = found
            .hits
            .iter()
            .flat_map(|hit| hit.duplicates.iter().copied());
        assert_eq!(
            hits.into_iter().chain(duplicates).collect::<BTreeSet<_>>(),
            *expected,
            "hits for {actor}"
        );
        assert_eq!(
            found.total.works,
            expected.len() as u64,
            "total for {actor}"
        );
        let counted = |value: &dyn Fn(&Asset) -> Option<String>| {
            let mut counts = BTreeMap::new();
            for asset in seen.iter().filter(|asset| expected.contains(&asset.id)) {
                if let Some(value) = value(asset) {
                    *counts.entry(value).or_insert(0_u64) += 1;
                }
            }
            counts
        };
        let kinds = counted(&|asset| asset.work.kind.as_ref().map(ToString::to_string));
        let bodies = counted(&|asset| asset.work.organisation.as_ref().map(ToString::to_string));
        for (facet, expected) in found.facets.iter().zip([kinds, bodies]) {
            let values = facet.values.iter().filter(|value| value.works > 0);
            let values: BTreeMap<_, _> = values
                .map(|value| (value.value.clone(), value.works))
                .collect();
            assert_eq!(values, expected, "{:?} for {actor}", facet.facet);
        }
    }

    /// Suggestions complete titles that everybody may read, so not all; but none of a hidden work.
    async fn check_suggestions(&self, actor: &Actor, works: &[Asset], seen: &BTreeSet<AssetId>) {
        let all = Requester::Unlimited;
        for typed in ["quyen", "so", "m1", "m2"] {
            let found = self
                .search
                .suggest(&all, actor, typed, "vi", 20)
                .await
                .unwrap();
            for suggestion in found {
                if let SuggestionSource::Title(id) = suggestion.source {
                    assert!(
                        seen.contains(&id),
                        "{typed} for {actor}: {}",
                        suggestion.text
                    );
                }
            }
        }
        for (number, _) in works
            .iter()
            .enumerate()
            .filter(|(_, work)| !seen.contains(&work.id))
        {
            let request = SearchRequest::for_text(format!("m{number}x"));
            let found = self.search.search(actor, request).await.unwrap();
            let hidden = id(number as u128 + 1);
            assert!(
                found.hits.iter().all(|hit| hit.asset.id != hidden),
                "{number} for {actor}"
            );
        }
    }

    async fn check_similar(&self, actor: &Actor, works: &[Asset], expected: &BTreeSet<AssetId>) {
        for asset in works.iter().take(5) {
            let all = Requester::Unlimited;
            let found = self
                .search
                .similar(&all, actor, asset.id, 50)
                .await
                .unwrap();
            let is_known = expected.contains(&asset.id);
            assert_eq!(found.is_some(), is_known, "{actor}");
            for other in found
                .into_iter()
                .flat_map(|found| [found.related, found.duplicates].concat())
            {
                assert!(
                    expected.contains(&other.id),
                    "similar for {actor}: {:?}",
                    other.work.titles
                );
            }
        }
    }

    /// What is available is what may be seen; what is gone could be seen once.
    async fn check_changes(&self, actor: &Actor, works: &[Asset], seen: &BTreeSet<AssetId>) {
        let changes = self
            .sharing
            .changes(actor, EventNumber(0), 200)
            .await
            .unwrap();
        let available = changes
            .items
            .iter()
            .filter(|change| change.presence == Presence::Available);
        let available: BTreeSet<_> = available.map(|change| change.asset).collect();
        assert_eq!(available, *seen, "changes for {actor}");
        for change in changes
            .items
            .iter()
            .filter(|change| change.presence == Presence::Gone)
        {
            let work = works.iter().find(|work| work.id == change.asset).unwrap();
            let level = policy::audience_level_of(actor);
            assert!(level <= work.widest_audience, "changes for {actor}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn every_exit_has_what_the_policy_leaves(sorts in sorts()) {
        let works: Vec<Asset> =
            sorts.into_iter().enumerate().map(|(number, sort)| asset(number, sort)).collect();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let exits = Exits::open(works.clone()).await;
            for actor in actors() {
                exits.check(&actor, &works).await;
            }
        });
    }
}
