//! The change feed: the events that one reader may see.
//!
//! A reader that keeps the cursor learns of every work that became visible to it, changed, or was
//! removed, and of nothing else. A change reports whether the work is available *now*, not at the
//! time of the event: a reader that catches up late never sees a removed work as available. Removals
//! are shown only to readers that could once see the work
//! ([`Asset::widest_audience`](crate::domain::asset::Asset::widest_audience)), and only at events that
//! can have removed it, so that edits of hidden works stay invisible.

use super::Sharing;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::access::policy::{self, Disclosure};
use crate::domain::asset::{AssetId, Revision, State};
use crate::storage::catalog::{CatalogError, Entry, Event, EventKind, EventNumber, LogId, Subject};

/// How many events are read at once.
const READ_AHEAD: usize = 500;

/// The most events that one page examines.
const MAX_EXAMINED: usize = 10_000;

/// One page of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// What changed, oldest first. May be empty before the end.
    pub items: Vec<Change>,
    /// The cursor of the next page: the last examined event, visible or not.
    pub next: EventNumber,
    /// There is no event after `next` yet.
    pub is_at_end: bool,
}

impl Changes {
    const fn page(items: Vec<Change>, next: EventNumber, is_at_end: bool) -> Self {
        Self {
            items,
            next,
            is_at_end,
        }
    }
}

/// Why the log cannot be read from a cursor.
#[derive(Debug, thiserror::Error)]
pub enum ChangesError {
    /// The cursor is not one of this log: it is beyond the end, or of another log. The archive was
    /// restored to an earlier state; the reader has to start again.
    #[error("the cursor is of another log than {log}")]
    LogReplaced {
        /// The present log.
        log: LogId,
    },
    /// The catalogue.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// The position of a reader in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogCursor {
    /// The log of the number, if the reader kept it.
    pub log: Option<LogId>,
    /// The number of the last event read.
    pub after: EventNumber,
}

impl From<EventNumber> for LogCursor {
    fn from(after: EventNumber) -> Self {
        Self { log: None, after }
    }
}

/// One change to one work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place in the log.
    pub number: EventNumber,
    /// When it was committed.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// The work.
    pub asset: AssetId,
    /// Its revision after the change.
    pub revision: Revision,
    /// Whether the reader can read it now.
    pub presence: Presence,
}

/// Whether a reader can read a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It can be read.
    Available,
    /// It cannot be read any more.
    Gone,
}

impl Presence {
    /// The wire name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Gone => "gone",
        }
    }
}

impl Sharing {
    /// The identity of the log, to be kept with the cursor.
    pub fn log_id(&self) -> LogId {
        self.works.catalog.log_id()
    }

    /// The changes after the cursor that the actor may see, at most `limit`.
    ///
    /// # Errors
    /// [`ChangesError::LogReplaced`]; those of the catalogue.
    pub async fn changes(
        &self,
        actor: &Actor,
        cursor: impl Into<LogCursor>,
        limit: usize,
    ) -> Result<Changes, ChangesError> {
        let LogCursor { log, after } = cursor.into();
        let present = self.works.catalog.log_id();
        if log.is_some_and(|log| log != present) || self.is_beyond_end(after).await? {
            return Err(ChangesError::LogReplaced { log: present });
        }
        let mut items = Vec::new();
        let (mut next, mut examined) = (after, 0);
        while examined < MAX_EXAMINED {
            let events = self.works.catalog.events(next, READ_AHEAD).await?;
            let is_last = events.len() < READ_AHEAD;
            examined += events.len();
            let subjects = self.subjects(&events).await?;
            for (event, subject) in events.iter().zip(subjects) {
                if items.len() == limit {
                    return Ok(Changes::page(items, next, false));
                }
                next = event.number;
                items.extend(self.visible_change(actor, event, subject.as_ref()));
            }
            if is_last {
                return Ok(Changes::page(items, next, true));
            }
        }
        Ok(Changes::page(items, next, false))
    }

    /// Whether the log has not come that far. An event can be read a moment before those who watch
    /// the log see it, so the catalogue itself decides.
    async fn is_beyond_end(&self, after: EventNumber) -> Result<bool, CatalogError> {
        if after <= *self.works.catalog.watch_events().borrow() {
            return Ok(false);
        }
        Ok(after > self.works.catalog.last_event().await?)
    }

    /// The present entries of the works of these events, in the same order.
    async fn subjects(&self, events: &[Event]) -> Result<Vec<Option<Entry>>, CatalogError> {
        let ids: Vec<AssetId> = events.iter().filter_map(asset_id).collect();
        let mut entries = self.works.catalog.entries(&ids).await?.into_iter();
        let in_order = events
            .iter()
            .map(|event| asset_id(event).and_then(|_| entries.next().flatten()));
        Ok(in_order.collect())
    }

    fn visible_change(
        &self,
        actor: &Actor,
        event: &Event,
        subject: Option<&Entry>,
    ) -> Option<Change> {
        let Subject::Asset(asset, revision) = event.subject else {
            return None;
        };
        let presence = match subject? {
            Entry::Tombstone(tombstone) => {
                let may_learn = policy::may_learn_of_removal(actor, tombstone.widest_audience);
                (may_learn && event.kind == EventKind::Deleted).then_some(Presence::Gone)?
            }
            Entry::Asset(work) => match policy::disclosure(actor, work, self.works.now()) {
                Disclosure::Visible => Presence::Available,
                Disclosure::Gone => {
                    may_have_hidden(event.kind, &work.state).then_some(Presence::Gone)?
                }
                Disclosure::Hidden => return None,
            },
        };
        Some(Change {
            number: event.number,
            at: event.at,
            kind: event.kind,
            asset,
            revision,
            presence,
        })
    }
}

/// Whether an event of this kind can have removed a work, now in this state, from some readers: a
/// withdrawal, or for a published work a narrower access or a new embargo.
fn may_have_hidden(kind: EventKind, now: &State) -> bool {
    match kind {
        EventKind::Withdrawn | EventKind::Unpublished => true,
        EventKind::Described | EventKind::Corrected | EventKind::Restored => {
            *now == State::Published
        }
        _ => false,
    }
}

fn asset_id(event: &Event) -> Option<AssetId> {
    match event.subject {
        Subject::Asset(id, _) => Some(id),
        Subject::Blob(_) => None,
    }
}
