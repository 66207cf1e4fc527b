//! The catalogue port: what every back end keeps to.
//!
//! Every case is a test of each back end, which stands last in its name: `catalog::works::CASE::embedded`. After what
//! it wrote, it closes and opens again where that could make a difference.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

/// Makes a test of each of these cases for every back end.
macro_rules! on_every_back_end {
    ($($case:ident,)+) => {$(
        mod $case {
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn embedded() {
                super::$case(super::Bench::embedded()).await;
            }
        }
    )+};
}

mod blobs;
mod crash;
mod damage;
mod full;
mod given;
mod history;
mod jobs;
mod keyed;
mod model;
mod requests;
mod sealing;
mod searches;
mod usage;
mod works;
mod writers;

use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{CatalogError, ChangeSet, EventNumber, Receipt};

/// A back end in a folder of its own, which can be closed and opened again.
struct Bench {
    catalog: Box<dyn Open>,
}

/// A back end, open.
#[async_trait::async_trait]
trait Open: Send + Sync {
    fn catalog(&self) -> &dyn Catalog;
    async fn reopen(self: Box<Self>) -> Box<dyn Open>;
}

struct Embedded {
    catalog: EmbeddedCatalog,
    dir: tempfile::TempDir,
}

impl Embedded {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = EmbeddedCatalog::open(dir.path(), Options::default()).unwrap();
        Self { catalog, dir }
    }
}

#[async_trait::async_trait]
impl Open for Embedded {
    fn catalog(&self) -> &dyn Catalog {
        &self.catalog
    }

    async fn reopen(self: Box<Self>) -> Box<dyn Open> {
        let Self { catalog, dir } = *self;
        catalog.close().await;
        let catalog = EmbeddedCatalog::open(dir.path(), Options::default()).unwrap();
        Box::new(Self { catalog, dir })
    }
}

impl Bench {
    fn embedded() -> Self {
        let catalog = Box::new(Embedded::new());
        Self { catalog }
    }

    fn catalog(&self) -> &dyn Catalog {
        self.catalog.catalog()
    }

    async fn reopen(self) -> Self {
        Self {
            catalog: self.catalog.reopen().await,
        }
    }

    async fn commit(&self, changes: ChangeSet) -> Receipt {
        self.catalog().commit(changes).await.unwrap()
    }

    /// Commits what must be refused, and checks that nothing has changed.
    async fn refused(&self, changes: ChangeSet) -> CatalogError {
        let before = self.everything().await;
        let error = self.catalog().commit(changes).await.unwrap_err();
        assert_eq!(self.everything().await, before, "refused with {error}");
        error
    }

    /// All that can be read without knowing what to ask for.
    async fn everything(&self) -> String {
        let catalog = self.catalog();
        format!(
            "{:#?}",
            (
                catalog.counts().await.unwrap(),
                catalog.list(None, usize::MAX).await.unwrap(),
                catalog.events(EventNumber(0), usize::MAX).await.unwrap(),
                catalog.blobs(None, usize::MAX).await.unwrap(),
                catalog.jobs(None, None, usize::MAX).await.unwrap(),
                catalog.tokens().await.unwrap(),
                catalog.saved_searches(None, usize::MAX).await.unwrap(),
                *catalog.watch_events().borrow(),
            )
        )
    }
}
