//! The handling of works by staff: assignment and comments.
//!
//! One keyed record for each work, so that a deletion of the work takes it along in the same commit.

mod stored;

pub use stored::{AssignmentV1, CommentV1, HandlingRecord, HandlingV1};

use super::Curation;
use crate::domain::Rule;
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::{Asset, AssetId, Revision, limits};
use crate::domain::handling::{Assignee, Assignment, Comment, Handling};
use crate::domain::{Sha256, Slug, WorkDate};
use crate::services::works::{ChangeError, Completed, FindError, IdempotentRequest};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{
    CatalogError, ChangeSet, Entry, Idempotent, KeyRange, Made, Versioned, Write,
};

/// Attempts to write a comment beside others that are written at the same time.
const MAX_ATTEMPTS: usize = 10;

/// How many records one page of assignments examines at most.
const MAX_EXAMINED: usize = 4_000;

/// How many records are read at once.
const READ_AHEAD: usize = 200;

/// The handling of a work as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlingRead {
    /// The handling.
    pub handling: Handling,
    /// Its revision; 0 before the first change.
    pub revision: Revision,
}

/// An assignment to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAssignment {
    /// To whom.
    pub to: Assignee,
    /// The last day for it.
    pub due_on: Option<WorkDate>,
}

/// A comment to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComment {
    /// What it is about: a JSON pointer into the work, empty for the whole.
    pub pointer: String,
    /// The comment.
    pub text: String,
}

/// A page of assigned works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignments {
    /// The works with their assignments, oldest work first.
    pub items: Vec<(Asset, Assignment)>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<AssetId>,
}

impl Curation {
    /// The handling of a work.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`] when the actor sees the work but does not take part in its publication.
    pub async fn handling(&self, actor: &Actor, id: AssetId) -> Result<HandlingRead, ChangeError> {
        let asset = self.works.find(actor, id).await?;
        if !policy::may(actor, Operation::ReadChecklist, &asset) {
            return Err(ChangeError::Forbidden);
        }
        Ok(self.stored_handling(id).await?.1)
    }

    /// Assigns a work, or takes its assignment away. `expected` is the revision of the handling.
    ///
    /// # Errors
    /// [`ChangeError::Stale`] when the handling was changed since; [`ChangeError::Forbidden`].
    pub async fn assign(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Revision,
        assignment: Option<NewAssignment>,
    ) -> Result<HandlingRead, ChangeError> {
        let operation = Operation::Assign;
        let asset = self
            .works
            .find_for_change(actor, id, None, operation)
            .await?;
        let (stored, mut read) = self.stored_handling(id).await?;
        if read.revision != expected {
            let current = read.revision;
            return Err(ChangeError::Stale { current });
        }
        let by = actor.decision(self.works.now());
        let changes = ChangeSet::by(actor, by.at).expect(id, asset.revision);
        let changes = match &assignment {
            None => changes,
            Some(new) => {
                let notifications = &self.works.notifications;
                let notified = notifications.notify_assignees(changes, actor, &new.to, id);
                notified.await?
            }
        };
        read.handling.assignment = assignment.map(|new| Assignment {
            to: new.to,
            due_on: new.due_on,
            by,
        });
        self.store(changes, stored, read)
            .await
            .map_err(|error| match error {
                CatalogError::RecordConflict { .. } => ChangeError::Stale { current: expected },
                other => other.into(),
            })
    }

