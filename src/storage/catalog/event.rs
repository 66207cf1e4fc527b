//! The event log: one entry for every change, numbered from 1 without holes.

use super::BlobKey;
use crate::domain::Timestamp;
use crate::domain::asset::{AssetId, Revision};

/// The position of an event in the log; 0 is before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EventNumber(pub u64);

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its position in the log.
    pub number: EventNumber,
    /// When it was committed.
    pub at: Timestamp,
    /// Who made it: role and token id, never a name.
    pub by: String,
    /// What it happened to.
    pub subject: Subject,
    /// What happened.
    pub kind: EventKind,
}

/// What an event happened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A work, now at this revision.
    Asset(AssetId, Revision),
    /// A stored blob.
    Blob(BlobKey),
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A work was created.
    Created,
    /// Its description changed.
    Described,
    /// A file was attached.
    FileAttached,
    /// A file was detached.
    FileDetached,
    /// A file was replaced by a new version of it.
    FileReplaced,
    /// Other regions of an image are redacted.
    FileRedacted,
    /// The text that was read from a file was corrected, or the correction dropped.
    TextCorrected,
    /// A sealed file was added: a paper that proves the consent.
    SealedFileAdded,
    /// A sealed file was removed.
    SealedFileRemoved,
    /// Description and files are those of an earlier revision again.
    Restored,
    /// Its publication was undone.
    Unpublished,
    /// It was submitted to the editors.
    Submitted,
    /// It was returned to its contributor, or made a draft again.
    Returned,
    /// It got its first approval.
    Accepted,
    /// It got its second approval.
    Approved,
    /// It was corrected while published.
    Corrected,
    /// It was published.
    Published,
    /// Its embargo ended.
    EmbargoLifted,
    /// It was withdrawn.
    Withdrawn,
    /// The consent to show the people in it was withdrawn, while it was not published.
    ConsentWithdrawn,
    /// Another body is responsible for it: the successor of the one before.
    PassedOn,
    /// It was deleted; a tombstone stays.
    Deleted,
    /// A derived copy became available. The work's revision does not change.
    Rendered,
    /// A blob was audited and found intact (PREMIS `fixity check`).
    FixityChecked,
    /// A blob was found damaged or missing.
    FixityFailed,
    /// The picture in a blob was hashed.
    PictureHashed,
    /// A blob was processed for its public copy without making one.
    Processed,
}

impl EventKind {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 27] = [
        ("created", Self::Created),
        ("described", Self::Described),
        ("file-attached", Self::FileAttached),
        ("file-detached", Self::FileDetached),
        ("file-replaced", Self::FileReplaced),
        ("file-redacted", Self::FileRedacted),
        ("text-corrected", Self::TextCorrected),
        ("sealed-file-added", Self::SealedFileAdded),
        ("sealed-file-removed", Self::SealedFileRemoved),
        ("restored", Self::Restored),
        ("unpublished", Self::Unpublished),
        ("submitted", Self::Submitted),
        ("returned", Self::Returned),
        ("accepted", Self::Accepted),
        ("approved", Self::Approved),
        ("corrected", Self::Corrected),
        ("published", Self::Published),
        ("embargo-lifted", Self::EmbargoLifted),
        ("withdrawn", Self::Withdrawn),
        ("consent-withdrawn", Self::ConsentWithdrawn),
        ("passed-on", Self::PassedOn),
        ("deleted", Self::Deleted),
        ("rendered", Self::Rendered),
        ("fixity-checked", Self::FixityChecked),
        ("fixity-failed", Self::FixityFailed),
        ("picture-hashed", Self::PictureHashed),
        ("processed", Self::Processed),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("", |(name, _)| name)
    }
}
