//! Search through its service: a catalogue and an index in a temporary folder, no HTTP.

mod budget;
mod busy;
mod deep_paging;
mod facet_values;
mod false_help;
mod filters;
mod hostile;
mod language;
mod lifecycle;
mod paging;
mod pictures;
mod policy;
mod policy_property;
mod purge;
mod quality;
mod rebuilt;
mod removals;
mod suggestions;
mod text_budgets;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use khochung::clock::Clock;
use khochung::domain::access::{Actor, Credential, Role, TokenId};
use khochung::domain::asset::{
    Access, Asset, AssetId, AudienceLevel, PeopleShown, Review, Revision, State, Work,
};
use khochung::domain::{LanguageMap, LanguageTag, Slug, Timestamp};
use khochung::services::search::{Search, SearchRequest, SearchResponse, SearchSettings};
use khochung::storage::blobs::{BlobStore, LocalBlobs};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, EventKind, EventNumber};
use khochung::storage::vocabulary;

/// A catalogue with a search index.
struct Library {
    _folder: tempfile::TempDir,
    catalog: Arc<EmbeddedCatalog>,
    search: Search,
    clock: Clock,
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T08:00:00+07:00").unwrap()
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn id(number: u128) -> AssetId {
    AssetId::from_bytes(number.to_be_bytes())
}

/// A published work with a Vietnamese title and a body.
fn work(number: u128, title: &str, body: &str) -> Asset {
    let titles = [(LanguageTag::parse("vi").unwrap(), title.to_owned())];
    Asset {
        id: id(number),
        revision: Revision::FIRST,
        state: State::Published,
        widest_audience: AudienceLevel::Public,
        work: Work {
            titles: titles.into_iter().collect(),
            descriptions: LanguageMap::default(),
            kind: Some(slug("article")),
            creators: Vec::new(),
            organisation: Some(slug("dic")),
            languages: vec![LanguageTag::parse("vi").unwrap()],
            strand: None,
            themes: Vec::new(),
            instruments: Vec::new(),
            rights_groups: Vec::new(),
            udhr_articles: Vec::new(),
            audiences: Vec::new(),
            places: Vec::new(),
            made: None,
            body: Some(body.to_owned()),
            credit_line: None,
            reuse_terms: slug("cc-by-4.0"),
            people_shown: PeopleShown::NoneIdentifiable,
            consent: None,
            minors_shown: false,
            access: Access::Public,
            embargo_until: None,
            review_on: None,
            relations: Vec::new(),
            identifiers: Vec::new(),
        },
        issuer: None,
        files: Vec::new(),
        created_at: now(),
        updated_at: now(),
        published_at: Some(now()),
        review: Review::default(),
        corrections: Vec::new(),
        sealed: Vec::new(),
    }
}

fn holder(role: Role, organisation: Option<&str>) -> Actor {
    Actor::Holder {
        credential: Credential::Token(TokenId("t".into())),
        role,
        organisation: organisation.map(slug),
        subordinates: [].into(),
        narrowed_to: None,
    }
}

impl Library {
    async fn with(assets: impl IntoIterator<Item = Asset>) -> Self {
        Self::with_settings(assets, SearchSettings::default()).await
    }

    /// The same with all works in one segment: so many that one deleted document is no reason to merge it.
    async fn with_one_segment(assets: impl IntoIterator<Item = Asset>) -> Self {
        let mut settings = SearchSettings::default();
        settings.writer.threads = 1;
        let others = (1_000..1_200).map(|n| work(n, "Bài", "chung"));
        Self::with_settings(assets.into_iter().chain(others), settings).await
    }

    async fn with_settings(
        assets: impl IntoIterator<Item = Asset>,
        settings: SearchSettings,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Arc::new(
            EmbeddedCatalog::open(&folder.path().join("catalog"), Options::default()).unwrap(),
        );
        let clock = Clock::standing(now());
        let search = open_with(folder.path(), "index", &catalog, &clock, settings).await;
        let library = Self {
            _folder: folder,
            catalog,
            search,
            clock,
        };
        let mut changes = ChangeSet::by(&Actor::System, now());
        for asset in assets {
            changes = changes.put(asset, EventKind::Created);
        }
        library.commit(changes).await;
        library
    }

    /// Commits and waits until it is searchable.
    async fn commit(&self, changes: ChangeSet) -> EventNumber {
        let receipt = self.catalog.commit(changes).await.unwrap();
        becomes_searchable(&self.search, receipt.last_event).await;
        receipt.last_event
    }

    async fn put(&self, asset: Asset, event: EventKind) {
        let changes = ChangeSet::by(&Actor::System, now()).put(asset, event);
        self.commit(changes).await;
    }

    async fn ask(&self, request: SearchRequest) -> SearchResponse {
        self.search
            .search(&Actor::Anonymous, request)
            .await
            .unwrap()
    }

    /// Numbers of the works anonymous finds, best first.
    async fn found(&self, text: &str) -> Vec<u128> {
        numbers(&self.ask(SearchRequest::for_text(text)).await)
    }
}

/// Fails when it takes more than a minute: large loads take several of search's own waits.
async fn becomes_searchable(search: &Search, event: EventNumber) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !search.wait_for(event).await {
        assert!(Instant::now() < deadline, "searchable in time");
    }
}

async fn open(folder: &Path, catalog: &Arc<EmbeddedCatalog>, clock: &Clock) -> Search {
    open_with(folder, "index", catalog, clock, SearchSettings::default()).await
}

/// Opens the index of this name over a catalogue.
async fn open_with(
    folder: &Path,
    name: &str,
    catalog: &Arc<EmbeddedCatalog>,
    clock: &Clock,
    settings: SearchSettings,
) -> Search {
    let vocabularies = Arc::new(vocabulary::load(None).unwrap());
    let catalog: Arc<dyn Catalog> = Arc::clone(catalog) as _;
    let blobs: Arc<dyn BlobStore> = Arc::new(LocalBlobs::open(folder).unwrap());
    Search::open(
        &folder.join(name),
        catalog,
        blobs,
        vocabularies,
        clock.clone(),
        settings,
    )
    .await
    .unwrap()
}

fn numbers(answer: &SearchResponse) -> Vec<u128> {
    answer
        .hits
        .iter()
        .map(|hit| u128::from_be_bytes(*hit.asset.id.as_bytes()))
        .collect()
}
