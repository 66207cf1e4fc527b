//! The inbox of an account: its notifications, as far as it may see the works now.

use std::sync::Arc;

use super::stored::{NotificationRecord, NotificationV1, key};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::access::policy::{self, Disclosure};
use crate::domain::asset::AssetId;
use crate::domain::language::LanguageMap;
use crate::domain::notification::NotificationKind;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, Entry, KeyRange, Versioned, WorkStore};

/// More than an account can have.
const ALL: usize = 1_000;

/// Reads and marks notifications.
#[derive(Clone)]
pub struct Inbox {
    pub(super) catalog: Arc<dyn WorkStore>,
    pub(super) clock: Clock,
}

/// A notification as its reader may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownNotification {
    /// Its id.
    pub id: String,
    /// What happened.
    pub kind: NotificationKind,
    /// The work.
    pub work: AssetId,
    /// The titles of the work; none when the reader may only know that it is gone.
    pub titles: Option<LanguageMap>,
    /// When.
    pub at: Timestamp,
    /// The reader's own mark.
    pub is_read: bool,
}

/// A page of notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxPage {
    /// Newest first.
    pub items: Vec<ShownNotification>,
    /// How many of all that the reader may see have no mark.
    pub unread: usize,
    /// The cursor of the next page; none at the end.
    pub next: Option<String>,
}

/// Why a notification was not marked.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// The account has no such notification that its holder may see.
    #[error("there is no such notification")]
    NotFound,
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Inbox {
    /// The inboxes in this catalogue.
    pub fn new(catalog: Arc<dyn WorkStore>, clock: Clock) -> Self {
        Self { catalog, clock }
    }

    /// The notifications of an account behind the cursor `after`, newest first, at most `limit`.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn list(
        &self,
        reader: &Actor,
        account: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<InboxPage, InboxError> {
        let visible = self.visible(reader, account).await?;
        let unread = visible.iter().filter(|(_, shown)| !shown.is_read).count();
        let mut items: Vec<ShownNotification> = visible
            .into_iter()
            .map(|(_, shown)| shown)
            .rev()
            .skip_while(|shown| after.is_some_and(|after| shown.id.as_str() >= after))
            .take(limit + 1)
            .collect();
        let has_more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().map(|shown| shown.id.clone());
        Ok(InboxPage {
            items,
            unread,
            next: last.filter(|_| has_more),
        })
    }

    /// Marks one notification as read, or as unread.
    ///
    /// # Errors
    /// [`InboxError::NotFound`].
    pub async fn mark(
        &self,
        reader: &Actor,
        account: &str,
        id: &str,
        is_read: bool,
    ) -> Result<(), InboxError> {
        let visible = self.visible(reader, account).await?;
        let found = visible.into_iter().find(|(_, shown)| shown.id == id);
        let (read, _) = found.ok_or(InboxError::NotFound)?;
        self.write_marks(reader, vec![read], is_read).await
    }

    /// Marks all notifications as read.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn mark_all(&self, reader: &Actor, account: &str) -> Result<(), InboxError> {
        let visible = self.visible(reader, account).await?;
        let reads = visible.into_iter().map(|(read, _)| read).collect();
        self.write_marks(reader, reads, true).await
    }

    /// One notification, if its reader may see it.
    pub(super) async fn one(
        &self,
        reader: &Actor,
        account: &str,
        id: &str,
    ) -> Result<Option<ShownNotification>, CatalogError> {
        let key = key(account, id);
        let found = self.catalog.keyed::<NotificationRecord>(&key).await?;
        let reads = found.into_iter().collect();
        let shown = self.shown(reader, reads).await?;
        Ok(shown.into_iter().next().map(|(_, shown)| shown))
    }

    /// Takes notifications out of the next digest. Read again when their reader marks them meanwhile.
    pub(super) async fn take_from_digest(&self, keys: &[String]) -> Result<(), CatalogError> {
        loop {
            let mut changes = ChangeSet::by(&Actor::System, self.clock.now());
            for key in keys {
                let found = self.catalog.keyed::<NotificationRecord>(key).await?;
                if let Some(read) = found {
                    changes = without_digest(changes, &read)?;
                }
            }
            if changes.writes.is_empty() {
                return Ok(());
            }
            match self.catalog.commit(changes).await {
                Err(CatalogError::RecordConflict { .. }) => {}
                committed => return committed.map(drop),
            }
        }
    }

    /// The notifications of an account that its holder may see, oldest first.
    pub(super) async fn visible(
        &self,
        reader: &Actor,
        account: &str,
    ) -> Result<Vec<(Versioned<NotificationRecord>, ShownNotification)>, CatalogError> {
        let range = KeyRange::prefix(key(account, ""));
        let reads = self.catalog.all_keyed(range, ALL).await?;
        self.shown(reader, reads).await
    }

    async fn shown(
        &self,
        reader: &Actor,
        reads: Vec<Versioned<NotificationRecord>>,
    ) -> Result<Vec<(Versioned<NotificationRecord>, ShownNotification)>, CatalogError> {
        let works = reads.iter().map(|read| {
            let NotificationRecord::V1(stored) = &read.value;
            stored.work()
        });
        let works: Vec<AssetId> = works.collect::<Result<_, _>>()?;
        let entries = self.catalog.entries(&works).await?;
        let now = self.clock.now();
        let mut shown = Vec::new();
        for (read, entry) in reads.into_iter().zip(entries) {
            let NotificationRecord::V1(stored) = &read.value;
            if let Some(titles) = disclosed(reader, entry.as_ref(), now) {
                let one = show(stored, titles)?;
                shown.push((read, one));
            }
        }
        Ok(shown)
    }

    async fn write_marks(
        &self,
        reader: &Actor,
        reads: Vec<Versioned<NotificationRecord>>,
        is_read: bool,
    ) -> Result<(), InboxError> {
        let mut changes = ChangeSet::by(reader, self.clock.now());
        let mut is_change = false;
        for read in reads {
            let NotificationRecord::V1(stored) = &read.value;
            if stored.is_read == is_read {
                continue;
            }
            let next = NotificationRecord::V1(NotificationV1 {
                is_read,
                ..stored.clone()
            });
            changes = changes.replace_keyed(&read, &next)?;
            is_change = true;
        }
        if is_change {
            self.catalog.commit(changes).await?;
        }
        Ok(())
    }
}