    /// Writes a comment on a work.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`]; [`ChangeError::Invalid`] when the work has as many comments as it can
    /// have; [`ChangeError::KeyReused`].
    pub async fn comment(
        &self,
        actor: &Actor,
        id: AssetId,
        new: NewComment,
        request: Option<&IdempotentRequest>,
    ) -> Result<Completed<Comment>, ChangeError> {
        let mut attempt = 1;
        loop {
            if let Some(earlier) = self.earlier_comment(actor, id, request).await? {
                return Ok(Completed::replay(earlier));
            }
            match self.try_comment(actor, id, new.clone(), request).await {
                Err(ChangeError::Catalog(
                    CatalogError::RecordConflict { .. } | CatalogError::Repeated(_),
                )) if attempt < MAX_ATTEMPTS => attempt += 1,
                Err(ChangeError::Stale { .. }) if attempt < MAX_ATTEMPTS => attempt += 1,
                result => return result.map(Completed::new),
            }
        }
    }

    async fn try_comment(
        &self,
        actor: &Actor,
        id: AssetId,
        new: NewComment,
        request: Option<&IdempotentRequest>,
    ) -> Result<Comment, ChangeError> {
        let operation = Operation::Comment;
        let asset = self
            .works
            .find_for_change(actor, id, None, operation)
            .await?;
        let (stored, mut read) = self.stored_handling(id).await?;
        let comments = &mut read.handling.comments;
        if comments.len() >= limits::COMMENTS {
            let max = limits::COMMENTS;
            return Err(ChangeError::invalid("", Rule::TooLong { max }));
        }
        let by = actor.decision(self.works.now());
        let at = by.at;
        let comment = Comment {
            number: comments.last().map_or(1, |last| last.number + 1),
            pointer: new.pointer,
            text: new.text,
            by,
            request_key: request.map(|request| request.key.clone()),
        };
        comments.push(comment.clone());
        let mut changes = ChangeSet::by(actor, at).expect(id, asset.revision);
        if let Some(request) = request {
            changes = changes.write(Write::Remember(Idempotent {
                key: request.scoped_key(actor),
                request: request.request,
                made: Made::Asset(id),
                revision: asset.revision,
                at,
            }));
        }
        self.store(changes, stored, read).await?;
        Ok(comment)
    }

    /// The comment that an earlier, equal request wrote.
    async fn earlier_comment(
        &self,
        actor: &Actor,
        id: AssetId,
        request: Option<&IdempotentRequest>,
    ) -> Result<Option<Comment>, ChangeError> {
        let Some(request) = request else {
            return Ok(None);
        };
        let key = request.scoped_key(actor);
        let Some(earlier) = self.works.catalog.remembered(&key).await? else {
            return Ok(None);
        };
        let is_equal = |digest: Sha256| digest == request.request;
        if earlier.made != Made::Asset(id) || !is_equal(earlier.request) {
            return Err(ChangeError::KeyReused);
        }
        let HandlingRead { handling, .. } = self.handling(actor, id).await?;
        let by = actor.decision(self.works.now()).by;
        let mut comments = handling.comments.into_iter();
        let found = comments.find(|comment| {
            comment.by.by == by && comment.request_key.as_ref() == Some(&request.key)
        });
        found.map(Some).ok_or(ChangeError::KeyReused)
    }

