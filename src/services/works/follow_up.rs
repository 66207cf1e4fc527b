//! The jobs that follow from a change. They go into the same commit.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::asset::{Asset, AssetId, State};
use crate::services::jobs::payload;
use crate::services::media::{previews, public_copy};
use crate::storage::catalog::{ChangeSet, EventKind, JobKind, NewJob};

/// The payload of the job that announces the end of an embargo in the event log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseEmbargoPayload {
    /// The work.
    #[serde(with = "payload::as_text")]
    pub asset: AssetId,
}

impl ReleaseEmbargoPayload {
    /// The kind of the job.
    pub const KIND: &'static str = "release-expired-embargo";

    /// The unique key holds the moment: when an embargo is moved, another job waits for the new
    /// moment, and the old job finds nothing to do.
    fn job(asset: AssetId, until: Timestamp) -> NewJob {
        NewJob {
            kind: JobKind(Self::KIND.to_owned()),
            payload: payload::to_text(&Self { asset }),
            run_at: until,
            unique_key: Some(format!("{asset}/{}", until.as_millis())),
        }
    }
}

/// Adds a work with its event and the jobs that follow from its new revision.
pub(in crate::services) fn put_with_follow_up(
    changes: ChangeSet,
    asset: Asset,
    event: EventKind,
) -> ChangeSet {
    let now = changes.at;
    let jobs = jobs(&asset, event, now);
    jobs.into_iter()
        .fold(changes.put(asset, event), ChangeSet::job)
}

fn jobs(asset: &Asset, event: EventKind, now: Timestamp) -> Vec<NewJob> {
    let mut jobs = Vec::new();
    if event == EventKind::FileAttached
        && let Some(file) = asset.files.last()
    {
        if previews::can_render(&file.media_type) {
            jobs.push(previews::job(asset.id, file.sha256, now));
        } else if public_copy::can_make(&file.media_type) {
            jobs.push(public_copy::job(asset.id, file.sha256, now));
        }
    }
    if asset.state == State::Published
        && let Some(until) = asset.work.embargo_until
        && now < until
    {
        jobs.push(ReleaseEmbargoPayload::job(asset.id, until));
    }
    jobs
}
