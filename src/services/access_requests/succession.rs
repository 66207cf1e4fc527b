//! Grants whose token was not fetched yet pass to another body.

use super::record::{RequestRecord, RequestV1};
use super::service::AccessRequests;
use crate::domain::Slug;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet};

impl AccessRequests {
    /// The requests that were granted for these bodies and whose token was not fetched. A link that has expired counts:
    /// it can be renewed.
    ///
    /// # Errors
    /// The catalogue fails.
    pub(in crate::services) async fn grants_of_bodies(
        &self,
        bodies: &[Slug],
    ) -> Result<Vec<String>, CatalogError> {
        let records = self.records().await?;
        let requests = records.iter().map(|read| read.value.latest());
        let theirs = requests.filter(|request| {
            let own = open_grant_for(request);
            own.is_some_and(|own| bodies.iter().any(|body| body.as_str() == own))
        });
        Ok(theirs.map(|request| request.id.clone()).collect())
    }

    /// Gives the token of a grant another body, together with what else changes. Its link stays valid.
    ///
    /// # Errors
    /// It was changed meanwhile; the catalogue fails.
    pub(in crate::services) async fn pass_on(
        &self,
        id: &str,
        to: &Slug,
        changes: ChangeSet,
    ) -> Result<(), CatalogError> {
        let read = self.catalog.keyed::<RequestRecord>(id).await?;
        let read = read.filter(|read| open_grant_for(read.value.latest()).is_some());
        let Some(read) = read else {
            // Fetched meanwhile: the token passes like every other.
            return Ok(());
        };
        let passed = read.value.with(|record| {
            if let Some(grant) = record.grant.as_mut() {
                grant.organisation = Some(to.to_string());
            }
        });
        let changes = changes.replace_keyed(&read, &passed)?;
        self.catalog.commit(changes).await.map(drop)
    }
}

/// The body of a grant whose token was not fetched.
fn open_grant_for(request: &RequestV1) -> Option<&str> {
    let grant = request.grant.as_ref();
    let open = grant.filter(|grant| grant.link_hash.is_some())?;
    open.organisation.as_deref()
}