    /// The assigned works in the scope of the actor, after `after`; `mine`: only those assigned to the actor.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn assignments(
        &self,
        actor: &Actor,
        after: Option<AssetId>,
        limit: usize,
        mine: bool,
    ) -> Result<Assignments, FindError> {
        let mut items = Vec::new();
        let (mut cursor, mut examined) = (after, 0);
        while examined < MAX_EXAMINED {
            let range = KeyRange::default().after(cursor.map(stored::key_of));
            let records = self
                .works
                .catalog
                .all_keyed::<HandlingRecord>(range, READ_AHEAD)
                .await?;
            let is_last = records.len() < READ_AHEAD;
            examined += records.len();
            for record in records {
                if items.len() == limit {
                    return Ok(Assignments {
                        items,
                        next: cursor,
                    });
                }
                let handling = record.value.into_domain()?;
                cursor = Some(handling.asset);
                items.extend(self.assigned(actor, handling, mine).await?);
            }
            if is_last {
                return Ok(Assignments { items, next: None });
            }
        }
        Ok(Assignments {
            items,
            next: cursor,
        })
    }

    /// The work with its assignment, if the actor follows the work and it is assigned (to the actor).
    async fn assigned(
        &self,
        actor: &Actor,
        handling: Handling,
        mine: bool,
    ) -> Result<Option<(Asset, Assignment)>, FindError> {
        let Some(assignment) = handling.assignment else {
            return Ok(None);
        };
        if mine && !is_for(&assignment.to, actor) {
            return Ok(None);
        }
        let entry = self.works.catalog.entry(handling.asset).await?;
        let Some(Entry::Asset(asset)) = entry else {
            return Ok(None);
        };
        let follows = policy::may_see(actor, &asset, self.works.now())
            && policy::may(actor, Operation::ReadChecklist, &asset);
        if !follows {
            return Ok(None);
        }
        let asset = self.works.shown_to(actor, *asset).await?;
        Ok(Some((asset, assignment)))
    }

    /// Adds to the deletion of a work that its handling goes, whatever is written to it at the same time.
    pub(super) async fn with_handling_deleted(
        &self,
        changes: ChangeSet,
        id: AssetId,
    ) -> Result<ChangeSet, CatalogError> {
        let key = stored::key_of(id);
        let stored = self.works.catalog.keyed::<HandlingRecord>(&key).await?;
        Ok(match stored {
            Some(stored) => changes.delete_keyed(&stored),
            None => changes.expect_no_keyed::<HandlingRecord>(&key),
        })
    }

    /// Adds to a change of a work that passes from one of these bodies to another that a post of the one it is
    /// assigned to is a post of the other.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub(in crate::services) async fn with_assignment_passed_on(
        &self,
        changes: ChangeSet,
        id: AssetId,
        from: &[Slug],
        to: &Slug,
    ) -> Result<ChangeSet, CatalogError> {
        let (stored, mut read) = self.stored_handling(id).await?;
        let assignment = read.handling.assignment.as_mut();
        let post = assignment.and_then(|assignment| match &mut assignment.to {
            Assignee::Post { organisation, .. } => organisation.as_mut(),
            Assignee::Holder(_) => None,
        });
        match (stored, post) {
            (Some(stored), Some(organisation)) if from.contains(organisation) => {
                organisation.clone_from(to);
                changes.replace_keyed(&stored, &HandlingRecord::from(read.handling))
            }
            _ => Ok(changes),
        }
    }

    async fn stored_handling(
        &self,
        id: AssetId,
    ) -> Result<(Option<Versioned<HandlingRecord>>, HandlingRead), CatalogError> {
        let key = stored::key_of(id);
        let stored = self.works.catalog.keyed::<HandlingRecord>(&key).await?;
        let read = match &stored {
            Some(stored) => HandlingRead {
                handling: stored.value.clone().into_domain()?,
                revision: stored.revision,
            },
            None => HandlingRead {
                handling: Handling::none(id),
                revision: Revision(0),
            },
        };
        Ok((stored, read))
    }

    /// Commits the next revision of the handling.
    async fn store(
        &self,
        changes: ChangeSet,
        stored: Option<Versioned<HandlingRecord>>,
        read: HandlingRead,
    ) -> Result<HandlingRead, CatalogError> {
        let next = HandlingRecord::from(read.handling.clone());
        let changes = match &stored {
            Some(stored) => changes.replace_keyed(stored, &next)?,
            None => changes.insert_keyed(&next)?,
        };
        self.works.catalog.commit(changes).await?;
        Ok(HandlingRead {
            handling: read.handling,
            revision: read.revision.next(),
        })
    }
}

fn is_for(assignee: &Assignee, actor: &Actor) -> bool {
    match actor {
        Actor::Holder {
            credential,
            role,
            organisation,
            ..
        } => assignee.includes(credential, *role, organisation.as_ref()),
        Actor::Anonymous | Actor::System => false,
    }
}
