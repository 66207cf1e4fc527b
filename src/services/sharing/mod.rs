//! Handing on what is there and what changed, to each reader what is theirs to see.
//!
//! [`Sharing::read`] gives one work, [`Sharing::list`] all of them in order of intake,
//! [`Sharing::changes`] what happened since a reader last asked. All three ask the policy for
//! every work; none counts or hints at what it leaves out. Cursors never expire.
//!
//! Protocols are built on top: [`feed`] makes an Atom feed of any search, [`saved`] keeps
//! searches under a name so that they can be followed.

mod address;
mod changes;
mod feed;
mod list;
mod saved;

pub use changes::{Change, Changes, ChangesError, LogCursor, Presence};
pub use feed::{Channel, Entry, FeedId, Feeds, MOST_FILES, Page};
pub use list::{Filter, Listing};
pub use saved::{MOST_KEPT, NewSearch, SavedPage, SavedSearchError, SavedSearches};

use std::sync::Arc;

use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, AssetId};
use crate::services::intake::{Desk, FindError};
use crate::storage::catalog::Catalog;

/// Reads works and the log for others.
#[derive(Clone)]
pub struct Sharing {
    desk: Desk,
    catalog: Arc<dyn Catalog>,
    clock: Clock,
}

impl Sharing {
    /// Shares what this desk and its catalogue hold.
    pub fn new(desk: Desk, catalog: Arc<dyn Catalog>, clock: Clock) -> Self {
        Self {
            desk,
            catalog,
            clock,
        }
    }

    /// One work.
    ///
    /// # Errors
    /// [`FindError::NotFound`], [`FindError::Gone`] with the reason of a withdrawal.
    pub async fn read(&self, actor: &Actor, id: AssetId) -> Result<Asset, FindError> {
        self.desk.find(actor, id).await
    }
}
