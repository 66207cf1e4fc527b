//! The jobs that make changes which become due at a moment: the end of an embargo, the end of a consent. They are
//! enqueued, for that moment, in the commit that publishes or changes the work.

use std::time::Duration;

use async_trait::async_trait;

use super::Curation;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, AssetId, State};
use crate::domain::notification::NotificationKind;
use crate::services::jobs::{Handler, JobFailure, payload};
use crate::services::works::{
    ChangeError, ScheduledChange, ScheduledChangePayload, WARNING_SECONDS,
};
use crate::storage::catalog::{ChangeSet, EventKind, Job};

/// What the public reads at the address of a work whose consent has ended.
const CONSENT_ENDED: &str = "Thời hạn đồng ý của người xuất hiện trong tác phẩm đã hết. / \
    The consent of the people in this work has ended.";

/// Makes scheduled changes of one sort.
pub struct MakeScheduledChanges {
    change: ScheduledChange,
    curation: Curation,
}

impl MakeScheduledChanges {
    /// Makes these changes through this service.
    pub fn new(change: ScheduledChange, curation: Curation) -> Self {
        Self { change, curation }
    }
}

#[async_trait]
impl Handler for MakeScheduledChanges {
    fn kind(&self) -> &str {
        self.change.job_kind()
    }

    /// The moment is what the editors chose.
    fn longest_wait(&self) -> Option<Duration> {
        None
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let ScheduledChangePayload { asset } = payload::parse(job)?;
        let changes = ChangeSet::by(&Actor::System, clock.now());
        if self.change == ScheduledChange::WarnOfConsentEnd {
            // The notification is committed together with the end of the job, so it is made once.
            let warned = self.curation.warn_of_consent_end(changes, asset).await;
            return warned.map_err(JobFailure::retry);
        }
        let made = self
            .curation
            .make_scheduled_change(self.change, asset)
            .await;
        made.map_err(JobFailure::retry)?;
        Ok(changes)
    }
}

impl Curation {
    /// Makes a change of a work if it is due. Changes nothing when called again, too early or for a work that is
    /// gone.
    ///
    /// # Errors
    /// [`ChangeError::Stale`] when the work was changed at the same time; the caller may retry.
    pub async fn make_scheduled_change(
        &self,
        change: ScheduledChange,
        id: AssetId,
    ) -> Result<(), ChangeError> {
        let actor = Actor::System;
        let present = match self.works.find(&actor, id).await {
            Ok(asset) => asset,
            Err(error) => return error.is_absence().then_some(()).ok_or(error.into()),
        };
        let Some((next, event)) = self.due(change, &present) else {
            return Ok(());
        };
        let committed = self.commit(&actor, &present, Ok(next), event).await;
        committed.map(|_| ())
    }

    /// The change set with a notification for the depositor, unless the work is gone, not published, or has got a
    /// consent that holds for longer.
    async fn warn_of_consent_end(
        &self,
        changes: ChangeSet,
        id: AssetId,
    ) -> Result<ChangeSet, ChangeError> {
        let present = match self.works.find(&Actor::System, id).await {
            Ok(asset) => asset,
            Err(error) => return error.is_absence().then_some(changes).ok_or(error.into()),
        };
        let a_month_later = changes.at.plus_seconds(WARNING_SECONDS);
        let is_due = present.state == State::Published
            && present
                .consent_ends_at()
                .is_some_and(|end| end <= a_month_later);
        if !is_due {
            return Ok(changes);
        }
        let kind = NotificationKind::ConsentEnding;
        let notified = self
            .works
            .notifications
            .notify_depositor(changes, &Actor::System, kind, id);
        Ok(notified.await?)
    }

    fn due(&self, change: ScheduledChange, present: &Asset) -> Option<(Asset, EventKind)> {
        let now = self.works.now();
        match change {
            ScheduledChange::ReleaseEmbargo => {
                let next = present.lift_embargo(now)?;
                Some((next, EventKind::EmbargoLifted))
            }
            ScheduledChange::EndConsent => {
                let next = present.end_consent(CONSENT_ENDED.to_owned(), now)?;
                Some((next, EventKind::Withdrawn))
            }
            ScheduledChange::WarnOfConsentEnd => None,
        }
    }
}
