//! Adds notifications to the commit of the act that they report.

use std::sync::Arc;

use super::letters::{digest_job, notification_job};
use super::stored::{NotificationRecord, NotificationV1, key};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::{Actor, Credential};
use crate::domain::asset::{AssetId, Revision};
use crate::domain::handling::Assignee;
use crate::domain::notification::{NotificationKind, NotificationWay};
use crate::services::accounts::Posts;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, Keyed as _, WorkStore, Write};

/// Notifications of one account; the oldest go when there would be more.
const MAX_OF_ACCOUNT: usize = 500;

/// Adds notifications to change sets. Clones share it.
#[derive(Clone)]
pub struct Notifications {
    pub(super) catalog: Arc<dyn WorkStore>,
    pub(super) posts: Posts,
    clock: Clock,
    /// Whether messages are sent at all.
    is_mailing: bool,
}

impl Notifications {
    /// Notifications for the accounts of this catalogue, by mail too if messages are sent at all.
    pub fn new(catalog: Arc<dyn WorkStore>, clock: Clock, is_mailing: bool) -> Self {
        Self {
            posts: Posts::new(catalog.clone()),
            catalog,
            clock,
            is_mailing,
        }
    }

    /// Notifies the account that deposited a work, unless it did the act itself.
    ///
    /// # Errors
    /// The catalogue fails.
    pub(in crate::services) async fn notify_depositor(
        &self,
        changes: ChangeSet,
        actor: &Actor,
        kind: NotificationKind,
        work: AssetId,
    ) -> Result<ChangeSet, CatalogError> {
        let second = Some(Revision::FIRST.next());
        let first = self.catalog.revisions(work, second, 1).await?;
        // `contributor:a-…`, as events name actors.
        let depositor = first.first().and_then(|entry| entry.by.split_once(':'));
        let Some((_, account)) = depositor else {
            return Ok(changes);
        };
        self.notify(changes, actor, kind, work, account).await
    }

    /// Notifies those to whom a work was assigned, but the one who assigned it.
    ///
    /// # Errors
    /// The catalogue fails.
    pub(in crate::services) async fn notify_assignees(
        &self,
        mut changes: ChangeSet,
        actor: &Actor,
        to: &Assignee,
        work: AssetId,
    ) -> Result<ChangeSet, CatalogError> {
        let accounts = match to {
            Assignee::Holder(Credential::Account(account)) => vec![account.to_string()],
            Assignee::Holder(Credential::Token(_)) => Vec::new(),
            Assignee::Post { role, organisation } => {
                self.posts.at_post(*role, organisation.as_ref()).await?
            }
        };
        for account in accounts {
            let kind = NotificationKind::Assigned;
            changes = self.notify(changes, actor, kind, work, &account).await?;
        }
        Ok(changes)
    }

    async fn notify(
        &self,
        changes: ChangeSet,
        actor: &Actor,
        kind: NotificationKind,
        work: AssetId,
        account: &str,
    ) -> Result<ChangeSet, CatalogError> {
        let is_own = matches!(
            actor,
            Actor::Holder { credential: Credential::Account(own), .. } if own.as_str() == account
        );
        let way = self.posts.way(account, kind).await?;
        let way = way.unwrap_or(NotificationWay::None);
        if is_own || way == NotificationWay::None {
            return Ok(changes);
        }
        let now: Timestamp = changes.at;
        let mut notification = NotificationV1::new(account, kind, work, now, &self.clock);
        let mut changes = self.with_room(changes, account).await?;
        if self.is_mailing {
            match way {
                NotificationWay::Mail => changes = changes.job(notification_job(&notification)),
                NotificationWay::Digest => {
                    notification.awaits_digest = true;
                    changes = changes.job(digest_job(account, now));
                }
                NotificationWay::Inbox | NotificationWay::None => {}
            }
        }
        changes.insert_keyed(&NotificationRecord::V1(notification))
    }

    /// The change set with room for another notification of an account.
    async fn with_room(
        &self,
        mut changes: ChangeSet,
        account: &str,
    ) -> Result<ChangeSet, CatalogError> {
        let range = KeyRange::prefix(key(account, ""));
        let present = self
            .catalog
            .all_keyed::<NotificationRecord>(range, 2 * MAX_OF_ACCOUNT)
            .await?;
        let superfluous = (present.len() + 1).saturating_sub(MAX_OF_ACCOUNT);
        for read in present.iter().take(superfluous) {
            // Another act may drop it, too.
            changes = changes.write(Write::DropRecord(read.value.address()));
        }
        Ok(changes)
    }
}
