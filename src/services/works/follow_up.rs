//! The jobs that follow from a change. They go into the same commit.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::asset::{Asset, AssetId, File, State};
use crate::services::jobs::payload;
use crate::services::media::full_text::{self, formats};
use crate::services::media::{previews, public_copy, sound};
use crate::storage::catalog::{ChangeSet, EventKind, JobKind, NewJob};

/// What becomes due for a work at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduledChange {
    /// The end of its embargo is announced in the event log.
    ReleaseEmbargo,
    /// It is withdrawn because the consent to show people ends.
    EndConsent,
    /// Notifies its depositor that this will happen in a month. The work does not change.
    WarnOfConsentEnd,
}

/// How long before its end the depositor is notified.
pub(in crate::services) const WARNING_SECONDS: i64 = 30 * 24 * 60 * 60;

/// The payload of the jobs that make scheduled changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledChangePayload {
    /// The work.
    #[serde(with = "payload::as_text")]
    pub asset: AssetId,
}

impl ScheduledChange {
    /// The kind of the job.
    pub const fn job_kind(self) -> &'static str {
        match self {
            Self::ReleaseEmbargo => "release-expired-embargo",
            Self::EndConsent => "end-consent",
            Self::WarnOfConsentEnd => "warn-of-consent-end",
        }
    }

    /// The unique key holds the moment: when it is moved, another job waits for the new moment, and the old job
    /// finds nothing to do.
    fn job(self, asset: AssetId, at: Timestamp) -> NewJob {
        NewJob {
            kind: JobKind(self.job_kind().to_owned()),
            payload: payload::to_text(&ScheduledChangePayload { asset }),
            run_at: at,
            unique_key: Some(format!("{asset}/{}", at.as_millis())),
        }
    }
}

/// Adds a work with its event and the jobs for its scheduled changes.
pub(super) fn put_with_follow_up(changes: ChangeSet, asset: Asset, event: EventKind) -> ChangeSet {
    let jobs = scheduled_changes(&asset, changes.at);
    jobs.into_iter()
        .fold(changes.put(asset, event), ChangeSet::job)
}

/// The jobs for a file that is new to the work, or has other redacted regions: its copies, its text, and what its sound
/// is like.
pub(super) fn file_jobs(asset: &Asset, file: &File) -> Vec<NewJob> {
    let (id, now) = (asset.id, asset.updated_at);
    let copies = if previews::can_render(&file.media_type) {
        Some(previews::job(id, file, now))
    } else if public_copy::can_make(&file.media_type) {
        Some(public_copy::job(id, file.sha256, now))
    } else {
        None
    };
    let measures = sound::can_measure(&file.media_type).then(|| sound::job(id, file.sha256, now));
    let has_text = formats::has_text(file, asset.work.kind.as_ref());
    let text = has_text.then(|| full_text::job(id, file.sha256, now));
    copies.into_iter().chain(measures).chain(text).collect()
}

/// The jobs for changes of a published work that will become due.
fn scheduled_changes(asset: &Asset, now: Timestamp) -> Vec<NewJob> {
    if asset.state != State::Published {
        return Vec::new();
    }
    let consent_end = asset.consent_ends_at();
    let warning = consent_end.map(|end| end.plus_seconds(-WARNING_SECONDS));
    let moments = [
        (ScheduledChange::ReleaseEmbargo, asset.work.embargo_until),
        (ScheduledChange::EndConsent, consent_end),
        (ScheduledChange::WarnOfConsentEnd, warning),
    ];
    moments
        .into_iter()
        .filter_map(|(change, at)| Some((change, at?)))
        .filter(|(_, at)| now < *at)
        .map(|(change, at)| change.job(asset.id, at))
        .collect()
}
