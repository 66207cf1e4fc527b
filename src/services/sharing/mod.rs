//! Sharing works and changes with readers, each with what they may see.
//!
//! [`Sharing::read`] returns one work, [`Sharing::list`] all works in order of creation,
//! [`Sharing::changes`] the events after a cursor. All three apply the access policy to every work
//! and reveal nothing of the works that they leave out. Cursors never expire.
//!
//! [`feed`] makes an Atom feed of any search; [`saved`] stores named searches so that their feeds can
//! be followed.

mod address;
mod changes;
mod feed;
mod list;
mod saved;

pub use address::Addresses;
pub use changes::{Change, Changes, ChangesError, LogCursor, Presence};
pub use feed::{Channel, Entry, FeedId, Feeds, MAX_FILES, Page};
pub use list::{Filter, Listing};
pub use saved::{MAX_SAVED_SEARCHES, NewSearch, SavedPage, SavedSearchError, SavedSearches};

use crate::domain::access::Actor;
use crate::domain::asset::{Asset, AssetId};
use crate::services::works::{FindError, WorkAccess};

/// Reads works and the event log.
#[derive(Clone)]
pub struct Sharing {
    works: WorkAccess,
}

impl Sharing {
    /// Shares these works.
    pub fn new(works: WorkAccess) -> Self {
        Self { works }
    }

    /// One work, without relations to works that are hidden from the actor.
    ///
    /// # Errors
    /// [`FindError::NotFound`], [`FindError::Gone`] with the reason of a withdrawal.
    pub async fn read(&self, actor: &Actor, id: AssetId) -> Result<Asset, FindError> {
        let asset = self.works.find(actor, id).await?;
        Ok(self.works.shown_to(actor, asset).await?)
    }

    /// One work with everything that it has, to be changed and written back.
    ///
    /// # Errors
    /// As [`Sharing::read`].
    pub async fn read_for_change(&self, actor: &Actor, id: AssetId) -> Result<Asset, FindError> {
        self.works.find(actor, id).await
    }
}
