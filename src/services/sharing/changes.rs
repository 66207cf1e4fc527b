//! The change feed: the event log as one reader may see it.
//!
//! A reader who keeps the cursor and asks again learns of every work that came into its sight,
//! changed, or went out of it, and of nothing else. What is said of a work is what holds *now*,
//! not what held at the event: a reader that catches up late is not told of works that went away
//! in between as if they were there. Works that went away are told only to those who could once
//! see them ([`Exposure`](crate::domain::asset::Exposure)), and only at events that can have taken
//! them away, so that edits behind closed doors do not show.

use super::Sharing;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::access::policy::{self, Sight};
use crate::domain::asset::{AssetId, Revision, State};
use crate::storage::catalog::{CatalogError, Entry, Event, EventKind, EventNumber, LogId, Subject};

/// How many events are read at once.
const READ_AHEAD: usize = 500;

/// How many events one page looks at, whoever asks.
const MOST_LOOKED_AT: usize = 10_000;

/// One page of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// What changed, oldest first. May be empty before the end.
    pub items: Vec<Change>,
    /// Where to go on: the last event looked at, shown or not.
    pub next: EventNumber,
    /// Nothing stands after `next` yet.
    pub is_at_end: bool,
}

/// Why the log cannot be read from a cursor.
#[derive(Debug, thiserror::Error)]
pub enum ChangesError {
    /// The cursor is not one that this log gave: it is beyond the end, or of another log. The
    /// archive was restored to an earlier state; the reader has to start over.
    #[error("the cursor is of another log than {log}")]
    LogReplaced {
        /// The present log.
        log: LogId,
    },
    /// The catalogue.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Where a reader stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogCursor {
    /// The log the number is of, if the reader kept it.
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
    /// Whether the reader finds it now.
    pub presence: Presence,
}

/// Whether a reader finds a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It can be read.
    Available,
    /// It cannot any more.
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
    /// The identity of the log, to be kept beside the cursor.
    pub fn log_id(&self) -> LogId {
        self.catalog.log_id()
    }

    /// What changed after the cursor within the actor's sight, at most `limit` changes.
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
        let present = self.catalog.log_id();
        let last = *self.catalog.watch_events().borrow();
        if log.is_some_and(|log| log != present) || after > last {
            return Err(ChangesError::LogReplaced { log: present });
        }
        let mut items = Vec::new();
        let (mut next, mut looked_at) = (after, 0);
        while looked_at < MOST_LOOKED_AT {
            let events = self.catalog.events(next, READ_AHEAD).await?;
            let is_last = events.len() < READ_AHEAD;
            looked_at += events.len();
            let subjects = self.subjects(&events).await?;
            for (event, subject) in events.iter().zip(subjects) {
                if items.len() == limit {
                    let is_at_end = false;
                    return Ok(Changes {
                        items,
                        next,
                        is_at_end,
                    });
                }
                next = event.number;
                items.extend(self.seen_by(actor, event, subject.as_ref()));
            }
            if is_last {
                let is_at_end = true;
                return Ok(Changes {
                    items,
                    next,
                    is_at_end,
                });
            }
        }
        let is_at_end = false;
        Ok(Changes {
            items,
            next,
            is_at_end,
        })
    }

    /// What the works of these events are now, in the same order.
    async fn subjects(&self, events: &[Event]) -> Result<Vec<Option<Entry>>, CatalogError> {
        let ids: Vec<AssetId> = events.iter().filter_map(work_of).collect();
        let mut entries = self.catalog.entries(&ids).await?.into_iter();
        let in_order = events
            .iter()
            .map(|event| work_of(event).and_then(|_| entries.next().flatten()));
        Ok(in_order.collect())
    }

    fn seen_by(&self, actor: &Actor, event: &Event, subject: Option<&Entry>) -> Option<Change> {
        let Subject::Asset(asset, revision) = event.subject else {
            return None;
        };
        let presence = match subject? {
            Entry::Tombstone(tombstone) => {
                let may_learn = policy::may_learn_of_removal(actor, tombstone.exposure);
                (may_learn && event.kind == EventKind::Deleted).then_some(Presence::Gone)?
            }
            Entry::Asset(work) => match policy::sight(actor, work, self.clock.now()) {
                Sight::Visible => Presence::Available,
                Sight::Gone => {
                    may_have_hidden(event.kind, &work.state).then_some(Presence::Gone)?
                }
                Sight::Hidden => return None,
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

/// Whether an event of this kind can be the one that took a work, now in this state, out of
/// somebody's sight: a withdrawal, or for a published work a narrower access or a new embargo.
fn may_have_hidden(kind: EventKind, now: &State) -> bool {
    match kind {
        EventKind::Withdrawn => true,
        EventKind::Described => *now == State::Published,
        _ => false,
    }
}

fn work_of(event: &Event) -> Option<AssetId> {
    match event.subject {
        Subject::Asset(id, _) => Some(id),
        Subject::Blob(_) => None,
    }
}
