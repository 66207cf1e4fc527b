//! What is to be done after a change: jobs that go into the same commit.

use crate::domain::Timestamp;
use crate::domain::asset::{Asset, AssetId, State};
use crate::services::media::previews;
use crate::storage::catalog::{EventKind, JobKind, NewJob};

/// The kind of the job that tells the readers of the log that an embargo has ended.
pub const RELEASE_EXPIRED_EMBARGO: &str = "release-expired-embargo";

/// The jobs that follow from a work's new revision.
pub(super) fn jobs(asset: &Asset, event: EventKind, now: Timestamp) -> Vec<NewJob> {
    let mut jobs = Vec::new();
    if event == EventKind::FileAttached
        && let Some(file) = asset.files.last()
        && previews::can_show(&file.media_type)
    {
        jobs.push(previews::job(asset.id, file.sha256, now));
    }
    if asset.state == State::Published
        && let Some(until) = asset.work.embargo_until
        && now < until
    {
        jobs.push(release_embargo(asset.id, until));
    }
    jobs
}

/// The key holds the moment: when an embargo is moved, another job waits for the new one, and the
/// old one finds nothing to do.
fn release_embargo(id: AssetId, until: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind(RELEASE_EXPIRED_EMBARGO.to_owned()),
        payload: format!(r#"{{"asset":"{id}"}}"#),
        run_at: until,
        unique_key: Some(format!("{id}/{}", until.as_millis())),
    }
}
