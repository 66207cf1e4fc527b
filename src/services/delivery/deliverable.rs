//! The bytes of a file that an actor gets: as deposited, a copy, or none.

use super::copies::Copies;
use super::presentation::Presentation;
use crate::domain::Timestamp;
use crate::domain::access::{Actor, policy};
use crate::domain::asset::file_name::extension_of;
use crate::domain::asset::{Asset, File, Processing, TextCorrection};
use crate::storage::catalog::{BlobKey, Rendition};

/// Bytes that may be delivered to the requesting actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deliverable {
    /// The address of the bytes; they never change, so this is also their strong validator.
    pub key: BlobKey,
    /// Length in bytes.
    pub size: u64,
    /// Media type of these bytes.
    pub media_type: String,
    /// The name for a download.
    pub file_name: String,
    /// How a browser may show them.
    pub presentation: Presentation,
    /// When the file was attached.
    pub last_modified: Timestamp,
    /// Who may cache the response.
    pub cacheability: Cacheability,
}

/// Who may cache a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cacheability {
    /// Everybody: it does not depend on the actor.
    Public,
    /// Only the requesting client.
    Private,
}

impl Cacheability {
    /// What anonymous actors get may be cached by everybody. Others may get more under the same address.
    pub(super) fn of(actor: &Actor) -> Self {
        match actor {
            Actor::Anonymous => Self::Public,
            Actor::Holder { .. } | Actor::System => Self::Private,
        }
    }
}

/// Whether the terms allow a link to the work but none of its files to this actor.
pub(super) fn is_only_a_link(actor: &Actor, asset: &Asset) -> bool {
    asset.work.is_link_only() && !policy::may_fetch_untouched_original(actor, asset)
}

/// What the actor gets of a file of a visible work; `None` while it has no public copy. The terms of the work
/// are not checked here.
pub(super) fn deliverable(
    actor: &Actor,
    asset: &Asset,
    file: &File,
    copies: &Copies,
) -> Option<Deliverable> {
    if policy::may_fetch_untouched_original(actor, asset) {
        return Some(untouched(actor, file, file.name.clone()));
    }
    match (&copies.public, copies.processing) {
        (Some(copy), _) => Some(rendered(actor, file, copy)),
        (None, Processing::Ready) => Some(untouched(actor, file, file.neutral_name())),
        (None, Processing::Working | Processing::Failed(_)) => None,
    }
}

pub(super) fn untouched(actor: &Actor, file: &File, file_name: String) -> Deliverable {
    Deliverable {
        key: file.sha256,
        size: file.size,
        media_type: file.media_type.clone(),
        file_name,
        presentation: Presentation::of(&file.media_type),
        last_modified: file.attached_at,
        cacheability: Cacheability::of(actor),
    }
}

/// The text that a person typed in place of what was read from the file.
pub(super) fn corrected(actor: &Actor, file: &File, text: &TextCorrection) -> Deliverable {
    let copy = Rendition {
        of: file.sha256,
        recipe: String::new(),
        blob: text.blob,
        size: text.size,
        media_type: "text/plain; charset=utf-8".to_owned(),
        width_px: None,
        height_px: None,
    };
    Deliverable {
        last_modified: text.at,
        ..rendered(actor, file, &copy)
    }
}

pub(super) fn rendered(actor: &Actor, file: &File, copy: &Rendition) -> Deliverable {
    let name = file.neutral_name();
    let file_name = if copy.media_type == file.media_type {
        name
    } else {
        let extension = extension_of(&copy.media_type);
        let stem = name.split('.').next().unwrap_or(&name);
        format!("{stem}.{extension}")
    };
    Deliverable {
        key: copy.blob,
        size: copy.size,
        file_name,
        presentation: Presentation::of(&copy.media_type),
        last_modified: file.attached_at,
        cacheability: Cacheability::of(actor),
        media_type: copy.media_type.clone(),
    }
}