fn without_digest(
    changes: ChangeSet,
    read: &Versioned<NotificationRecord>,
) -> Result<ChangeSet, CatalogError> {
    let NotificationRecord::V1(stored) = &read.value;
    if !stored.awaits_digest {
        return Ok(changes);
    }
    let next = NotificationRecord::V1(NotificationV1 {
        awaits_digest: false,
        ..stored.clone()
    });
    changes.replace_keyed(read, &next)
}

/// What a reader may know of a work now: nothing, that it is gone (no titles), or its titles.
fn disclosed(reader: &Actor, entry: Option<&Entry>, now: Timestamp) -> Option<Option<LanguageMap>> {
    match entry? {
        Entry::Asset(asset) => match policy::disclosure(reader, asset, now) {
            Disclosure::Visible => Some(Some(asset.work.titles.clone())),
            Disclosure::Gone => Some(None),
            Disclosure::Hidden => None,
        },
        Entry::Tombstone(tombstone) => {
            policy::may_learn_of_removal(reader, tombstone.widest_audience).then_some(None)
        }
    }
}

fn show(
    stored: &NotificationV1,
    titles: Option<LanguageMap>,
) -> Result<ShownNotification, CatalogError> {
    Ok(ShownNotification {
        id: stored.id.clone(),
        kind: stored.kind()?,
        work: stored.work()?,
        titles,
        at: Timestamp::from_millis(stored.at_ms),
        is_read: stored.is_read,
    })
}
