//! The content of one page of a feed.

use super::id::FeedId;
use crate::domain::asset::Asset;
use crate::domain::{Sha256, Slug, Timestamp};
use crate::services::delivery::Deliverable;
use crate::services::search::Cursor;

/// The metadata of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its permanent id.
    pub id: FeedId,
    /// Its title.
    pub title: String,
    /// The organisation that keeps it, if it was saved by one.
    pub kept_by: Option<Slug>,
    /// Language of titles and labels, BCP 47 primary tag.
    pub language: String,
    /// What a correction is called in this language.
    pub correction_label: String,
    /// The update time of an empty feed.
    pub created_at: Timestamp,
    /// Address of this page.
    pub this_page: String,
    /// Address of its first page.
    pub first_page: String,
    /// Address of the next page; none on the last.
    pub next_page: Option<String>,
    /// Address of the same works as search results.
    pub results: String,
}

/// One page of works.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The works, last changed first.
    pub entries: Vec<Entry>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<Cursor>,
}

/// One work in a feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The work at its present revision.
    pub asset: Asset,
    /// Its original files with what the reader gets of each.
    pub files: Vec<(Sha256, Deliverable)>,
}
