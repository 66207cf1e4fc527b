//! Which works a succession has passed on.

use super::passed::{Kind, PassedRecord};
use super::service::{SuccessionError, Successions, administers};
use crate::domain::LanguageMap;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, Entry, KeyRange};

/// A work that has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedWork {
    /// The work.
    pub id: AssetId,
    /// Its titles; none when it was deleted since.
    pub titles: Option<LanguageMap>,
    /// The successor that got it.
    pub to: String,
}

/// One page of works that have passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedWorks {
    /// In the order of their ids.
    pub items: Vec<PassedWork>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<AssetId>,
}

impl Successions {
    /// The works that a succession has passed on, with ids behind `after`, ascending, at most `limit`.
    ///
    /// # Errors
    /// [`SuccessionError::Forbidden`], [`SuccessionError::NotFound`].
    pub async fn passed_works(
        &self,
        actor: &Actor,
        id: &str,
        after: Option<AssetId>,
        limit: usize,
    ) -> Result<PassedWorks, SuccessionError> {
        administers(actor)?;
        let succession = self.find(id).await?;
        let catalog = &self.successors.works.catalog;
        let prefix = PassedRecord::prefix_of(id, Kind::Work);
        let after = after.map(|after| format!("{prefix}{after}"));
        let range = KeyRange::prefix(prefix).after(after);
        let one_more = limit.saturating_add(1);
        let mut passed = catalog.all_keyed::<PassedRecord>(range, one_more).await?;
        let has_more = passed.len() > limit;
        passed.truncate(limit);
        let ids = passed.iter().map(|read| {
            let subject = &read.value.latest().subject;
            let unreadable = || CatalogError::NewerVersion(format!("the work {subject} of {id}"));
            subject.parse().map_err(|_| unreadable())
        });
        let ids = ids.collect::<Result<Vec<AssetId>, _>>()?;
        let entries = catalog.entries(&ids).await?;
        let next = ids.last().copied().filter(|_| has_more);
        let works = ids.into_iter().zip(passed).zip(entries);
        let items = works.map(|((id, read), entry)| PassedWork {
            id,
            titles: match entry {
                Some(Entry::Asset(work)) => Some(work.work.titles),
                Some(Entry::Tombstone(_)) | None => None,
            },
            to: read
                .value
                .latest()
                .to
                .clone()
                .unwrap_or_else(|| succession.value.latest().to.clone()),
        });
        Ok(PassedWorks {
            items: items.collect(),
            next,
        })
    }
}
