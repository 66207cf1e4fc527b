//! The jobs that follow from a change. They go into the same commit.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::asset::{Asset, AssetId, File, State};
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

/// Adds a work with its event and the job that follows from its embargo.
pub(super) fn put_with_follow_up(changes: ChangeSet, asset: Asset, event: EventKind) -> ChangeSet {
    let now = changes.at;
    let release = embargo_job(&asset, now);
    release
        .into_iter()
        .fold(changes.put(asset, event), ChangeSet::job)
}

/// The job that makes the copies of a file that is new to the work.
pub(super) fn file_job(id: AssetId, file: &File, now: Timestamp) -> Option<NewJob> {
    if previews::can_render(&file.media_type) {
        Some(previews::job(id, file.sha256, now))
    } else if public_copy::can_make(&file.media_type) {
        Some(public_copy::job(id, file.sha256, now))
    } else {
        None
    }
}

fn embargo_job(asset: &Asset, now: Timestamp) -> Option<NewJob> {
    let until = asset.work.embargo_until?;
    let is_pending = asset.state == State::Published && now < until;
    is_pending.then(|| ReleaseEmbargoPayload::job(asset.id, until))
}
